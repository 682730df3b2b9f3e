"""Learns pipelines/sentiment/wording.toml from sentences of our own: `python -m tests.wording`.

From the part to tune with of sets/sentiment.csv, where two brands share a text, and from clauses about one brand, X,
in lessons/: what is said well, badly, and plainly (there also of two, X and Y).
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from listening.config import Brand
from listening.post import Post
from pipelines.learned.solve import fit
from pipelines.match import Names
from pipelines.sentiment import Feeling
from pipelines.sentiment.relations import OTHER, OWN
from pipelines.sentiment.sides import sides_of
from pipelines.sentiment.wording import TABLES, Ranges, told, words_of
from pipelines.sentiment.words import fold
from tests.bench.corpus import NOW

HERE = Path(__file__).parent
OUT = HERE.parent / "pipelines" / "sentiment" / "wording.toml"
_COST = 0.3  # of a row: less makes smaller weights; by cross-validation
_CLAUSE = 1.0  # what a clause counts beside a text
_WORD = 3.0  # and a word
_LEAST = 0.05  # smaller weights tell too little to be kept
_WEIGH = {  # fitted to sentences that no rule or weight had been made with: what each sum counts
    "rules": 0.6, "own": 1.0, "other": -0.62, "shared": 0.5, "alike": 1.4,
    "start": 2.0, "plain": 1.45, "unheard": 1.4, "felt": 1.6, "aside": 3.0,
}  # fmt: skip


class Told(NamedTuple):
    """A text's folded tokens, those that speak of a brand and of the other, and the label toward it; or of a clause."""

    spaced: Sequence[str]
    own: Ranges
    other: Ranges
    label: str
    cost: float


class Learnt(NamedTuple):
    """The weights of wording.toml."""

    leans: Mapping[str, float]
    plain: Mapping[str, float]
    plain_own: Mapping[str, float]
    bias: float


def rows_of(path: Path, part: str) -> list[dict[str, str]]:
    """The labelled rows of a part of a set; of a file without parts, all."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row.get("part", part) == part]


def texts(rows: Iterable[Mapping[str, str]]) -> Iterator[Told]:
    """What texts say of each of the two brands that share them."""
    by_text: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        by_text[row["text"]][row["brand"]] = row["sentiment"]
    feeling = Feeling()
    for text, labels in by_text.items():
        if len(labels) < 2:
            continue
        names = Names([Brand(name=brand) for brand in labels])
        post = Post(platform="a", id="1", url="https://a.example/", text=text, published=NOW)
        spans = {found.brand: found.spans for found in names.find(post)}
        for brand, label in labels.items():
            own = tuple(spans.get(brand, ()))
            others = tuple(sorted(span for each, found in spans.items() if each != brand for span in found))
            if own and others:
                sides = sides_of(feeling.read(text, [*own, *others]), own, others)
                yield Told(sides.spaced, sides.own.ranges, sides.other.ranges, label, _COST)


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


def learn(lessons: Sequence[Told]) -> Learnt:
    """The weights of words: which way they lean, and how plain they are."""
    felt = [one for one in lessons if one.label != "neutral"]
    sums = [_leaning(one) for one in felt]
    leans = _fitted(sums, [one.label == "positive" for one in felt], [one.cost for one in felt])
    plain = _fitted(list(map(_plain, lessons)), [one.label == "neutral" for one in lessons], [o.cost for o in lessons])
    parts = [{name[1:]: weight for name, weight in plain.items() if name[0] == kind} for kind in "ao"]
    return Learnt(leans, *parts, plain["="])


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


def _fitted(sums: Sequence[Counter[str]], right: Sequence[bool], costs: Sequence[float]) -> dict[str, float]:
    columns = {name: column for column, name in enumerate(dict.fromkeys(name for one in sums for name in one))}
    rows = [([columns[name] for name in one], [float(max(-2, min(2, n))) for n in one.values()]) for one in sums]
    weights = fit(rows, right, len(columns), costs)
    return {name: weights[column] for name, column in columns.items()}


def fingerprint() -> str:
    """Changes with whatever is learnt from; learning anew takes seconds, and may round otherwise on another Python."""
    rows = [(row["text"], row["brand"], row["sentiment"]) for row in rows_of(HERE / "sets" / "sentiment.csv", "tune")]
    lessons = [(path.name, path.read_text("utf-8")) for path in sorted((HERE / "lessons").glob("*.txt"))]
    return sha256(repr((rows, lessons, _CLAUSE, _COST, _LEAST, _WEIGH, _WORD)).encode()).hexdigest()[:16]


def written(learnt: Learnt) -> str:
    """The weights as a file: those alike on one line."""
    lines = ["# Learnt by `python -m tests.wording`: what words, and two in a row (a_b), say in logarithms of odds."]
    lines += [f"# Its lessons: {fingerprint()}"]
    lines += [f"bias = {learnt.bias:.2f}", "", "[weigh]", *(f"{name} = {weight}" for name, weight in _WEIGH.items())]
    for name, weights in zip(TABLES, learnt[:3], strict=True):
        by_weight: dict[float, list[str]] = defaultdict(list)
        for words, weight in weights.items():
            if abs(weight) >= _LEAST:
                by_weight[round(20 * weight) / 20].append(words)
        lines += ["", f"[{name}]"]
        lines += [f'"{weight}" = "{" ".join(sorted(by_weight[weight]))}"' for weight in sorted(by_weight)]
    return "\n".join(lines) + "\n"


def main() -> None:
    lessons = [*texts(rows_of(HERE / "sets" / "sentiment.csv", "tune")), *clauses(), *words()]
    OUT.write_text(written(learn(lessons)), "utf-8")


if __name__ == "__main__":
    main()
