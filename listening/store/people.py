"""Persons: finding them by what people type, and the joining of two handles that are one human, which can be undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from listening.errors import StoreError
from listening.store.connection import Connection
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope

_NAMED = (
    "SELECT id FROM authors WHERE lower(name) = lower(?) UNION SELECT id FROM authors WHERE native_id IN (?, lower(?)) "
    "UNION SELECT id FROM authors WHERE url <> '' AND url = ?"
)
_WROTE = "SELECT author_id FROM posts WHERE url = ? AND author_id IS NOT NULL"
_HANDLE = (
    "SELECT a.id, coalesce(p.person_id, a.id), a.platform, a.name, a.native_id, a.url, a.followers "
    "FROM authors a LEFT JOIN persons p ON p.author_id = a.id WHERE a.id = ?"
)
_SAME = "SELECT author_id FROM persons WHERE person_id = (SELECT person_id FROM persons WHERE author_id = ?)"
_CHANGES = (
    "SELECT c.id, c.made, c.who, "
    "(SELECT json_group_array(d.author_id) FROM person_changed d WHERE d.change_id = c.id), "
    "EXISTS (SELECT 1 FROM person_changed d JOIN person_changed l ON l.author_id = d.author_id "
    "JOIN person_changes n ON n.id = l.change_id WHERE d.change_id = c.id AND n.id > c.id AND n.undone IS NULL) "
    "FROM person_changes c WHERE c.undone IS NULL AND c.id {} ORDER BY c.id DESC"
)
_MOST = 50  # handles that one search returns


@dataclass(frozen=True, slots=True)
class Handle:
    """One author on one platform."""

    author_id: int
    person_id: int  # the same for all handles of one human
    platform: str
    name: str
    native_id: str
    url: str
    followers: int | None
    posts: int
    first: str | None  # when they were first and last heard, ISO, UTC
    last: str | None


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A change to who is one person that still holds: handles that were joined, or one that was let go."""

    id: int
    made: str
    who: str
    authors: tuple[int, ...]
    last: bool  # nothing later builds on it: `undo_person` takes it back


class People(Connection):
    """Who is behind the handles."""

    def find_people(
        self, typed: str, platform: str = "", scope: Scope = EVERYTHING, *, like: bool = False
    ) -> list[Handle]:
        """The handles that a name, @handle, handle@platform, profile, address of a post, native id or "#number" means.

        The busiest first, each with all handles it is joined to. With `like` names that begin so are found, too.
        """
        found = self._typed(typed.strip(), platform.strip().lower())
        if like and not found:
            rows = self.db.conn.execute(
                "SELECT id FROM authors WHERE lower(name) >= lower(?) AND lower(name) < lower(?) || char(1114111) "
                "AND ? IN ('', platform) LIMIT ?", [typed, typed, platform, _MOST],
            )  # fmt: skip
            found = {int(row[0]) for row in rows}
        persons = {handle.person_id for handle in self._handles(found, scope)}
        return sorted(self.handles_of(persons, scope), key=lambda h: (-h.posts, h.author_id))

    def typed_handle(self, typed: str, platform: str = "") -> int | None:
        """The author that is meant, without those it is joined to; None where that is not exactly one."""
        found = self._typed(typed.strip(), platform.strip().lower())
        return next(iter(found)) if len(found) == 1 else None

    def _typed(self, typed: str, platform: str) -> set[int]:
        if typed.startswith("#") and typed[1:].isdigit():
            rows = self.db.conn.execute("SELECT id FROM authors WHERE id = ?", [int(typed[1:])]).fetchall()
            return {int(row[0]) for row in rows}
        name = typed.removeprefix("@").removeprefix("u/").removeprefix("/u/")
        rows = self.db.conn.execute(_NAMED, [name, name, name, typed]).fetchall()
        if not rows and name != typed:
            rows = self.db.conn.execute(_NAMED, [typed, typed, typed, typed]).fetchall()
        if not rows and urlsplit(typed).scheme in ("http", "https"):
            rows = self.db.conn.execute(_WROTE, [typed]).fetchall()
        name, at, where = typed.rpartition("@")
        if not rows and at and name and not platform:  # kim@reddit
            return self._typed(name, where.lower())
        ids = {int(row[0]) for row in rows}
        if not platform:
            return ids
        return {handle.author_id for handle in self._handles(ids, EVERYTHING) if _on(handle.platform, platform)}

    def handles_of(self, persons: Collection[int], scope: Scope = EVERYTHING) -> list[Handle]:
        """All handles of these persons that somebody may see; any handle of a person stands for it."""
        return self._handles({author for person in persons for author in self._authors(person)}, scope)

    def _authors(self, person: int) -> list[int]:
        """The ids of all authors that are this person."""
        return sorted({person, *(int(row[0]) for row in self.db.conn.execute(_SAME, [person]))})

    def _handles(self, ids: Collection[int], scope: Scope) -> list[Handle]:
        sql, hidden = scope.sources("p.source_id")
        told = f"SELECT count(*), min(p.published), max(p.published) FROM posts p WHERE p.author_id = ? AND {sql}"
        found = []
        for author in sorted(ids):
            known = self.db.conn.execute(_HANDLE, [author]).fetchone()
            posts = self.db.conn.execute(told, [author, *hidden]).fetchone()
            if known is not None and (posts[0] or not hidden):
                found.append(Handle(*known, *posts))
        return found

    def reach(self, person: int) -> int | None:
        """The followers of a person on all platforms together; None where no platform tells."""
        query = "SELECT sum(followers) FROM authors WHERE id IN (SELECT value FROM json_each(?))"
        found: int | None = self.db.conn.execute(query, [json.dumps(self._authors(person))]).fetchone()[0]
        return found

    def merge(self, authors: Sequence[int], *, now: datetime, who: str = "") -> int:
        """Say that these handles, with all they are joined to, are one person. Returns the id of the change, to undo.

        Raises StoreError where there are not two of them, or they are one person already.
        """
        with self.writing() as conn:
            persons = sorted({_person(conn, author) for author in authors})
            if len(persons) < 2:
                raise StoreError("these handles are one person already: name two that are not")
            handles = sorted({handle for person in persons for handle in _joined(conn, person)})
            return _change(conn, dict.fromkeys(handles, persons[0]), now, who)

    def unmerge(self, author: int, *, now: datetime, who: str = "") -> int:
        """Say that a handle is a person of its own after all. Returns the id of the change, to undo.

        Raises StoreError where it is not joined to any other.
        """
        with self.writing() as conn:
            others = [each for each in _joined(conn, _person(conn, author)) if each != author]
            if not others:
                raise StoreError("this handle is not joined to any other")
            alone = None if len(others) == 1 else others[0]
            return _change(conn, {author: None, **dict.fromkeys(others, alone)}, now, who)

    def undo_person(self, change: int, *, now: datetime) -> bool:
        """Take a `merge` or `unmerge` back; False where it was taken back before, or later ones build on it."""
        with self.writing() as conn:
            mine = "SELECT author_id FROM person_changed WHERE change_id = ?"
            later = conn.execute(
                f"SELECT 1 FROM person_changed d JOIN person_changes c ON c.id = d.change_id WHERE c.id > ? "
                f"AND c.undone IS NULL AND d.author_id IN ({mine})", [change, change],
            ).fetchone()  # fmt: skip
            if later is not None:
                return False
            done = conn.execute(
                "UPDATE person_changes SET undone = ? WHERE id = ? AND undone IS NULL", [iso(now), change]
            )
            if not done.rowcount:
                return False
            was = "SELECT author_id, was FROM person_changed WHERE change_id = ?"
            _set(conn, {int(author): person for author, person in conn.execute(was, [change]).fetchall()})
            return True

    def person_changes(self, person: int) -> list[PersonChange]:
        """The changes that a person's handles took part in, newest first."""
        mine = "SELECT change_id FROM person_changed WHERE author_id IN (SELECT value FROM json_each(?))"
        return self._changes(f"IN ({mine})", json.dumps(self._authors(person)))

    def person_change(self, change: int) -> PersonChange | None:
        """One change; None where there is none, or it was taken back."""
        return next(iter(self._changes("= ?", change)), None)

    def _changes(self, which: str, value: int | str) -> list[PersonChange]:
        rows = self.db.conn.execute(_CHANGES.format(which), [value])
        return [
            PersonChange(ident, made, who, tuple(json.loads(authors)), not later)
            for ident, made, who, authors, later in rows
        ]


def _on(platform: str, typed: str) -> bool:
    """Whether a platform is the one that somebody means by "reddit" or "reddit.com"."""
    return typed == platform or platform.startswith(f"{typed}.") or platform.endswith(f".{typed}")


def _person(conn: sqlite3.Connection, author: int) -> int:
    row = conn.execute(
        "SELECT coalesce(p.person_id, a.id) FROM authors a LEFT JOIN persons p ON p.author_id = a.id WHERE a.id = ?",
        [author],
    ).fetchone()
    if row is None:
        raise StoreError("there is no such person any more")
    return int(row[0])


def _joined(conn: sqlite3.Connection, person: int) -> list[int]:
    rows = conn.execute("SELECT author_id FROM persons WHERE person_id = ? ORDER BY 1", [person]).fetchall()
    return [int(row[0]) for row in rows] or [person]


def _change(conn: sqlite3.Connection, persons: dict[int, int | None], now: datetime, who: str) -> int:
    """Give authors their person (None: nobody but themselves), and keep what was before."""
    change = int(conn.execute("INSERT INTO person_changes (made, who) VALUES (?, ?)", [iso(now), who]).lastrowid or 0)
    conn.executemany(
        "INSERT INTO person_changed SELECT ?, ?, (SELECT person_id FROM persons WHERE author_id = ?)",
        [(change, author, author) for author in persons],
    )
    _set(conn, persons)
    return change


def _set(conn: sqlite3.Connection, persons: dict[int, int | None]) -> None:
    conn.executemany("DELETE FROM persons WHERE author_id = ?", [(author,) for author in persons])
    conn.executemany("INSERT INTO persons VALUES (?, ?)", [each for each in persons.items() if each[1] is not None])
