"""What a brand's mentions are made of: aspects, intents, topics and sources by feeling, and where it hurts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from listening.insight.agreement import wilson
from listening.insight.telling import Word, telling, words
from listening.insight.why import Why, why
from listening.store import Count, Days, Scope, Store, Voice

_RULES = {
    "aspect": "Mentions that name this side of the brand, by the feeling toward it. brands.toml may name its words.",
    "intent": "Mentions that were written for this reason, by the feeling toward the brand.",
    "site": "Mentions on this site, by the feeling toward the brand.",
    "source": "Mentions that this source brought, by the feeling toward the brand.",
}
_PAIN = (
    "Mentions that name this aspect and feel negative toward it, in what this source brought. The colour is the lower "
    "end of the share's interval (Wilson 1927), so that few mentions do not glow."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One aspect, intent, site or source."""

    name: str
    count: Count
    net: float | None
    why: Why


@dataclass(frozen=True, slots=True)
class Topic:
    """A word or phrase that these mentions have more than others, and how the mentions that hold it feel."""

    text: str
    count: Count  # among the texts that were looked at
    share: float  # of the texts that were looked at
    opens: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One aspect in one source: `pain`, 0 to 1, is what share of it surely is negative."""

    aspect: str
    source: str
    count: Count
    pain: float
    why: Why


@dataclass(frozen=True, slots=True)
class Heat:
    """Where it hurts: aspects as rows, sources as columns, most pain first; cells by (aspect, source)."""

    aspects: tuple[str, ...]
    sources: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]


def parts(store: Store, kind: str, brand: str, days: Days, scope: Scope, limit: int = 12) -> list[Part]:
    """The aspects, intents, sites or sources with most mentions."""
    by, of = ("source", "all") if kind == "source" else ("name", kind)
    found = {key: n for key, n in store.figures(brand, days, [by], kind=of, scope=scope).items() if key[0]}
    ordered = sorted(found.items(), key=lambda each: (-each[1].mentions, each[0]))[:limit]
    return [
        Part(name, count, count.net, why(store, _RULES[kind], brand, days, scope, **{kind: name}))
        for (name,), count in ordered
    ]


def topics(here: list[Voice], there: list[Voice], names: frozenset[str], opens: str, limit: int = 12) -> list[Topic]:
    """What mentions are about that others are not, by feeling; `opens` is the list of all of these mentions."""
    held = [(words(f"{voice.title}\n{voice.text}", names), voice.label) for voice in here]
    one: Counter[str] = Counter(word for each, _ in held for word in each)
    other: Counter[str] = Counter()
    for voice in there:
        other.update(words(f"{voice.title}\n{voice.text}", names))
    found = telling(one, other, len(here), len(there), limit=limit)
    return [_topic(word, held, opens) for word in found]


def _topic(word: Word, held: list[tuple[frozenset[str], str | None]], opens: str) -> Topic:
    labels = [label for each, label in held if word.text in each]
    feels = Counter(labels)
    count = Count(len(labels), feels["negative"], feels["neutral"], feels["positive"])
    return Topic(word.text, count, len(labels) / max(1, len(held)), f"{opens}&{urlencode([('q', _asked(word.text))])}")


def _asked(text: str) -> str:
    return f'"{text}"'


def heat(store: Store, brand: str, days: Days, scope: Scope, rows: int = 8, columns: int = 8) -> Heat:
    """The aspects with most negative mentions, in the sources with most of those."""
    of_sources = store.figures(brand, days, ["source"], scope=scope)
    hurting = sorted(((-count.negative, name) for (name,), count in of_sources.items() if count.negative))[:columns]
    found = store.figures(
        brand, days, ["source", "name"], kind="aspect", scope=scope, sources=[name for _, name in hurting]
    )
    by_aspect, by_source = Counter[str](), Counter[str]()
    for (source, aspect), count in found.items():
        by_aspect[aspect] += count.negative
        by_source[source] += count.negative
    aspects = tuple(name for name, n in by_aspect.most_common(rows) if n)
    sources = tuple(name for name, n in by_source.most_common() if n)
    cells = {}
    for aspect in aspects:
        for source in sources:
            count = found.get((source, aspect), Count())
            if count.mentions:
                pain = wilson(count.negative, count.scored)[0] if count.scored else 0.0
                chosen = {"aspect": aspect, "aspect_sentiment": "negative", "source": source}
                reason = why(store, _PAIN, brand, days, scope, **chosen)
                cells[aspect, source] = Cell(aspect, source, count, pain, reason)
    return Heat(aspects, sources, cells)
