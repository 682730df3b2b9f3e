"""Config files edited by the program: what a person wrote stays, mistakes and races write nothing, edits are undone."""

from __future__ import annotations

import json
import stat
import threading
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.config import load
from listening.config.edit import Editor
from listening.config.sheet import Sheet
from listening.config.starter import files
from listening.config.wanted import appended, merged, without
from listening.errors import ConfigError
from listening.source import kinds

OPTIONS = {name: kind.Options for name, kind in kinds().items()}

BRANDS = """\
#:schema ./schema/brands.json
# Ours.

# the maker
[[brand]]
name = "Acme"   # shown everywhere
query = 'acme NOT "acme of"'
# owner = "care@example.com"
[brand.lexicon]
sick = 2.0   # they like it
"dead on arrival" = -3

# a competitor

[[brand]]
name = 'Globex'
aliases = [
  "GBX",   # on the exchange
]
ours = false
# that was all
"""
SOURCES = """\
[[source]]
name = "news"
kind = "rss"
url = "https://example.com/feed"
every = "1h"

# ---- below: every option
#
# delay = 1.0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("brands", BRANDS), ("sources", SOURCES), ("listening", "")):
        (tmp_path / f"{name}.toml").write_text(text)
    return tmp_path


@pytest.fixture
def editor(folder: Path) -> Editor:
    return Editor(folder, OPTIONS)


def brands(folder: Path) -> str:
    return (folder / "brands.toml").read_text()


def test_a_change_touches_one_line(folder: Path, editor: Editor) -> None:
    editor.change("brand", "acme", {"query": 'acme OR "acme anvil"'})
    assert brands(folder) == BRANDS.replace("""'acme NOT "acme of"'""", """'acme OR "acme anvil"'""")


def test_a_new_key_stands_below_its_comment_or_the_last_key(folder: Path, editor: Editor) -> None:
    editor.change("brand", "Acme", {"owner": "kim@example.com", "plurals": False})
    comment = '# owner = "care@example.com"\n'
    assert brands(folder) == BRANDS.replace(comment, f'plurals = false\n{comment}owner = "kim@example.com"\n') or (
        brands(folder) == BRANDS.replace(comment, f'{comment}owner = "kim@example.com"\nplurals = false\n')
    )
    editor.change("source", "news", {"delay": 2.5})
    assert (folder / "sources.toml").read_text() == SOURCES.replace('"1h"\n', '"1h"\ndelay = 2.5\n')


def test_none_takes_a_key_away_and_equal_values_write_nothing(folder: Path, editor: Editor) -> None:
    assert editor.change("brand", "Globex", {"aliases": ["GBX"], "ours": False}).undo == ""
    assert brands(folder) == BRANDS
    editor.change("brand", "Globex", {"aliases": None})
    assert brands(folder) == BRANDS.replace('aliases = [\n  "GBX",   # on the exchange\n]\n', "")


def test_a_table_in_an_entry_keeps_its_comments(folder: Path, editor: Editor) -> None:
    editor.change("brand", "Acme", {"lexicon": {"sick": 2.0, "so so": -1}})
    assert brands(folder) == BRANDS.replace('"dead on arrival" = -3', '"so so" = -1')
    assert load(folder, OPTIONS).brands[0].lexicon == {"sick": 2.0, "so so": -1.0}


def test_entries_come_after_the_last_of_their_kind(folder: Path, editor: Editor) -> None:
    editor.add("source", {"name": "board", "kind": "board", "url": "https://x.org/", "every": timedelta(minutes=30)})
    new = '\n[[source]]\nname = "board"\nkind = "board"\nurl = "https://x.org/"\nevery = "30m"\n'
    assert (folder / "sources.toml").read_text() == SOURCES.replace('every = "1h"\n', f'every = "1h"\n{new}')
    editor.add("brand", {"name": "Initech", "aspects": {"price": ["cheap*"]}})
    assert brands(folder) == f'{BRANDS}\n[[brand]]\nname = "Initech"\naspects = {{price = ["cheap*"]}}\n'


def test_an_entry_goes_with_its_own_comments_alone(folder: Path, editor: Editor) -> None:
    editor.remove("brand", "Acme")
    assert brands(folder) == "#:schema ./schema/brands.json\n# Ours.\n\n" + BRANDS[BRANDS.index("# a competitor") :]
    editor.remove("brand", "Globex")
    assert brands(folder) == "#:schema ./schema/brands.json\n# Ours.\n\n# a competitor\n"
    editor.remove("source", "news")
    assert (folder / "sources.toml").read_text() == SOURCES[SOURCES.index("# ----") :]
    assert load(folder, OPTIONS).brands == []


def test_settings_stand_above_all_tables_below_their_comments(folder: Path, editor: Editor) -> None:
    starter = files(OPTIONS, {name: kind.summary for name, kind in kinds().items()})[Path("listening.toml")]
    (folder / "listening.toml").write_text(starter)
    editor.change("", "", {"time_zone": "Europe/Berlin"})
    editor.change("scorer", "", {"batch": 8})
    text = (folder / "listening.toml").read_text()
    assert '# time_zone = "UTC"\ntime_zone = "Europe/Berlin"\n' in text
    assert text.endswith("\n\n[scorer]\nbatch = 8\n")
    editor.change("", "", {"jobs": 2})
    config = load(folder, OPTIONS)
    assert (config.settings.time_zone, config.settings.jobs, config.settings.scorer.batch) == ("Europe/Berlin", 2, 8)
    editor.change("", "", {"jobs": None, "time_zone": None})
    editor.remove("scorer", "")
    assert (folder / "listening.toml").read_text() == starter


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda e: e.change("brand", "Acme", {"query": "acme AND ("}), 'brands.toml, brand "Acme", key "query": '),
        (lambda e: e.change("source", "news", {"every": "soon"}), 'source "news", key "every": is not a length'),
        (lambda e: e.change("source", "news", {"evry": "1h"}), 'Did you mean "every"?'),
        (lambda e: e.remove("source", "nws"), 'source "nws": is not there (any more). There are: news.'),
        (lambda e: e.add("brand", {"name": "acme"}), 'brands.toml, brand "acme", key "name": is taken already.'),
        (lambda e: e.remove("alert", "spikes"), 'listening.toml, alert "spikes": is not there (any more).'),
        (lambda e: e.undo("brands.toml.000001-000000000000"), "this edit is not kept any more. Edit the file by hand."),
        (lambda e: e.undo("../../etc/passwd"), "this edit is not kept any more."),
    ],
)  # fmt: skip
def test_a_mistake_names_file_entry_key_and_remedy_and_writes_nothing(
    folder: Path, editor: Editor, edit: Any, said: str
) -> None:
    with pytest.raises(ConfigError) as error:
        edit(editor)
    assert said in str(error.value)
    assert (brands(folder), (folder / "sources.toml").read_text()) == (BRANDS, SOURCES)
    assert list(folder.glob("*.new")) == []


def test_a_mistake_that_was_there_is_told_with_its_line(folder: Path, editor: Editor) -> None:
    (folder / "sources.toml").write_text(SOURCES.replace('"1h"', '"soon"'))
    with pytest.raises(ConfigError, match=r'sources.toml:5, source "news", key "every": is not a length of time'):
        editor.change("brand", "Acme", {"ours": False})
    with pytest.raises(ConfigError, match=r"sources.toml:5"):
        editor.change("source", "news", {"delay": 2})
    editor.change("source", "news", {"every": "2h"})  # the edit that mends it is welcome
    assert load(folder, OPTIONS).sources[0].every == timedelta(hours=2)


@pytest.mark.parametrize("text", ['brand = [{ name = "Acme" }]\n', '[["brand"]]\nname = "Acme"\n[brand.lexicon.x'])
def test_what_only_a_person_can_edit_is_left_alone(folder: Path, editor: Editor, text: str) -> None:
    (folder / "brands.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"only a person can edit|is not valid TOML"):
        editor.change("brand", "Acme", {"ours": False})
    assert brands(folder) == text


def test_who_saw_another_text_is_told(folder: Path, editor: Editor) -> None:
    mine = editor.entry("brand", "Acme")
    assert mine.text.startswith('[[brand]]\nname = "Acme"   # shown everywhere\n')
    editor.change("brand", "Globex", {"ours": True})  # another entry is nobody's conflict
    editor.change("brand", "Acme", {"ours": True}, seen=mine.version)
    for late in (
        lambda: editor.change("brand", "Acme", {"ours": False}, seen=mine.version),
        lambda: editor.remove("brand", "Acme", seen=mine.version),
    ):
        with pytest.raises(ConfigError, match=r"was changed by somebody else meanwhile. Look at it as it is now"):
            late()
    assert load(folder, OPTIONS).brands[0].ours


def test_nobody_undoes_what_they_may_not_edit(folder: Path, editor: Editor) -> None:
    brands = editor.change("brand", "Acme", {"query": "acme"})
    settings = editor.change("", "", {"jobs": 2})
    digest = editor.add("digest", {"name": "monday"})
    for edit, known in ((brands, {"file": "listening.toml"}), (settings, {"only": ("digest", "alert")})):
        with pytest.raises(ConfigError):
            editor.undo(edit.undo, **known)  # type: ignore[arg-type]
    editor.undo(digest.undo, file="listening.toml", only=("digest", "alert"))
    with pytest.raises(ConfigError, match="touched more"):
        editor.undo(settings.undo, file="listening.toml", only=("digest", "alert"))
    editor.undo(settings.undo, file="listening.toml")
    editor.undo(brands.undo, file="brands.toml")
    assert (folder / "brands.toml").read_text(encoding="utf-8") == BRANDS


def test_edits_are_undone_in_turn_and_redone(folder: Path, editor: Editor) -> None:
    first = editor.change("brand", "Acme", {"ours": False})
    second = editor.remove("brand", "Globex")
    with pytest.raises(ConfigError, match="has changed since, and undoing this would lose that"):
        editor.undo(first.undo)
    without_globex = brands(folder)
    redo = editor.undo(second.undo)
    editor.undo(redo.undo)
    assert brands(folder) == without_globex
    editor.undo(editor.history.edits("brands.toml")[-1])
    editor.undo(first.undo)
    assert brands(folder) == BRANDS


def test_few_versions_are_kept_for_their_owner_alone_and_none_with_a_secret(folder: Path, editor: Editor) -> None:
    for number in range(15):
        editor.change("source", "news", {"delay": number})
    assert len(editor.history.edits("sources.toml")) == 10
    assert stat.S_IMODE((folder / ".history").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder / ".history").glob("*.bak")} == {0o600}
    kept = set((folder / ".history").glob("*.bak"))
    text = (folder / "sources.toml").read_text()
    (folder / "sources.toml").write_text(f"{text}# https://kim:hunter22@example.com/\n")
    gone = editor.change("source", "news", {"url": "https://example.com/other"})
    assert gone.undo == ""
    assert not any("hunter22" in path.read_text() for path in {*kept, *(folder / ".history").glob("*.bak")})


def test_mode_link_line_ends_and_mark_of_a_file_stay(folder: Path, editor: Editor, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.toml").write_bytes(b"\xef\xbb\xbf" + BRANDS.replace("\n", "\r\n").encode())
    (elsewhere / "b.toml").chmod(0o640)
    (folder / "brands.toml").unlink()
    (folder / "brands.toml").symlink_to(elsewhere / "b.toml")
    editor.change("brand", "Acme", {"ours": False, "query": "acme"})
    editor.add("brand", {"name": "Initech"})
    written = (elsewhere / "b.toml").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf#:schema")
    assert written.count(b"\n") == written.count(b"\r\n") == BRANDS.count("\n") + 4
    assert stat.S_IMODE((elsewhere / "b.toml").stat().st_mode) == 0o640
    assert (folder / "brands.toml").is_symlink()


def test_editors_at_the_same_time_lose_nothing(folder: Path) -> None:
    def work(number: int) -> None:
        for step in range(3):
            Editor(folder, OPTIONS).add("brand", {"name": f"brand {number} {step}"})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load(folder, OPTIONS).brands) == 2 + 18


def test_a_folder_that_cannot_be_written_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr("listening.config.edit.os.replace", refuse)
    with pytest.raises(
        ConfigError, match=r"brands.toml: cannot be written \(Device or resource busy\). The program needs"
    ):
        Editor(folder, OPTIONS).change("brand", "Acme", {"ours": False})
    assert sorted(path.name for path in folder.iterdir() if "new" in path.name) == []
    with pytest.raises(ConfigError, match="there is no such folder"):
        Editor(folder / "none", OPTIONS).add("brand", {"name": "x"})


# Any file made of these parts is edited exactly, or left alone.
_TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
_VALUE = st.one_of(_TEXT, st.booleans(), st.integers(-9, 9), st.lists(_TEXT, max_size=3), st.just('a "b" \\ c'))
_KEY = st.sampled_from(["query", "aliases", "owner", "note", "odd key"])
_ROW = st.dictionaries(_KEY, _VALUE, max_size=3)
_BETWEEN = st.sampled_from(["", "\n", "# comment\n", "\n# comment\n", "# query = ''\n", "\n\n# [[brand]]\n\n"])
_TAIL = st.sampled_from(
    ["", "\n[brand.lexicon]\na = 1 # why\n", "long = '''\n[[brand]]\n# no\n'''\n", "l = [\n 1, # ]\n]\n"]
)


@st.composite
def _files(draw: st.DrawFn) -> tuple[str, int]:
    text, count = draw(_BETWEEN), draw(st.integers(1, 3))
    for number in range(count):
        row = {"name": f"b{number}", **draw(_ROW)}
        lines = [
            f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}   # kept\n" for key, value in row.items()
        ]
        text += "[[brand]]\n" + "".join(lines) + draw(_BETWEEN) + draw(_TAIL) + draw(_BETWEEN)
    return text, count


@settings(max_examples=150, deadline=None)
@given(_files(), st.data())
def test_any_entry_changes_as_meant_and_comments_stay(made: tuple[str, int], data: st.DataObject) -> None:
    text, count = made
    before = tomllib.loads(text)
    sheet, index = Sheet(text), data.draw(st.integers(0, made[1] - 1))
    passages = sheet.passages("brand")
    assert len(passages) == count
    values = data.draw(st.dictionaries(_KEY, st.one_of(st.none(), _VALUE), max_size=3))
    row = before["brand"][index]
    changed = sheet.changed(passages[index], values)
    assert tomllib.loads(changed) == merged("brand", row, values)(before)
    assert changed.count("# comment") == text.count("# comment")
    gone = [key for key, value in values.items() if value is None and key in row]
    assert changed.count("# kept") == text.count("# kept") - len(gone)
    assert tomllib.loads(sheet.removed(passages[index])) == without("brand", row)(before)
    new = {"name": "new", **{key: value for key, value in values.items() if value is not None}}
    added = sheet.added("brand", new)
    assert tomllib.loads(added) == appended("brand", new, several=True)(before)
    assert added.count("# comment") == text.count("# comment")
