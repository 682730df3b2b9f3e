"""The inbox: cards of mentions, filtered, worked on by keyboard or in bulk, each step of which can be undone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from listening.errors import ListeningError
from listening.store import STATUSES, Card, Done, InboxFilter, Scope, Store
from listening.store.triage import OUTCOMES
from listening.web.access import Form, action, page, who, whole
from listening.web.filters import AGES, Asked, asked
from listening.web.pages import desk_of, go, local, refuse, render, tell
from listening.web.screen import Screen
from pipelines.intents import names

DEFAULT = "status=open"
_PAGE = 30
_BULK = 500  # mentions that one action may change
SENTIMENTS = ("negative", "neutral", "positive")


def inbox(request: Request) -> Response:
    """A page of cards, with the filter bar and the views that people saved."""
    visitor, wanted, now = who(request), asked(request, DEFAULT), datetime.now(UTC)
    partial = "after" in request.query_params and "hx-request" in request.headers
    with desk_of(request).store() as store:
        scope = visitor.scope(store)
        found = store.page(
            wanted.where, now=now, order=wanted.order, after=request.query_params.get("after", ""), limit=_PAGE,
            scope=scope,
        )  # fmt: skip
        pushed = store.campaigns((card.cluster for card in found.cards), scope)
        if partial:
            return render(request, "inbox/_cards.html", page=found, asked=wanted, campaigns=pushed)
        choices, count = store.choices(scope=scope), store.count(wanted.where, scope=scope)
        views = store.views(visitor.name)
        counts = store.view_counts(views, now=now, scope=scope, intents=names(desk_of(request).folder))
    return render(
        request, "inbox/inbox.html", page=found, asked=wanted, choices=choices, count=count, views=views, counts=counts,
        ages=AGES, statuses=STATUSES, intents=names(desk_of(request).folder), hint=hint(wanted), campaigns=pushed,
    )  # fmt: skip


def new_since(request: Request) -> Response:
    """How many mentions came in since the list was shown: nothing moves until somebody asks for them."""
    wanted, mark = asked(request, DEFAULT), request.query_params.get("mark", "")
    with desk_of(request).store() as store:
        fresh = store.new_since(wanted.where, whole(mark), scope=who(request).scope(store))
    return render(request, "inbox/_new.html", fresh=fresh, asked=wanted, mark=mark)


def mention(request: Request) -> Response:
    """One mention with its thread, its reasons, its history and what can be done; a page of its own by its address."""
    with desk_of(request).store() as store:
        shown = _detail(request, store, whole(request.path_params["mention"]))
    if shown is None:
        return refuse(request, 404, "That mention is not there (any more).")
    partial = "hx-request" in request.headers
    return render(request, "inbox/_detail.html" if partial else "inbox/mention.html", **shown)


def _detail(request: Request, store: Store, ident: int) -> dict[str, Any] | None:
    visitor, now = who(request), datetime.now(UTC)
    scope = visitor.scope(store)
    cards = _visible(store, [ident], scope, now)
    if not cards:
        return None
    card = cards[0]
    return {
        "card": card, "same": store.cluster_with(card.post_id, scope),
        "thread": store.thread(card.post_id, scope=scope), "history": store.history(ident),
        "notes": store.notes(ident), "statuses": STATUSES, "outcomes": OUTCOMES, "sentiments": SENTIMENTS,
        "others": store.looking(ident, visitor.shown, now) if visitor.may("analyst") else [],
        "intents": names(desk_of(request).folder),
    }  # fmt: skip


def looking(request: Request) -> Response:
    """Who else has this mention open."""
    with desk_of(request).store() as store:
        ident = whole(request.path_params["mention"])
        known = _visible(store, [ident], who(request).scope(store), datetime.now(UTC))
        others = store.looking(ident, who(request).shown, datetime.now(UTC)) if known else []
    return render(request, "inbox/_looking.html", others=others)


def _visible(store: Store, idents: list[int], scope: Scope, now: datetime) -> list[Card]:
    return [card for card in store.cards(idents, now) if card.source not in scope.hidden]


def act(request: Request, form: Form) -> Response:
    """Do something to one mention or to many: the action, the versions they were shown in, and where to go on."""
    idents = list(dict.fromkeys(form.numbers("mention")))
    if not idents:
        return refuse(request, 400, "Choose a mention first: x selects.")
    if len(idents) > _BULK:
        return refuse(request, 400, f"{_BULK} mentions at once are the most.")
    visitor, now = who(request), datetime.now(UTC)
    expected = dict(zip(idents, form.numbers("version"), strict=False))
    with desk_of(request).store() as store:
        done = store.triage(
            idents, who=visitor.name, now=now, expected=expected if len(expected) == len(idents) else None,
            scope=visitor.scope(store), **_wanted(form, visitor.shown),
        )  # fmt: skip
        if "hx-request" in request.headers:
            return _changed(request, store, idents, done, open_detail=form.text("detail") == "1")
    return go(request, local(form.text("back", "/inbox"), "/inbox"), _told(done))


def _wanted(form: Form, me: str) -> dict[str, Any]:
    """What a form asks for, as `Store.triage` takes it. Raises ListeningError for what nobody offers."""
    kind, _, value = form.text("do").partition(":")
    name, _, right = value.rpartition("=")
    offers: dict[str, dict[str, Any]] = {
        "status": {"status": value or form.text("status")},
        "assign": {"assignee": {"me": me, "nobody": ""}.get(value, form.text("assignee"))},
        "tag": {"add_tags": [each.strip() for each in form.text("tag").split(",")]},
        "untag": {"remove_tags": [value]},
        "note": {"note": form.text("note")},
        "reply": {"reply": form.text("reply"), "status": "answered"},
        "outcome": {"outcome": value or form.text("outcome")},
        "correct": {"correct": {name: right}},
    }
    if kind not in offers:
        raise ListeningError("that is nothing that can be done here.")
    return offers[kind]


def _told(done: Done) -> str:
    said = f"{done.changed:,} {'mention' if done.changed == 1 else 'mentions'} changed." if done.changed else ""
    if done.stale:
        said += f" {len(done.stale)} changed by somebody else meanwhile: shown as it is now, and left alone."
    if done.conflicts:
        names = ", ".join(sorted({name or "somebody" for _, name in done.conflicts}))
        said += f" {len(done.conflicts)} left alone: {names} changed them since."
    return said.strip() or "Nothing to change."


def _changed(request: Request, store: Store, idents: list[int], done: Done, *, open_detail: bool) -> Response:
    """The cards as they are now, each put in its own place; the list keeps its order."""
    scope = who(request).scope(store)
    cards = _visible(store, idents, scope, datetime.now(UTC))
    detail = _detail(request, store, idents[0]) if open_detail and len(idents) == 1 else None
    pushed = store.campaigns((card.cluster for card in cards), scope)
    answer = render(request, "inbox/_changed.html", cards=cards, detail=detail, campaigns=pushed)
    return tell(answer, _told(done), undo=f"/inbox/undo/{done.undo}" if done.undo else "", bad=bool(done.stale))


def undo(request: Request, _: Form) -> Response:
    """Take an action back; what somebody changed since stays."""
    visitor, now = who(request), datetime.now(UTC)
    token = request.path_params["token"]
    with desk_of(request).store() as store:
        scope = visitor.scope(store)
        token = store.last_action(visitor.name) if token == "last" else token  # noqa: S105
        done = store.undo(token, visitor.name, now=now, scope=scope)
        if "hx-request" not in request.headers:
            return go(request, "/inbox", f"Undone. {_told(done)}")
        cards = _visible(store, store.acted_on(done.undo), scope, now)
        pushed = store.campaigns((card.cluster for card in cards), scope)
        answer = render(request, "inbox/_changed.html", cards=cards, detail=None, campaigns=pushed)
    return tell(answer, f"Undone. {_told(done)}", bad=bool(done.conflicts))


def save_view(request: Request, form: Form) -> Response:
    """Save the filters that are shown, under a name."""
    filters, intents = form.text("filters"), names(desk_of(request).folder)
    with desk_of(request).store() as store:
        view, token = store.save_view(
            form.text("name"), filters, who=who(request).name, now=datetime.now(UTC), shared=form.ticked("shared"),
            intents=intents,
        )  # fmt: skip
    answer = go(request, f"/inbox?{view.filters}", f"The view “{view.name}” is saved.")
    return tell(answer, f"The view “{view.name}” is saved.", undo=f"/inbox/undo/{token}")


def drop_view(request: Request, form: Form) -> Response:
    """Let one's own view go."""
    for ident in form.numbers("view"):
        with desk_of(request).store() as store:
            store.drop_view(ident, who=who(request).name, now=datetime.now(UTC))
    return go(request, "/inbox", "The view is gone; u brings it back.")


def hint(wanted: Asked) -> str:
    """Why a list may be empty."""
    where: InboxFilter = wanted.where
    if where.query is not None:
        return "No mention matches this query."
    if len(parse_qs(wanted.text)) > 1:
        return "No mention passes all of these filters."
    return "Nothing is waiting: everything has been answered or closed."


SCREEN = Screen(
    title="Inbox", path="/inbox", icon="inbox", group="daily",
    routes=[
        page("/inbox", inbox, "viewer"),
        page("/inbox/new", new_since, "viewer"),
        page("/mentions/{mention}", mention, "viewer"),
        page("/mentions/{mention}/looking", looking, "analyst"),
        action("/inbox/act", act, "analyst"),
        action("/inbox/undo/{token}", undo, "analyst", name="undo_action"),
        action("/inbox/views", save_view, "viewer"),
        action("/inbox/views/drop", drop_view, "viewer"),
    ],
)  # fmt: skip
