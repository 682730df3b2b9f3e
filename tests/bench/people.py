"""People among 1,000,000 mentions: advocates, customers at risk, one person, handles that are likely one human."""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from listening.people import advocates, at_risk, portrait
from listening.store import Scope, Store
from listening.store.moment import iso
from tests.bench.corpus import NOW

_FLOOR = {"median": 150.0, "p95": 400.0}  # ms
_BRANDS, _SOURCES, _YEARS = 10, 8, 2
_SAID = (  # share of mentions, label, score, intents, text
    (0.55, "neutral", 0.0, "", "Has Acme changed the box?"),
    (0.18, "positive", 0.5, "praise", "Love the Acme anvil."),
    (0.06, "positive", 0.6, "praise, advocacy", "Just go with Acme, you won't regret it."),
    (0.16, "negative", -0.5, "complaint", "My Acme anvil broke again."),
    (0.03, "negative", -0.7, "complaint, leaving", "Done with Acme, off to Zenith."),
    (0.02, "positive", 0.2, "promotion", "Acme -20% today only."),
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench people", description=__doc__)
    parser.add_argument("--mentions", type=int, default=1_000_000)
    parser.add_argument("--file", type=Path, help="keep the database there and use it again")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = given.file or Path(folder) / "people.db"
        if not path.exists():
            start = time.monotonic()
            with Store(path) as store:
                _fill(store, given.mentions)
            took, size = time.monotonic() - start, path.stat().st_size / 1e6
            print(f"{given.mentions:,} mentions in {took:.0f} s, {size:,.0f} MB")
        with Store(path, read_only=True) as store:
            return _measure(store)


def _fill(store: Store, count: int) -> None:
    """Rows as a crawl leaves them, written plainly: by an author who writes more the lower the number."""
    chance = random.Random(5)
    minutes = _YEARS * 365 * 24 * 60
    authors = max(10, count // 6)
    with store.writing() as conn:
        conn.executemany("INSERT INTO brands (name) VALUES (?)", [(f"Brand {i}",) for i in range(_BRANDS)])
        conn.executemany("INSERT INTO sources (name) VALUES (?)", [(f"source {i}",) for i in range(_SOURCES)])
        names = (f"member_{i * 7 % (authors - 50)}" for i in range(authors))
        rows = ((f"site{i % _SOURCES}.example", str(i), name, i % 900) for i, name in enumerate(names))
        conn.executemany("INSERT INTO authors (platform, native_id, name, followers) VALUES (?, ?, ?, ?)", rows)
    for start in range(0, count, 50_000):
        with store.writing() as conn:
            posts, mentions = [], []
            for i in range(start, min(count, start + 50_000)):
                ((_, label, score, intents, text),) = chance.choices(_SAID, [each[0] for each in _SAID])
                author = int(authors * chance.random() ** 3) + 1
                published = iso(NOW - timedelta(minutes=minutes * (1 - i / count)))
                site = (author - 1) % _SOURCES
                reply = str(i - chance.randint(1, 5)) if i % 3 else ""
                where = (site + 1, f"site{site}.example", str(i))
                posts.append((i + 1, *where, text, author, i // 8 + 1, reply, published))
                mentions.append((i + 1, i + 1, chance.randrange(_BRANDS) + 1, published, label, score, intents))
            threads = [(n + 1, str(n)) for n in range(start // 8, start // 8 + 6251)]
            conn.executemany("INSERT OR IGNORE INTO threads (id, platform, native_id) VALUES (?, 'x', ?)", threads)
            conn.executemany(
                "INSERT INTO posts (id, source_id, platform, native_id, kind, url, domain, title, text, author_id, "
                "thread_id, reply_to, position, channel, language, published, dated, collected, route) "
                "VALUES (?, ?, ?, ?, 'post', '', '', '', ?, ?, ?, ?, 2, '', 'en', ?, 1, '', '')", posts,
            )  # fmt: skip
            conn.executemany(
                "INSERT INTO mentions (id, post_id, brand_id, published, words, label, score, intents, created) "
                "VALUES (?, ?, ?, ?, '[]', ?, ?, ?, '')", mentions,
            )  # fmt: skip
    store.db.conn.execute("ANALYZE")


def _measure(store: Store) -> int:
    month, year = NOW - timedelta(days=30), NOW - timedelta(days=365)
    hidden = Scope(frozenset({"source 0"}))
    busiest = store.loudest("Brand 0", None, None, {1: 1}, least=1, limit=1)[0].person_id
    cases: dict[str, Callable[[], object]] = {
        "advocates, 30 days": lambda: len(advocates(store, "Brand 1", month, NOW)),
        "at risk, 30 days": lambda: len(at_risk(store, "Brand 1", month, NOW)),
        "advocates, a year": lambda: len(advocates(store, "Brand 1", year, NOW)),
        "at risk, a year": lambda: len(at_risk(store, "Brand 1", year, NOW)),
        "at risk, a year, hidden": lambda: len(at_risk(store, "Brand 1", year, NOW, scope=hidden)),
        "the busiest person": lambda: store.person(busiest).posts,  # type: ignore[union-attr]
        "their newest 50": lambda: len(store.said_by(busiest)),
        "their portrait": lambda: len(portrait(store, busiest, now=NOW).standings),  # type: ignore[union-attr]
        "any portrait": lambda: len(portrait(store, 5_000, now=NOW).standings),  # type: ignore[union-attr]
        "find a handle": lambda: len(store.find_people("member_7777")),
        "likely the same": lambda: len(store.likely_same(20)),
    }
    missed = 0
    print(f"{'':<26}{'found':>7}{'median ms':>11}{'p95 ms':>9}")
    for name, ask in cases.items():
        found, times = None, []
        for _ in range(11):
            start = time.process_time()
            found = ask()
            times.append(1000 * (time.process_time() - start))
        median, p95 = statistics.median(times), max(times)
        missed += median > _FLOOR["median"] or p95 > _FLOOR["p95"]
        print(f"{name:<26}{found!s:>7}{median:>11.1f}{p95:>9.1f}")
    print(f"floor: median {_FLOOR['median']:.0f} ms, 95th percentile {_FLOOR['p95']:.0f} ms; {missed} missed")
    return int(missed > 0)
