"""One lesson for each question that people's labels answer: a model, and whether it is better than the rules."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from listening.insight.agreement import Figures, measured, wilson
from listening.post import Entry, Mention
from pipelines.learned import Model, Sample, Verdict, cross_validate, feeling_sample, relevance_sample, train

FEWEST, FEWEST_OF_EACH = 20, 3  # labels of one question, and of each of its answers, from which one can learn
_SENTIMENTS = ("negative", "neutral", "positive")
_ANSWERS = ("no", "yes")
_DRAWS = 400
_MARGIN = 0.05  # of the draws in which the model may be worse

_FLOOR = 0.2  # as listening.toml has it by default

Progress = Callable[[str], None]
Floors = Callable[[str], float]  # of a brand: below which probability its mentions are shelved


@dataclass(frozen=True, slots=True)
class Example:
    """A mention as the rules judge it, and what people said of it: "sentiment", "relevance", "intent:NAME" -> value."""

    entry: Entry
    mention: Mention
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learnt for one question, measured on labels that were held out."""

    brand: str  # empty for questions that all brands share
    kind: str
    labels: int
    model: Model | None  # None where there are too few labels
    rules: Figures | None = None
    learnt: Figures | None = None
    gain: tuple[float, float, float] = (0.0, 0.0, 0.0)  # in macro-F1: measured, and its 90 % interval
    shelf: Figures | None = None  # of relevance: no is what the brand's floor shelves

    @property
    def better(self) -> bool:
        """Whether the model takes over: better on held-out labels, and not by chance; its shelf no worse than none."""
        harmless = self.shelf is None or self.rules is None or self.shelf.macro_f1 >= self.rules.macro_f1
        return self.model is not None and self.gain[1] > 0 and harmless

    def kept(self) -> str:
        """Of relevance, how precise and how complete that is which is not shelved, in words; else nothing."""
        if self.rules is None or self.shelf is None:
            return ""
        one, before = self.shelf.classes["yes"], self.rules.classes["yes"]
        return (
            f"of what is kept, {_share(one.both, one.ours)} is about {self.brand} (by its query alone "
            f"{before.precision:.0%}); of what is about {self.brand}, {_share(one.both, one.people)} is kept"
        )


@dataclass(frozen=True, slots=True)
class _Question:
    brand: str
    kind: str
    classes: tuple[str, ...]
    samples: Sequence[Sample]
    labels: Sequence[str]
    rules: Sequence[str]


def learn(
    found: Sequence[Example], progress: Progress = lambda _: None, *, kind: str = "",
    floors: Floors = lambda _: _FLOOR,
) -> Iterator[Lesson]:  # fmt: skip
    """A lesson for each question that `found` has labels for; only those of `kind` where one is given.

    `floors` are those of brands, below which their mentions are shelved: the shelf is measured, too.
    """
    for question in _questions(found):
        if question.kind.startswith(kind):
            yield _lesson(question, floors(question.brand), progress)


def _questions(found: Sequence[Example]) -> Iterator[_Question]:
    by_question: defaultdict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in found:
        for kind in example.labels:
            by_question[example.mention.brand if kind == "relevance" else "", kind].append(example)
    for (brand, kind), examples in sorted(by_question.items()):
        make = _about if kind == "relevance" else _feeling
        yield _Question(
            brand, kind, _SENTIMENTS if kind == "sentiment" else _ANSWERS, [make(one) for one in examples],
            [one.labels[kind] for one in examples], [_rules(one, kind) for one in examples],
        )  # fmt: skip


def _about(example: Example) -> Sample:
    return relevance_sample(example.entry.post, example.entry.language, example.mention)


def _feeling(example: Example) -> Sample:
    return feeling_sample(example.entry, example.mention)


def _rules(example: Example, kind: str) -> str:
    """What the rules say."""
    if kind == "sentiment":
        return example.mention.label or "unscored"
    if kind == "relevance":
        return "yes"
    return "yes" if any(f"intent:{intent.name}" == kind for intent in example.mention.intents) else "no"


def _share(part: int, whole: int) -> str:
    low, high = wilson(part, whole)
    return f"{part / whole if whole else 0:.0%} ({low:.0%} to {high:.0%})"


def _lesson(question: _Question, floor: float, progress: Progress) -> Lesson:
    counts = Counter(question.labels)
    classes = [name for name in question.classes if counts[name]]
    if len(question.labels) < FEWEST or len(classes) < 2 or min(counts.values()) < FEWEST_OF_EACH:
        return Lesson(question.brand, question.kind, len(question.labels), None)
    progress(f"learning {question.kind}")
    held_out = cross_validate(question.samples, question.labels, classes, progress=progress)
    model = train(question.kind, question.samples, question.labels, classes, held_out)
    said = [verdict.label for verdict in held_out]
    kept = [_kept(verdict, floor) for verdict in held_out] if question.kind == "relevance" else []
    return Lesson(
        question.brand, question.kind, len(question.labels), model,
        measured(zip(question.labels, question.rules, strict=True), classes),
        measured(zip(question.labels, said, strict=True), classes),
        _gain(question.labels, question.rules, said, classes),
        measured(zip(question.labels, kept, strict=True), classes) if kept else None,
    )  # fmt: skip


def _kept(verdict: Verdict, floor: float) -> str:
    return "no" if (verdict.confidence if verdict.label == "yes" else 1 - verdict.confidence) < floor else "yes"


def _gain(
    people: Sequence[str], rules: Sequence[str], learnt: Sequence[str], classes: Sequence[str]
) -> tuple[float, float, float]:
    """How much macro-F1 the model adds, and the 90 % interval of that: a paired bootstrap over the labels.

    (Berg-Kirkpatrick, Burkett and Klein, An empirical investigation of statistical significance in NLP, EMNLP 2012)
    """
    cells = Counter(zip(people, rules, learnt, strict=True))
    keys, weights = list(cells), list(cells.values())
    chance = random.Random(0)
    gains = sorted(_difference(Counter(chance.choices(keys, weights, k=len(people))), classes) for _ in range(_DRAWS))
    worst = gains[int(_MARGIN * _DRAWS)]
    return _difference(cells, classes), worst, gains[-1 - int(_MARGIN * _DRAWS)]


def _difference(cells: Mapping[tuple[str, str, str], int], classes: Sequence[str]) -> float:
    return _macro_f1(cells, classes, 2) - _macro_f1(cells, classes, 1)


def _macro_f1(cells: Mapping[tuple[str, str, str], int], classes: Sequence[str], place: int) -> float:
    found = []
    for name in classes:
        both = sum(count for cell, count in cells.items() if cell[0] == name == cell[place])
        either = sum(count * ((cell[0] == name) + (cell[place] == name)) for cell, count in cells.items())
        found.append(2 * both / either if either else 0.0)
    return sum(found) / len(found)
