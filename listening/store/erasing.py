"""Erasing a person from every table and index, and from what others wrote of them, and keeping them out for good."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from listening.errors import StoreError
from listening.post import Quote
from listening.store import index, optouts, tally
from listening.store.copies import Copies
from listening.store.moment import iso
from listening.store.optouts import Cleaned, Digests, Guard
from listening.store.people import Handle
from listening.store.privacy import Requests, identity
from listening.store.upkeep import WORKED_ON, mentions_of

_BATCH = 200  # posts in one transaction: longer ones keep people waiting
_READ = 2000  # posts of others that are looked at in one go
_THEIRS = (
    "SELECT p.id, p.source_id, p.platform, p.native_id, p.url, p.title, p.text, t.id, t.native_id, "
    "p.position = 1 OR t.native_id = p.native_id OR (p.title <> '' AND p.reply_to = '') FROM posts p "
    "LEFT JOIN threads t ON t.id = p.thread_id WHERE p.author_id IN (SELECT value FROM json_each(?)) LIMIT ?"
)
_OTHERS = (
    "SELECT p.id, p.platform, p.title, p.text, p.quotes, p.url, coalesce(t.native_id, ''), coalesce(t.title, '') "
    "FROM posts p LEFT JOIN threads t ON t.id = p.thread_id WHERE p.id > ? ORDER BY p.id LIMIT ?"
)
# Tables that hold nobody's words, or are seen to on their own.
_LEFT_OUT = frozenset(
    "accounts sessions tokens tries brands posts threads models authors persons person_changed not_same mentions "
    "copies copy_keys copy_log stances daily figures calendar checkpoints opt_outs opt_out_key privacy_requests "
    "backups aspects slots leases heard hourly alert_rules flipped letters sites intent_points".split()
)
_SETTINGS = {"sources": {"name", "kind", "url", "timetable", "slot", "due_for"}}  # columns that are left as they are
_TEAM = {"who", "owner", "assignee"}  # columns of any table that name the team
Progress = Callable[[str, int, int], None]  # what is done, how much of it, of how many


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing somebody would take, or took."""

    handles: tuple[Handle, ...]
    posts: int
    mentions: int
    worked_on: int  # mentions that the team labelled, tagged, assigned or moved on
    others: int = 0  # posts of others that named or quoted them: known once it is done
    request: int = 0  # its number in the log of requests; 0 before it is done


class Erasing(Requests):
    """What `listening erase` does."""

    def plan_erasure(self, person: int) -> Erasure:
        """What erasing a person, under all their handles, would take."""
        handles = tuple(self.handles_of([person]))
        ids = json.dumps([handle.author_id for handle in handles])
        mentions, worked_on = self.db.conn.execute(
            f"SELECT count(*), coalesce(sum({WORKED_ON}), 0) FROM posts p JOIN mentions m ON m.post_id = p.id "
            "WHERE p.author_id IN (SELECT value FROM json_each(?))",
            [ids],
        ).fetchone()
        return Erasure(handles, sum(handle.posts for handle in handles), mentions, worked_on)

    def erase(self, person: int, *, now: datetime, who: str = "", progress: Progress | None = None) -> Erasure:
        """Erase a person under all their handles, and keep them out. `scrub` then takes what is left in free pages.

        In steps that keep nobody waiting. If it is interrupted, erasing them again completes it: they are kept out
        from the first step on, and found until the last. Raises StoreError where there is no such person.
        """
        plan = self.plan_erasure(person)
        if not plan.handles:
            raise StoreError("there is no such person any more")
        tell = progress or (lambda *_: None)
        authors = [handle.author_id for handle in plan.handles]
        with self.writing() as conn:
            request = self._request(conn, "erase", now, who, handles=len(plan.handles), posts=plan.posts)
            digests = Digests(conn)
            for each in plan.handles:
                digests.keep(request, identity(conn, each.platform, each.native_id, each.name))
        vocabulary = self._take_posts(authors, request, lambda done: tell("their posts", done, plan.posts))
        guard = Guard(self.db.conn, 0)
        others = self._clean_others(guard, tell)
        topics = _topics(self.db.conn, guard)
        with self.writing() as conn:
            conn.executemany("UPDATE threads SET title = ?, url = ? WHERE id = ?", topics)
            _clean_rest(conn, guard)
            _forget_words(conn, guard, vocabulary)
            conn.execute("DELETE FROM authors WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(authors)])
            finish = "UPDATE privacy_requests SET done = ?, others = ?, scrubbed = 0 WHERE id = ?"
            conn.execute(finish, [iso(now), others, request])
        return Erasure(plan.handles, plan.posts, plan.mentions, plan.worked_on, others, request)

    def _take_posts(self, authors: Sequence[int], request: int, progress: Callable[[int], None]) -> set[str]:
        """Delete their posts with all that hangs on them. Returns the words of those that models may have learnt."""
        done, vocabulary, ids = 0, set[str](), json.dumps(authors)
        while True:
            with self.writing() as conn:
                rows = conn.execute(_THEIRS, [ids, _BATCH]).fetchall()
                if not rows:
                    return vocabulary
                for row in rows:
                    if conn.execute("SELECT 1 FROM labels WHERE post_id = ?", [row[0]]).fetchone():
                        vocabulary |= set(optouts.words(f"{row[5]} {row[6]}"))
                Digests(conn).keep(request, (*_traces(rows), *_quoted(conn, rows)))
                with tally.counted(conn, mentions_of(conn, [row[0] for row in rows])):
                    _delete(conn, rows)
            done += len(rows)
            progress(done)

    def _clean_others(self, guard: Guard, tell: Progress) -> int:
        """Take their name and words out of what others wrote. Returns in how many posts."""
        last, changed = 0, 0
        top = int(self.db.conn.execute("SELECT coalesce(max(id), 0) FROM posts").fetchone()[0])
        while rows := self.db.conn.execute(_OTHERS, [last, _READ]).fetchall():
            last = rows[-1][0]
            found = [(row, clean) for row in rows if (clean := _cleaned(guard, row)) is not None]
            for at in range(0, len(found), _BATCH):
                with self.writing() as conn:
                    for row, clean in found[at : at + _BATCH]:
                        changed += _rewrite(conn, guard, row, clean)
            tell("posts of others", last, top)
        return changed


def _traces(rows: Sequence[Any]) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """By what their threads and sentences are known again."""
    for _, _, platform, _, _, title, text, thread_id, thread, opens in rows:
        for sentence in (*optouts.sentences(title), *optouts.sentences(text)):
            yield optouts.SENTENCE, (sentence,), 0
        if thread_id is not None:
            yield optouts.THREAD, (platform, thread), 0
            if opens:
                yield optouts.TOPIC, (platform, thread), 0


def _quoted(conn: sqlite3.Connection, rows: Sequence[Any]) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Parts of what they said that others quote in the same threads, by which such a quote is known again."""
    said: dict[int, list[str]] = {}
    for _, _, _, _, _, title, text, thread_id, *_ in rows:
        if thread_id is not None:
            said.setdefault(thread_id, []).append(f" {' '.join(optouts.words(f'{title} {text}'))} ")
    for thread_id, texts in said.items():
        query = "SELECT quotes FROM posts WHERE thread_id = ? AND quotes IS NOT NULL"
        for (quotes,) in conn.execute(query, [thread_id]).fetchall():
            for each in json.loads(quotes):
                words = optouts.words(each["text"])
                part = " ".join(words)
                if len(words) >= optouts.WHOLE and any(f" {part} " in text for text in texts):
                    yield optouts.SENTENCE, (part,), 0


def _delete(conn: sqlite3.Connection, rows: Sequence[Any]) -> None:
    copies = Copies(conn)
    for post_id, _, _, native, url, title, text, thread_id, *_ in rows:
        copies.leave(post_id)
        index.drop(conn, [(post_id, title, text)])
        conn.execute("DELETE FROM quarantine WHERE url = ? AND url <> ''", [url])
        if thread_id is not None:
            answers = "UPDATE posts SET reply_to = '' WHERE thread_id = ? AND reply_to = ? AND reply_to <> ''"
            conn.execute(answers, [thread_id, native])
        conn.execute("DELETE FROM posts WHERE id = ?", [post_id])
        alone = "DELETE FROM threads WHERE id = ? AND NOT EXISTS (SELECT 1 FROM posts WHERE thread_id = threads.id)"
        conn.execute(alone, [thread_id])


def _cleaned(guard: Guard, row: Any) -> Cleaned | None:
    """A post of somebody else without them; None where they are not in it."""
    _, platform, title, text, quotes, url, thread, topic = row
    said = tuple(Quote(**each) for each in json.loads(quotes)) if quotes else ()
    before = Cleaned(title, text, said, url)
    after = guard.clean(platform, thread, topic, before)
    return None if after == before else after


def _rewrite(conn: sqlite3.Connection, guard: Guard, row: Any, clean: Cleaned) -> int:
    """Write a cleaned post, unless a crawl changed it meanwhile: then it was cleaned on its way in."""
    post_id, _, title, text, *_ = row
    if conn.execute("SELECT title, text FROM posts WHERE id = ?", [post_id]).fetchone() != (title, text):
        return 0
    quotes = json.dumps([asdict(each) for each in clean.quotes], ensure_ascii=False) if clean.quotes else None
    mentions = [row[0] for row in conn.execute("SELECT id FROM mentions WHERE post_id = ?", [post_id]).fetchall()]
    copies, said_anew = Copies(conn), (clean.title, clean.text) != (title, text)
    if said_anew:
        copies.leave(post_id)
        index.change(conn, post_id, (title, text), (clean.title, clean.text))
    conn.execute(
        "UPDATE posts SET title = ?, text = ?, quotes = ?, url = ? WHERE id = ?",
        [clean.title, clean.text, quotes, clean.url, post_id],
    )
    if said_anew:
        copies.add([post_id] if mentions else [])
    for mention in mentions:
        _wipe_rows(conn, guard, "mentions", ["words", "why"], "id = ?", [mention])
        _wipe_rows(conn, guard, "aspects", ["words"], "mention_id = ?", [mention])
    return 1


def _topics(conn: sqlite3.Connection, guard: Guard) -> list[tuple[str, str, int]]:
    """Title, address and id of the threads in which they are."""
    found = []
    for ident, platform, native, title, url in conn.execute("SELECT id, platform, native_id, title, url FROM threads"):
        clean = guard.thread(platform, native, title, url)
        if clean != (title, url):
            found.append((*clean, int(ident)))
    return found


def _clean_rest(conn: sqlite3.Connection, guard: Guard) -> None:
    """All other tables, also those that this module knows nothing of: names are masked, sentences taken out."""
    conn.execute("DELETE FROM figures WHERE mentions = 0")  # a site may have been theirs alone
    for ident, raw in conn.execute("SELECT id, raw FROM quarantine").fetchall():
        if guard.names(raw):
            conn.execute("DELETE FROM quarantine WHERE id = ?", [ident])
    tables = conn.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'").fetchall()
    for (table,) in tables:
        if table in _LEFT_OUT or table.startswith(("sqlite_", "_sqlite_")):
            continue
        columns = [
            name for _, name, kind, *_ in conn.execute(f'PRAGMA table_info("{table}")').fetchall()
            if kind.upper() == "TEXT" and name not in _SETTINGS.get(table, set()) | _TEAM
        ]  # fmt: skip
        if columns:
            _wipe_rows(conn, guard, table, columns, "1", [])


def _wipe_rows(
    conn: sqlite3.Connection, guard: Guard, table: str, columns: Sequence[str], where: str, values: Sequence[Any]
) -> None:
    """Take them out of the text columns of some rows."""
    for column in columns:
        found = {
            value: wiped
            for (value,) in conn.execute(f'SELECT DISTINCT "{column}" FROM "{table}" WHERE {where}', values).fetchall()
            if isinstance(value, str) and value and (wiped := guard.wipe(value)) != value
        }
        for value, wiped in found.items():
            change = f'UPDATE OR REPLACE "{table}" SET "{column}" = ? WHERE "{column}" = ? AND {where}'
            conn.execute(change, [wiped, value, *values])


def _forget_words(conn: sqlite3.Connection, guard: Guard, vocabulary: set[str]) -> None:
    """Take words out of learnt models that nobody but them ever used, and their name."""
    seen = "SELECT 1 FROM posts_fts WHERE posts_fts MATCH ? LIMIT 1"
    own = {word for word in vocabulary if conn.execute(seen, [f'"{word}"']).fetchone() is None}
    for rowid, data in conn.execute("SELECT rowid, data FROM models WHERE kind <> ''").fetchall():
        model = json.loads(data)
        for part in ("words", "pairs"):
            model[part] = {
                key: weights for key, weights in model.get(part, {}).items()
                if own.isdisjoint(optouts.words(key)) and guard.mask(key, bare=True) == key
            }  # fmt: skip
        kept = json.dumps(model, ensure_ascii=False, separators=(",", ":"))
        if kept != data:
            conn.execute("UPDATE models SET data = ? WHERE rowid = ?", [kept, rowid])
