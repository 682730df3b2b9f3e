"""Learns pipelines/wording/XX.tsv from lessons/XX.csv for each language but English: `python -m tests.tongue_posts`.

Rows with a brand are posts, those without are clauses as they stand in posts: who tells of trouble complains, who tells
of what went well praises.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from listening.config import Brand
from listening.post import Post
from pipelines.intents import load as load_intents
from pipelines.line import Line
from pipelines.match import Names
from pipelines.readers import Lexical
from pipelines.sentiment.whole import FACTS, LABELS, facts
from pipelines.tongues import LANGUAGES
from pipelines.wording import counted, shortness
from tests.bench.corpus import NOW
from tests.posts import RULES, Lesson, Table
from tests.wording import rows_of

HERE = Path(__file__).parent
OUT = HERE.parent / "pipelines" / "wording"
_COST, _CLAUSE, _TUNED = 1.0, 0.5, 1.0  # of a post, of a clause, and of a text of sets/tongues.csv
_MEANS = {"negative": "complaint", "positive": "praise"}  # what a clause without a brand is
# Those with lessons enough, by cross-validation, and the odds, in logarithms, from which each is taken.
INTENTS = {"complaint": -1.5, "praise": -1.8, "question": -2.2, "buying": -2.0}


def rows(language: str) -> list[dict[str, str]]:
    """Posts and clauses with their labels."""
    with (HERE / "lessons" / f"{language}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tuned(language: str) -> list[dict[str, str]]:
    """Texts to tune with, which have no intents."""
    return [row for row in rows_of(HERE / "sets" / "tongues.csv", "tune") if row["language"] == language]


class Reader:
    """Reads texts of a language as the pipelines do, by its lexicon and rules alone."""

    def __init__(self, language: str) -> None:
        self.language, self.lexicon, self.intents = language, Lexical(language), load_intents()

    def read(self, row: Mapping[str, str], cost: float) -> tuple[Lesson, dict[str, Lesson]]:
        """A text as a lesson of feeling, and for each intent."""
        text, brand = row["text"], row.get("brand", "")
        post = Post(platform="a", id="1", url="https://a.example/", text=text, published=NOW)
        found = Names([Brand(name=brand)]).find(post) if brand else ()
        spans = [span for each in found for span in each.spans]
        score = self.lexicon.judge(self.lexicon.read(text), brand, spans).score
        line = Line(text, spans)
        wanted = set(filter(None, row.get("intents", "").split(";")))
        if not brand and row["sentiment"] in _MEANS:
            wanted.add(_MEANS[row["sentiment"]])
        words, short = counted(line.words, line.text), shortness(len(line.words))
        felt = Lesson(words, (*facts(line, score), short), frozenset((row["sentiment"],)), cost)
        rules = {name: case.evidence for name, case in self.intents.cases(line, self.language, score).items()}
        return felt, {
            name: Lesson(words, (rules.get(name, 0.0), rules.get(name, 0.0) * short, short), frozenset(wanted), cost)
            for name in INTENTS
        }


def fingerprint(language: str) -> str:
    """Tells whether anything that the weights are learnt from has changed, but for the lexicon and the rules."""
    told = repr([rows(language), tuned(language), _COST, _CLAUSE, _TUNED, INTENTS])
    return sha256(told.encode()).hexdigest()[:16]


def learnt(language: str, lessons: list[dict[str, str]]) -> Table:
    """The columns learnt from these rows, and from those to tune with."""
    reader = Reader(language)
    read = [reader.read(row, _COST if row["brand"] else _CLAUSE) for row in lessons]
    table = Table({}, stemmed=True)
    for name, sure in INTENTS.items():
        told = [one for one, row in zip(read, lessons, strict=True) if row["brand"] or name in _MEANS.values()]
        table.learn(name, [each[name] for _, each in told], RULES, sure)
    felt = [lesson for lesson, _ in read] + [reader.read(row, _TUNED)[0] for row in tuned(language)]
    for label in LABELS:
        table.learn(label, felt, (*FACTS, "short"))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.tongue_posts", description=__doc__)
    parser.add_argument("languages", nargs="*", default=LANGUAGES, metavar="LANGUAGE", help="all where none is named")
    for language in parser.parse_args().languages:
        table = learnt(language, rows(language))
        lines = table.lines("tests.tongue_posts", fingerprint(language))
        (OUT / f"{language}.tsv").write_text("\n".join(lines) + "\n", "utf-8")
        print(language, flush=True)


if __name__ == "__main__":
    main()
