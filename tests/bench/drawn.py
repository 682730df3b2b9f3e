"""A plausible past to measure with: five weeks of mentions with their rhythm, and a team that worked on them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from listening.post import Aspect, Author, Entry, Evidence, Intent, Mention, Post, Sentiment, Thread, Urgency
from tests.bench.corpus import _OPENERS, _SYLLABLES, NOW

DAYS = 35  # five weeks, as the rhythm is a weekly one; what is said again later than after 30 days is no copy
SLICES = 20  # so often, two years
BEGIN = NOW.replace(hour=0, minute=0) - timedelta(days=DAYS * SLICES)
REGULARS = 200  # authors, by number, who are there all the time; the others come and go
_COPIED = 11  # of 50 posts: which one others repeat
BRANDS = (("Acme", 45, True), ("Initech", 20, True), ("Globex", 15, False), ("Hooli", 10, False), ("Umbra", 7, False),
          ("Vandelay", 3, False))  # fmt: skip  # name, share, ours
SOURCES = tuple(f"{kind}-{number}" for kind in ("board", "reddit", "news", "reviews") for number in range(1, 7))
PRIVATE = "reviews-6"
PEOPLE = ("anna", "ben", "chris", "dana", "eli", "fay")
_TAGS = "bug refund vip press shipping billing praise churn legal idea follow-up faq".split()
_ASPECTS = "price delivery support quality app design returns battery".split()
_POINTS = {"complaint": 30, "leaving": 40, "question": 15, "buying": 25, "idea": 10, "safety": 70, "legal": 60}
# name, share of mentions, the feeling that goes with it
_INTENTS = (("complaint", 0.18, -0.5), ("question", 0.12, 0.0), ("praise", 0.15, 0.6), ("buying", 0.05, 0.1),
            ("idea", 0.03, 0.0), ("leaving", 0.03, -0.4), ("advocacy", 0.02, 0.6), ("press", 0.003, 0.0),
            ("safety", 0.001, -0.7), ("legal", 0.001, -0.5), ("spam", 0.01, 0.3))  # fmt: skip
_COMMON = ("the and to a of it is my in that for was with on but not they have this at so just when we from had you "
           "their out get like after about one if do what there or can be would no up time all").split()  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A post as its source brought it, what copies what, and what the team did to its first mention."""

    entry: Entry
    source: str
    collected: datetime
    copy_of: int | None  # the number of the post whose words it repeats
    acts: tuple[tuple[str, datetime, dict[str, Any]], ...]  # who, when, and what `triage` is asked for


def draw(posts: int, seed: int = 5) -> Iterator[Made]:
    """`posts` posts of the first five weeks, oldest first; each mentions one brand, one in 25 a second one, too."""
    return _Drawing(posts, seed).made()


def authors(posts: int) -> int:
    """How many there are at most, for so many posts."""
    return max(20, posts // 2)


class _Drawing:
    def __init__(self, posts: int, seed: int) -> None:
        self.posts, self.chance = posts, random.Random(seed)
        rare = ["".join(self.chance.choices(_SYLLABLES, k=self.chance.randint(2, 4))) for _ in range(6000)]
        self.words = [word for i, word in enumerate(_COMMON) for _ in range(400 // (i + 3))] + rare
        self.authors = authors(posts)
        self.threads: dict[str, tuple[int, int]] = {}  # source -> thread and the posts in it
        self.recent: list[tuple[int, str, str, int, datetime]] = []  # number, brand, text, author: what may be copied
        self.brand_weights = list(accumulate(share for _, share, _ in BRANDS))
        self.source_weights = list(accumulate(1000 // (i + 2) for i in range(len(SOURCES))))

    def made(self) -> Iterator[Made]:
        for number, when in enumerate(self._times()):
            yield self._one(number, when)

    def _times(self) -> Iterator[datetime]:
        """Moments in order: fewer at night and at weekends."""
        hours = [BEGIN + timedelta(hours=hour) for hour in range(DAYS * 24)]
        shares = [(0.55 if when.weekday() >= 5 else 1) * (0.3 if when.hour < 7 else 1) for when in hours]
        total, given, due = sum(shares), 0, 0.0
        for when, share in zip(hours, shares, strict=True):
            due += share / total * self.posts
            count = round(due) - given
            given += count
            for i in range(count):
                yield when + timedelta(seconds=3600 * i // count)

    def _one(self, number: int, when: datetime) -> Made:
        chance = self.chance
        brand = chance.choices(BRANDS, cum_weights=self.brand_weights)[0][0]
        source = chance.choices(SOURCES, cum_weights=self.source_weights)[0]
        author = int(self.authors * chance.random() ** 3)
        copy_of, text = self._text(number, when, brand, author)
        mentions = [self._mention(brand)]
        if copy_of is None and number % 25 == 7:
            mentions.append(self._mention(BRANDS[(number // 25) % len(BRANDS)][0]))
        if len(mentions) == 2 and mentions[0].brand == mentions[1].brand:
            mentions.pop()
        post = self._post(number, when, source, author, text)
        score = mentions[0].score
        figures = None if score is None else Sentiment(0.1, 0.8, 0.1, score)
        acts = () if copy_of is not None else tuple(self._acts(number, when, mentions[0]))
        return Made(Entry(post, "en", figures, tuple(mentions)), source, when + timedelta(minutes=4), copy_of, acts)

    def _text(self, number: int, when: datetime, brand: str, author: int) -> tuple[int | None, str]:
        chance = self.chance
        if number % 33 == 5 and self.recent:
            first, of, text, by, then = chance.choice(self.recent)
            if of == brand and by != author and when - then < timedelta(days=20):
                return first, text
        opener = chance.choice(_OPENERS).replace("{b}", brand).replace("{n}", str(chance.randint(2, 99)))
        words = chance.choices(self.words, k=chance.randint(24, 60))
        text = f"{opener}. {' '.join(words[:14]).capitalize()}. {' '.join(words[14:]).capitalize()}."
        if number % 40 == 3:
            text += " 🎉"
        if number % 100_000 == 7:
            text += " xylophone"
        if number % 50 == _COPIED:
            self.recent = [*self.recent[-40:], (number, brand, text, author, when)]
        return None, text

    def _post(self, number: int, when: datetime, source: str, author: int, text: str) -> Post:
        thread, size = self.threads.get(source, (number, 0))
        if size >= 12:
            thread, size = number, 0
        self.threads[source] = thread, size + 1
        titled = size == 0 and number % 50 != _COPIED and number % 33 != 5  # copies differ in nothing
        host = f"{source}.example.com"
        followers = None if author % 3 == 0 else int(2 ** (author % 17))
        return Post(
            host, str(number), f"https://{host}/t/{thread}#p{number}", text, when,
            Author(f"author{author}", f"u{author}", f"https://{host}/u/u{author}", followers),
            "review" if source.startswith("reviews") else "article" if source.startswith("news") else "post",
            f"About topic {thread}" if titled else "", Thread(f"{thread}", f"About topic {thread}"), "", size + 1,
            "Workbench", likes=number % 13, route="bench",
        )  # fmt: skip

    def _mention(self, brand: str) -> Mention:
        chance = self.chance
        draw, intents, score = chance.random(), [], chance.uniform(-0.3, 0.4)
        for name, share, feeling in _INTENTS:
            draw -= share
            if draw < 0:
                score = max(-1.0, min(1.0, chance.gauss(feeling, 0.25)))
                intents.append(Intent(name, 0.85, (Evidence("a pattern", (brand,)),)))
                break
        if intents and chance.random() < 0.1 and intents[0].name != "question":
            intents.append(Intent("question", 0.7, (Evidence("asks", (brand,)),)))
        scored = None if chance.random() < 0.04 else round(score, 4)
        label: Any = None if scored is None else ("negative", "neutral", "positive")[(scored > -0.05) + (scored > 0.05)]
        aspects = chance.sample(_ASPECTS, chance.choice((0, 0, 0, 1, 1, 2)))
        return Mention(
            brand, (brand,), scored, label, () if scored is None else (Evidence("words", (brand,)),), tuple(intents),
            tuple(Aspect(name, scored, label, (brand,)) for name in aspects), self._urgency(intents, scored),
        )  # fmt: skip

    def _urgency(self, intents: list[Intent], score: float | None) -> Urgency:
        parts = [(each.name, round(_POINTS[each.name] * each.confidence)) for each in intents if each.name in _POINTS]
        if parts and score is not None and score < 0:
            parts.append(("feeling", round(-15 * score)))
        if parts and self.chance.random() < 0.3:
            parts.append(("reach", self.chance.randint(1, 20)))
        return Urgency(tuple(part for part in parts if part[1]))

    def _acts(self, number: int, when: datetime, mention: Mention) -> Iterator[tuple[str, datetime, dict[str, Any]]]:
        """Most of what asks for an answer got one within days; of the rest a little was looked at."""
        chance = self.chance
        asks = bool({"complaint", "question", "buying", "leaving"} & {each.name for each in mention.intents})
        if chance.random() > (0.75 if asks else 0.04):
            return
        if when > BEGIN + timedelta(days=DAYS - 4):  # they did not come to that yet
            return
        who = chance.choice(PEOPLE)
        at = when + timedelta(minutes=min(2000, int(chance.expovariate(1 / 600))))
        if number % 50 != _COPIED and chance.random() < 0.02:
            yield who, at, {"status": "not relevant"}
            return
        given: dict[str, Any] = {"status": "in progress", "assignee": who}
        if chance.random() < 0.4:
            given["add_tags"] = chance.sample(_TAGS, chance.choice((1, 1, 2)))
        yield who, at, given
        if number % 6 and asks:
            done: dict[str, Any] = {"status": "answered", "reply": f"https://example.com/reply/{number}"}
            if number % 4 == 0:
                done["note"] = "told them what to do, and how long it takes"
            yield who, at + timedelta(hours=2), done
            if number % 3:
                closed: dict[str, Any] = {"status": "closed"}
                yield who, at + timedelta(days=2), closed | ({"outcome": "kept"} if number % 5 == 0 else {})
