"""What flows: posts as their sources published them, and the mentions understood from them.

Times are aware UTC and texts are plain (no markup) from the first line that holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar, dataclass_transform

PostKind = Literal["post", "comment", "article", "review", "email"]
Label = Literal["negative", "neutral", "positive"]


_Value = TypeVar("_Value")


@dataclass_transform(frozen_default=True)
def value(cls: type[_Value]) -> type[_Value]:
    """A dataclass with slots that is frozen for the type checker alone.

    One that is frozen at run time, too, takes four times as long to make: a tenth of all understanding.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)


@value
class Author:
    """Who published a post, as the platform names them."""

    name: str
    id: str = ""  # the platform's own id or handle; the name stands in where there is none
    url: str = ""
    followers: int | None = None


@value
class Thread:
    """The topic, submission or article that a post belongs to."""

    id: str
    title: str = ""
    url: str = ""


@value
class Quote:
    """Words of somebody else that a post repeats; they never count as its author's own."""

    text: str
    author: str = ""


@value
class Post:
    """One thing one author published. Its natural key is (platform, id)."""

    platform: str  # who issued the id: "reddit.com", "news.ycombinator.com", a board's or a feed's host
    id: str  # unique on its platform, for ever
    url: str  # opens this very post
    text: str  # the author's own words, paragraphs kept, quotes and signature left out
    published: datetime | None = None  # aware UTC; None where the source does not say
    author: Author | None = None
    kind: PostKind = "post"
    title: str = ""
    thread: Thread | None = None
    reply_to: str = ""  # the id of the post that this one answers, on the same platform
    position: int | None = None  # 1 is the thread's opener
    channel: str = ""  # forum path, subreddit, feed title
    quotes: tuple[Quote, ...] = ()
    language: str = ""  # as the source states it (BCP 47); detected where it is empty
    edited: datetime | None = None
    likes: int | None = None
    replies: int | None = None
    views: int | None = None
    rating: float | None = None  # stars, as given
    route: str = ""  # how it was read: "phpbb page", "discourse api", "feed"
    deleted: bool = False  # gone from its platform: its text is removed here too


@value
class Checkpoint:
    """Everything before `value` under `key` is stored. What the value means is the source's own business."""

    key: str
    value: str


@value
class Reject:
    """Something a source served that could not be read as a post: kept aside, counted and shown."""

    reason: str  # a sentence for the person who reads `listening runs`
    url: str = ""  # where it was: an address, or "file.csv:17"
    raw: str = ""  # what was there, cut to what helps


@value
class Extent:
    """A stretch of a thread that was read without a gap: what is stored of it and was not there is gone.

    Only for platforms that number their posts in order. By itself it is a whole thread of which nothing is left.
    """

    platform: str
    thread: str  # its native id
    ids: frozenset[int] = frozenset()  # of the posts that are there
    since: tuple[int, datetime] | None = None  # id and time of where it begins; None: the thread's beginning
    until: tuple[int, datetime] | None = None  # and of where it ends; None: the thread's end


@value
class Batch:
    """The posts of one page or moment, and the checkpoints that hold once they are stored."""

    posts: Sequence[Post] = ()
    checkpoints: Sequence[Checkpoint] = ()
    rejects: Sequence[Reject] = ()
    expected: int = 0  # posts the source announced with this page; compared with what was read
    extents: Sequence[Extent] = ()


@value
class Sentiment:
    """The four figures of vaderSentiment's `polarity_scores`."""

    neg: float
    neu: float
    pos: float
    compound: float  # -1 (most negative) to 1 (most positive)


@value
class Evidence:
    """Why something was judged so: a rule that a person can look up, and the author's words that it rests on."""

    rule: str
    words: tuple[str, ...] = ()


@value
class Intent:
    """One of the reasons why a post was written."""

    name: str
    confidence: float  # 0 to 1
    why: tuple[Evidence, ...] = ()


@value
class Aspect:
    """A side of a brand that a post names, such as price or delivery, and the feeling toward it."""

    name: str
    score: float | None = None  # -1 to 1; None where the language cannot be scored
    label: Label | None = None
    words: tuple[str, ...] = ()  # that name it, as the author wrote them


@value
class Urgency:
    """How soon somebody should look, from 0 to 100, as the sum of its parts."""

    parts: tuple[tuple[str, int], ...] = ()  # what it is made of: ("complaint", 40), ("reach", 10)

    @property
    def total(self) -> int:
        """The sum, within 0 to 100."""
        return max(0, min(100, sum(points for _, points in self.parts)))


@value
class Mention:
    """What one post says about one brand."""

    brand: str
    words: tuple[str, ...]  # the words that matched, as the author wrote them
    score: float | None = None  # -1 to 1, toward this brand; None where the language cannot be scored
    label: Label | None = None
    why: tuple[Evidence, ...] = ()  # of the score
    intents: tuple[Intent, ...] = ()  # the surest first
    aspects: tuple[Aspect, ...] = ()
    urgency: Urgency = Urgency()
    relevance: float | None = None  # how surely it is about this brand, 0 to 1; None where nothing was learnt yet
    shelved: bool = False  # probably not about this brand: kept apart and not counted


@value
class Entry:
    """A post and all that was understood of it: what the store keeps."""

    post: Post
    language: str = ""
    sentiment: Sentiment | None = None  # of the whole text; None where it was not scored
    mentions: tuple[Mention, ...] = ()
