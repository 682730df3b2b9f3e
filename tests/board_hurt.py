"""Pages that were hurt on their way: cut, garbled, with tags swapped or attributes lost, and what engines make of them.

An engine may give fewer posts of such a page; what it gives must be its author's, and take no longer.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from listening.post import Post
from spiders.boards import engines, recognise
from spiders.boards.engine import Engine, Forum, Mark, Topic
from spiders.boards.page import Page
from tests.cases import cases
from tests.servers import invision, phpbb, xenforo

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_LINE = 12  # characters from which a line is nobody else's by chance


def cut(text: str, chance: random.Random) -> str:
    """The beginning of a page."""
    return text[: chance.randrange(len(text))]


def wrong_encoding(text: str, chance: random.Random) -> str:
    """A page read in an encoding that it is not in."""
    return text.encode("utf-8").decode(chance.choice(["latin-1", "cp437", "utf-7"]), "replace")


def swapped(text: str, chance: random.Random) -> str:
    """A page in which some tags stand in each other's places."""
    tags = list(re.finditer(r"</?[a-z0-9]+", text))
    for _ in range(chance.randint(1, 6)):
        first, second = sorted(chance.sample(tags, 2), key=lambda match: match.start())
        a, b = text[first.start() : first.end()], text[second.start() : second.end()]
        text = text[: first.start()] + b + text[first.end() : second.start()] + a + text[second.end() :]
        tags = list(re.finditer(r"</?[a-z0-9]+", text))
    return text


def attributes_lost(text: str, chance: random.Random) -> str:
    """A page without some of its attributes."""
    share = chance.uniform(0.01, 0.3)
    return re.sub(r' [a-z-]+="[^"]*"', lambda match: "" if chance.random() < share else match[0], text)


def tags_lost(text: str, chance: random.Random) -> str:
    """A page without some of its tags."""
    share = chance.uniform(0.01, 0.2)
    return re.sub(r"</?[a-z][^>]*>", lambda match: "" if chance.random() < share else match[0], text)


def noise(text: str, chance: random.Random) -> str:
    """A page with something in it that nobody wrote."""
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(["\0" * 40, "<" * 400, "<!--", "<table>" * 300, '"', "\ud800"]) + text[at:]


def spoiled(value: Any, chance: random.Random) -> Any:
    """JSON in which keys are lost and values are of another kind."""
    if chance.random() < 0.03:
        return chance.choice([None, 7, -1, "x", [], {}, [None], {"a": 1}, True, 1e300, "9" * 40])
    if isinstance(value, dict):
        return {key: spoiled(inner, chance) for key, inner in value.items() if chance.random() > 0.03}
    return [spoiled(inner, chance) for inner in value] if isinstance(value, list) else value


def spoiled_text(text: str, chance: random.Random) -> str:
    """An API's answer, spoiled; one in ten is cut as well."""
    hurt = json.dumps(spoiled(json.loads(text), chance))
    return cut(hurt, chance) if chance.random() < 0.1 else hurt


MUTATIONS = (cut, wrong_encoding, swapped, attributes_lost, tags_lost, noise)
_GARBLING = (wrong_encoding, noise, spoiled_text)  # these may change a name itself


@dataclass(frozen=True, slots=True)
class Source:
    """A page as it should be."""

    root: str
    url: str
    topic: str
    body: str
    json: bool = False

    def page(self, body: str) -> Page:
        """The page with another body."""
        kind = "application/json" if self.json else "text/html"
        headers = {"content-type": f"{kind}; charset=utf-8"}
        return Page(self.url, body.encode("utf-8", "surrogatepass"), NOW, headers=headers)


@dataclass(slots=True)
class Harm:
    """What hurt pages did to one engine."""

    engine: str
    pages: int = 0
    posts: int = 0  # that were still read
    whole: int = 0  # that the pages held
    slowest: float = 0.0  # milliseconds of processor time for one page, everything that engines do with it
    wrong: list[str] = field(default_factory=list)


def sources(engine: str) -> list[Source]:
    """The pages in the engine's cases, but for those that are broken as they are, and long ones that tests make."""
    found = []
    for case in cases("board"):
        if case.name.partition("-")[0] == engine and "broken" not in case.name:
            told = json.loads((case / "expected.json").read_text(encoding="utf-8"))
            source = next(case.glob("input.*"))
            body = source.read_text(encoding="utf-8")
            found.append(Source(told["root"], told["url"], told.get("topic", "1"), body, source.suffix == ".json"))
    return [*found, *_made(engine)]


def _made(engine: str) -> Iterator[Source]:
    boards: list[tuple[Any, Callable[[Any], str]]] = []
    if engine == "phpbb":
        boards = [(phpbb.Board(posts_per_page=12), lambda subject: f"{phpbb.HOST}/viewtopic.php?t={subject.id}")]
    elif engine == "xenforo":
        boards = [(xenforo.Board(posts_per_page=12), lambda subject: f"{phpbb.HOST}/threads/x.{subject.id}/")]
    elif engine == "invision":
        made = [invision.Board(newer=newer, posts_per_page=12) for newer in (False, True)]
        boards = [(board, board.address) for board in made]
    for board, address in boards:
        subject = board.topic(board.place("First"), 12)
        url = address(subject)
        yield Source(f"{phpbb.HOST}/", url, str(subject.id), board.page(url)[1])


def hurt(engine: str, pages: int, first: int = 0) -> Harm:
    """Read `pages` hurt pages with an engine; each way to hurt comes to each page, again and again in other places."""
    harm, given = Harm(engine), sources(engine)
    wholes = [_read(_made_for(engine, source), source, source.body) for source in given]
    for seed in range(first, first + pages):
        source, whole = given[seed % len(given)], wholes[seed % len(given)]
        ways: Sequence[Callable[[str, random.Random], str]] = (spoiled_text,) if source.json else MUTATIONS
        way = ways[seed // len(given) % len(ways)]
        body = way(source.body, random.Random(seed))
        reader = _made_for(engine, source)
        if seed % 2:  # every other engine has seen the page as it was
            _read(reader, source, source.body)
        begun = time.process_time()
        posts = _everything(reader, source, body)
        harm.slowest = max(harm.slowest, (time.process_time() - begun) * 1000)
        harm.pages, harm.posts, harm.whole = harm.pages + 1, harm.posts + len(posts), harm.whole + len(whole)
        for post in posts:
            if reason := _wrong(post, {post.id: post for post in whole}, garbled=way in _GARBLING):
                harm.wrong.append(f"{source.url} hurt by {way.__name__} with seed {seed}: post {post.id}: {reason}")
    return harm


def _made_for(engine: str, source: Source) -> Engine:
    made = engines()[engine](source.root)
    made.learn(source.page(source.body))
    return made


def _read(engine: Engine, source: Source, body: str) -> Sequence[Post]:
    return engine.read_topic(source.page(body), Topic(source.topic, source.url, posts=99), None).posts


def _everything(engine: Engine, source: Source, body: str) -> Sequence[Post]:
    """The posts of a page, after asking of it everything else that engines can be asked."""
    posts = _read(engine, source, body)
    page = source.page(body)
    engine.read_topic(page, Topic(source.topic, source.url), Mark(last="905", opener="900"))
    engine.root_of(page)
    engine.learn(page)
    engine.read_index(page)
    engine.read_forum(page, Forum("7", "Anvils", source.url, "The shop › Anvils"))
    recognise(page)
    return posts


def _wrong(post: Post, whole: Mapping[str, Post], *, garbled: bool) -> str:
    """How a post differs from what it is on the whole page in what must not differ; empty where it does not."""
    alike = (other for other in whole.values() if len(other.text) > _LINE and other.text[:20] in post.text)
    known = whole.get(post.id) or next(alike, None)
    if known is None:
        return ""  # one that could not be told on the whole page, or belongs to another topic
    names = {other.author.name for other in whole.values() if other.author}
    mine = known.author.name if known.author else ""
    name = post.author.name if post.author else ""
    if (name in names or not garbled) and name != mine:
        return f"by {mine}, given to {name}"
    said = {*known.text.splitlines()}
    others = {line for other in whole.values() if other.author != known.author for line in other.text.splitlines()}
    strange = [line for line in post.text.splitlines() if line in others - said and len(line) > _LINE]
    return f"says what another does: {strange[0]!r}" if strange else ""
