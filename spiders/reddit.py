"""Reddit: its API through PRAW for those who have keys, and its own feeds, at their pace, for everybody else."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, ClassVar, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from listening.errors import CredentialError, SourceError
from listening.fetch.failure import Interrupted
from listening.post import Batch, Checkpoint, Post, Reject
from listening.reddit import API, SITE
from listening.reddit.listing import DEEPEST, PAGE, Listing, Refused, Walk, listings
from listening.reddit.posts import from_row, fullname
from listening.source import Collector, Context, Credential, Source, SourceOptions
from listening.spider import SourceSpider

if TYPE_CHECKING:
    from listening.reddit.api import Api

_FULL = 70  # rows; PRAW's stream asks for 71 to 100, so that a round of as many new ones may have left some out
_PATIENCE = 8  # times in a row that following live is taken up again before the run gives up
_NAME = re.compile(r"(?:https?://[^/]+)?/?(?:r/)?([A-Za-z0-9][A-Za-z0-9_]{1,22})/?")


def _subreddit(name: object) -> object:
    """The bare name from "r/Tools", "/r/Tools/" or its address."""
    if not isinstance(name, str):
        return name
    found = _NAME.fullmatch(name.strip())
    if found is None:
        raise ValueError(f'"{name}" is not the name of a subreddit: write "Tools" or "r/Tools"')
    return found[1]


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("must be an http or https address, such as https://www.reddit.com")
    return url.rstrip("/")


class RedditOptions(SourceOptions):
    """What to read on Reddit, and how."""

    subreddits: list[Annotated[str, BeforeValidator(_subreddit)]] = Field(
        default=[], description='Subreddits to read, such as "Tools" or "r/Tools".'
    )
    search: bool = Field(default=False, description="Also ask Reddit's own search for each brand, in all subreddits.")
    comments: bool = Field(default=True, description="Read the comments of the subreddits too, not only their posts.")
    limit: int = Field(
        default=DEEPEST, ge=1, le=DEEPEST, description="Posts to read of each list in one run; Reddit shows 1,000."
    )
    stream: bool = Field(default=False, description="Stay connected and read posts as they appear; needs API keys.")
    url: Annotated[str, AfterValidator(_endpoint)] = Field(default=SITE, description="Where Reddit is.")
    oauth_url: Annotated[str, AfterValidator(_endpoint)] = Field(default=API, description="Where Reddit's API is.")

    @model_validator(mode="after")
    def _something_to_read(self) -> Self:
        if not self.subreddits and not self.search:
            raise ValueError("there is nothing to read: name subreddits, or set search = true")
        return self


def _listings(options: RedditOptions, context: Context) -> list[Listing]:
    """What the options ask to read. Raises SourceError where that is a search for brands, and there are none."""
    found = listings(options.subreddits, context.terms if options.search else (), comments=options.comments)
    if not found:
        raise SourceError("search = true asks Reddit for each brand, and there are no brands yet")
    return found


class _Row(NamedTuple):
    """A row as PRAW's stream wants it: with an identity, so that it is told once."""

    fullname: str
    row: object


class Reddit(Collector):
    """Reddit's API, read-only, with the keys of the team's own app."""

    kind = "reddit"
    summary = "Subreddits and Reddit's search: by API with keys, by feed (a page a minute) without"
    Options = RedditOptions
    trials: ClassVar = {"reddit": {"search": True}}
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("client_id", "LISTENING_REDDIT_CLIENT_ID", "The id of your Reddit app", required=False),
        Credential("client_secret", "LISTENING_REDDIT_CLIENT_SECRET", "The secret of your Reddit app", required=False),
    )
    delay = 2.0  # between two rounds of following live; PRAW itself keeps to 100 requests a minute

    @classmethod
    def endless(cls, options: RedditOptions) -> bool:
        """A stream goes on until it is stopped."""
        return options.stream

    @classmethod
    def reader(cls, context: Context) -> type[Source]:
        """The API where both keys are there, the feeds where none is. Raises CredentialError for one alone."""
        missing = [key.env for key in cls.credentials if key.name not in context.secrets]
        if len(missing) == 1:
            raise CredentialError(f"reddit needs both keys or none: {missing[0]} is missing")
        return RedditFeeds if missing else cls

    @cached_property
    def _api(self) -> Api:
        from listening.reddit.api import Access, Api  # PRAW takes long to import, and most commands do without

        secrets, options, context = self.context.secrets, self.options, self.context
        keys = [secrets[key.name].get_secret_value() for key in self.credentials]
        access = Access(keys[0], keys[1], context.contact, options.url, options.oauth_url, context.allow_private)
        return Api(access, now=context.now, sleep=context.sleep)

    def check(self) -> str:
        """Ask for one post."""
        listing = _listings(self.options, self.context)[0]
        try:
            self._api.page(listing.path, {**listing.params, "limit": 1})
        except Refused as error:
            raise SourceError(f"{listing.name}: {error}") from None
        return "read-only access works"

    def collect(self) -> Iterator[Post | Checkpoint | Reject]:
        """Read each list down to where the run before began, its checkpoint last; then, if asked to, what appears live.

        A list comes newest first, so a checkpoint any earlier would hide what a crash left unread below it.
        """
        found = _listings(self.options, self.context)
        self._marks, self._failures = dict(self.context.checkpoints), 0
        if not self.options.stream:
            yield from self._catch_up(found)
            return
        while True:
            try:
                yield from self._follow(found)
            except CredentialError:
                raise
            except SourceError:
                self._failures += 1
                if self._failures > _PATIENCE:
                    raise
                self.context.sleep(min(300.0, self.delay * 2**self._failures))

    def _catch_up(self, found: list[Listing]) -> Generator[Post | Checkpoint | Reject, None, list[Listing]]:
        """Read lists to where the run before began. Returns those that we may read; raises SourceError if none."""
        refused: dict[str, str] = {}
        for listing in found:
            try:
                yield from self._read(listing)
            except Refused as error:
                refused[listing.key] = f"{listing.name}: {error}"
                yield self._reject(refused[listing.key], listing)
        if len(refused) == len(found):
            raise SourceError("; ".join([*refused.values()][:3]))
        return [listing for listing in found if listing.key not in refused]

    def _read(self, listing: Listing) -> Iterator[Post | Checkpoint | Reject]:
        walk = Walk(self._marks.get(listing.key, ""))
        for rows in self._pages(listing):
            yield from self._posts(rows, walk)
            if walk.reached:
                break
        if missed := walk.gap(listing, self.options.limit):
            yield self._reject(missed, listing)
        yield from self._advance(listing, walk)

    def _pages(self, listing: Listing) -> Iterator[list[object]]:
        left, after = self.options.limit, ""
        while left > 0:
            params = {**listing.params, "limit": min(left, PAGE)} | ({"after": after} if after else {})
            page = self._api.page(listing.path, params)
            yield page.rows[:left]
            left -= len(page.rows)
            if not page.rows or page.after in ("", after):
                return
            after = page.after

    def _posts(self, rows: Iterable[object], walk: Walk) -> Iterator[Post | Reject]:
        for row in rows:
            try:
                post = from_row(row, self.options.url)
            except ValueError as error:
                yield Reject(str(error), self.options.url, repr(row)[:500])
                continue
            walk.take(post, self.context.now())
            yield post

    def _reject(self, reason: str, listing: Listing) -> Reject:
        return Reject(reason, f"{self.options.url}/{listing.path}")

    def _advance(self, listing: Listing, walk: Walk) -> Iterator[Checkpoint]:
        for checkpoint in walk.checkpoint(listing.key):
            self._marks[listing.key] = checkpoint.value
            yield checkpoint

    def _follow(self, found: list[Listing]) -> Iterator[Post | Checkpoint | Reject]:
        """Catch up, then read what appears, round after round, until Reddit cannot be asked."""
        from praw.models.util import stream_generator

        followed = yield from self._catch_up(found)
        streams = [
            (listing, stream_generator(partial(self._rows, listing), pause_after=-1, skip_existing=False))
            for listing in followed
        ]
        while streams:
            for listing, stream in [*streams]:
                try:
                    yield from self._round(listing, stream)
                except Refused as error:
                    streams.remove((listing, stream))
                    yield self._reject(f"{listing.name}: {error}", listing)
            self._failures = 0
            self.context.sleep(self.delay)
        raise SourceError("nothing is left to follow: Reddit closed every list while it was read")

    def _rows(self, listing: Listing, *, limit: int, params: dict[str, str | None]) -> list[_Row]:
        asked: dict[str, str | int] = {**listing.params, "limit": limit}
        if before := params["before"]:
            asked["before"] = before
        page = self._api.page(listing.path, asked)
        return [_Row(fullname(row), row) for row in page.rows]

    def _round(self, listing: Listing, stream: Iterator[_Row | None]) -> Iterator[Post | Checkpoint | Reject]:
        """What one response of a stream brought: PRAW puts a None after it."""
        walk = Walk(self._marks.get(listing.key, ""))
        rows = list(iter(lambda: next(stream), None))
        yield from self._posts((row.row for row in rows), walk)
        if len(rows) >= _FULL and not walk.reached:
            yield from self._read(listing)
        else:
            yield from self._advance(listing, walk)


class RedditFeeds(SourceSpider):
    """Reddit's own feeds, which need no keys: without scores and parents, and about one page a minute."""

    name = "reddit"
    Options = RedditOptions
    delay = 60.0
    handle_httpstatus_list = (403, 404)

    def requests(self) -> Iterator[Request]:
        """The first page of each list."""
        if self.options.stream:
            self.degraded("stream needs API keys: without them, each run reads the feeds once")
        try:
            found = _listings(self.options, self.context)
        except SourceError as error:
            self.degraded(str(error))
            return
        for listing in found:
            yield self._page(listing, Walk(self.context.checkpoints.get(listing.key, "")))

    def _page(self, listing: Listing, walk: Walk, after: str = "") -> Request:
        params = {**listing.params, "limit": str(PAGE)} | ({"after": after} if after else {})
        return Request(
            f"{self.options.url}/{listing.feed}?{urlencode(params)}",
            callback=self.parse, errback=self.failed, cb_kwargs={"listing": listing, "walk": walk},
            priority=-walk.seen,  # every list's first page comes before any list's second
        )  # fmt: skip

    def parse(self, response: Response, listing: Listing, walk: Walk) -> Iterator[Batch | Request]:  # type: ignore[override]
        """Read one page; go on to the next until one reaches where the run before began.

        A list comes newest first, so the checkpoint goes with its last page. A first run takes the newest page alone:
        at a page a minute, looking back is for the API.
        """
        from listening.reddit.feed import read_feed  # feedparser takes long to import, and the API does without

        if response.status in self.handle_httpstatus_list:
            yield self._refused(listing, response)
            return
        kind, now = (response.headers.get("Content-Type") or b"").decode("latin-1"), self.context.now()
        page = read_feed(response.body, url=response.url, content_type=kind, fetched=now, site=self.options.url)
        for post in page.posts:
            walk.take(post, now)
        if not page.readable:
            self.degraded(f"{listing.name}: {page.rejects[0].reason}")
        elif page.posts and walk.since is not None and not walk.reached and walk.seen < self.options.limit:
            yield Batch(page.posts, (), page.rejects, expected=page.entries)
            yield self._page(listing, walk, walk.oldest[1])
        else:
            missed = [Reject(gap, response.url)] if (gap := walk.gap(listing, self.options.limit)) else []
            yield Batch(page.posts, walk.checkpoint(listing.key), (*page.rejects, *missed), expected=page.entries)

    def failed(self, failure: Failure) -> None:
        """Say why a page did not come, and what would help."""
        if not isinstance(failure.value, Interrupted):
            reason = failure.getErrorMessage()
            self.degraded(f"Reddit's feeds cannot be read ({reason}); its API can, with the keys of a Reddit app")

    def _refused(self, listing: Listing, response: Response) -> Batch:
        why = "it does not exist, or was banned" if response.status == 404 else "it is private, or closed to us"
        self.degraded(f"{listing.name}: {why}")
        return Batch(rejects=[Reject(f"{listing.name}: {why}", response.url)])
