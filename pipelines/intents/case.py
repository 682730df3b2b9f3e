"""What speaks for one intent of a text and against it."""

from __future__ import annotations

import math

from listening.post import Evidence
from pipelines.intents.compiled import MOST_SHOWN, Compiled
from pipelines.intents.finder import Span
from pipelines.line import Line

SUREST, LEAST = 0.99, 0.01  # no rule is beyond doubt
_MOST_RULES = 4  # that are shown for one intent
_LEAST_SAID, _MOST_SAID = -2.0, 3.0  # by rules, beside the wording


class Case:
    """What speaks for one intent and against it: the two cancel each other, and what is left is the confidence."""

    __slots__ = ("against", "doubt", "held", "implied", "margin", "words")

    def __init__(self) -> None:
        self.doubt = self.against = 1.0  # 1 is nothing; each rule multiplies
        self.held: list[tuple[Compiled, list[Span]]] = []
        self.implied: list[str] = []
        self.margin: float | None = None  # in logarithms of odds, where the wording was weighed with the rules
        self.words: list[str] = []  # that decided

    @property
    def by_rules(self) -> float:
        """The confidence, from 0 to 1, by rules alone."""
        return 1 - self.doubt / self.against

    @property
    def evidence(self) -> float:
        """What rules say in a logarithm, within bounds: 0 is nothing."""
        return max(_LEAST_SAID, min(_MOST_SAID, math.log(self.against / max(self.doubt, LEAST * LEAST))))

    @property
    def confidence(self) -> float:
        """From 0 to 1, by all there is."""
        return self.by_rules if self.margin is None else 1 / (1 + math.exp(-self.margin))

    @property
    def told(self) -> bool:
        """Whether there is anything to show for it."""
        return bool(self.words or self.held or self.implied)

    def copy(self) -> Case:
        """The same case, to go on with; nothing implies it yet."""
        case = Case()
        case.doubt, case.against, case.held = self.doubt, self.against, self.held.copy()
        return case

    def join(self, other: Case) -> None:
        """Add what another case holds."""
        self.doubt *= other.doubt
        self.against *= other.against
        self.held += other.held

    def add(self, confidence: float) -> None:
        """Add what one rule says: below 0, against it."""
        if confidence < 0:
            self.against *= max(1 + confidence, LEAST)
        else:
            self.doubt *= 1 - confidence


def why(name: str, line: Line, case: Case, score: float | None) -> tuple[Evidence, ...]:
    """The wording that decided, and the strongest rules that held, with the words they found."""
    found = [Evidence(f"{name}/wording", tuple(map(line.as_written, case.words)))] if case.words else []
    if len(case.held) > 1:
        case.held.sort(key=_strength, reverse=True)
    for each, spans in case.held[:_MOST_RULES]:
        if len(spans) == 1:
            shown: tuple[str, ...] = (line.written(*spans[0]),)
        elif spans:
            shown = tuple(dict.fromkeys([line.written(*span) for span in spans[:MOST_SHOWN]]))
        else:
            shown = (f"{score:+.2f}",) if each.feels and score is not None else ()
        found.append(Evidence(each.name, shown))
    return (*found, *[Evidence(f"{name} implies it") for name in case.implied])


def _strength(held: tuple[Compiled, list[Span]]) -> float:
    return held[0].confidence
