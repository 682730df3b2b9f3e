"""An author's own words in an element of unknown make: without quotes, signatures, lines of editing and buttons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.text import Words, words_of
from spiders.boards.mining import smileys
from spiders.boards.mining.moments import edited
from spiders.boards.mining.outline import Outline
from spiders.boards.page import attribute, line

_AROUND = re.compile(
    r"(?:^|[-_ ])(?:signature|sig|siggy|signatur|last-?_?edit\w*|"
    r"edit(?:ed)?(?:-?_?(?:by|info|note|line|log|msg|message))?|"
    r"modified|attach\w*|share\w*|sharing|social\w*|addthis|button\w*|btn|toolbar|controls|actions|reactions?|likes?|"
    r"liked-?by|thanks|vot(?:e|es|ing)|rating|polls?|adverts?\w*|ads?|adsense|sponsor\w*|report|permalink|reply-?link|"
    r"code-?_?(?:head|header|title|top|buttons)|codeheader|copy\w*|post-?_?(?:foot|footer|tools|buttons|controls)|"
    r"screen-reader\w*|visually-hidden|sr-only)(?:$|[-_ ])",
    re.I,
)
_QUOTE = re.compile(r"(?:^|[-_ ])(?:bb-?_?code_?-?)?(?:quot\w*|zitat|citation|cita)(?:$|[-_ ])", re.I)
_NO_QUOTE = re.compile(r"quot\w*-?_?(?:head|link|button|author|title|by|top|name)|quotable|unquote", re.I)
_HEAD = re.compile(r"quot\w*-?_?(?:head\w*|author|title|by|top|name|from)|topslice_quote|attribution|cite", re.I)
_SAID = re.compile(
    r"^(?:@|quote(?: from)?:? |originally posted by |zitat von |zitat:? |citation de |cita de |citaat van )?"
    r"[\"“„«]?(.{1,64}?)[\"”“»]?,?[ \u00a0](?:wrote|said|schrieb|hat geschrieben|sagte|a dit|a écrit|dijo|escribió|"
    r"ha scritto|"
    r"ha detto|schreef|zei|escreveu|disse|napisał\(?a?\)?|писал\(?а?\)?|сказал\(?а?\)?|skrev|sa|"
    r"kirjoitti|napsal|yazdı|írta)"
    r"\b.{0,80}$",
    re.I,
)
_FROM = re.compile(
    r"^(?:quote from|originally posted by|zitat von|citation de|cita de|citaat van|quote by|posted by)"
    r":? [\"“„]?(.{1,64}?)[\"”“]?(?:,? (?:on|am|le|el|at|um)\b.*|[:;].*)?$",
    re.I,
)
_BARE = re.compile(r"^(?:quote|zitat|citation|cita|citaat|cytat|цитата|quoted text)s?:?$", re.I)
_CODE = re.compile(
    r"^(?:[\w+#]{1,12} )?(?:code|php|quellcode|código|codice|код|kod)?:? ?"
    r"(?:\[?(?:select(?: all)?|copy|expand)\b.{0,20})?:?$",
    re.I,
)
_ITEM = re.compile(r"(?m)^(\d{1,3}\.)\n+(?=\S)")
_SMILE = re.compile(r"smil|emoji|emot|twemoji", re.I)
_INLINE = frozenset("a b strong i em u s span font small big sub sup img code".split())
_LOOKED_AT = frozenset(("img", "pre", "code", "blockquote"))
_HEAD_TAGS = (
    "p",
    "div",
    "cite",
    "strong",
    "b",
    "span",
    "dt",
    "td",
    "tr",
    "header",
    "small",
    "em",
    "i",
    "a",
    "h4",
    "h5",
    "font",
)


@dataclass(slots=True)
class Endings:
    """Boxes at the end of posts that repeat under the same author: signatures, whatever they are called."""

    known: set[str] = field(default_factory=set)
    _by: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    def learn(self, author: str, boxes: Iterable[LexborNode]) -> None:
        """Take note of the boxes that end one post."""
        for box in boxes:
            text = line(box)
            if text and box.css_first("pre, code, blockquote") is None:  # nobody signs with these
                seen = self._by.setdefault((_kind(box), author), {})
                seen[text] = seen.get(text, 0) + 1
                if len(seen) == 1 and seen[text] >= 3:
                    self.known.add(_kind(box))
                elif len(seen) > 1:
                    self.known.discard(_kind(box))


@dataclass(slots=True)
class Found:
    """What is not the author's own among some words; elements by their `mem_id`."""

    out: set[int] = field(default_factory=set)
    quotes: dict[int, str] = field(default_factory=dict)  # and whom they quote

    def leave_out(self, node: LexborNode) -> None:
        """Take note of what belongs to nobody."""
        self.out.add(node.mem_id)

    def quoted(self, node: LexborNode) -> str | None:
        """Whom an element quotes; None where it is no quote."""
        return self.quotes.get(node.mem_id)


def own(outline: Outline, body: int, author: str, endings: Endings, changed: bool) -> Words:
    """The author's own words in an element and what they quote; `changed` says that it may speak of editing."""
    root, found = outline.nodes[body], Found()
    for number in range(body, outline.end[body]):
        tag, has = outline.tags[number], outline.attributes[number]
        if "class" in has or tag in _LOOKED_AT:
            _look(outline.nodes[number], tag, has, found)
    boxes = _boxes(root)
    endings.learn(author, boxes)
    for box in boxes:
        if _kind(box) in endings.known or (changed and edited(line(box))):
            found.leave_out(box)
    for node in root.css("em, i, span, small, p, div") if changed else ():
        if edited(text := line(node)) and not node.css_first("p, blockquote") and text[:1] not in "\"'“":
            found.leave_out(node)
    said = words_of(root, found.out, found.quoted if found.quotes else _no_quote, bullet="")
    return Words(_ITEM.sub(r"\1 ", said.text), said.quotes)


def _look(node: LexborNode, tag: str, has: Mapping[str, str | None], found: Found) -> None:
    """Take note of an element that is not the author's own."""
    called = has.get("class") or ""
    if tag == "img":
        alt, source = has.get("alt") or "", has.get("src") or ""
        if _SMILE.search(called) or _SMILE.search(source):
            node.attrs["alt"] = smileys.code(node)
        elif not alt or any(map(str.isalnum, alt)):
            found.leave_out(node)
        return
    if tag in ("pre", "code"):
        _head_of_code(node, found)
        if tag == "code" and node.css_first("br") is not None and node.next is not None:
            line_break = LexborHTMLParser("<br>").css_first("br")
            if line_break is not None:
                node.insert_after(line_break)  # several lines are no part of a sentence
    if tag == "blockquote" or (called and _quoting(called)):
        if tag not in ("a", "button", "cite", "i"):
            _whom(node, found)
    elif called and _around(called) and tag not in ("pre", "code"):
        found.leave_out(node)


@lru_cache(maxsize=1024)
def _quoting(called: str) -> bool:
    return _QUOTE.search(called) is not None and not _NO_QUOTE.search(called)


@lru_cache(maxsize=1024)
def _around(called: str) -> bool:
    return _AROUND.search(called) is not None


def _no_quote(_node: LexborNode) -> None:
    return None


def _whom(quote: LexborNode, found: Found) -> None:
    """Find who is quoted, and take out the line that says so."""
    name = next(
        (attribute(quote, n) for n in ("data-author", "data-username", "data-quote") if attribute(quote, n)), ""
    )
    for head in _heads(quote):
        text = line(head).strip()
        called = attribute(head, "class")
        if len(text) > 120 or not text:
            continue
        said = _speaker(text)
        if said or _BARE.match(text) or _HEAD.search(called) or head.tag == "cite":
            name = name or said or ("" if _BARE.match(text) else text.strip(" :") if head.tag == "cite" else "")
            if head.tag in ("a", "strong", "b", "em", "i", "span") and not said and head.tag != "cite":
                continue
            found.leave_out(head)
            break
    found.quotes[quote.mem_id] = name


def _heads(quote: LexborNode) -> Iterator[LexborNode]:
    """What may introduce a quote: its first elements, and the one before it."""
    node, depth = _element(quote.first_child, "next"), 0
    while node is not None and depth < 4:
        if node.tag in _HEAD_TAGS:
            yield node
        node, depth = _element(node.first_child, "next"), depth + 1
    before = _element(quote.prev, "prev")
    if before is not None and before.tag in _HEAD_TAGS and before.tag != "a":
        yield before


def _speaker(text: str) -> str:
    match = _FROM.match(text) or (_SAID.match(text) if text.endswith((":", "…", "↑")) else None)
    return match[1].strip(" @:") if match else ""


def _head_of_code(code: LexborNode, found: Found) -> None:
    for node in (code, code.parent, code.parent.parent if code.parent is not None else None):
        before = _element(node.prev, "prev") if node is not None else None
        if before is not None and before.tag in _HEAD_TAGS and 0 < len(text := line(before)) < 40 and _CODE.match(text):
            found.leave_out(before)


def _boxes(root: LexborNode) -> list[LexborNode]:
    """The boxes among the last things in an element."""
    found: list[LexborNode] = []
    node = _element(root.last_child, "prev")
    while node is not None and len(found) < 3 and node.tag in ("div", "span", "table", "footer", "fieldset", "aside"):
        before = _element(node.prev, "prev")
        if node.tag == "span" and (before is None or before.tag in _INLINE):
            break  # the last of a line's words
        found.append(node)
        node = before
    return found


def _kind(box: LexborNode) -> str:
    return f"{box.tag} {attribute(box, 'class')}"


def _element(node: LexborNode | None, way: str) -> LexborNode | None:
    """The next element that way, a node itself included; None where words come first."""
    while node is not None and (node.tag or "-")[0] in "-!":
        if node.tag == "-text" and (node.text_content or "").strip():
            return None
        node = getattr(node, way)
    return node
