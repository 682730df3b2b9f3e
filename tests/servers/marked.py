"""A board of no known software, whose pages say in schema.org's words what their posts are: JSON-LD or microdata."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import parse_qs, urlsplit

HOST = "https://smiths.example"
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
PER_LIST, PER_TOPIC = 5, 4
SECTIONS = ("workshop", "market-place")


@dataclass(slots=True)
class Said:
    id: int
    author: str
    at: datetime
    words: str


@dataclass(slots=True)
class Board:
    """Topics by id with their posts. `embedded`: microdata, which later pages do not begin with the opener."""

    embedded: bool = False
    topics: dict[int, list[Said]] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    made: int = 0

    def topic(self, posts: int, place: str = SECTIONS[0]) -> int:
        number = 100 + len(self.topics)
        self.topics[number], self.places[number] = [], place
        for _ in range(posts):
            self.reply(number)
        return number

    def reply(self, topic: int) -> Said:
        self.made += 1
        name = f"user{self.made % 7}"
        said = Said(9000 + self.made, name, START + timedelta(minutes=self.made), f"Post {self.made} by {name}, smith.")
        self.topics[topic].append(said)
        return said

    @property
    def words(self) -> set[str]:
        return {said.words for posts in self.topics.values() for said in posts}

    def page(self, url: str) -> tuple[int, str]:
        """What the board answers."""
        parts = urlsplit(url)
        steps, number = parts.path.strip("/").split("/"), int(parse_qs(parts.query).get("page", ["1"])[0])
        assert number > 1 or not parts.query, f"asked for the first page twice: {url}"
        if not steps[0]:
            return 200, self._index()
        if steps[0] == "section":
            return 200, self._section(steps[1], number)
        assert steps[0] == "thread", f"nobody should ask for {url}"
        return 200, self._thread(int(steps[2]), number)

    def _order(self, place: str) -> list[int]:
        mine = [topic for topic, where in self.places.items() if where == place]
        return sorted(mine, key=lambda topic: self.topics[topic][-1].at, reverse=True)

    def _index(self) -> str:
        rows = []
        for place in SECTIONS:
            newest = self._order(place)[0]
            said = self.topics[newest][-1]
            rows.append(
                f'<li><h3><a href="/section/{place}">{place.title()}</a></h3><a href="{self._link(newest, said)}">'
                f"Topic</a> by {_member(said)} <time datetime='{said.at.isoformat()}'></time></li>"
            )
        return f"{HEAD}<ul>{''.join(rows)}</ul>{FOOT}"

    def _section(self, place: str, page: int) -> str:
        order = self._order(place)
        rows = []
        for topic in order[(page - 1) * PER_LIST : page * PER_LIST]:
            posts = self.topics[topic]
            rows.append(
                f'<tr><td><a href="/thread/topic-{topic}/{topic}">Topic {topic}</a> by {_member(posts[0])}</td>'
                f"<td>{len(posts) - 1} replies</td><td>{99 + self.made} views</td>"
                f'<td><a href="{self._link(topic, posts[-1])}">{posts[-1].at:%d %B %Y, %H:%M}</a></td></tr>'
            )  # fmt: skip
        pages = _pages(f"/section/{place}", page, len(order), PER_LIST)
        return f"{HEAD}<h1>{place.title()}</h1><table>{''.join(rows)}</table>{pages}{FOOT}"

    def _link(self, topic: int, said: Said) -> str:
        at = 1 + self.topics[topic].index(said) // PER_TOPIC
        return f"/thread/topic-{topic}/{topic}{f'?page={at}' if at > 1 else ''}#post-{said.id}"

    def _thread(self, topic: int, page: int) -> str:
        posts, begin = self.topics[topic], (page - 1) * PER_TOPIC
        shown = posts[begin : begin + PER_TOPIC]
        pages = _pages(f"/thread/topic-{topic}/{topic}", page, len(posts), PER_TOPIC)
        data = self._embedded(topic, posts, shown) if self.embedded else self._linked(topic, posts, shown)
        above = '<div class="breadcrumbs"><a href="/">Home</a> <a href="/section/x">Here</a></div>'
        return f"{HEAD}{above}{data}{pages}{FOOT}"

    def _linked(self, topic: int, posts: list[Said], shown: list[Said]) -> str:
        comments = [self._item(topic, said) for said in shown if said is not posts[0]]
        data = self._item(topic, posts[0]) | {
            "@type": "DiscussionForumPosting", "url": f"{HOST}/thread/topic-{topic}/{topic}", "comment": comments,
            "headline": f"Topic {topic}", "commentCount": len(posts) - 1,
        }  # fmt: skip
        blocks = "".join(f'<div id="post-{s.id}"><b>{s.author}</b><p>{s.words}</p></div>' for s in shown)
        return f'<script type="application/ld+json">{json.dumps(data)}</script><h1>Topic {topic}</h1>{blocks}'

    def _item(self, topic: int, said: Said) -> dict[str, object]:
        return {
            "@type": "Comment", "url": f"{HOST}{self._link(topic, said)}", "datePublished": said.at.isoformat(),
            "author": {"@type": "Person", "name": said.author, "url": f"{HOST}/member/{said.author}"},
            "text": said.words,
        }  # fmt: skip

    def _embedded(self, topic: int, posts: list[Said], shown: list[Said]) -> str:
        blocks = []
        for said in shown:
            opens = said is posts[0]
            scope = "" if opens else 'itemprop="comment" itemscope itemtype="https://schema.org/Comment"'
            blocks.append(
                f'<div class="post" id="post-{said.id}" {scope}><p><a href="/member/{said.author}" itemprop="author"'
                f' itemscope itemtype="https://schema.org/Person"><span itemprop="name">{said.author}</span></a>'
                f' <time itemprop="datePublished" datetime="{said.at.isoformat()}">then</time></p>'
                f'<div itemprop="text"><p>{escape(said.words)}</p></div><div>Signature</div></div>'
            )
        head = f'<h1 itemprop="headline">Topic {topic}</h1><meta itemprop="commentCount" content="{len(posts) - 1}">'
        return f'<div itemscope itemtype="https://schema.org/DiscussionForumPosting">{head}{"".join(blocks)}</div>'


HEAD = (
    '<!DOCTYPE html><html lang="en"><head><title>Smiths</title><meta name="generator" content="schema.org">'
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"DiscussionForumPosting"}</script>'
    '</head><body><nav><a href="/">Home</a> <a href="/login">Log in</a> <a href="/section/not-this">New</a></nav>'
    '<a href="/members">Members</a><a href="/calendar/2026-11">Calendar</a><a href="/search?q=x">Search</a>'
)
FOOT = '<footer><a href="/thread/about-us/1">About</a></footer></body></html>'


def _member(said: Said) -> str:
    return f'<a href="/member/{said.author}">{said.author}</a>'


def _pages(path: str, page: int, count: int, size: int) -> str:
    links = (
        f'<a href="{path}?page={n}">{n}</a>' if n != page else f"<b>{n}</b>" for n in range(1, -(-count // size) + 1)
    )
    return f'<div class="pages">{" ".join(links)}</div>'
