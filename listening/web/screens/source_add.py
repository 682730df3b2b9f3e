"""Adding a source: paste an address, see what is there as it would be stored, and add it; or choose a kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from listening.config import Config
from listening.config.edit import free_name
from listening.errors import ConfigError, ListeningError
from listening.look import Found, address, look
from listening.source import kinds
from listening.web.access import Form, action, page, who
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, number, refuse, render
from listening.web.screen import Screen
from listening.web.screens.seen import visible
from listening.web.screens.sources import holder

_FORUMS = 40


def add(request: Request) -> Response:
    """A box for an address, what was found at the last one, and all kinds."""
    return _page(request)


def _page(request: Request, problem: str = "", status: int = 200, url: str = "") -> Response:
    with desk_of(request).store() as store:
        lease = holder(store, datetime.now(UTC))
    state = _state(request, _job(request))
    return render(request, "sources/add.html", status, problem=problem, url=url, kinds=kinds(), lease=lease, **state)


def _kind(request: Request) -> str:
    """Everybody has a look of their own, which nobody else sees."""
    return f"look:{who(request).name}"


def _job(request: Request) -> Job | None:
    return desk_of(request).jobs.find(_kind(request))


def _state(request: Request, job: Job | None) -> dict[str, Any]:
    found = job.found if job is not None and isinstance(job.found, Found) else None
    config, taken, name = desk_of(request).config, "", ""
    if found is not None:
        taken = _taken(request, config, found.url)
        name = free_name(
            (urlsplit(found.url).hostname or "source").removeprefix("www."), {each.name for each in config.sources}
        )
    return {
        "job": job, "found": found, "taken": taken, "name": name, "facts": _facts(found) if found else [],
        "most": _FORUMS, "may_hide": who(request).private,
    }  # fmt: skip


def _taken(request: Request, config: Config, url: str) -> str:
    """Why an address is not added again; names of sources that somebody may not see are not told."""
    same = [
        each for each in config.sources if str(getattr(each.options, "url", "") or "").rstrip("/") == url.rstrip("/")
    ]
    if not same:
        return ""
    with desk_of(request).store() as store:
        seen = {each.name for each in visible(request, store)}
    named = next((each.name for each in same if each.name in seen), "")
    return f"“{named}” listens there already." if named else "A source that you may not see listens there already."


def part(request: Request) -> Response:
    """How far the look is, or what it found."""
    return render(request, "sources/_look.html", **_state(request, _job(request)))


def start(request: Request, form: Form) -> Response:
    """Begin to look at an address."""
    desk = desk_of(request)
    try:
        url = address(form.text("url"))
        config = desk.config
        if taken := _taken(request, config, url):
            return _page(request, taken, 400, form.text("url"))

        def work(job: Job) -> str:
            def tell(saying: str, pages: int) -> None:
                job.says = saying
                job.progress(pages, 0)

            job.found = look(url, config, tell)
            return ""

        desk.jobs.start(_kind(request), url, who(request).name, work)
    except ListeningError as error:
        return _page(request, str(error), 400, form.text("url"))
    return go(request, "/sources/add")


def stop(request: Request, _: Form) -> Response:
    """End the look."""
    if (job := _job(request)) is not None:
        job.stop.set()
        desk_of(request).jobs.wait(_kind(request))
    return go(request, "/sources/add")


def adopt(request: Request, form: Form) -> Response:
    """Write what was found into sources.toml."""
    desk, job = desk_of(request), _job(request)
    found = job.found if job is not None else None
    if not isinstance(found, Found) or found.url != form.text("url"):
        return refuse(request, 404, "What was found is not known any more: look at the address again.")
    if taken := _taken(request, desk.config, found.url):
        return _page(request, taken, 400)
    values = {"name": form.text("name"), "kind": found.kind, "url": found.url}
    extra = {"every": form.text("every")} if form.text("every") not in ("", "1h") else {}
    private = {"private": True} if form.ticked("private") and who(request).private else {}
    try:
        edited = desk.editor().add("source", values | extra | private)
    except ConfigError as error:
        return _page(request, str(error), 400)
    return go(request, f"/sources/one?{urlencode({'name': values['name'], 'edit': edited.undo or 'kept'})}")


def _facts(found: Found) -> list[tuple[str, str]]:
    """What a person wants to know before they add it."""
    facts = [("What it is", f"{found.software}" + (f", {found.certainty:.0%} sure" if found.kind == "board" else ""))]
    facts.append(("Read by", found.route or "nothing yet: no post could be read"))
    if found.kind == "board":
        also = ["structured data"] * found.structured_data + [f"a feed at {url}" for url in found.feeds]
        facts.append(("Also there", ", ".join(also) or "no feed and no structured data on its first page"))
    facts += [("Holds", _size(found)), ("robots.txt", _robots(found)), ("Pace", _pace(found))]
    return [*facts, ("First crawl", _first(found))]


def _size(found: Found) -> str:
    if found.kind == "rss":
        return f"{number(found.posts)} entries now; feeds forget their old ones, so it grows from today"
    parts = [f"{number(n)} {what}" for n, what in ((found.posts, "posts"), (found.topics, "topics")) if n is not None]
    forums = f"{len(found.forums)} forum{'s' * (len(found.forums) != 1)}"
    return f"{' in '.join(parts)} in {forums}" if parts else forums


def _robots(found: Found) -> str:
    said = f"forbids {found.forbidden} of the pages asked for" if found.forbidden else "allows every page asked for"
    return said + (f", and asks for {found.crawl_delay:g} s between requests" if found.crawl_delay else "")


def _pace(found: Found) -> str:
    return "a request a second" if found.delay == 1 else f"a request every {found.delay:g} s"


def _first(found: Found) -> str:
    if found.seconds is None or found.requests is None:
        return "nobody knows how long: it does not say how much it holds"
    return f"about {spelt(found.seconds)} ({number(found.requests)} requests), newest first; you can stop it any time"


def spelt(seconds: float) -> str:
    """About how long, in one unit."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1):.0f} second{'s' * (round(max(seconds, 1)) != 1)}"


SCREEN = Screen(
    routes=[
        page("/sources/add", add, "analyst", name="add_source"),
        page("/sources/look", part, "analyst", name="look"),
        action("/sources/look", start, "analyst", name="start_look"),
        action("/sources/look/stop", stop, "analyst", name="stop_look"),
        action("/sources/adopt", adopt, "analyst", name="adopt_source"),
    ],
)
