"""What one post on a page of SMF is made of: who wrote it, what is its author's own, and where it begins and ends."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.post import Author
from listening.text import Words, words_of
from spiders.boards.marked import Block, blocks
from spiders.boards.page import Page, above, attribute, classes, line
from spiders.boards.pages import first

MESSAGE = re.compile(r"\bmsg(=?)(\d+)")
_MARK = re.compile(r"(?:msg_?|subject_|modified_)(\d+)(?:_\w+)?")
_CONTENT = re.compile(r"msg_(\d+)")
_DATED = re.compile(r"(.+) (?:on|am|le|en|el|il|op|em|dne|dnia|w|kl|den|от|в|на) (?=.*\d).*")  # greedy: the last one
_MARKS = "[id^='msg'], [id^='subject_'], [id^='modified_']"
# td[rowspan] until 1.1
_KINDS = ".poster, td[rowspan], .keyinfo, [id^='subject_'], [id^='modified_'], .like_count, .post"
_PARTED = ("subject_", "modified_", "keyinfo", "like_count", "post ")
HEADS = ("h4", "b", "strong")
_PARTS = ".poster, .postarea, .keyinfo, .moderatorbar, .signature, .under_message, .post_wrapper"
_SKIP = (
    ".codeheader, .quoteheader, .quotefooter, .attached, .attachments,"
    " a[href*='action=dlattach'], img[src*='action=dlattach']"
)

Parts = dict[str, list[LexborNode]]


def numbered(page: Page) -> list[Block]:
    """The blocks of a page, by the numbers that all parts of a post bear."""
    marks = [(match[1], node) for node in page.html.css(_MARKS) if (match := _MARK.fullmatch(node.id or ""))]
    contents = {ident: node for ident, node in marks if _CONTENT.fullmatch(node.id or "")}
    return blocks(contents or _unnumbered(page, marks), marks, _PARTS, ("forumposts",))


def parted(block: Block) -> Parts:
    """The parts of a post by their kind, in the order in which the page begins with them."""
    parts: Parts = {}
    for node in block.node.css(_KINDS):
        name = node.id or attribute(node, "class")
        kind = next((kind for kind in _PARTED if kind in f"{name} "), "poster")
        parts.setdefault(kind, []).append(node)
    return parts


def only(parts: Parts, kind: str) -> LexborNode | None:
    """The one part of a kind; None where there is none, or more."""
    found = parts.get(kind, [])
    return found[0] if len(found) == 1 else None


def guest(poster: LexborNode) -> Author | None:
    """Somebody who has no profile, or none any more."""
    head = first(poster, ", ".join(HEADS))
    if head is None or head.css_first("ul, li, div, td"):
        return None
    name = " ".join(words_of(head, "a, img, .custom").text.split())
    return Author(name) if name and "\ufffd" not in name else None


def _unnumbered(page: Page, marks: list[tuple[str, LexborNode]]) -> dict[str, LexborNode]:
    """The words of posts where only their subjects bear numbers, as in SMF 1.1; none where the page is not whole."""
    found = {}
    subjects = [(ident, node) for ident, node in marks if (node.id or "").startswith("subject_")]
    for ident, node in subjects:
        words = next((words for holder in above(node) if (words := holder.css("div.post"))), [])
        if len(words) == 1:
            found[ident] = words[0]
    parts = (page.html.css(selector) for selector in ("div.post", "td[rowspan]", "[id^='modified_']"))
    return found if all(len(nodes) == len(subjects) for nodes in (*parts, found)) else {}


def head_line(parts: Parts) -> str:
    """What stands over a post's words, without its subject: its number and its time."""
    subject = only(parts, "subject_")
    if subject is None:
        return ""
    head = only(parts, "keyinfo") or subject.parent
    if head is None or head.css_first(".post"):
        return ""
    return line(head).replace(line(subject), " ", 1).removesuffix(line(only(parts, "modified_")))


def own_words(content: LexborNode) -> Words:
    """What a post says, and what it quotes."""
    if content.css_first("code.bbc_code") is not None:  # it is a block of its own, whatever its tag
        html = (content.html or "").replace('<code class="bbc_code">', "<pre>").replace("</code>", "</pre>")
        content = LexborHTMLParser(html).body or content
    return words_of(content, _SKIP, _quoted, bullet="")


def torn(content: LexborNode) -> bool:
    """Whether a quote has lost its heading, or a heading its quote: then it cannot be told what is the author's own."""
    found = content.css("cite, .quoteheader, blockquote, div.quote")
    return 2 * sum(node.tag == "blockquote" or "quote" in classes(node) for node in found) != len(found)


def _quoted(node: LexborNode) -> str | None:
    """Whom a node quotes; None where it is no quote."""
    if node.tag != "blockquote" and not (node.tag == "div" and "quote" in classes(node)):
        return None
    heading = line(_heading(node))
    name = heading.partition(":")[2].strip()
    match = _DATED.fullmatch(name)
    return match[1] if match else name


def _heading(quote: LexborNode) -> LexborNode | None:
    """What names whom a quote quotes: within it since 2.1, before it until then."""
    inside = quote.css_first("cite")
    if inside is not None and inside.parent is not None and inside.parent.mem_id == quote.mem_id:
        return inside
    before = quote.prev
    while before is not None and (before.tag or "").startswith("-"):
        before = before.prev
    return before if "quoteheader" in classes(before) else None


def answered(content: LexborNode) -> str:
    """The id of the post that is quoted first."""
    link = content.css_first("cite a[href*='msg'], .quoteheader a[href*='msg']")
    match = MESSAGE.search(attribute(link, "href"))
    return match[2] if match else ""
