"""From what a feed's reader found to the feed's posts."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from listening.feed.address import address_key, host_of
from listening.feed.identity import Identities
from listening.feed.model import Contents, Feed, Item
from listening.feed.moment import is_plausible
from listening.post import Post, Reject, Thread

_COMMENT = re.compile(r"(?:comment|c|respond|reply)[-_=]?\d+", re.I)
_OF_COMMENTS = re.compile(r"comments (?:on|for)\b", re.I)  # WordPress' feeds
_COMMENT_TITLE = re.compile(r"(?:Comment on (?P<on>.+) by .{1,100}|By: .{1,100})", re.I | re.S)
_NOTHING_LEFT = "it is damaged, and of some entries nothing is left"
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a feed was read."""

    url: str
    platform: str
    now: datetime
    shared: Collection[str] = ()


def feed(found: Contents, place: Place) -> Feed:
    """The posts of a feed, each entry accounted for: as a post, a reject, or a repetition of another."""
    rejects, kept, bad_dates = list(found.rejects), [], []
    for item in found.items:
        if not item.title and not item.text and not item.quotes:
            rejects.append(Reject("the entry is empty: neither a title nor a text", item.link or place.url, item.raw))
            if not found.sound and _NOTHING_LEFT not in found.notes:
                found.notes.append(_NOTHING_LEFT)
            continue
        if bad := _checked(item, place.now):
            bad_dates.append(bad)
        kept.append(_aggregated(item))
    identities = Identities(kept, place.url, found.link, place.shared)
    posts: dict[str, Post] = {}
    for item in kept:
        post = _post(item, identities.of(item), found, place)
        if post.id not in posts or _age(post) > _age(posts[post.id]):
            posts[post.id] = post
    notes = list(found.notes)
    if bad_dates:
        notes.append(f'{len(bad_dates)} of its dates cannot be used, such as "{bad_dates[0]}"')
    return Feed(
        title=found.title,
        language=found.language,
        posts=tuple(posts.values()),
        rejects=tuple(rejects),
        entries=len(found.items) + len(found.rejects) + found.skipped,
        skipped=found.skipped,
        repeated=len(kept) - len(posts),
        notes=tuple(notes),
        shared=identities.shared,
        complete=not found.notes,
    )


def _checked(item: Item, now: datetime) -> str:
    """Take away dates at which nothing can have been published. Returns the one that was, as it was written."""
    if item.published is not None and not is_plausible(item.published, now):
        item.bad_date = item.bad_date or f"{item.published:%Y-%m-%d %H:%M}"
        item.published = None
    if item.edited is not None and not is_plausible(item.edited, now):
        item.edited = None
    return "" if item.published is not None else item.bad_date


def _aggregated(item: Item) -> Item:
    """An entry that a search site took from a publisher: its title without the publisher, which writes it."""
    if item.publisher is None:
        return item
    name = item.publisher.name
    title = item.title.removesuffix(f" - {name}").rstrip()
    repeats = {" ".join(text.split()) for text in (title, item.title, f"{title} {name}", f"{item.title} {name}")}
    text = "" if title and " ".join(item.text.split()) in repeats else item.text
    return replace(item, title=title, text=text, author=item.author or item.publisher)


def _post(item: Item, ident: str, found: Contents, place: Place) -> Post:
    article = item.article or _commented(item, found)
    return Post(
        platform=place.platform,
        id=ident,
        url=item.link or (article.url if article else "") or place.url,
        text=item.text,
        published=item.published,
        author=item.author,
        kind="comment" if article else "article",
        title="" if article and item.text and _COMMENT_TITLE.fullmatch(item.title) else item.title,
        thread=article,
        reply_to=item.reply_to,
        channel=found.title,
        quotes=item.quotes,
        language=item.language or found.language,
        edited=item.edited,
        replies=item.replies,
        route="feed",
    )


def _commented(item: Item, found: Contents) -> Thread | None:
    """The article that an entry is a comment on, where the feed is one of comments."""
    page, _, fragment = item.link.partition("#")
    if not _COMMENT.fullmatch(fragment) and not _OF_COMMENTS.match(found.title):
        return None
    match = _COMMENT_TITLE.fullmatch(item.title)
    title = (match["on"] if match else "") or ""
    return Thread(address_key(page), title, page) if host_of(page) else None


def _age(post: Post) -> datetime:
    return post.edited or post.published or _NEVER
