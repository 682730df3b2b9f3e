"""Learns pipelines/sentiment/wording.toml from sentences of our own: `python -m tests.wording VECTORS`, in minutes.

From the part to tune with of sets/sentiment.csv, where two brands share a text, from lessons/two.csv, and from clauses
about one brand, X, in lessons/: what is said well, badly, and plainly (there also of two, X and Y). VECTORS is a file
of GloVe's (see vectors.py): what is learnt of a word is learnt of those like it, too. How far rules and wording can be
trusted is learnt last, each text being read by the weights of words that were learnt without it.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain, islice
from operator import mul
from pathlib import Path
from typing import NamedTuple

from listening.config import Brand
from listening.post import Post
from pipelines.learned.solve import fit
from pipelines.line import Line
from pipelines.match import Names
from pipelines.reasons import lines
from pipelines.sentiment import Feeling, Impression
from pipelines.sentiment.beside import FACTS, START, facts
from pipelines.sentiment.relations import OTHER, OWN
from pipelines.sentiment.sides import Sides, sides_of
from pipelines.sentiment.toward import toward
from pipelines.sentiment.whole import LABELS
from pipelines.sentiment.wording import TABLES, Ranges, Weights, Words, leans, told, words_of
from pipelines.sentiment.words import fold
from tests.bench.corpus import NOW
from tests.vectors import vectors_of

HERE = Path(__file__).parent
OUT = HERE.parent / "pipelines" / "sentiment" / "wording.toml"
_COST = 0.3  # of a row: less makes smaller weights; by cross-validation
_CLAUSE = 1.0  # what a clause counts beside a text
_WORD = 3.0  # and a word
_LEAST = 0.16  # smaller weights tell too little to be kept
_LIKE = 0.3  # what the vector of a word weighs beside the word itself
_COMMON = 12_000  # words with vectors that are learnt of
_FOLDS = 5
_TRUST = 1.0  # of a text, where it is learnt how far rules and wording can be trusted

Vectors = Mapping[str, Sequence[float]]


class Told(NamedTuple):
    """A text's folded tokens, those that speak of a brand and of the other, and the label toward it; or of a clause."""

    spaced: Sequence[str]
    own: Ranges
    other: Ranges
    label: str
    cost: float


class Beside(NamedTuple):
    """A text as rules read it for one of the brands that share it."""

    text: str
    read: Impression
    sides: Sides
    score: float
    line: Line
    label: str

    def told(self) -> Told:
        """As a lesson in wording."""
        return Told(self.sides.spaced, self.sides.own.ranges, self.sides.other.ranges, self.label, _COST)

    def facts(self, weights: Weights) -> tuple[float, ...]:
        """What is known of it by these weights of words."""
        own, other = self.sides.own, self.sides.other
        lean, _ = leans(self.sides.spaced, own.ranges, other.ranges, alike=own.lean.alike, weights=weights)
        return facts(self.read, self.sides._replace(own=own._replace(lean=lean)), self.score, self.line)


class Learnt(NamedTuple):
    """The weights of words in wording.toml."""

    leans: Mapping[str, float]
    plain: Mapping[str, float]
    plain_own: Mapping[str, float]
    bias: float

    def kept(self) -> Iterator[tuple[str, dict[str, float]]]:
        """Each table, as far as it is worth being kept."""
        for name, weights in zip(TABLES, self[:3], strict=True):
            yield name, {words: round(50 * weight) / 50 for words, weight in weights.items() if abs(weight) >= _LEAST}

    def weights(self) -> Weights:
        """As they will be read from the file."""
        found = defaultdict[str, list[float]](lambda: [0.0] * len(TABLES))
        for column, (_, weights) in enumerate(self.kept()):
            for words, weight in weights.items():
                found[words][column] = weight
        return Weights(Words(found), round(self.bias, 2), {})


def rows_of(path: Path, part: str) -> list[dict[str, str]]:
    """The labelled rows of a part of a set; of a file without parts, all."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row.get("part", part) == part]


def texts(rows: Iterable[Mapping[str, str]]) -> Iterator[Beside]:
    """What rules read in texts for each of the two brands that share them."""
    by_text: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        by_text[row["text"]][row["brand"]] = row["sentiment"]
    feeling = Feeling()
    for text, labels in by_text.items():
        post = Post(platform="a", id="1", url="https://a.example/", text=text, published=NOW)
        found = Names([Brand(name=brand) for brand in labels]).find(post)
        if len(found) < 2:
            continue
        read = feeling.read(text, [span for each in found for span in each.spans])
        for one, line in zip(found, lines(text, [each.spans for each in found]), strict=True):
            others = sorted(span for each in found if each is not one for span in each.spans)
            score = read.score(toward(read, one.spans, others))
            yield Beside(text, read, sides_of(read, one.spans, others), score, line, labels[one.brand])


def rows() -> list[dict[str, str]]:
    """Labelled texts that two brands share, once for each."""
    found = rows_of(HERE / "sets" / "sentiment.csv", "tune")
    for row in rows_of(HERE / "lessons" / "two.csv", ""):
        found += [{"text": row["text"], "brand": row[each], "sentiment": row[f"of_{each}"]} for each in ("one", "two")]
    return found


def clauses() -> Iterator[Told]:
    """What clauses say of the brand in them."""
    for name, label in (("well", "positive"), ("badly", "negative"), ("plainly", "neutral")):
        for line in (HERE / "lessons" / f"{name}.txt").read_text("utf-8").splitlines():
            words = [token.removesuffix("'s") if token[:1] in {"X", "Y"} else token for token in line.split()]
            for own in ("X", "Y") if "Y" in words else ("X",):
                owners = {own: OWN, "XY".replace(own, ""): OTHER}
                spaced = [f"{owners.get(word.strip(','), fold(word))} " for word in words]
                yield Told(spaced, [(0, len(spaced))], [], label, _COST * _CLAUSE)


def words() -> Iterator[Told]:
    """What single words say, wherever they stand."""
    for name, label in (("well", "positive"), ("badly", "negative"), ("plainly", "neutral")):
        for word in (HERE / "lessons" / f"words_{name}.txt").read_text("utf-8").split():
            yield Told([f"{fold(word)} "], [(0, 1)], [], label, _COST * _WORD)


def learn(lessons: Sequence[Told], vectors: Vectors) -> Learnt:
    """The weights of words: which way they lean, and how plain they are."""
    felt = [one for one in lessons if one.label != "neutral"]
    sums = [_leaning(one) for one in felt]
    leans = _fitted(sums, [one.label == "positive" for one in felt], [one.cost for one in felt], vectors, ("",))
    plain = _fitted(
        list(map(_plain, lessons)), [one.label == "neutral" for one in lessons], [one.cost for one in lessons], vectors,
        ("a", "o"),
    )  # fmt: skip
    parts = [{name[1:]: weight for name, weight in plain.items() if name[0] == kind} for kind in "ao"]
    return Learnt(leans, *parts, plain["="])


def trust(lessons: Sequence[Beside], more: Sequence[Told], vectors: Vectors) -> dict[str, list[float]]:
    """The weights of FACTS, by label: each text is read by weights of words learnt without it."""
    order = sorted({one.text for one in lessons})
    random.Random(5).shuffle(order)
    fold = {text: at % _FOLDS for at, text in enumerate(order)}
    known: list[tuple[Sequence[int], Sequence[float]]] = []
    labels: list[str] = []
    for left in range(_FOLDS):
        print(f"part {left + 1} of {_FOLDS}", flush=True)
        learnt = learn([*(one.told() for one in lessons if fold[one.text] != left), *more], vectors).weights()
        for one in lessons:
            if fold[one.text] == left:
                known.append((range(len(FACTS)), one.facts(learnt)))
                labels.append(one.label)
    costs = [_TRUST] * len(known)
    return {name: fit(known, [label == name for label in labels], len(FACTS), costs, 50) for name in LABELS}


def _leaning(one: Told) -> Counter[str]:
    counts = Counter[str]()
    for words, side in _words(one):
        if side in {1, 2}:
            counts[words] += 1 if side == 1 else -1
    return counts


def _plain(one: Told) -> Counter[str]:
    counts = Counter({"=": 1})
    for words, side in _words(one):
        counts[f"a{words}"] += 1
        if side & 1:
            counts[f"o{words}"] += 1
    return counts


def _words(one: Told) -> Iterator[tuple[str, int]]:
    """Each word but names, and each two in a row as a_b, and whose they are."""
    for before, token, side, _ in told(one.spaced, one.own, one.other):
        for words in words_of(before, token):
            yield words, side


def _fitted(
    sums: Sequence[Counter[str]], right: Sequence[bool], costs: Sequence[float], vectors: Vectors, kinds: Sequence[str]
) -> dict[str, float]:
    """The weights of what is counted in texts; words begin with their kind, and each kind has vectors of its own."""
    columns = {name: column for column, name in enumerate(dict.fromkeys(name for one in sums for name in one))}
    wide = len(next(iter(vectors.values()), ()))
    rows = []
    for one in sums:
        counts = {name: float(max(-2, min(2, count))) for name, count in one.items()}
        near = [_near(counts, kind, vectors, wide) for kind in kinds]
        places = [*(columns[name] for name in counts), *range(len(columns), len(columns) + wide * len(kinds))]
        rows.append((places, [*counts.values(), *chain.from_iterable(near)]))
    weights = fit(rows, right, len(columns) + wide * len(kinds), costs, 40)
    found = {name: weights[column] for name, column in columns.items()}
    for at, kind in enumerate(kinds):
        its = weights[len(columns) + wide * at :][:wide]
        for word, vector in vectors.items():
            name = f"{kind}{word}"
            found[name] = found.get(name, 0.0) + _LIKE * sum(map(mul, its, vector))
    return found


def _near(counts: Mapping[str, float], kind: str, vectors: Vectors, wide: int) -> list[float]:
    """The sum of the vectors of the words of one kind."""
    total = [0.0] * wide
    for name, count in counts.items():
        if name.startswith(kind) and (vector := vectors.get(name[len(kind) :])):
            total = [so_far + _LIKE * count * each for so_far, each in zip(total, vector, strict=True)]
    return total


def fingerprint() -> str:
    """Changes with whatever is learnt from; learning anew takes seconds, and may round otherwise on another Python."""
    labelled = [(row["text"], row["brand"], row["sentiment"]) for row in rows()]
    lessons = [(path.name, path.read_text("utf-8")) for path in sorted((HERE / "lessons").glob("*.txt"))]
    costs = (_CLAUSE, _COST, _LEAST, _WORD, _LIKE, _COMMON, _FOLDS, _TRUST, FACTS, START)
    return sha256(repr((labelled, lessons, costs)).encode()).hexdigest()[:16]


def written(learnt: Learnt, trusted: Mapping[str, Sequence[float]]) -> str:
    """The weights as a file: those alike on one line."""
    lines = ["# Learnt by `python -m tests.wording`: what words, and two in a row (a_b), say in logarithms of odds."]
    lines += [f"# Its lessons: {fingerprint()}"]
    lines += [f"bias = {learnt.bias:.2f}", "", f"[weigh] # {'; '.join(FACTS)}"]
    lines += [f"{name} = [{', '.join(f'{weight:.2f}' for weight in weights)}]" for name, weights in trusted.items()]
    for name, weights in learnt.kept():
        by_weight: dict[float, list[str]] = defaultdict(list)
        for words, weight in weights.items():
            by_weight[weight].append(words)
        lines += ["", f"[{name}]"]
        lines += [f'"{weight}" = "{" ".join(sorted(by_weight[weight]))}"' for weight in sorted(by_weight)]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.wording", description=__doc__)
    parser.add_argument("vectors", type=Path)
    vectors = dict(islice(vectors_of(parser.parse_args().vectors).items(), _COMMON))
    lessons, more = list(texts(rows())), [*clauses(), *words()]
    learnt = learn([*(one.told() for one in lessons), *more], vectors)
    OUT.write_text(written(learnt, trust(lessons, more, vectors)), "utf-8")


if __name__ == "__main__":
    main()
