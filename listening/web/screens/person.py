"""One person: everything they said on all brands and sources, how they feel about each, and what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from listening.people import RULES, portrait
from listening.people.helping import RULE as HELPS
from listening.store import Attitude, Felt, Person, Said, Scope, Store
from listening.store.inbox_card import spans
from listening.web.access import page, who, whole
from listening.web.pages import desk_of, render
from listening.web.screen import Screen
from listening.web.screens.people import by_person, gone

_SAID = 20  # posts on a page
_MONTHS = 24  # of a course, at most
_TALL, _LOW, _WIDE = 40, 22, 12  # of its bars, of its line, and of one month


@dataclass(frozen=True, slots=True)
class Bar:
    """One month of a course: heights of its feelings, and how high its mean score stands; None without one."""

    felt: Felt
    x: int
    negative: float
    neutral: float
    positive: float
    unscored: float
    score: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """What somebody felt about a brand, month by month, ready to be drawn."""

    bars: tuple[Bar, ...]
    width: int
    line: str  # the points of the mean score

    height = _TALL + _LOW + 6
    ground = _TALL
    middle = _TALL + 4 + _LOW / 2


def person(request: Request) -> Response:
    """The page of one person, whichever of their handles is named."""
    desk, visitor, now = desk_of(request), who(request), datetime.now(UTC)
    brand, find = (request.query_params.get(name, "").strip()[:300] for name in ("brand", "find"))
    with desk.store() as store:
        scope = visitor.scope(store)
        found = portrait(store, whole(request.path_params["person"]), now=now, scope=scope)
        if found is None:
            return gone(request)
        said = _said(store, found.person.id, scope, brand, request)
        mine = found.person.id
        candidates = by_person(store.find_people(find, scope=scope, like=True)) if find else []
        changes = store.person_changes(mine)
    latest = next((each for each in changes if str(each.id) == request.query_params.get("change")), None)
    return render(
        request, "people/person.html", found=found, person=found.person, posts=said, brand=brand, find=find,
        candidates=[each for each in candidates if each[0].person_id != mine], changes=changes, latest=latest,
        courses={each.brand: course(each) for each in found.person.attitudes}, rules=RULES, helps_rule=HELPS,
        inbox=urlencode([("person", handle.author_id) for handle in found.person.handles]), matched=_matched,
        more=_more(found.person, said, brand),
    )  # fmt: skip


def more_said(request: Request) -> Response:
    """The next page of what a person said."""
    brand = request.query_params.get("brand", "")
    with desk_of(request).store() as store:
        scope = who(request).scope(store)
        known = store.person(whole(request.path_params["person"]), scope)
        if known is None:
            return gone(request)
        said = _said(store, known.id, scope, brand, request)
    return render(request, "people/_said.html", posts=said, matched=_matched, more=_more(known, said, brand))


def _said(store: Store, ident: int, scope: Scope, brand: str, request: Request) -> Sequence[Said]:
    before = (request.query_params.get("before", "")[:40], whole(request.query_params.get("post", "")))
    if not before[0]:
        return store.said_by(ident, scope, brand=brand, limit=_SAID)
    return store.said_by(ident, scope, brand=brand, before=before, limit=_SAID)


def _more(known: Person, said: Sequence[Said], brand: str) -> str:
    """Where the next page is; empty on the last."""
    if len(said) < _SAID:
        return ""
    last = {"before": said[-1].published, "post": said[-1].post_id, "brand": brand}
    return f"/people/{known.id}/said?{urlencode({name: value for name, value in last.items() if value})}"


def _matched(post: Said) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    words = [word for mention in post.mentions for word in mention.words]
    return spans(post.title, words), spans(post.text, words)


def course(attitude: Attitude) -> Course:
    """The months of an attitude as bars and a line, those without a mention left empty between them."""
    known = {felt.month: felt for felt in attitude.months}
    months = _between(attitude.months[0].month, attitude.months[-1].month)[-_MONTHS:]
    most = max(felt.mentions for felt in attitude.months)
    bars = tuple(_bar(known[month], place, most) for place, month in enumerate(months) if month in known)
    points = " ".join(f"{bar.x + _WIDE / 2 - 1:g},{bar.score:g}" for bar in bars if bar.score is not None)
    return Course(bars, _WIDE * max(len(months), 12), points)


def _bar(felt: Felt, place: int, most: int) -> Bar:
    negative, positive = (round(_TALL * count / most, 1) for count in (felt.negative, felt.positive))
    neutral, unscored = (round(_TALL * count / most, 1) for count in (felt.neutral, felt.unscored))
    score = None if felt.score is None else round(_TALL + 4 + _LOW * (1 - felt.score) / 2, 1)
    return Bar(felt, place * _WIDE, negative, neutral, positive, unscored, score)


def _between(first: str, last: str) -> list[str]:
    """The months from one to another, both included, as "2026-11"."""
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{each // 12:04}-{each % 12 + 1:02}" for each in range(begin, end + 1)]


SCREEN = Screen(routes=[page("/people/{person}", person, "viewer"), page("/people/{person}/said", more_said, "viewer")])
