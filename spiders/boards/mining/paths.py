"""Where elements stand: what those have in common that look alike on all posts and all pages of a board.

A board has few such places, so that what is asked of each element of each page is worked out once for its place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property, lru_cache

_INLINE = frozenset("a b strong i em u span font small big tt code bdi bdo abbr time cite ins mark nobr label".split())
_ORDERED = frozenset(("td", "th"))  # without classes their place says what they hold
_VOLATILE = re.compile(
    r"(?:[a-z]+[-_]?)?(?:odd|even|alt\d*)|(?:[a-z]+[-_]?)?(?:first|last)(?:[-_]?post)?|(?:off|on)line|unread|read|new|hot|active|current|selected|hidden|self|mine|own|op|"
    r"[mp][trblxy]?-\d|bg\d?|row|.*(?:starter|owner).*"
)
_DIGITS = re.compile(r"\d+")
TRAIL = r"crumb|linktree|nav-?path|navpath|navstrip|navigation_?path|pathway|you-?are-?here"
_TRAIL = re.compile(TRAIL, re.I)
_MOST = 20_000  # places of one board that are remembered

Make = tuple[str, str | None] | tuple[str, str | None, str | None, str | None, tuple[str, ...]]
# tag and class; where there is more id, itemprop and the names of all attributes


class Path:
    """One place in the markup: a tag with its classes, in those around it."""

    def __init__(self, tag: str, signature: str, names: tuple[str, ...], around: Path | Places) -> None:
        self.tag = tag
        self.signature = signature  # tag and classes, as far as they are the same for each of its kind
        self.around = around if isinstance(around, Path) else None  # None for the body
        self.up = self.around if self.around is not None and self.around.around is not None else None
        self.ordered = signature in _ORDERED  # its number in its row says what it holds
        self.names = names  # of its attributes
        self.makes: dict[Make, Path] = {}  # the places in this one by what is written
        self.places: Places = around.places if isinstance(around, Path) else around
        self._inner: dict[tuple[str, tuple[str, ...]], Path] = {}
        self.places.add(self)

    def make(self, make: Make) -> Path:
        """The place in this one of what is written so for the first time."""
        tag, names = make[:2]
        ident, prop, attributes = make[2:] if len(make) > 2 else (None, None, () if names is None else ("class",))
        found = self.inner(_signature(tag, names, _numbered(ident), prop), tag, attributes)
        self.places.count += 1
        self.makes[make] = found
        return found

    def nth(self, kind: Path, number: int) -> Path:
        """The place in this one of a cell that only its number in its row tells from others."""
        return self.inner(f"{kind.tag}:{number}", kind.tag, kind.names)

    def inner(self, signature: str, tag: str, names: tuple[str, ...]) -> Path:
        """The place in this one of elements with a signature."""
        found = self._inner.get((signature, names))
        if found is None:
            found = self._inner[signature, names] = Path(tag, signature, names, self)
        return found

    @cached_property
    def plain(self) -> bool:
        """Whether this only says how text looks, that of what is around."""
        return self.tag in _INLINE and self.signature == self.tag and self.up is not None

    @cached_property
    def holder(self) -> Path:
        """The place itself, or the one around it where it is plain."""
        return self.up.holder if self.plain and self.up is not None else self

    @cached_property
    def head(self) -> str:
        """How the key begins."""
        return self.signature[len(self.tag) :] if self.tag in _INLINE else self.signature

    @cached_property
    def key(self) -> str:
        """What an element has in common with those that hold the same on other blocks and pages.

        A guest's name is no link, a friend's has a colour: of what only says how text looks the classes count alone.
        """
        parts, around = [self.holder.head], self.holder.up
        while around is not None and len(parts) < (3 if "." not in parts[0] else 2):
            if around.tag not in ("tbody", "a"):
                around = around.holder
                parts.append(around.signature)
            around = around.up
        return " < ".join(parts)

    @cached_property
    def spot(self) -> str:
        """The key of a text, where bold and small texts of one box are not the same."""
        holder, look, around = self.holder, "", self
        while around is not holder and around.up is not None:
            look = around.tag if around.tag != "a" else look
            around = around.up
        return f"{look} {holder.key}" if look and "." not in holder.signature else holder.key

    @cached_property
    def loosely(self) -> str:
        """The loose key of a text."""
        return self.holder.loose

    @cached_property
    def loose(self) -> str:
        """The same for markup whose classes change from block to block: its own class, and the tags around it."""
        found, around = [self.signature], self.around
        while around is not None and len(found) < 5:
            found.append(around.tag)
            around = around.around
        return " < ".join(found)


class Places:
    """All places of one board, by what may be asked of them."""

    def __init__(self) -> None:
        self.count = 0  # of places, and of ways to write them
        self.known: dict[tuple[str, str], list[Path]] = defaultdict(list)
        self.body = Path("body", "body", (), self)  # whose classes change from page to page

    def add(self, path: Path) -> None:
        """Take note of a place."""
        self.count += 1
        told = [("spot", path.spot), ("key", path.key), ("loosely", path.loosely)]
        told += [("own", path.key)] if not path.plain else []
        told += [("name", name) for name in path.names]
        if _TRAIL.search(path.signature):
            told.append(("trail", ""))
        for one in told:
            self.known[one].append(path)


class Paths:
    """The places of one board, as far as its pages were seen."""

    def __init__(self) -> None:
        self._places = Places()

    @property
    def current(self) -> Places:
        """Them; anew where broken or endless pages have made too many."""
        if self._places.count > _MOST:
            self._places = Places()
        return self._places


def _numbered(ident: str | None) -> str:
    """What ids with different numbers have in common; empty where one has no number."""
    return found if ident and (found := _DIGITS.sub("#", ident)) != ident else ""


@lru_cache(maxsize=4096)
def _signature(tag: str, names: str | None, ident: str, prop: str | None) -> str:
    kept = [_DIGITS.sub("", name) for name in (names or "").split() if not _VOLATILE.fullmatch(name)]
    kept = [*dict.fromkeys(kept)]
    if ident:
        kept.append("#" + ident)
    if prop:
        kept.append("@" + prop)
    return ".".join([tag, *kept[:6]])
