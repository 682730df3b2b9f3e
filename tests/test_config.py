"""The config files: every mistake at once, each with file, line, key and remedy."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from listening.config import Config, duration, load, spell
from listening.config.lines import lines_of
from listening.config.starter import files
from listening.errors import ConfigError
from listening.source import SourceOptions, kinds

ROOT = Path(__file__).parents[1]


class BoardOptions(SourceOptions):
    url: str
    forums: list[str] = []
    depth: int = Field(10, ge=1, description="How many pages deep.")


KINDS = {"board": BoardOptions}


def write(folder: Path, *, brands: str = "", sources: str = "", settings: str = "") -> Path:
    for name, text in (("brands", brands), ("sources", sources), ("listening", settings)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path) -> Config:
    return load(folder, KINDS)


def problems(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder)
    return [str(problem).replace(str(folder) + "/", "") for problem in caught.value.problems]


def test_good_files_become_typed_values(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    config = read(
        write(
            folder,
            brands='[[brand]]\nname = "Acme"\naliases = ["@acme", "Acme"]\n[[brand]]\nname = "Globex"\nours = false',
            sources='[[source]]\nname = "forum"\nkind = "board"\nurl = "https://f.example/"\nevery = "30m"\ndepth = 3',
            settings='database = "data/x.db"\nkeep_unmatched = "2w"',
        )
    )
    assert config.database == tmp_path / "data/x.db"
    assert config.terms == ("Acme", "@acme", "Globex")
    (source,) = config.sources
    assert (source.every, source.options.depth, config.kept(source)) == (timedelta(minutes=30), 3, timedelta(weeks=2))


def test_ten_mistakes_are_ten_lines_with_place_and_remedy(tmp_path: Path) -> None:
    write(
        tmp_path,
        brands="""\
[[brand]]
name = "Acme"
alias = ["x"]
query = "(acme"

[[brand]]
name = "acme"
ours = "perhaps"
""",
        sources="""\
[[source]]
name = "forum"
kind = "bord"

[[source]]
name = "other"
kind = "board"
url = "https://x.example/"
evry = "1h"
delay = -1
depth = "deep"

[[source]]
name = "third"
kind = "board"
every = "soon"
""",
        settings='time_zone = "Berlin"\njobs = 0\ndatabse = "x"\n',
    )
    found = problems(tmp_path)
    starts = [
        'brands.toml:3, brand "Acme", key "alias": is not a key that is known here. Did you mean "aliases"?',
        'brands.toml:4, brand "Acme", key "query": ',
        'brands.toml:7, brand "acme", key "name": is taken already. Names must differ.',
        'brands.toml:8, brand "acme", key "ours": ',
        'sources.toml:3, source "forum", key "kind": there is no kind "bord". Did you mean "board"?',
        'sources.toml:9, source "other", key "evry": is not a key that is known here. Did you mean "every"?',
        'sources.toml:10, source "other", key "delay": ',
        'sources.toml:11, source "other", key "depth": ',
        'sources.toml:13, source "third", key "url": is missing.',
        'sources.toml:16, source "third", key "every": is not a length of time: write "90s"',
        'listening.toml:1, key "time_zone": "Berlin" is not a time zone: write a name such as Europe/Berlin',
        'listening.toml:2, key "jobs": ',
        'listening.toml:3, key "databse": is not a key that is known here. Did you mean "database"?',
    ]
    assert len(found) == len(starts), found
    for line, start in zip(found, starts, strict=True):
        assert line.startswith(start), line


@pytest.mark.parametrize(
    ("brands", "start"),
    [
        ('[[brand]]\nname = "Acme', "brands.toml:2: is not valid TOML"),
        ('[brand]\nname = "Acme"', "brands.toml:1, brand: is one table. Write [[brand]] with two brackets."),
        (
            '[[brands]]\nname = "Acme"',
            'brands.toml:1, brands: is not a key that is known here. Did you mean "[[brand]]"?',
        ),
        ('[[brand]]\nname = ""', 'brands.toml:2, brand "", key "name": string should have at least 1 character'),
        ("[[brand]]\nours = true", 'brands.toml:1, brand, key "name": is missing.'),
        ('[[brand]]\nname = "A"\n[[brand]]\nname = "a"', 'brands.toml:4, brand "a", key "name": is taken already.'),
        ("brand = [1]", "brands.toml:1, brand"),
    ],
)
def test_one_mistake(tmp_path: Path, brands: str, start: str) -> None:
    (line,) = problems(write(tmp_path, brands=brands))
    assert line.startswith(start), line


def test_missing_files_and_folders_say_what_to_do(tmp_path: Path) -> None:
    assert all("Run `listening init`" in line for line in problems(tmp_path))
    assert len(problems(tmp_path)) == 3
    assert "no such folder" in problems(tmp_path / "none")[0]


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "brands.toml").write_bytes('[[brand]]\nname = "Zörbig"'.encode("latin-1"))
    assert problems(tmp_path) == ["brands.toml:2: is not UTF-8 text. Save it as UTF-8."]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("12 h", 43200), ("7D", 604800), ("2w", 1209600), ("1y", 31536000), (0, 0)],
)
def test_durations(text: str | int, seconds: int) -> None:
    assert duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "soon", "1x", "-1h", "1.5h", 5, True, None, "9999999999d"])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        duration(text)


@given(st.integers(0, 10**8))
def test_durations_are_spelled_as_they_are_read(seconds: int) -> None:
    assert duration(spell(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


def test_lines_are_found_past_strings_and_lists() -> None:
    toml = '''\
top = 1  # [[no]]
long = """
[[not.a.table]]
fake = 1
"""
list = [
  "a", # ]
  "b = 2",
]
[[brand]]
name = "[[brand]]"
"odd key" = 1
[[brand]]
name = 'x'
[table]
key = 1
'''
    assert lines_of(toml) == {
        ("", 0, "top"): 1, ("", 0, "long"): 2, ("", 0, "list"): 6, ("brand", 0, ""): 10, ("brand", 0, "name"): 11,
        ("brand", 0, "odd key"): 12, ("brand", 1, ""): 13, ("brand", 1, "name"): 14, ("table", 0, ""): 15,
        ("table", 0, "key"): 16,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("lexicon = { sick = 9 }", 'gives "sick" the valence 9: it lies between -4 (most negative) and 4'),
        ('lexicon = { sick = "good" }', "gives \"sick\" the valence 'good', which is no number from -4 to 4"),
        ("lexicon = { sick = true }", 'gives "sick" the valence True, which is no number from -4 to 4'),
        ("lexicon = { sick = nan }", 'gives "sick" the valence nan: it lies between -4'),
        ('lexicon = { " " = 1 }', "holds a valence for no word"),
        ('lexicon = { "..." = 1 }', 'gives "..." a valence: only words'),
        ("lexicon = { sick = 1, Sick = 2 }", 'has both "sick" and "Sick", which are one'),
        ('lexicon = ["sick"]', "is not a table of words and their valences"),
    ],
)
def test_a_lexicon_is_checked(tmp_path: Path, written: str, expected: str) -> None:
    write(tmp_path, settings=written)
    (problem,) = problems(tmp_path)
    assert problem.startswith(f'listening.toml:1, key "lexicon": {expected}')


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ('battery = "battery"', '8, brand "Zenith", key "aspects": gives "battery" no list of words'),
        ("battery = [5]", '8, brand "Zenith", key "aspects": gives "battery" no list of words'),
        ('battery = [""]', "8, brand \"Zenith\", key \"aspects\": '' of 'battery' holds no word"),
        ('" " = ["battery"]', '8, brand "Zenith", key "aspects": holds an aspect without a name'),
        ('price = ["a"]\nPrice = ["b"]', '9, brand "Zenith", key "aspects": has both "price" and "Price"'),
    ],
)
def test_a_mistake_in_aspects_is_told_with_its_own_line(tmp_path: Path, written: str, place: str) -> None:
    first = '[[brand]]\nname = "Acme"\n[brand.aspects]\nx = ["y"]\n'
    write(tmp_path, brands=f'{first}[[brand]]\nname = "Zenith"\n[brand.aspects]\n{written}')
    (problem,) = problems(tmp_path)
    assert problem.startswith(f"brands.toml:{place}")


def test_a_mistake_in_a_long_lexicon_is_told_with_its_own_line(tmp_path: Path) -> None:
    write(tmp_path, settings="jobs = 2\n[lexicon]\ngood = 2\nsick = 5\n")
    (problem,) = problems(tmp_path)
    assert problem.startswith('listening.toml:4, key "lexicon": gives "sick" the valence 5')


def test_lexicons_are_read_as_tables(tmp_path: Path) -> None:
    write(
        tmp_path,
        brands='[[brand]]\nname = "Acme"\n[brand.lexicon]\n"dead on arrival" = -3\n',
        settings="[lexicon]\nsick = 2\n",
    )
    config = read(tmp_path)
    assert config.settings.lexicon == {"sick": 2.0}
    assert config.brands[0].lexicon == {"dead on arrival": -3.0}


def starter() -> dict[Path, str]:
    return files({n: k.Options for n, k in kinds().items()}, {n: k.summary for n, k in kinds().items()})


def test_the_starter_is_valid_and_is_what_the_checkout_holds(tmp_path: Path) -> None:
    for path, text in starter().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
        assert (ROOT / "config" / path).read_text(encoding="utf-8") == text, f"run `listening init`: {path} is old"
    config = load(tmp_path, {name: kind.Options for name, kind in kinds().items()})
    assert config.brands
    assert config.sources


def test_every_commented_option_of_the_starter_can_be_switched_on(tmp_path: Path) -> None:
    text = starter()[Path("listening.toml")]
    on = "\n".join(line[2:] if re.match(r"# (\w+ = |\[)", line) else line for line in text.splitlines())
    write(tmp_path, settings=on)
    load(tmp_path, {})


def test_the_schemas_are_json_and_know_every_option() -> None:
    made = starter()
    schema = json.loads(made[Path("schema/sources.json")])
    variants = {v["title"]: v["properties"] for v in schema["properties"]["source"]["items"]["oneOf"]}
    assert set(variants) == set(kinds())
    for name, kind in kinds().items():
        assert set(kind.Options.model_fields) <= set(variants[name])
        assert {"name", "kind", "every", "delay", "keep_unmatched", "enabled"} <= set(variants[name])
