"""Erasing a person for good: what it takes is shown, a typed confirmation starts it, and it goes on in a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from listening.privacy import Erased, erase, plan
from listening.store import Handle
from listening.web.access import Form, action, page, who, whole
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, refuse, render
from listening.web.screen import Screen
from listening.web.screens.people import gone, visible

ERASE = "erase"  # a kind of job


def ask(request: Request) -> Response:
    """What erasing somebody would take."""
    return _ask(request)


def _ask(request: Request, problem: str = "", status: int = 200) -> Response:
    with desk_of(request).store() as store:
        ident = whole(request.path_params["person"])
        scope = who(request).scope(store)
        if not store.handles_of([ident], scope):
            return gone(request)
        if not visible(store, [ident], scope):
            return refuse(request, 403, "Some of it is in private sources: an admin who may see those has to do it.")
        found = plan(store, ident)
    handles = _busiest(found.erasure.handles)
    return render(
        request, "people/erase.html", status, found=found, handles=handles, name=handles[0].name,
        ident=handles[0].person_id, problem=problem,
    )  # fmt: skip


def _busiest(handles: Sequence[Handle]) -> list[Handle]:
    return sorted(handles, key=lambda handle: (-handle.posts, handle.author_id))


def start(request: Request, form: Form) -> Response:
    """Start erasing somebody, where their name was typed."""
    desk, me = desk_of(request), who(request).name
    with desk.store() as store:
        ident = whole(request.path_params["person"])
        if not store.handles_of([ident]) or not visible(store, [ident], who(request).scope(store)):
            return gone(request)
        chief = _busiest(store.handles_of([ident]))[0]
    if form.text("confirm").casefold() not in (chief.name.strip().casefold(), f"#{chief.person_id}"):
        return _ask(request, "What you typed is not their name: nothing was erased.", 400)

    def work(job: Job) -> str:
        def tell(what: str, so_far: int, total: int) -> None:
            job.says = what
            job.progress(so_far, total)

        with desk.store() as store:
            return _told(erase(store, ident, now=datetime.now(UTC), who=me, progress=tell))

    desk.jobs.start(ERASE, "Erasing a person", me, work, role="admin")
    return go(request, "/settings/privacy")


def _told(done: Erased) -> str:
    erasure = done.erasure
    said = (
        f"{erasure.posts:,} posts are gone, and {erasure.others:,} posts of others no longer name or quote them. They "
        f"are kept out from now on (request {erasure.request})."
    )
    if not done.scrubbed:
        said += " Somebody was reading, so traces wait in free pages of the file: tidying takes them out."
    if done.backups:
        said += f" Backups still hold them; who comes back with one is erased again: {', '.join(done.backups)}."
    return f"{said} Files that were exported earlier are not known here: look through them."


SCREEN = Screen(
    routes=[
        page("/people/{person}/erase", ask, "admin", name="ask_erase"),
        action("/people/{person}/erase", start, "admin", name="start_erase"),
    ]
)
