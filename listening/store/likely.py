"""Handles that are likely one human: the same e-mail address, profile address or rare name. Nobody is joined by it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, combinations, islice

from listening.store.moment import iso
from listening.store.people import Handle, People
from listening.store.scope import EVERYTHING, Scope

_SHARED = 4  # so many handles may share what tells one human: what more share tells nothing
_GROUPS = {  # what is compared -> SQL of it, surest first; a condition on the rows that have it
    "e-mail address": ("native_id", "instr(native_id, '@') > 1"),
    "profile address": ("url", "url <> ''"),
    "name": ("lower(name)", "1"),
}
_NOBODY = frozenset(
    "anonymous anonym anonyme anonimo guest gast visitor deleted [deleted] unknown user customer admin administrator "
    "moderator support webmaster editor staff newsroom redaktion reader member info test".split()
)
_TELLING = re.compile(r"(?=.*[a-z])(?=.*[\d_.\-])[\w.\-]{5,}|\w{9,}", re.I)  # kim_lathe, kim77, gearheadwendy
_WORDS = re.compile(r"\w{2,}(?:[ .'\-]+\w+)+")
Pair = tuple[int, int]  # of author ids, the lower one first
Pairs = dict[Pair, list[str]]  # pair -> the evidence in words
Alike = tuple[Pair, list[str]]


@dataclass(frozen=True, slots=True)
class Likely:
    """Two handles that may be one person, and why."""

    one: Handle
    other: Handle
    evidence: tuple[str, ...]  # the strongest first, in words
    sure: bool  # more than a name: an address that both give


def telling(name: str) -> bool:
    """Whether a name is rare enough to tell one human from others: kim_lathe does, Kim does not."""
    plain = name.strip().lower()
    return plain not in _NOBODY and (_TELLING.fullmatch(plain) is not None or _WORDS.fullmatch(plain) is not None)


class Suggestions(People):
    """Whom one might want to join."""

    def likely_same(self, limit: int = 50, scope: Scope = EVERYTHING) -> list[Likely]:
        """Pairs of handles that are likely one person, by the strength of the evidence; none that was turned down."""
        return list(islice(self._shown(self._alike(), scope), limit))

    def alike(self, limit: int) -> list[Alike]:
        """The first so many pairs of handles with the evidence, whoever may see them: to be kept, as it takes long."""
        return list(islice(self._alike(), limit))

    def newest_handle(self) -> int:
        """The id of the handle that was met last: it grows as more are."""
        return int(self.db.conn.execute("SELECT coalesce(max(id), 0) FROM authors").fetchone()[0])

    def still_likely(self, alike: Iterable[Alike], limit: int, scope: Scope = EVERYTHING) -> list[Likely]:
        """Those pairs that nobody joined or turned down since."""
        return list(islice(self._shown(alike, scope), limit))

    def _alike(self) -> Iterator[Alike]:
        pairs: Pairs = {}
        for what in ("e-mail address", "profile address"):
            for value in self._shared(what):
                self._share(pairs, what, value)
        for one, _ in list(pairs):
            name = self.db.conn.execute("SELECT lower(name) FROM authors WHERE id = ?", [one]).fetchone()[0]
            self._share(pairs, "name", str(name))
        return chain(_strongest(pairs), self._namesakes(pairs))

    def _shared(self, what: str) -> Iterator[str]:
        """What several handles have in common, though not many."""
        sql, condition = _GROUPS[what]
        shared = f"SELECT {sql} FROM authors WHERE {condition} GROUP BY 1 HAVING count(*) BETWEEN 2 AND ?"
        return (str(value) for (value,) in self.db.conn.execute(shared, [_SHARED]))

    def _namesakes(self, known: Pairs) -> Iterator[Alike]:
        """Pairs with a rare name in common and nothing else. There may be very many, so they are met one by one."""
        for value in self._shared("name"):
            pairs: Pairs = {}
            self._share(pairs, "name", value)
            yield from ((pair, why) for pair, why in pairs.items() if pair not in known)

    def likely_of(self, person: int, scope: Scope = EVERYTHING) -> list[Likely]:
        """The handles that are likely the same person as this one."""
        pairs: Pairs = {}
        mine = {handle.author_id for handle in self.handles_of([person], scope)}
        for what, (sql, condition) in _GROUPS.items():
            query = f"SELECT DISTINCT {sql} FROM authors WHERE id IN (SELECT value FROM json_each(?)) AND {condition}"
            for (value,) in self.db.conn.execute(query, [json.dumps(sorted(mine))]).fetchall():
                self._share(pairs, what, str(value))
        ours = {pair: why for pair, why in pairs.items() if len(mine.intersection(pair)) == 1}
        return list(self._shown(_strongest(ours), scope))

    def not_same(self, one: int, other: int, *, now: datetime, who: str = "") -> None:
        """Turn a suggestion down: these two are not asked about again."""
        with self.writing() as conn:
            conn.execute("INSERT OR IGNORE INTO not_same VALUES (?, ?, ?, ?)", [*sorted((one, other)), iso(now), who])

    def maybe_same(self, one: int, other: int) -> None:
        """Take a `not_same` back."""
        with self.writing() as conn:
            conn.execute("DELETE FROM not_same WHERE one = ? AND other = ?", sorted((one, other)))

    def _share(self, pairs: Pairs, what: str, value: str) -> None:
        """Add the pairs of handles that share something, each on a platform of its own."""
        if what == "name" and not telling(value):
            return
        sql, condition = _GROUPS[what]
        query = f"SELECT id, platform FROM authors WHERE {condition} AND {sql} = ? LIMIT ?"
        rows = self.db.conn.execute(query, [value, _SHARED + 1]).fetchall()
        if len(rows) > _SHARED or len({platform for _, platform in rows}) < len(rows):
            return
        for one, other in combinations(sorted(int(ident) for ident, _ in rows), 2):
            pairs.setdefault((one, other), []).append(f"the same {what} on both platforms: {value}")

    def _shown(self, pairs: Iterable[Alike], scope: Scope) -> Iterator[Likely]:
        turned_down = set(self.db.conn.execute("SELECT one, other FROM not_same").fetchall())
        for pair, evidence in pairs:
            handles = self._handles(pair, scope)
            if len(handles) == 2 and pair not in turned_down and handles[0].person_id != handles[1].person_id:
                yield Likely(handles[0], handles[1], tuple(evidence), _strength(evidence) > 1)


def _strongest(pairs: Pairs) -> list[Alike]:
    return sorted(pairs.items(), key=lambda each: (-_strength(each[1]), each[0]))


def _strength(evidence: list[str]) -> int:
    return sum(1 if each.startswith("the same name") else 2 for each in evidence)
