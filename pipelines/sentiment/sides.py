"""What a text says of each of two brands that share it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.sentiment.alike import is_list, is_of_both
from pipelines.sentiment.clauses import Spans, passages
from pipelines.sentiment.figures import better, figures
from pipelines.sentiment.impression import WORDS, Impression, Part, negated
from pipelines.sentiment.line import Line
from pipelines.sentiment.places import Places
from pipelines.sentiment.relations import OTHER, OWN, Said, longest, pairs
from pipelines.sentiment.roles import is_aside, is_asked, is_led, is_object, is_place
from pipelines.sentiment.rules import Hit, longest_first
from pipelines.sentiment.wording import Lean, Ranges, leans

_MOST_NAMES = 30  # of a brand in a text that are looked at
_RELATION = 2.5  # what it says that somebody left one brand for the other
_DOUBTED = re.compile(
    r"(?<![\w.!?])[\"\u201c](?=\w)((?:[^\s\"\u201c\u201d]+\s){0,2}[^\s\"\u201c\u201d.!?,]+)[\"\u201d]"
)
_DOUBT = -1.5  # what it says to put a word or two between quotation marks
_ORDINAL = re.compile(r"\b(?:the )?(former|latter)\b", re.IGNORECASE)
_SLIGHT = 1.0  # events up to here count only where nothing else is said
_FIGURE = 1.8  # what a better price, time or mark says


class Side(NamedTuple):
    """What is said of one brand beside the other, where it is really spoken of, and the parts that do."""

    said: list[Said]
    real: Spans
    parts: list[Part]
    slight: list[Part]  # what counts only where there are no others
    asked: bool  # named only in questions that want to know something
    ranges: Ranges  # of tokens that speak of it
    lean: Lean  # what their wording says


class Sides(NamedTuple):
    """What is said of a brand and of the others in a text."""

    own: Side
    other: Side
    told_apart: bool  # by "the former" and "the latter"
    better: Part | None  # what a price, a time or a mark says of the one
    worse: Part | None  # and of the other
    spaced: Sequence[str]  # the folded words of each token, with owners in place of names

    def swapped(self) -> Sides:
        """The same, asked by the other."""
        return Sides(self.other, self.own, self.told_apart, self.worse, self.better, self.spaced)


def sides_of(read: Impression, own: Spans, others: Spans) -> Sides:
    """What a text says of one brand and of others; where there are two, what was found for the one serves the other."""
    own, others = tuple(own[:_MOST_NAMES]), tuple(others[:_MOST_NAMES])
    known: dict[tuple[Spans, Spans], Sides] = read.sides
    if (own, others) in known:
        return known[own, others]
    if (others, own) in known:
        found = known[own, others] = known[others, own].swapped()
        return found
    mine, theirs = _ordinals(read.text, own, others)
    owners = _owners(read.places, mine, theirs)
    line = Line(spaced := _marked(read, owners))
    hits = pairs().find(line.text)
    events = _events(read, [hit for hit in hits if not hit[2].mark], line)
    events = [*_uncovered(events, doubts := _doubts(read)), *doubts]
    parts = [*_uncovered(read.parts, events), *(event for event in events if abs(event.valence) > _SLIGHT)]
    parts.sort()
    slight = sorted([*read.hints(deeds=True), *(event for event in events if abs(event.valence) <= _SLIGHT)])
    said = longest([hit for hit in hits if hit[2].mark], line)
    if is_of_both(line.text) or is_list(line, parts):
        said.append(Said("==", 0, 0))
    halves = []
    for index, owner, spans, rest in ((0, OWN, mine, theirs), (1, OTHER, theirs, mine)):
        its = _alone(read, [one._replace(sign=one.sign[index]) for one in said], owner, owners)
        halves.append((its, _real(read, spans, rest, its)))
    (said_own, real), (said_other, real_others) = halves
    stretches, stretches_other = _ranges(read, parts, real, real_others)
    ranges = [_tokens(read, each) for each in (stretches, stretches_other)]
    lean, lean_other = leans(spaced, *ranges, alike=any(one.sign == "==" for one in said))
    known[own, others] = found = Sides(
        _side(read, said_own, real, parts, slight, ranges[0], lean),
        _side(read, said_other, real_others, parts, slight, ranges[1], lean_other),
        len(mine) + len(theirs) > len(own) + len(others),
        *_figured(read, stretches, stretches_other),
        spaced,
    )
    return found


def _events(read: Impression, hits: Sequence[Hit], line: Line) -> list[Part]:
    """What was done well or badly; of two that overlap, the longest, and none that overlaps a phrase as long."""
    found: list[Part] = []
    taken = [0] * len(read.words)  # tokens by how long a phrase they are in
    for part in read.parts:
        if part.rule not in WORDS:
            taken[part.first : part.end] = [part.end - part.first] * (part.end - part.first)
    for start, end, rule in sorted(hits, key=longest_first):
        first, after = line.tokens(start, -end)
        if max(taken[first:after]) < after - first:
            taken[first:after] = [len(taken)] * (after - first)
            found.append(Part(first, after, -rule.valence if negated(read.words, first) else rule.valence, rule.name))
    return found


def _uncovered(parts: Sequence[Part], events: Sequence[Part]) -> list[Part]:
    """The parts that no event says more clearly."""
    if not events:
        return list(parts)
    covered = {place for event in events for place in range(event.first, event.end)}
    return [part for part in parts if covered.isdisjoint(range(part.first, part.end))]


def _doubts(read: Impression) -> list[Part]:
    """Words that somebody says with quotation marks around them, since they do not believe them ("smart" meters)."""
    if '"' not in read.text and "\u201c" not in read.text:
        return []
    spans = [match.span(1) for match in _DOUBTED.finditer(read.text)]
    places = [(read.places.token(start), read.places.upto(end)) for start, end in spans]
    return [Part(first, after, _DOUBT, "doubted") for first, after in places if first < after]


def _figured(
    read: Impression, one: Sequence[tuple[int, int]], two: Sequence[tuple[int, int]]
) -> tuple[Part | None, Part | None]:
    """What a price, a time or a mark of each brand says of the one and of the other."""
    if not one or not two or (found := better(read.text, figures(read.text, read.marks.numbers), one, two)) is None:
        return None, None
    sign, ours, other = found
    parts = [
        Part(read.places.token(figure.start), max(read.places.upto(figure.end), read.places.token(figure.start) + 1),
             _FIGURE * way, "figure")
        for figure, way in ((ours, sign), (other, -sign))
    ]  # fmt: skip
    return parts[0], parts[1]


def _alone(read: Impression, found: list[Said], owner: str, owners: dict[int, list[str]]) -> list[Said]:
    """What is said of one brand beside the other; what is said of it alone only where that is nothing."""
    if all(one.sign == "0" for one in found):
        names = [place for place, owned in owners.items() if owner in owned]
        return found + [one for one in read.said if any(one.first <= place < one.end for place in names)]
    return found


def _real(read: Impression, spans: Spans, others: Spans, said: Sequence[Said]) -> Spans:
    """The names but those that are only compared with, or only tell where something is, or whose."""
    aside = {place for one in said if one.sign == "!" for place in range(one.first, one.end)}
    beside = [read.places.token(span[0]) for span in others]
    subjects = beside if not said else []
    found = []
    for span in spans:
        place = read.places.token(span[0])
        if place in aside or (
            is_led(read.words, place)
            and (
                is_place(read.words, place)
                or is_object(read.words, place, subjects)
                or (not said and is_aside(read.words, place, beside))
            )
        ):
            continue
        found.append(span)
    return found


def _side(
    read: Impression, said: list[Said], real: Spans, parts: Sequence[Part], slight: Sequence[Part],
    ranges: Ranges, lean: Lean,
) -> Side:  # fmt: skip
    """What is said of a brand: in its own clauses, and in relation to others."""
    its = [*_within(outside(parts, said), ranges), *relations(said)]
    places = [read.places.token(span[0]) for span in real] if "?" in read.reading.spelt else []
    asked = bool(places) and all(is_asked(read.words, place) for place in places)
    return Side(said, real, its, _within(slight, ranges), asked, ranges, lean)


def _tokens(read: Impression, stretches: Sequence[tuple[int, int]]) -> Ranges:
    """The tokens of stretches of characters."""
    return [(read.places.token(start), read.places.upto(end)) for start, end in stretches]


def _ranges(
    read: Impression, parts: Sequence[Part], own: Spans, others: Spans
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The characters of the clauses that speak of the brand named at `own`, and of those named at `others`."""
    places = read.places

    def says(start: int, end: int) -> bool:
        first, last = places.token(start), places.upto(end)
        return any(first <= part.first and part.end <= last for part in parts)

    return passages(read.text, read.marks, own, others, says)


def relations(found: Sequence[Said]) -> list[Part]:
    """What relations say, as parts."""
    valences = {"+": _RELATION, "-": -_RELATION}
    return [Part(one.first, one.end, valences[one.sign], "relation") for one in found if one.sign in valences]


def outside(parts: Sequence[Part], found: Sequence[Said]) -> list[Part]:
    """The parts that are not inside of what a relation says more clearly."""
    spans = [(one.first, one.end) for one in found if one.sign in "+-?"]
    if not spans:
        return list(parts)
    return [part for part in parts if not any(first <= part.first < end for first, end in spans)]


def _within(parts: Sequence[Part], ranges: Sequence[tuple[int, int]]) -> list[Part]:
    return [part for part in parts if any(first <= part.first < end for first, end in ranges)]


def _owners(places: Places, own: Spans, others: Spans) -> dict[int, list[str]]:
    """Whose names stand at which tokens; an empty list where a name of several tokens goes on."""
    owners: dict[int, list[str]] = {}
    for start, end, owner in sorted([(*span, OWN) for span in own] + [(*span, OTHER) for span in others]):
        first = places.token(start)
        for place in range(first, max(places.upto(end), first + 1)):
            owners.setdefault(place, [])
        owners[first].append(owner)
    return owners


def _marked(read: Impression, owners: dict[int, list[str]]) -> list[str]:
    """The folded words of tokens with a space behind, and owners in place of names."""
    found = [word.spaced for word in read.words]
    for place, owned in owners.items():
        stop = f"{found[place][-2]} " if read.words[place].stops else ""
        found[place] = "".join(f"{owner} " for owner in owned) + stop
    return found


def _ordinals(text: str, own: Spans, others: Spans) -> tuple[Spans, Spans]:
    """The names, with "the former" and "the latter" among those they stand for."""
    lower = text.lower()
    if "former" not in lower and "latter" not in lower:
        return own, others
    found = [match for match in _ORDINAL.finditer(text) if match.start() > max(min(own), min(others))[0]]
    if not found:
        return own, others
    first = min(own) < min(others)
    mine = [match.span() for match in found if (match[1].lower() == "former") == first]
    return [*own, *mine], [*others, *(match.span() for match in found if match.span() not in mine)]
