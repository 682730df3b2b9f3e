"""Stances: a narrow row for each mention that speaks for or against a brand: people are found by it among millions.

Triggers keep it, so that whoever changes a mention need not know of it. Copies of what was said elsewhere, shelved
mentions, articles, spam, promotion, jobs and press releases are no one's stance.
"""

from __future__ import annotations

import sqlite3

POSITIVE, NEGATIVE, PRAISE, ADVOCACY, COMPLAINT, LEAVING, WAITING = 1, 2, 4, 8, 16, 32, 64  # the bits of `said`
_INTENTS = {"praise": PRAISE, "advocacy": ADVOCACY, "complaint": COMPLAINT, "leaving": LEAVING}
_NO_STANCE = ("promotion", "spam", "job", "press")
_CHANGES = ("published", "label", "score", "intents", "status", "shelved", "copy")


def _has(m: str, intent: str) -> str:
    return f"(instr({m}.intents, '{intent}') > 0 AND instr(', ' || {m}.intents || ',', ', {intent},') > 0)"


def _said(m: str) -> str:
    """The bits of a mention under the alias `m`."""
    parts = [f"({m}.label IS 'positive') * {POSITIVE}", f"({m}.label IS 'negative') * {NEGATIVE}"]
    parts += [f"{_has(m, name)} * {bit}" for name, bit in _INTENTS.items()]
    return " | ".join(f"({part})" for part in parts)


def _insert(m: str, condition: str = "1") -> str:
    """Writes the stances of the mentions under an alias: a table's, or NEW in a trigger."""
    source = "posts p" if m == "new" else f"mentions {m} JOIN posts p ON p.id = {m}.post_id"
    of = f"p.id = {m}.post_id" if m == "new" else "1"
    ruled_out = " OR ".join(_has(m, name) for name in _NO_STANCE)
    return (
        "INSERT INTO stances (brand_id, published, mention_id, author_id, source_id, said, score) "
        f"SELECT {m}.brand_id, {m}.published, {m}.id, p.author_id, p.source_id, "
        f"({_said(m)}) | (({m}.status IN ('new', 'in progress')) * {WAITING}), {m}.score FROM {source} "
        f"WHERE {of} AND {condition} AND p.author_id IS NOT NULL AND p.kind <> 'article' "
        f"AND NOT {m}.shelved AND NOT {m}.copy AND ({m}.intents <> '' OR {m}.label IN ('positive', 'negative')) "
        f"AND ({_said(m)}) AND NOT ({m}.intents <> '' AND ({ruled_out}))"
    )


_DELETE = "DELETE FROM stances WHERE brand_id = old.brand_id AND published = old.published AND mention_id = old.id"
_OF_POST = "SELECT brand_id, published, id FROM mentions WHERE post_id = new.id"
STANCES = f"""
CREATE TABLE stances (
    brand_id INTEGER NOT NULL, published TEXT NOT NULL, mention_id INTEGER NOT NULL, author_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL, said INTEGER NOT NULL, score REAL,
    PRIMARY KEY (brand_id, published, mention_id)) WITHOUT ROWID;
CREATE INDEX stances_author ON stances (author_id, brand_id, published, said, score, source_id);
CREATE TRIGGER stances_new AFTER INSERT ON mentions BEGIN {_insert("new")}; END;
CREATE TRIGGER stances_gone AFTER DELETE ON mentions BEGIN {_DELETE}; END;
CREATE TRIGGER stances_changed AFTER UPDATE OF {", ".join(_CHANGES)} ON mentions
    WHEN {" OR ".join(f"old.{column} IS NOT new.{column}" for column in _CHANGES)}
    BEGIN {_DELETE}; {_insert("new")}; END;
CREATE TRIGGER stances_author AFTER UPDATE OF author_id ON posts WHEN old.author_id IS NOT new.author_id
    BEGIN DELETE FROM stances WHERE (brand_id, published, mention_id) IN ({_OF_POST}); {_insert("m", "p.id = new.id")}; END;
{_insert("m")};
"""  # noqa: E501


def rebuild(conn: sqlite3.Connection) -> None:
    """Write all stances anew from the mentions."""
    conn.execute("DELETE FROM stances")
    conn.execute(_insert("m"))


def differs(conn: sqlite3.Connection) -> bool:
    """Whether stances are missing, or are there that no mention has."""
    orphans = "SELECT 1 FROM stances v WHERE NOT EXISTS (SELECT 1 FROM mentions m WHERE m.id = v.mention_id)"
    select = _insert("m").partition(") SELECT")[2]
    counted = f"SELECT (SELECT count(*) FROM stances) <> (SELECT count(*) FROM (SELECT{select}))"
    return bool(conn.execute(f"SELECT EXISTS ({orphans}) OR ({counted})").fetchone()[0])
