"""The board of `tests.servers.phpbb`, its pages shaped as Invision Community 4 or 5 shapes them."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any
from urllib.parse import urlsplit

from tests.servers import phpbb
from tests.servers.phpbb import HOST, Place, Said, Subject

ROUTE = re.compile(r"/(forum|topic)/(\d+)-[^/]*/(?:page/(\d+)/)?")


class Board(phpbb.Board):
    """`newer` is Invision Community 5. The list of forums is not the first page."""

    def __init__(self, *, newer: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.newer = newer

    def page(self, url: str) -> tuple[int, str]:
        """What the board answers."""
        path = urlsplit(url).path
        if path in self.replace:
            return self.replace[path]
        if path == "/":
            return 200, self._frame("<h1>Welcome</h1>")
        if path == "/forums/":
            return 200, self._frame("".join(map(self._category, self.places)))
        route = ROUTE.fullmatch(path)
        ident, at = (int(route[2]), int(route[3] or 1)) if route else (0, 0)
        if route and route[1] == "forum":
            return 200, self.forum(next(place for place in self._all() if place.id == ident), at)
        found = [(p, s) for p in self._all() for s in p.subjects if s.id == ident and s.kind != "moved"]
        return (200, self.subject(*found[0], at)) if found else (404, self._frame("It could not be found."))

    def address(self, subject: Subject) -> str:
        """Where a topic begins."""
        return f"{HOST}/topic/{subject.id}-{slug(subject.title)}/"

    def forum(self, place: Place, start: int) -> str:
        """A page of topics."""
        pinned = [s for s in place.subjects if s.kind == "sticky"] if start == 1 else []
        regular = sorted((s for s in place.subjects if s.kind != "sticky"), key=lambda s: s.last.at, reverse=True)
        shown = regular[(start - 1) * self.topics_per_page : start * self.topics_per_page]
        address = f"{HOST}/forum/{place.id}-{slug(place.name)}/"
        head = _next(address, len(regular), self.topics_per_page, start)
        body = (
            f'<ol class="cForumList">{"".join(map(self._forum_row, place.below))}</ol>'
            f'<ol class="cTopicList" data-role="tableRows">{"".join(map(self._row, [*pinned, *shown]))}</ol>'
        )
        return self._frame(body, place, head)

    def subject(self, place: Place, subject: Subject, start: int) -> str:
        """A page of posts."""
        size, count, address = self.posts_per_page, len(subject.posts), self.address(subject)
        start = min(start, -(-count // size))
        shown = subject.posts[(start - 1) * size : start * size]
        posts = "".join(self._post_of(address, said) for said in shown)
        canonical = f'<link rel="canonical" href="{address}{f"page/{start}/" * (start > 1)}">'
        title = f'<span class="ipsBadge">Hot</span> <span>{escape(subject.title)}</span>'
        body = f'<h1 class="ipsType_pageTitle">{title}</h1><div data-role="commentFeed">{posts}</div>'
        return self._frame(body, place, canonical + _next(address, count, size, start))

    def _frame(self, body: str, place: Place | None = None, head: str = "") -> str:
        crumb = f'<li><a href="{HOST}/forums/"><span>Forums</span></a></li><li>{_link(place)}</li>' if place else ""
        return (
            f'<!DOCTYPE html><html lang="en-US"><head><meta charset="utf-8"><title>A board</title>{head}</head>'
            '<body class="ipsApp ipsApp_front" data-controller="core.front.core.app" data-pageapp="forums">'
            f'<ul><li data-navapp="core"><a href="{HOST}/">Home</a></li>'
            f'<li data-navapp="forums"><a href="{HOST}/forums/">Forums</a></li>'
            f'<li><a href="{HOST}/login/">Sign in</a></li></ul><nav class="ipsBreadcrumb">'
            f'<ul data-role="breadcrumbList"><li><a href="{HOST}/">Home</a></li>{crumb}</ul></nav>'
            f'<div id="ipsLayout_mainArea">{body}</div></body></html>'
        )

    def _category(self, place: Place) -> str:
        return (
            f'<li data-categoryid="99" class="cForumRow"><h2><a href="{HOST}/forum/99-all/">All</a></h2>'
            f'<ol data-role="forums">{self._forum_row(place)}</ol></li>'
        )

    def _forum_row(self, place: Place) -> str:
        subjects = place.all()
        count = sum(len(subject.posts) for subject in subjects)
        last = max(subjects, key=lambda subject: subject.last.at, default=None)
        latest = (
            f'<a href="{self.address(last)}?do=getLastComment">{_time(last.last)}</a>' if last else "No posts here yet"
        )
        below = "".join(f"<li>{_link(under)}</li>" for under in place.below)
        if self.newer:
            return (
                f'<li class="ipsData__item" data-forumid="{place.id}"><h3 class="ipsData__title">{_link(place)}</h3>'
                f'<ul class="ipsSubList">{below}</ul>'
                f'<ul class="ipsData__stats">{_stat("posts", count) if last else ""}</ul>'
                f'<div class="ipsData__last">{latest}</div></li>'
            )
        stats = f'<dl><dt class="ipsDataItem_stats_number">{count:,}</dt><dd>posts</dd></dl>' if last else ""
        return (
            f'<li class="cForumRow ipsDataItem" data-forumID="{place.id}">'
            f'<h4 class="ipsDataItem_title">{_link(place)}</h4><ul class="ipsDataItem_subList">{below}</ul>'
            f'<div class="ipsDataItem_stats">{stats}</div>'
            f'<ul class="ipsDataItem_lastPoster"><li>{latest}</li></ul></li>'
        )

    def _row(self, subject: Subject) -> str:
        address, pin = self.address(subject), '<i class="fa fa-thumb-tack"></i>' * (subject.kind == "sticky")
        title = f'<a href="{address}">{escape(subject.title)}</a><a href="{address}page/2/">2</a>'
        if subject.kind == "moved":
            return f'<li class="ipsDataItem"><i class="fa fa-arrow-left"></i><h4><em>{title}</em></h4></li>'
        latest = f'<a href="{address}?do=getLastComment">{_time(subject.last)}</a>'
        if self.newer:
            stats = _stat("forums_comments", len(subject.posts) - 1) + _stat("num_views", 12)
            return (
                f'<li class="ipsData__item" data-rowid="{subject.id}"><a href="{address}" class="ipsLinkPanel">'
                f"<span>{escape(subject.title)}</span></a>{pin}<h4>{title}</h4>{_time(subject.posts[0])}"
                f'<ul class="ipsData__stats">{stats}</ul><div class="ipsData__last">{latest}</div></li>'
            )
        number = '<span class="ipsDataItem_stats_number">'
        return (
            f'<li class="ipsDataItem" data-rowID="{subject.id}"><h4 class="ipsDataItem_title">{pin}{title}</h4>'
            f'{_time(subject.posts[0])}<ul class="ipsDataItem_stats"><li data-statType="forums_comments">{number}'
            f'{len(subject.posts) - 1:,}</span></li><li data-statType="num_views">{number}1.2k</span></li></ul>'
            f'<ul class="ipsDataItem_lastPoster"><li>{latest}</li></ul></li>'
        )

    def _post_of(self, address: str, said: Said) -> str:
        ident, author = said.id, said.author
        number = author.removeprefix("user")
        profile = f'<a href="{HOST}/profile/{number}-{author}/">{author}</a>'
        quoted = {"userid": int(number), "username": author, "timestamp": int(said.at.timestamp())}
        data = (
            f'id="comment-{ident}_wrap" data-controller="core.front.core.comment" data-commentid="{ident}"'
            f' data-quotedata="{escape(json.dumps(quoted | {"contentcommentid": ident}))}"'
        )
        link = f'href="{address}?do=findComment&amp;comment={ident}"'
        content = f'<div data-role="commentContent"><p>{escape(said.text)}</p></div>'
        signature = f'<div data-role="memberSignature"><p>From the shed of {author}</p></div>'
        if self.newer:
            return (
                f'<article id="elComment_{ident}" class="ipsEntry"><header class="ipsEntry__header">'
                f'<h3 class="ipsEntry__username">{profile}</h3></header>'
                f'<aside><h3 class="ipsEntry__username">{profile}</h3></aside>'
                f'<div {data} class="ipsEntry__content"><div class="ipsEntry__meta">'
                f'<a {link} class="ipsEntry__date">{_time(said)}</a></div>{content}</div>{signature}</article>'
            )
        return (
            f'<a id="comment-{ident}"></a><article id="elComment_{ident}" class="cPost ipsComment">'
            f'<div class="cAuthorPane_mobile"><div class="cAuthorPane_content">'
            f'<h3 class="cAuthorPane_author">{profile}</h3><a {link}>{_time(said)}</a></div></div>'
            f'<aside class="cAuthorPane"><h3 class="cAuthorPane_author"><strong>{profile}</strong></h3></aside>'
            f'<div {data} class="ipsComment_content"><div class="ipsComment_meta">'
            f"<a {link}>{_time(said)}</a></div>{content}{signature}</div></article>"
        )


def slug(name: str) -> str:
    """A name as addresses have it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def _link(place: Place) -> str:
    return f'<a href="{HOST}/forum/{place.id}-{slug(place.name)}/">{place.name}</a>'


def _stat(kind: str, count: int) -> str:
    icon = f'<span class="ipsData__stats-icon" data-stat-value="{count}"></span>'
    return f'<li data-stattype="{kind}">{icon}<span class="ipsData__stats-label">{count} {kind}</span></li>'


def _time(said: Said) -> str:
    return f'<time datetime="{said.at:%Y-%m-%dT%H:%M:%SZ}">then</time>'


def _next(address: str, total: int, size: int, at: int) -> str:
    return f'<link rel="next" href="{address}page/{at + 1}/">' if at * size < total else ""
