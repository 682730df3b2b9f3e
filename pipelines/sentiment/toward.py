"""Which parts of a text count toward one brand, and what is said of it beside another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.sentiment.clauses import Spans, passages
from pipelines.sentiment.impression import Impression, Part
from pipelines.sentiment.places import Places
from pipelines.sentiment.relations import OTHER, OWN, Said, compared
from pipelines.sentiment.words import Word

_MOST_CONTRASTED = 3  # sentences of a text in which what is praised in one brand is missed in the other
_MOST_NAMES = 30  # of a brand in a text that are looked at
_CLEAR = 0.15  # scores beyond it say enough to say the opposite of somebody else
_RELATION = 2.5  # what it says that somebody left one brand for the other
_ORDINAL = re.compile(r"\b(?:the )?(former|latter)\b", re.IGNORECASE)
_PLACES = frozenset("on store shop tower branch building office desk counter next terminal street station".split())
_WHERE = frozenset("in at on opposite near outside inside from by behind to for beside".split())
_TO = frozenset("to from with by via through of at".split())
_ARTICLES = frozenset("the a an my our your their".split())
_SWAPPED = {OWN: OTHER, OTHER: OWN}


def toward(read: Impression, own: Spans, others: Spans) -> Sequence[Part]:
    """The parts of a text that count toward the brand named at `own`, where others are named at `others`.

    One that is only compared with ("better than Acme"), or of which nothing else is said beside the other, gets the
    opposite of what is said of the other.
    """
    if not own or not others:
        parts = [*_outside(read.parts, read.said), *_relations(read.said)] if own and read.said else read.parts
        return parts or list(read.hints() if read.customer else ())
    sides = _sides(read, tuple(own[:_MOST_NAMES]), tuple(others[:_MOST_NAMES]))
    said, real, mine = sides.own
    _, real_others, theirs = sides.other
    signs = {one.sign for one in said}
    if not real and not signs:
        return []
    if "=" in signs and not sides.told_apart:
        return list(dict.fromkeys([*mine, *theirs]))
    if not (mine and "!" not in signs):
        theirs = theirs or _within(list(read.hints(deeds=True)), _ranges(read, real_others, real))
        score = read.score(theirs)
        short = sum(word.stops for word in read.words) <= _MOST_CONTRASTED
        if abs(score) > _CLEAR and ("!" in signs or (short and real)):
            strongest = max(theirs, key=lambda part: part.valence * score)
            return [*mine, Part(strongest.first, strongest.end, -3 * score, "comparison")]
    return mine or _within(list(read.hints(deeds=True)), _ranges(read, real, real_others))


class _Side(NamedTuple):
    """What is said of one brand beside the other, where it is really spoken of, and the parts that do."""

    said: list[Said]
    real: Spans
    parts: list[Part]


class _Sides(NamedTuple):
    own: _Side
    other: _Side
    told_apart: bool  # by "the former" and "the latter"


def _sides(read: Impression, own: Spans, others: Spans) -> _Sides:
    """What a text says of one brand and of others; where there are two, what was found for the one serves the other."""
    known: dict[tuple[Spans, Spans], _Sides] = read.sides
    if (others, own) in known:
        there = known[others, own]
        return _Sides(there.other, there.own, there.told_apart)
    mine, theirs = _ordinals(read.text, own, others)
    owners = _owners(read.places, mine, theirs)
    swapped = {place: [_SWAPPED[one] for one in owned] for place, owned in owners.items()}
    said, of_others = _said(read, owners), _said(read, swapped)
    real, real_others = _real(read, mine, theirs, said), _real(read, theirs, mine, of_others)
    known[own, others] = found = _Sides(
        _Side(said, real, _side(read, said, real, real_others)),
        _Side(of_others, real_others, _side(read, of_others, real_others, real)),
        len(mine) + len(theirs) > len(own) + len(others),
    )
    return found


def _said(read: Impression, owners: dict[int, list[str]]) -> list[Said]:
    """What is said of OWN beside OTHER; what is said of it alone only where that is nothing."""
    found = compared(_marked(read, owners))
    if all(one.sign == "0" for one in found):
        names = [place for place, owned in owners.items() if OWN in owned]
        found += [one for one in read.said if any(one.first <= place < one.end for place in names)]
    return found


def _real(read: Impression, spans: Spans, others: Spans, said: Sequence[Said]) -> Spans:
    """The names but those that are only compared with, or only tell where something is, or whose."""
    aside = {place for one in said if one.sign == "!" for place in range(one.first, one.end)}
    subjects = [read.places.token(span[0]) for span in others] if not said else []
    found = []
    for span in spans:
        place = read.places.token(span[0])
        if place not in aside and not _is_place(read.words, place) and not _is_object(read.words, place, subjects):
            found.append(span)
    return found


def _side(read: Impression, said: Sequence[Said], own: Spans, others: Spans) -> list[Part]:
    """What is said of the brand named at `own`: in its own clauses, and in relation to others."""
    parts = _outside(read.parts, said)
    return [*_within(parts, _ranges(read, own, others)), *_relations(said)]


def _ranges(read: Impression, own: Spans, others: Spans) -> list[tuple[int, int]]:
    """The tokens of the clauses that speak of the brand named at `own`."""
    places = read.places

    def says(start: int, end: int) -> bool:
        first, last = places.token(start), places.upto(end)
        return any(first <= part.first and part.end <= last for part in read.parts)

    stretches = passages(read.text, read.borders, own, others, says) if own else []
    return [(places.token(start), places.upto(end)) for start, end in stretches]


def _is_place(words: Sequence[Word], place: int) -> bool:
    """Whether a brand's name only tells where something is ("at the Acme on Main Street", "I work at Acme")."""
    before = [word.folded for word in words[max(place - 4, 0) : place] if word.folded not in _ARTICLES]
    if not before or before[-1] not in _WHERE:
        return False
    after = next((word.folded for word in words[place + 1 : place + 2]), "")
    return after in _PLACES or before[-2:-1] == ["work"] or before[-2:-1] == ["works"]


def _is_object(words: Sequence[Word], place: int, subjects: Sequence[int]) -> bool:
    """Whether another brand, with which the sentence begins, does something to or with this one."""
    if not place or words[place - 1].folded not in _TO:
        return False
    begin = next((at + 1 for at in range(place - 1, -1, -1) if words[at].stops), 0)
    return any(begin <= subject <= begin + 1 and subject < place for subject in subjects)


def _relations(found: Sequence[Said]) -> list[Part]:
    valences = {"+": _RELATION, "-": -_RELATION}
    return [Part(one.first, one.end, valences[one.sign], "relation") for one in found if one.sign in valences]


def _outside(parts: Sequence[Part], found: Sequence[Said]) -> list[Part]:
    """The parts that are not inside of what a relation says more clearly."""
    spans = [(one.first, one.end) for one in found if one.sign in "+-"]
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
    found = [match for match in _ORDINAL.finditer(text) if match.start() > max(min(own), min(others))[0]]
    if not found:
        return own, others
    first = min(own) < min(others)
    mine = [match.span() for match in found if (match[1].lower() == "former") == first]
    return [*own, *mine], [*others, *(match.span() for match in found if match.span() not in mine)]
