"""Plans: query trees made ready to be asked of documents. `holds` answers; `mark` says which words were the answer.

Occurrences are bit sets (see document.py). A phrase costs one shift per word and a proximity a handful, however often
the words occur; that is what keeps a hostile query on a hostile text cheap.
"""

from __future__ import annotations

from collections.abc import Sequence

from listening.query.conditions import Condition
from listening.query.document import Document, Runs, Spans
from listening.query.gap import read_gap
from listening.query.term import Step

_EITHER_WAY = {"": ("", " "), "-": ("-", " ")}  # what else may stand where this connector was typed


class Marks:
    """The words that answered, as bits: `covered` ones, and those `joined` to the next one."""

    __slots__ = ("covered", "joined")

    def __init__(self) -> None:
        self.covered = self.joined = 0

    def add(self, runs: Runs) -> None:
        """Mark all words of these runs."""
        for length, starts in runs.items():
            self.covered |= spread(starts, length)
            self.joined |= spread(starts, length - 1)

    def spans(self, document: Document) -> tuple[Spans, Spans]:
        """The marked words' places in title and text."""
        return document.spans(self.covered, self.joined)


def spread(bits: int, width: int) -> int:
    """Each bit, and the `width - 1` places after it."""
    if width < 1:
        return 0
    done = 1
    while done < width:
        step = min(done, width - done)
        bits |= bits << step
        done += step
    return bits


class Plan:
    """A compiled node."""

    __slots__ = ()

    def holds(self, document: Document) -> bool:
        """Whether the document satisfies it."""
        raise NotImplementedError

    def mark(self, document: Document, marks: Marks) -> None:
        """Mark the words that satisfied it, if any did; asked only where it holds."""


class Local(Plan):
    """What is found at places: words, phrases, choices of them, proximities."""

    __slots__ = ()

    def runs(self, document: Document) -> Runs:
        """Where it occurs."""
        raise NotImplementedError

    def holds(self, document: Document) -> bool:
        """Whether it occurs anywhere."""
        return any(self.runs(document).values())

    def mark(self, document: Document, marks: Marks) -> None:
        """Mark every occurrence."""
        marks.add(self.runs(document))


class AnyWord(Local):
    """At least one of some plain words."""

    __slots__ = ("words",)

    def __init__(self, words: frozenset[str]) -> None:
        self.words = words

    def runs(self, document: Document) -> Runs:
        """Where any of the words stands."""
        return {1: document.where(self.words)}

    def holds(self, document: Document) -> bool:
        """Whether any of the words stands anywhere, without a look at places."""
        return document.has(self.words)

    def mark(self, document: Document, marks: Marks) -> None:
        """Mark each of the words wherever it stands."""
        marks.covered |= document.where(self.words)


class Chain(Local):
    """Steps, one after the other without a word in between."""

    __slots__ = ("steps",)

    def __init__(self, chain: Sequence[Step]) -> None:
        self.steps = tuple(chain)

    def runs(self, document: Document) -> Runs:
        """Where the first step is taken."""
        return {len(self.steps): self._starts(document)}

    def holds(self, document: Document) -> bool:
        """Whether all steps can be taken anywhere."""
        return self._starts(document) != 0

    def _starts(self, document: Document) -> int:
        starts = document.memo.get(self)
        if starts is None:
            starts = _places(self.steps[-1], document)
            for step in reversed(self.steps[:-1]):
                if not starts:
                    break
                starts = starts >> 1 & _places(step, document)
            document.remember(self, starts)
        return starts


def _places(step: Step, document: Document) -> int:
    bits = document.memo.get(step)
    return document.remember(step, _filtered(step, document)) if bits is None else bits


def _filtered(step: Step, document: Document) -> int:
    bits = (document.typed if step.raw else document.where)(step.forms) if step.forms else 0
    for wildcard in step.wildcards:
        bits |= document.fitting(wildcard)
    if step.glue is not None and bits:
        glued = 0
        for glue in _ways(step.glue):
            glued |= document.glued(glue)
        bits &= glued
    if step.lead and bits:
        bits &= document.led(step.lead)
    if step.trail and bits:
        bits &= document.trailed(step.trail)
    if step.ends and bits:
        bits &= ~document.going_on(step.ends)
    return bits


def _ways(glue: str) -> tuple[str, ...]:
    return _EITHER_WAY.get(glue, (glue,))


def joined(glue: str, gap: str) -> bool:
    """Whether two words with this gap between them are joined as a query asks for."""
    return read_gap(gap).glue in _ways(glue)


class Choice(Local):
    """At least one of some words and phrases."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Local]) -> None:
        self.parts = tuple(parts)

    def runs(self, document: Document) -> Runs:
        """The occurrences of all parts, by length."""
        found: Runs = {}
        for part in self.parts:
            for length, starts in part.runs(document).items():
                found[length] = found.get(length, 0) | starts
        return found

    def holds(self, document: Document) -> bool:
        """Whether any part occurs; the first one found is enough."""
        return any(part.holds(document) for part in self.parts)


class Side(Local):
    """A plan's occurrences in the title, or in the text."""

    __slots__ = ("name", "part")

    def __init__(self, part: Local, name: str) -> None:
        self.part, self.name = part, name

    def runs(self, document: Document) -> Runs:
        """Where it occurs there."""
        mask = document.side(self.name)
        return {length: starts & mask for length, starts in self.part.runs(document).items()}


class All(Plan):
    """Every one of some plans."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Plan]) -> None:
        self.parts = tuple(parts)

    def holds(self, document: Document) -> bool:
        """Whether every part holds."""
        return all(part.holds(document) for part in self.parts)

    def mark(self, document: Document, marks: Marks) -> None:
        """Mark what satisfied each part."""
        for part in self.parts:
            part.mark(document, marks)


class Some(Plan):
    """At least one of some plans."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Plan]) -> None:
        self.parts = tuple(parts)

    def holds(self, document: Document) -> bool:
        """Whether any part holds."""
        known = document.memo.get(self)  # nested ones are asked once by each of those around them
        if known is None:
            known = document.memo[self] = int(any(part.holds(document) for part in self.parts))
        return known != 0

    def mark(self, document: Document, marks: Marks) -> None:
        """Mark what satisfied each of the parts that hold."""
        for part in self.parts:
            if part.holds(document):
                part.mark(document, marks)


class Without(Plan):
    """What must not hold; no word of it is ever part of the answer."""

    __slots__ = ("part",)

    def __init__(self, part: Plan) -> None:
        self.part = part

    def holds(self, document: Document) -> bool:
        """Whether the part does not hold."""
        return not self.part.holds(document)


class Known(Plan):
    """A fact about the post; no word is ever the answer to it."""

    __slots__ = ("condition", "field")

    def __init__(self, field: str, condition: Condition) -> None:
        self.field, self.condition = field, condition

    def holds(self, document: Document) -> bool:
        """Whether facts are known and as wanted."""
        known = document.memo.get(self)
        if known is None:
            known = document.memo[self] = int(document.facts is not None and self.condition(document.facts))
        return known != 0
