"""Where a page shows a text that its structured data repeats without paragraphs and quotes."""

from __future__ import annotations

from bisect import bisect_right

from selectolax.lexbor import LexborNode

from spiders.boards.page import above

_HIDDEN = frozenset("script style noscript template title head textarea select option".split())
_HEAD = 24  # letters by which the beginning of a text is found
_SURE = 30  # letters of a text that is not there by chance
_CLIMB = 12


class Shown:
    """All letters of a page in a row, and which element holds which."""

    def __init__(self, body: LexborNode | None) -> None:
        self._spans: dict[int, tuple[int, int]] = {}
        self._starts: list[int] = []
        self._holders: list[LexborNode] = []
        self.ids: dict[str, LexborNode] = {}
        self.hrefs: dict[str, LexborNode] = {}
        pieces: list[str] = []
        if body is not None:
            self._gather(body, pieces)
        self._letters = "".join(pieces)

    def _gather(self, body: LexborNode, pieces: list[str]) -> None:
        at, node, opened = 0, body.child, [(body, 0)]
        while opened:
            if node is None:
                done, begun = opened.pop()
                self._spans[done.mem_id] = (begun, at)
                node = done.next if opened else None
                continue
            tag = node.tag or "-"
            if tag == "-text":
                text = squeezed(node.text_content or "")
                if text:
                    self._starts.append(at)
                    self._holders.append(opened[-1][0])
                    pieces.append(text)
                    at += len(text)
            elif not tag.startswith(("-", "!")) and tag not in _HIDDEN:
                attrs = node.attrs
                if ident := attrs.sget("id") or attrs.sget("name"):
                    self.ids.setdefault(ident, node)
                if tag == "a" and (href := attrs.sget("href")):
                    self.hrefs.setdefault(href, node)
                opened.append((node, at))
                node = node.child
                continue
            node = node.next

    def span(self, node: LexborNode) -> tuple[int, int]:
        """From where to where the letters of an element go."""
        return self._spans.get(node.mem_id, (0, 0))

    def place(self, text: str, within: tuple[int, int] | None) -> LexborNode | None:
        """The element that shows a text and no more than belongs to it; None where there is none for sure.

        `within`: the letters among which it must stand; anywhere, but only once, where none are given.
        """
        letters = squeezed(text)
        low, high = within or (0, len(self._letters))
        at = self._letters.find(letters, low, high) if letters else -1
        if within is None and (len(letters) < _SURE or self._letters.find(letters, at + 1) >= 0):
            return None
        end = at + len(letters)
        if at < 0:  # a quote stands in between, or the text was cut short
            at = self._letters.find(letters[:_HEAD], low, high) if within and len(letters) >= _HEAD else -1
            end = self._letters.rfind(letters[-_HEAD:], at, high) + _HEAD
        return self._covering(at, max(end, at + 1)) if at >= 0 else None

    def _covering(self, at: int, end: int) -> LexborNode | None:
        """The innermost element that holds some letters, or the one around it that holds no others."""
        inner = self._holders[bisect_right(self._starts, at) - 1]
        found = None
        for node in (inner, *above(inner)):
            span = self._spans.get(node.mem_id)
            if span is None or (found is not None and span != self._spans[found.mem_id]):
                break
            if span[0] <= at and span[1] >= end:
                found = node
        return found

    def block(self, anchor: LexborNode, others: set[int]) -> tuple[int, int]:
        """The letters of the largest element around an anchor that holds none of the others.

        `others`: the ids in memory of all that holds another anchor.
        """
        best = anchor
        for node in above(anchor):
            if node.mem_id in others:
                break
            best = node
        return self.span(best)


def squeezed(text: str) -> str:
    """A text without its spaces."""
    return "".join(text.split())
