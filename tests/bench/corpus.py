"""Posts and brands to measure with: English, 300 characters on average, one in three about a brand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from listening.config import Brand
from listening.post import Author, Post, Thread

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
_OPENERS = (
    "I have had the {b} for {n} months and it is still great",
    "Never buying from {b} again, the support was terrible",
    "Does anybody know whether {b} ships to Norway?",
    "My {b} arrived broken, third time this year :(",
    "Honestly {b} is the best thing I bought, love it!!!",
    "The new {b} update is not bad, but it is slower than before",
    "Thinking about leaving {b}, any alternative you would recommend?",
    "Got a refund from {b} after {n} days of waiting, not happy",
)
_FILLERS = (
    "The weather was kind of awful on the way to work",
    "We moved the old bench into the garage last weekend",
    "VERY disappointed with how this went, to be frank",
    "My neighbour says it will get better soon",
    "I wrote down all the steps because I keep forgetting them",
    "There is hardly any documentation for this",
    "It isn't the price that bothers me, it's the waiting",
    "They answered within the hour, which was a nice surprise",
    "Has anyone tried the {n} mm version of it yet?",
    "At least the packaging was good :)",
    "I would not say it is perfect, yet it works without any problem",
    "Somebody should make a list of all the spare parts",
    "The second one failed after {n} weeks and nobody cared",
    "Thanks for the help, you people are wonderful!",
    "Just my two cents after a long and boring day",
    "The manual says {n} turns, but that seems wrong to me",
)
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo zu bra cle dri flo gru".split()


def brands(count: int) -> list[Brand]:
    """`count` brands with invented names of one or two words."""
    chance = random.Random(7)
    names: dict[str, None] = {}
    while len(names) < count:
        word = "".join(chance.choice(_SYLLABLES) for _ in range(3)).capitalize()
        names[f"{word} {chance.choice(('Tools', 'Labs', 'Foods'))}" if chance.random() < 0.3 else word] = None
    return [Brand(name=name) for name in names]


def posts(count: int, known: list[Brand]) -> list[Post]:
    """`count` posts by 600 authors in threads of 20; a third of them name one of the brands."""
    chance = random.Random(11)
    return [_post(i, chance, known) for i in range(count)]


def _post(i: int, chance: random.Random, known: list[Brand]) -> Post:
    sentences = []
    if chance.random() < 1 / 3:
        sentences.append(chance.choice(_OPENERS).replace("{b}", chance.choice(known).name))
    length = chance.randint(120, 480)
    while sum(map(len, sentences)) < length:
        sentences.append(chance.choice(_FILLERS))
    chance.shuffle(sentences)
    text = (chance.choice((". ", "! ", ".\n")).join(sentences) + ".").replace("{n}", str(chance.randint(2, 99)))
    return Post(
        platform="bench.example",
        id=str(i),
        url=f"https://bench.example/topic/{i // 20}#p{i}",
        text=text,
        published=NOW - timedelta(minutes=i),
        author=Author(f"member{chance.randint(1, 600)}"),
        thread=Thread(str(i // 20), f"Topic number {i // 20}", f"https://bench.example/topic/{i // 20}"),
        position=i % 20 + 1,
        channel="Workbench",
        route="bench",
    )
