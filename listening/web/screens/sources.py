"""Sources: when each was asked and is asked next, how that went, what to do about it, and its log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from listening.config import Config, SourceEntry, spell
from listening.crowd import Crowd
from listening.errors import ConfigError, ListeningError, StoreError
from listening.run import Event, timetable
from listening.schedule.words import ended
from listening.store import Days, Lease, Run, Scheduled, SourceState, Store
from listening.timetable import Timetable
from listening.web.access import Form, action, page, who, whole
from listening.web.desk import Desk
from listening.web.jobs import Job, Stopped
from listening.web.pages import desk_of, go, refuse, render, tell
from listening.web.screen import Screen
from listening.web.screens.seen import entry_of, visible
from listening.web.undoing import undo_path, undoing

_WINDOW = timedelta(days=7)  # of what was expected and found
_OVERDUE = timedelta(hours=1)
_COMING, _RUNS, _SHELVED = 12, 50, 50
_BRIEF = 400  # characters of what could not be read
RUN = "run"  # the kind of job
_WHY = {
    "first": "for the first time", "resume": "to go on where it stopped", "again": "to try again",
    "asked": "because somebody asked for it",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One source as the list shows it."""

    entry: SourceEntry
    table: Timetable
    row: Scheduled | None  # None while it is paused, or not known yet
    state: SourceState | None
    last: Run | None
    mood: str  # good, warn, bad or ""
    word: str
    says: tuple[str, ...]  # sentences: pace, back-off, last error


def sources(request: Request) -> Response:
    """All sources that somebody may see."""
    return render(request, "sources/list.html", edit=request.query_params.get("edit", ""), **_shown(request))


def rows(request: Request) -> Response:
    """The part of the page that changes while sources are asked."""
    return render(request, "sources/_rows.html", **_shown(request))


def _shown(request: Request) -> dict[str, Any]:
    desk, now = desk_of(request), datetime.now(UTC)
    config = desk.config
    with desk.store() as store:
        found = _rows(request, store, config, now)
        lease = holder(store, now)
    job = running(desk, [each.entry.name for each in found])
    live = any(each.word in ("being asked", "next in turn") for each in found) or (job and job.state == "running")
    return {"rows": found, "lease": lease, "job": job, "live": bool(live), "days": _WINDOW.days}


def _rows(request: Request, store: Store, config: Config, now: datetime) -> list[Row]:
    scope = who(request).scope(store)
    scheduled = {each.source: each for each in store.schedule(scope)}
    states = {each.name: each for each in store.source_states(_week(store, now), scope=scope)}
    return [
        _row(store, config, entry, scheduled.get(entry.name), states.get(entry.name), now)
        for entry in visible(request, store)
    ]


def _week(store: Store, now: datetime) -> Days:
    calendar = store.calendar()
    return Days(calendar.of(now - _WINDOW), calendar.of(now))


def _row(
    store: Store, config: Config, entry: SourceEntry, row: Scheduled | None, state: SourceState | None, now: datetime
) -> Row:
    table = timetable(config, entry)
    last = next(iter(store.run_log(entry.name, 1)), None)
    mood, word = _condition(entry, row, last, now)
    return Row(entry, table, row, state, last, mood, word, tuple(_remarks(table, row, last)))


def _condition(entry: SourceEntry, row: Scheduled | None, last: Run | None, now: datetime) -> tuple[str, str]:
    """How a source is, as a colour and in a word or two."""
    if not entry.enabled:
        return "", "paused"
    if row is not None and (row.running or row.due_for == "asked"):
        return "accent", "being asked" if row.running else "next in turn"
    if last is None:
        return "", "never asked"
    if row is not None and row.failures:
        return "bad", "failing"
    if row is not None and row.next_due and datetime.fromisoformat(row.next_due) < now - _OVERDUE:
        return "warn", "overdue"
    return {"degraded": ("warn", "partly read"), "interrupted": ("warn", "stopped"), "quiet": ("good", "quiet")}.get(
        last.verdict, ("good", "well")
    )


def _remarks(table: Timetable, row: Scheduled | None, last: Run | None) -> Iterable[str]:
    if row is None:
        return
    if row.failures:
        times = f"{row.failures} times in a row" if row.failures > 1 else "once"
        yield f"Failed {times}, so it is asked less often until it answers."
    if (error := row.last_error or (last.reason if last and last.verdict in ("failed", "degraded") else "")) != "":
        yield error[0].upper() + error[1:]
    pace = table.interval(row.level)
    if not table.endless and not table.at and pace != table.every:
        why = "it brings news" if pace < table.every else "it stays quiet"
        yield f"Because {why}, it is asked every {spell(pace)} for now."


def holder(store: Store, now: datetime) -> Lease | None:
    """Who follows the schedule; None where nobody does."""
    lease = store.lease("schedule")
    return lease if lease is not None and datetime.fromisoformat(lease.expires) > now else None


def running(desk: Desk, seen: Iterable[str]) -> Job | None:
    """What this desk asks itself, or asked last, where the visitor may see that source."""
    job = desk.jobs.find(RUN)
    return job if job is not None and job.found in list(seen) else None


# -- one source


def one(request: Request) -> Response:
    """One source: its runs, what could not be read, and its coming slots."""
    desk, now = desk_of(request), datetime.now(UTC)
    name, before = request.query_params.get("name", ""), request.query_params.get("before", "")
    if not name:
        return go(request, "/sources")
    with desk.store() as store:
        entry = entry_of(request, store, name)
        if entry is None:
            return _unknown(request, name)
        scope = who(request).scope(store)
        row = next((each for each in store.schedule(scope) if each.source == entry.name), None)
        state = next((each for each in store.source_states(_week(store, now), scope=scope) if each.name == name), None)
        shown = _row(store, desk.config, entry, row, state, now)
        runs = store.run_log(entry.name, _RUNS + 1, whole(before))
        unread = [each | {"raw": str(each["raw"])[:_BRIEF]} for each in store.quarantine(entry.name, _SHELVED)]
        lease = holder(store, now)
    return render(
        request, "sources/one.html", shown=shown, runs=runs[:_RUNS], more=runs[_RUNS - 1].id if runs[_RUNS:] else 0,
        unread=unread, coming=_coming(shown, now), lease=lease, job=running(desk, [entry.name]), days=_WINDOW.days,
        bars=_bars(runs[:_RUNS]), edit=request.query_params.get("edit", ""), options=_options(entry),
        why=_WHY.get(row.due_for, "") if row else "",
    )  # fmt: skip


def _unknown(request: Request, name: str) -> Response:
    return refuse(request, 404, f"There is no source “{name}” in sources.toml (any more).")


def _coming(shown: Row, now: datetime) -> list[datetime]:
    """The next moments at which it is asked, as far as its pace stays the same."""
    if not shown.entry.enabled or shown.table.endless:
        return []
    level = shown.row.level if shown.row else 0
    due = shown.row.next_due if shown.row else None
    first = max(datetime.fromisoformat(due), now) if due else now
    return [first, *islice(_slots(shown.table, first, level), _COMING - 1)]


def _slots(table: Timetable, after: datetime, level: int) -> Iterable[datetime]:
    slot = table.next(after, level)
    while True:
        yield table.due(slot, level)
        slot = table.next(slot, level)


def _bars(runs: list[Run]) -> list[tuple[int, int, int, str]]:
    """Of each run, oldest first: heights of what was read and of what was new (0 to 40), and its words."""
    most = max((run.found for run in runs), default=0) or 1
    return [
        (number, round(40 * run.found / most), round(40 * min(run.new, run.found) / most), run.verdict)
        for number, run in enumerate(reversed(runs))
    ]


def _options(entry: SourceEntry) -> Mapping[str, Any]:
    return {name: value for name, value in entry.options.model_dump(exclude_unset=True).items() if name != "url"}


# -- what is done about it


def ask(request: Request, form: Form) -> Response:
    """Have a source asked now: by the schedule, or by the desk itself where nobody follows it."""
    desk, name = desk_of(request), form.text("name")
    with desk.store() as store:
        entry = entry_of(request, store, name)
        if entry is None:
            return _unknown(request, name)
        if not entry.enabled:
            return _answer(request, f"{name} is paused: resume it first.", bad=True)
        if holder(store, datetime.now(UTC)) is not None:
            try:
                store.ask(entry.name, datetime.now(UTC))
            except StoreError as error:
                return _answer(request, str(error), bad=True)
            return _answer(request, f"{name} is asked next.")
    try:
        job = desk.jobs.start(RUN, f"Asking {name}", who(request).name, lambda job: _run(desk, entry, job))
    except ListeningError:
        return _answer(request, "The desk asks another source now, one at a time: try again when it is done.", bad=True)
    job.found = entry.name
    return _answer(request, f"{name} is being asked.")


def _run(desk: Desk, entry: SourceEntry, job: Job) -> str:
    """Ask one source in a process of its own, as `listening crawl` does."""
    job.found = entry.name
    crowd, last = Crowd(desk.config), Event(entry.name, "failed", "it ended without a word")
    crowd.start(entry.name)
    try:
        while crowd.running:
            for _, event, _over in crowd.poll():
                last = event or last
            job.progress(last.posts, 0)
            job.stop.wait(0.2)
    except Stopped:
        crowd.stop(lambda _: None)
        raise
    if last.state == "failed":
        raise ListeningError(last.reason)
    return ended(last, None)


def stop(request: Request, _: Form) -> Response:
    """Ask the desk's own run to save what it has read, and to end."""
    desk = desk_of(request)
    with desk.store() as store:
        job = running(desk, [entry.name for entry in visible(request, store)])
    if job is not None:
        job.stop.set()
    return _answer(request, "It saves what it has read, and ends.")


def pause(request: Request, form: Form) -> Response:
    """Ask a source no more, until it is resumed; sources.toml says so."""
    return _enable(request, form.text("name"), None if form.text("to") == "on" else False)


def _enable(request: Request, name: str, enabled: bool | None) -> Response:
    desk = desk_of(request)
    with desk.store() as store:
        entry = entry_of(request, store, name)
    if entry is None:
        return _unknown(request, name)
    try:
        edited = desk.editor().change("source", entry.name, {"enabled": enabled})
    except ConfigError as error:
        return _answer(request, str(error), bad=True)
    said = f"{name} is paused." if enabled is False else f"{name} is asked again, from where it stopped."
    return _answer(request, said, undo=undo_path("/sources", edited.undo))


def _answer(request: Request, said: str, *, undo: str = "", bad: bool = False) -> Response:
    """The list anew with a line that says what was done; other pages are sent back to where they were."""
    if "hx-request" in request.headers and request.headers.get("hx-target", "").endswith("#rows"):
        return tell(rows(request), said, undo=undo, bad=bad)
    name = request.query_params.get("from", "")
    return go(request, f"/sources/one?{urlencode({'name': name})}" if name else "/sources", said)


SCREEN = Screen(
    title="Sources", path="/sources", icon="sources", group="set-up",
    routes=[
        page("/sources", sources, "viewer"),
        page("/sources/rows", rows, "viewer", name="source_rows"),
        page("/sources/one", one, "viewer", name="source"),
        action("/sources/ask", ask, "analyst", name="ask_source"),
        action("/sources/stop", stop, "analyst", name="stop_source"),
        action("/sources/pause", pause, "analyst", name="pause_source"),
        undoing("/sources", "sources.toml", "analyst"),
    ],
)  # fmt: skip
