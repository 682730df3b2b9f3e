"""Reading what was said several times: lists that fold copies, and the clusters themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, tee
from typing import Any

from listening.alike import Member, campaign
from listening.store.inbox_filter import NEW
from listening.store.mention_row import SELECTED, MentionRow, mention_rows
from listening.store.reading import MentionFilter, Reading, where_sql
from listening.store.scope import EVERYTHING, Scope
from listening.store.search import Question

_SAME = (  # the mentions of m's cluster and brand as e; CROSS JOIN holds SQLite to the order
    "mentions x CROSS JOIN mention_list e ON e.mention_id = x.id WHERE x.cluster = m.cluster AND e.brand = m.brand"
)
_SIZES = (
    "SELECT c.cluster, count(*) FROM copies c CROSS JOIN mention_list m ON m.post_id = c.post_id WHERE {where} "
    "GROUP BY c.cluster HAVING count(DISTINCT m.post_id) > 1"
)
_MEMBERS = (
    "SELECT p.id, p.published, s.name, p.domain, p.url, p.kind, coalesce(nullif(p.text, ''), p.title), "
    "coalesce(a.name, ''), c.alike, c.own FROM copies c JOIN posts p ON p.id = c.post_id "
    "JOIN sources s ON s.id = p.source_id "
    "LEFT JOIN authors a ON a.id = p.author_id WHERE c.cluster = ? AND {allowed} ORDER BY c.own, p.published, p.id"
)
_TELLING = (
    "SELECT p.author_id, p.published, c.alike, (SELECT min(o.published) FROM posts o WHERE o.author_id = p.author_id), "
    "p.platform, c.shared, p.kind = 'article' FROM copies c JOIN posts p ON p.id = c.post_id "
    "WHERE c.cluster = ? AND p.author_id IS NOT NULL AND {allowed}"
)


@dataclass(frozen=True, slots=True)
class Copy:
    """One post of a cluster."""

    post_id: int
    published: str
    source: str
    domain: str
    url: str
    kind: str
    text: str
    author: str
    alike: float  # to what it was compared with, 0 to 1


@dataclass(frozen=True, slots=True)
class Cluster:
    """One thing that was said several times."""

    id: int
    first: Copy  # who published it first
    copies: tuple[Copy, ...]  # the others that say the same, by time
    own: tuple[Copy, ...]  # that repeat it and add an opinion: mentions of their own
    brands: tuple[str, ...]
    campaign: tuple[str, ...]  # reasons to take it for one; none where it does not look like it

    @property
    def sources(self) -> tuple[str, ...]:
        """Where it was said."""
        return tuple(dict.fromkeys(copy.source for copy in (self.first, *self.copies, *self.own)))

    @property
    def last(self) -> str:
        """When it was said last."""
        return max(copy.published for copy in (self.first, *self.copies))


class Clusters(Reading):
    """Questions about copies."""

    def folded(self, where: MentionFilter, *, limit: int | None = None) -> Iterator[tuple[MentionRow, int]]:
        """Mentions that pass the filter, newest first, without those that only repeat another one of them.

        Beside each the number of its copies that were left out.
        """
        if where.query is not None:
            return islice(self._folded_by_query(where, where.query), limit)
        (sql, values), (inner, _) = where_sql(where), where_sql(where, "e")
        query = (
            f"SELECT {SELECTED}, CASE WHEN m.cluster IS NULL OR {_repeats(inner)} THEN 0 ELSE "
            f"(SELECT count(*) FROM {_SAME} AND e.mention_id <> m.mention_id "
            f"AND e.status = 'new' AND e.assignee = '' AND {inner}) END "
            f"FROM mention_list m WHERE {sql} AND NOT {_left_out(inner)} ORDER BY m.date DESC, m.mention_id DESC"
        )
        bound: list[Any] = [*values, *values, *values, *values]
        if limit is not None:
            query, bound = f"{query} LIMIT ?", [*bound, limit]
        cursor = self.db.conn.cursor()
        cursor.execute(query, bound)
        rows, counted = tee(cursor)
        return zip(mention_rows(self.db.conn, rows), (int(row[-1]) for row in counted), strict=True)

    def _folded_by_query(self, where: MentionFilter, asked: Question) -> Iterator[tuple[MentionRow, int]]:
        """The same where each mention must be looked at: which come first is asked of each cluster once, when met."""
        known: dict[tuple[int, str], tuple[int, int]] = {}  # cluster, brand -> the first, its copies
        for row in self.mentions(where):
            found = self.db.conn.execute("SELECT cluster FROM mentions WHERE id = ?", [row.mention_id]).fetchone()
            if found is None or found[0] is None:
                yield row, 0
                continue
            place = found[0], row.brand
            if place not in known:
                known[place] = self._repeated(where, asked, *place)
            first, copies = known[place]
            if row.mention_id == first:
                yield row, copies
            elif row.status != NEW or row.assignee:
                yield row, 0

    def _repeated(self, where: MentionFilter, asked: Question, cluster: int, brand: str) -> tuple[int, int]:
        """Of a cluster's mentions of a brand that are asked for the first, and how many others only repeat it."""
        sql, values = where_sql(where)
        rows = self.db.conn.execute(
            "SELECT m.mention_id, m.post_id, m.status, m.assignee FROM mentions x "
            "CROSS JOIN mention_list m ON m.mention_id = x.id "
            f"WHERE x.cluster = ? AND m.brand = ? AND {sql} ORDER BY m.date, m.mention_id", [cluster, brand, *values],
        ).fetchall()  # fmt: skip
        found = list(self.satisfied(asked, iter(rows)))
        copies = sum(status == NEW and not assignee for *_, status, assignee in found[1:])
        return (int(found[0][0]), copies) if found else (0, 0)  # they may have changed in between

    def count_copies(self, where: MentionFilter) -> int:
        """How many mentions that pass the filter, which has no query, `folded` leaves out."""
        (sql, values), (inner, _) = where_sql(where), where_sql(where, "e")
        query = f"SELECT count(*) FROM mention_list m WHERE m.cluster IS NOT NULL AND {sql} AND {_left_out(inner)}"
        return int(self.db.conn.execute(query, [*values, *values]).fetchone()[0])

    def clusters(
        self, where: MentionFilter, *, limit: int | None = None, campaigns: bool = False, number: int | None = None
    ) -> list[Cluster]:
        """What was said several times among the mentions that pass the filter, by most mentions; whole clusters.

        With `campaigns` only those that look like one; with a `number` that one alone.
        """
        sql, values = where_sql(where)
        if where.query is not None:
            ids = json.dumps(list(self.satisfying(where.query, (sql, values), "NULL")))
            sql, values = f"{sql} AND m.mention_id IN (SELECT value FROM json_each(?))", [*values, ids]
        if number is not None:
            sql, values = f"{sql} AND c.cluster = ?", [*values, number]
        sizes = self.db.conn.execute(_SIZES.format(where=sql) + " ORDER BY 2 DESC, 1", values).fetchall()
        found: list[Cluster] = []
        since: dict[str, datetime] = {}
        for cluster_id, _ in sizes:
            if limit is not None and len(found) >= limit:
                break
            cluster = self._cluster(cluster_id, since)
            if cluster is not None and (cluster.campaign or not campaigns):
                found.append(cluster)
        return found

    def cluster(self, cluster_id: int) -> Cluster | None:
        """One cluster; None where there is no such one."""
        return self._cluster(cluster_id, {})

    def cluster_with(self, post_id: int, scope: Scope = EVERYTHING) -> Cluster | None:
        """What says the same as a post, or is repeated by it, as far as `scope` shows it; None where nothing does."""
        row = self.db.conn.execute("SELECT cluster FROM copies WHERE post_id = ?", [post_id]).fetchone()
        found = self._cluster(row[0], {}, scope) if row is not None else None
        return found if found is not None and (found.copies or found.own) else None

    def _cluster(self, cluster_id: int, since: dict[str, datetime], scope: Scope = EVERYTHING) -> Cluster | None:
        allowed, hidden = scope.sources("p.source_id")
        rows = self.db.conn.execute(_MEMBERS.format(allowed=allowed), [cluster_id, *hidden]).fetchall()
        plain, own = list[Copy](), list[Copy]()
        for *told, adds in rows:
            (own if adds else plain).append(Copy(*told))
        if not plain:
            return None
        brands = self.db.conn.execute(
            "SELECT DISTINCT b.name FROM copies c JOIN mentions m ON m.post_id = c.post_id "
            "JOIN brands b ON b.id = m.brand_id WHERE c.cluster = ? ORDER BY 1", [cluster_id],
        )  # fmt: skip
        names = tuple(str(name) for (name,) in brands)
        reasons = tuple(self._campaign(cluster_id, since, scope))
        return Cluster(cluster_id, plain[0], tuple(plain[1:]), tuple(own), names, reasons)

    def campaigns(self, cluster_ids: Iterable[int | None], scope: Scope = EVERYTHING) -> dict[int, tuple[str, ...]]:
        """Those of some clusters that look like a campaign, with the reasons; None is no cluster."""
        since: dict[str, datetime] = {}
        told = ((each, self._campaign(each, since, scope)) for each in set(cluster_ids) if each is not None)
        return {each: tuple(reasons) for each, reasons in told if reasons}

    def _campaign(self, cluster_id: int, since: dict[str, datetime], scope: Scope) -> list[str]:
        allowed, hidden = scope.sources("p.source_id")
        told = []
        rows = self.db.conn.execute(_TELLING.format(allowed=allowed), [cluster_id, *hidden])
        for author, published, alike, heard, platform, shared, article in rows:
            if platform not in since:
                since[platform] = self._heard_since(platform)
            moment, first = datetime.fromisoformat(published), datetime.fromisoformat(heard)
            told.append(Member(str(author), moment, alike, first, since[platform], bool(shared), bool(article)))
        return campaign(told)

    def _heard_since(self, platform: str) -> datetime:
        query = "SELECT published FROM posts INDEXED BY posts_published WHERE platform = ? AND dated ORDER BY 1 LIMIT 1"
        found = self.db.conn.execute(query, [platform]).fetchone()
        return datetime.fromisoformat(found[0] if found else "9999-12-31T00:00:00Z")


def _repeats(sql: str) -> str:
    """Whether another mention of its cluster and brand passes the filter and comes first."""
    return f"EXISTS (SELECT 1 FROM {_SAME} AND (e.date, e.mention_id) < (m.date, m.mention_id) AND {sql})"


def _left_out(sql: str) -> str:
    """Whether it is folded away: never what somebody worked on."""
    return f"(m.cluster IS NOT NULL AND m.status = 'new' AND m.assignee = '' AND {_repeats(sql)})"
