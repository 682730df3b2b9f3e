"""Where in a TOML file a key stands: what tomllib does not tell."""

from __future__ import annotations

import re
from collections import Counter

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*[=.]""")

Place = tuple[str, int, str]  # (table, which of its kind, key); the key is empty for the table itself


def lines_of(toml: str) -> dict[Place, int]:
    """The line (1 is the first) of every table and top-level key: ("source", 2, "every") -> 17.

    Plain tables count as number 0. Lines inside multi-line strings and arrays are not mistaken for keys.
    """
    found: dict[Place, int] = {}
    seen: Counter[str] = Counter()
    table, index, skip = "", 0, ""
    depth = 0
    for number, line in enumerate(toml.splitlines(), start=1):
        if skip:
            skip = "" if skip in line else skip
            continue
        bare = _without_strings(line)
        if depth == 0 and (header := _HEADER.match(line)):
            table = header[2].strip("\"' ")
            index = seen[table] if header[1] == "[[" else 0
            seen[table] += 1
            found.setdefault((table, index, ""), number)
        elif depth == 0 and (key := _KEY.match(line)):
            found.setdefault((table, index, key[1] or key[2] or key[3] or ""), number)
        for quote in ('"""', "'''"):
            if bare.count(quote) % 2:
                skip = quote
        depth = max(0, depth + bare.count("[") - bare.count("]")) if not _HEADER.match(line) or depth else 0
    return found


def _without_strings(line: str) -> str:
    """A line without its one-line strings and its comment, so that brackets in them do not count."""
    line = re.sub(r'"""(?:[^"\\]|\\.|"(?!""))*"""' + r"|'''.*?'''", "", line)
    line = re.sub(r'(?<!")"(?:[^"\\]|\\.)*"(?!")|(?<!\')\'[^\']*\'(?!\')', "", line)
    return line.split("#", 1)[0]
