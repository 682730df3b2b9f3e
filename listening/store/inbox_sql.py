"""Filters of lists as SQL over `mentions d`, and along which index a list is walked.

Along the newest, most urgent or most negative first the indexes hold all that most filters ask, so that even a filter
that few mentions pass reads no rows. Where a filter names few mentions, such as a tag's, those are taken and sorted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Any

from listening.store.facts import Condition
from listening.store.inbox_filter import NEW, NOBODY, NOT_RELEVANT, InboxFilter
from listening.store.moment import iso
from listening.store.scope import Scope

_FEW = 5_000  # mentions that are sorted more quickly than met on a walk
_SHORT = 20_000  # mentions of a period that are sorted more quickly than met on a walk along another order

COMPLAINTS = ("complaint", "leaving", "safety", "legal")
OPPORTUNITIES = ("buying", "idea")
_NOISE = ("spam", "job", "promotion")


def conditions(conn: sqlite3.Connection, where: InboxFilter, scope: Scope, d: str = "d") -> Condition:
    """What must hold of `mentions`, under an alias, apart from the query and what `few` tells."""
    found: list[Condition] = [(f"{d}.published >= ?", [iso(where.since)])] if where.since else []
    if where.until:
        found.append((f"{d}.published < ?", [iso(where.until)]))
    if NOT_RELEVANT not in where.statuses:  # those are on the shelf
        found.append((f"{d}.shelved = {int(where.shelf)}", []))
    for column, table, names in (("brand_id", "brands", where.brands), ("source_id", "sources", where.sources)):
        if names:
            found.append((f"{d}.{column} IN {_ids(conn, table, names)}", []))
    if scope.hidden:
        found.append((f"{d}.source_id NOT IN {_ids(conn, 'sources', scope.hidden)}", []))
    if where.statuses:
        found.append((f"{d}.status IN ({', '.join('?' * len(where.statuses))})", list(where.statuses)))
    if where.sentiment:
        unscored = where.sentiment == "unscored"
        found.append((f"{d}.label IS NULL", []) if unscored else (f"{d}.label = ?", [where.sentiment]))
    if where.assignee:
        found.append((f"{d}.assignee = ?", ["" if where.assignee == NOBODY else where.assignee]))
    asked = (("urgency >= ?", where.urgency), ("outcome = ?", where.outcome))
    found += [(f"{d}.{sql}", [value]) for sql, value in asked if value]
    if where.intents:
        found.append(_any_intent(where.intents, d))
    if where.queue:
        found.append(_queue(conn, where.queue, d))
    return joined(found)


def joined(found: Collection[Condition]) -> Condition:
    """All of them."""
    return " AND ".join(sql for sql, _ in found) or "1", [value for _, values in found for value in values]


def _ids(conn: sqlite3.Connection, table: str, names: Collection[str]) -> str:
    rows = conn.execute(
        f"SELECT id FROM {table} WHERE name IN (SELECT value FROM json_each(?))", [json.dumps(list(names))]
    )
    return f"({', '.join(['-1', *(str(int(row[0])) for row in rows)])})"  # an empty list has no plan


def _any_intent(names: Collection[str], d: str) -> Condition:
    each = f"(instr({d}.intents, ?) AND instr(', ' || {d}.intents || ',', ?))"  # the first is cheap, and mostly enough
    return f"({' OR '.join([each] * len(names))})", [part for name in names for part in (name, f", {name},")]


def _queue(conn: sqlite3.Connection, queue: str, d: str) -> Condition:
    """Complaints: trouble with our brands. Opportunities: who wants to buy, leaves a competitor, or has an idea."""
    ours = _ids(conn, "brands", [row[0] for row in conn.execute("SELECT name FROM brands WHERE ours")])
    noise, noisy = _any_intent(_NOISE, d)
    if queue == "complaints":
        sql, values = _any_intent(COMPLAINTS, d)
        return f"{d}.brand_id IN {ours} AND {sql} AND NOT {noise}", [*values, *noisy]
    sql, values = _any_intent(OPPORTUNITIES, d)
    leaving, left = _any_intent(("leaving",), d)
    return f"({sql} OR ({leaving} AND {d}.brand_id NOT IN {ours})) AND NOT {noise}", [*values, *left, *noisy]


def _named(conn: sqlite3.Connection, where: InboxFilter) -> Iterator[tuple[str, str, list[Any]]]:
    """For each filter that may name few: the ids it names, the same as a condition on `d`, and their values."""
    if where.tag:
        yield (
            "SELECT mention_id FROM mention_tags WHERE tag = ?",
            "EXISTS (SELECT 1 FROM mention_tags x WHERE x.mention_id = d.id AND x.tag = ?)", [where.tag],
        )  # fmt: skip
    if where.people:
        chosen = f"({', '.join(str(int(each)) for each in where.people)})"
        yield (
            f"SELECT x.id FROM posts y JOIN mentions x ON x.post_id = y.id WHERE y.author_id IN {chosen}",
            f"EXISTS (SELECT 1 FROM posts y WHERE y.id = d.post_id AND y.author_id IN {chosen})", [],
        )  # fmt: skip
    if where.aspect:
        felt, values = _felt(where.aspect_sentiment)
        yield (
            f"SELECT mention_id FROM aspects x WHERE aspect = ?{felt}",
            f"EXISTS (SELECT 1 FROM aspects x WHERE x.mention_id = d.id AND x.aspect = ?{felt})",
            [where.aspect, *values],
        )
    if where.cluster is not None:
        yield "SELECT id FROM mentions WHERE cluster = ?", "d.cluster = ?", [where.cluster]
    if where.noted:
        yield "SELECT DISTINCT mention_id FROM notes", "EXISTS (SELECT 1 FROM notes x WHERE x.mention_id = d.id)", []
    if where.intents:  # of these and the others below `conditions` says the same
        with_any = json.dumps([each for each in _intents(conn) if not set(where.intents).isdisjoint(each.split(", "))])
        ids = "SELECT id FROM mentions WHERE intents IN (SELECT value FROM json_each(?)) AND intents <> ''"
        yield ids, "1", [with_any]
    if where.urgency:
        yield "SELECT id FROM mentions WHERE urgency > 0 AND urgency >= ?", "1", [where.urgency]
    if where.brands and where.sources:
        brands, sources = _ids(conn, "brands", where.brands), _ids(conn, "sources", where.sources)
        yield (
            f"SELECT id FROM mentions WHERE source_id > 0 AND source_id IN {sources} AND brand_id IN {brands}",
            "1",
            [],
        )
    if where.assignee not in ("", NOBODY):
        yield "SELECT id FROM mentions WHERE assignee = ? AND assignee <> ''", "1", [where.assignee]


def _intents(conn: sqlite3.Connection) -> list[str]:
    """What mentions are for, each combination that there is: leaps along an index from one to the next."""
    query = (
        "WITH RECURSIVE each (name) AS (SELECT min(intents) FROM mentions WHERE intents <> '' UNION ALL SELECT "
        "(SELECT min(intents) FROM mentions WHERE intents > name AND intents <> '') FROM each WHERE name IS NOT NULL) "
        "SELECT name FROM each WHERE name IS NOT NULL"
    )
    return [str(row[0]) for row in conn.execute(query)]


def _felt(sentiment: str) -> Condition:
    if not sentiment:
        return "", []
    return (" AND x.label IS NULL", []) if sentiment == "unscored" else (" AND x.label = ?", [sentiment])


def few(conn: sqlite3.Connection, where: InboxFilter) -> tuple[Condition, bool]:
    """What other tables tell of the mentions in a list, as a condition on `d`; and whether they are few."""
    found: list[Condition] = []
    listed = False
    for ids, exists, values in _named(conn, where):
        first = [row[0] for row in conn.execute(f"{ids} LIMIT {_FEW + 1}", values)] if not listed else []
        if not listed and len(first) <= _FEW:
            found.append(("d.id IN (SELECT value FROM json_each(?))", [json.dumps(first)]))
            listed = True
        else:
            found.append((exists, values if "?" in exists else []))
    return joined(found), listed


def short(conn: sqlite3.Connection, where: InboxFilter) -> bool:
    """Whether so little was said in the period that it is best sorted."""
    if not where.since and not where.until:
        return False
    query = "SELECT count(*) FROM (SELECT 1 FROM mentions WHERE published >= ? AND published < ? LIMIT ?)"
    bounds = iso(where.since) if where.since else "", iso(where.until) if where.until else "9999"
    return int(conn.execute(query, [*bounds, _SHORT + 1]).fetchone()[0]) <= _SHORT


def unfolded(conn: sqlite3.Connection, where: InboxFilter, scope: Scope) -> Condition:
    """That a mention does not only repeat an earlier one of the list; never so of what somebody works on.

    What other tables tell (`few`) and the query are left aside: copies say the same and mostly share what is known.
    """
    sql, values = conditions(conn, where, scope, "e")
    return (
        f"NOT (d.copy = 1 AND d.status = '{NEW}' AND d.assignee = '' AND EXISTS (SELECT 1 FROM mentions e "
        "INDEXED BY mentions_cluster WHERE e.cluster = d.cluster AND e.brand_id = d.brand_id "
        "AND (e.published, e.id) < (d.published, d.id) "
        f"AND {sql}))"
    ), values
