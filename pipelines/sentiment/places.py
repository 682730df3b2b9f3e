"""From a text's characters to the numbers of its tokens."""

from __future__ import annotations

from collections.abc import Callable


class Places:
    """`spell` makes of the text, or its beginning, what its tokens were parted from."""

    __slots__ = ("_spell", "_text")

    def __init__(self, text: str, spell: Callable[[str], str]) -> None:
        self._text, self._spell = text, spell

    def token(self, place: int) -> int:
        """The number of the token at or after a character of the text."""
        if not place:
            return 0
        before = self._spell(self._text[:place])
        inside = before and not before[-1].isspace() and not self._text[place : place + 1].isspace()
        return len(before.split()) - bool(inside)

    def upto(self, place: int) -> int:
        """How many tokens begin before a character of the text."""
        return len(self._spell(self._text[:place]).split())
