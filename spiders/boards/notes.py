"""What went wrong in one crawl of a board: each kind counted, with one address to look at, as sentences."""

from __future__ import annotations

from collections.abc import Iterator

_KINDS = {
    "unread": "pages of topics without any post that can be read (has the board a new look?)",
    "rejected": "posts that could not be read and were kept aside",
    "broken": "pages that broke off and will be asked for again",
    "endless": "lists or topics that seemed to have no end and were cut",
    "outside": "links of the board that lead away from it and were not followed",
    "login": "pages that ask for a login",
    "robot check": "pages that ask visitors to prove that they are no robots",
    "closed": "pages that say the board is closed at the moment",
    "refused": "pages that were refused",
    "error": "pages that made our reader fail, please report it",
}


class Notes:
    """Counts by kind: the same trouble on a thousand pages is one sentence."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, str]] = {}

    def add(self, kind: str, url: str, count: int = 1) -> None:
        """Take note of some trouble at an address."""
        before, example = self._found.get(kind, (0, url))
        self._found[kind] = (before + count, example)

    def sentences(self) -> Iterator[str]:
        """A sentence for each kind, the most frequent first."""
        for kind, (count, url) in sorted(self._found.items(), key=lambda item: -item[1][0]):
            yield f"{_KINDS[kind]}: {count}, for example {url}"
