"""Hacker News, by the search that Algolia runs for it: stories and comments that name a brand."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlencode, urlsplit

from pydantic import AfterValidator, Field
from scrapy.http import Request, Response

from listening.config import Duration
from listening.post import Author, Batch, Checkpoint, Post, Reject, Thread
from listening.source import SourceOptions
from listening.spider import SourceSpider
from listening.text import tidy, words

PLATFORM = "news.ycombinator.com"
_SITE = f"https://{PLATFORM}"
_PER_PAGE = 1000  # hits; the most that Algolia gives for a query, in one page or in many
_LATE = 3600  # seconds before the last run that are asked for again: Algolia may index a post late
_BATCH = 200  # posts in one transaction
_SLICES = 500  # requests for one query in one run; the next run goes on where they end
_TAGS = {"story": "story", "comment": "comment", "both": "(story,comment)"}
_MARK = re.compile(r"(\d{1,12})(?: (\d{1,12}) (\d{1,12}))?")
_ID = re.compile(r"\d{1,18}")
_BLOCKS = re.compile(r"(<p>|</?pre>)")
_QUOTED = re.compile(r"\s*(?:<i>\s*)?((?:(?:&gt;|>)\s*)+)")
_DEEPEST = 10  # quotes within quotes
_END_OF_TIME = 253_402_300_800  # the year 10000, which no datetime can hold
_BIGGEST = 2**63  # what a database's integer holds


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("must be an http or https address, such as https://hn.algolia.com/api/v1/")
    return url.rstrip("/")


class HackerNewsOptions(SourceOptions):
    """What to search for."""

    queries: list[str] = Field(default=[], description="What to search for; by default each brand's names, as phrases.")
    tags: Literal["story", "comment", "both"] = Field(default="both", description="Find stories, comments, or both.")
    since: Duration = Field(default=timedelta(days=30), description="How far back the first run looks.")
    url: Annotated[str, AfterValidator(_base)] = Field(
        default="https://hn.algolia.com/api/v1", description="Where the search is."
    )


@dataclass(frozen=True, slots=True)
class Slice:
    """The seconds of one query that a request asks for: from `start`, and before `end`."""

    query: str
    start: int
    end: int
    until: int  # everything before this second is stored once this slice is
    number: int = 1  # how many the run asked for, this one included

    @classmethod
    def first(cls, query: str, mark: str, now: int, since: int) -> Self:
        """Where a run begins. `mark` is the checkpoint of the run before: "UNTIL", or "UNTIL START END" if it stopped
        while the seconds from START to before END were still to be read.
        """
        match = _MARK.fullmatch(mark)
        if match is None:
            return cls(query, max(0, now - since), now, now)
        if match[2] is None:
            return cls(query, max(0, int(match[1]) - _LATE), now, now)
        return cls(query, int(match[2]), int(match[3]), int(match[1]))

    def before(self, end: int) -> Slice:
        """What is left of this slice once the seconds from `end` on are stored."""
        return Slice(self.query, self.start, end, self.until, self.number + 1)

    def after(self, now: int) -> Slice | None:
        """What follows this slice, if time went on since its run began."""
        return Slice(self.query, max(0, self.until - _LATE), now, now, self.number + 1) if self.until < now else None

    @property
    def unread(self) -> str:
        """The checkpoint that holds as long as this slice is still to be read."""
        return f"{self.until} {self.start} {self.end}"


class HackerNews(SourceSpider):
    """Searches by date, newest first, in slices of time: Algolia gives 1,000 hits for a query and no more.

    https://hn.algolia.com/api
    """

    kind = "hackernews"
    summary = "Stories and comments on Hacker News, by its public search"
    trials: ClassVar[Mapping[str, Mapping[str, Any]]] = {"hacker-news": {}}
    Options = HackerNewsOptions

    def requests(self) -> Iterator[Request]:
        """One for each query."""
        self._now = int(self.context.now().timestamp())
        phrases = [f'"{" ".join(term.replace(chr(34), " ").split())}"' for term in self.context.terms]
        queries = dict.fromkeys(self.options.queries or phrases)
        if not queries:
            self.degraded("there is nothing to search for: add a brand, or queries to this source")
        for query in queries:
            mark = self.context.checkpoints.get(self._key(query), "")
            yield self._ask(Slice.first(query, mark, self._now, int(self.options.since.total_seconds())))

    def _key(self, query: str) -> str:
        return f"{self.options.tags}:{query}"

    def _ask(self, part: Slice) -> Request:
        params = {
            "query": part.query,
            "tags": _TAGS[self.options.tags],
            "numericFilters": f"created_at_i>={part.start},created_at_i<{part.end}",
            "hitsPerPage": str(_PER_PAGE),
        }
        url = f"{self.options.url}/search_by_date?{urlencode(params)}"
        return Request(url, headers={"Accept": "application/json"}, cb_kwargs={"part": part}, dont_filter=True)

    def parse(self, response: Response, part: Slice) -> Iterator[Batch | Request]:  # type: ignore[override]
        """Store one slice; ask for the rest of it where there is more, and for what follows it where there is not."""
        try:
            answer = Answer.read(response.body)
            held, rest = self._cut(answer, part)
        except ValueError as error:
            self.degraded(f"the search for {part.query} was not answered: {error}")
            return
        yield from self._batches(held, Checkpoint(self._key(part.query), rest.unread if rest else str(part.until)))
        following = rest or part.after(self._now)
        if following is not None and following.number > _SLICES:
            self.degraded(f"the search for {part.query} found more than one run reads: the next run goes on")
        elif following is not None:
            yield self._ask(following)

    def _cut(self, answer: Answer, part: Slice) -> tuple[list[object], Slice | None]:
        """Which hits to store now, and what is left of the slice. Raises ValueError if the answer has none of it."""
        if not answer.more:
            return answer.hits, None
        seconds = [when for hit in answer.hits if (when := _second(hit)) is not None and part.start <= when < part.end]
        if not seconds:
            raise ValueError("it announced posts, and gave none of the time that was asked for")
        oldest = min(seconds)
        if oldest + 1 < part.end:
            # The answer may end in the middle of its oldest second, so the next slice has all of that second.
            return [hit for hit in answer.hits if _second(hit) != oldest], part.before(oldest + 1)
        if answer.full:
            self.degraded(f"the search for {part.query} found more in one second than it gives: some were missed")
        return answer.hits, part.before(oldest) if oldest > part.start else None

    def _batches(self, hits: list[object], checkpoint: Checkpoint) -> Iterator[Batch]:
        """The hits in transactions that keep nobody waiting, the checkpoint with the last."""
        for start in range(0, len(hits), _BATCH) or [0]:
            held, posts, rejects = hits[start : start + _BATCH], [], []
            for hit in held:
                try:
                    posts.append(post(hit))
                except ValueError as error:
                    rejects.append(Reject(str(error), self.options.url, repr(hit)[:500]))
            last = start + _BATCH >= len(hits)
            yield Batch(posts, (checkpoint,) if last else (), rejects, expected=len(held))


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of hits, and whether there are more than it holds."""

    hits: list[object]
    full: bool  # the page has no room for another hit
    more: bool

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Raises ValueError if this is no answer of the search."""
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            raise ValueError("what came is not JSON") from None
        hits = answer.get("hits") if isinstance(answer, dict) else None
        if not isinstance(hits, list):
            raise ValueError("what came has no hits in it")  # noqa: TRY004  # the answer's mistake, not a caller's
        full = len(hits) >= min(_PER_PAGE, _count(answer.get("hitsPerPage")) or _PER_PAGE) > 0
        announced = (_count(answer.get("nbHits")) or 0) if answer.get("exhaustiveNbHits") is not False else 0  # a guess
        return cls(hits, full, full or announced > len(hits))


def post(hit: object) -> Post:
    """A post from one hit. Raises ValueError with a sentence if it lacks its identity or its time.

    Fields as the site's own code writes them: https://github.com/algolia/hn-search (app/models/item.rb).
    """
    if not isinstance(hit, Mapping) or not _ID.fullmatch(str(hit.get("objectID"))):
        raise ValueError("a hit of the search has no id")
    identity, second = str(hit["objectID"]), _second(hit)
    if second is None:
        raise ValueError(f"item {identity} has no readable time")
    tags = hit.get("_tags")
    comment = "comment" in tags if isinstance(tags, list) else isinstance(hit.get("comment_text"), str)
    said = words(_marked(_text(hit, "comment_text" if comment else "story_text")))
    title, author, story = _title(hit, "title"), _text(hit, "author"), str(hit.get("story_id") or "")
    thread = story if comment and _ID.fullmatch(story) else "" if comment else identity
    return Post(
        platform=PLATFORM,
        id=identity,
        url=f"{_SITE}/item?id={identity}",
        text=said.text,
        published=datetime.fromtimestamp(second, UTC),
        author=Author(author, author, f"{_SITE}/user?{urlencode({'id': author})}") if author else None,
        kind="comment" if comment else "post",
        title="" if comment else title,
        thread=Thread(thread, _title(hit, "story_title") if comment else title, f"{_SITE}/item?id={thread}")
        if thread
        else None,
        reply_to=str(hit["parent_id"]) if comment and _ID.fullmatch(str(hit.get("parent_id"))) else "",
        position=None if comment else 1,
        quotes=said.quotes,
        likes=_count(hit.get("points")),
        replies=_count(hit.get("num_comments")),
        route="hacker news search",
    )


def _marked(text: str) -> str:
    """The HTML with its quotes as block quotes: people there begin a line with ">"."""
    parts, code = [], False
    for part in _BLOCKS.split(text):
        code = part == "<pre>" or (code and part != "</pre>")
        parts.append(part if code or _BLOCKS.fullmatch(part) else "\n".join(map(_marked_line, part.split("\n"))))
    return "".join(parts).replace("</blockquote>\n<blockquote>", "\n")


def _marked_line(line: str) -> str:
    match = _QUOTED.match(line)
    if match is None:
        return line
    depth = min(_DEEPEST, len(re.findall(r"&gt;|>", match[1])))
    return f"{'<blockquote>' * depth}{line[match.end() :]}{'</blockquote>' * depth}"


def _second(hit: object) -> int | None:
    value = hit.get("created_at_i") if isinstance(hit, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _END_OF_TIME else None


def _text(hit: Mapping[str, Any], key: str) -> str:
    value = hit.get(key)
    return value if isinstance(value, str) else ""


def _title(hit: Mapping[str, Any], key: str) -> str:
    return tidy(html.unescape(_text(hit, key)))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _BIGGEST else None
