"""`python -m tests.fuzz_feeds --count 10000`: feeds broken at random, each read within its time and accounted for.

Seeds are the fixtures in tests/fixtures/rss and, with `--corpus DIR`, every file below a folder. A feed is made from
the run's seed and its number alone: `--start NUMBER --count 1` makes it again.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from listening.feed import Feed, read
from tests.cases import FIXTURES

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
URL = "https://www.example.com/blog/feed.xml"
LONGEST = 10.0  # seconds that any feed may take
_BIGGEST_SEED = 300_000  # bytes
_TYPES = ("", "application/rss+xml", "text/xml; charset=iso-8859-1", "application/json", "text/html; charset=bogus")
_TOKENS = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        "<![CDATA[", "]]>", "<!--", "-->", "<!", "<?", "?>", "<", ">", "&", "&#0;", "&#xD800;", "&#1114112;", "&lol;",
        "&amp;", "<item>", "</item>", "<entry>", "</entry>", "<item/>", "<channel>", "</channel>", "</rss>", "<feed>",
        "</feed>", "<title>", "</title>", "<title type='xhtml'>", "<content type='application/octet-stream'>",
        "<content src='x'/>", "<link>", "<link/>", "<link href='//[::1'/>", "<link rel='alternate'/>", "<guid>",
        "</guid>", "<id></id>", "<author>a@b.c (", "<author><name/></author>", "<source url=''>", "<image>",
        "<textInput>", "<category/>", "<pubDate>Mon, 31 Feb 32767 25:61:61 +9999</pubDate>",
        "<updated>0000-00-00</updated>", "<pubDate>1e999</pubDate>", "<dc:date>", "<media:group>",
        "<media:content/>", "<itunes:image/>",
        "<georss:point>1 x</georss:point>", "<gml:pos>1</gml:pos>", "<psc:chapter start='x'/>", "<svg>", "<math>",
        "<thr:in-reply-to/>", "<x:y:z>", " xmlns='x'", " xmlns:a=''", " xml:base='http://[x'",
        " xml:base='javascript:'", " xml:lang=''", " type='text/html'", "<!DOCTYPE a [<!ENTITY a 'b'>]>", "<!DOCTYPE",
        "<?xml version='1.0' encoding='utf-7'?>", "<script>alert(1)</script>", "<b>", "</b>", "<div>", "<blockquote>",
        "<br>", "\x00", "\x0b", "\ufeff", "\ud800", "\u202e", "💥", "é", "\r", "\n", " ", '"', "'", "{", "}", "[", "]",
        ",", ":", "null", "-1", "1e400", "\\ud800", '"items":[',
    )
)  # fmt: skip
_ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1251", "shift_jis", "utf-7", "cp037")


@dataclass(slots=True)
class Report:
    """What a run came to."""

    feeds: int = 0
    readable: int = 0
    posts: int = 0
    rejects: int = 0
    left_out: int = 0  # older than the limit, or the same once more
    faults: list[str] = field(default_factory=list)  # crashes, and feeds that were not accounted for
    slowest: tuple[float, int] = (0.0, 0)  # seconds, number
    too_slow: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        """Whether nothing crashed, took too long, or got lost."""
        return not self.faults and not self.too_slow

    def lines(self) -> Iterator[str]:
        """The report as a table."""
        rows = {
            "feeds": self.feeds,
            "readable": self.readable,
            "posts": self.posts,
            "quarantined": self.rejects,
            "left out": self.left_out,
            "crashed or unaccounted": len(self.faults),
            f"over {LONGEST:g} s": self.too_slow,
        }
        yield from (f"{name:<24}{value:>12,}" for name, value in rows.items())
        yield f"{'slowest':<24}{self.slowest[0]:>10.2f} s  (number {self.slowest[1]})"
        yield f"{'peak memory':<24}{_peak():>8.0f} MiB"
        yield from (f"  {count:>8,}  {reason}" for reason, count in self.reasons.most_common(12))


def seeds(corpus: Path | None = None) -> list[bytes]:
    """The fixtures, and the files of a folder."""
    paths = sorted((FIXTURES / "rss").glob("*/input.*"))
    if corpus is not None:
        paths += sorted(path for path in corpus.rglob("*") if path.is_file())
    return [body for path in paths if (body := path.read_bytes()[:_BIGGEST_SEED])]


def mutant(known: Sequence[bytes], chance: random.Random) -> bytes:
    """A feed from one of the seeds, damaged in one to eight ways."""
    body = chance.choice(known)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        body = chance.choice(_DAMAGES)(body, known, chance)[: 4 * _BIGGEST_SEED]
    return body


def fuzz(count: int, seed: int, known: Sequence[bytes], start: int = 0, tell: Callable[[str], None] = print) -> Report:
    """Read `count` damaged feeds."""
    report = Report()
    for number in range(start, start + count):
        chance = random.Random(f"{seed}:{number}")
        body, kind = mutant(known, chance), chance.choice(_TYPES)
        begun = time.perf_counter()
        try:
            feed = read(body, url=URL, content_type=kind, fetched=NOW, limit=chance.choice((1000, 1000, 3)))
            fault = unaccounted(feed)
        except Exception:
            feed, fault = Feed(), traceback.format_exc(limit=-4)
        seconds = time.perf_counter() - begun
        _count(report, feed, seconds, number)
        if fault or seconds > LONGEST:
            report.faults += [f"number {number}: {fault}"] if fault else []
            tell(f"number {number}, {len(body):,} bytes, {seconds:.1f} s: {fault or 'too slow'}")
        if report.feeds % 1000 == 0:
            tell(f"{report.feeds:>8,} feeds, slowest {report.slowest[0]:.2f} s")
    return report


def unaccounted(feed: Feed) -> str:
    """What is wrong with a feed as it was read; empty where all is accounted for and can be stored."""
    if not feed.readable:
        return (
            "" if len(feed.rejects) == 1 and not feed.posts and feed.notes else "unreadable, and no one reject says why"
        )
    if feed.entries != len(feed.posts) + len(feed.rejects) + feed.skipped + feed.repeated:
        return f"{feed.entries} entries, but {len(feed.posts)} posts and {len(feed.rejects)} rejects"
    if not all(reject.reason for reject in feed.rejects):
        return "a reject without a reason"
    if len({post.id for post in feed.posts}) != len(feed.posts):
        return "two posts of one identity"
    for post in feed.posts:
        if not post.id or not post.platform or not (post.title or post.text or post.quotes):
            return f"nothing to store in {post!r}"
        if not post.url.startswith(("http://", "https://")):
            return f"an address that cannot be opened: {post.url}"
        if any(when is not None and when.tzinfo is None for when in (post.published, post.edited)):
            return "a time without a zone"
        repr(post).encode()
        "".join(
            (post.id, post.url, post.title, post.text, post.channel, post.author.name if post.author else "")
        ).encode()
    return ""


def _count(report: Report, feed: Feed, seconds: float, number: int) -> None:
    report.feeds += 1
    report.readable += feed.readable
    report.posts += len(feed.posts)
    report.rejects += len(feed.rejects)
    report.left_out += feed.skipped + feed.repeated
    report.reasons.update(reject.reason for reject in feed.rejects)
    report.too_slow += seconds > LONGEST
    report.slowest = max(report.slowest, (seconds, number))


Damage = Callable[[bytes, Sequence[bytes], random.Random], bytes]


def _slice(body: bytes, chance: random.Random, longest: int = 400) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + chance.randrange(1, longest))


def _flip(body: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _number in range(chance.choice((1, 3, 20)) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(body: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _slice(body, chance)
    return body[:start] + body[end:]


def _truncate(body: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _repeat(body: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _slice(body, chance)
    return body[:start] + body[start:end] * chance.choice((2, 2, 3, 50, 1000)) + body[end:]


def _insert(body: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    place, token = chance.randrange(len(body) + 1), chance.choice(_TOKENS)
    return body[:place] + token * chance.choice((1, 1, 1, 2, 40, 3000)) + body[place:]


def _replace(body: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    old = chance.choice(_TOKENS)
    return body.replace(old, chance.choice(_TOKENS), chance.choice((1, -1)))


def _move(body: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _slice(body, chance)
    piece, rest = body[start:end], body[:start] + body[end:]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + piece + rest[place:]


def _graft(body: bytes, known: Sequence[bytes], chance: random.Random) -> bytes:
    other = chance.choice(known)
    start, end = _slice(other, chance, 2000)
    place = chance.randrange(len(body) + 1)
    return body[:place] + other[start:end] + body[place:]


def _recode(body: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    return body.decode("utf-8", "replace").encode(chance.choice(_ENCODINGS), "replace")


def _garble(body: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _slice(body, chance)
    return body[:start] + chance.randbytes(end - start) + body[end:]


_DAMAGES: tuple[Damage, ...] = (
    _flip, _cut, _truncate, _repeat, _insert, _insert, _insert, _replace, _move, _graft, _recode, _garble
)  # fmt: skip


def _peak() -> float:
    used = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return used / 1024


def main(arguments: list[str] | None = None) -> int:
    """Run, and print the report. Returns 1 if anything crashed, took too long or got lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_feeds", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="feeds to read")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="number of the first feed")
    parser.add_argument("--corpus", type=Path, help="a folder of feeds to damage, besides our own")
    given = parser.parse_args(arguments)
    known = seeds(given.corpus)
    print(f"{len(known):,} seeds, {given.count:,} feeds, seed {given.seed}", flush=True)
    report = fuzz(given.count, given.seed, known, given.start)
    print(*report.lines(), sep="\n")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
