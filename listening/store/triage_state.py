"""What people made of a mention, as one flat set of values that can be compared, written and put back.

Keys: "status", "assignee", "answered", "closed", "reply", "outcome"; "tag:NAME" (True); "note:ID" (who, made, text);
"label:KIND" (value, who, made: the last word on a judgement); and what is shown of the judgements: "sentiment",
"intents", "shelved". What is not there is None.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from listening.post import Intent, Urgency
from listening.store.correction import BY_PERSON, corrected_urgency
from listening.store.scope import Scope

Values = dict[str, Any]

_COLUMNS = ("status", "assignee", "answered", "closed", "reply", "outcome")
_SHOWN = ("sentiment", "intents", "shelved")  # follows from labels, and changes when a post is understood again
_READ = (
    f"SELECT m.id, m.post_id, m.brand_id, m.source_id, m.published, m.version, m.judged, m.why, m.score, "
    f"m.urgency, m.label, m.intents, m.shelved, {', '.join(f'm.{column}' for column in _COLUMNS)} FROM mentions m "
    "WHERE m.id IN (SELECT value FROM json_each(?))"
)
_TAGS = "SELECT mention_id, tag FROM mention_tags WHERE mention_id IN (SELECT value FROM json_each(?))"
_NOTES = "SELECT mention_id, id, who, made, text FROM notes WHERE mention_id IN (SELECT value FROM json_each(?))"
_LABELS = (
    "SELECT m.id, l.kind, l.value, l.who, l.made FROM mentions m JOIN labels l ON l.post_id = m.post_id "
    "AND l.brand_id = m.brand_id AND NOT l.audit WHERE m.id IN (SELECT value FROM json_each(?)) ORDER BY l.id"
)
_UPDATE = (
    f"UPDATE mentions SET {', '.join(f'{column} = ?' for column in _COLUMNS)}, label = ?, intents = ?, shelved = ?, "
    "why = ?, urgency = ?, version = version + 1 WHERE id = ?"
)
_EVIDENCE = ("score", "intents", "urgency", "computed", "dropped", "reckoned")  # the last three wait for an undo
_BY_PERSON = {"rule": BY_PERSON, "words": []}


@dataclass(frozen=True, slots=True)
class State:
    """A mention, and what people made of it."""

    mention_id: int
    post_id: int
    brand_id: int
    source_id: int
    published: str
    version: int
    judged: str | None  # the feeling as computed
    why: str
    score: float | None
    urgency: int
    values: Values

    def changed(self, values: Mapping[str, Any]) -> State:
        """With these values in place of those there are; None takes one away."""
        return replace(self, values=_present({**self.values, **values}))

    def back(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> State:
        """As it was before a change. What was understood anew since is followed as far as it goes."""
        values = dict(before)
        if "label:sentiment" in before:
            values["sentiment"] = (before["label:sentiment"] or [self.judged])[0]
        if self.values["intents"] != after.get("intents", self.values["intents"]):
            was, became = _names(before["intents"]), _names(after["intents"])
            kept = [name for name in _names(self.values["intents"]) if name in was or name not in became]
            values["intents"] = ", ".join(dict.fromkeys([*kept, *(name for name in was if name not in became)]))
        return self.changed(values)

    def differs(self, after: Mapping[str, Any]) -> bool:
        """Whether something that people decide is not any more what a change made of it."""
        return any(self.values.get(key) != value for key, value in after.items() if key not in _SHOWN)


def differences(old: State, new: State) -> tuple[Values, Values]:
    """What differs: as it was, and as it is."""
    keys = [key for key in {**old.values, **new.values} if old.values.get(key) != new.values.get(key)]
    return {key: old.values.get(key) for key in keys}, {key: new.values.get(key) for key in keys}


def corrected(state: State, corrections: Mapping[str, str], who: str, stamp: str) -> State:
    """After somebody said what is right of a judgement: kind -> value."""
    values: Values = {
        f"label:{kind}": [value, who, stamp]
        for kind, value in corrections.items()
        if (state.values.get(f"label:{kind}") or [""])[0] != value
    }
    intents = _names(state.values["intents"])
    for kind, value in corrections.items():
        name = kind.removeprefix("intent:")
        if kind == "sentiment":
            values["sentiment"] = value
        elif kind == "relevance":
            values["shelved"] = int(value == "no")
        elif value == "yes" and name not in intents:
            intents.append(name)
        elif value == "no" and name in intents:
            intents.remove(name)
    return state.changed({**values, "intents": ", ".join(intents)})


def read_states(conn: sqlite3.Connection, ids: Collection[int], scope: Scope) -> dict[int, State]:
    """The mentions of these ids that are there and not hidden, by id."""
    asked = json.dumps(list(ids))
    allowed, hidden = scope.sources("m.source_id")
    found: dict[int, State] = {}
    for row in conn.execute(f"{_READ} AND {allowed}", [asked, *hidden]):
        ident, post_id, brand_id, source_id, published, version, judged, why, score, points, label, *rest = row
        intents, shelved, *columns = rest
        values: Values = dict(zip(_COLUMNS, columns, strict=True))
        values |= {"sentiment": label, "intents": intents, "shelved": shelved}
        found[ident] = State(
            ident, post_id, brand_id, source_id, published, version, judged, why, score, points, _present(values)
        )  # fmt: skip
    for ident, key, value in _listed(conn, asked):
        if ident in found:
            found[ident].values[key] = value
    return found


def _listed(conn: sqlite3.Connection, asked: str) -> Iterable[tuple[int, str, Any]]:
    for ident, tag in conn.execute(_TAGS, [asked]):
        yield ident, f"tag:{tag}", True
    for ident, note, *written in conn.execute(_NOTES, [asked]):
        yield ident, f"note:{note}", written
    for ident, kind, *said in conn.execute(_LABELS, [asked]):  # the last one stays
        yield ident, f"label:{kind}", said


def write_state(conn: sqlite3.Connection, old: State, new: State) -> None:
    """Write what differs."""
    now = new.values
    why, urgency = _explained(conn, old, new)
    columns = [now.get(column, "" if column not in ("answered", "closed") else None) for column in _COLUMNS]
    shown = now.get("sentiment"), now["intents"], now["shelved"], why, urgency
    conn.execute(_UPDATE, (*columns, *shown, old.mention_id))
    for key, value in differences(old, new)[1].items():
        kind, _, name = key.partition(":")
        if kind == "tag":
            _write_tag(conn, old.mention_id, name, there=value is not None)
        elif kind == "note":
            _write_note(conn, old.mention_id, int(name), value)
        elif kind == "label":
            _write_label(conn, old, name, value)


def _write_tag(conn: sqlite3.Connection, mention_id: int, tag: str, *, there: bool) -> None:
    statement = "INSERT OR IGNORE INTO mention_tags VALUES (?, ?)"
    conn.execute(statement if there else "DELETE FROM mention_tags WHERE mention_id = ? AND tag = ?", (mention_id, tag))


def _write_note(conn: sqlite3.Connection, mention_id: int, note: int, value: list[str] | None) -> None:
    if value is None:
        conn.execute("DELETE FROM notes WHERE id = ?", [note])
    else:
        statement = "INSERT INTO notes (id, mention_id, who, made, text) VALUES (?, ?, ?, ?, ?)"
        conn.execute(statement, (note, mention_id, *value))


def _write_label(conn: sqlite3.Connection, state: State, kind: str, value: list[str] | None) -> None:
    """Make this the last word on a judgement: those after it go, and without it all."""
    key = (state.post_id, state.brand_id, kind)
    of_kind = "post_id = ? AND brand_id = ? AND kind = ? AND NOT audit"
    last = None
    if value is not None:
        query = f"SELECT max(id) FROM labels WHERE {of_kind} AND value = ? AND who = ? AND made = ?"
        last = conn.execute(query, (*key, *value)).fetchone()[0]
    if value is None or last is not None:
        conn.execute(f"DELETE FROM labels WHERE {of_kind} AND id > ?", (*key, last or 0))
    else:
        statement = "INSERT INTO labels (post_id, brand_id, kind, value, who, made) VALUES (?, ?, ?, ?, ?, ?)"
        conn.execute(statement, (*key, *value))


def _explained(conn: sqlite3.Connection, old: State, new: State) -> tuple[str, int]:
    """The evidence as JSON, and the urgency by it.

    What a person corrected rests on that alone; what was there waits for it to be undone.
    """
    if all(old.values.get(key) == new.values.get(key) for key in ("sentiment", "intents", "label:sentiment")):
        return old.why, old.urgency
    why: dict[str, Any] = json.loads(old.why) if old.why else {}
    if "label:sentiment" in new.values:
        why.setdefault("computed", why.get("score", []))
        why["score"] = [_BY_PERSON]
    elif "computed" in why:
        why["score"] = why.pop("computed")
    known = {**why.pop("dropped", {}), **why.pop("intents", {})}
    names = _names(new.values["intents"])
    why["intents"] = {name: known.pop(name, {"confidence": 1.0, "why": [_BY_PERSON]}) for name in names}
    why["dropped"] = {name: each for name, each in known.items() if each["why"] != [_BY_PERSON]}
    urgency = _reckoned(conn, new, why)
    kept = {key: why[key] for key in _EVIDENCE if why.get(key) or (key == "reckoned" and key in why)}
    return json.dumps(kept, ensure_ascii=False) if kept else "", urgency


def _reckoned(conn: sqlite3.Connection, state: State, why: dict[str, Any]) -> int:
    """Put the urgency by what people said into the evidence; as computed where they changed nothing."""
    label, computed = state.values.get("label:sentiment"), why.get("reckoned")
    changed = label or why["dropped"] or any(each["why"] == [_BY_PERSON] for each in why["intents"].values())
    if not changed and computed is not None:
        urgency = Urgency(tuple(why.pop("reckoned").items()))
    else:
        intents = [Intent(name, each["confidence"]) for name, each in why["intents"].items()]
        found = corrected_urgency(conn, state.post_id, intents, state.score, label[0] if label else None)
        if found is None:
            return state.urgency
        urgency = found
        if changed:
            why.setdefault("reckoned", why.get("urgency", {}))
    why["urgency"] = dict(urgency.parts)
    return urgency.total


def _names(intents: str | None) -> list[str]:
    return [name for name in (intents or "").split(", ") if name]


def _present(values: Mapping[str, Any]) -> Values:
    return {key: value for key, value in values.items() if value is not None}
