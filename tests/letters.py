"""Learns pipelines/letters.txt, what runs of letters tell of languages: `python -m tests.letters LINGUA VOICE`.

LINGUA is the folder language-models of lingua by Peter M. Stahl (https://github.com/pemistahl/lingua-rs, Apache-2.0),
of a version whose counts of n-grams are files *.json.br: for each language those, and sentences to test with. Learnt
from are the sentences whose CRC-32 is even; the others stay unseen, to measure by.

VOICE is the folder server/data of Common Voice (https://github.com/common-voice/common-voice), a folder for each
language with the sentences that people gave it to be read aloud (CC0).

Naive Bayes comes first: how often each run is written in each language. Of its runs those are kept that tell two
neighbours apart best, and their weights are made better by logistic regression, beside the model's guesses and typical
words, which are there whenever letters are asked; typed without accents, each text is learnt from once more.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from heapq import nlargest
from itertools import combinations
from math import log
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick

from pipelines import language
from pipelines.letters import STEP, spaced
from tests.sentences import CODES, CONSTANTS, UNACCENTED, Lesson, Sources, lessons, spellings, tuned, typed

OUT = Path(__file__).parents[1] / "pipelines" / "letters.txt"
# Languages that are taken for each other, of which runs are kept that tell each two apart.
_NEIGHBOURS = (
    "cs sk pl sl hr", "pl en", "hr sr sl cs", "da no sv is", "es pt gl ca", "ca fr es it ro", "nl af de", "fi et",
    "tr az", "eo es it pt", "vi en it fr es", "lt lv pl", "sq hr it", "hu sk tr fi", "ga en", "cy en", "eu es",
    "ro fr es", "id tl sw en", "en fr de es nl", "sk sr pl", "no de en", "sv en", "be uk ru", "ru bg mk sr uk",
)  # fmt: skip
_RUNS = 100  # that tell one language from a neighbour
_CLOSE = {  # so many times as many, as these are told apart by little else
    "hr sr": 11, "da no": 9, "no sv": 5, "cs sk": 2.5, "pl sk": 2.2, "hr sl": 2, "sl sr": 2, "gl pt": 2, "es gl": 2,
    "da sv": 2, "cs pl": 2, "ca es": 1.5, "sk sl": 1.5, "hr sk": 1.5, "cs sl": 1.5, "cs hr": 1.5, "af nl": 1.2,
    "be ru": 2.5, "ru uk": 2.5, "bg ru": 2.5, "mk ru": 2.5, "ru sr": 2.5, "be uk": 2.5, "bg mk": 2.5, "mk sr": 2.5,
    "bg sr": 2.5, "bg uk": 2.5,
}  # fmt: skip
_LONGEST, _WORD = 5, 9  # letters of a run, and of a whole word that is one
_ENOUGH = 260_000  # characters; where fewer are spoken, LINGUA's sentences are counted, too
_COUNTED = 0.6  # the share of LINGUA's counts beside sentences in what is known of runs inside words
_RAREST, _BESIDE = 4e-6, 3e-5  # rates, a character: rarer runs tell nothing; what is added to each
# By what a few values made of Universal Dependencies, reviews, tweets and sayings from which nothing is learnt.
_FEW, _TUNED = 300, 20  # so few texts of a source, or of our own set, count as if they were as many
_OURS = 0.3  # what our own set counts beside a source
_OVERLAP = 0.55  # runs overlap, so that naive Bayes is surer than it should be
_PULL = 1e-5  # toward what naive Bayes says
_DROPPED = 0.3  # of runs are left out each time, so that weights lean on no few of them
_BATCH, _PASSES = 4096, 6  # texts at a time, and how often each is seen
_PACE = 0.02  # how far a step goes at first; the last goes nowhere
_SIDES = (0.85, 1.1)  # what guesses and words weigh at first
_LEAST = 0.01  # the chance of a language that the model does not name
_TOP = 63  # steps: the most that one sign tells
_WORDS = re.compile(r"[^\W\d_]+")
_TOLD = """\
# How much likelier runs of letters ("_" is where a word begins or ends) make each language, for pipelines/letters.py:
# one sign for each language, "!" is 0 and each sign after it a twentieth more, in natural logarithms. Learnt by
# `python -m tests.letters` from the counts of letters and from half of the test sentences of lingua by Peter M. Stahl
# (https://github.com/pemistahl/lingua-rs, Apache-2.0), from sentences people gave to Common Voice
# (https://github.com/common-voice/common-voice, CC0) and from our own set, as they are spelt and without accents; none
# of the sentences is here."""


def rates(sources: Sources) -> dict[str, dict[str, float]]:
    """Of each language, how often each run is written, a character."""
    found: dict[str, dict[str, float]] = {}
    for code in CODES:
        said = sources.spoken(code)
        size = sum(map(len, said))
        for text in sources.tested(code):
            if size < _ENOUGH:
                said.append(text)
                size += len(text)
        found[code] = {}
        for spelt in spellings(code):
            found[code] |= _mixed(filter(None, map(spelt, said)), sources.counted(code, spelt))
        print(code, size, len(found[code]), flush=True)
    return found


def _mixed(sentences: Iterable[str], counted: Mapping[str, float]) -> dict[str, float]:
    """The rates of runs by sentences and by counts, which know nothing of where words begin and end."""
    said: dict[str, float] = defaultdict(float)
    size = 0
    for sentence in sentences:
        text = f" {' '.join(_WORDS.findall(sentence))} "
        size += len(text)
        for spelt, share in ((text, 1 - UNACCENTED), (typed(text), UNACCENTED)):
            for run in _runs(spelt):
                said[run] += share
    found = {}
    for run in said.keys() | counted.keys():
        rate = said[run] / size
        if counted and " " not in run and len(run) <= _LONGEST:
            rate += _COUNTED * (counted.get(run, 0.0) - rate)
        elif said[run] < 1.5:  # chance alone
            continue
        if rate >= _RAREST:
            found[run] = rate
    return found


def _runs(text: str) -> Iterator[str]:
    """The runs of two characters and more in a text that begins and ends with a space, and the words in it."""
    for word in text.split():
        within = f" {word} "
        for length in range(2, _LONGEST + 1):
            for at in range(len(within) - length + 1):
                yield within[at : at + length]
        if _LONGEST - 2 < len(word) <= _WORD:
            yield within


def chosen(known: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The runs of three characters and more that tell two neighbours apart best."""
    pairs = {pair for group in _NEIGHBOURS for pair in combinations(sorted(group.split()), 2)}
    found: set[str] = set()
    for pair in pairs:
        count = int(_RUNS * _CLOSE.get(" ".join(pair), 1))
        for one, other in (pair, pair[::-1]):
            telling = (
                ((rate - known[other].get(run, 0.0)) * _ahead(rate, known[other].get(run, 0.0)), run)
                for run, rate in known[one].items()
                if len(run) > 2 and rate > known[other].get(run, 0.0)
            )
            found.update(run for _, run in nlargest(count, telling))
    return sorted(found)


def _ahead(rate: float, other: float) -> float:
    return log((rate + _BESIDE) / (other + _BESIDE))


class Read:
    """Lessons as numbers: how often each run is in each, what the model and typical words say, what is right."""

    def __init__(self, texts: Sequence[Lesson], runs: Sequence[str]) -> None:
        import numpy as np

        self.width = len(runs)
        finder = AhoCorasick(list(runs))
        self.counts, guesses, words = [], [], []
        for lesson in texts:
            plain = language._plain(lesson.text.replace("\u2019", "'"))
            known = language._words(plain)
            found = finder.find_matches_as_indexes(spaced(known), overlapping=True)
            self.counts.append(np.unique(np.array([match[0] for match in found], np.int32), return_counts=True))
            chances = language._guesses(plain[: language._MODEL_READ])
            guesses.append([log(max(chances.get(code, 0.0), _LEAST)) for code in CODES])
            evidence = language._evidence(known)
            words.append([min(evidence[code], language._MOST_WORDS) for code in CODES])
        self.guesses, self.words = np.array(guesses, np.float32), np.array(words, np.float32)
        self.right = np.array([[code == lesson.code for code in CODES] for lesson in texts], np.float32)
        often = Counter((lesson.source, lesson.code) for lesson in texts)
        costs = [_cost(lesson.source, often[lesson.source, lesson.code]) for lesson in texts]
        self.costs = np.array(costs, np.float32) / sum(costs) * len(costs)

    def dense(self, rows: Sequence[int], chance: Any) -> Any:
        """The counts of a few texts, with some runs left out by chance."""
        import numpy as np

        table = np.zeros((len(rows), self.width), np.float32)
        for at, row in enumerate(rows):
            runs, counts = self.counts[row]
            table[at, runs] = counts * (chance.random(len(runs)) >= _DROPPED) / (1 - _DROPPED)
        return table


def _cost(source: str, count: int) -> float:
    """Each language counts the same in each source."""
    return _OURS / max(count, _TUNED) if source == "ours" else 1 / max(count, _FEW)


class Value:
    """What is learnt, moved step by step by Adam (Kingma and Ba, 2015)."""

    def __init__(self, now: Any) -> None:
        self.now, self.mean, self.square, self.steps = now, 0 * now, 0 * now, 0

    def move(self, slope: Any, pace: float) -> None:
        """A step against a slope of the loss."""
        self.steps += 1
        self.mean += 0.1 * (slope - self.mean)
        self.square += 0.01 * (slope * slope - self.square)
        size = (self.square / (1 - 0.99**self.steps)) ** 0.5 + 1e-7
        self.now -= pace * self.mean / (1 - 0.9**self.steps) / size


def fit(read: Read, start: Any) -> tuple[Any, Any]:
    """The weights of runs that tell the languages of texts best, and what each language has before any; from `start`.

    Logistic regression with a label for each language, on some of the texts at a time.
    """
    import numpy as np

    chance = np.random.default_rng(1)
    values = [Value(start.copy()), Value(np.array(_SIDES, np.float32)), Value(np.zeros(len(CODES), np.float32))]
    batches = [rows for _ in range(_PASSES) for rows in _batches(chance.permutation(len(read.costs)))]
    for done, rows in enumerate(batches):
        slopes = _slopes(read, [value.now for value in values], start, rows, chance)
        for value, slope in zip(values, slopes, strict=True):
            value.move(slope, _PACE * (1 - done / len(batches)))
    return values[0].now, values[2].now


def _batches(order: Any) -> Iterator[Any]:
    for at in range(0, len(order), _BATCH):
        yield order[at : at + _BATCH]


def _slopes(read: Read, values: Sequence[Any], start: Any, rows: Any, chance: Any) -> list[Any]:
    """How the loss changes with each value, for some texts."""
    import numpy as np

    weights, sides, bias = values
    counts, guesses, words = read.dense(rows, chance), read.guesses[rows], read.words[rows]
    sums = counts @ weights + sides[0] * guesses + sides[1] * words + bias
    chances = np.exp(sums - sums.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    wrong = (chances - read.right[rows]) * read.costs[rows, None] / len(rows)
    about = np.array([(wrong * guesses).sum(), (wrong * words).sum()], np.float32)
    return [counts.T @ wrong + _PULL * (weights - start), about, wrong.sum(0)]


def fingerprint() -> str:
    """Tells whether anything of ours that is learnt from has changed, but for typical words and the model."""
    rated_by = (_ENOUGH, _COUNTED, _RAREST, _BESIDE, _LONGEST, _WORD, _NEIGHBOURS, _RUNS, _CLOSE)
    fitted_by = (_FEW, _TUNED, _OURS, _OVERLAP, _PULL, _DROPPED, _BATCH, _PASSES, _PACE, _SIDES, _LEAST, _TOP, STEP)
    return sha256(repr((tuned(), CONSTANTS, rated_by, fitted_by)).encode()).hexdigest()[:16]


def lines(runs: Sequence[str], weights: Any, bias: Any) -> Iterator[str]:
    """The file's."""
    yield _TOLD
    yield f"# Its lessons: {fingerprint()}"
    yield " ".join(CODES)
    for run, row in zip(("", *runs), (bias, *weights), strict=True):
        signs = [chr(ord("!") + min(round(float(weight) / STEP), _TOP)) for weight in row - row.min()]
        yield f"{run.replace(' ', '_')}\t{''.join(signs)}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.letters", description=__doc__)
    parser.add_argument("lingua", type=Path)
    parser.add_argument("voice", type=Path)
    given = parser.parse_args()
    import numpy as np

    sources = Sources(given.lingua, given.voice)
    known = rates(sources)
    runs = chosen(known)
    print(len(runs), "runs", flush=True)
    bayes = [[_OVERLAP * _ahead(known[code].get(run, 0.0), 0.0) for code in CODES] for run in runs]
    texts = lessons(sources)
    print(len(texts), "texts", flush=True)
    weights, bias = fit(Read(texts, runs), np.array(bayes, np.float32))
    OUT.write_text("\n".join(lines(runs, weights, bias)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
