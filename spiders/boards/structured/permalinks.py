"""The address that opens a post which a page describes, and what tells it from all others of the board."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from selectolax.lexbor import LexborNode

from spiders.boards.page import Page, above, attribute
from spiders.boards.structured import addresses, posting
from spiders.boards.structured.facts import Item

_NUMBERED = re.compile(
    r"#(?:p|pid|post-?|comment-?|find-?comment-?|msg-?|message-?|entry-?)(\d+)$"
    r"|/(?:posts?|p|comments?|messages?|msg)/(\d+)/?$|[?&](?:p|pid|post|post_?id|mid|comment_?id)=(\d+)", re.I,
)  # fmt: skip
_OWN = re.compile(r"data-(?:p|post|c|comment|answer|message|msg)-?id", re.I)  # attributes with a post's number
_LETTERED = re.compile(r"[a-z]+[-_]?\d+", re.I)


class Permalinks:
    """Those of one board. `home` makes an address the board's own, or empty; `within` gives it from the board's on."""

    def __init__(self, home: Callable[[str], str], within: Callable[[str], str]) -> None:
        self._home, self._within = home, within

    def address(self, page: Page, item: Item) -> str:
        """What an item gives as its own address; empty where that is none of this board."""
        told = (*item.texts("url"), item.id, item.text("mainEntityOfPage"))
        found = (self._home(page.link(url)) for url in told if url and not url.startswith("_:"))
        return next(filter(None, found), "")

    def of(self, page: Page, item: Item, opens: bool, asked: bool) -> tuple[str, str]:
        """The address that opens a post, and its id."""
        url = self.address(page, item)
        if not opens and (not url or ("#" not in url and addresses.key(url) == addresses.key(page.url))):
            url = self._shown(page, item.node)
        if not url and not opens:
            when = item.text("datePublished", "dateCreated")
            words = "" if ":" in when else item.text(*posting.TEXT)[:200]  # a post that is edited stays the same
            told = "|".join((when, *posting.names(item), words))
            own = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
            return addresses.clean(page.url), f"{addresses.key(page.url)}#{own}"
        base, mark, fragment = url.partition("#")
        url = f"{addresses.clean(base or page.url)}{mark}{fragment}" if url else addresses.start(page.url)
        return url, self._ident(url, asked)

    def _shown(self, page: Page, node: LexborNode | None) -> str:
        """The address of a post by what its element holds: a link with its number, or else an id."""
        if node is None:
            return ""
        own = next((value for name, value in node.attributes.items() if _OWN.fullmatch(name) and value), "")
        for href in (attribute(link, "href") for link in node.css("a[href]")):
            match = _NUMBERED.search(href)
            if match and own in ("", next(filter(None, match.groups()))) and (url := self._home(page.link(href))):
                return url
        holder = next((each for each in (node, *above(node)) if attribute(each, "id")), node)
        anchored = holder is node or holder.tag in ("article", "li")
        ident = attribute(holder, "id") if anchored else ""
        return f"{addresses.clean(page.url)}#{ident}" if ident else ""

    def _ident(self, url: str, asked: bool) -> str:
        """What tells a post from all others of the board: its number where it surely has one.

        `asked`: on boards for questions, answers and comments are numbered apart.
        """
        fragment = url.partition("#")[2]
        lettered = _LETTERED.fullmatch(fragment) is not None
        match = _NUMBERED.search(url)
        if asked or match is None:
            return fragment if asked and lettered else self._within(url)
        return self._within(url) if "_" in fragment else next(filter(None, match.groups()))
