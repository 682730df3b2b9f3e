"""Files of any size, filled in bulk with what `drawn` draws, just as saving post by post and triage would fill them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

from listening.store import Store, heard
from listening.store.mentions import _JUDGED, _list, _row
from listening.store.moment import iso
from listening.store.saving import _POST_COLUMNS, _Save
from listening.store.triage import _after, _Asked
from listening.store.triage_state import State, differences
from tests.bench.drawn import BRANDS, PRIVATE, SLICES, SOURCES, Made, draw
from tests.bench.repeated import repeat

_TABLES = ("posts", "mentions", "authors", "threads", "aspects", "mention_tags", "labels", "notes", "changes", "copies")
_MENTION = (
    *("id post_id brand_id".split()), *_JUDGED,
    *"created source_id status assignee version answered closed reply outcome cluster copy".split(),
)  # fmt: skip
_CHUNK = 20_000
Rows = dict[str, list[tuple[Any, ...]]]


def fill(
    path: Path, posts: int, *, slices: int = SLICES, progress: Callable[[int], None] = lambda _: None
) -> None:  # fmt: skip
    """A new file with about so many posts, each with one mention or two: the first five weeks, again and again.

    It is what `Store.save` and `Store.triage` would have made of them, one by one (a test compares), but for the keys
    under which later posts find their copies: those take as long as all the rest.
    """
    if path.exists():
        raise FileExistsError(path)
    with Store(path) as store:
        prepare(store)
        conn = store.db.conn
        conn.execute("PRAGMA journal_mode = OFF")
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("PRAGMA cache_size = -600000")
        marks = ", ".join("?" * len(_TABLES))
        query = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> '' AND tbl_name IN ({marks})"
        later = conn.execute(query, _TABLES).fetchall()
        for name, _ in later:
            conn.execute(f"DROP INDEX {name}")
        triggers = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            conn.execute(f"DROP TRIGGER {name}")
        base = -(-posts // slices)
        _Filling(store).fill(draw(base), progress)
        repeat(conn, base, slices, progress)
        for _, sql in later:
            conn.execute(sql)
        conn.execute("ANALYZE")  # or what follows walks whole indexes for each row
        store.count_anew()
        heard.count_all(conn)
        for _, sql in triggers:
            conn.execute(sql)
        conn.execute("ANALYZE")
    with Store(path):  # back to the journal that stays
        pass


def prepare(store: Store) -> None:
    """The brands and sources that are drawn from."""
    store.know(
        [{"name": name, "kind": name.partition("-")[0], "private": name == PRIVATE} for name in SOURCES],
        [{"name": name, "ours": ours} for name, _, ours in BRANDS],
    )


class _Filling:
    def __init__(self, store: Store) -> None:
        self.conn = store.db.conn
        self.sources = dict(self.conn.execute("SELECT name, id FROM sources").fetchall())
        self.brands = dict(self.conn.execute("SELECT name, id FROM brands").fetchall())
        self.saving = _Save(self.conn, 0, "", self.brands)
        self.people: dict[tuple[str, str], int] = {}
        self.threads: dict[tuple[str, str], int] = {}
        self.clusters: dict[int, int] = {}  # the first post's number -> its cluster
        self.firsts: dict[int, int] = {}  # the mention of a post that copies repeat
        self.mention_ids, self.note_ids, self.action_ids = count(1), count(1), count(1)
        self.rows: Rows = {}

    def fill(self, made: Iterator[Made], progress: Callable[[int], None]) -> None:
        ids = count(1)
        while chunk := list(islice(made, _CHUNK)):
            self.rows = {}
            for each in chunk:
                self._post(next(ids), each)
            self.conn.execute("BEGIN")
            for table, rows in self.rows.items():
                self._write(table, rows)
            self.conn.execute("COMMIT")
            progress(len(chunk))
        heads = [(cluster, self.firsts[number]) for number, cluster in self.clusters.items()]
        self.conn.executemany("UPDATE mentions SET cluster = ? WHERE id = ?", heads)

    def _write(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        columns = {"posts": _POST_COLUMNS, "mentions": _MENTION}.get(table.partition(" ")[0])
        names = f" ({', '.join(columns)})" if columns else ""
        self.conn.executemany(f"INSERT INTO {table}{names} VALUES ({', '.join('?' * len(rows[0]))})", rows)

    def _add(self, table: str, *values: Any) -> None:
        self.rows.setdefault(table, []).append(values)

    def _post(self, post_id: int, made: Made) -> None:
        post = made.entry.post
        self.saving.source_id, self.saving.stamp = self.sources[made.source], iso(made.collected)
        if post.author is not None:
            key = (post.platform, post.author.id)
            if key not in self.people:
                self.people[key] = len(self.people) + 1
                author = post.author
                self._add("authors", self.people[key], *key, author.name, author.url, author.followers)
        if post.thread is not None:
            key = (post.platform, post.thread.id)
            if key not in self.threads:
                self.threads[key] = len(self.threads) + 1
                self._add("threads", self.threads[key], *key, post.thread.title, post.thread.url)
        self._add("posts", *self.saving._row(post_id, made.entry, self.people, self.threads))
        cluster = self._cluster(post_id, made)
        for number, mention in enumerate(made.entry.mentions):
            ident, brand = next(self.mention_ids), self.brands[mention.brand]
            if cluster is None and number == 0:
                self.firsts[int(post.id)] = ident
            judged, when = _row(mention, mention.label), iso(post.published or made.collected)
            state = State(
                ident, post_id, brand, self.saving.source_id, when, 0, mention.label, "", mention.score,
                mention.urgency.total,
                {"status": "new", "assignee": "", "reply": "", "outcome": "", "sentiment": mention.label,
                 "intents": judged[4], "shelved": 0},
            )  # fmt: skip
            acts = made.acts if number == 0 else ()
            for act in acts:
                state = self._act(state, *act)
            now = state.values
            self._add(
                "mentions", ident, post_id, brand, state.published, *judged[:7], now["shelved"], judged[8],
                self.saving.stamp, self.saving.source_id, now["status"], now["assignee"], len(acts),
                now.get("answered"), now.get("closed"), now["reply"], now["outcome"], cluster, int(cluster is not None),
            )  # fmt: skip
            for aspect in mention.aspects:
                self._add("aspects", ident, aspect.name, aspect.label, aspect.score, _list(aspect.words))

    def _cluster(self, post_id: int, made: Made) -> int | None:
        first = made.copy_of
        if first is None:
            return None
        if first not in self.clusters:
            self.clusters[first] = len(self.clusters) + 1
            self._add("copies", first + 1, self.clusters[first], 1.0, 0, 0, 1)
        self._add("copies", post_id, self.clusters[first], 1.0, 0, 0, 0)
        return self.clusters[first]

    def _act(self, state: State, who: str, when: Any, given: dict[str, Any]) -> State:
        action, stamp = next(self.action_ids), iso(when)
        after = _after(state, _Asked(**given), who, stamp, self.note_ids)
        before, now = differences(state, after)
        self._add("actions", action, who, stamp, None)
        pair = (json.dumps(each, ensure_ascii=False) for each in (before, now))
        self._add("changes", action, state.mention_id, *pair)
        for key, value in now.items():
            kind, _, name = key.partition(":")
            if kind == "tag":
                self._add("mention_tags", state.mention_id, name)
            elif kind == "note":
                self._add("notes", int(name), state.mention_id, *value)
            elif kind == "label":
                table = "labels (post_id, brand_id, kind, value, who, made)"
                self._add(table, state.post_id, state.brand_id, name, *value)
        return after
