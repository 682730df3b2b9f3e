"""`python -m tests.hostile`: prints what was found, and ends with 1 where anything was."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import chromium, serving
from tests.hostile.files import in_libreoffice, take_away
from tests.hostile.filled import fill
from tests.hostile.findings import Findings
from tests.hostile.office import office
from tests.hostile.pages import visit
from tests.hostile.texts import texts


def run(browser: Browser, home: Path, hostile: Sequence[str], details: int, findings: Findings) -> None:
    """One desk full of them, looked at and taken away."""
    desk = fill(home, hostile)
    take_away(desk, home, findings)
    with serving(desk) as base:
        visit(browser, base, desk, findings, details)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was found; 1 where anything was."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many texts")
    parser.add_argument("--desk", type=int, default=200, help="how many of them in one desk")
    parser.add_argument("--first", type=int, default=0, help="go on with this one, where an earlier run was stopped")
    given = parser.parse_args(arguments)
    every, findings, begun = texts(given.count), Findings(), time.monotonic()
    told = 0
    with chromium() as browser:
        for first in range(given.first, given.count, given.desk):
            some = every[first : first + given.desk]
            with tempfile.TemporaryDirectory() as home:
                run(browser, Path(home), some, len(some), findings)
                if office():
                    in_libreoffice(Path(home), findings)
            for fault in dict.fromkeys(findings.faults[told:]):
                print(f"FAULT {fault!a}")
            told = len(findings.faults)
            print(f"{first + len(some):,} texts: {findings.pages:,} pages, {findings.files:,} files, "
                  f"{findings.opened:,} opened in LibreOffice, {findings.cells:,} cells, "
                  f"{len(findings.faults):,} faults, {time.monotonic() - begun:.0f} s", flush=True)  # fmt: skip
    if not office():
        print("LibreOffice is not installed here: what it makes of the files was not tried (libreoffice-calc-nogui).")
    return 1 if findings.faults else 0


if __name__ == "__main__":
    sys.exit(main())
