"""Asking a person about mentions, one key each: shared by `listening label` and `listening audit`."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import click
from rich.text import Text

from listening.cli.common import console
from listening.cli.mentions import printable
from listening.store import Open

_LONGEST = 1500  # characters shown
SENTIMENTS = {"-": "negative", "0": "neutral", "+": "positive"}


class Asking:
    """Goes through mentions; `say` keeps what was said and returns what `take_back` needs."""

    def __init__(
        self, keys: Mapping[str, Mapping[str, str]], say: Callable[[Open, Mapping[str, str]], list[int]],
        take_back: Callable[[Open, list[int]], None], *, blind: bool = False,
    ) -> None:  # fmt: skip
        self.keys, self.say, self.take_back, self.blind = keys, say, take_back, blind
        self.given: list[tuple[int, Open, list[int]]] = []

    def ask(self, found: Sequence[Open], help_line: str) -> int:
        """Ask until all are answered or the person has enough; returns how many were answered."""
        console.print(f"[dim]{help_line}   u undo   s skip   q quit[/]")
        place = 0
        while 0 <= place < len(found):
            self._show(found[place], place, len(found))
            key = self._key()
            if key == "q":
                break
            if key == "u":
                place = self._undo(place)
                continue
            if key in self.keys:
                self.given.append((place, found[place], self.say(found[place], self.keys[key])))
            place += 1
        return len(self.given)

    def _undo(self, place: int) -> int:
        if not self.given:
            console.print("  [dim]nothing to undo[/]")
            return place
        back, mention, ids = self.given.pop()
        self.take_back(mention, ids)
        console.print("  [dim]undone[/]")
        return back

    def _key(self) -> str:
        while True:
            key = read_key()
            if key in self.keys or key in ("u", "s", "q"):
                console.print(f"  [bold]{'quit' if key == 'q' else key}[/]")
                return key

    def _show(self, mention: Open, place: int, total: int) -> None:
        console.print(f"\n[dim]{place + 1} of {total}[/]  [bold]{_plain(mention.brand)}[/]", _by(mention))
        text = f"{mention.title} · {mention.text}" if mention.title else mention.text
        shown = Text(printable(text[:_LONGEST]))
        shown.highlight_words([printable(word) for word in mention.words if word], style="bold yellow")
        console.print(shown)
        if not self.blind:
            console.print(Text(_judgement(mention), style="dim"))


def read_key() -> str:
    """One key, small; of a pipe the next character that is no space, and "q" at its end."""
    if sys.stdin.isatty():
        with suppress(KeyboardInterrupt, EOFError):
            return click.getchar().lower()
        return "q"
    while (key := sys.stdin.read(1)).isspace():
        pass
    return key.lower() or "q"


def person() -> str:
    """Who gives the labels: the name of the account."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _plain(text: str) -> str:
    return printable(text).replace("[", "\\[")


def _by(mention: Open) -> Text:
    return Text(printable(f"{mention.author or '-'} {mention.url}")[:150], style="dim")


def _judgement(mention: Open) -> str:
    """What we say and why."""
    parts = [f"{mention.judged or 'not scored'}{'' if mention.score is None else f' {mention.score:+.2f}'}"]
    if mention.relevance is not None:
        parts.append(f"about {mention.brand}: {mention.relevance:.0%}{', shelved' if mention.shelved else ''}")
    for why in mention.why.get("score", [])[:4]:
        parts.append(f"{why['rule']}{': ' + ', '.join(why['words']) if why['words'] else ''}")  # noqa: PERF401
    intents = mention.why.get("intents", {})
    if intents:
        parts.append("intents: " + ", ".join(intents))
    return printable("; ".join(parts))
