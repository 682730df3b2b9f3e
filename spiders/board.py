"""Message boards: one walker for every engine, from the address alone, newest topics first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from listening.errors import CredentialError
from listening.post import Batch, Checkpoint, Extent
from listening.spider import SourceSpider
from spiders.boards import engines, login, recognise
from spiders.boards.engine import Engine, Listing, TopicPage
from spiders.boards.options import Options
from spiders.boards.page import Page
from spiders.boards.progress import Visit, Walk
from spiders.boards.survey import survey
from spiders.boards.tour import Ask, Steps, Tour
from spiders.boards.walls import wall

_GONE = (404, 410)
_HOPELESS, _BARREN = 5, 60  # topics without posts in a row after which a board is left alone: at the start, later
_FOUND = 0.98  # of the posts announced; fewer are worth a word
_T = TypeVar("_T")


class Board(SourceSpider):
    """Index, then forums, then topics: whatever has the newest post is asked for first.

    A batch holds one page of one topic and how far the topic is read with it, so that a run can end at any moment.
    The next page of a topic is asked for when the one before was taken, and a forum counts as read when everything
    in it was: batches must be stored in the order in which the pipeline gets them.
    """

    kind = "board"
    summary = "Message boards of every kind, by their address alone"
    Options = Options
    delay = 1.0
    handle_httpstatus_list: ClassVar[list[int]] = [401, 403, *_GONE, 451]
    engine: Engine
    tour: Tour | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.barren, self.readable = 0, False  # topics in a row without posts; some had posts
        self.gone: list[Extent] = []  # topics that vanished: believed once another one can be read

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider, and let it hear what becomes of its batches."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.settings.set("COOKIES_ENABLED", bool(spider.options.login), priority="spider")
        crawler.signals.connect(spider.taken, signals.item_scraped)
        crawler.signals.connect(spider.lost, signals.item_dropped)
        crawler.signals.connect(spider.lost, signals.item_error)
        return spider

    def requests(self) -> Iterable[Request]:
        """The address that was given."""
        yield Request(self.options.url, self.login_page if self.options.login else self.first_page, dont_filter=True)

    def login_page(self, response: Response, linked: bool = False) -> Iterator[Request]:
        """Fill in the login form, on this page or on the one that it links."""
        page, form = self._page(response), login.filled(response, self._account(), self.logged_in)
        url = "" if linked else login.link(page)
        if form is not None:
            yield form
        elif url:
            yield Request(url, self.login_page, cb_kwargs={"linked": True}, dont_filter=True)
        else:
            self.degraded(f"{page.url} has no login form that can be filled in safely")

    def logged_in(self, response: Response) -> Iterator[Request]:
        """Begin as a member. A login that is refused is not tried again."""
        if login.succeeded(self._page(response)):
            yield Request(self.options.url, self.first_page, dont_filter=True)
        else:
            names = " and ".join(credential.env for credential in self.options.credentials())
            self.degraded(f"the board refused the login: are {names} right?")

    def _account(self) -> dict[str, SecretStr]:
        """From the run, or from the environment under plain `scrapy crawl`. Raises CredentialError."""
        found = {c.name: self.context.secrets.get(c.name) or c.read() for c in self.options.credentials()}
        missing = [c.env for c in self.options.credentials() if not found[c.name]]
        if missing:
            raise CredentialError(f"the board needs {' and '.join(missing)} in the environment")
        return {name: SecretStr(value) if isinstance(value, str) else value for name, value in found.items() if value}

    def first_page(self, response: Response) -> Iterator[Batch | Request]:
        """Recognise the software, and begin."""
        page = self._page(response)
        found = engines().get(self.options.engine) or recognise(page)
        if page.status >= 400 or found is None:
            self.degraded(_unknown(page))
            return
        zone = ZoneInfo(self.options.time_zone) if self.options.time_zone else None
        self.engine = found(found.root_of(page), zone)
        self.engine.learn(page)
        self.allowed_domains = [urlsplit(self.engine.root).hostname or ""]
        self.crawler.stats.set_value("listening/engine", found.name)
        self.crawler.stats.set_value("listening/board", survey(page, found, self.engine))
        now = self.context.now()
        self.tour = Tour(self.engine, self.options, self.context.checkpoints, now)
        known = page.url in (self.engine.root, self.engine.index())
        listing = self._read(page, self.engine.read_index, Listing()) if known else Listing()
        if listing.forums:
            yield from self._enter(listing)
        else:
            yield from self._go(iter([Ask(self.engine.index(), None, now)]))

    def index_page(self, response: Response) -> Iterator[Batch | Request]:
        """Begin with the forums of the index."""
        page = self._page(response)
        if other := self._other(page, None):
            yield other
            return
        listing = self._read(page, self.engine.read_index, Listing())
        if not listing.forums and listing.everything is None:
            self._touring().notes.add(_instead(page) or "unread", page.url)
        yield from self._enter(listing)

    def forum_page(self, response: Response, goal: Walk) -> Iterator[Batch | Request]:
        """Ask for what is new on one page of a forum, and for the page after it where more may follow."""
        page = self._page(response)
        if other := self._other(page, goal):
            yield other
            return
        listing = self._read(page, lambda page: self.engine.read_forum(page, goal.forum), Listing())
        if not listing.topics and not listing.forums and (goal.forum.topics if goal.pages == 0 else _instead(page)):
            goal.whole = False
            self._touring().notes.add(_instead(page) or "unread", page.url)
        listed = len(self._touring().seen)
        yield from self._go(self._touring().browse(listing, goal, page.url))
        self._count("topics_listed", len(self._touring().seen) - listed)
        self.crawler.stats.max_value("listening/topics_a_page", len(listing.topics))

    async def topic_page(self, response: Response, goal: Visit) -> AsyncIterator[Batch | Request]:
        """Yield one page's posts with how far the topic is read; ask for its next page when they are taken."""
        page = self._page(response)
        if other := self._other(page, goal):
            yield other
            return
        read = self._read(page, lambda page: self.engine.read_topic(page, goal.topic, goal.mark), TopicPage())
        if not read.posts and page.status not in _GONE:
            self._touring().notes.add(_instead(page) or "unread", page.url)
            self._barren(goal.walk)
        elif read.posts and goal.shifted(read, self.engine.within(page.url)):
            goal.restart()
            read = TopicPage()
        elif page.status in _GONE and goal.resumed and page.url != goal.topic.url:
            goal.restart()  # its later pages are gone; what is left of it is on the first ones
        elif page.status in _GONE and self._touring().known(goal.topic):
            self.gone.append(Extent(self.engine.platform, goal.topic.id))
            if self.readable:
                yield Batch(extents=self._gone())
        if read.posts or read.rejects:
            goal.handed = asyncio.get_running_loop().create_future()
            yield self._batch(read, goal, page)
            goal.walk.whole &= await goal.handed and read.complete
            goal.ahead = goal.ahead if goal.handed.result() else []
            self._count("topics_read", int(not goal.ahead and bool(read.posts)))
        for out in self._go(self._touring().turn(goal)):
            yield out

    def missed(self, failure: Failure) -> Iterator[Batch | Request]:
        """Go on without a page that did not come; why it did not is told by what fetches."""
        request: Request = failure.request  # type: ignore[attr-defined]
        goal = request.cb_kwargs.get("goal")
        if isinstance(goal, Visit):
            self._barren(goal.walk)
        yield from self._go(self._touring().drop(Ask(request.url, goal)))

    def taken(self, response: Response | None) -> None:
        """A batch went through the pipeline."""
        _hand(response, True)

    def lost(self, response: Response | None) -> None:
        """A batch did not go through the pipeline: nothing may be built on it."""
        _hand(response, False)

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy hands it over
        """Say what fell short."""
        if self.tour is None:
            return
        for sentence in self.tour.notes.sentences():
            self.degraded(sentence)
        if missing := self.tour.choice.missing:
            self.degraded(f"no forum is called {' or '.join(missing)}; there are: {', '.join(self.tour.choice.names)}")
        stats = self.crawler.stats
        expected, read = (stats.get_value(f"listening/posts_{kind}", 0) for kind in ("expected", "read"))
        if read < expected * _FOUND:
            self.degraded(f"only {read} of the {expected} posts that the board announced were on its pages")

    def _touring(self) -> Tour:  # no property: Scrapy's feed export reads them all before the first page
        assert self.tour is not None, "begins with the first page"  # noqa: S101
        return self.tour

    def _page(self, response: Response) -> Page:
        headers = {
            name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in response.headers.items()
        }
        return Page(response.url, response.body, self.context.now(), status=response.status, headers=headers)

    def _read(self, page: Page, reader: Callable[[Page], _T], nothing: _T) -> _T:
        if page.status >= 400:
            return nothing
        try:
            return reader(page)
        except Exception:  # an engine's mistake costs its page, not the crawl
            self.logger.exception("%s: %s cannot be read", self.engine.name, page.url)
            self._touring().notes.add("error", page.url)
            return nothing

    def _enter(self, listing: Listing) -> Iterator[Batch | Request]:
        forums = [(forum.path or forum.name, forum.topics, forum.posts, forum.parent) for forum in listing.forums]
        self.crawler.stats.set_value("listening/forums", self.crawler.stats.get_value("listening/forums", []) + forums)
        yield from self._go(self._touring().enter(listing))

    def _batch(self, read: TopicPage, goal: Visit, page: Page) -> Batch:
        """The posts of a page with the checkpoint that holds once they are stored."""
        notes = self._touring().notes
        if read.rejects:
            notes.add("rejected", page.url, len(read.rejects))
        if not read.complete:
            notes.add("broken", page.url)
        self._count("posts_expected", read.expected)
        if not read.posts:
            return Batch(rejects=read.rejects, expected=read.expected)
        posts = goal.take(read, self.engine.within(page.url))
        if goal.trapped:
            notes.add("endless", page.url)
        self.barren, goal.walk.barren, self.readable = 0, 0, True
        self._count("posts_read", len(posts))
        self.crawler.stats.max_value("listening/posts_a_page", len(posts))
        mark = Checkpoint(f"topic:{goal.topic.id}", goal.mark.value() if goal.mark else "")
        return Batch(posts, (mark,), read.rejects, read.expected, (*goal.extents(read, posts), *self._gone()))

    def _gone(self) -> tuple[Extent, ...]:
        gone, self.gone = tuple(self.gone), []
        return gone

    def _go(self, steps: Steps) -> Iterator[Batch | Request]:
        """Requests for what is to be asked next; what cannot be asked is left out."""
        for step in steps:
            if isinstance(step, Batch):
                yield step
            elif request := self._request(step):
                yield request
            else:
                yield from self._go(self._touring().drop(step))

    def _request(self, ask: Ask) -> Request | None:
        url = self.engine.home(ask.url)
        if not url:
            self._touring().notes.add("outside", ask.url)
            return None
        pages: dict[type, Callable[..., Any]] = {Visit: self.topic_page, Walk: self.forum_page}
        # The walker asks for nothing twice by mistake, and a request dropped as a duplicate would stay open for ever.
        return Request(
            url, pages.get(type(ask.goal), self.index_page), errback=self.missed, dont_filter=True,
            cb_kwargs={"goal": ask.goal} if ask.goal else {},
            priority=int(ask.last.timestamp()) // 60 if ask.last else 0,
        )  # fmt: skip

    def _other(self, page: Page, goal: Walk | Visit | None) -> Request | None:
        """The same in another way, where it was refused and the engine knows one."""
        url = self.engine.instead(page.url) if page.status >= 400 else ""
        return self._request(Ask(url, goal)) if url else None

    def _barren(self, walk: Walk) -> None:
        """One more topic without posts: give up on a board that has nothing else."""
        walk.whole = False
        walk.barren += 1
        self.barren += 1
        if self.barren >= (_BARREN if self.readable else _HOPELESS):
            raise CloseSpider("unreadable")

    def _count(self, name: str, number: int) -> None:
        self.crawler.stats.inc_value(f"listening/{name}", number)


def _hand(response: Response | None, taken: bool) -> None:
    goal = response.cb_kwargs.get("goal") if response is not None else None
    if isinstance(goal, Visit) and goal.handed is not None and not goal.handed.done():
        goal.handed.set_result(taken)


def _instead(page: Page) -> str:
    """What a page shows that holds no posts; empty where nothing is known of it."""
    return wall(page) or ("refused" if page.status >= 400 else "")


def _unknown(page: Page) -> str:
    """Why a board cannot be listened to, where its first page tells it."""
    if page.status in _GONE:
        return f"{page.url} is not there (HTTP {page.status}): has the board moved?"
    match wall(page):
        case "login":
            return f"{page.url} asks for a login: only what guests may read can be gathered"
        case "robot check":
            return f"{page.url} asks visitors to prove that they are no robots: it does not want to be read by programs"
        case "closed":
            return f"{page.url} says that the board is closed at the moment"
    if page.status >= 400:
        return f"{page.url} was refused (HTTP {page.status})"
    known = ", ".join(engine.label for engine in engines().values())
    return f"{page.url} is not of a board software that is known here; known are {known}"
