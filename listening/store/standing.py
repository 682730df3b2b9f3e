"""Who speaks up for a brand and who is about to leave it: the loudest of a period, and all they said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.store.moment import iso
from listening.store.person import Portraits
from listening.store.scope import EVERYTHING, Scope

_YEAR = timedelta(days=365)
_STANCE = (
    "SELECT v.mention_id, v.published, v.said, v.score FROM stances v WHERE v.author_id = ? "
    "AND v.brand_id = (SELECT id FROM brands WHERE name = ?) AND v.published >= ? AND v.published < ? AND {}"
)
_WORDS = (
    "SELECT m.id, m.published, s.name, p.url, coalesce(nullif(p.text, ''), p.title), m.label, m.score, m.intents, "
    "m.status FROM mentions m JOIN posts p ON p.id = m.post_id JOIN sources s ON s.id = p.source_id WHERE m.id = ?"
)
# Answers of a person: posts that reply to somebody else, and whether that one asked.
_ANSWERS = (
    "SELECT p.id, p.published, p.url, p.thread_id, p.native_id, substr(p.text, 1, 300), "
    "coalesce((SELECT group_concat(m.why, ' ') FROM mentions m WHERE m.post_id = p.id "
    "AND instr(m.intents, 'advocacy')), ''), "
    "EXISTS (SELECT 1 FROM posts q WHERE q.platform = p.platform AND q.native_id = p.reply_to "
    "AND q.author_id IS NOT p.author_id AND (instr(q.text, '?') OR instr(q.title, '?'))), "
    "p.position > 1 AND p.reply_to = '' AND EXISTS (SELECT 1 FROM posts q WHERE q.thread_id = p.thread_id "
    "AND q.position = 1 AND q.author_id IS NOT p.author_id AND instr(q.title, '?')) "
    "FROM posts p WHERE p.author_id IN (SELECT value FROM json_each(?)) AND p.published >= ? AND p.published < ? "
    "AND p.deleted IS NULL AND (p.reply_to <> '' OR p.position > 1) AND {} ORDER BY p.published DESC LIMIT ?"
)
_REPLIES = (
    "SELECT p.id, p.url, substr(p.text, 1, 400) FROM posts p WHERE p.thread_id = ? AND p.reply_to = ? "
    "AND p.reply_to <> '' AND p.deleted IS NULL AND p.author_id NOT IN (SELECT value FROM json_each(?)) AND {} LIMIT 20"
)


# Who said such a thing, and the other handles of the same people.
_SAID = "SELECT v.author_id FROM stances v WHERE {period} AND v.said & {must}"
_CANDIDATES = {
    False: f"v.author_id IN ({_SAID})",
    True: f"v.author_id IN (WITH said AS MATERIALIZED ({_SAID}) SELECT author_id FROM said UNION SELECT s.author_id "
    "FROM said JOIN persons p ON p.author_id = said.author_id JOIN persons s ON s.person_id = p.person_id)",
}


@dataclass(frozen=True, slots=True)
class Loud:
    """How much somebody's stance weighs in a period, at first glance."""

    person_id: int
    points: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Stance:
    """That somebody said something for or against a brand: `said` holds the bits of `listening.store.stances`."""

    mention_id: int
    published: str
    said: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Telling:
    """A mention that shows how somebody stands to a brand."""

    mention_id: int
    published: str
    source: str
    url: str
    text: str
    label: str | None
    score: float | None
    intents: str
    status: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to somebody, and the replies that it got."""

    post_id: int
    published: str
    url: str
    text: str  # its beginning
    advice: str  # the evidence of its intents as JSON; empty where it advises nothing
    asked: bool  # what it replies to is a question
    replies: tuple[tuple[int, str, str], ...]  # (post id, address, beginning of the text), by others


class Standings(Portraits):
    """Questions from which advocates and customers at risk are told."""

    def loudest(
        self, brand: str, since: datetime | None, until: datetime | None, weights: Mapping[int, int], *,
        least: int, limit: int, must: int = 0, scope: Scope = EVERYTHING,
    ) -> list[Loud]:  # fmt: skip
        """The persons whose stances weigh most: `weights` gives the points for each bit of `stances.said`.

        Only mentions with a bit that has points above 0 make somebody a candidate; all that weigh are counted. With
        `must` only those who said something with this bit at least once are looked at.
        """
        sql, hidden = scope.sources("v.source_id")
        points = " + ".join(f"(v.said & {bit} > 0) * {worth}" for bit, worth in weights.items())
        sought = sum(bit for bit, worth in weights.items() if worth > 0)
        joined = self.db.conn.execute("SELECT EXISTS (SELECT 1 FROM persons)").fetchone()[0]
        who, join = "v.author_id", ""
        if joined:
            who, join = "coalesce(o.person_id, v.author_id)", "LEFT JOIN persons o ON o.author_id = v.author_id"
        period = (
            f"v.brand_id = (SELECT id FROM brands WHERE name = ?) AND v.published >= ? AND v.published < ? AND {sql}"
        )
        bound = [brand, *_bounds(since, until), *hidden]
        candidates = _CANDIDATES[bool(joined)].format(period=period, must=must) if must else "1"
        rows = self.db.conn.execute(
            f"SELECT {who}, sum({points}), count(*) FROM stances v {join} WHERE {candidates} AND {period} "
            f"GROUP BY 1 HAVING sum({points}) >= ? AND sum(v.said & {sought} > 0) > 0 ORDER BY 2 DESC, 1 LIMIT ?",
            [*(bound if must else []), *bound, least, limit],
        )
        return [Loud(*row) for row in rows]

    def stances_of(
        self, person: int, brand: str, since: datetime | None, until: datetime | None, scope: Scope = EVERYTHING
    ) -> list[Stance]:
        """All that a person said for or against a brand in a period, oldest first."""
        sql, hidden = scope.sources("v.source_id")
        found: list[Stance] = []
        for author in self._authors(person):
            rows = self.db.conn.execute(_STANCE.format(sql), [author, brand, *_bounds(since, until), *hidden])
            found += [Stance(*row) for row in rows]
        return sorted(found, key=lambda stance: (stance.published, stance.mention_id))

    def telling(self, mention: int) -> Telling:
        """The words of a mention."""
        return Telling(*self.db.conn.execute(_WORDS, [mention]).fetchone())

    def answers_of(self, person: int, until: datetime, scope: Scope = EVERYTHING, limit: int = 100) -> list[Answer]:
        """The newest replies of a person in the year before `until`, with what others replied to each."""
        sql, hidden = scope.sources("p.source_id")
        ids = json.dumps(self._authors(person))
        values = [ids, *_bounds(until - _YEAR, until), *hidden, limit]
        found = []
        for row in self.db.conn.execute(_ANSWERS.format(sql), values).fetchall():
            post_id, published, url, thread, native, text, advice, asked, opened = row
            told = self.db.conn.execute(_REPLIES.format(sql), [thread, native, ids, *hidden]).fetchall()
            found.append(Answer(post_id, published, url, text, advice, bool(asked or opened), tuple(told)))
        return found


def _bounds(since: datetime | None, until: datetime | None) -> tuple[str, str]:
    return (iso(since) if since else "0", iso(until) if until else "9")
