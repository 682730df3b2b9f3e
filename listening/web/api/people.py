"""People, for programs: who speaks up for a brand, who is about to leave it, and all that is known of one person."""

from __future__ import annotations

from pydantic import Field

from listening.people import RULES, advocates, at_risk, helping, standings
from listening.people import Standing as Told
from listening.store import Attitude as Felt
from listening.store import Handle as Known
from listening.web.api.endpoint import ROOT, Call, Endpoint, Param, Shape
from listening.web.api.span import PARAMS, asked, span

_PERSON = f"What {ROOT}/mentions?person= takes, and {ROOT}/people/ ends with."


class Handle(Shape):
    """One author on one platform."""

    author: int
    platform: str
    name: str
    url: str
    followers: int | None
    posts: int
    first: str | None
    last: str | None


class Reason(Shape):
    """A part of somebody's points, and the mentions it rests on."""

    words: str
    points: int
    mentions: list[int]


class Standing(Shape):
    """How somebody stands to a brand."""

    kind: str = Field(description="advocate or at risk")
    person: int = Field(description=_PERSON)
    name: str
    brand: str
    points: int
    reasons: list[Reason] = Field(description="The weightiest first.")
    handles: list[Handle]
    followers: int | None
    last: str = Field(description="When they last spoke of the brand.")
    telling: int = Field(description="The mention that shows it best.")


class Standings(Shape):
    """The strongest first."""

    brand: str
    rule: str
    people: list[Standing]


class Attitude(Shape):
    """What somebody said of a brand, ever."""

    brand: str
    ours: bool
    first: str
    last: str
    mentions: int
    negative: int
    neutral: int
    positive: int
    score: float | None = Field(description="The mean, -1 to 1.")


class Person(Shape):
    """One human, with every handle that is known to be theirs."""

    person: int = Field(description=_PERSON)
    name: str
    handles: list[Handle]
    posts: int
    first: str | None
    last: str | None
    followers: int | None
    sources: list[str]
    attitudes: list[Attitude]
    standings: list[Standing] = Field(description="To the brands they speak of, over the period.")
    helps: int = Field(description="The helps-others score of the past year.")


def list_people(call: Call) -> Standings:
    """Who speaks up for a brand, or is about to leave it."""
    brand, picked = asked(call)
    kind, limit = call.choice("kind"), call.number("limit")
    tell = at_risk if kind == "at risk" else advocates
    found = tell(call.store, brand, picked.since, picked.until, limit=limit, scope=call.scope)
    return Standings(brand=brand, rule=RULES[kind], people=[_standing(each) for each in found])


def get_person(call: Call) -> Person:
    """One person."""
    ident = call.ident("person")
    known = call.store.person(ident, call.scope)
    if known is None:
        raise call.missing("that person is not there (any more).")
    picked = span(call)
    brands = [attitude.brand for attitude in known.attitudes]
    told = standings(call.store, known.id, brands, picked.since, picked.until, scope=call.scope)
    return Person(
        person=known.id, name=known.name, handles=[_handle(each) for each in known.handles], posts=known.posts,
        first=known.first, last=known.last, followers=known.followers, sources=list(known.sources),
        attitudes=[_attitude(each) for each in known.attitudes], standings=[_standing(each) for each in told],
        helps=helping(call.store, known.id, now=call.now, scope=call.scope).score,
    )  # fmt: skip


def _standing(told: Told) -> Standing:
    return Standing(
        kind=told.kind, person=told.person_id, name=told.name, brand=told.brand, points=told.points,
        reasons=[Reason(words=each.words, points=each.points, mentions=list(each.mentions)) for each in told.reasons],
        handles=[_handle(each) for each in told.handles], followers=told.followers, last=told.last,
        telling=told.telling.mention_id,
    )  # fmt: skip


def _handle(known: Known) -> Handle:
    return Handle(
        author=known.author_id, platform=known.platform, name=known.name, url=known.url, followers=known.followers,
        posts=known.posts, first=known.first, last=known.last,
    )  # fmt: skip


def _attitude(felt: Felt) -> Attitude:
    counts = felt.all
    return Attitude(
        brand=felt.brand, ours=felt.ours, first=felt.first, last=felt.last, mentions=counts.mentions,
        negative=counts.negative, neutral=counts.neutral, positive=counts.positive, score=counts.score,
    )  # fmt: skip


ENDPOINTS = (
    Endpoint(
        "/people", list_people, Standings, "Advocates of a brand, or customers at risk, with the reasons.",
        params=(
            *PARAMS,
            Param("kind", "Which of them.", choices=("advocate", "at risk"), default="advocate"),
            Param("limit", "How many.", "integer", least=1, most=100, default=20),
        ),
        example="kind=at+risk&period=90d",
    ),
    Endpoint(
        "/people/{person}", get_person, Person, "One person: handles, what they feel about each brand, how they stand.",
        params=PARAMS[1:],
    ),
)  # fmt: skip
