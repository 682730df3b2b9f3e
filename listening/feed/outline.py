"""Where the entries of an XML feed begin and end, found without parsing it: cheap at any size, in any state."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from listening.feed.model import Unreadable
from listening.feed.moment import moment

_MARK = re.compile(r"<!--|<!\[CDATA\[|<(/?)((?:[\w.-]+:)?(?:item|entry))(?=[\s/>])", re.I)
_ENDS = {"<!--": "-->", "<![cdata[": "]]>"}
_ROOT = re.compile(r"<((?:[\w.-]+:)?(?:rss|feed|rdf|channel|item|entry))(?=[\s/>])", re.I)
_DATE = re.compile(r"<(?:pubDate|published|updated|dc:date|issued|modified)(?:\s[^<>]*)?>([^<>]{4,60})<", re.I)
_LONG_HEAD = 5_000  # characters; a longer one would be read again with each entry
_END = re.compile(r"</(?:[\w.-]+:)?(?:channel|rss|feed|rdf)\s*>", re.I)


@dataclass(frozen=True, slots=True)
class Outline:
    """An XML feed and the places of its entries."""

    text: str
    spans: tuple[tuple[int, int], ...]  # of each entry, with its tags
    broken: str = ""  # an entry that begins, and does not end before the text does
    skipped: int = 0

    @classmethod
    def of(cls, text: str) -> Outline:
        """Find the entries; drop one at the end that breaks off, and end what it leaves open.

        Raises Unreadable if this is no XML feed.
        """
        if _ROOT.search(text) is None:
            raise Unreadable("it is neither RSS, Atom, RDF nor JSON Feed")
        spans, start = _spans(text)
        if start is not None and (end := _END.search(text, start)):  # never closed, and yet the feed goes on
            spans.append((start, end.start()))
            start = None
        if start is None:
            return cls(text, tuple(spans))
        head = text[:start]
        return cls(head + _closing(head), tuple(spans), text[start:])

    @property
    def head(self) -> str:
        """What stands before the first entry."""
        return self.text[: self.spans[0][0]] if self.spans else self.text

    @property
    def tail(self) -> str:
        """What stands after the last entry."""
        return self.text[self.spans[-1][1] :] if self.spans else ""

    def entries(self) -> list[str]:
        """The text of each entry."""
        return [self.text[start:end] for start, end in self.spans]

    def alone(self, entry: str) -> str:
        """A feed of one entry, beginning as this one does."""
        head = self.head
        if len(head) > _LONG_HEAD and (root := _ROOT.search(head)):
            head = head[root.start() : head.find(">", root.end()) + 1]
        return head + entry + _closing(head)

    def newest(self, limit: int) -> Outline:
        """The feed with its newest `limit` entries: the first ones, or the last ones where its dates ascend."""
        skipped = len(self.spans) - limit
        if skipped <= 0:
            return self
        first, last = (moment(_date(self.text[start:end])) for start, end in (self.spans[0], self.spans[-1]))
        ascending = first is not None and last is not None and first < last
        kept = self.spans[skipped:] if ascending else self.spans[:limit]
        text = self.head + self.text[kept[0][0] : kept[-1][1]] + self.tail
        shift = kept[0][0] - self.spans[0][0]
        return replace(self, text=text, spans=tuple((a - shift, b - shift) for a, b in kept), skipped=skipped)


def _spans(text: str) -> tuple[list[tuple[int, int]], int | None]:
    """Begin and end of each entry, and where one begins that does not end."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    position = 0
    while match := _MARK.search(text, position):
        position = match.end()
        if end := _ENDS.get(match[0].lower()):
            found = text.find(end, position)
            if found < 0:
                break
            position = found + len(end)
            continue
        after = text.find(">", position) + 1
        if not after:
            break
        position = after
        if match[1]:
            if start is not None:
                spans.append((start, after))
                start = None
            continue
        if start is not None:  # the one before was never closed
            spans.append((start, match.start()))
        start = match.start()
        if text[after - 2] == "/":
            spans.append((start, after))
            start = None
    return spans, start


def _closing(text: str) -> str:
    """The end tags that a feed lacks which breaks off after `text`."""
    names = [match[1] for match in _ROOT.finditer(text) if not match[1].lower().endswith(("item", "entry"))][:2]
    return "".join(f"</{name}>" for name in reversed(names) if f"</{name}" not in text)


def _date(entry: str) -> str:
    match = _DATE.search(entry)
    return match[1] if match else ""
