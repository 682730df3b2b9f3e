"""A brand over a period in figures, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import Field

from listening.insight.headline import Figure
from listening.insight.overview import Makeup, Overview, makeup, overview
from listening.insight.parts import Part
from listening.people import Standing, advocates
from listening.store import Count as Counted
from listening.web.api.endpoint import ROOT, Call, Endpoint, Shape
from listening.web.api.span import PARAMS, asked

_OPENS = f"What {ROOT}/mentions takes to give the mentions behind it."

_FRIENDS = 10  # advocates that are named


class Feelings(Shape):
    """How many mentions, and of which feeling; the others cannot be scored."""

    mentions: int
    negative: int
    neutral: int
    positive: int


class Number(Shape):
    """One figure, and what became of it since the period before."""

    name: str = Field(description="mentions, net, voice, open or wait")
    value: float | None = Field(description="Counts; net sentiment -1 to 1; a share 0 to 1; a wait in hours.")
    before: float | None
    low: float | None = Field(description="The 95 % interval, where there is one.")
    high: float | None
    change: float | None = Field(description="Relative for counts and waits, else a difference.")
    p: float | None = Field(description="How often chance alone would bring such a change.")
    real: bool = Field(description="More than chance: p < 0.01.")
    rule: str
    test: str
    opens: str = Field(description=_OPENS)


class Spike(Shape):
    """A day with far more than usual, and the words that set it apart."""

    expected: float
    words: list[str]


class Day(Shape):
    """One day of the team's time zone."""

    day: date
    count: Feelings
    net: float | None
    unfinished: bool
    spike: Spike | None


class Share(Shape):
    """A brand's part of all that is said."""

    brand: str
    ours: bool
    count: Feelings
    share: float


class Slice(Shape):
    """One aspect, intent, source or site."""

    name: str
    count: Feelings
    net: float | None
    opens: str = Field(description=_OPENS)


class Topic(Shape):
    """A word or phrase that these mentions have more than others."""

    text: str
    count: Feelings
    share: float
    opens: str = Field(description=_OPENS)


class Pain(Shape):
    """An aspect in a source: what share of it surely is negative."""

    aspect: str
    source: str
    count: Feelings
    pain: float


class Advocate(Shape):
    """Somebody who speaks for the brand."""

    person: int
    name: str
    handles: list[str]
    followers: int | None
    points: int
    reasons: list[str] = Field(description="What the points are for, the weightiest first.")


class Figures(Shape):
    """A brand's period; lists are empty where there is nothing to tell."""

    brand: str
    first: date
    last: date
    comparable: bool = Field(description="Whether the period before is known.")
    figures: list[Number]
    days: list[Day]
    voice: list[Share]
    aspects: list[Slice]
    intents: list[Slice]
    topics: list[Topic]
    sources: list[Slice]
    sites: list[Slice]
    pain: list[Pain]
    advocates: list[Advocate]


def figures(call: Call) -> Figures:
    """A brand's figures."""
    brand, picked = asked(call)
    found = overview(call.store, brand, picked.since, picked.until, now=call.now, scope=call.scope)
    made = makeup(call.store, brand, picked.since, picked.until, now=call.now, scope=call.scope)
    friends = advocates(call.store, brand, picked.since, picked.until, limit=_FRIENDS, scope=call.scope)
    return _figures(found, made, friends)


def _figures(found: Overview, made: Makeup, friends: Sequence[Standing]) -> Figures:
    return Figures(
        brand=found.brand, first=found.days.first, last=found.days.last, comparable=found.comparable,
        figures=[_number(figure) for figure in found.figures.values()],
        days=[
            Day(
                day=date.fromisoformat(day.day), count=_feelings(day.count), net=day.net, unfinished=day.unfinished,
                spike=day.spike and Spike(expected=day.spike.expected, words=[word.text for word in day.spike.words]),
            ) for day in found.course
        ],
        voice=[Share(brand=v.brand, ours=v.ours, count=_feelings(v.count), share=v.share) for v in found.voice],
        aspects=_slices(found.aspects), intents=_slices(found.intents), sources=_slices(made.sources),
        sites=_slices(made.sites),
        topics=[Topic(text=t.text, count=_feelings(t.count), share=t.share, opens=t.opens) for t in made.topics],
        pain=[
            Pain(aspect=cell.aspect, source=cell.source, count=_feelings(cell.count), pain=cell.pain)
            for cell in made.heat.cells.values()
        ],
        advocates=[
            Advocate(
                person=each.person_id, name=each.name, handles=[f"{h.name}@{h.platform}" for h in each.handles],
                followers=each.followers, points=each.points, reasons=[reason.words for reason in each.reasons],
            ) for each in friends
        ],
    )  # fmt: skip


def _number(figure: Figure) -> Number:
    return Number(
        name=figure.name, value=figure.value, before=figure.before, low=figure.low, high=figure.high,
        change=figure.change, p=figure.p, real=figure.real, rule=figure.why.rule, test=figure.how,
        opens=figure.why.opens,
    )  # fmt: skip


def _slices(parts: tuple[Part, ...]) -> list[Slice]:
    return [Slice(name=p.name, count=_feelings(p.count), net=p.net, opens=p.why.opens) for p in parts]


def _feelings(count: Counted) -> Feelings:
    return Feelings(mentions=count.mentions, negative=count.negative, neutral=count.neutral, positive=count.positive)


ENDPOINTS = (
    Endpoint(
        "/figures", figures, Figures, "A brand over a period: figures with their changes, days, parts and people.",
        params=PARAMS, example="period=7d",
    ),
)  # fmt: skip
