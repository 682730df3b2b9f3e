"""What a board's first page tells about it, for a person who wonders whether it can be listened to."""

from __future__ import annotations

from typing import Any

from spiders.boards import engines
from spiders.boards.engine import Engine
from spiders.boards.page import Page, attribute, without

_FEEDS = 'link[rel="alternate"][type*="rss"], link[rel="alternate"][type*="atom"]'
_STRUCTURED = (b"DiscussionForumPosting", b"QAPage")


def survey(page: Page, chosen: type[Engine], engine: Engine) -> dict[str, Any]:
    """The software and how sure every engine is of it, the board's address, and what else could be read there."""
    sure = {other.label: round(other.recognise(page), 2) for other in engines().values()}
    feeds = dict.fromkeys(without(page.link(attribute(link, "href")), "sid") for link in page.html.css(_FEEDS))
    return {
        "software": chosen.label, "sure": {label: share for label, share in sure.items() if share}, "url": engine.root,
        "feeds": [*feeds][:3], "structured_data": any(name in page.body for name in _STRUCTURED),
    }  # fmt: skip
