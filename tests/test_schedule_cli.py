"""`listening schedule`, as a person uses it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from listening.cli import main
from listening.config import load
from listening.crawl import prepare
from listening.schedule import hold
from listening.source import kinds
from listening.store import Store
from listening.timetable import Timetable

SOURCES = """\
# our forum
[[source]]
name = "forum"
kind = "rss"
url = "https://forum.example.com/feed"
every = "1h"   # it is quiet there

[[source]]
name = "morning"
kind = "rss"
url = "https://news.example.com/feed"
at = ["07:30", "19:00"]
days = ["mon", "tue", "wed", "thu", "fri"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "sources.toml").write_text(SOURCES)
    (folder / "brands.toml").write_text('[[brand]]\nname = "Acme"\n')
    (folder / "listening.toml").write_text('time_zone = "Europe/Berlin"\n')
    return folder


def ran(config: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["--config", str(config), "schedule", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def store(config: Path) -> Store:
    return prepare(load(config, {name: kind.Options for name, kind in kinds().items()}))


def test_before_anything_was_asked_it_is_shown_what_will_be(config: Path) -> None:
    shown = ran(config)
    assert "forum    every 1h" in shown
    assert "at 07:30 19:00, mon-fri Europe/Berlin" in shown
    assert shown.count("never") == shown.count("at once") == 2
    assert "Nobody follows this schedule now: `listening up` does." in shown
    (config / "sources.toml").write_text("")
    assert ran(config) == "No source yet: add one to sources.toml.\n"


def test_pace_back_off_and_holder_are_told_with_their_reason(config: Path) -> None:
    now = datetime.now(UTC)
    with store(config) as db:
        for verdict in ("failed", "failed"):
            run = db.start_run("morning", now)
            db.finish_run(run, verdict, "no answer [b]", errors=1, pages=0, now=now, timetable=None)
        table = Timetable("forum", timedelta(hours=1))
        for _ in range(2):
            run = db.start_run("forum", now)
            with db.writing() as conn:
                conn.execute("UPDATE runs SET new = 3 WHERE id = ?", [run])
            db.finish_run(run, "ok", "", errors=0, pages=1, now=now, timetable=table)
        held = hold(db, now)
        shown = " ".join(ran(config).split())
        held.release(now)
    assert "now every 30m: it brings news" in shown
    assert "failed 2 times in a row, so it is asked less often: no answer [b]" in shown
    assert "Followed by process" in shown
    forum, morning = map(json.loads, ran(config, "--json").splitlines())
    assert (forum["pace"], forum["verdict"], morning["failures"]) == ("30m", "ok", 2)


def test_coming_slots_are_listed_in_order_and_in_the_teams_time(config: Path) -> None:
    lines = ran(config, "--next", "7d").splitlines()
    assert len([line for line in lines if line.endswith("forum")]) in (168, 169, 170)
    assert {line.split()[2] for line in lines if line.endswith("morning")} >= {"07:30:00", "19:00:00"}
    times = [" ".join(line.split()[1:3]) for line in lines]
    assert times == sorted(times)
    assert "is not a length of time" in ran(config, "--next", "soon", code=2)


def test_pausing_resuming_and_asking_now(config: Path) -> None:
    assert "forum is paused" in ran(config, "pause", "FORUM")
    assert (config / "sources.toml").read_text() == SOURCES.replace("there\n", "there\nenabled = false\n")
    assert "paused" in ran(config)
    assert ran(config, "--next", "3h").count("forum") == 0
    assert 'source "forum" is paused: `listening schedule resume forum` goes on' in ran(config, "now", "forum", code=1)
    assert "forum is asked again: every 1h." in ran(config, "resume", "forum")
    said = ran(config, "now", "forum")
    assert "forum is asked next." in said
    assert "nobody follows the schedule now" in said
    assert "because you asked for it" in ran(config)
    assert "there is no source" in ran(config, "pause", "nobody", code=2)
