"""From a site's HTML to its author's own plain words, with the quotes of others kept apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.post import Quote

_DROPPED = frozenset(
    "script style noscript template head title iframe object embed svg math button select option textarea input".split()
)
_PARAGRAPHS = frozenset("p blockquote pre ul ol dl table h1 h2 h3 h4 h5 h6 article section figure hr details".split())
_LINES = frozenset("div li tr dt dd header footer main aside nav fieldset figcaption summary address center".split())
_LONGEST_LINK = 2000
_DEEPEST = 500  # open elements; the parser's time grows with their square, and people need a dozen
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_MARKUP = re.compile(r"<[^<>]*>?")
_NEVER_CLOSED = frozenset(
    "area base br col dd dt embed hr img input li link meta option p param source td th tr track wbr".split()
)
_DEPTH = 300  # deeper markup is only ever made to hurt; its text is still kept, flat
_SPACES = re.compile(r" ?[\t\r\f\v\u00a0][ \t\r\f\v\u00a0]*")  # single spaces, by far the most, are no work
_RUNS = re.compile(r" {2,}")
_MARGINS = re.compile(r" ?\n ?")
_LINE, _PARAGRAPH = "\x1e", "\x1d"  # borders of blocks, told apart from `<br>` until the whole text is there
_BORDER = dict.fromkeys(_PARAGRAPHS, _PARAGRAPH) | dict.fromkeys(_LINES, _LINE)
_BORDERS = re.compile(r"(?<![ \n])[ \n]*+\x1e[ \n\x1e]*+")  # begun at a run's start alone: linear
_ITEM = re.compile(r"(\x1e(?:\*|\d+\.) )[ \n\x1d\x1e]+")  # a paragraph in a list item stays beside its bullet
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_CUT_LINK = re.compile(r"^https?://\S*? ?(?:\.\.\.|…) ?\S*$")
_WROTE = re.compile(
    r"\s*(?:wrote|said|posted|schrieb|hat geschrieben|escribi[óo]|a écrit|ha scritto|schreef|escreveu|pisze|napisał|"
    r"писал|написал|skrev|kirjoitti|napsal|píše|írta|a scris|yazdı)\b.*$",
    re.I | re.S,
)


@dataclass(slots=True)
class Words:
    """What one piece of HTML says: its author's own text, and what it quotes (outermost first)."""

    text: str
    quotes: tuple[Quote, ...] = ()


@dataclass(slots=True)
class _Part:
    """Text under construction: the post's own, or one quote's."""

    pieces: list[str] = field(default_factory=list)
    author: str = ""

    def text(self) -> str:
        text = "".join(self.pieces)
        if "  " in text:
            text = _RUNS.sub(" ", text)
        if _LINE in text:
            text = _ITEM.sub(r"\1", text)
        paragraphs = [text]
        if _PARAGRAPH in text or _LINE in text:
            paragraphs = [found for paragraph in text.split(_PARAGRAPH) if (found := _lined(paragraph))]
        return _trimmed("\n\n".join(paragraphs))


def _lined(paragraph: str) -> str:
    """A paragraph's lines, where they end at borders of blocks; a line break beside one adds nothing, two do."""
    if _LINE not in paragraph:
        return paragraph.strip(" \n")
    if "\n" in paragraph:
        return _BORDERS.sub(_border, paragraph.strip(f" \n{_LINE}"))
    return "\n".join([found for line in paragraph.split(_LINE) if (found := line.strip(" "))])


def _border(match: re.Match[str]) -> str:
    return "\n\n" if match[0].count("\n") > 1 else "\n"


def tidy(text: str) -> str:
    """Fold runs of spaces, trim lines, drop control characters, keep at most one blank line between paragraphs."""
    if not text.replace("\n", "").isprintable():
        text = _CONTROLS.sub("", _SPACES.sub(" ", text))
    return _trimmed(_RUNS.sub(" ", text) if "  " in text else text)


def _trimmed(text: str) -> str:
    if " \n" in text or "\n " in text:
        text = _MARGINS.sub("\n", text)
    return (_BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text).strip()


def words(html: str, skip: str = "") -> Words:
    """The own words and the quotes of an HTML fragment. `skip` is a CSS selector of what is not the author's."""
    if "<" not in html and "&" not in html:
        return Words(tidy(html))
    if too_deep(html):
        return Words(stripped(html))
    root = LexborHTMLParser(html).body
    return Words("") if root is None else words_of(root, skip)


def plain(html: str) -> str:
    """The text of an HTML fragment, quotes and all."""
    if "<" not in html and "&" not in html:
        return tidy(html)
    if too_deep(html):
        return stripped(html)
    root = LexborHTMLParser(html).body
    return "" if root is None else words_of(root, quoted=_no_quote).text


def too_deep(html: str, *, tags: int = 2000) -> bool:
    """Whether markup is nested so deeply that parsing it would hang; up to `tags` tags never do.

    An element counts as open until its own end, since a parser overlooks an end that comes at the wrong place.
    """
    if html.count("<") <= tags:
        return False
    opened: list[str] = []
    for closing, tag in _TAG.findall(html):
        name = tag.lower()
        if name in _NEVER_CLOSED:
            continue
        if not closing:
            opened.append(name)
        elif opened and opened[-1] == name:
            opened.pop()
        if len(opened) > _DEEPEST:
            return True
    return False


def stripped(html: str) -> str:
    """The text of markup that cannot be parsed: tags taken out, entities resolved."""
    return tidy(unescape(_MARKUP.sub(" ", html)))


def named(heading: str) -> str:
    """Whom the heading of a quote names: mia, where it says "mia wrote:"."""
    return _WROTE.sub("", heading.strip()).strip(" :")


def quoted_author(node: LexborNode) -> str | None:
    """Whom a `blockquote` quotes, as most software marks it: `cite`, or an attribute; None where it is no quote."""
    if node.tag != "blockquote":
        return None
    cite = node.css_first("cite")
    if cite is not None and _inside(cite, node):
        return named(cite.text(deep=True, separator=" "))
    attributes = node.attributes
    return (attributes.get("data-quote") or attributes.get("data-author") or "").strip()


def words_of(
    root: LexborNode,
    skip: str | Set[int] = "",
    quoted: Callable[[LexborNode], str | None] = quoted_author,
    bullet: str = "* ",
) -> Words:
    """As `words`, of a parsed node. `quoted` names whom a node quotes, or None where it is no quote.

    `skip` may also be the `mem_id`s of the elements that are not the author's.
    `bullet` stands before each item of a list that is not numbered; without one the items are lines of their own.
    """
    selector = skip if isinstance(skip, str) else ""
    skipped: Set[int] | None = None if selector else frozenset() if isinstance(skip, str) else skip
    own = part = _Part()
    quotes: list[_Part] = []
    opened: list[tuple[LexborNode, str, _Part]] = []  # elements, with the part that goes on after each
    numbers: dict[int, int] = {}
    code = _preformatted(root)  # how many `pre` are open
    node = root.child
    while node is not None or opened:
        if node is None:
            node, tag, after = opened.pop()
            part.pieces.append(_BORDER.get(tag, ""))
            code -= tag == "pre"
            if after is not part:
                part = after
                part.pieces.append(_PARAGRAPH)
            node = node.next
            continue
        tag = node.tag or ""
        if tag == "-text":
            part.pieces.append(_said(node.text_content or "", code))
        elif tag == "br":
            part.pieces.append("\n")
        elif (
            tag[:1] not in ("-", "!")
            and tag not in _DROPPED
            and node.mem_id not in (skipped := _all(root, selector) if skipped is None else skipped)
        ):
            author, after = quoted(node), part
            if author is not None:
                part.pieces.append(_PARAGRAPH)
                part = _Part(author=author)
                quotes.append(part)
            if author is not None or _open(part, node, tag, _marker(node, numbers, bullet) if tag == "li" else ""):
                child = node.child
                if child is not None and len(opened) >= _DEPTH:
                    part.pieces.append(_said(node.text(deep=True), 1))
                    child = None
                code += tag == "pre"
                opened.append((node, tag, after))
                node = child
                continue
        node = node.next
    return Words(own.text(), tuple(quote for part in quotes if (quote := Quote(part.text(), part.author)).text))


def _all(root: LexborNode, selector: str) -> frozenset[int]:
    return frozenset(node.mem_id for node in root.css(selector))


def _no_quote(_node: LexborNode) -> None:
    return None


def _said(text: str, code: int) -> str:
    if not text.isprintable():  # most texts are; the rest is asked about cheaply first
        if "\n" in text and not code:
            text = f"{' ' * text[0].isspace()}{' '.join(text.split())}{' ' * text[-1].isspace()}"
        if not text.isprintable():
            text = _CONTROLS.sub("", _SPACES.sub(" ", text))
    return text


def _preformatted(root: LexborNode) -> int:
    """Whether an element is in `pre`, or is one; 1 for yes."""
    node: LexborNode | None = root
    for _ in range(6):
        if node is None or node.tag == "pre":
            break
        node = node.parent
    return int(node is not None and node.tag == "pre")


def _open(part: _Part, node: LexborNode, tag: str, marker: str) -> bool:
    """Write what stands before a tag's content; False where the content is replaced."""
    if tag in _BORDER:
        part.pieces.append(_BORDER[tag] + marker)
    elif tag in ("td", "th"):
        part.pieces.append(" ")
    elif tag == "img":
        part.pieces.append(_said(node.attributes.get("alt") or "", 0))
    elif tag == "cite":
        return not _cites_quote(node)
    elif tag == "a" and _CUT_LINK.match(node.text(deep=True).strip()[:_LONGEST_LINK]):
        part.pieces.append(_said(node.attributes.get("href") or "", 0))  # the site shortened what it shows
        return False
    return True


def _marker(item: LexborNode, numbers: dict[int, int], bullet: str) -> str:
    """What stands before an item; `numbers` holds where each numbered list has come to."""
    above = item.parent
    if above is None or above.tag != "ol":
        return bullet
    start = above.attributes.get("start") or ""
    number = numbers.get(above.mem_id, int(start) if start.isdecimal() and len(start) < 6 else 1)
    numbers[above.mem_id] = number + 1
    return f"{number}. "


def _cites_quote(cite: LexborNode) -> bool:
    parent = cite.parent
    above = parent.parent if parent is not None else None
    return any(node is not None and node.tag == "blockquote" for node in (parent, above))


def _inside(cite: LexborNode, quote: LexborNode) -> bool:
    """Whether a cite belongs to this quote and not to one nested in it."""
    parent = cite.parent
    while parent is not None and parent.mem_id != quote.mem_id:
        if parent.tag == "blockquote":
            return False
        parent = parent.parent
    return parent is not None
