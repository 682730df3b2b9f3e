"""Settings, privacy: what people may ask for (access, erasure, being left alone), and how long anything is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from listening.config import spell
from listening.config.models import Settings
from listening.privacy import Tidied, foresee, forget, tidy
from listening.schedule.tidying import told
from listening.store import Handle, Store
from listening.web.access import Form, action, page, who
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, refuse, render
from listening.web.screen import Screen
from listening.web.screens.erasing import ERASE

_PATH = "/settings/privacy"
TIDY = "tidy"  # a kind of job
_PATIENCE = 0.05  # seconds that a page waits for what is being counted
_TITLES = {"erase": "erased", "opt-out": "kept out", "export": "given access"}


def privacy(request: Request) -> Response:
    """Somebody asks; what was asked before; what is kept for how long."""
    typed = request.query_params.get("who", "").strip()[:200]
    desk = desk_of(request)
    with desk.store() as store:
        found = store.find_people(typed, scope=who(request).scope(store)) if typed else []
        requests, waits = store.requests(), store.unscrubbed()
    return render(
        request, "settings/privacy.html", typed=typed, people=_by_person(found), requests=requests, waits=waits,
        kept=_kept(desk.config.settings), titles=_TITLES, jobs=desk.jobs.those(ERASE, TIDY),
    )  # fmt: skip


def _kept(settings: Settings) -> dict[str, str]:
    """How long anything is kept, as the file says it."""
    spans = {
        "unmatched": settings.keep_unmatched, "mentions": settings.keep_mentions, "worked on": settings.keep_worked_on
    }  # fmt: skip
    return {name: span if isinstance(span, str) else spell(span) for name, span in spans.items()}


def _by_person(handles: Sequence[Handle]) -> list[list[Handle]]:
    together = sorted(handles, key=lambda handle: handle.person_id)
    people = [list(group) for _, group in groupby(together, lambda handle: handle.person_id)]
    return sorted(people, key=lambda group: -sum(handle.posts for handle in group))


def access(request: Request, form: Form) -> Response:
    """Everything that is held about a person, as JSON; the request is logged."""
    with desk_of(request).store() as store:
        person = _person(request, store, form.numbers("person"))
        if isinstance(person, Response):
            return person
        held = store.held_about(person, now=datetime.now(UTC), who=who(request).name)
    text = json.dumps(held, ensure_ascii=False, indent=1, default=str)
    name = f'attachment; filename="held-{person}.json"'
    return Response(text, media_type="application/json", headers={"Content-Disposition": name})


def _person(request: Request, store: Store, given: Sequence[int]) -> int | Response:
    """Who is meant; or why not: they are gone, or some of it is hidden from whoever asks."""
    every = store.handles_of(given[:1])
    if not every:
        return refuse(request, 404, "There is no such person (any more).")
    seen = store.handles_of(given[:1], who(request).scope(store))
    if sum(handle.posts for handle in seen) != sum(handle.posts for handle in every):
        return refuse(request, 403, "Some of it is in private sources: an admin who may see those has to do it.")
    return given[0]


def keep_out(request: Request, form: Form) -> Response:
    """Keep somebody out who was never heard."""
    name, platform = form.text("name"), form.text("platform").casefold()
    if not name or "." not in platform:
        return refuse(request, 400, "Name who is to be kept out, and the whole platform, such as reddit.com.")
    with desk_of(request).store() as store:
        if store.find_people(name, platform):
            return refuse(request, 400, "They were heard already: find them by name and erase them.")
        number = forget(store, platform, name, now=datetime.now(UTC), who=who(request).name)
    return go(request, _PATH, f"They are kept out from now on (request {number}).")


def allow(request: Request, form: Form) -> Response:
    """Let the person of a request be heard again."""
    with desk_of(request).store() as store:
        for number in form.numbers("request")[:1]:
            if store.allow(number, now=datetime.now(UTC), who=who(request).name):
                return go(request, _PATH, f"Whoever request {number} was about is heard again from the next crawl on.")
    return refuse(request, 400, "That request keeps nobody out.")


def foreseen(request: Request) -> Response:
    """What tidying would take now: counted beside the page, which asks again until it is there."""
    desk, now = desk_of(request), datetime.now(UTC)
    asked = request.query_params.get("asked", "")[:40] or now.isoformat(timespec="milliseconds")

    def work(_: Job) -> Tidied:
        with desk.store() as store:
            return foresee(store, desk.config, now)

    counted = desk.previews.ask(f"foreseen/{who(request).name}", asked, work, _PATIENCE)
    partial = "hx-request" in request.headers
    return render(
        request, "settings/_foreseen.html" if partial else "settings/foreseen.html", asked=asked, job=counted.job,
        ready=counted.ready.is_set(), found=counted.found,
    )  # fmt: skip


def start_tidy(request: Request, _: Form) -> Response:
    """Let go of what is older than is kept, in a job."""
    desk = desk_of(request)

    def work(job: Job) -> str:
        def tell(what: str, done: int) -> None:
            job.says = f"{what}, {done:,}"
            job.progress(done, 0)

        with desk.store() as store:
            return told(tidy(store, desk.config, datetime.now(UTC), tell)) or "Nothing is older than it is kept."

    desk.jobs.start(TIDY, "Tidying", who(request).name, work, role="admin")
    return go(request, _PATH)


SCREEN = Screen(
    routes=[
        page(_PATH, privacy, "admin"),
        page(f"{_PATH}/foreseen", foreseen, "admin"),
        action(f"{_PATH}/access", access, "admin"),
        action(f"{_PATH}/keep-out", keep_out, "admin"),
        action(f"{_PATH}/allow", allow, "admin"),
        action(f"{_PATH}/tidy", start_tidy, "admin"),
    ]
)
