"""How a text feels toward a brand: words and phrases with their feelings, what they add up to, and why."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from listening.post import Evidence, Label, Sentiment
from pipelines.sentiment.clauses import Spans, passages
from pipelines.sentiment.line import Folder, Line
from pipelines.sentiment.relations import OTHER, OWN, Said, marked, said
from pipelines.sentiment.rules import Hit, Rule, Rules, read
from pipelines.vader import Reading, Scorer, data

_APART = 0.5  # what rules count where a text speaks of nobody's customer
_NEGATORS = frozenset("not no never dont isnt cant without nothing zero arent wont aint".split())
_MOST_KEPT = 50_000  # words; those of a language come back long before
_TEAM = "your lexicon"  # the rule of the team's own words
_CLEAR = 0.15  # scores beyond it say enough to say the opposite of somebody else
_SHOWN = 12  # pieces of evidence; more tell nobody more


class Part(NamedTuple):
    """Some tokens of a text, by number, and what they feel like: from about -4 to 4."""

    first: int
    end: int  # the number of the token after the last
    valence: float
    rule: str
    courtesy: bool = False  # says nothing where something is wrong or asked for
    hint: bool = False  # counts only where nothing else is said


def label(score: float) -> Label:
    """What a score from -1 to 1 is called, by the thresholds that vaderSentiment's README gives as customary.

    Positive from 0.05 upward, negative from -0.05 downward, neutral between them
    (https://github.com/cjhutto/vaderSentiment#about-the-scoring).
    """
    if score >= 0.05:
        return "positive"
    return "negative" if score <= -0.05 else "neutral"


@cache
def _words() -> tuple[Mapping[str, float], frozenset[str], frozenset[str]]:
    """The words of words.toml with their valences, those that are courtesy, and those of customers."""
    document = tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))
    valences = {word: float(valence) for valence, words in document["words"].items() for word in words.split()}
    courtesy, context = (frozenset(document[name]["words"].split()) for name in ("courtesy", "context"))
    return valences, courtesy, context


@cache
def _rules() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "rules.toml").read_text("utf-8"))


class Feeling:
    """English feeling toward brands. `lexicon` and each brand's own one hold words and phrases, from -4 to 4.

    Pure, safe to pickle and to share between threads.
    """

    def __init__(
        self, lexicon: Mapping[str, float] | None = None, brands: Mapping[str, Mapping[str, float]] | None = None
    ) -> None:
        self._source = (dict(lexicon or {}), {name: dict(own) for name, own in (brands or {}).items() if own})
        self.scorer = Scorer({word: valence for word, valence in self._source[0].items() if len(word.split()) == 1})
        self._feelings = _Words()
        self._folder = Folder(_vocabulary())
        self._rules = Rules(read(_rules()), _rules()["lists"])
        lexicon, brands = self._source
        self._team = self._lexicon(lexicon)
        self._brands = {name: self._lexicon({**lexicon, **own}) for name, own in brands.items()}

    def __reduce__(self) -> tuple[type[Feeling], tuple[Mapping[str, float], Mapping[str, Mapping[str, float]]]]:
        return type(self), self._source

    def read(self, text: str, *, named: bool = True) -> Impression:
        """All that is read in a text, whichever brand is asked for; `named`: it names one."""
        return self._read(text, self._team, named=named)

    def _read(self, text: str, lexicon: Rules, *, named: bool) -> Impression:
        reading = self.scorer.read(text)
        line = Line(reading.tokens, self._folder)
        feelings = list(map(self._feelings.__getitem__, line.words))
        customer = named or sum([feeling.context for feeling in feelings]) > 1
        hits, marks = self._hits(line, lexicon)
        parts = self._phrases(reading, line, hits)
        if not customer:  # vaderSentiment's own ground: phrases only where it is silent, and less loud
            known = set(reading.places)
            parts = [
                part if part.rule == _TEAM else part._replace(valence=part.valence * _APART)
                for part in parts
                if part.rule == _TEAM or known.isdisjoint(range(part.first, part.end))
            ]
        taken = {number for part in parts for number in range(part.first, part.end)}
        parts += self._single(reading, feelings, taken, customer)
        return Impression(reading, line, parts, marks, customer)

    def judge(
        self, impression: Impression, text: str, brand: str, own: Spans, others: Spans
    ) -> tuple[float, Label, tuple[Evidence, ...]]:
        """How `text`, read before, feels toward `brand`, named at `own` (start, end), with others named at `others`.

        A text that names the brand nowhere (but its title or thread does) counts as a whole.
        """
        if brand in self._brands:
            impression = self._read(text, self._brands[brand], named=impression.customer)
        parts = toward(impression, self.scorer, text, own, others)
        score = impression.score(parts)
        return score, label(score), impression.why(parts)

    def _lexicon(self, valences: Mapping[str, float]) -> Rules:
        """A team's own words and phrases as rules."""
        entries: list[tuple[str, Rule]] = []
        for words, valence in valences.items():
            folded = Line(self.scorer.spelt(words).split(), self._folder).text.strip()
            if folded:
                entries.append((folded, Rule(_TEAM, valence)))
        return Rules(entries, {})

    def _hits(self, line: Line, lexicon: Rules) -> tuple[list[Hit], frozenset[str]]:
        """The team's own phrases, then the rules' in the order of the text; and what the text is marked as."""
        hits = sorted(self._rules.find(line.text), key=lambda hit: (hit.start, -hit.end))
        own = sorted(lexicon.find(line.text), key=lambda hit: hit.start - hit.end)
        return [*own, *(hit for hit in hits if not hit.rule.mark)], frozenset(hit.rule.mark for hit in hits) - {""}

    def _phrases(self, reading: Reading, line: Line, hits: Sequence[Hit]) -> list[Part]:
        """What phrases say; of two that overlap, the team's own, else the first, and of those the longest."""
        parts: list[Part] = []
        covered, team = 0, 0
        for hit in hits:
            first, end = line.tokens(hit.start, hit.end)
            if hit.rule.name == _TEAM:
                if all(end <= part.first or first >= part.end for part in parts):
                    parts.append(Part(first, end, reading.bent(first, hit.rule.valence), _TEAM))
                    team = len(parts)
                continue
            if hit.start < covered or any(first < part.end and part.first < end for part in parts[:team]):
                continue
            covered = hit.end
            valence = hit.rule.valence
            if not _NEGATORS.isdisjoint(line.words[max(first - 3, 0) : first]):
                valence *= -0.5
            parts.append(Part(first, end, valence, hit.rule.name))
        return parts

    def _single(
        self, reading: Reading, feelings: Sequence[_Word], taken: Container[int], customer: bool
    ) -> Iterator[Part]:
        """What single words say that are in no phrase; vaderSentiment's own valences where nobody is a customer."""
        known = set()
        for place, valence in zip(reading.places, reading.valences, strict=True):
            feeling = feelings[place]
            if place not in taken and (feeling.valence is None or not (customer or feeling.name)):
                known.add(place)
                yield _part(place, valence, feeling, customer)
        for place, feeling in enumerate(feelings):
            if feeling.valence and place not in taken and place not in known and (customer or feeling.plain):
                valence = feeling.valence if feeling.hint else reading.bent(place, feeling.valence)
                yield _part(place, valence, feeling, customer)


def _part(place: int, valence: float, word: _Word, customer: bool) -> Part:
    if word.hint and customer:
        return Part(place, place + 1, valence, "hint", hint=True)
    rule = "positive word" if valence > 0 else "negative word"
    return Part(place, place + 1, valence, rule, valence > 0 and word.courtesy and customer)


class _Word(NamedTuple):
    """What a token's folded words say."""

    valence: float | None = None  # None: what vaderSentiment says
    courtesy: bool = False
    hint: bool = False
    context: bool = False  # tells that somebody is a customer
    name: bool = False  # somebody's handle: what it looks like says nothing
    plain: bool = False  # neither a hint nor a hashtag


class _Words(dict[str, _Word]):
    """Tokens' folded words and what they say; fills itself as they are met and starts anew when full."""

    def __init__(self) -> None:
        super().__init__()
        self._own, self._courtesy, self._context = _words()
        self._lexicon = {**data()[0], **self._own}

    def __missing__(self, words: str) -> _Word:
        word = words.rstrip(" .!?")
        valence = self._own.get(word)
        if word[:1] == "@":
            valence = 0.0
        elif word[:2] == "# ":
            valence = self._tag(word)
        found = _Word(
            valence,
            word in self._courtesy,
            valence is not None and -1 <= valence < 0,
            word in self._context,
            word[:1] == "@",
            abs(valence or 0) > 1 and word[:1] != "#",
        )
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[words] = found
        return found

    def _tag(self, words: str) -> float:
        """The feeling of a hashtag's words together."""
        total, negated = 0.0, False
        for word in words.split()[1:]:
            valence = self._lexicon.get(word, 0.0)
            total += -0.74 * valence if negated else valence
            negated = word in _NEGATORS
        return 0.0 if abs(total) <= 1 else max(-4.0, min(4.0, total))


@cache
def _vocabulary() -> frozenset[str]:
    """Words that hashtags are made of."""
    common = """a i the my your our is it in on at to of for and or be me you we us so no not never again ever this that
    what why how when all day time get got go out up down with from by too more most very just only always still now
    flight air airline airlines service customer customers company phone internet bank food store shop coffee app travel
    help need want please thanks thank love hate fail fly flying trip home first class team crew life money back give
    wait waiting hold delayed cancelled late lost found bag bags people take make made work works working was were are
    am im dont cant wont isnt doing better best worst bad good great happy sad one two new old real talk user experience
    support care issue issues problem problems broken stuck stranded hours week month year today tomorrow tonight
    morning night weekend problems hour fix your shit together any anymore next last game done over off""".split()
    return frozenset([*common, *_words()[0], *(w for w in data()[0] if w.isalpha() and len(w) > 2)])


class Impression:
    """What was read in one text."""

    __slots__ = ("customer", "line", "marks", "parts", "reading")

    def __init__(self, reading: Reading, line: Line, parts: list[Part], marks: frozenset[str], customer: bool) -> None:
        self.reading, self.line, self.parts, self.marks, self.customer = reading, line, parts, marks, customer

    @property
    def sentiment(self) -> Sentiment:
        """VaderSentiment's own four figures of the whole text."""
        return self.reading.figures()

    def score(self, parts: Sequence[Part]) -> float:
        """What some parts of the text come to, from -1 to 1."""
        asks = self.customer and ("request" in self.marks or " ? " in self.line.text)
        but = self.reading.but
        positive = negative = courtesy = hints = wrong = 0.0
        for part in parts:
            valence = part.valence * (1.0 if but < 0 else 0.5 if part.first < but else 1.5)
            if part.courtesy:
                courtesy += valence
            elif part.hint:
                hints += valence
            elif valence > 0:
                positive += valence
            else:
                negative += valence
                if part.rule != "negative word":
                    wrong += valence
        if wrong <= -1.5 and self.customer:
            courtesy *= 0.2
            positive *= 0.8
        elif asks:
            courtesy *= 0.1
            positive *= 0.7
        total = positive + courtesy + negative
        if not (positive or courtesy or negative):
            total += hints
        if -0.7 < total < 0.7 and self.customer and (asks or "plain" in self.marks):
            total = 0
        if total:
            total += math.copysign(self.reading.emphasis, total)
        return round(total / math.sqrt(total * total + 15), 4)

    def why(self, parts: Sequence[Part]) -> tuple[Evidence, ...]:
        """The rules of some parts, the strongest first, with their words as the author wrote them."""
        found: dict[str, list[str]] = {}
        for part in sorted(parts, key=lambda part: -abs(part.valence))[:_SHOWN]:
            words = " ".join(self.reading.tokens[part.first : part.end])
            found.setdefault(part.rule, []).append(words)
        return tuple(Evidence(rule, tuple(dict.fromkeys(words))) for rule, words in found.items())


def toward(impression: Impression, scorer: Scorer, text: str, own: Spans, others: Spans) -> list[Part]:
    """The parts of a text that count toward the brand named at `own`, and what relations to others say of it."""
    names = _Names(scorer, text, own, others)
    mine = _side(impression, names, text, own, others)
    parts = [*mine.parts, *(_relation(one) for one in mine.said if one.sign in "+-")]
    if not own or not others:
        return parts
    theirs = _side(impression, names.swapped(), text, others, own)
    signs = {one.sign for one in mine.said}
    if "=" in signs:
        return [*parts, *theirs.parts, *(_relation(one) for one in theirs.said if one.sign in "+-")]
    if "!" in signs or not any(not part.hint for part in parts):
        compared = [*theirs.parts, *(_relation(one) for one in theirs.said if one.sign in "+-")]
        score = impression.score(compared)
        if abs(score) > _CLEAR:
            strongest = max(compared, key=lambda part: part.valence * score)
            parts.append(Part(strongest.first, strongest.end, -3 * score, "comparison"))
    return parts


class _Names:
    """The tokens that name this brand and others."""

    def __init__(self, scorer: Scorer, text: str, own: Spans, others: Spans) -> None:
        self._scorer, self._text = scorer, text
        self.tokens: dict[int, list[str]] = {}
        for start, end, owner in sorted([(*span, OWN) for span in own] + [(*span, OTHER) for span in others]):
            first = self.token(start)
            for number in range(first, self.token(end - 1) + 1):
                self.tokens.setdefault(number, [])
            self.tokens[first].append(owner)

    def token(self, place: int) -> int:
        """The number of the token at a character of the text."""
        before = self._scorer.spelt(self._text[:place])
        return len(before.split()) - (before[-1:] != "" and not before[-1:].isspace())

    def swapped(self) -> _Names:
        """The same for the others' side."""
        other = object.__new__(_Names)
        other._scorer, other._text = self._scorer, self._text
        swap = {OWN: OTHER, OTHER: OWN}
        other.tokens = {place: [swap[owner] for owner in owners] for place, owners in self.tokens.items()}
        return other


class _Side(NamedTuple):
    parts: list[Part]
    said: list[Said]


def _side(impression: Impression, names: _Names, text: str, own: Spans, others: Spans) -> _Side:
    """What is said of the brand named at `own`: in its own clauses, and in relation to others."""
    found = said(marked(impression.line.words, names.tokens)) if own else []
    parts = [
        part for part in impression.parts if not all(place in names.tokens for place in range(part.first, part.end))
    ]
    if own and others:
        shadows = [one for one in found if one.sign == "!"]
        compared = {place for one in shadows for place in range(one.first, one.end)}
        real = [span for span in own if names.token(span[0]) not in compared] if shadows else own
        places = [(part.first, part.end) for part in parts]

        def says(start: int, end: int) -> bool:
            first, last = names.token(start), names.token(end)
            return any(first <= one and two <= last for one, two in places)

        stretches = passages(text, real, others, says) if real else []
        ranges = [(names.token(start), names.token(max(start, end - 1)) + 1) for start, end in stretches]
        parts = [part for part in parts if any(first <= part.first < end for first, end in ranges)]
    for one in found:
        if one.sign in "+-":
            parts = [part for part in parts if not one.first <= part.first < one.end]
    return _Side(parts, found)


def _relation(one: Said) -> Part:
    return Part(one.first, one.end, 2.5 if one.sign == "+" else -2.5, "relation")
