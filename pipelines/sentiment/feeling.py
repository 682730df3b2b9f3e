"""How a text feels toward a brand, in English: by words and by what customers write without saying how they feel."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from listening.post import Evidence, Label
from pipelines.sentiment.clauses import Spans
from pipelines.sentiment.impression import Impression, Part, label
from pipelines.sentiment.line import Line
from pipelines.sentiment.rules import Hit, Rule, Rules, customers_rules
from pipelines.sentiment.toward import toward
from pipelines.sentiment.words import Word, Words, fold
from pipelines.vader import Reading, Scorer

_APART = 0.5  # what rules count where a text speaks of nobody's customer
_TEAM = "your lexicon"  # the rule of the team's own words


class Judgement(NamedTuple):
    """Of a text, toward one brand: the score from -1 to 1, what it is called, and the reasons."""

    score: float
    label: Label
    why: tuple[Evidence, ...]


class Feeling:
    """English feeling toward brands. `lexicon` and each brand's own one hold words and phrases, from -4 to 4.

    Pure, safe to pickle and to share between threads.
    """

    def __init__(
        self, lexicon: Mapping[str, float] | None = None, brands: Mapping[str, Mapping[str, float]] | None = None
    ) -> None:
        own, of_brands = dict(lexicon or {}), {name: dict(its) for name, its in (brands or {}).items() if its}
        self._source = own, of_brands
        self.scorer = Scorer({words: valence for words, valence in own.items() if len(words.split()) == 1})
        self._words = Words()
        self._rules = customers_rules()
        self._team = self._lexicon(own)
        self._brands = {name: self._lexicon({**own, **its}) for name, its in of_brands.items()}

    def __reduce__(self) -> tuple[type[Feeling], tuple[Mapping[str, float], Mapping[str, Mapping[str, float]]]]:
        return type(self), self._source

    def read(self, text: str, *, named: bool = True) -> Impression:
        """All that is read in a text, whichever brand is asked for; `named`: it names one, not its title alone."""
        return self._read(text, self._team, named=named)

    def judge(self, read: Impression, brand: str, own: Spans, others: Spans = ()) -> Judgement:
        """How a text, read before, feels toward `brand`, named at `own` (start, end), with others named at `others`.

        A text that names the brand nowhere (but its title or thread does) counts as a whole.
        """
        if brand in self._brands:
            read = self._read(read.text, self._brands[brand], named=read.customer)
        parts = toward(read, self.scorer.spelt, own, others)
        score = read.score(parts)
        return Judgement(score, label(score), read.why(parts))

    def _lexicon(self, valences: Mapping[str, float]) -> Rules:
        """A team's own words and phrases as rules."""
        folded = (
            (" ".join(map(fold, self.scorer.spelt(words).split())), valence) for words, valence in valences.items()
        )
        return Rules((words, Rule(_TEAM, valence)) for words, valence in folded if words.strip())

    def _read(self, text: str, lexicon: Rules, *, named: bool) -> Impression:
        reading = self.scorer.read(text)
        words = list(map(self._words.__getitem__, reading.tokens))
        line = Line([word.folded for word in words])
        customer = named or sum([word.customer for word in words]) > 1
        hits = self._rules.find(line.text)
        marks = frozenset([rule.mark for _, _, rule in hits if rule.mark])
        parts = _team(lexicon.find(line.text), reading, line) if lexicon else []
        parts += _phrases(hits, words, line, parts)
        if not customer:
            parts = list(_quiet(parts, reading))
        taken: set[int] = set()
        for part in parts:
            taken.update(range(part.first, part.end))
        parts += _single(reading, words, taken, customer)
        if "denial" in marks:
            parts = _denied(parts, hits, words, line)
        return Impression(text, reading, words, line, parts, marks, customer)


def _team(hits: Sequence[Hit], reading: Reading, line: Line) -> list[Part]:
    """What the team's own words and phrases say; of two that overlap, the longest."""
    parts: list[Part] = []
    for start, end, rule in sorted(hits, key=lambda hit: hit[0] - hit[1]):
        first, after = line.tokens(start, end)
        if all(after <= part.first or first >= part.end for part in parts):
            parts.append(Part(first, after, reading.bent(first, rule.valence), _TEAM))
    return parts


def _phrases(hits: list[Hit], words: Sequence[Word], line: Line, team: Sequence[Part]) -> list[Part]:
    """What rules' phrases say; of two that overlap, the first, and of those the longest."""
    parts: list[Part] = []
    covered = 0
    for start, end, rule in sorted(hits, key=lambda hit: (hit[0], -hit[1])) if len(hits) > 1 else hits:
        if start < covered or rule.mark:
            continue
        first, after = line.tokens(start, end)
        if team and any(first < part.end and part.first < after for part in team):
            continue
        covered, valence = end, rule.valence
        for word in words[max(first - 3, 0) : first]:
            if word.negates:
                valence = rule.valence * -0.5
        parts.append(Part(first, after, valence, rule.name))
    return parts


def _quiet(parts: Sequence[Part], reading: Reading) -> Iterator[Part]:
    """Phrases on vaderSentiment's own ground: only where it is silent, and less loud."""
    known = set(reading.places)
    for part in parts:
        if part.rule == _TEAM:
            yield part
        elif known.isdisjoint(range(part.first, part.end)):
            yield part._replace(valence=part.valence * _APART)


def _single(reading: Reading, words: Sequence[Word], taken: Container[int], customer: bool) -> list[Part]:
    """What single words say that are in no phrase: vaderSentiment's valence, else our own."""
    parts: list[Part] = []
    known = set()
    for place, valence in zip(reading.places, reading.valences, strict=True):
        word = words[place]
        if place not in taken and (word.valence is None or not (customer or word.handle)):
            known.add(place)
            parts.append(_part(place, valence, word, customer))
    for place, word in enumerate(words):
        if not word.valence or word.hint or place in taken or place in known:
            continue
        if customer or not word.tag:
            parts.append(_part(place, reading.bent(place, word.valence), word, customer))
    return parts


def _part(place: int, valence: float, word: Word, customer: bool) -> Part:
    if valence > 0:
        return Part(place, place + 1, valence, "positive word", word.courtesy and customer)
    return Part(place, place + 1, valence, "negative word")


def _denied(parts: list[Part], hits: Sequence[Hit], words: Sequence[Word], line: Line) -> list[Part]:
    """Praise turned round that follows, in the same sentence, what denies it ("I do not think that ...")."""
    places: set[int] = set()
    for start, end, rule in hits:
        if rule.mark == "denial":
            first = line.tokens(start, end)[1]
            until = next((place + 1 for place in range(first - 1, len(words)) if words[place].stops), len(words))
            places.update(range(first, until))
    return [
        part._replace(valence=part.valence * -0.75, rule="denied")
        if part.valence > 0 and part.first in places
        else part
        for part in parts
    ]
