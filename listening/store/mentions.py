"""Mentions as rows: added, judged anew, corrected by people, and counted by day."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from json.encoder import encode_basestring as _text
from typing import Any, cast

from listening.post import Evidence, Intent, Label, Mention
from listening.store.correction import BY_PERSON, corrected_urgency
from listening.store.tally import Place, Tally, names

_JUDGED = "published words judged label score intents urgency relevance shelved why".split()
_INSERT = (
    f"INSERT INTO mentions (id, post_id, brand_id, {', '.join(_JUDGED)}, created, source_id) "
    f"VALUES ({', '.join('?' * (len(_JUDGED) + 5))})"
)
_UPDATE = f"UPDATE mentions SET {', '.join(f'{c} = ?' for c in _JUDGED)} WHERE id = ?"
_OLD = (
    "SELECT brand_id, id, published, label, shelved, status = 'new' AND assignee = '' AND version = 0 "
    "AND NOT EXISTS (SELECT 1 FROM mention_tags t WHERE t.mention_id = m.id), intents, "
    "(SELECT json_group_array(json_array(a.aspect, a.label)) FROM aspects a WHERE a.mention_id = m.id), copy "
    "FROM mentions m WHERE post_id = ?"
)
_CORRECTIONS = "SELECT brand_id, kind, value FROM labels WHERE post_id = ? AND NOT audit ORDER BY id"
_INSERT_ASPECT = "INSERT INTO aspects (mention_id, aspect, label, score, words) VALUES (?, ?, ?, ?, ?)"
Corrections = Mapping[str, str]  # kind -> value: {"sentiment": "negative", "intent:complaint": "no"}


class Mentions:
    """Writes the mentions of some posts inside a transaction, and what they change in the daily figures."""

    def __init__(self, conn: sqlite3.Connection, brands: Mapping[str, int], stamp: str) -> None:
        self.conn, self.brands, self.stamp = conn, brands, stamp
        self.new = self.gone = self.moved = 0  # moved: to the shelf or from it
        self.tally = Tally(conn)
        self._last: int = conn.execute("SELECT coalesce(max(id), 0) FROM mentions").fetchone()[0]
        self._rows: list[tuple[Any, ...]] = []  # of mentions and aspects that are not written yet
        self._aspects: list[tuple[Any, ...]] = []

    def add(self, post_id: int, place: Place, mentions: Sequence[Mention]) -> None:
        """Take the mentions of a post that had none, to be written with others by `write`."""
        for mention in mentions:
            self._insert(post_id, place, mention, mention.label)

    def update(
        self, post_id: int, place: Place, mentions: Sequence[Mention], only: Container[int] | None = None,
        was_site: str | None = None,
    ) -> None:  # fmt: skip
        """Bring a post's mentions in line with what it says now; what people typed and corrected stays.

        With `only` the mentions of other brands than these stay as they are. `was_site` is where the post stood
        before, if it moved.
        """
        self.write()
        was_site = place.site if was_site is None else was_site
        self.tally.follow()
        old = {row[0]: row[1:] for row in self.conn.execute(_OLD, [post_id]) if only is None or row[0] in only}
        corrections = self._corrections(post_id)
        for mention in mentions:
            brand = self.brands[mention.brand]
            shown = self._corrected(post_id, mention, corrections.get(brand, {}))
            if brand not in old:
                self._insert(post_id, place, shown, mention.label)
                continue
            mention_id, was_published, was_label, was_shelved, _, was_intents, was_aspects, copy = old.pop(brand)
            if not was_shelved:
                was = Place(place.source_id, was_site, was_published)
                self.tally.count(brand, was, was_label, names(was_intents), json.loads(was_aspects), -1, copy=copy)
            self.conn.execute(_UPDATE, (place.published, *_row(shown, mention.label), mention_id))
            self.conn.execute("DELETE FROM aspects WHERE mention_id = ?", [mention_id])
            self._take_aspects(mention_id, mention)
            self._count(brand, place, shown, copy=copy)
            self.moved += shown.shelved != bool(was_shelved)
        for brand, (mention_id, published, label, shelved, untouched, intents, aspects, copy) in old.items():
            if not shelved:
                was = Place(place.source_id, was_site, published)
                self.tally.count(brand, was, label, names(intents), json.loads(aspects), -1, copy=copy)
            if untouched and brand not in corrections:  # what somebody worked on stays, matched or not
                self.conn.execute("DELETE FROM mentions WHERE id = ?", [mention_id])
                self.gone += 1
            else:  # without the author's words: they may have taken them back
                self.conn.execute("UPDATE mentions SET words = '[]', why = '' WHERE id = ?", [mention_id])
                self.conn.execute("DELETE FROM aspects WHERE mention_id = ?", [mention_id])
                if not shelved:
                    still = place._replace(published=published)
                    self.tally.count(brand, still, label, names(intents), (), 1, copy=copy)
        self.write()

    def write(self) -> None:
        """Write what was taken."""
        if self._rows:
            self.conn.executemany(_INSERT, self._rows)
            self._rows.clear()
        if self._aspects:
            self.conn.executemany(_INSERT_ASPECT, self._aspects)
            self._aspects.clear()

    @property
    def changes(self) -> int:
        """How many came, went, or changed between list and shelf."""
        return self.new + self.gone + self.moved

    def write_figures(self) -> None:
        """Add what all this changed to the figures by day."""
        self.tally.write()

    def _insert(self, post_id: int, place: Place, mention: Mention, judged: Label | None) -> None:
        brand = self.brands[mention.brand]
        self._last += 1
        row = (self._last, post_id, brand, place.published, *_row(mention, judged), self.stamp, place.source_id)
        self._rows.append(row)
        self._take_aspects(self._last, mention)
        self._count(brand, place, mention)
        self.new += 1

    def _take_aspects(self, mention_id: int, mention: Mention) -> None:
        self._aspects += [(mention_id, a.name, a.label, a.score, _list(a.words)) for a in mention.aspects]

    def _corrected(self, post_id: int, mention: Mention, corrections: Corrections) -> Mention:
        shown, label = corrected(mention, corrections), corrections.get("sentiment")
        if label is None and shown.intents == mention.intents:
            return shown
        urgency = corrected_urgency(self.conn, post_id, shown.intents, shown.score, label)
        return shown if urgency is None else replace(shown, urgency=urgency)

    def _corrections(self, post_id: int) -> dict[int, dict[str, str]]:
        found: defaultdict[int, dict[str, str]] = defaultdict(dict)
        for brand, kind, value in self.conn.execute(_CORRECTIONS, [post_id]):
            found[brand][kind] = value
        return found

    def _count(self, brand: int, place: Place, mention: Mention, *, copy: bool = False) -> None:
        if not mention.shelved:
            intents = [intent.name for intent in mention.intents]
            aspects = [(aspect.name, aspect.label) for aspect in mention.aspects]
            self.tally.count(brand, place, mention.label, intents, aspects, 1, copy=copy)


def corrected(mention: Mention, corrections: Corrections) -> Mention:
    """The mention as a person corrected it: what they said always wins over what was computed."""
    if not corrections:
        return mention
    label = cast("Label | None", corrections.get("sentiment", mention.label))
    why = (Evidence(BY_PERSON),) if "sentiment" in corrections else mention.why
    intents = [i for i in mention.intents if corrections.get(f"intent:{i.name}") != "no"]
    known = {intent.name for intent in intents}
    for kind, value in corrections.items():
        name = kind.removeprefix("intent:")
        if name != kind and value == "yes" and name not in known:
            intents.append(Intent(name, 1.0, (Evidence(BY_PERSON),)))
    shelved = corrections["relevance"] == "no" if "relevance" in corrections else mention.shelved
    return replace(mention, label=label, why=why, intents=tuple(intents), shelved=shelved)


def _row(mention: Mention, judged: Label | None) -> tuple[Any, ...]:
    """The values of _JUDGED after `published`; `judged` is the label as computed, whatever a person said."""
    return (
        _list(mention.words), judged, mention.label, mention.score,
        ", ".join([intent.name for intent in mention.intents]), mention.urgency.total, mention.relevance,
        int(mention.shelved), _why(mention),
    )  # fmt: skip


def _why(mention: Mention) -> str:
    """The evidence of all judgements as JSON; empty where there is none. By hand: `json` takes longer."""
    found = []
    if mention.why:
        found.append(f'"score": {_evidence(mention.why)}')
    if mention.intents:
        intents = [
            f'{_text(i.name)}: {{"confidence": {round(i.confidence, 3)!r}, "why": {_evidence(i.why)}}}'
            for i in mention.intents
        ]
        found.append(f'"intents": {{{", ".join(intents)}}}')
    if mention.urgency.parts:
        parts = [f"{_text(name)}: {points}" for name, points in mention.urgency.parts]
        found.append(f'"urgency": {{{", ".join(parts)}}}')
    return f"{{{', '.join(found)}}}" if found else ""


def _evidence(why: Sequence[Evidence]) -> str:
    return f"[{', '.join([_rule(each.rule) + _list(each.words) + '}' for each in why])}]"


@lru_cache(maxsize=4096)
def _rule(name: str) -> str:
    return f'{{"rule": {_text(name)}, "words": '


def _list(words: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, words))}]"
