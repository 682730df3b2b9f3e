"""`python -m tests.live [NAME...]`: install what is missing, compare each software, print a table.

It is kept in ~/.cache/listening-live, or in the folder that the environment variable LISTENING_LIVE names.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from tests.live import SOFTWARE
from tests.live.compare import Result, compare

HEADS = ("engine", "version", "posts", "found", "exact", "requests", "again", "one more", "seconds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and what is wrong; 1 where anything is."""
    parser = argparse.ArgumentParser(prog="python -m tests.live", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(SOFTWARE)}")
    names = parser.parse_args(arguments).names
    if unknown := sorted({*names} - {*SOFTWARE}):
        parser.error(f"there is no {unknown[0]}; there are: {', '.join(SOFTWARE)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers are ended on the way out
    results = []
    for name in names or SOFTWARE:
        software = SOFTWARE[name]()
        software.install()
        results.append(compare(software))
    print(table(results))
    for sentence in (sentence for result in results for sentence in result.wrong[:20]):
        print(sentence)
    return int(any(result.wrong for result in results))


def table(results: Sequence[Result]) -> str:
    """The results as text."""
    rows = [
        tuple(map(str, (r.engine, r.version, r.posts, r.found, r.exact, *r.requests, round(r.seconds))))
        for r in results
    ]  # fmt: skip
    widths = [max(len(row[at]) for row in (HEADS, *rows)) for at in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (HEADS, *rows)
    )


if __name__ == "__main__":
    sys.exit(main())
