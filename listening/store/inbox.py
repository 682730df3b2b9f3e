"""The inbox: pages of cards for a filter, newest, most urgent or most negative first, and what came since."""

from __future__ import annotations

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any

from listening.errors import ListeningError
from listening.store.calendar import calendar
from listening.store.facts import Condition
from listening.store.figures import Count
from listening.store.inbox_card import Card, Cards
from listening.store.inbox_filter import OPEN, InboxFilter
from listening.store.inbox_sql import conditions, few, joined, short, unfolded
from listening.store.mention_row import SELECTED, MentionRow, mention_rows
from listening.store.moment import iso
from listening.store.reading import Reading
from listening.store.scope import EVERYTHING, Scope
from listening.store.search import Row
from listening.store.urgent import FULL, FULL_RANK, highest_urgency, rank_sql

_CAP_OF_QUERY = 100  # where each mention must be read
_CHUNK = 1_000  # rows read at a time
CAP = 1_000  # lists are counted up to this: more is "1,000+"
_OPEN = f"d.status IN ({', '.join(repr(each) for each in OPEN)})"


@dataclass(frozen=True, slots=True)
class Page:
    """Some cards of a list. `mark` tells `new_since` when the list was first shown."""

    cards: tuple[Card, ...]
    after: str  # the cursor of the next page; empty on the last one
    mark: int


@dataclass(frozen=True, slots=True)
class Capped:
    """How many mentions a list has; `more`: that many, and there are more."""

    mentions: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.mentions:,}{'+' if self.more else ''}"


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where a page ends: the moment and the newest mention of the first page, and the last row's place."""

    order: str
    now: int  # in seconds; urgency is what it was then
    mark: int
    place: tuple[Any, ...] = ()  # rank, published, id of the last row shown

    def written(self) -> str:
        parts = [self.order, self.now, self.mark, *self.place]
        return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, order: str) -> _Cursor:
        try:
            found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            cursor = cls(found[0], int(found[1]), int(found[2]), (float(found[3]), str(found[4]), int(found[5])))
            datetime.fromtimestamp(cursor.now, UTC)
        except (ValueError, TypeError, IndexError, KeyError, OverflowError, OSError):
            raise ListeningError("this page of the list is not known. Go back to its first page.") from None
        if cursor.order != order:
            raise ListeningError("this page belongs to another order of the list. Go back to its first page.")
        return cursor


@dataclass(frozen=True, slots=True)
class _Walk:
    """One way along a list: an index, what holds of the rows on it, their rank, and their order."""

    index: str
    where: Condition
    rank: str  # as SQL
    order: str


class Inbox(Reading, Cards):
    """Lists of cards."""

    def page(
        self, where: InboxFilter, *, now: datetime, order: str = "newest", after: str = "", limit: int = 50,
        scope: Scope = EVERYTHING,
    ) -> Page:  # fmt: skip
        """A page of the list; `order` is newest, urgent or negative (those alone) first.

        `after` is the `Page.after` of the page before. What comes in meanwhile is left to `new_since`, and the wait
        counts as on the first page, so that no card moves, is missed or comes twice. Raises ListeningError for a
        cursor of another list's.
        """
        cursor = _Cursor.read(after, order) if after else _Cursor(order, int(now.timestamp()), self.mark())
        begun = datetime.fromtimestamp(cursor.now, UTC)
        rows = list(islice(self._ordered(where, cursor, begun, limit + 1, scope), limit + 1))
        shown = rows[:limit]
        following = ""
        if len(rows) > limit:
            following = replace(cursor, place=(shown[-1][2], shown[-1][3], shown[-1][0])).written()
        return Page(tuple(self.cards([row[0] for row in shown], now)), following, cursor.mark)

    def mark(self) -> int:
        """The newest mention there is: `new_since` counts those after it."""
        return int(self.db.conn.execute("SELECT coalesce(max(id), 0) FROM mentions").fetchone()[0])

    def new_since(self, where: InboxFilter, mark: int, *, scope: Scope = EVERYTHING) -> Capped:
        """How many mentions of the list came in since its first page."""
        return self.count(where, scope=scope, after=mark)

    def count(self, where: InboxFilter, *, cap: int | None = None, scope: Scope = EVERYTHING, after: int = 0) -> Capped:
        """How many mentions a list has, counted up to `cap`; only those with ids `after`.

        Without a cap up to 1,000, or 100 with a query, whose mentions must all be read.
        """
        cap = cap or (CAP if where.query is None else _CAP_OF_QUERY)
        told, listed = few(self.db.conn, where)
        extra = [told, ("d.id > ?", [after])] if after else [told]
        # What came after a mention is the end of the table: by its days all of it would be walked.
        order = "d.id" if after else "d.published DESC"
        walk = _Walk("" if listed or after else "mentions_desk", joined(extra), "0", order)
        found = sum(1 for _ in islice(self._along(where, walk, cap + 1, scope), cap + 1))
        return Capped(min(found, cap), found > cap)

    def left_out(self, where: InboxFilter, *, scope: Scope = EVERYTHING) -> int:
        """How many copies a list leaves out, as they only repeat another mention of it."""
        if not where.fold:
            return 0
        told, _ = few(self.db.conn, where)
        shown, values = unfolded(self.db.conn, where, scope)
        walk = _Walk("", joined([told, ("d.copy = 1", []), (f"NOT ({shown})", values)]), "0", "d.id")
        return sum(1 for _ in self._along(replace(where, fold=False), walk, -1, scope))

    def listed(
        self, where: InboxFilter, *, now: datetime, order: str = "newest", scope: Scope = EVERYTHING,
        limit: int | None = None,
    ) -> Iterator[int]:  # fmt: skip
        """The ids of a list's mentions, streamed: what exports and bulk actions take."""
        size = 10_000 if limit is None else min(limit, 10_000)
        cursor, begun, left = _Cursor(order, int(now.timestamp()), self.mark()), now, limit
        while left is None or left > 0:
            rows = list(islice(self._ordered(where, cursor, begun, size, scope), size if left is None else left))
            yield from (row[0] for row in rows)
            if len(rows) < size:
                return
            cursor = replace(cursor, place=(rows[-1][2], rows[-1][3], rows[-1][0]))
            left = None if left is None else left - len(rows)

    def rows(
        self, where: InboxFilter, *, now: datetime, order: str = "newest", scope: Scope = EVERYTHING,
        limit: int | None = None,
    ) -> Iterator[MentionRow]:  # fmt: skip
        """A list as rows of exports, streamed in its order."""
        query = (
            f"SELECT {SELECTED} FROM json_each(?) j CROSS JOIN mention_list m ON m.mention_id = j.value ORDER BY j.key"
        )
        ids = self.listed(where, now=now, order=order, scope=scope, limit=limit)
        while chunk := list(islice(ids, _CHUNK)):
            yield from mention_rows(self.db.conn, self.db.conn.execute(query, [json.dumps(chunk)]), scope)

    def by_day(self, where: InboxFilter, *, now: datetime, scope: Scope = EVERYTHING) -> dict[str, Count]:
        """How many mentions of a list were published on each day of the team's time zone, and how they feel."""
        day, found = calendar(self.db.conn).day, defaultdict[str, Counter[str | None]](Counter)
        query = "SELECT published, label FROM mentions WHERE id IN (SELECT value FROM json_each(?))"
        ids = self.listed(where, now=now, scope=scope)
        while chunk := list(islice(ids, _CHUNK)):
            for published, label in self.db.conn.execute(query, [json.dumps(chunk)]):
                found[day(published)][label] += 1
        return {
            day: Count(each.total(), each["negative"], each["neutral"], each["positive"]) for day, each in found.items()
        }

    def _ordered(self, where: InboxFilter, cursor: _Cursor, now: datetime, limit: int, scope: Scope) -> Iterator[Row]:
        """Rows (mention, post, rank, published) after the cursor's place, in the list's order, some of the first."""
        told, listed = few(self.db.conn, where)
        narrow = "" if listed else "mentions_desk" if short(self.db.conn, where) else None
        walks = []
        for walk in _walks(cursor, now, where.statuses):
            known = joined([walk.where, told, ("d.id <= ?", [cursor.mark]), _beyond(walk, cursor)])
            walks.append(replace(walk, where=known, index=walk.index if narrow is None else narrow))
        if len(walks) == 1:
            return self._along(where, walks[0], limit, scope)
        found = [self._along(where, walk, limit, scope) for walk in walks[:-1]]
        first = list(islice(merge(*found, key=_urgent_first), limit))
        if len(first) >= limit:
            return iter(first)
        return iter([*first, *islice(self._along(where, walks[-1], limit, scope), limit - len(first))])

    def _along(self, where: InboxFilter, walk: _Walk, limit: int, scope: Scope) -> Iterator[Row]:
        conn = self.db.conn
        parts = [conditions(conn, where, scope), walk.where]
        if where.fold:
            parts.append(unfolded(conn, where, scope))
        if where.query is not None:
            bare = f"SELECT d.id, d.post_id, {walk.rank}, d.published FROM mentions d"
            select = f"{bare} CROSS JOIN mention_list m ON m.mention_id = d.id CROSS JOIN posts p ON p.id = d.post_id"
            return self.satisfied(
                where.query, self._walk(where.query, "d.post_id", select, parts, walk.order, bare, walk.index)
            )
        sql, values = joined(parts)
        index = f"INDEXED BY {walk.index}" if walk.index else ""
        select = f"SELECT d.id, d.post_id, {walk.rank}, d.published FROM mentions d {index}"
        return iter(conn.execute(f"{select} WHERE {sql} ORDER BY {walk.order} LIMIT ?", [*values, limit]).fetchall())


def _walks(cursor: _Cursor, now: datetime, statuses: Collection[str]) -> list[_Walk]:
    """The ways along a list; where there are several, rows are merged by rank, but for the last, which come after.

    Those on which no mention has one of the statuses are left out.
    """
    if cursor.order == "newest":
        return [_Walk("mentions_desk", ("1", []), "0", "d.published DESC, d.id DESC")]
    if cursor.order == "negative":
        order = "d.score, d.published DESC, d.id DESC"
        return [_Walk("mentions_negative", ("d.label = 'negative'", []), "-d.score", order)]
    rank = int(cursor.place[0]) if cursor.place else 1000
    full, bound = iso(now - FULL), ("d.urgency > 0 AND d.urgency <= ?", [highest_urgency(rank)])
    by_urgency, young = "d.urgency DESC, d.published DESC, d.id DESC", rank_sql(now)
    waiting = [
        _Walk(
            "mentions_desk", (f"d.urgency > 0 AND {_OPEN} AND d.published > ?", [full]), young,
            f"{young} DESC, d.published DESC, d.id DESC",
        ),
        _Walk("mentions_urgent", joined([bound, (f"{_OPEN} AND d.published <= ?", [full])]), FULL_RANK, by_urgency),
    ]  # fmt: skip
    done = _Walk(
        "mentions_urgent", (f"d.urgency > 0 AND d.urgency <= ? AND NOT {_OPEN}", [rank]), "d.urgency", by_urgency
    )
    calm = _Walk("mentions_desk", ("d.urgency = 0", []), "0", "d.published DESC, d.id DESC")
    asked = frozenset(statuses)
    return [
        *(waiting if not asked or asked & frozenset(OPEN) else []),
        *([done] if not asked or asked - frozenset(OPEN) else []), calm,
    ]  # fmt: skip


def _beyond(walk: _Walk, cursor: _Cursor) -> Condition:
    """That a row comes after the last one shown."""
    if not cursor.place:
        return "1", []
    rank, published, ident = cursor.place
    if cursor.order == "newest":
        return "(d.published, d.id) < (?, ?)", [published, ident]
    if cursor.order == "negative":
        return "d.score >= ? AND (-d.score, d.published, d.id) < (?, ?, ?)", [-rank, rank, published, ident]
    return f"({walk.rank}, d.published, d.id) < (?, ?, ?)", [rank, published, ident]


def _urgent_first(row: Row) -> tuple[int, int, int]:
    return -int(row[2]), -int(datetime.fromisoformat(row[3]).timestamp()), -row[0]
