"""The SQL behind a figure, for people to read and to run themselves: nothing bound, over the view they can see."""

from __future__ import annotations

from listening.store.answers import Answers
from listening.store.figures import Days
from listening.store.scope import EVERYTHING, Scope
from listening.store.voices import bounds

_CHOSEN = {
    "sentiment": "sentiment = {}",
    "source": "source = {}",
    "site": "domain = {}",
    "intent": "instr(', ' || intents || ',', ', ' || {} || ',')",
    "author_id": "post_id IN (SELECT id FROM posts WHERE author_id = {})",
}


class Explaining(Answers):
    """Answers to "why this number?"."""

    def bounds(self, days: Days) -> tuple[str, str]:
        """The first moment of some days and the first after them, ISO and UTC."""
        return bounds(self.calendar(), days)


def counting_sql(brand: str, within: tuple[str, str], scope: Scope = EVERYTHING, **chosen: str | int | None) -> str:
    """SQL that counts the mentions of a brand within two moments with what was chosen, as the figures do.

    `chosen` may hold sentiment, source, site, intent, author_id, status "open", aspect and aspect_sentiment.
    """
    parts = [f"brand = {_quoted(brand)}"] if brand else []
    parts += [f"date >= {_quoted(within[0])}", f"date < {_quoted(within[1])}", "shelved = 0", "copy = 0"]
    parts += [sql.format(_quoted(chosen[key])) for key, sql in _CHOSEN.items() if chosen.get(key)]
    if chosen.get("status") == "open":
        parts.append("status IN ('new', 'in progress')")
    if aspect := chosen.get("aspect"):
        feels = chosen.get("aspect_sentiment")
        also = f" AND label = {_quoted(feels)}" if feels else ""
        parts.append(f"mention_id IN (SELECT mention_id FROM aspects WHERE aspect = {_quoted(aspect)}{also})")
    return _where("SELECT count(*) FROM mention_list", parts, scope)


def waits_sql(brand: str, within: tuple[str, str], scope: Scope = EVERYTHING) -> str:
    """SQL that lists the hours to the first answer, of what was answered within two moments."""
    answered = [f"answered >= {_quoted(within[0])}", f"answered < {_quoted(within[1])}"]
    hours = "SELECT mention_id, (julianday(answered) - julianday(date)) * 24 AS hours FROM mention_list"
    return _where(hours, [f"brand = {_quoted(brand)}", *answered, "shelved = 0"], scope) + "\nORDER BY hours"


def _where(select: str, parts: list[str], scope: Scope) -> str:
    if scope.hidden:
        parts = [*parts, f"source NOT IN ({', '.join(_quoted(name) for name in sorted(scope.hidden))})"]
    return f"{select}\nWHERE " + "\n  AND ".join(parts)


def _quoted(value: str | int | None) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
