"""Erasing a person for good: what it takes is shown, a typed confirmation starts it, and it goes on in a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from listening.errors import ListeningError
from listening.privacy import Erased, erase, forget, plan
from listening.store import Handle
from listening.web.access import Form, action, page, who
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, refuse, render
from listening.web.screen import Screen
from listening.web.screens.people import gone, number, visible

ERASE, CLEAN = "erase", "clean"  # kinds of jobs


def ask(request: Request) -> Response:
    """What erasing somebody would take."""
    return _ask(request)


def _ask(request: Request, problem: str = "", status: int = 200) -> Response:
    with desk_of(request).store() as store:
        ident = number(request.path_params["person"])
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
        ident = number(request.path_params["person"])
        if not store.handles_of([ident]) or not visible(store, [ident], who(request).scope(store)):
            return gone(request)
        chief = _busiest(store.handles_of([ident]))[0]
    if form.text("confirm").casefold() not in (chief.name.strip().casefold(), f"#{chief.person_id}"):
        return _ask(request, "What you typed is not their name: nothing was erased.", 400)

    def work(job: Job) -> str:
        with desk.store() as store:
            done = erase(
                store, ident, now=datetime.now(UTC), who=me, scrub=False,
                progress=lambda _, so_far, total: job.progress(so_far, total),
            )  # fmt: skip
        return _told(done)

    desk.jobs.start(ERASE, "Erasing a person", me, work)
    return go(request, "/people/erasing")


def _told(done: Erased) -> str:
    erasure = done.erasure
    said = (
        f"{erasure.posts:,} posts are gone, and {erasure.others:,} posts of others no longer name or quote them. They "
        f"are kept out from now on (request {erasure.request})."
    )
    if done.backups:
        said += f" Backups still hold them; who comes back with one is erased again: {', '.join(done.backups)}."
    return f"{said} Files that were exported earlier are not known here: look through them."


def erasing(request: Request) -> Response:
    """How far it is."""
    jobs = desk_of(request).jobs
    with desk_of(request).store() as store:
        traces = store.unscrubbed()
    partial = "hx-request" in request.headers
    template = "people/_erasing.html" if partial else "people/erasing.html"
    return render(request, template, jobs=[jobs.find(ERASE), jobs.find(CLEAN)], traces=traces)


def stop(request: Request, _: Form) -> Response:
    """Ask it to stop; starting it again does the rest."""
    for kind in (ERASE, CLEAN):
        if (job := desk_of(request).jobs.find(kind)) is not None:
            job.stop.set()
    return erasing(request) if "hx-request" in request.headers else go(request, "/people/erasing")


def clean(request: Request, _: Form) -> Response:
    """Write the file anew, so that nothing erased is left in its free pages."""
    desk = desk_of(request)

    def work(_: Job) -> str:
        with desk.store() as store:
            if not store.scrub():
                raise ListeningError("Somebody was reading at that moment: do it again.")
        return "The file is written anew; nothing of those who were erased is left in it."

    desk.jobs.start(CLEAN, "Cleaning the file", who(request).name, work)
    return go(request, "/people/erasing")


def keep_out(request: Request, form: Form) -> Response:
    """Keep somebody out who was never heard."""
    name, platform = form.text("name"), form.text("platform").lower()
    if not name or "." not in platform:
        return refuse(request, 400, "Name who is to be kept out, and the whole platform, such as reddit.com.")
    with desk_of(request).store() as store:
        if store.find_people(name, platform):
            return refuse(request, 400, "They were heard already: open their page and erase them.")
        ident = forget(store, platform, name, now=datetime.now(UTC), who=who(request).name)
    return go(request, "/people", f"They are kept out from now on (request {ident}).")


SCREEN = Screen(
    routes=[
        page("/people/erasing", erasing, "admin"),
        page("/people/{person}/erase", ask, "admin", name="ask_erase"),
        action("/people/erasing/stop", stop, "admin", name="stop_erasing"),
        action("/people/erasing/clean", clean, "admin", name="clean_file"),
        action("/people/keep-out", keep_out, "admin"),
        action("/people/{person}/erase", start, "admin", name="start_erase"),
    ]
)
