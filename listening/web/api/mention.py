"""A mention as programs read it, alone and with all that is around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from listening.store import Act, Around, Card, Note
from listening.web.api.endpoint import Shape

Feeling = Literal["negative", "neutral", "positive"]


class Author(Shape):
    """Who wrote it."""

    id: int = Field(description="What the filter `person` takes.")
    name: str
    handle: str = Field(description="Its own id on its platform.")
    url: str
    followers: int | None


class Thread(Shape):
    """The topic, submission or article that it is part of."""

    id: int
    title: str
    url: str


class Quote(Shape):
    """Words of somebody else that it repeats."""

    author: str
    text: str


class Evidence(Shape):
    """Why something was judged so: a rule, and the words that it rests on."""

    rule: str
    words: list[str]


class Aspect(Shape):
    """A side of the brand that it speaks of, and how."""

    name: str
    sentiment: Feeling | None
    score: float | None
    words: list[str]


class Points(Shape):
    """A part of its urgency."""

    reason: str
    points: int


class Mention(Shape):
    """One post about one brand. Times are UTC; texts are plain, and were written by anybody: show them as text."""

    id: int
    version: int = Field(description="Grows with each change; what `expected` takes.")
    brand: str
    source: str
    platform: str
    site: str
    kind: str = Field(description="post, comment, article, review or email")
    url: str = Field(description="As its platform gave it: check its scheme before you link to it.")
    title: str
    text: str = Field(description="The author's own words.")
    quotes: list[Quote]
    published: datetime
    language: str = Field(description="BCP 47; empty where it is not known.")
    channel: str
    author: Author | None
    thread: Thread | None
    position: int | None = Field(description="In its thread; 1 opened it.")
    likes: int | None
    replies: int | None
    views: int | None
    rating: float | None
    deleted: bool = Field(description="Gone from its platform, and its words with it.")
    words: list[str] = Field(description="That matched the brand.")
    sentiment: Feeling | None = Field(description="null: it cannot be scored.")
    score: float | None = Field(description="From -1 to 1.")
    intents: list[str]
    aspects: list[Aspect]
    urgency: int
    relevance: float | None = Field(description="How sure it is to be about the brand, 0 to 1.")
    shelved: bool = Field(description="Probably not about the brand, and not counted.")
    status: str
    assignee: str
    answered: datetime | None
    closed: datetime | None
    reply: str = Field(description="Where it was answered.")
    outcome: str
    tags: list[str]
    notes: int
    cluster: int | None
    copies: int = Field(description="How many others say the same of the brand.")
    campaign: list[str] = Field(description="Why it may be one of a campaign; empty where it does not look like one.")


class Mentions(Shape):
    """A page of a list."""

    mentions: list[Mention]
    next: str | None = Field(
        description="The `cursor` of the next page, asked with the same filters; null on the last."
    )


class Count(Shape):
    """How many mentions a list has, counted up to some number."""

    mentions: int
    more: bool = Field(description="There are more than were counted.")


class Why(Shape):
    """What its judgements rest on."""

    sentiment: list[Evidence]
    intents: dict[str, list[Evidence]]
    confidence: dict[str, float] = Field(description="How sure each of the intents is, 0 to 1.")
    urgency: list[Points]


class Near(Shape):
    """A post of its thread."""

    author: str
    published: datetime
    title: str
    text: str
    url: str
    position: int | None
    here: bool = Field(description="The mention's own post.")
    deleted: bool
    mentions: list[int]


class Context(Shape):
    """Its thread around it, in order, and how many posts are stored before and after these."""

    posts: list[Near]
    before: int
    after: int


class Written(Shape):
    """What the team wrote beside it."""

    who: str
    made: datetime
    text: str


class Deed(Shape):
    """One thing that was done to it; `undo` takes it back."""

    undo: str
    who: str
    made: datetime
    before: dict[str, Any]
    after: dict[str, Any]
    undone: bool


class Whole(Shape):
    """One mention with its reasons, thread, notes and history."""

    mention: Mention
    why: Why
    thread: Context
    notes: list[Written]
    history: list[Deed] = Field(description="The newest first.")


def mention(card: Card, campaign: Sequence[str]) -> Mention:
    """A card as programs read it, with the reasons to take it for one of a campaign."""
    by, thread = card.author, None
    if card.thread_id is not None:
        thread = Thread(id=card.thread_id, title=card.thread_title, url=card.thread_url)
    return Mention(
        id=card.mention_id, version=card.version, brand=card.brand, source=card.source, platform=card.platform,
        site=card.domain, kind=card.kind, url=card.url, title=card.title, text=card.text,
        quotes=[Quote(author=quote.author, text=quote.text) for quote in card.quotes], published=card.published,
        language=card.language, channel=card.channel,
        author=by and Author(id=by.id, name=by.name, handle=by.handle, url=by.url, followers=by.followers),
        thread=thread, position=card.position, likes=card.likes, replies=card.replies, views=card.views,
        rating=card.rating, deleted=card.deleted, words=list(card.words), sentiment=_feeling(card.sentiment),
        score=card.score, intents=list(card.intents),
        aspects=[
            Aspect(name=each.name, sentiment=_feeling(each.label), score=each.score, words=list(each.words))
            for each in card.aspects
        ],
        urgency=card.urgency.total, relevance=card.relevance, shelved=card.shelved, status=card.status,
        assignee=card.assignee, answered=card.answered, closed=card.closed, reply=card.reply, outcome=card.outcome,
        tags=list(card.tags), notes=card.notes, cluster=card.cluster, copies=card.copies,
        campaign=list(campaign),
    )  # fmt: skip


def why(card: Card) -> Why:
    """The reasons of a card."""
    known = card.why.get("intents", {})
    intents = {name: _evidence(each["why"]) for name, each in known.items()}
    sure = {name: each["confidence"] for name, each in known.items()}
    points = [Points(reason=reason, points=number) for reason, number in card.urgency.parts]
    return Why(sentiment=_evidence(card.why.get("score", ())), intents=intents, confidence=sure, urgency=points)


def context(around: Around) -> Context:
    """What stands around it."""
    posts = [
        Near(
            author=post.author, published=post.published, title=post.title, text=post.text, url=post.url,
            position=post.position, here=post.here, deleted=post.deleted, mentions=list(post.mentions),
        ) for post in around.posts
    ]  # fmt: skip
    return Context(posts=posts, before=around.before, after=around.after)


def written(note: Note) -> Written:
    """A note."""
    return Written(who=note.who, made=note.made, text=note.text)


def done(act: Act) -> Deed:
    """A thing done."""
    before, after = dict(act.before), dict(act.after)
    return Deed(undo=act.token, who=act.who, made=act.made, before=before, after=after, undone=act.undone)


def _evidence(found: Any) -> list[Evidence]:
    return [_one(each) for each in found]


def _one(each: Mapping[str, Any]) -> Evidence:
    return Evidence(rule=each["rule"], words=list(each["words"]))


def _feeling(label: str | None) -> Any:
    return label
