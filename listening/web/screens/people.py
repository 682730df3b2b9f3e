"""People: who speaks up for a brand, who is about to leave it, finding somebody, and handles that are one person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from listening.people import RULES, advocates, at_risk
from listening.store import Alike, Handle, Scope, Store
from listening.web.access import Form, action, page, who, whole
from listening.web.chosen import PERIODS, chosen
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, refuse, render, tell
from listening.web.screen import Screen
from listening.web.screens.overview import first, names
from listening.web.visitor import zone

_SHOWN, _LIKELY = 12, 20
_ALIKE, _PATIENCE = 400, 0.05  # pairs that are kept for an hour, and seconds that a page waits for them
_LONGEST = 300  # characters of what is searched for


def people(request: Request) -> Response:
    """Advocates and customers at risk of one brand; or, where somebody is searched for, who was found."""
    desk, visitor, now = desk_of(request), who(request), datetime.now(UTC)
    config = desk.config
    picked = chosen(request.query_params, names(config), zone(request, config.settings.time_zone), now)
    brand = picked.brand or first(config)
    typed = request.query_params.get("q", "").strip()[:_LONGEST]
    with desk.store() as store:
        scope = visitor.scope(store)
        if typed:
            found = by_person(store.find_people(typed, scope=scope, like=True))
            return render(request, "people/found.html", typed=typed, found=found)
        spans = (store, brand, picked.since, picked.until)
        lists = {
            "advocate": advocates(*spans, limit=_SHOWN, scope=scope) if brand else [],
            "at risk": at_risk(*spans, limit=_SHOWN, scope=scope) if brand else [],
        }
    return render(
        request, "people/people.html", lists=lists, rules=RULES, brand=brand, brands=names(config), picked=picked,
        periods=PERIODS,
    )  # fmt: skip


def by_person(handles: Sequence[Handle]) -> list[list[Handle]]:
    """Handles, those of one person together, the busiest person first."""
    persons = [list(each) for _, each in groupby(sorted(handles, key=lambda h: h.person_id), lambda h: h.person_id)]
    for each in persons:
        each.sort(key=lambda handle: -handle.posts)
    return sorted(persons, key=lambda each: -sum(handle.posts for handle in each))


def likely(request: Request) -> Response:
    """The part of the page with handles that are likely one person; it asks again until they have been looked for."""
    return _likely(request)


def _likely(request: Request) -> Response:
    desk = desk_of(request)

    def look(_: Job) -> list[Alike]:
        with desk.store() as store:
            return store.alike(_ALIKE)

    with desk.store() as store:
        key = f"{datetime.now(UTC):%Y-%m-%dT%H} {store.newest_handle():.1e}"  # anew each hour, or with 1 % more handles
        alike = desk.previews.ask("likely", key, look, _PATIENCE)
        pairs = store.still_likely(alike.found or (), _LIKELY, who(request).scope(store))
    return render(request, "people/_likely.html", pairs=pairs, looking=not alike.ready.is_set())


def merge(request: Request, form: Form) -> Response:
    """Say that handles are one person."""
    authors = list(dict.fromkeys(form.numbers("author")))
    if len(authors) < 2:
        return refuse(request, 400, "Choose at least two: those who are one person.")
    with desk_of(request).store() as store:
        if not visible(store, authors, who(request).scope(store)):
            return gone(request)
        change = store.merge(authors, now=datetime.now(UTC), who=who(request).name)
        if form.text("from") == "list" and "hx-request" in request.headers:
            return tell(_likely(request), "They are one person now.", undo=f"/people/undo/{change}")
        person = store.handles_of(authors[:1])[0].person_id
    return go(request, f"/people/{person}?{urlencode({'change': change})}")


def unmerge(request: Request, form: Form) -> Response:
    """Say that a handle is a person of its own after all."""
    authors = form.numbers("author")
    with desk_of(request).store() as store:
        if len(authors) != 1 or not visible(store, authors, who(request).scope(store)):
            return gone(request)
        others = [each.author_id for each in store.handles_of(authors) if each.author_id != authors[0]]
        change = store.unmerge(authors[0], now=datetime.now(UTC), who=who(request).name)
    return go(request, f"/people/{others[0]}?{urlencode({'change': change})}")


def undo(request: Request, _: Form) -> Response:
    """Take a joining or a separation back."""
    with desk_of(request).store() as store:
        change = store.person_change(whole(request.path_params["change"]))
        if change is None or not visible(store, change.authors, who(request).scope(store)):
            return refuse(request, 404, "There is nothing to undo: it was undone before.")
        if not store.undo_person(change.id, now=datetime.now(UTC)):
            return refuse(request, 400, "Later changes build on it: undo those first.")
    return go(request, f"/people/{change.authors[0]}", "Undone.")


def not_same(request: Request, form: Form) -> Response:
    """Turn a suggestion down."""
    pair = form.numbers("author")
    with desk_of(request).store() as store:
        if len(set(pair)) != 2 or not visible(store, pair, who(request).scope(store)):
            return gone(request)
        store.not_same(pair[0], pair[1], now=datetime.now(UTC), who=who(request).name)
    undo = f"/people/maybe-same/{pair[0]}/{pair[1]}"
    if form.text("from") == "list" and "hx-request" in request.headers:
        return tell(_likely(request), "They are not asked about again.", undo=undo)
    return go(request, f"/people/{pair[0]}", "They are not asked about again.")


def maybe_same(request: Request, _: Form) -> Response:
    """Suggest a pair again."""
    pair = [whole(request.path_params[name]) for name in ("one", "other")]
    with desk_of(request).store() as store:
        if not visible(store, pair, who(request).scope(store)):
            return gone(request)
        store.maybe_same(pair[0], pair[1])
    return go(request, "/people", "They are suggested again.")


def visible(store: Store, authors: Sequence[int], scope: Scope) -> bool:
    """Whether all these handles, and all that are joined to them, are there and may be seen."""
    everybody = {handle.author_id for handle in store.handles_of(authors)}
    seen = {handle.author_id for handle in store.handles_of(authors, scope)}
    return set(authors) <= everybody and everybody == seen


def gone(request: Request) -> Response:
    """The answer for somebody who is not there, or hidden: nobody learns which."""
    return refuse(request, 404, "There is no such person (any more).")


SCREEN = Screen(
    title="People", path="/people", icon="people", group="daily",
    routes=[
        page("/people", people, "viewer"),
        page("/people/likely", likely, "viewer", name="likely_people"),
        action("/people/merge", merge, "analyst", name="merge_people"),
        action("/people/unmerge", unmerge, "analyst", name="unmerge_people"),
        action("/people/undo/{change}", undo, "analyst", name="undo_people"),
        action("/people/not-same", not_same, "analyst", name="not_same_people"),
        action("/people/maybe-same/{one}/{other}", maybe_same, "analyst", name="maybe_same_people"),
    ],
)  # fmt: skip
