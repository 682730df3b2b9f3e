"""Where in a TOML file a key stands: what tomllib does not tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*[=.]""")

Place = tuple[str, int, str]  # (table, which of its kind, key); the key is empty for the table itself


def structure(toml: str) -> Iterator[tuple[int, str, str]]:
    """Each header and key of a file: (its line, 1 is the first; "[[", "[" or "="; its name).

    Lines inside multi-line strings and arrays are not mistaken for keys.
    """
    skip, depth = "", 0
    for number, line in enumerate(toml.split("\n"), start=1):
        if skip:
            skip = "" if skip in line else skip
            continue
        bare = _without_strings(line)
        header = _HEADER.match(line)
        if depth == 0 and header:
            yield number, header[1], header[2].strip("\"' ")
        elif depth == 0 and (key := _KEY.match(line)):
            yield number, "=", key[1] or key[2] or key[3] or ""
        for quote in ('"""', "'''"):
            if bare.count(quote) % 2:
                skip = quote
        depth = max(0, depth + bare.count("[") - bare.count("]")) if not header or depth else 0


def lines_of(toml: str) -> dict[Place, int]:
    """The line (1 is the first) of every table and top-level key: ("source", 2, "every") -> 17.

    Plain tables count as number 0, those inside a row ("brand.lexicon") as the row does.
    """
    found: dict[Place, int] = {}
    seen: Counter[str] = Counter()
    table, index = "", 0
    for number, mark, name in structure(toml):
        if mark == "=":
            found.setdefault((table, index, name), number)
            continue
        row = name.rpartition(".")[0]
        table, index = name, seen[name] if mark == "[[" else max(seen[row] - 1, 0) if row else 0
        seen[name] += 1
        found.setdefault((table, index, ""), number)
    return found


def _without_strings(line: str) -> str:
    """A line without its one-line strings and its comment, so that brackets in them do not count."""
    line = re.sub(r'"""(?:[^"\\]|\\.|"(?!""))*"""' + r"|'''.*?'''", "", line)
    line = re.sub(r'(?<!")"(?:[^"\\]|\\.)*"(?!")|(?<!\')\'[^\']*\'(?!\')', "", line)
    return line.split("#", 1)[0]
