"""The query lab: what an edited query gains and loses over stored posts, and how good both are by the team's labels."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import log, sqrt

from listening.query import Hit, Matcher, Node, PostFacts
from listening.query import compile as compile_queries
from listening.query.words import Words
from listening.store import StoredPost
from pipelines.language import detect

_Z = 1.959964  # 95 % of a normal distribution lie within so many standard deviations
_SURE = 6.635  # by chance alone a log-likelihood ratio is higher than this once in 100 times (chi-squared, 1 degree)
_CHOSEN = 3_000  # posts of a side that stand for all: their words are counted; more would tell nothing more


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and the interval that holds the true share in 95 of 100 cases.

    The interval is Wilson's (1927, "Probable inference, the law of succession, and statistical inference").
    """

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its bounds, 0 to 1."""
        if not self.of:
            return 0.0, 1.0
        share, square = self.hits / self.of, _Z * _Z / self.of
        half = _Z * sqrt((share * (1 - share) + square / 4) / self.of)
        low, high = (share + square / 2 - half) / (1 + square), (share + square / 2 + half) / (1 + square)
        return (low if self.hits else 0.0), (high if self.hits < self.of else 1.0)


@dataclass(frozen=True, slots=True)
class Telling:
    """A word that some posts hold more often than others; `ratio` is the log-likelihood that it is not by chance."""

    word: str
    ratio: float
    here: int  # posts with it
    there: int  # posts with it among those compared with


@dataclass(frozen=True, slots=True)
class Sample:
    """A post as an example of what a query finds."""

    stored: StoredPost
    hit: Hit


@dataclass
class Side:
    """Posts that both queries match, or only one of them does."""

    posts: int = 0
    chosen: list[Sample] = field(default_factory=list)  # of a large side those that stand for all

    def samples(self, count: int) -> list[Sample]:
        """Some of them, newest first, and the same each time."""
        some = random.Random(0).sample(self.chosen, min(count, len(self.chosen)))
        return sorted(some, key=lambda sample: sample.stored.published, reverse=True)

    @cached_property
    def words(self) -> Counter[str]:
        """How many of the chosen ones hold each word, those aside that the queries asked for."""
        return Counter(word for sample in self.chosen for word in _others(sample))


@dataclass(frozen=True, slots=True)
class Quality:
    """A query against the labels: how much of what it finds is relevant, and how much of what is relevant it finds."""

    posts: int
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class Comparison:
    """An edited query beside the saved one."""

    saved: Quality
    edited: Quality
    kept: Side
    gained: Side
    lost: Side
    days: tuple[tuple[str, int, int], ...]  # day (UTC), posts of the saved query, posts of the edited one
    labelled: int

    @property
    def gained_words(self) -> list[Telling]:
        """Words that come with what is gained, rather than with what is kept: noise, if it is noise."""
        return self._telling(self.gained)

    @property
    def lost_words(self) -> list[Telling]:
        """Words that come with what is lost, rather than with what is kept."""
        return self._telling(self.lost)

    def _telling(self, side: Side) -> list[Telling]:
        if not side.chosen or not self.kept.chosen:
            return []
        return telling(side.words, len(side.chosen), self.kept.words, len(self.kept.chosen))


def compare(
    saved: Node,
    edited: Node,
    posts: Iterable[StoredPost],
    labels: Mapping[int, bool],
    *,
    plurals: bool | Mapping[str, bool] = True,
    labelled: Iterable[StoredPost] = (),
) -> Comparison:
    """Compare two queries over all posts that either may match; `labels` says by post id which are relevant.

    `plurals` may say apart for "saved" and "edited" whether words find their plurals. Where `posts` are not all, the
    other posts with labels come as `labelled`: precision and recall are of all labels.
    """
    comparing = _Comparing(compile_queries({"saved": saved, "edited": edited}, plurals=plurals), labels)
    for stored in labelled:
        comparing.judge(stored, comparing.hits(stored))
    return comparing.over(posts)


class _Comparing:
    def __init__(self, matcher: Matcher, labels: Mapping[int, bool]) -> None:
        self.matcher, self.labels = matcher, labels
        self.kept, self.gained, self.lost = Side(), Side(), Side()
        self.days: dict[str, list[int]] = {}
        self.right = {"saved": [0, 0], "edited": [0, 0]}  # labelled not relevant, labelled relevant
        self.chance = random.Random(0)

    def over(self, posts: Iterable[StoredPost]) -> Comparison:
        for stored in posts:
            if hits := self.hits(stored):
                self._count(stored, hits)
                self.judge(stored, hits)
        return Comparison(
            self._quality("saved", self.kept.posts + self.lost.posts),
            self._quality("edited", self.kept.posts + self.gained.posts),
            self.kept,
            self.gained,
            self.lost,
            tuple((day, one, other) for day, (one, other) in sorted(self.days.items())),
            len(self.labels),
        )

    def hits(self, stored: StoredPost) -> dict[str, Hit]:
        facts = PostFacts(stored.post, stored.source, detect)
        return {hit.name: hit for hit in self.matcher.match(stored.post.title, stored.post.text, facts)}

    def judge(self, stored: StoredPost, hits: Mapping[str, Hit]) -> None:
        if stored.id in self.labels:
            for name in hits:
                self.right[name][self.labels[stored.id]] += 1

    def _count(self, stored: StoredPost, hits: Mapping[str, Hit]) -> None:
        side = self.kept if len(hits) == 2 else self.gained if "edited" in hits else self.lost
        side.posts += 1
        self._choose(side, Sample(stored, hits.get("edited") or hits["saved"]))
        counts = self.days.setdefault(stored.published[:10], [0, 0])
        for number, name in enumerate(("saved", "edited")):
            counts[number] += name in hits

    def _choose(self, side: Side, sample: Sample) -> None:
        """Choose each post of a side with the same chance (reservoir sampling: Vitter 1985, algorithm R)."""
        if len(side.chosen) < _CHOSEN:
            side.chosen.append(sample)
        elif (place := self.chance.randrange(side.posts)) < _CHOSEN:
            side.chosen[place] = sample

    def _quality(self, name: str, posts: int) -> Quality:
        wrong, right = self.right[name]
        return Quality(posts, Share(right, right + wrong), Share(right, sum(self.labels.values())))


def telling(here: Mapping[str, int], of_here: int, there: Mapping[str, int], of_there: int) -> list[Telling]:
    """The words that surely (99 %) come with more of some posts than of others, the surest first.

    Both sides say how many of how many posts hold a word. By the log-likelihood ratio of Dunning (1993, "Accurate
    methods for the statistics of surprise and coincidence"), which holds for rare words, too.
    """
    if not of_here or not of_there:
        return []
    counts = ((word, count, there.get(word, 0)) for word, count in here.items())
    found = [
        Telling(word, _ratio(count, of_here, other, of_there), count, other)
        for word, count, other in counts
        if count * of_there > other * of_here
    ]
    return sorted((each for each in found if each.ratio > _SURE), key=lambda each: (-each.ratio, each.word))


def _ratio(count: int, total: int, other: int, other_total: int) -> float:
    """Dunning's -2 log lambda of two counts, each out of a total; 0 where both shares are the same."""
    share = (count + other) / (total + other_total)
    cells = (
        (count, share * total), (total - count, (1 - share) * total),
        (other, share * other_total), (other_total - other, (1 - share) * other_total),
    )  # fmt: skip
    return 2 * sum(seen * log(seen / expected) for seen, expected in cells if seen)


def _others(sample: Sample) -> set[str]:
    """The words of a post beside those that a query asked for: letters only, two of them or more."""
    post, hit = sample.stored.post, sample.hit
    asked = [post.title[start:end] for start, end in hit.title_spans]
    asked += [post.text[start:end] for start, end in hit.text_spans]
    words = {*Words(post.title).words, *Words(post.text).words} - {*Words(" ".join(asked)).words}
    return {word for word in words if word.isalpha() and (len(word) > 1 or not word.isascii())}
