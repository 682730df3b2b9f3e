"""Complaints and opportunities: who is on it, how long it takes against the targets, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from listening.store import OUTCOMES, InboxFilter, QueuePage, Store
from listening.store.inbox_filter import OPEN
from listening.store.queues import VERDICTS
from listening.web.access import Guarded, page, who, whole
from listening.web.chosen import PERIODS, Chosen, chosen
from listening.web.pages import desk_of, refuse, render
from listening.web.screen import Screen
from listening.web.screens.overview import duration, names
from listening.web.visitor import zone

_PAGE = 25
TABS = {"open": "Open", "late": "Overdue", "answered": "Answered"}
SAID = {  # what became of it, in words: outcomes, and how the author speaks since
    "sale": "a sale", "kept": "the customer stayed", "lost": "the customer left", "used": "the idea is used",
    "recovered": "speaks better of it since", "same": "speaks of it as before", "worse": "speaks worse of it since",
    "unscored": "spoke of it since, not scored", "silent": "not heard of since",
}  # fmt: skip
OUTCOME = {  # its key, and how a button says it
    "sale": ("s", "sale"), "kept": ("y", "stayed"), "lost": ("l", "left"), "used": ("i", "idea used"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the queues."""

    name: str
    title: str
    holds: str
    empty: str

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/{self.name}"


KINDS = (
    Kind(
        "complaints", "Complaints",
        "Mentions of our brands that complain, leave, or speak of danger or the law; without spam, jobs and promotion.",
        "Nobody waits: every complaint has been answered or closed.",
    ),
    Kind(
        "opportunities", "Opportunities",
        "Who wants to buy, has an idea for our brands, or is leaving a competitor; without spam, jobs and promotion.",
        "Nobody waits: every opportunity has been answered or closed.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for."""

    kind: Kind
    picked: Chosen
    assignee: str
    tab: str
    became: str  # of the answered: an outcome or a verdict; empty for all

    @property
    def until(self) -> datetime:
        """The period's end; what was answered in this very second is in it."""
        return self.picked.until + timedelta(seconds=1)

    @property
    def where(self) -> InboxFilter:
        """The mentions of the chosen brand and owner."""
        brands = (self.picked.brand,) if self.picked.brand else ()
        return InboxFilter(brands=brands, assignee=self.assignee, queue=self.kind.name)

    def but(self, **changes: str) -> str:
        """The address with changes."""
        values = {"show": self.tab, "assignee": self.assignee, "became": self.became, **changes}
        return f"{self.kind.path}?{self.picked.query(**values)}"


def _asked(request: Request, kind: Kind, now: datetime) -> Asked:
    given, config = request.query_params, desk_of(request).config
    picked = chosen(given, names(config), zone(request, config.settings.time_zone), now)
    tab, became = given.get("show", ""), given.get("became", "")
    return Asked(
        kind, picked, given.get("assignee", "").strip()[:100], tab if tab in TABS else "open",
        became if became in (*VERDICTS, *OUTCOMES) and tab == "answered" else "",
    )  # fmt: skip


def _queue(kind: Kind) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        now, targets = datetime.now(UTC), desk_of(request).config.settings.targets
        asked, partial = _asked(request, kind, now), "after" in request.query_params
        with desk_of(request).store() as store:
            scope = who(request).scope(store)
            found = _page(request, store, asked, now)
            pushed = store.campaigns((item.card.cluster for item in found.items), scope)
            if partial and "hx-request" in request.headers:
                return render(request, "queues/_items.html", page=found, asked=asked, campaigns=pushed, **_words())
            figures = store.queue_figures(
                kind.name, asked.where, since=asked.picked.since, until=asked.until, now=now, targets=targets,
                scope=scope,
            )  # fmt: skip
            assignees = store.choices(scope=scope).assignees
        return render(
            request, "queues/queue.html", page=found, asked=asked, kind=kind, figures=figures, targets=targets,
            assignees=assignees, brands=names(desk_of(request).config), periods=PERIODS, tabs=TABS,
            inbox=_inbox(asked), campaigns=pushed, **_words(),
        )  # fmt: skip

    return show


def _page(request: Request, store: Store, asked: Asked, now: datetime) -> QueuePage:
    scope, targets = who(request).scope(store), desk_of(request).config.settings.targets
    after, picked = request.query_params.get("after", ""), asked.picked
    if asked.tab == "answered":
        return store.answered(
            asked.kind.name, asked.where, since=picked.since, until=asked.until, now=now, became=asked.became,
            targets=targets, after=after, limit=_PAGE, scope=scope,
        )  # fmt: skip
    where = replace(asked.where, until=now - targets.answer) if asked.tab == "late" else asked.where
    return store.queue(
        asked.kind.name, where, now=now, targets=targets, after=after, limit=_PAGE, scope=scope
    )  # fmt: skip


def _inbox(asked: Asked) -> str:
    """The same list in the inbox, with all of its filters."""
    brand, assignee = asked.picked.brand, asked.assignee
    values = {"queue": asked.kind.name, "status": "open", "order": "urgent", "brand": brand, "assignee": assignee}
    return urlencode({name: value for name, value in values.items() if value})


def _words() -> dict[str, Any]:
    return {"said_of": SAID, "span": span, "short": OUTCOME}


def span(length: timedelta | None) -> str:
    """A length of time as it is read: whole days and hours as such."""
    if length is None:
        return "–"
    for unit, name in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        if length and length % unit == timedelta(0):
            return f"{length // unit} {name}{'' if length == unit else 's'}"
    return duration(length.total_seconds() / 3600)


def _new(kind: Kind) -> Callable[[Request], Response]:
    def fresh(request: Request) -> Response:
        asked, mark = _asked(request, kind, datetime.now(UTC)), whole(request.query_params.get("mark", ""))
        with desk_of(request).store() as store:
            where = replace(asked.where, statuses=OPEN)
            found = store.new_since(where, mark, scope=who(request).scope(store))
        return render(request, "queues/_new.html", fresh=found, asked=asked)

    return fresh


def clock(request: Request) -> Response:
    """The clocks of one mention as they are now, after something was done to it."""
    now, ident = datetime.now(UTC), whole(request.path_params["mention"])
    with desk_of(request).store() as store:
        scope = who(request).scope(store)
        cards = [card for card in store.cards([ident], now) if card.source not in scope.hidden]
        items = store.items(cards, now=now, targets=desk_of(request).config.settings.targets, scope=scope)
    if not items:
        return refuse(request, 404, "That mention is not there (any more).")
    return render(request, "queues/_clock.html", item=items[0], **_words())


def _screen(kind: Kind, *more: Guarded) -> Screen:
    return Screen(
        title=kind.title, path=kind.path, icon=kind.name, group="daily",
        routes=[
            page(kind.path, _queue(kind), "viewer", name=kind.name),
            page(f"{kind.path}/new", _new(kind), "viewer", name=f"new_{kind.name}"),
            *more,
        ],
    )  # fmt: skip


COMPLAINTS = _screen(KINDS[0], page("/queues/clock/{mention}", clock, "viewer", name="queue_clock"))
OPPORTUNITIES = _screen(KINDS[1])
