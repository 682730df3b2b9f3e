"""Copies among short posts: cost, memory and file size of finding them, and how many of planted ones are found."""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice, pairwise
from pathlib import Path
from unittest.mock import patch

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from listening.alike import Keys, keys, said
from listening.post import Author, Entry, Mention, Post
from listening.store import Store
from tests.bench.corpus import NOW

WANTED_MICROSECONDS, WANTED_TIMES, WANTED_MB = 100.0, 3.0, 1000.0  # times vaderSentiment, where a machine is slow
WANTED_RECALL, WANTED_PRECISION = 0.95, 0.99
_BATCH = 200
_BESIDE = 20  # batches, of which vaderSentiment reads one
_TOLD = 100_000  # posts after which a long run says how it goes
_COMMON = (
    "the i it is to a and my of for this that they you was on have with not but just so be me in are at after all from "
    "had when would now their what we no one been out get about time service again never phone back up do how an can"
).split()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench copies", description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--full", action="store_true", help="a million posts")
    given = parser.parse_args(arguments)
    if given.posts < _BATCH:
        parser.error(f"--posts is {given.posts}; it takes {_BATCH} at least, one transaction, to measure anything")
    count = 1_000_000 if given.full else given.posts
    _schemes(min(count, 20_000))
    return _stored(count)


def _posts(count: int) -> Iterator[tuple[str, int]]:
    """Short texts of 8 to 30 words, drawn as often as words are (Zipf); one in ten is a changed copy of an earlier one.

    With each the number of the text that it copies, or its own.
    """
    chance = random.Random(5)
    rare = ["".join(chance.choices("abcdefghiklmnoprstuvw", k=chance.randint(4, 9))) for _ in range(20_000)]
    recent: deque[tuple[list[str], int]] = deque(maxlen=5000)
    for number in range(count):
        if recent and number % 10 == 9:
            words, source = chance.choice(recent)
            yield " ".join(_changed(words, chance, rare)), source
            continue
        words = [
            chance.choice(_COMMON) if chance.random() < 0.55 else rare[int(len(rare) * chance.random() ** 3)]
            for _ in range(chance.randint(8, 30))
        ]
        if number % 2:
            recent.append((words, number))
        yield " ".join(words), number


def _changed(words: list[str], chance: random.Random, rare: list[str]) -> list[str]:
    """A copy with Jaccard 0.6 or more of word pairs: some words exchanged, left out or put in, or none at all."""
    before = set(pairwise(words))
    while True:
        copy = list(words)
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            at = chance.randrange(len(copy))
            copy[at : at + chance.choice((0, 1, 1))] = chance.choice(((), (chance.choice(rare),)))
        after = set(pairwise(copy))
        if len(before & after) >= 0.6 * len(before | after):
            return copy


def _schemes(count: int) -> None:
    """Our keys against MinHash with banding: recall of the planted copies among the candidates, and time."""
    texts = list(_posts(count))
    print(f"keys of {count:,} posts, {sum(len(t) for t, _ in texts) / count:.0f} characters on average")
    print(f"{'way':>28} {'us/post':>8} {'keys':>5} {'recall':>7} {'compared':>9}")
    beside = _Beside()
    beside.read([text for text, _ in texts[:2000]])
    print(f"{'(vaderSentiment, beside)':>28} {beside.cost:>8.1f}")
    schemes: dict[str, Callable[[str], tuple[int, ...]]] = {"five least shingles, begin": _ours}
    try:
        import rensa
    except ImportError:
        print("   (rensa is not installed: not compared)")
    else:
        schemes["rensa, 64 in 16 bands of 4"] = lambda text: _rensa(rensa, text, 64, 4)
        schemes["rensa, 16 in 8 bands of 2"] = lambda text: _rensa(rensa, text, 16, 2)
    for name, scheme in schemes.items():
        begun = time.process_time()
        found = [scheme(text) for text, _ in texts]
        cost = (time.process_time() - begun) / count * 1e6
        recall, compared = _met(found, [source for _, source in texts])
        print(f"{name:>28} {cost:>8.1f} {sum(map(len, found)) / count:>5.1f} {recall:>7.3f} {compared:>9.2f}")


def _ours(text: str) -> tuple[int, ...]:
    sketch: Keys = keys(said("", text))
    return sketch.filed


def _rensa(rensa: object, text: str, size: int, rows: int) -> tuple[int, ...]:
    words = said("", text).words
    minhash = rensa.RMinHash(num_perm=size, seed=1)  # type: ignore[attr-defined]
    minhash.update([" ".join(pair) for pair in pairwise(words)])
    digest = minhash.digest()
    return tuple(hash((i, *digest[i : i + rows])) for i in range(0, size, rows))


def _met(found: list[tuple[int, ...]], sources: list[int]) -> tuple[float, float]:
    """The share of copies that meet their source under a key, and how many others a post meets on average."""
    holders: dict[int, list[int]] = {}
    met = planted = others = 0
    for number, (mine, source) in enumerate(zip(found, sources, strict=True)):
        seen = {holder for key in mine for holder in holders.get(key, ())}
        planted += source != number
        met += source != number and source in seen
        others += len(seen - {source})
        for key in mine:
            holders.setdefault(key, []).append(number)
    return met / planted, others / len(found)


def _stored(count: int) -> int:
    """The whole way: into the store with and without copies sought, and what was found afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        cost, join, beside, size, recall, precision = _filled(Path(folder) / "copies.db", count)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        alone = _alone(Path(folder) / "alone.db", count)
    print(f"{count:,} posts stored, {_BATCH} a transaction: {cost:.0f} us each, of which copies {join:.0f} us")
    alone *= beside
    print(
        f"without copies {alone:.0f} us each, so that the pages they change are written in {cost - join - alone:.0f} us"
    )
    wanted = max(WANTED_MICROSECONDS, WANTED_TIMES * beside)
    print(
        f"wanted: {wanted:.0f} us for copies ({join / beside:.1f} times vaderSentiment), {WANTED_MB:,.0f} MB of memory"
    )
    print(f"peak memory {peak:.0f} MB; copies take {size / 1e6:.0f} MB in the file, {size / count:.0f} bytes a post")
    print(f"planted copies in their source's cluster: recall {recall:.3f}; right pairs of all joined: {precision:.3f}")
    short = join > wanted or peak > WANTED_MB
    return int(short or recall < WANTED_RECALL or precision < WANTED_PRECISION)


class _Beside:
    """What vaderSentiment takes meanwhile: a measure of the machine, which is not equally fast all the time."""

    def __init__(self) -> None:
        self.vader = SentimentIntensityAnalyzer()
        self.spent, self.posts = 0.0, 0

    def read(self, texts: Sequence[str]) -> None:
        begun = time.process_time()
        for text in texts:
            self.vader.polarity_scores(text)
        self.spent += time.process_time() - begun
        self.posts += len(texts)

    @property
    def cost(self) -> float:
        """Microseconds for a post."""
        return self.spent / self.posts * 1e6


def _filled(path: Path, count: int) -> tuple[float, float, float, float, float, float]:
    sources: list[int] = []
    beside = _Beside()
    spent = 0.0
    with Store(path) as store:
        batch, joined = list[Entry](), _clocked()
        for number, (text, source) in enumerate(_posts(count)):
            sources.append(source)
            batch.append(_entry(number, text))
            if len(batch) == _BATCH:
                begun = time.process_time()
                store.save("bench", batch, now=NOW)
                spent += time.process_time() - begun
                if number // _BATCH % _BESIDE == 0:
                    beside.read([entry.post.text for entry in batch])
                batch.clear()
            if (number + 1) % _TOLD == 0 and count > _TOLD:
                print(f"{number + 1:>9,} posts: copies {joined[0] / (number + 1) * 1e6:.0f} us each", flush=True)
        store.save("bench", batch, now=NOW)
    db = sqlite3.connect(path)
    cluster = {int(i): c for i, c in db.execute("SELECT native_id, cluster FROM copies JOIN posts ON id = post_id")}
    size = sum(
        int(db.execute("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = ?", [name]).fetchone()[0])
        for name in ("copy_keys", "copy_log", "copies", "copies_cluster", "mentions_cluster", "mentions_copies")
    )
    db.close()
    planted = [(i, s) for i, s in enumerate(sources) if i != s]
    recall = sum(cluster.get(i) is not None and cluster.get(i) == cluster.get(s) for i, s in planted) / len(planted)
    groups: dict[int, list[int]] = {}
    for number, group in cluster.items():
        groups.setdefault(group, []).append(sources[number])
    pairs = sum(len(g) * (len(g) - 1) // 2 for g in groups.values())
    right = sum(n * (n - 1) // 2 for g in groups.values() for n in (g.count(s) for s in set(g)))
    return spent / count * 1e6, joined[0] / count * 1e6, beside.cost, size, recall, right / max(1, pairs)


def _alone(path: Path, count: int) -> float:
    """What a post costs where no copies are sought, as a multiple of what vaderSentiment takes."""
    from listening.store.copies import Copies

    spent, posts, beside = 0.0, _posts(count), _Beside()
    with patch.multiple(Copies, know=lambda *_: None, add=lambda *_: None), Store(path) as store:
        for first in range(0, count, _BATCH):
            texts = [text for text, _ in islice(posts, _BATCH)]
            batch = [_entry(first + i, text) for i, text in enumerate(texts)]
            begun = time.process_time()
            store.save("bench", batch, now=NOW)
            spent += time.process_time() - begun
            if first // _BATCH % _BESIDE == 0:
                beside.read(texts)
    return spent / count * 1e6 / beside.cost


def _clocked() -> list[float]:
    """Have the time that finding copies takes added up."""
    from listening.store.copies import Copies

    spent = [0.0]

    def clocked(way: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            begun = time.process_time()
            way(*arguments)
            spent[0] += time.process_time() - begun

        return call

    Copies.know = clocked(Copies.know)  # type: ignore[method-assign]
    Copies.add = clocked(Copies.add)  # type: ignore[method-assign]
    return spent


def _entry(number: int, text: str) -> Entry:
    post = Post(
        "bench.example", str(number), f"https://bench.example/{number}", text, NOW - timedelta(seconds=number),
        Author(f"member{number % 5000}"),
    )  # fmt: skip
    return Entry(post, "en", None, (Mention("Acme", ("acme",), 0.1, "positive"),))
