"""A board of any size in the structure of phpBB, on loopback and in a process of its own, rendered before it serves.

`python -m tests.servers.board TOPICS POSTS_EACH PAGE_KB BRANDS` prints its port and serves until its input closes.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from html import escape
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from listening.post import Post
from tests.bench.corpus import brands, posts

POSTS_PER_PAGE = 20
TOPICS_PER_PAGE = 50


class BoardServer:
    """The board as a context: `url` is its address."""

    def __init__(self, topics: int, posts_each: int, *, page_kb: int = 0, brand_count: int = 10) -> None:
        self.arguments = [str(value) for value in (topics, posts_each, page_kb, brand_count)]
        self.posts = topics * posts_each
        self.url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.servers.board", *self.arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        port = self.process.stdout.readline().strip()
        assert port, "the board did not start"
        self.address = f"127.0.0.1:{port}"
        self.url = f"http://{self.address}/"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def render(topics: int, posts_each: int, page_kb: int, brand_count: int) -> dict[str, bytes]:
    """Every page by path and query."""
    known = posts(topics * posts_each, brands(brand_count))
    by_topic = [known[i * posts_each : (i + 1) * posts_each] for i in range(topics)]
    pages = {"/": _index(topics, len(known)), "/index.php": _index(topics, len(known))}
    for start in range(0, topics, TOPICS_PER_PAGE):
        pages[f"/viewforum.php?f=1&start={start}"] = _forum(by_topic, start)
    pages["/viewforum.php?f=1"] = pages["/viewforum.php?f=1&start=0"]
    for number, found in enumerate(by_topic):
        for start in range(0, posts_each, POSTS_PER_PAGE):
            page = _topic(number, found, start, page_kb)
            pages[f"/viewtopic.php?t={number + 1}&start={start}"] = page
        pages[f"/viewtopic.php?t={number + 1}"] = pages[f"/viewtopic.php?t={number + 1}&start=0"]
    return {path: page.encode() for path, page in pages.items()}


def _page(section: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html dir="ltr" lang="en-gb"><head><meta charset="utf-8"><title>W</title></head>'
        f'<body id="phpbb" class="section-{section} ltr"><div id="wrap" class="wrap"><div id="page-header">'
        '<ul id="nav-breadcrumbs" class="nav-breadcrumbs linklist navbar"><li class="breadcrumbs">'
        '<span class="crumb"><a href="./index.php">Board index</a></span>'
        '<span class="crumb" data-forum-id="1"><a href="./viewforum.php?f=1">Workbench</a></span></li>'
        '<li><a href="./ucp.php?mode=login">Login</a></li></ul></div>'
        f'<div id="page-body">{body}</div><div id="page-footer">All times are <span title="UTC">UTC</span> '
        'Powered by <a href="https://www.phpbb.com/">phpBB</a></div></div></body></html>'
    )


def _stamp(post: Post) -> str:
    assert post.published is not None
    return f'<time datetime="{post.published.isoformat()}">{post.published:%a %b %d, %Y %I:%M %p}</time>'


def _index(topics: int, count: int) -> str:
    return _page(
        "index",
        '<div class="forabg"><ul class="topiclist forums"><li class="row"><dl class="row-item forum_read"><dt>'
        '<div class="list-inner"><a href="./viewforum.php?f=1" class="forumtitle">Workbench</a></div></dt>'
        f'<dd class="topics">{topics}</dd><dd class="posts">{count}</dd></dl></li></ul></div>',
    )


def _links(address: str, total: int, size: int, start: int) -> str:
    items = "".join(
        f'<li class="active"><span>{i // size + 1}</span></li>'
        if i == start
        else f'<li><a class="button" href="{address}&amp;start={i}">{i // size + 1}</a></li>'
        for i in range(0, total, size)
    )
    after = start + size
    arrow = f'<li class="arrow next"><a class="button" href="{address}&amp;start={after}" rel="next">Next</a></li>'
    return f'<div class="pagination">{total} posts <ul>{items}{arrow if after < total else ""}</ul></div>'


def _forum(by_topic: list[list[Post]], start: int) -> str:
    rows = "".join(
        '<li class="row"><dl class="row-item topic_read"><dt><div class="list-inner">'
        f'<a href="./viewtopic.php?t={n + 1}" class="topictitle">Topic number {n}</a></div></dt>'
        f'<dd class="posts">{len(found) - 1} <dfn>Replies</dfn></dd><dd class="views">7 <dfn>Views</dfn></dd>'
        f'<dd class="lastpost"><span>by x <a href="./viewtopic.php?p={found[-1].id}#p{found[-1].id}">.</a>'
        f"{_stamp(found[0])}</span></dd></dl></li>"
        for n, found in list(enumerate(by_topic))[start : start + TOPICS_PER_PAGE]
    )
    links = _links("./viewforum.php?f=1", len(by_topic), TOPICS_PER_PAGE, start)
    return _page(
        "viewforum",
        '<h2 class="forum-title"><a href="./viewforum.php?f=1">Workbench</a></h2>'
        f'<div class="action-bar bar-top">{links}</div>'
        f'<div class="forumbg"><ul class="topiclist topics">{rows}</ul></div>',
    )


def _topic(number: int, found: list[Post], start: int, page_kb: int) -> str:
    address = f"./viewtopic.php?t={number + 1}"
    blocks = "".join(_post(post) for post in found[start : start + POSTS_PER_PAGE])
    body = (
        f'<h2 class="topic-title"><a href="{address}">Topic number {number}</a></h2>'
        f'<div class="action-bar bar-top">{_links(address, len(found), POSTS_PER_PAGE, start)}</div>{blocks}'
    )
    short = page_kb * 1024 - len(_page("viewtopic", body).encode())
    menu = '<li class="small"><a href="./memberlist.php?mode=viewprofile&amp;u=1" class="icon">Somewhere</a></li>'
    return _page("viewtopic", body + f'<ul class="dropdown-contents">{menu * max(0, short // len(menu))}</ul>')


def _post(post: Post) -> str:
    assert post.author is not None
    name = f'<a href="./memberlist.php?mode=viewprofile&amp;u=7" class="username">{escape(post.author.name)}</a>'
    return (
        f'<div id="p{post.id}" class="post has-profile bg2"><div class="inner">'
        f'<dl class="postprofile"><dt>{name}</dt></dl>'
        f'<div class="postbody"><div id="post_content{post.id}"><h3><a href="./viewtopic.php?p={post.id}#p{post.id}">'
        f'Topic</a></h3><p class="author"><a class="unread" href="./viewtopic.php?p={post.id}#p{post.id}">.</a>'
        f'<span class="responsive-hide">by <strong>{name}</strong> &raquo; </span>{_stamp(post)}</p>'
        f'<div class="content">{escape(post.text).replace(chr(10), "<br>")}</div>'
        '<div class="signature">Sent from my shed</div></div></div></div></div>'
    )


class _Protocol(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, no more than a crawler asks for."""

    pages: dict[str, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.pending = b""

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            head, self.pending = self.pending.split(b"\r\n\r\n", 1)
            body = self.pages.get(_path(head.split(b" ", 2)[1].decode()))
            status = "200 OK" if body is not None else "404 Not Found"
            body = body if body is not None else b"<html><body>not here</body></html>"
            self.transport.write(  # type: ignore[attr-defined]
                f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=UTF-8\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )


def _path(target: str) -> str:
    """The path with the parameters that choose a page, in one order."""
    parts = urlsplit(target)
    query = parse_qs(parts.query)
    kept = "&".join(f"{key}={query[key][0]}" for key in ("f", "t", "start") if key in query)
    return f"{parts.path}?{kept}" if kept else parts.path


async def _serve(arguments: list[int]) -> None:
    _Protocol.pages = render(*arguments)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Protocol, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve([int(value) for value in sys.argv[1:]]))
