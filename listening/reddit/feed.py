"""Reddit's posts and comments, from the entries of its feeds, with the identity that its API gives them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from listening.feed import Feed, read
from listening.post import Post, Reject, Thread
from listening.reddit.posts import PLACE, PLATFORM, author_of, is_gone, url_of

_TRAILER = re.compile(
    r"\s*submitted by\s+(?:/?u/\S+|\[deleted\])(?:\s+to\s+/?[ru]/\S+)?(?:\s+\[link\])?(?:\s+\[comments\])?\s*$"
)
_COMMENT_TITLE = re.compile(r"^/?u/\S+ on ")


def read_feed(body: bytes, *, url: str, content_type: str, fetched: datetime, site: str) -> Feed:
    """A feed as `listening.feed` reads it, its entries as Reddit's posts; `site` is the address of their links."""
    feed = read(body, url=url, content_type=content_type, fetched=fetched)
    posts, rejects = list[Post](), [*feed.rejects]
    for entry in feed.posts:
        try:
            posts.append(_post(entry, site))
        except ValueError as error:
            rejects.append(Reject(str(error), entry.url))
    return replace(feed, posts=tuple(posts), rejects=tuple(rejects))


def _post(entry: Post, site: str) -> Post:
    """The same post as `from_row` gives, from what a feed says of it: no parent, no score, no author's id.

    `entry` is the feed's entry as `listening.feed` reads it. Raises ValueError if it is no submission and no comment.
    """
    place = PLACE.search(entry.url)
    if place is None:
        raise ValueError(f'a feed entry is neither a post nor a comment: "{entry.title[:80]}"')
    kind, channel, submission, reply = place.groups()
    name = f"t1_{reply}" if reply else f"t3_{submission}"
    if entry.published is None:
        raise ValueError(f"{name} has no readable time")
    title = _COMMENT_TITLE.sub("", entry.title) if reply else entry.title
    text = _TRAILER.sub("", entry.text)
    if not reply:
        text = text.removeprefix(title).lstrip()  # a picture says the title once more
    gone = is_gone(text, title)
    above = place[0][: place.start(4) - place.start()] if reply else place[0].rstrip("?#")
    return Post(
        platform=PLATFORM,
        id=name,
        url=url_of(place[0].rstrip("?#"), site),
        text="" if gone else text,
        published=entry.published,
        author=author_of(re.sub(r"^/?u/", "", entry.author.name), "", site) if entry.author else None,
        kind="comment" if reply else "post",
        title="" if reply or gone else title,
        thread=Thread(f"t3_{submission}", "" if gone and not reply else title, url_of(above, site)),
        position=None if reply else 1,
        channel=f"{kind[0]}/{channel}",
        quotes=() if gone else entry.quotes,
        edited=entry.edited if entry.edited != entry.published else None,
        route="reddit feed",
        deleted=gone,
    )
