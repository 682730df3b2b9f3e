"""How a text feels toward a brand, in English: by words and by what customers write without saying how they feel."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from listening.post import Evidence, Label
from pipelines.line import Line as Written
from pipelines.sentiment import beside, whole
from pipelines.sentiment.clauses import Spans
from pipelines.sentiment.impression import Impression, Part, label, negated
from pipelines.sentiment.line import Line
from pipelines.sentiment.places import Places
from pipelines.sentiment.ratings import ratings, sign_of
from pipelines.sentiment.relations import OWN, alone, longest
from pipelines.sentiment.rules import Hit, Rule, Rules, longest_first, written
from pipelines.sentiment.toward import toward
from pipelines.sentiment.words import Word, Words, fold
from pipelines.vader import Reading, Scorer

_LONGEST = 20_000  # characters that are read; who has not said by then what they feel will not
_MOST_NAMES = 200  # in a text that are looked at
_APART = 0.5  # what rules count where a text speaks of nobody's customer
_QUOTED = re.compile(r"(?<=\S\s)RT @\w+.*|[\u201c\"]@\w+: [^\u201d\"]*", re.DOTALL)  # somebody else's words, commented
_RATED = 2.6  # what a good rating feels like, a bad one the other way
_RATED_AT_MOST = 0.65  # a score by a rating alone
_STARS = 5.0  # of how many a rating tells that came with a text
_TURNED = -0.75  # what denial makes of praise; negation makes -0.74 of it for vaderSentiment
_TEAM = "your lexicon"  # the rule of the team's own words
_THANKS = "thanks"  # the rule whose phrases are a courtesy
_NAMED = {  # what stands for a name's first token and for others, by the mark at its end
    (later, stop): Word(stop or name, f"{name and f'{name} '}{stop and f'{stop} '}", 0.0, stops=bool(stop))
    for later, name in ((False, OWN), (True, ""))
    for stop in ("", ".", "!", "?")
}


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
        self._team = self._lexicon(own)
        self._brands = {name: self._lexicon({**own, **its}) for name, its in of_brands.items()}

    def __reduce__(self) -> tuple[type[Feeling], tuple[Mapping[str, float], Mapping[str, Mapping[str, float]]]]:
        return type(self), self._source

    def read(self, text: str, names: Spans = ()) -> Impression:
        """All that is read in a text that names brands at `names` (start, end), whichever brand is asked for."""
        if len(text) <= _LONGEST:
            return self._read(text, names, self._team)
        read = self._read(text[:_LONGEST], [span for span in names if span[1] <= _LONGEST], self._team)
        read.sentiment = self.scorer.score(text)
        return read

    def judge(
        self, read: Impression, brand: str, own: Spans, others: Spans = (), written: Written | None = None
    ) -> Judgement:
        """How a text, read before, feels toward `brand`, named at `own` (start, end), with others named at `others`.

        A text that names the brand nowhere (but its title or thread does) counts as a whole. The wording of what was
        `written` to it is weighed with it where that is given; where brands share the text, always.
        """
        if len(read.text) == _LONGEST:
            own, others = ([span for span in spans if span[1] <= _LONGEST] for spans in (own, others))
        heard = self._heard(read, brand, own, others)
        if not own or any(each.rule == _TEAM for each in heard.why):
            return heard
        if others:
            found = beside.worded(read, own, others, heard.score, written or Written(read.text, own, others))
        else:
            found = None if written is None else whole.worded(written, heard.score)
        if found is None:
            return heard
        return Judgement(found.score, label(found.score), (Evidence(found.rule, found.words), *heard.why))

    def _heard(self, read: Impression, brand: str, own: Spans, others: Spans) -> Judgement:
        """The same by rules alone."""
        if brand in self._brands:
            read = self._read(read.text, [*own, *others], self._brands[brand])
        parts = toward(read, own, others)
        score = read.score(parts)
        if not own and read.reading.valences and all(part.rule != _TEAM for part in parts):
            known = read.sentiment.compound  # where nobody is named, vaderSentiment is on its own ground
            score = round((score + known) / 2, 4) if read.customer else known
        return Judgement(score, label(score), read.why(parts))

    def _lexicon(self, valences: Mapping[str, float]) -> Rules:
        """A team's own words and phrases as rules."""
        spelt = {" ".join(map(fold, self.scorer.spelt(words).split())): valence for words, valence in valences.items()}
        return Rules((words, Rule(_TEAM, valence)) for words, valence in spelt.items() if words.strip())

    def _read(self, text: str, names: Spans, lexicon: Rules) -> Impression:
        reading = self.scorer.read(text)
        spelt = reading.spelt
        places = Places(reading.tokens, spelt, None if spelt == text else self.scorer.widths(text))
        words = list(map(self._words.__getitem__, reading.tokens))
        for span in names[:_MOST_NAMES]:
            _name(words, places, *span)
        line = Line([word.spaced for word in words])
        customer = bool(names) or sum([word.customer for word in words]) > 1
        hits = _customers().find(line.text)
        hits.sort()
        parts = _team(lexicon.find(line.text), reading, line) if lexicon else []
        parts += [part for part in _rated(text, places, words) if part.valence]
        parts += _phrases(hits, words, line, parts)
        if not customer:
            parts = list(_quiet(parts, reading, text))
        taken: set[int] = set()
        for part in parts:
            taken.update(range(part.first, part.end))
        parts += _single(reading, words, taken, customer)
        if ("RT @" in text or '"@' in text or "\u201c@" in text) and (match := _QUOTED.search(text)):
            first, after = places.token(match.start()), places.upto(match.end())
            parts = [part for part in parts if not first <= part.first < after]
        marks = {rule.mark for _, _, rule in hits}
        if "denial" in marks:
            parts = _denied(parts, hits, words, line)
        related = not marks.isdisjoint("+-!?")
        said = longest([hit for hit in hits if hit[2].name == "relation"], line) if related else ()
        asks = "request" in marks or " ? " in line.text
        return Impression(
            text, places, reading, words, parts, said, customer=customer, asks=asks, plain="plain" in marks
        )


def by_rating(judged: Judgement | None, stars: float | None, text: str = "") -> Judgement | None:
    """What was judged, if anything, where the author gave no rating that says otherwise.

    The `stars` that come with a text, of 5, are its author's own judgement of it all, irony and comparisons included.
    Those that stand in its `text`, which may be of a part of it, count where nothing else does.
    """
    words = f"{stars:g} of 5 stars" if stars is not None and 0 < stars <= _STARS else ""
    share = (stars or 0.0) / _STARS
    if not words and text and (judged is None or judged.label == "neutral"):
        told = ratings(text)
        if len({sign_of(each.share) for each in told}) == 1:
            words, share = text[told[0].start : told[0].end].strip(), told[0].share
    sign = sign_of(share) if words else 0
    if not sign or (judged is not None and judged.label == label(sign)):
        return judged
    score = round(max(-1.0, min(1.0, (share - 0.6) / 0.4)) * _RATED_AT_MOST, 4)
    return Judgement(score, label(score), (Evidence("rating", (words,)), *(judged.why if judged else ())))


@cache
def _customers() -> Rules:
    """All rules about one brand."""
    phrases, lists = written()
    relations, more = alone()
    return Rules([*phrases, *relations], {**lists, **more})


def _name(words: list[Word], places: Places, start: int, end: int) -> None:
    """Put a brand's name in place of the words that are one."""
    first = places.token(start)
    for place in range(first, min(max(places.upto(end), first + 1), len(words))):
        words[place] = _NAMED[place > first, words[place].folded[-1:] if words[place].stops else ""]


def _team(hits: Sequence[Hit], reading: Reading, line: Line) -> list[Part]:
    """What the team's own words and phrases say; of two that overlap, the longest."""
    parts: list[Part] = []
    for start, end, rule in sorted(hits, key=longest_first):
        first, after = line.tokens(start, -end)
        if all(after <= part.first or first >= part.end for part in parts):
            parts.append(Part(first, after, reading.bent(first, rule.valence), _TEAM))
    return parts


def _rated(text: str, places: Places, words: Sequence[Word]) -> Iterator[Part]:
    """The ratings that a text gives. "Not five stars" is none; that somebody cannot give zero makes it no better."""
    for start, end, share in ratings(text):
        first, after = places.token(start), places.upto(end)
        sign = sign_of(share)
        if sign > 0 and negated(words, first):
            sign = 0
        yield Part(first, max(after, first + 1), sign * _RATED, "rating")


def _phrases(hits: list[Hit], words: Sequence[Word], line: Line, taken: Sequence[Part]) -> list[Part]:
    """What rules' phrases say where nothing is `taken`; of two that overlap, the first, and of those the longest."""
    parts: list[Part] = []
    covered = 0
    for start, end, rule in hits:
        if start < covered or rule.mark:
            continue
        first, after = line.tokens(start, -end)
        if taken and any(first < part.end and part.first < after for part in taken):
            continue
        covered, valence = -end, rule.valence
        if first and negated(words, first):
            valence *= -0.5
        parts.append(Part(first, after, valence, rule.name, rule.name == _THANKS))
    return parts


def _quiet(parts: Sequence[Part], reading: Reading, text: str) -> Iterator[Part]:
    """Phrases on vaderSentiment's own ground: less loud, only where it is silent, not where people talk to others."""
    known = set(reading.places)
    talk = "@" in text or "#" in text or "http" in text
    for part in parts:
        if part.rule == _TEAM:
            yield part
        elif not talk and known.isdisjoint(range(part.first, part.end)):
            yield part._replace(valence=part.valence * _APART)


def _single(reading: Reading, words: Sequence[Word], taken: Container[int], customer: bool) -> list[Part]:
    """What single words say that are in no phrase: vaderSentiment's valence, else our own."""
    parts: list[Part] = []
    known = set()
    for place, valence in zip(reading.places, reading.valences, strict=True):
        word = words[place]
        if place not in taken and (word.valence is None or not (customer or word.handle)):
            known.add(place)
            parts.append(_part(place, _less(words, place, valence), word, customer))
    for place in [place for place, word in enumerate(words) if word.speaks]:
        word = words[place]
        if place not in taken and place not in known and (customer or not word.tag):
            parts.append(_part(place, _less(words, place, reading.bent(place, word.valence or 0.0)), word, customer))
    return parts


def _less(words: Sequence[Word], place: int, valence: float) -> float:
    """The valence of a word, turned round where there is less of it."""
    return valence * _TURNED if place and words[place - 1].folded in {"less", "fewer"} else valence


def _part(place: int, valence: float, word: Word, customer: bool) -> Part:
    if valence > 0:
        return Part(place, place + 1, valence, "positive word", word.courtesy and customer)
    return Part(place, place + 1, valence, "negative word")


def _denied(parts: list[Part], hits: Sequence[Hit], words: Sequence[Word], line: Line) -> list[Part]:
    """Praise turned round that follows, in the same sentence, what denies it ("I do not think that ...")."""
    places: set[int] = set()
    for start, end, rule in hits:
        if rule.mark == "denial":
            first = line.tokens(start, -end)[1]
            until = next((place + 1 for place in range(first - 1, len(words)) if words[place].stops), len(words))
            places.update(range(first, until))
    return [_turned(part) if part.valence > 0 and part.first in places else part for part in parts]


def _turned(part: Part) -> Part:
    return part._replace(valence=part.valence * _TURNED, rule="denied")
