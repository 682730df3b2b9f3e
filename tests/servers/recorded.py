"""A board as it was recorded: every page by path and query, with the status, type and location it had."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.servers.http import HttpServer, Reply, Seen


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of an xz-packed file, one per line."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


class Recorded(HttpServer):
    """Serves the pages of `folder/pages.jsonl.xz`; a page that was not recorded is not there.

    `origin` is where the board stood when it was recorded: pages that name it name this server instead.
    """

    def __init__(self, folder: Path, origin: str) -> None:
        super().__init__({"*": self._page})
        self.origin = origin
        self.pages = {unquote(page["path"]): page for page in lines(folder / "pages.jsonl.xz")}
        self.pages["/robots.txt"] = {"status": 404, "type": "text/plain", "location": None, "body": ""}
        self.missing: list[str] = []

    def _page(self, seen: Seen) -> Reply:
        page = self.pages.get(unquote(seen.path))
        if page is None:
            self.missing.append(seen.path)
            return Reply(b"<html><body>not recorded</body></html>", 404)
        here = self.url("")
        location = (page["location"] or "").replace(self.origin, here)
        return Reply(
            (page["body"] or "").replace(self.origin, here).encode(),
            page["status"],
            {"Location": location} if location else {},
            type=page["type"],
        )
