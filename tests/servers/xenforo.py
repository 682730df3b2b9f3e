"""The board of `tests.servers.phpbb`, its pages shaped as XenForo 2 shapes them."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlsplit

from tests.servers import phpbb
from tests.servers.phpbb import HOST, Place, Said, Subject

ROUTE = re.compile(r"/(forums|threads)/[^/]*\.(\d+)/(?:page-(\d+))?")


class Board(phpbb.Board):
    """`pages` count from 1; an address is a name with an id at its end."""

    def page(self, url: str) -> tuple[int, str]:
        """What the board answers."""
        path = urlsplit(url).path
        if path in self.replace:
            return self.replace[path]
        if path == "/":
            return 200, self._frame("forum_list", "".join(map(self._category, self.places)))
        route = ROUTE.fullmatch(path)
        ident, at = (int(route[2]), int(route[3] or 1)) if route else (0, 0)
        if route and route[1] == "forums":
            return 200, self.forum(next(place for place in self._all() if place.id == ident), at)
        found = [(p, s) for p in self._all() for s in p.subjects if s.id == ident and s.kind != "moved"]
        return (200, self.subject(*found[0], at)) if found else (404, self._frame("error", "It could not be found."))

    def forum(self, place: Place, start: int) -> str:
        """A page of topics."""
        pinned = [s for s in place.subjects if s.kind == "sticky"] if start == 1 else []
        regular = sorted((s for s in place.subjects if s.kind != "sticky"), key=lambda s: s.last.at, reverse=True)
        shown = regular[(start - 1) * self.topics_per_page : start * self.topics_per_page]
        address = f"/forums/{slug(place.name)}.{place.id}/"
        head, nav = self._nav(address, len(regular), self.topics_per_page, start)
        above, rows = "".join(map(self._row, pinned)), "".join(map(self._row, shown))
        below = "".join(map(self._node, place.below))
        body = (
            f'<div class="block-body">{below}</div>{nav}<div class="structItemContainer">'
            f'<div class="structItemContainer-group--sticky">{above}</div><div class="js-threadList">{rows}</div></div>'
        )
        return self._frame("forum_view", body, place, head)

    def subject(self, place: Place, subject: Subject, start: int) -> str:
        """A page of posts."""
        size, count = self.posts_per_page, len(subject.posts)
        start = min(start, -(-count // size))
        address = f"/threads/{slug(subject.title)}.{subject.id}/"
        head, nav = self._nav(address, count, size, start)
        shown = list(enumerate(subject.posts, 1))[(start - 1) * size : start * size]
        posts = "".join(self._post_of(address, at, said) for at, said in shown)
        canonical = f'<link rel="canonical" href="{HOST}{address}{f"page-{start}" * (start > 1)}" />'
        title = f'<h1 class="p-title-value"><span class="label">Hot</span> {escape(subject.title)}</h1>'
        return self._frame("thread_view", f'{title}{nav}<div class="block-body">{posts}</div>', place, canonical + head)

    def _frame(self, template: str, body: str, place: Place | None = None, head: str = "") -> str:  # type: ignore[override]
        crumb = f"<li>{_link(place)}</li>" if place else ""
        return (
            f'<!DOCTYPE html><html id="XF" lang="en-US" data-app="public" data-template="{template}"><head>'
            f'<meta charset="utf-8" /><title>A board</title>{head}</head><body data-template="{template}">'
            '<nav class="p-nav"><a href="/" class="p-navEl-link" data-nav-id="forums">Forums</a>'
            '<a href="/members/" data-nav-id="members">Members</a> <a href="/login/">Log in</a></nav>'
            f'<ul class="p-breadcrumbs"><li><a href="/"><span>Forums</span></a></li>{crumb}</ul>{body}'
            '<footer class="p-footer"><a href="/help/terms/">Terms</a></footer></body></html>'
        )

    def _category(self, place: Place) -> str:
        return (
            '<div class="block block--category"><div class="block-container"><h2 class="block-header">'
            f'<a href="/#all.99">All</a></h2><div class="block-body">{self._node(place)}</div></div></div>'
        )

    def _node(self, place: Place) -> str:
        subjects = place.all()
        counts = (("Threads", len(subjects)), ("Messages", sum(len(subject.posts) for subject in subjects)))
        stats = "".join(f'<dl class="pairs pairs--rows"><dt>{what}</dt><dd>{count}</dd></dl>' for what, count in counts)
        last = max(subjects, key=lambda subject: subject.last.at, default=None)
        extra = (
            f'<a href="/threads/{slug(last.title)}.{last.id}/post-{last.last.id}" class="node-extra-title">It</a>'
            f"{_time(last.last, 'node-extra-date')}"
            if last
            else '<span class="node-extra-placeholder">None</span>'
        )
        below = "".join(f"<li>{_link(under)}</li>" for under in place.below)
        return (
            f'<div class="node node--id{place.id} node--depth2 node--forum node--read"><div class="node-body">'
            f'<div class="node-main"><h3 class="node-title">{_link(place)}</h3>'
            f'<ol class="node-subNodeFlatList">{below}</ol></div><div class="node-stats">{stats}</div>'
            f'<div class="node-extra">{extra}</div></div></div>'
        )

    def _row(self, subject: Subject) -> str:
        address, last, kind = f"/threads/{slug(subject.title)}.{subject.id}/", subject.last, subject.kind
        status = {"sticky": "sticky", "moved": "redirect"}.get(kind, "watched")
        replies, views = ("&ndash;", "&ndash;") if kind == "moved" else (f"{len(subject.posts) - 1}", "1.2K")
        latest = "N/A" if kind == "moved" else f'<a href="{address}latest">{_time(last, "structItem-latestDate")}</a>'
        return (
            f'<div class="structItem structItem--thread js-inlineModContainer js-threadListItem-{subject.id}">'
            f'<div class="structItem-cell structItem-cell--main"><ul class="structItem-statuses"><li><i class='
            f'"structItem-status structItem-status--{status}"></i></li></ul><div class="structItem-title">'
            f'<a href="/forums/x.1/?prefix_id=1" class="labelLink"><span class="label">Hot</span></a>'
            f'<a href="{address}" data-preview-url="{address}preview">{escape(subject.title)}</a></div>'
            f'<span class="structItem-pageJump"><a href="{address}page-2">2</a></span></div>'
            '<div class="structItem-cell structItem-cell--meta">'
            f"<dl><dt>Replies</dt><dd>{replies}</dd></dl><dl><dt>Views</dt><dd>{views}</dd></dl></div>"
            f'<div class="structItem-cell structItem-cell--latest">{latest}</div></div>'
        )

    def _nav(self, address: str, total: int, size: int, at: int) -> tuple[str, str]:
        """What the page's head and its body say of the pages after it."""
        if at * size >= total:
            return "", ""
        following = f'href="{address}page-{at + 1}"'
        jump = f'<div class="pageNav"><a {following} class="pageNav-jump pageNav-jump--next">Next</a></div>'
        return f'<link rel="next" {following} />', f'<nav class="pageNavWrapper">{jump}</nav>'

    def _post_of(self, address: str, at: int, said: Said) -> str:
        ident, author, link = said.id, said.author, f"{address}post-{said.id}"
        number = author.removeprefix("user")
        return (
            f'<article class="message message--post js-post js-inlineModContainer" data-author="{author}"'
            f' data-content="post-{ident}" id="js-post-{ident}"><span class="u-anchorTarget" id="post-{ident}"></span>'
            '<div class="message-inner"><div class="message-cell message-cell--user"><section class="message-user">'
            f'<h4 class="message-name"><a href="/members/{author}.{number}/" class="username" data-user-id="{number}">'
            f'<span>{author}</span></a></h4></section></div><div class="message-cell message-cell--main">'
            '<header class="message-attribution"><ul class="message-attribution-main">'
            f'<li><a href="{link}">{_time(said)}</a></li></ul>'
            f'<ul class="message-attribution-opposite"><li><a href="{link}">#{at:,}</a></li></ul></header>'
            f'<div class="message-userContent" data-lb-id="post-{ident}"><article class="message-body">'
            f'<div class="bbWrapper">{escape(said.text)}</div></article></div><footer class="message-footer">'
            f'<div class="message-actionBar"><a href="/posts/{ident}/report">Report</a></div></footer></div></div>'
            f'<aside class="message-signature"><div class="bbWrapper">From the shed of {author}</div></aside></article>'
        )


def _link(place: Place) -> str:
    return f'<a href="/forums/{slug(place.name)}.{place.id}/">{place.name}</a>'


def slug(name: str) -> str:
    """A name as addresses have it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def _time(said: Said, kind: str = "") -> str:
    told = f"{said.at:%Y-%m-%dT%H:%M:%S+0000}"
    return f'<time class="{kind} u-dt" datetime="{told}" data-time="{said.at.timestamp():.0f}">then</time>'
