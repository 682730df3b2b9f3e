"""Learns pipelines/wording/en.tsv from lessons/posts.csv, posts of our own: `python -m tests.posts VECTORS RATED`.

VECTORS is a file of GloVe's (see vectors.py). What is learnt of a word is learnt of those like it, too: all that is
kept are weights of words.

RATED is the folder of tweets and reviews that vaderSentiment's authors had rated by people (Hutto and Gilbert, VADER,
2014; MIT licence). Our own lessons are mostly hard cases: from these it is learnt how far rules can be trusted.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from listening.config import Brand
from listening.post import Post
from pipelines.intents import load as load_intents
from pipelines.learned.solve import fit
from pipelines.line import BRAND, OTHER, Line
from pipelines.match import Names
from pipelines.sentiment import Feeling
from pipelines.sentiment.whole import FACTS, LABELS, facts
from pipelines.wording import UNIT, counted, shortness, stems, two, written
from tests.bench.corpus import NOW
from tests.gold import vader_gold
from tests.vectors import vectors_of
from tests.wording import rows_of

HERE = Path(__file__).parent
OUT = HERE.parent / "pipelines" / "wording" / "en.tsv"
RULES = ("rules", "rules, short", "short")
_NAMES = {BRAND, OTHER}  # that say nothing by themselves
# By cross-validation among the lessons, but for the costs of clauses, of sets and of rated texts: by what a few values
# made of sets/posts.csv, and of real tweets to brands from which nothing is learnt.
_COST = 1.0  # of a post; less makes smaller weights
_RATED, _HEARD = 0.3, 0.3  # of a rated text, for its feeling, and for the intents that rules find in it
_CLAUSE, _TUNED = 0.25, 2.0  # of a clause that says something, and of a sentence of the sets
_PAIR, _STEM, _START = 0.7, 0.5, 3.0  # what two words in a row weigh beside one, what a beginning or end, and the start
_SURE = -1.8  # the odds, in logarithms, from which an intent is taken: rare ones would else hardly ever be
_SURER = {"complaint": -1.4, "praise": -1.2, "question": -1.2, "buying": -1.4, "legal": -1.5}
_COMMON = 15_000  # words that are kept of those with vectors
_LEAST, _SMALL = 10, 5  # hundredths: of the most that a word weighs to be kept, and of its other weights


class Lesson(NamedTuple):
    """What a model sees of a text, and its labels."""

    words: Sequence[str]
    facts: Sequence[float]
    labels: frozenset[str]
    cost: float


def posts() -> list[dict[str, str]]:
    """The labelled posts."""
    with (HERE / "lessons" / "posts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Reader:
    """Reads texts as the pipelines do, by rules alone."""

    def __init__(self) -> None:
        self.feeling, self.intents = Feeling(), load_intents()

    def read(self, row: Mapping[str, str]) -> tuple[Lesson, dict[str, Lesson]]:
        """A text as a lesson of feeling, and for each intent."""
        text, brand = row["text"], row["brand"]
        post = Post(platform="a", id="1", url="https://a.example/", text=text, published=NOW)
        spans = [span for found in (names(brand).find(post) if brand else ()) for span in found.spans]
        read = self.feeling.read(text, spans)
        score = self.feeling.judge(read, brand, spans).score
        line = Line(text, spans)
        known = self.intents.cases(line, "en", score)
        if "intents" in row:
            wanted = frozenset(filter(None, row["intents"].split(";")))
        else:
            shipped = self.intents.rules
            wanted = frozenset(name for name, case in known.items() if case.by_rules >= shipped[name].threshold)
        words, short = counted(line.words, line.text), shortness(len(line.words))
        said = (*facts(line, score), short)
        felt = Lesson(words, said, frozenset((row["sentiment"],)), _COST)
        rules = {name: case.evidence for name, case in known.items()}
        return felt, {
            name: Lesson(words, (rules.get(name, 0.0), rules.get(name, 0.0) * short, short), wanted, _COST)
            for name in self.intents.rules
        }


@cache
def names(brand: str) -> Names:
    """What finds a brand."""
    return Names([Brand(name=brand)])


class Table:
    """Learns the columns of one file."""

    def __init__(self, vectors: Mapping[str, Sequence[float]], *, stemmed: bool = False) -> None:
        self.vectors, self.stemmed, self.columns = vectors, stemmed, dict[str, dict[str, float]]()

    def learn(self, question: str, lessons: Sequence[Lesson], fact_names: Sequence[str], start: float = 0.0) -> None:
        """One column: whether a text has a label."""
        found = [_named(lesson.words, stemmed=self.stemmed) for lesson in lessons]
        often = Counter(chain.from_iterable(found))
        known = {name: at for at, name in enumerate(sorted(name for name, count in often.items() if count > 1))}
        wide = len(next(iter(self.vectors.values()), ()))
        first, then = len(known), len(known) + wide
        rows = []
        for lesson, named in zip(lessons, found, strict=True):
            columns = [known[name] for name in named if name in known]
            values = [_counts(name) for name in named if name in known]
            near = [self.vectors[word] for word in set(lesson.words) if word in self.vectors]
            columns += range(first, then + 1 + len(lesson.facts))
            values += [sum(column) for column in zip(*near, strict=True)] or [0.0] * wide
            values += [_START, *lesson.facts]
            rows.append((columns, values))
        right = [question in lesson.labels for lesson in lessons]
        weights = fit(rows, right, then + 1 + len(fact_names), [lesson.cost for lesson in lessons])
        column = {name: weights[at] * _counts(name) for name, at in known.items()}
        for word, vector in self.vectors.items():
            column[word] = column.get(word, 0.0) + sum(a * b for a, b in zip(weights[first:then], vector, strict=True))
        column["=start"] = weights[then] * _START - start
        column |= {f"={name}": weight for name, weight in zip(fact_names, weights[then + 1 :], strict=True)}
        self.columns[question] = column

    def lines(self, learnt_by: str, lessons: str) -> Iterator[str]:
        """The file's: by which module, from which lessons."""
        yield f"# Learnt by `python -m {learnt_by}` from posts of our own: hundredths of logarithms of odds."
        yield f"# Its lessons: {lessons}"
        yield "\t".join(["", *self.columns])
        common = set(list(self.vectors)[:_COMMON])
        for name in sorted({name for column in self.columns.values() for name in column}):
            weights = [round(UNIT * column.get(name, 0.0)) for column in self.columns.values()]
            fact = name[0] == "="
            if fact or (max(map(abs, weights)) >= _LEAST and (name in common or name not in self.vectors)):
                shown = [str(weight) if fact or abs(weight) >= _SMALL else "" for weight in weights]
                yield "\t".join([name, *shown])


def _named(words: Sequence[str], *, stemmed: bool = False) -> set[str]:
    alone = {*map(written, words)} - _NAMES
    ends = {stem for word in alone for stem in stems(word)} if stemmed else set()
    return alone | ends | two(words)


def _counts(name: str) -> float:
    return _PAIR if "_" in name else _STEM if "*" in name else 1.0


def fingerprint() -> str:
    """Tells whether anything that the weights are learnt from has changed, but for the vectors and the rules."""
    costs = (_COST, _CLAUSE, _TUNED, _RATED, _HEARD, _PAIR, _START, _SURE, _SURER, _COMMON, _LEAST, _SMALL)
    told = repr([posts(), clauses(), alone(), rows_of(HERE / "sets" / "intents.csv", "tune"), costs])
    return sha256(told.encode()).hexdigest()[:16]


def rated(folder: Path) -> list[dict[str, str]]:
    """Texts that people have rated."""
    paths = (folder / f"{name}_GroundTruth.txt" for name in ("tweets", "amazonReviewSnippets"))
    rows = [row for path in paths for row in vader_gold(path)]
    return [{"text": row.text, "brand": "", "sentiment": row.gold["sentiment"]} for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.posts", description=__doc__)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("rated", type=Path)
    given = parser.parse_args()
    vectors, reader = vectors_of(given.vectors), Reader()
    read = [reader.read(row) for row in posts()]
    real = [reader.read(row) for row in rated(given.rated)]
    intents = [each for _, each in read]
    for row in rows_of(HERE / "sets" / "intents.csv", "tune"):
        _, each = reader.read({"brand": "", "sentiment": "", **row})
        intents.append({name: lesson._replace(cost=_TUNED) for name, lesson in each.items()})
    plain = [reader.read({**row, "intents": ""}) for row in clauses() if row["sentiment"] == "neutral"]
    intents += [each for _, each in plain]
    intents += [{name: lesson._replace(cost=_HEARD) for name, lesson in each.items()} for _, each in real]
    table = Table(vectors)
    for name in reader.intents.rules:
        table.learn(name, [one[name] for one in intents], RULES, _SURER.get(name, _SURE))
        print(name, flush=True)
    felt = [lesson for lesson, _ in read]
    felt += [lesson for lesson, _ in plain]
    felt += [lesson._replace(cost=_RATED) for lesson, _ in real]
    felt += [reader.read(row)[0]._replace(cost=_CLAUSE) for row in clauses() if row["sentiment"] != "neutral"]
    felt += [reader.read(row)[0]._replace(cost=_TUNED) for row in alone()]
    for label in LABELS:
        table.learn(label, felt, (*FACTS, "short"))
        print(label, flush=True)
    OUT.write_text("\n".join(table.lines("tests.posts", fingerprint())) + "\n", "utf-8")


def clauses() -> list[dict[str, str]]:
    """What is said well, badly and plainly of one brand."""
    found = []
    for name, label in (("well", "positive"), ("badly", "negative"), ("plainly", "neutral")):
        for line in (HERE / "lessons" / f"{name}.txt").read_text("utf-8").splitlines():
            if not re.search(r"\bY\b", line):
                found.append({"text": re.sub(r"\bX\b", "Acme", line), "brand": "Acme", "sentiment": label})
    return found


def alone() -> list[dict[str, str]]:
    """The texts about one brand of the part of the sets to tune with."""
    rows = rows_of(HERE / "sets" / "sentiment.csv", "tune")
    often = Counter(row["text"] for row in rows)
    return [row for row in rows if often[row["text"]] == 1]


if __name__ == "__main__":
    main()
