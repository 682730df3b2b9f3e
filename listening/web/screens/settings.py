"""Settings of the whole installation: a form made from their own declarations, and the words that feel otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listening.config.edit import Editor
from listening.config.models import Settings
from listening.errors import ConfigError, ListeningError
from listening.web.access import Form, action, page, who
from listening.web.fields import Field, changed, fields, typed
from listening.web.pages import desk_of, go, refuse, render, tell
from listening.web.screen import Screen
from listening.web.undoing import undo_path, undoing

_PATH = "/settings/general"
_TITLES = {"": "This installation", "mail": "Mail server", "scorer": "A model of your own"}
# What has a screen or a form of its own, and what nobody changes while it is in use.
_ELSEWHERE = {"channel", "alert", "digest", "lexicon", "database"}
_LONGEST = 100  # characters of a word or phrase of the lexicon


@dataclass(frozen=True, slots=True)
class Part:
    """One table of listening.toml as a form: "" is what stands above all tables."""

    table: str
    title: str
    hint: str
    fields: tuple[Field, ...]
    seen: str
    problem: str = ""
    wrong: frozenset[str] = frozenset()  # the fields that the problem names


def home(request: Request) -> Response:
    """The first page of settings that somebody may see."""
    may = who(request).may
    return RedirectResponse(_PATH if may("admin") else "/settings/people", 303)


def general(request: Request) -> Response:
    """All settings, and the lexicon."""
    return _page(request)


def _page(request: Request, bad: Part | None = None, problem: str = "", status: int = 200) -> Response:
    """The page, or what a form of it swaps; `bad` is a part as somebody typed it, `problem` what the lexicon lacks."""
    desk = desk_of(request)
    editor = desk.editor()
    parts = [bad if bad is not None and bad.table == table else _part(editor, table) for table in _tables()]
    words = sorted(desk.config.settings.lexicon.items(), key=lambda item: (item[1], item[0]))
    partial = "hx-request" in request.headers
    return render(
        request, "settings/_general.html" if partial else "settings/general.html", status, parts=parts, words=words,
        lexicon_seen=_lexicon(editor)[1], zones=sorted(available_timezones()), database=desk.database, problem=problem,
    )  # fmt: skip


def _tables() -> dict[str, type[BaseModel]]:
    """The tables that are one form each, and their models."""
    found: dict[str, type[BaseModel]] = {"": Settings}
    for name, info in Settings.model_fields.items():
        if isinstance(info.default, BaseModel):
            found[name] = type(info.default)
    return found


def _part(editor: Editor, table: str) -> Part:
    entry = _entry(editor, table)
    return _made(table, entry[0], entry[1])


def _made(
    table: str, values: Mapping[str, Any], seen: str, problem: str = "", wrong: frozenset[str] = frozenset()
) -> Part:
    tables = _tables()
    leave_out = _ELSEWHERE | (set(tables) - {""}) if not table else set()
    title = _TITLES.get(table, table.capitalize())
    hint = "" if not table else (Settings.model_fields[table].description or "").removesuffix("; see its options.")
    return Part(table, title, hint, tuple(fields(tables[table], values, leave_out)), seen, problem, wrong)


def _entry(editor: Editor, table: str) -> tuple[Mapping[str, Any], str]:
    """What a table says, and its version; nothing where it is not written."""
    try:
        found = editor.entry(table)
    except ConfigError:
        return {}, ""
    return found.values, found.version


def save(request: Request, form: Form) -> Response:
    """Write one table of listening.toml."""
    table, seen = form.text("table"), form.text("seen")
    if table not in _tables():
        return refuse(request, 400, "There is no such part of the settings.")
    editor = desk_of(request).editor()
    shown = _part(editor, table).fields
    try:
        edited = editor.change(table, "", values, seen=seen) if (values := changed(form, shown)) else None
    except ConfigError as error:
        wrong = frozenset(each.name for each in shown for p in error.problems if f'key "{each.name}"' in p.key)
        return _page(request, _made(table, typed(form, shown), seen, _said(error), wrong), status=400)
    if edited is None or not edited.undo:
        return _done(request, "Nothing changed." if edited is None else "Saved.")
    return _done(request, "Saved. What is running follows within seconds.", edited.undo)


def _said(error: ConfigError) -> str:
    """The mistakes, without the folder that everybody here knows."""
    return "\n".join(f"{each.key}: {each.message} {each.remedy}".removeprefix(": ").strip() for each in error.problems)


def _done(request: Request, said: str, undo: str = "") -> Response:
    if "hx-request" not in request.headers:
        return go(request, _PATH, said)
    return tell(_page(request), said, undo=undo_path("/settings", undo))


def _lexicon(editor: Editor) -> tuple[bool, str]:
    """Whether the lexicon stands in one line above all tables, and the version of what holds it."""
    above = editor.entry("")
    inline = re.search(r"^\s*lexicon\s*=", above.text, re.M) is not None
    return inline, above.version if inline else _entry(editor, "lexicon")[1]


def set_word(request: Request, form: Form) -> Response:
    """Give a word or phrase of the lexicon what it feels like."""
    word = " ".join(form.text("word").split()).casefold()
    if not word or len(word) > _LONGEST:
        return _page(request, problem=f"A word or phrase has 1 to {_LONGEST} characters.", status=400)
    try:
        valence = float(form.text("valence").replace(",", ".").replace("−", "-"))
    except ValueError:
        return _page(request, problem="What it feels like is a number from -4 to 4.", status=400)
    return _write(request, form, word, valence, f"“{word}” counts {valence:+g} from now on.")


def remove_word(request: Request, form: Form) -> Response:
    """Take a word out of the lexicon."""
    word = form.text("word")
    if word not in desk_of(request).config.settings.lexicon:
        return _page(request, problem="That word is not there any more.", status=400)
    return _write(request, form, word, None, f"“{word}” counts as everywhere else again.")


def _write(request: Request, form: Form, word: str, valence: float | None, said: str) -> Response:
    desk = desk_of(request)
    editor, known = desk.editor(), dict(desk.config.settings.lexicon)
    try:
        if _lexicon(editor)[0]:
            left = {key: value for key, value in {**known, word: valence}.items() if value is not None}
            edited = editor.change("", "", {"lexicon": left}, seen=form.text("seen"))
        else:
            edited = editor.change("lexicon", "", {word: valence}, seen=form.text("seen"))
    except ListeningError as error:
        return _page(request, problem=_said(error) if isinstance(error, ConfigError) else str(error), status=400)
    return _done(request, said, edited.undo)


SCREEN = Screen(
    title="Settings", path="/settings", icon="settings", group="set-up",
    routes=[
        page("/settings", home, "viewer", name="settings"),
        page(_PATH, general, "admin", name="general_settings"),
        action(_PATH, save, "admin", name="save_settings"),
        undoing("/settings", "listening.toml", "admin", back=_PATH),
        action("/settings/lexicon", set_word, "admin"),
        action("/settings/lexicon/remove", remove_word, "admin"),
    ],
)  # fmt: skip
