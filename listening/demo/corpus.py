"""The demo's corpus: what invented people wrote about three invented brands, laid over the sixty days before now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from listening.demo import story
from listening.demo.markup import board_words, markdown_words
from listening.demo.moment import Moment, workday
from listening.post import Label

_TIMELY = {"industry", "firmware", "prices", "service"}


@dataclass(frozen=True, slots=True)
class Brand:
    """One of the three invented brands, as an entry of `brands.toml` holds it."""

    name: str
    query: str
    ours: bool
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What one author wrote at one moment.

    `about` is the truth to measure against: the brands that the author names and means, with the feeling toward each.
    A brand's word in the text without the brand in `about` is a decoy: the flower, the dog, the island.
    """

    author: str
    written: datetime
    text: str  # with the marks of its platform: BBCode on the board, Markdown elsewhere
    about: Mapping[str, Label]
    language: str = "en"
    edited: datetime | None = None

    @property
    def own(self) -> str:
        """The author's own words: without quotes and marks."""
        return markdown_words(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPost(Saying):
    """A post of the message board; its id counts over the whole board."""

    id: int
    position: int  # 1 is the topic's opener

    @property
    def own(self) -> str:
        """The author's own words: without quotes and marks."""
        return board_words(self.text)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the message board."""

    id: int
    title: str
    posts: tuple[BoardPost, ...]


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum of the message board, newest topic first."""

    id: int
    name: str
    description: str
    category: int
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Saying):
    """An article of the blog."""

    slug: str
    title: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Saying):
    """A comment under a submission; `parent` is the fullname of what it answers."""

    name: str  # "t1_..."
    parent: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(Saying):
    """A submission to a subreddit, its comments oldest first."""

    name: str  # "t3_..."
    subreddit: str
    title: str
    flair: str
    score: int
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything the demo publishes."""

    now: datetime
    brands: tuple[Brand, ...]
    forums: tuple[Forum, ...]
    articles: tuple[Article, ...]  # newest first
    submissions: tuple[Submission, ...]  # newest first

    @property
    def topics(self) -> tuple[Topic, ...]:
        """All topics of the board."""
        return tuple(topic for forum in self.forums for topic in forum.topics)

    @property
    def board_posts(self) -> tuple[BoardPost, ...]:
        """All posts of the board, topic by topic."""
        return tuple(post for topic in self.topics for post in topic.posts)

    @property
    def comments(self) -> tuple[Comment, ...]:
        """All comments, newest first."""
        every = (comment for submission in self.submissions for comment in submission.comments)
        return tuple(sorted(every, key=lambda comment: comment.written, reverse=True))

    def sayings(self) -> Iterator[tuple[str, str, Saying]]:
        """Yield everything written, with its place ("board", "news", "reddit") and its native id there.

        The native id is the post's number on the board, the article's slug, and Reddit's fullname.
        """
        yield from (("board", str(post.id), post) for post in self.board_posts)
        yield from (("news", article.slug, article) for article in self.articles)
        yield from (("reddit", submission.name, submission) for submission in self.submissions)
        yield from (("reddit", comment.name, comment) for comment in self.comments)

    def truth(self) -> dict[tuple[str, str], Mapping[str, Label]]:
        """Return what each saying is really about, by (place, native id)."""
        return {(place, name): saying.about for place, name, saying in self.sayings()}


def corpus(now: datetime) -> Corpus:
    """Return the corpus as it stands at now: the same for the same moment, the newest words minutes old.

    Ids never change with now. Raises ValueError where now has no time zone.
    """
    if now.utcoffset() is None:
        msg = "the demo needs to know the time zone of now"
        raise ValueError(msg)
    brands = tuple(
        Brand(brand["name"], brand["query"], brand["ours"], tuple(brand.get("aliases", ()))) for brand in story.brands()
    )
    articles = sorted((_article(raw, now) for raw in story.articles()), key=_written, reverse=True)
    submissions = sorted((_submission(raw, now) for raw in story.submissions()), key=_written, reverse=True)
    return Corpus(now, brands, tuple(_forums(now)), tuple(articles), tuple(submissions))


def _written(saying: Saying) -> datetime:
    return saying.written


def _forums(now: datetime) -> Iterator[Forum]:
    for raw in story.forums():
        topics = [Topic(topic["id"], topic["title"], tuple(_posts(topic, now))) for topic in raw["topics"]]
        topics.sort(key=lambda topic: topic.posts[-1].written, reverse=True)
        yield Forum(raw["id"], raw["name"], raw["description"], raw["category"], tuple(topics))


def _posts(topic: story.Raw, now: datetime) -> Iterator[BoardPost]:
    for position, raw in enumerate(topic["post"], start=1):
        yield BoardPost(**_common(raw, now), id=raw["id"], position=position)


def _article(raw: story.Raw, now: datetime) -> Article:
    """Return one article; what is not news of the day appears on workdays."""
    tags = tuple(raw["tags"])
    common = _common(raw, now)
    if _TIMELY.isdisjoint(tags):
        common["written"] = workday(common["written"])
    return Article(**common, slug=raw["slug"], title=raw["title"], tags=tags)


def _submission(raw: story.Raw, now: datetime) -> Submission:
    return Submission(
        **_common(raw, now),
        name=raw["name"],
        subreddit=raw["sub"],
        title=raw["title"],
        flair=raw.get("flair", ""),
        score=raw.get("score", 1),
        comments=tuple(_comment(comment, now) for comment in raw["comment"]),
    )


def _comment(raw: story.Raw, now: datetime) -> Comment:
    return Comment(**_common(raw, now), name=raw["name"], parent=raw["parent"], score=raw.get("score", 1))


def _common(raw: story.Raw, now: datetime) -> story.Raw:
    """Return what every saying has."""
    return {
        "author": raw["by"],
        "written": Moment.parse(raw["at"]).on(now),
        "text": raw["text"].strip("\n"),
        "about": raw.get("about", {}),
        "language": raw.get("lang", "en"),
        "edited": Moment.parse(raw["edited"]).on(now) if "edited" in raw else None,
    }
