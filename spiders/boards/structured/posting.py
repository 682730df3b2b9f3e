"""One post as schema.org data tells of it: who wrote it, what it says, how it was liked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.post import Author
from listening.text import Words, quoted_author, tidy, words, words_of
from spiders.boards import pages
from spiders.boards.page import Page, above, attribute, line, number
from spiders.boards.structured.facts import Item
from spiders.boards.structured.shown import Shown, squeezed

TEXT = ("text", "articleBody", "commentText", "description")
_LIKES = frozenset(("LikeAction", "AgreeAction", "UpvoteAction", "VoteAction"))
VIEWS = frozenset(("ViewAction", "ReadAction"))
COMMENTS = frozenset(("CommentAction", "ReplyAction", "WriteAction"))
_MARKUP = re.compile(r"</?[a-z][^<>]*>|&(?:[a-z]+|#\d+);", re.I)
_CUT = re.compile(r"\s*(?:\.\.\.|…|\[…\])$")
_SKIP = (
    "[class*='signature'], .sig, [class*='attachment'], [class*='edited'], [class*='last-edit'], [class*='share-'],"
    " [class*='reactions'], .poll, [itemprop='comment'], [itemprop='suggestedAnswer'], [itemprop='acceptedAnswer'],"
    " [itemprop='author'], [class*='quote'] > [class*='title'], [class*='quote'] > [class*='author'],"
    " [class*='quote'] > [class*='header'], img:not([class*='emoji']):not([class*='smil'])"
)
_NO_NAME = "time, p, br, article, li, blockquote, [itemprop~='text'], [itemprop~='datePublished']"
_RAW = ("title", "textarea", "script", "style", "noscript", "iframe", "xmp")  # hold no markup, whatever they hold
_QUOTING = frozenset(("quote", "quotebox", "quote-box", "bbcode_quote", "bbcode-quote", "quote-container"))
_WROTE = re.compile(
    r"\s*\b(?:wrote|said|posted|schrieb|hat geschrieben|a écrit|escribió|ha scritto)\b.*$|\s*:\s*$", re.I
)


@dataclass(slots=True)
class Said(pages.Block):
    """One post as a page describes it."""

    item: Item
    url: str  # opens it
    opens: bool  # as far as the page tells
    answers: str = ""  # the id of the post that it is an answer to
    topic: Item | None = None  # what tells of the topic, where that is not the opener
    shown: LexborNode | None = None  # where the page shows the text of JSON-LD


def author(page: Page, item: Item) -> Author | None:
    """Who wrote a post; None where nobody or several people are named."""
    found = {*names(item)}
    if len(found) != 1 or "" in found or _mixed(item):
        return None
    people = item.items("author", "creator")
    told = next((url for person in people for url in (*person.texts("url"), person.id) if url), "")
    node = next((person.node for person in people if person.node is not None), None) or next(
        iter(item.nodes.get("author", item.nodes.get("creator", ()))), None
    )
    href = told or attribute(node, "href") or attribute(pages.first(node, "a[href]"), "href")
    url = page.link(href) if href and not href.startswith(("#", "_:")) else ""
    return Author(found.pop(), _handle(url), url)


def _mixed(item: Item) -> bool:
    """Whether broken markup has let something of another post into what microdata says of one."""
    held = [*item.nodes.get("author", ()), *item.nodes.get("creator", ())]
    held += [node for person in item.items("author", "creator") for node in person.nodes.get("name", ())]
    times = (name for name in ("datePublished", "dateCreated") if name in item.nodes)
    twice = any(len({*item.texts(name)}) > 1 for name in times)
    answers = [answer.order for answer in item.items("comment", "suggestedAnswer", "acceptedAnswer")]
    late = any(person.order > min(answers, default=person.order) for person in item.items("author", "creator"))
    return twice or late or any(node.css_first(_NO_NAME) is not None for node in held)


def heads(topic: Item, opener: Item) -> bool:
    """Whether an item tells of a topic, and the next of its first post: both of one author and time."""
    text, when = topic.text(*TEXT), topic.text("datePublished", "dateCreated")
    plain = text in ("", topic.text("headline", "name")) or squeezed(text) == squeezed(opener.text(*TEXT))
    same = when[:19] == opener.text("datePublished", "dateCreated")[:19] and {*names(topic)} == {*names(opener)}
    return same and (plain or when.count(":") > 1)


def readable(said: Said) -> bool:
    """Whether an item says who wrote something, and what."""
    return any(name in said.item.values for name in ("author", "creator")) and any(
        name in said.item.values for name in TEXT
    )


def names(item: Item) -> Iterator[str]:
    """The names that an item gives its author."""
    for person in item.items("author", "creator"):
        told = person.text("name", "alternateName", "givenName")
        if "://" in told and person.nodes.get("name"):  # a link is its address, where people meant its text
            told = line(person.nodes["name"][0])
        yield _shown(told) if told else _bare(person.node)
    held = [*item.nodes.get("author", ()), *item.nodes.get("creator", ())]
    for at, value in enumerate([*item.values.get("author", ()), *item.values.get("creator", ())]):
        if isinstance(value, str) and value:
            told = line(held[at]) if "://" in value and at < len(held) else value
            yield told if "://" not in told and len(told) <= 80 else ""


def _shown(told: str) -> str:
    """A name as people see it: JSON-LD often holds it as HTML."""
    return " ".join(unescape(told).split())


def _bare(node: LexborNode | None) -> str:
    """The text of a person's element that marks no name."""
    plain = node is not None and node.tag in ("a", "span") and not node.css("*")
    return line(node)[:80] if plain else ""


def _handle(url: str) -> str:
    """The id in the address of a profile: its only number, or else its last word."""
    parts = urlsplit(url)
    numbers = re.findall(r"(?<![\w%])\d+(?![\w%])", f"{parts.path}?{parts.query}")
    return numbers[0] if len(numbers) == 1 else "" if parts.query else parts.path.rstrip("/").rpartition("/")[2]


def said(block: Said) -> Words | None:
    """What a post says; None where that cannot be told."""
    item = block.item
    name = next((name for name in TEXT if name in item.values), "")
    nodes, told = item.nodes.get(name, ()), item.texts(name)
    if not name:
        return Words("") if block.opens and item.text("headline", "name") else None
    if nodes and nodes[0].tag != "meta":
        return words_of(nodes[0], _SKIP, _quoted, bullet="") if len(nodes) == 1 and _own(nodes[0], block) else None
    if block.shown is not None:
        said = words_of(block.shown, _SKIP, _quoted, bullet="")
        if squeezed(said.text) == squeezed(told[0]) or said.quotes or _CUT.search(told[0]):
            return said
    text = told[0] if told else ""
    return words(text) if _MARKUP.search(text) else Words(tidy(text))


def _own(node: LexborNode, block: Said) -> bool:
    """Whether a text holds nothing of another post, as it does where markup broke."""
    others = "[itemprop~='author'], [itemprop~='text'], [itemprop~='articleBody'], [itemprop~='datePublished']"
    if match := re.fullmatch(r"([\w-]*[a-z_-])\d+", attribute(block.node, "id"), re.I):
        others += f", [id^='{match[1]}']"
    held = node.css(others)
    return node.tag not in _RAW and all(inner.mem_id in (node.mem_id, block.node.mem_id) for inner in held)


def strange(block: Said) -> bool:
    """Whether the element of a post bears another number than its address."""
    own, told = re.search(r"(\d+)$", attribute(block.item.node, "id")), re.search(r"#\D*(\d+)$", block.url)
    return own is not None and told is not None and own[1] != told[1]


def _quoted(node: LexborNode) -> str | None:
    """Whom a node quotes; None where it is no quote."""
    attrs, marked = node.attrs, node.tag in ("div", "aside", "section") and _quoting(node)
    if not marked and (node.tag != "blockquote" or _quoting(node.parent)):
        return None
    named = attrs.sget("data-username") or attrs.sget("data-author") or attrs.sget("data-quote")
    if named or not marked:
        return named or quoted_author(node)
    return _WROTE.sub("", line(node.css_first("cite, header, [class*='author'], [class*='title']")))


def _quoting(node: LexborNode | None) -> bool:
    return bool(_QUOTING & {*attribute(node, "class").lower().split()})


def counted(item: Item, kinds: frozenset[str]) -> int | None:
    """How often something was done with a post."""
    for count in item.items("interactionStatistic"):
        names = {count.text("interactionType").rpartition("/")[2]}.union(
            *(k.types for k in count.items("interactionType"))
        )
        if names & kinds:
            return number(count.text("userInteractionCount"))
    return None


def likes(item: Item) -> int | None:
    """How many liked a post; votes against it can outnumber them, and then say nothing of that."""
    told = item.text("upvoteCount")
    return number(told) if told and not told.startswith("-") else counted(item, _LIKES)


def find(page: Page, posts: Sequence[Said]) -> None:
    """Look up where the page shows each text that JSON-LD gives without markup."""
    texts = [_CUT.sub("", said.item.text(*TEXT)) if said.item.node is None else "" for said in posts]
    plain = [text and not _MARKUP.search(text) for text in texts]
    shown = Shown(page.html.body if any(plain) else None)
    anchors = {said.id: node for said in posts if (node := _anchor(shown, said)) is not None}
    counts = Counter(holder.mem_id for node in anchors.values() for holder in (node, *above(node)))
    shared = {ident for ident, count in counts.items() if count > 1}
    for said, text, findable in zip(posts, texts, plain, strict=True):
        if findable:
            anchor = anchors.get(said.id)
            said.shown = shown.place(text, shown.block(anchor, shared) if anchor is not None else None)
            if said.shown is not None and not said.opens and "#" not in said.url and "#" in said.id:
                said.url += _nearest(said.shown)


def _nearest(node: LexborNode) -> str:
    """The fragment that leads to an element: the nearest numbered id."""
    ids = (attribute(each, "id") for each in (node, *above(node)))
    return next((f"#{ident}" for ident in ids if re.search(r"\d$", ident)), "")


def _anchor(shown: Shown, said: Said) -> LexborNode | None:
    """An element that belongs to a post by the fragment or the number of its address."""
    fragment, path = said.url.partition("#")[2], f"/{said.url.split('/', 3)[-1]}"
    found = shown.ids.get(fragment) if fragment else None
    if found is None and not said.opens:
        found = shown.hrefs.get(said.url) or shown.hrefs.get(path)
    return found
