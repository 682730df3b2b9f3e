"""What engines have in common that read a board's pages as guests see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, ClassVar

from selectolax.lexbor import LexborNode

from listening.post import Post
from spiders.boards import dates
from spiders.boards.engine import Engine, Mark, Topic, TopicPage, reject
from spiders.boards.page import Page, above, attribute, classes, line, without
from spiders.boards.undisturbed import undisturbed


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a page stands among those of one topic or forum."""

    before: int = 0  # what the pages before it hold: posts or topics where links count these, pages where they do not
    next: str = ""  # the link to the page after this one, as it is written
    size: int | None = None  # from one page to the next, where links count posts or topics


@dataclass(slots=True)
class Block:
    """What holds one post on a page."""

    node: LexborNode
    id: str


class Pages(Engine):
    """A subclass says where on a page things stand; what follows from it is said here.

    Most engines fill in `steps`, `blocks`, `post` and `told`, and of Engine what leads to topics.
    """

    noise: ClassVar[tuple[str, ...]] = ()  # parts of a link's query that only vary the view, session ids above all

    def steps(self, page: Page) -> Steps:
        """Where a page of a topic stands among its fellows."""
        raise NotImplementedError

    def blocks(self, page: Page) -> Sequence[Block]:
        """The blocks of a topic's page, each post once."""
        raise NotImplementedError

    def post(self, page: Page, topic: Topic, block: Any, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        raise NotImplementedError

    def told(self, page: Page, topic: Topic) -> Topic:  # noqa: ARG002 - for those who know more
        """A topic with what its own page says of it: title, first page's address, forum path, posts announced."""
        return topic

    def positions(self, page: Page, blocks: Sequence[Block], steps: Steps, mark: Mark | None) -> Sequence[int | None]:  # noqa: ARG002
        """The place of each post in its topic, from 1. This is for links that count posts; see `counted`."""
        return range(steps.before + 1, steps.before + len(blocks) + 1)

    @undisturbed
    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:
        """One page of posts."""
        steps, topic, blocks = self.steps(page), self.told(page, topic), self.blocks(page)
        places = self.positions(page, blocks, steps, mark)
        results = [self.post(page, topic, block, place) for block, place in zip(blocks, places, strict=True)]
        posts = [result for result in results if isinstance(result, Post)]
        rejects = [
            reject(result, page, block.node.html)
            for block, result in zip(blocks, results, strict=True)
            if isinstance(result, str)
        ]
        if not page.complete and posts and posts[-1] is results[-1]:
            posts.pop()  # its last words may be missing
        following, total = self.clean(page, steps.next), topic.posts
        first = (places[0] if places else None) or 1
        due = steps.size if following else None if total is None else total - first + 1
        return TopicPage(
            posts, rejects, max(due or 0, len(blocks)), (following,) if following else (), total, complete=page.complete
        )

    def clean(self, page: Page, href: str, *more: str) -> str:
        """A link's address, without what only varies the view."""
        return without(page.link(href), *self.noise, *more) if href else ""

    def time(self, page: Page, node: LexborNode | None, text: str | None = None) -> datetime | None:
        """When, from a `time` element or else from a text, the node's own if none is given."""
        when = dates.iso(attribute(first(node, "time"), "datetime"), self.zone)
        text = line(node) if text is None else text
        return when or (dates.parse(text, page.at, self.zone) if text else None)


def first(node: LexborNode | None, selector: str) -> LexborNode | None:
    """The first node that a selector finds in another; None in none."""
    return node.css_first(selector) if node is not None else None


def only(node: LexborNode, selector: str) -> LexborNode | None:
    """The one node that a selector finds in another; None where broken markup has none, or several."""
    found = node.css(selector)
    return found[0] if len(found) == 1 else None


def sole(node: LexborNode | None) -> str:
    """The text of a node that holds one text alone; empty where broken markup has let others in."""
    texts = (
        (inner.text_content or "" for inner in node.traverse(include_text=True) if inner.tag == "-text") if node else ()
    )
    found = [text for text in (" ".join(text.split()) for text in texts) if text]
    return found[0] if len(found) == 1 else ""


def row(link: LexborNode) -> LexborNode | None:
    """The row of a list in which a link stands."""
    return next((node for node in above(link) if node.tag in ("li", "tr") or "row" in classes(node)), None)


def counting(links: Iterable[str], start: Callable[[str], int], current: int, following: str = "") -> Steps:
    """The steps of a page whose links say how many posts or topics come before each page.

    `current` is this page's own number, `following` the link that is marked as the next one.
    """
    starts = {start(href): href for href in links}
    after = min((number for number in starts if number > current), default=None)
    known = sorted({0, current, *starts})
    size = min((b - a for a, b in pairwise(known)), default=None)
    return Steps(current, following if after is None else starts[after], size)


def counted(blocks: Sequence[Block], mark: Mark | None, *, opens: bool) -> Sequence[int | None]:
    """The places of a page's posts where links count pages and posts bear no number: on from what was read before.

    `opens`: this is a topic's first page.
    """
    ids = [block.id for block in blocks]
    if opens:
        begin = 1
    elif mark is None:
        return [None] * len(ids)
    else:
        begin = mark.read - ids.index(mark.last) if mark.last in ids else mark.read + 1
    return range(begin, begin + len(ids))
