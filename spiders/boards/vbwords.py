"""What a post of vBulletin says, and what it quotes."""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from listening.text import Words, quoted_author, words_of
from spiders.boards.page import above, attribute, classes, line
from spiders.boards.pages import first
from spiders.boards.vbrows import LAST

_SKIP = (
    "div.smallfont, .bbcode_description, .attachments, fieldset, a[href*='attachment.php'], .signature, .lastedited,"
    " img:not(.inlineimg):not([src*='smil'])"
)
# What people write for the smilies that every board begins with; the pages of vBulletin 3 and 4 show their names.
_SMILIES = {
    "Smile": ":)", "Wink": ";)", "Big Grin": ":D", "Frown": ":(", "Stick Out Tongue": ":p", "Mad": ":mad:",
    "Embarrassment": ":o", "Confused": ":confused:", "Roll Eyes (Sarcastic)": ":rolleyes:", "Cool": ":cool:",
    "EEK!": ":eek:",
}  # fmt: skip


def said(content: LexborNode) -> tuple[Words, str]:
    """A post's words, and the id of the post that is quoted first."""
    for image in content.css("img.inlineimg, img[src*='smil']"):
        if not attribute(image, "alt") and (title := attribute(image, "title")):
            image.attrs["alt"] = _SMILIES.get(title, title)
    quoted, answered = {}, ""
    for box in content.css(".bbcode_quote, table"):
        if box.tag != "table" or _old_quote(box):
            head = _heading(box)
            quoted[box.mem_id] = line(first(head, "strong"))
            match = LAST.search(attribute(first(head, "a[href*='post']"), "href"))
            answered = answered or (match[1] or match[2] if match else "")
            if head is not None:
                head.decompose()
    return words_of(content, _SKIP, lambda node: _quoted(node, quoted), bullet=""), answered


def _quoted(node: LexborNode, known: Mapping[int, str]) -> str | None:
    """Whom a node quotes; a block quote may be what a theme makes of a quote."""
    if node.tag not in ("div", "table", "blockquote"):
        return None
    other = node.tag == "blockquote" and "postcontent" not in classes(node)
    return quoted_author(node) if other else known.get(node.mem_id)


def _old_quote(table: LexborNode) -> bool:
    """Whether a table is how vBulletin 3 shows a quote: below a label."""
    before = table.prev
    while before is not None and before.tag == "-text":
        before = before.prev
    return before is not None and "smallfont" in classes(before)


def _heading(box: LexborNode) -> LexborNode | None:
    """What says whom a box quotes."""
    if box.tag != "table":
        head = box.css_first(".bbcode_postedby")
        holder = next((node for node in above(head) if "bbcode_quote" in classes(node)), None)
        return head if holder is not None and holder.mem_id == box.mem_id else None
    cell = box.css_first("td")
    parts = list(cell.iter()) if cell is not None else []
    return parts[0] if len(parts) > 1 and parts[0].tag == "div" and parts[0].css_first("strong") else None
