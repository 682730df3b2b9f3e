"""What people do to mentions: status, owner, tags, notes, answers, outcomes, corrections; all of it can be undone."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from listening.errors import ListeningError
from listening.store.connection import Connection
from listening.store.copies import Copies
from listening.store.inbox_filter import ANSWERED, CLOSED, NOT_RELEVANT, STATUSES
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope
from listening.store.tally import counted
from listening.store.triage_state import State, corrected, differences, read_states, write_state

OUTCOMES = ("sale", "kept", "lost", "used")  # sold; the customer stayed; or left; the idea is taken up
_TAG, _NOTE, _NAME = 60, 10_000, 100  # characters at most
_INTENT = re.compile(r"intent:[^,;\n\r]{1,60}")  # lists of intents are parted by commas or semicolons


@dataclass(frozen=True, slots=True)
class Done:
    """What an action changed. `undo` is what `undo` takes; empty where nothing changed."""

    undo: str
    changed: int
    stale: tuple[int, ...] = ()  # left alone: somebody else changed them since they were loaded
    conflicts: tuple[tuple[int, str], ...] = ()  # of `undo`: left alone, and who changed them since


@dataclass(slots=True)
class _Asked:
    """What is to become of some mentions; None leaves as it is."""

    status: str | None = None
    assignee: str | None = None
    add_tags: Collection[str] = ()
    remove_tags: Collection[str] = ()
    note: str = ""
    reply: str | None = None
    outcome: str | None = None
    corrections: Mapping[str, str] = field(default_factory=dict)


class Triage(Connection):
    """Work on mentions."""

    def triage(
        self,
        ids: Collection[int],
        *,
        who: str,
        now: datetime,
        status: str | None = None,
        assignee: str | None = None,
        add_tags: Collection[str] = (),
        remove_tags: Collection[str] = (),
        note: str = "",
        reply: str | None = None,
        outcome: str | None = None,
        correct: Mapping[str, str] | None = None,
        expected: Mapping[int, int] | None = None,
        scope: Scope = EVERYTHING,
    ) -> Done:
        """Change these mentions, all or nothing, as one action that `undo` takes back.

        - `status`: one of STATUSES. "not relevant" also says so to what is learnt, and puts the mention on the shelf;
          any other status takes that back.
        - `reply`: the address of the answer, http or https. `outcome`: one of OUTCOMES, or "".
        - `correct`: what is right, kind -> value: {"sentiment": "negative", "intent:complaint": "no",
          "relevance": "no"}. It is shown at once, wins over all that is computed, and is learnt from.
        - `expected`: mention -> `Card.version` as it was loaded; those changed since are left alone (`Done.stale`).

        Mentions that are not there, or hidden by `scope`, are passed over. Raises ListeningError for what cannot be.
        """
        asked = _checked(_Asked(status, assignee, add_tags, remove_tags, note, reply, outcome, dict(correct or {})))
        stamp = iso(now)
        with self.writing() as conn:
            _check_intents(conn, asked.corrections)
            states = read_states(conn, ids, scope)
            stale = tuple(i for i, s in states.items() if expected and expected.get(i, s.version) != s.version)
            notes = _note_ids(conn)
            wanted = [(state, _after(state, asked, who, stamp, notes)) for i, state in states.items() if i not in stale]
            token, changed = _apply(conn, wanted, who, stamp)
        return Done(token, changed, stale)

    def undo(self, token: str, who: str, *, now: datetime, scope: Scope = EVERYTHING) -> Done:
        """Take an action back, exactly; what somebody changed since stays, and `Done.conflicts` says who did.

        Undoing is an action of its own, with a token. Raises ListeningError for a token there is not, or one used.
        """
        with self.writing() as conn:
            action = int(token) if token.isdecimal() and len(token) < 19 else 0
            if conn.execute("SELECT 1 FROM actions WHERE id = ?", [action]).fetchone() is None:
                raise ListeningError("there is nothing to undo: this action is not known.")
            if conn.execute("SELECT 1 FROM actions WHERE undoes = ?", [action]).fetchone() is not None:
                raise ListeningError("this was undone already.")
            rows = conn.execute(
                "SELECT mention_id, before, after FROM changes WHERE action_id = ?", [action]
            ).fetchall()
            states = read_states(conn, [row[0] for row in rows], scope)
            wanted: list[tuple[State, State]] = []
            conflicts: list[tuple[int, str]] = []
            for mention_id, *parts in rows:
                before, after = map(json.loads, parts)
                state = states.get(mention_id)
                if state is None:
                    continue
                if state.differs(after):
                    conflicts.append((mention_id, _last(conn, mention_id)))
                else:
                    wanted.append((state, state.back(before, after)))
            made, changed = _apply(conn, wanted, who, iso(now), action)
        return Done(made, changed, (), tuple(conflicts))


def _checked(asked: _Asked) -> _Asked:
    if asked.status is not None and asked.status not in STATUSES:
        raise ListeningError(f'there is no status "{asked.status[:40]}"; there are {", ".join(STATUSES)}.')
    if asked.outcome and asked.outcome not in OUTCOMES:
        raise ListeningError(f'there is no outcome "{asked.outcome[:40]}"; there are {", ".join(OUTCOMES)}.')
    if asked.reply and not asked.reply.startswith(("https://", "http://")):
        raise ListeningError("the address of an answer begins with https:// or http://.")
    if asked.assignee is not None:
        asked.assignee = _short("a name", asked.assignee, _NAME)
    asked.note = asked.note.strip()
    if len(asked.note) > _NOTE:
        raise ListeningError(f"a note may have up to {_NOTE:,} characters.")
    asked.add_tags = {_short("a tag", tag, _TAG) for tag in asked.add_tags} - {""}
    asked.remove_tags = {_short("a tag", tag, _TAG) for tag in asked.remove_tags}
    for kind, value in asked.corrections.items():
        sentiments = ("negative", "neutral", "positive")
        allowed = sentiments if kind == "sentiment" else ("yes", "no")
        if not (kind in ("sentiment", "relevance") or _INTENT.fullmatch(kind)) or value not in allowed:
            raise ListeningError(f'"{kind[:40]}" cannot be corrected to "{value[:40]}".')
    return asked


def _check_intents(conn: sqlite3.Connection, corrections: Mapping[str, str]) -> None:
    """Raises ListeningError for an intent that there is not: a slip would be shown, counted and learnt from."""
    known = {name for (name,) in conn.execute("SELECT name FROM intent_points")}
    for kind, value in corrections.items():
        name = kind.removeprefix("intent:")
        if known and name != kind and value == "yes" and name not in known:
            raise ListeningError(f'there is no intent "{name}"; there are: {", ".join(sorted(known))}.')


def _short(what: str, text: str, most: int) -> str:
    text = " ".join(text.split())
    if len(text) > most:
        raise ListeningError(f"{what} may have up to {most} characters.")
    return text


def _after(state: State, asked: _Asked, who: str, stamp: str, notes: Iterator[int]) -> State:
    """What becomes of a mention."""
    was, now = state.values, dict[str, Any]()
    corrections = dict(asked.corrections)
    if asked.status is not None and asked.status != was["status"]:
        now["status"] = asked.status
        now["closed"] = stamp if asked.status in (CLOSED, NOT_RELEVANT) else None
        if asked.status == NOT_RELEVANT:
            corrections.setdefault("relevance", "no")
        elif was["status"] == NOT_RELEVANT:
            corrections.setdefault("relevance", "yes")
    given = {"assignee": asked.assignee, "outcome": asked.outcome, "reply": asked.reply}
    now |= {key: value for key, value in given.items() if value is not None}
    if (asked.status == ANSWERED or asked.reply) and "answered" not in was:
        now["answered"] = stamp
    now |= {f"tag:{tag}": True for tag in sorted(asked.add_tags)}
    now |= {f"tag:{tag}": None for tag in sorted(asked.remove_tags)}
    if asked.note:
        now[f"note:{next(notes)}"] = [who, stamp, asked.note]
    return corrected(state.changed(now), corrections, who, stamp)


def _note_ids(conn: sqlite3.Connection) -> Iterator[int]:
    """Ids that no note has or had."""
    row = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'notes'").fetchone()
    return count(row[0] + 1 if row else 1)


def begin(conn: sqlite3.Connection, who: str, stamp: str, undoes: int | None = None) -> int:
    """A new action; its id is the token that undoes it."""
    sql = "INSERT INTO actions (who, made, undoes) VALUES (?, ?, ?)"
    return int(conn.execute(sql, (who, stamp, undoes)).lastrowid or 0)


def _apply(
    conn: sqlite3.Connection, wanted: Iterable[tuple[State, State]], who: str, stamp: str, undoes: int | None = None
) -> tuple[str, int]:
    """Write what differs, with its history. Returns the token, empty where nothing does, and how many changed."""
    moving = [(old, new) for old, new in wanted if old.values != new.values]
    if not moving:
        return "", 0
    action = begin(conn, who, stamp, undoes)
    judged = ("sentiment", "intents", "shelved")  # what figures are counted by
    recounted = [o.mention_id for o, n in moving if any(o.values.get(k) != n.values.get(k) for k in judged)]
    with counted(conn, recounted):
        for old, new in moving:
            write_state(conn, old, new)
            row = (action, old.mention_id, *map(_json, differences(old, new)))
            conn.execute("INSERT INTO changes (action_id, mention_id, before, after) VALUES (?, ?, ?, ?)", row)
        _regroup(conn, sorted({old.post_id for old, new in moving if old.values["shelved"] != new.values["shelved"]}))
    return str(action), len(moving)


def _regroup(conn: sqlite3.Connection, posts: Sequence[int]) -> None:
    """What went to the shelf makes place for a copy of it, what came from it finds its place."""
    if posts:
        copies = Copies(conn)
        for post_id in posts:
            copies.follow(post_id)
        copies.add(posts)


def _last(conn: sqlite3.Connection, mention_id: int) -> str:
    query = (
        "SELECT a.who FROM changes c JOIN actions a ON a.id = c.action_id WHERE c.mention_id = ? "
        "ORDER BY a.id DESC LIMIT 1"
    )
    return str(conn.execute(query, [mention_id]).fetchone()[0])


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False)
