"""Looks: plans made ready to be asked at a glance. Each finds the places where it holds, or None where it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from listening.query.closeness import Stand, chained, gathered
from listening.query.conditions import Condition
from listening.query.glance import Found, Glance, TooManyError
from listening.query.plan import All, AnyWord, Chain, Choice, Known, Plan, Side, Some, Without, joined
from listening.query.proximity import Close, Gathered
from listening.query.term import Step
from listening.query.tree import Link

_MOST_WORDS = 4  # of a phrase
_MOST_STANDS = 12  # occurrences of what is to be near others
_CHEAP = 3  # occurrences of one word that need not be counted
_SPACES = re.compile(" +")
_GOING_ON = {"#": re.compile("_+[A-Za-z0-9]"), "@": re.compile("(?:_+|[.-])[A-Za-z0-9]")}  # a tag, a handle

Look = Callable[[Glance], Found | None]  # None where the post does not satisfy it


def look(plan: Plan) -> Look | None:  # noqa: PLR0911 - one for each kind of plan
    """How to see at a glance whether and where a plan holds; None where it takes a document."""
    match plan:
        case AnyWord():
            return _Words(plan.words)
        case Chain() if len(plan.steps) <= _MOST_WORDS and all(map(_simple, plan.steps)):
            return _Chain(plan.steps)
        case Choice() | Some():
            parts = _all(plan.parts)
            return _Either(parts) if parts else None
        case All():
            parts = _all(plan.parts)
            return _Every(parts) if parts else None
        case Close():
            parts = _all(plan.parts)
            return _Near(parts, plan.links) if parts else None
        case Gathered():
            parts = _all(plan.parts)
            return _Around(parts, plan.words) if parts else None
        case Side():
            part = look(plan.part)
            return part and _Side(part, plan.name)
        case Without(part=Known() as known):
            return _Unknown(known.condition)
        case Without():
            part = look(plan.part)
            return part and _Without(part)
        case Known():
            return _Known(plan.condition)
    return None


def _simple(step: Step) -> bool:
    return not any(wildcard.pattern or wildcard.raw for wildcard in step.wildcards)


def _all(plans: Sequence[Plan]) -> list[Look] | None:
    found = []
    for plan in plans:
        if (one := look(plan)) is None:
            return None
        found.append(one)
    return found


class _Words:
    __slots__ = ("forms", "possessive")

    def __init__(self, forms: frozenset[str]) -> None:
        self.forms = [f" {form} " for form in forms if form.isascii()]
        self.possessive = "s" in forms

    def __call__(self, glance: Glance) -> Found | None:
        line = glance.line if self.possessive else glance.rough
        found: Found = []
        for form in self.forms:
            at = line.find(form)
            while at >= 0:
                end = at + len(form) - 1
                found.append((at + 1, end))
                at = line.find(form, end)
        if not found:
            return None
        if len(found) > _CHEAP:
            glance.spend(len(found))
        return found


class _Chain:
    """Steps, one after the other; of each what its word begins with and, where not plain, the step.

    Most posts that hold the first word of a phrase lack its last, and most that hold a tag's word lack its sign.
    """

    __slots__ = ("heads", "lead", "rest", "step", "tails")

    def __init__(self, steps: Sequence[Step]) -> None:
        self.step, *others = [None if step.plain else step for step in steps]
        first, *rest = map(_typed, steps)
        self.heads = [f" {form}" for form in first]
        self.tails = [f" {form}" for form in rest[-1]] if rest else []
        self.lead = steps[0].lead
        self.rest = list(zip(others, rest, strict=True))

    def __call__(self, glance: Glance) -> Found | None:
        for tail in self.tails:
            if tail in glance.rough:
                break
        else:
            if self.tails:
                return None
        if self.lead and self.lead not in glance.clean:
            return None
        found: Found = []
        looked, line = 0, ""
        for head in self.heads:
            if head not in glance.rough:
                continue
            line = line or glance.line
            at = line.find(head)
            while at >= 0:
                after = line.index(" ", at + 1)
                end = self._end(glance, line, at + 1, after)
                if end:
                    found.append((at + 1, end))
                looked += 1
                at = line.find(head, after)
        if looked > _CHEAP:
            glance.spend(looked)
        return found or None

    def _end(self, glance: Glance, line: str, start: int, end: int) -> int:
        """Where the chain ends whose first word is this one; 0 where it does not go on."""
        if self.step is not None and not _fits(self.step, glance, start, end):
            return 0
        for step, forms in self.rest:
            start = end + 1
            if line.startswith(" ", start):
                start = _SPACES.match(line, start).end()  # type: ignore[union-attr]
            if not line.startswith(forms, start):
                return 0
            if step is None:
                end = line.index(" ", start)
                continue
            if step.glue is not None and not joined(step.glue, glance.clean[end:start]):
                return 0
            end = line.index(" ", start)
            if not _fits(step, glance, start, end):
                return 0
        return end


def _typed(step: Step) -> tuple[str, ...]:
    """What a word that fits begins with in the line: with a space at its end where nothing may follow."""
    whole = [f"{form} " for form in step.folded if form.isascii()]
    return (*whole, *[wildcard.low for wildcard in step.wildcards if wildcard.low.isascii()])


def _fits(step: Step, glance: Glance, start: int, end: int) -> bool:
    """Whether the word there is as typed, where that counts, and the punctuation around it as the step asks for."""
    clean = glance.clean
    if step.raw and clean[start:end] not in step.forms:
        return False
    if step.lead and (clean[start - 1] != step.lead or glance.line[start - 2] != " "):
        return False
    if step.trail and (
        not clean.startswith(step.trail, end) or clean[end : end + len(step.trail) + 1] == step.trail + "+"
    ):
        return False
    return not step.ends or not _GOING_ON[step.ends].match(clean, end)


class _Either:
    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Look]) -> None:
        self.parts = parts

    def __call__(self, glance: Glance) -> Found | None:
        found: Found | None = None
        for part in self.parts:
            one = part(glance)
            if one is not None:
                found = one if found is None else found + one
        return found


class _Every:
    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Look]) -> None:
        self.parts = parts

    def __call__(self, glance: Glance) -> Found | None:
        found: Found = []
        for part in self.parts:
            one = part(glance)
            if one is None:
                return None
            found += one
        return found


class _Near:
    __slots__ = ("links", "parts")

    def __init__(self, parts: Sequence[Look], links: Sequence[Link]) -> None:
        self.parts, self.links = parts, links

    def __call__(self, glance: Glance) -> Found | None:
        levels = _stands(self.parts, glance)
        return [stand[2:] for stand in chained(levels, self.links)] or None if levels else None


class _Around:
    __slots__ = ("parts", "words")

    def __init__(self, parts: Sequence[Look], words: int) -> None:
        self.parts, self.words = parts, words

    def __call__(self, glance: Glance) -> Found | None:
        units = _stands(self.parts, glance)
        return [stand[2:] for stand in gathered(units, self.words)] or None if units else None


def _stands(parts: Sequence[Look], glance: Glance) -> list[list[Stand]] | None:
    """The occurrences of each part, with the numbers of their words; None where one does not occur."""
    levels = []
    for part in parts:
        found = part(glance)
        if found is None:
            return None
        if len(found) > _MOST_STANDS:
            raise TooManyError
        levels.append(found)
    return [[(*glance.numbers(*span), *span) for span in found] for found in levels]


class _Side:
    __slots__ = ("name", "part")

    def __init__(self, part: Look, name: str) -> None:
        self.part, self.name = part, name

    def __call__(self, glance: Glance) -> Found | None:
        in_title = self.name == "title"
        if in_title and not glance.base:
            return None
        return [one for one in self.part(glance) or () if (one[0] < glance.base) is in_title] or None


class _Without:
    __slots__ = ("part",)

    def __init__(self, part: Look) -> None:
        self.part = part

    def __call__(self, glance: Glance) -> Found | None:
        return [] if self.part(glance) is None else None


class _Known:
    __slots__ = ("condition",)

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    def __call__(self, glance: Glance) -> Found | None:
        return [] if glance.facts is not None and self.condition(glance.facts) else None


class _Unknown:
    __slots__ = ("condition",)

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    def __call__(self, glance: Glance) -> Found | None:
        return None if glance.facts is not None and self.condition(glance.facts) else []
