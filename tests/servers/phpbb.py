"""A phpBB board that lives: posts and topics come and go, and every page is rendered when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import parse_qs, urlsplit

HOST = "http://board.example"
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class Said:
    """A post."""

    id: int
    author: str
    text: str
    at: datetime


@dataclass(slots=True)
class Subject:
    """A topic."""

    id: int
    title: str
    posts: list[Said]
    kind: str = ""  # "sticky", "announce", "global-announce"; "moved" is a pointer

    @property
    def last(self) -> Said:
        return self.posts[-1]


@dataclass(slots=True)
class Place:
    """A forum."""

    id: int
    name: str
    subjects: list[Subject] = field(default_factory=list)
    below: list[Place] = field(default_factory=list)

    def all(self) -> list[Subject]:
        """Its topics, and those of the forums below."""
        return [*self.subjects, *(subject for place in self.below for subject in place.all())]


class Board:
    """`pages` answers for an address: status and HTML. What tests change is what the next crawl sees."""

    def __init__(self, *, posts_per_page: int = 5, topics_per_page: int = 4, sid: bool = False) -> None:
        self.places: list[Place] = []
        self.posts_per_page, self.topics_per_page = posts_per_page, topics_per_page
        self.sid = "&amp;sid=0123456789abcdef0123456789abcdef" if sid else ""
        self.made = self.begun = 0
        self.replace: dict[str, tuple[int, str]] = {}  # path and query -> what is served instead

    def place(self, name: str, topics: int = 0, posts: int = 1, above: Place | None = None) -> Place:
        """Add a forum with topics of so many posts."""
        place = Place(sum(1 for _ in self._all()) + 1, name)
        (above.below if above else self.places).append(place)
        for _ in range(topics):
            self.topic(place, posts)
        return place

    def topic(self, place: Place, posts: int = 1, kind: str = "") -> Subject:
        """Add a topic."""
        self.begun += 1
        subject = Subject(1000 + self.begun, f"Topic & {self.made}", [], kind)
        place.subjects.append(subject)
        for _ in range(posts):
            self.reply(subject)
        return subject

    def reply(self, subject: Subject, text: str = "") -> Said:
        """Add a post, later than every other."""
        self.made += 1
        author = f"user{self.made % 7}"
        said = Said(self.made, author, text or f"Post {self.made} by {author}.", START + timedelta(minutes=self.made))
        subject.posts.append(said)
        return said

    @property
    def ids(self) -> set[str]:
        """The ids of every post there is."""
        return {str(said.id) for place in self._all() for subject in place.subjects for said in subject.posts}

    def page(self, url: str) -> tuple[int, str]:
        """What the board answers."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if path in self.replace:
            return self.replace[path]
        asked = {name: int(values[0]) for name, values in parse_qs(parts.query).items() if values[0].isdecimal()}
        start = asked.get("start", 0)
        if parts.path in ("/", "/index.php"):
            return 200, self._frame("".join(self._block([place]) for place in self.places))
        if parts.path == "/viewforum.php":
            return 200, self.forum(next(place for place in self._all() if place.id == asked["f"]), start)
        if parts.path == "/viewtopic.php":
            found = [(p, s) for p in self._all() for s in p.subjects if s.id == asked["t"] and s.kind != "moved"]
            return (200, self.subject(*found[0], start)) if found else (404, self._frame("The topic does not exist."))
        return 404, "nothing here"

    def forum(self, place: Place, start: int) -> str:
        """A page of topics."""
        pinned = [s for s in place.subjects if s.kind not in ("", "moved")]
        regular = sorted((s for s in place.subjects if s.kind in ("", "moved")), key=lambda s: s.last.at, reverse=True)
        shown = regular[start : start + self.topics_per_page]
        rows = "".join(self._row(subject) for subject in [*pinned, *shown])
        links = self._links(f"./viewforum.php?f={place.id}", len(regular), self.topics_per_page, start)
        below = self._block(place.below) if place.below else ""
        body = (
            f'{below}<div class="action-bar bar-top"><div class="pagination">{len(regular)} topics {links}</div></div>'
        )
        return self._frame(f'{body}<div class="forumbg"><ul class="topiclist topics">{rows}</ul></div>', place)

    def subject(self, place: Place, subject: Subject, start: int) -> str:
        """A page of posts."""
        size = self.posts_per_page
        start = start if start < len(subject.posts) else (len(subject.posts) - 1) // size * size
        address = f"./viewtopic.php?t={subject.id}"
        posts = "".join(map(self._post, subject.posts[start : start + size]))
        links = self._links(address, len(subject.posts), size, start)
        canonical = f"{HOST}/viewtopic.php?t={subject.id}{f'&amp;start={start}' * bool(start)}"
        head = f'<h2 class="topic-title"><a href="{address}{self.sid}">{escape(subject.title)}</a></h2>'
        bar = f'<div class="action-bar bar-top"><div class="pagination">{len(subject.posts)} posts {links}</div></div>'
        return self._frame(head + bar + posts, place, f'<link rel="canonical" href="{canonical}">')

    def _all(self) -> list[Place]:
        found = list(self.places)
        for place in found:
            found.extend(place.below)
        return found

    def _frame(self, body: str, place: Place | None = None, head: str = "") -> str:
        link = f'<a href="./viewforum.php?f={place.id}">{place.name}</a>' if place else ""
        crumb = f'<span class="crumb" data-forum-id="{place.id}">{link}</span>' if place else ""
        return (
            f'<!DOCTYPE html><html lang="en-gb"><head><meta charset="utf-8"><title>A board</title>{head}</head>'
            f'<body id="phpbb"><ul class="nav-breadcrumbs"><li class="breadcrumbs"><span class="crumb">'
            f'<a href="./index.php" data-navbar-reference="index">Board index</a></span>{crumb}</li>'
            f'<li><a href="./ucp.php?mode=login">Login</a> <a href="./memberlist.php">Members</a></li></ul>{body}'
            '<div class="copyright">Powered by <a href="https://www.phpbb.com/">phpBB</a></div></body></html>'
        )

    def _block(self, places: list[Place]) -> str:
        return f'<div class="forabg"><ul class="topiclist forums">{"".join(map(self._forum_row, places))}</ul></div>'

    def _forum_row(self, place: Place) -> str:
        link = f'<a href="./viewforum.php?f={place.id}{self.sid}" class="forumtitle">{place.name}</a>'
        subjects = place.all()
        posts = sum(len(subject.posts) for subject in subjects)
        return (
            f'<li class="row"><dl class="forum_read"><dt>{link}</dt><dd class="topics">{len(subjects)}</dd>'
            f'<dd class="posts">{posts}</dd>{self._last(subjects)}</dl></li>'
        )

    def _last(self, subjects: list[Subject]) -> str:
        if not subjects:
            return '<dd class="lastpost">No posts</dd>'
        last = max((subject.last for subject in subjects), key=lambda said: said.at)
        return (
            f'<dd class="lastpost"><a href="./viewtopic.php?p={last.id}{self.sid}#p{last.id}">{last.author}</a>'
            f'<time datetime="{last.at.isoformat()}">then</time></dd>'
        )

    def _row(self, subject: Subject) -> str:
        state = "topic_moved" if subject.kind == "moved" else "topic_read"
        return (
            f'<li class="row {subject.kind}"><dl class="{state}"><dt><a href="./viewtopic.php?t={subject.id}{self.sid}"'
            f' class="topictitle">{escape(subject.title)}</a></dt><dd class="posts">{len(subject.posts) - 1}</dd>'
            f'<dd class="views">12</dd>{self._last([subject])}</dl></li>'
        )

    def _links(self, address: str, total: int, size: int, start: int) -> str:
        pages = "".join(
            f'<li><a href="{address}{f"&amp;start={at}" * bool(at)}{self.sid}">{at // size + 1}</a></li>'
            for at in range(0, total, size)
            if at != start
        )
        return f"<ul>{pages}</ul>"

    def _post(self, said: Said) -> str:
        name = f'<a href="./memberlist.php?mode=viewprofile&amp;u=7{self.sid}" class="username">{said.author}</a>'
        link = f"./viewtopic.php?p={said.id}{self.sid}#p{said.id}"
        return (
            f'<div id="p{said.id}" class="post bg2"><div class="inner"><dl class="postprofile" id="profile{said.id}">'
            f'<dt>{name}</dt></dl><div class="postbody"><div id="post_content{said.id}">'
            f'<h3><a href="{link}">Re</a></h3>'
            f'<p class="author"><span>by <strong>{name}</strong> &raquo; </span><time datetime="{said.at.isoformat()}">'
            f'then</time></p><div class="content">{escape(said.text)}</div>'
            f'<div id="sig{said.id}" class="signature">Sent from the shed of {said.author}</div>'
            "</div></div></div></div>"
        )
