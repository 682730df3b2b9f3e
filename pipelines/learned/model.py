"""What was learnt, as plain weights: applied in a few microseconds, kept as JSON, explained in words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain, pairwise
from operator import sub
from typing import Any

from listening.post import Evidence
from pipelines.learned.features import BRAND, MOST_KEPT, Sample, chunks, own_words, parts, split, tokens

PART_SHARE = 0.35  # what a part of a word weighs beside a word; of 0.2, 0.35 and 0.5 the best on airline tweets
_REASONS = 5
_FORMAT = 1

Weights = tuple[float, ...]  # one for each class; of a question with two answers one, for the second


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a model says of a sample, and how surely: 0 to 1."""

    label: str
    confidence: float
    margins: Weights = ()


class _Weighed(dict[str, Weights | None]):
    """What a word, or all words between two spaces, weigh with their parts; None: nothing. Starts anew when full."""

    def __init__(self, weigh: Callable[[str], Weights | None]) -> None:
        super().__init__()
        self._weigh = weigh

    def __missing__(self, text: str) -> Weights | None:
        weights = self._weigh(text)
        if len(self) >= MOST_KEPT:
            self.clear()
        self[text] = weights
        return weights


class Model:
    """One learnt question: `kind` is "relevance", "sentiment" or "intent:NAME", and `classes` are its answers.

    `words` are the weights of words and, by names that begin with PART, of their parts, `pairs` those of two words in
    a row, `facts` those of what else is known. `curves` are the slope and shift of each class's sigmoid, by which a
    margin becomes a probability (Platt, Probabilistic outputs for support vector machines, 1999).
    """

    def __init__(
        self, kind: str, classes: Sequence[str], words: Mapping[str, Weights],
        pairs: Mapping[tuple[str, str], Weights], facts: Mapping[str, Weights], bias: Weights,
        curves: Sequence[tuple[float, float]], labels: int = 0,
    ) -> None:  # fmt: skip
        self.kind, self.classes, self.labels = kind, tuple(classes), labels
        self.words, self.pairs, self.facts, self.bias = dict(words), dict(pairs), dict(facts), bias
        self.curves = tuple(curves)
        self._token, self._chunk = _Weighed(self._weigh_token), _Weighed(self._weigh_chunk)
        self._as_brand = _Weighed(self._weigh_as_brand)
        self._seconds: dict[str, dict[str, Weights]] = {}  # pairs by their first word: most words begin none
        for (one, two), weights in self.pairs.items():
            self._seconds.setdefault(one, {})[two] = weights
        self._sides = [_toward(place, len(bias)) for place in range(len(self.classes))]

    def __reduce__(self) -> tuple[Any, ...]:
        return Model.of, (self.data(),)

    def margins(self, sample: Sample) -> Weights:
        """How far the sample lies on each class's side: linear, unbounded."""
        pieces = chunks(sample)
        found = list(chain.from_iterable(map(split, pieces)))
        vectors = list(filter(None, map(self._chunk.__getitem__, pieces)))
        own = own_words(sample.words)
        if not own.isdisjoint(found):
            vectors += filter(None, (self._as_brand[token] for token in found if token in own))
            found = [BRAND if token in own else token for token in found]
        firsts = map(self._seconds.get, found)
        vectors += [w for seconds, two in zip(firsts, found[1:], strict=False) if seconds and (w := seconds.get(two))]
        scale = 1 / math.sqrt(len(found) or 1)
        sums: list[float] = [sum(column) for column in zip(*vectors, strict=True)] or [0.0] * len(self.bias)
        facts = [(weights, value) for name, value in sample.facts.items() if (weights := self.facts.get(name))]
        for place, shift in enumerate(self.bias):
            total = sums[place] * scale + shift
            for weights, value in facts:
                total += weights[place] * value
            sums[place] = total
        return tuple(sums)

    def _weigh_as_brand(self, token: str) -> Weights | None:
        """What makes a word that was weighed as any other weigh as the brand's name."""
        other, brand = self._token[token], self._token[BRAND]
        if other is None:
            return brand
        return tuple(map(sub, brand or (0.0,) * len(other), other))

    def _weigh_token(self, token: str) -> Weights | None:
        found = [weights for name in (token, *parts(token)) if (weights := self.words.get(name)) is not None]
        return tuple(map(sum, zip(*found, strict=True))) if found else None

    def _weigh_chunk(self, chunk: str) -> Weights | None:
        found = [weights for token in split(chunk) if (weights := self._token[token]) is not None]
        return tuple(map(sum, zip(*found, strict=True))) if found else None

    def judge(self, sample: Sample) -> Verdict:
        """The likeliest class and its probability."""
        return self.verdict(self.margins(sample))

    def verdict(self, margins: Weights) -> Verdict:
        """What margins say."""
        shares = self.shares(margins)
        best = int(shares[1] >= 0.5) if len(margins) == 1 else margins.index(max(margins))
        return Verdict(self.classes[best], shares[best], margins)

    def likeliest(self, margins: Weights) -> str:
        """The class of the largest of three or more margins, as `verdict` has it."""
        return self.classes[margins.index(max(margins))]

    def shares(self, margins: Weights) -> list[float]:
        """The probability of each class, in their order."""
        found = [sigmoid(slope * m + shift) for m, (slope, shift) in zip(margins, self.curves, strict=True)]
        if len(found) == 1:
            return [1 - found[0], found[0]]
        total = sum(found) or 1.0
        return [share / total for share in found]

    def reasons(self, sample: Sample, label: str) -> Evidence:
        """The words and facts that speak most for a class, the strongest first."""
        found = tokens(sample)
        scale = 1 / math.sqrt(len(found) or 1)
        toward = self._sides[self.classes.index(label)]
        words = set(found)
        words.discard(BRAND)
        weighed = [(toward(w) * scale, token) for token in words if (w := self._token[token])]
        weighed += [(toward(w) * scale, " ".join(two)) for two in pairwise(found) if (w := self.pairs.get(two))]
        weighed += [(toward(w) * value, name) for name, value in sample.facts.items() if (w := self.facts.get(name))]
        best = dict.fromkeys(name for weight, name in nlargest(2 * _REASONS, weighed) if weight > 0.01)
        return Evidence(f"learnt from {self.labels:,} labels", tuple(best)[:_REASONS])

    def data(self) -> dict[str, Any]:
        """As JSON keeps it."""
        pairs = {f"{one} {two}": weights for (one, two), weights in self.pairs.items()}
        weights = {"words": self.words, "pairs": pairs, "facts": self.facts}
        return {
            "format": _FORMAT, "kind": self.kind, "classes": self.classes, "labels": self.labels, "bias": self.bias,
            "curves": self.curves, **weights,
        }  # fmt: skip

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Model:
        """From what `data` gave. Raises ValueError for anything else: it is numbers and words, never code."""
        try:
            width = len(data["bias"])
            pairs = {(one, two): w for name, w in data["pairs"].items() for one, two in [name.split(" ")]}
            model = cls(
                str(data["kind"]), [str(name) for name in data["classes"]], _table(data["words"], width),
                _table(pairs, width), _table(data["facts"], width), _weights(data["bias"], width),
                [(float(slope), float(shift)) for slope, shift in data["curves"]], int(data["labels"]),
            )  # fmt: skip
            whole = data["format"] == _FORMAT and len(model.classes) == (width if width > 1 else 2)
        except (KeyError, TypeError, ValueError, AttributeError):
            whole = False
        if not whole or len(model.curves) != width:
            raise ValueError("this is not a model of listening")
        return model

    def json(self) -> str:
        """The model as text; `Model.of(json.loads(text))` is the same model."""
        return json.dumps(self.data(), ensure_ascii=False, separators=(",", ":"))


def sigmoid(value: float) -> float:
    """1 / (1 + exp(-value)) without overflow."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else 1 - 1 / (1 + math.exp(value))


def _toward(place: int, width: int) -> Callable[[Weights], float]:
    """How much more a weight says for one class than for the others."""
    if width == 1:
        return (lambda weights: weights[0]) if place else (lambda weights: -weights[0])
    share = 1 / (width - 1)
    return lambda weights: (1 + share) * weights[place] - share * sum(weights)


def _table(table: Mapping[Any, Any], width: int) -> dict[Any, Weights]:
    return {name: _weights(weights, width) for name, weights in table.items()}


def _weights(weights: Sequence[Any], width: int) -> Weights:
    found = tuple(float(weight) for weight in weights)
    if len(found) != width or not all(map(math.isfinite, found)):
        raise ValueError(weights)
    return found
