"""The one loopback server that publishes the demo's corpus: a message board, a blog and a Reddit."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from listening.demo.board import Board
from listening.demo.corpus import Corpus
from listening.demo.corpus import corpus as corpus_at
from listening.demo.exchange import TEXT, Answer, Request, render
from listening.demo.news import News
from listening.demo.reddit import Reddit

HOST = "127.0.0.1"
ROBOTS = """\
User-agent: *
Disallow: /board/ucp.php
Disallow: /board/memberlist.php
Disallow: /board/search.php
Disallow: /board/posting.php
"""

_BODY_LIMIT = 65536
_POLL = 0.05  # seconds that a stop may wait
_IDLE = 30.0  # seconds that a connection may stay silent


class DemoSite:
    """The demo's sites on one loopback port, from entering to leaving the context.

    Without a corpus, the corpus as it stands at `now` (by default the clock's) is served; port 0 takes a free one.
    """

    def __init__(self, corpus: Corpus | None = None, *, now: datetime | None = None, port: int = 0) -> None:
        """Prepare the sites without opening the port."""
        self._corpus = corpus or corpus_at(now or datetime.now(UTC))
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Open the port and answer from a thread of its own; raises OSError where the port is taken."""
        server = _Server((HOST, self._port), _Handler)
        server.sites = _Sites(self._corpus, f"{HOST}:{server.server_address[1]}")
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(_POLL,), name="demo site", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Stop answering, and close the port and every connection."""
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.close_connections()
            self._server.server_close()
        self._server = self._thread = None

    @property
    def corpus(self) -> Corpus:
        """What is served."""
        return self._corpus

    @property
    def address(self) -> str:
        """Host and port, as in "127.0.0.1:8000"; raises RuntimeError outside of the context."""
        if self._server is None:
            msg = "the demo site has an address only while it is entered"
            raise RuntimeError(msg)
        return f"{HOST}:{self._server.server_address[1]}"

    @property
    def board_url(self) -> str:
        """The message board."""
        return f"http://{self.address}/board/"

    @property
    def feed_url(self) -> str:
        """The feed of the blog."""
        return f"http://{self.address}/news/feed.xml"

    @property
    def reddit_url(self) -> str:
        """What PRAW takes as `oauth_url` and `reddit_url`."""
        return f"http://{self.address}"


class _Sites:
    """Hands each request to the site whose path it asks for."""

    def __init__(self, corpus: Corpus, address: str) -> None:
        self._corpus = corpus
        self._sites = (Board(corpus, address), News(corpus, address), Reddit(corpus, address))

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request, 404 where nobody knows the path."""
        if request.path == "/robots.txt":
            return Answer(ROBOTS, TEXT)
        if request.path == "/":
            return self._home()
        if request.path in ("/board", "/news"):
            return Answer("", status=301, headers={"Location": f"{request.path}/"})
        for site in self._sites:
            answer = site.answer(request)
            if answer is not None:
                return answer
        return Answer("Not found\n", TEXT, 404)

    def _home(self) -> Answer:
        counts = {
            "posts": len(self._corpus.board_posts),
            "articles": len(self._corpus.articles),
            "submissions": len(self._corpus.submissions),
            "subreddits": sorted({each.subreddit for each in self._corpus.submissions}),
        }
        return Answer(render("home.html", **counts))


class _Server(ThreadingMixIn, TCPServer):
    """A thread a connection; remembers its connections so that a stop never waits for an idle one."""

    allow_reuse_address = True
    request_queue_size = 64
    sites: _Sites

    def __init__(self, *args: Any) -> None:
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember a connection before its thread starts."""
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection as it closes."""
        with self._guard:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Wake the threads that wait on idle connections, so that they end."""
        with self._guard:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a client went away in the middle of an answer."""


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 for the sites."""

    protocol_version = "HTTP/1.1"
    server_version = "listening-demo"
    sys_version = ""
    timeout = _IDLE
    wbufsize = -1  # head and body leave together: no waiting for a delayed acknowledgement
    server: _Server

    def do_GET(self) -> None:
        """Answer a request for a page."""
        self._respond(b"")

    def do_HEAD(self) -> None:
        """Answer with the head alone."""
        self._respond(b"")

    def do_POST(self) -> None:
        """Answer a request that brings a body."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _BODY_LIMIT:
            self.close_connection = True
            self._send(Answer("The length of the body is missing or too large\n", TEXT, 413))
            return
        self._respond(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing."""

    def _respond(self, body: bytes) -> None:
        address = urlsplit(self.path)
        query = dict(reversed(parse_qsl(address.query, keep_blank_values=True)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.sites.answer(Request(self.command, address.path, query, headers, body)))

    def _send(self, answer: Answer) -> None:
        content = answer.text.encode()
        self.send_response(HTTPStatus(answer.status))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != HTTPStatus.NOT_MODIFIED:
            self.wfile.write(content)
