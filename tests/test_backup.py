"""Backups: whole while others write, put back only when nothing runs, and without whoever was erased since."""

from __future__ import annotations

import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from listening.config import Settings
from listening.config.load import Config
from listening.errors import StoreError
from listening.health import health
from listening.privacy import restore, tidy
from listening.store import Scope, Store
from listening.store.backup import alone, running
from tests.conftest import NOW
from tests.installed import command, installed
from tests.test_people import said, save


def test_a_backup_is_whole_though_somebody_writes_meanwhile(store: Store, tmp_path: Path) -> None:
    save(store, *(said(i, f"member{i}", f"Acme number {i} " + "word " * 400) for i in range(900)))
    numbers = iter(range(1000, 9000))
    steps: list[int] = []

    def meanwhile(left: int, _total: int) -> None:
        steps.append(left)
        with Store(store.path) as other:
            save(other, said(next(numbers), "late", f"Acme {len(steps)}"))

    store.backup(tmp_path / "copy.db", meanwhile, now=NOW)
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("copy.db?*")), "one file"
    with Store(tmp_path / "copy.db", read_only=True) as copy:
        assert copy.totals()["posts"] == 900
        assert copy.find_people("late") == []
    assert store.totals()["posts"] == 900 + len(steps)
    assert [Path(each.path).name for each in store.backups()] == ["copy.db"]
    (tmp_path / "copy.db").unlink()
    assert store.backups() == [], "who moved it away need not hear of it"


def test_a_restore_keeps_the_old_one_and_brings_nobody_back(tmp_path: Path) -> None:
    path, copy = tmp_path / "listening.db", tmp_path / "copy.db"
    with Store(path) as store:
        save(store, said(1, "zorblatt_77", "Acme quizzaciously"), said(2, "kim", "Acme ask @zorblatt_77"))
        store.backup(copy, now=NOW)
        store.erase(store.find_people("zorblatt_77")[0].person_id, now=NOW)
        store.scrub()
        save(store, said(3, "bo", "Acme later"))
    done = restore(path, copy, now=NOW)
    assert done.erased == 1
    assert done.aside == tmp_path / "listening-before-20261120-120000.db"
    assert done.aside.exists()
    with Store(path) as store:
        assert store.check() == []
        assert [row[0] for row in store.db.conn.execute("SELECT text FROM posts")] == ["Acme ask @[erased]"]
        save(store, said(1, "zorblatt_77", "Acme quizzaciously"))
        assert store.find_people("zorblatt_77") == []
        assert [each.kind for each in store.requests()] == ["erase", "erase"]
    assert b"quizzaciously" not in path.read_bytes()


def test_a_restore_needs_a_sound_file_and_nothing_that_runs(tmp_path: Path) -> None:
    path, copy = tmp_path / "listening.db", tmp_path / "copy.db"
    with pytest.raises(StoreError, match="no such file"):
        restore(path, copy, now=NOW)
    copy.write_text("hello")
    with pytest.raises(StoreError, match="not a database of listening"):
        restore(path, copy, now=NOW)
    copy.unlink()
    with Store(path) as store:
        save(store, said(1, "kim"))
        store.backup(copy, now=NOW)
        with pytest.raises(StoreError, match="is in use"):
            restore(path, copy, now=NOW)
        with store.claim("forum"):
            assert running(path) == ["forum"]
            with pytest.raises(StoreError, match="forum is running"):
                restore(path, copy, now=NOW)
    damaged = bytearray(copy.read_bytes())
    damaged[8192 : len(damaged) // 2] = bytes(len(damaged) // 2 - 8192)
    (tmp_path / "bad.db").write_bytes(damaged)
    with pytest.raises(StoreError, match=r"damaged|not a database"):
        restore(path, tmp_path / "bad.db", now=NOW)
    with Store(path) as store:
        assert store.totals()["posts"] == 1
    with alone(path):
        pass
    path.unlink()
    assert restore(path, copy, now=NOW).aside is None


def test_a_backup_of_strangers_is_refused(tmp_path: Path) -> None:
    for name in ("listening", "other"):
        with Store(tmp_path / f"{name}.db") as store:
            store.opt_out("reddit.com", "kim_lathe", now=NOW)
    with pytest.raises(StoreError, match="another installation"):
        restore(tmp_path / "listening.db", tmp_path / "other.db", now=NOW)


def _config(folder: Path, **settings: object) -> Config:
    return Config(folder=folder / "config", settings=Settings.model_validate(settings))


def test_old_mentions_go_and_what_the_team_worked_on_stays(store: Store, tmp_path: Path) -> None:
    save(store, said(1, "kim", "Acme old", days=800), said(2, "bo", "Acme noted", days=800), said(3, "bo", days=3))
    save(store, said(4, "eve", "nothing", brand="", days=900))
    ids = [row[0] for row in store.db.conn.execute("SELECT id FROM mentions ORDER BY post_id")]
    store.triage([ids[1]], who="ada", now=NOW, note="call him")
    assert tidy(store, _config(tmp_path), NOW).mentions == 0, "for ever is the default"
    done = tidy(store, _config(tmp_path, keep_mentions="2y"), NOW)
    assert (done.mentions, done.unmatched, done.people, done.scrubbed) == (1, 0, 1, True)
    assert store.check() == []
    assert [row[0] for row in store.db.conn.execute("SELECT native_id FROM posts")] == ["2", "3", "4"]
    assert tidy(store, _config(tmp_path, keep_mentions="1y", keep_worked_on="3y"), NOW).mentions == 0
    assert tidy(store, _config(tmp_path, keep_mentions="2y", keep_worked_on="1y"), NOW).mentions == 1
    assert tidy(store, _config(tmp_path), NOW + timedelta(days=31)).unmatched == 1


def test_who_the_team_joined_stays_while_one_of_their_handles_is_heard(store: Store) -> None:
    save(store, said(1, "kim", "Acme"), said(2, "kim_l", brand=""), said(3, "bo", brand=""))
    store.merge([store.find_people("kim")[0].author_id, store.find_people("kim_l")[0].author_id], now=NOW)
    store.forget_unmatched(NOW + timedelta(days=31))
    assert store.forget_silent() == 1
    assert len(store.find_people("kim")) == 2


def test_tidying_finishes_an_erasure(store: Store, tmp_path: Path) -> None:
    save(store, said(1, "zorblatt_77", "Acme quizzaciously"))
    store.erase(store.find_people("zorblatt_77")[0].person_id, now=NOW)
    assert store.unscrubbed()
    assert any("traces" in each.what for each in health(store, NOW).remarks)
    assert tidy(store, _config(tmp_path), NOW).scrubbed
    assert not store.unscrubbed()
    assert b"quizzaciously" not in store.path.read_bytes()


def test_health_says_what_is_wrong_and_what_to_do(store: Store) -> None:
    store.know([{"name": "forum", "every": 3600}, {"name": "mail", "every": 3600}], [])
    found = health(store, NOW)
    assert found.signs.schema.startswith("m")
    assert {each.what for each in found.remarks} >= {"there is no backup", "forum was never asked"}
    assert found.lag is None
    for hour in range(3):
        store.finish_run(store.start_run("forum", NOW), "failed", "no answer", errors=1, pages=0, now=NOW)
        store.finish_run(store.start_run("mail", NOW), "ok", "", errors=0, pages=hour, now=NOW)
    later = health(store, NOW + timedelta(hours=50))
    assert not later.well
    assert later.remarks[0].what == "forum failed 3 times in a row: no answer"
    assert later.remarks[1].what.startswith("mail should have been asked at 2026-11-20T1")  # its pace adapts
    assert later.lag == 50 * 3600
    assert [each.name for each in health(store, NOW, Scope(frozenset({"mail"}))).sources] == ["forum"]
    with store.writing():
        assert (
            any("pytest" in each or "python" in each for each in health(store, NOW).signs.writing)
            or not Path("/proc/locks").exists()
        )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation that heard two people."""
    with Store(installed(tmp_path) / "listening.db") as store:
        save(store, said(1, "zorblatt_77", "Acme quizzaciously"), said(2, "kim", "Acme, as @zorblatt_77 says"))
    return tmp_path


def test_backup_and_restore_by_hand(home: Path) -> None:
    copy = home / "copy.db"
    assert "whole" in command(home, "backup", str(copy))
    assert "is there already" in command(home, "backup", str(copy), code=1)
    assert "Aborted" in command(home, "restore", str(copy), code=1, answer="n\n")
    assert "restored. The one of before is" in command(home, "restore", str(copy), answer="y\n").replace("\n", " ")
    shown = command(home, "health", code=0)
    assert "there is no backup" not in shown
    assert "All is well" in shown
    assert '"well": true' in command(home, "health", "--json")


def test_erasing_by_hand(home: Path) -> None:
    copy = home / "copy.db"
    command(home, "backup", str(copy))
    dry = command(home, "erase", "zorblatt_77", "--dry-run")
    assert "1 posts with 1 mentions" in dry
    assert "copy.db" in dry.replace("\n", "")
    assert "Aborted" in command(home, "erase", "zorblatt_77", code=1, answer="n\n")
    assert "zorblatt_77" in command(home, "person", "zorblatt_77")
    target = home / "held.json"
    assert "1 posts" in command(home, "privacy", "export", "zorblatt_77", "-o", str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "is there already" in command(home, "privacy", "export", "kim", "-o", str(target), code=1)
    assert "1 posts of others" in command(home, "erase", "zorblatt_77", "--yes")
    assert "nobody who was heard" in command(home, "erase", "zorblatt_77", "--yes", code=1)
    assert "kept out from now on (request 3)" in command(home, "erase", "bo", "--platform", "reddit.com").replace(
        "\n", ""
    )
    shown = command(home, "privacy", "requests")
    assert "opt-out" in shown
    assert "zorblatt" not in shown
    assert "heard again" in command(home, "privacy", "allow", "3")
    assert "keeps nobody out" in command(home, "privacy", "allow", "3", code=1)
    assert "Let go: 0 posts" in command(home, "db", "tidy")


def test_a_restore_by_hand_erases_again(home: Path) -> None:
    copy = home / "copy.db"
    command(home, "backup", str(copy))
    command(home, "erase", "zorblatt_77", "--yes")
    assert "1 people who were erased since were erased again" in command(home, "restore", str(copy), "--yes").replace(
        "\n", " "
    )
    with sqlite3.connect(home / "listening.db") as conn:
        assert conn.execute("SELECT text FROM posts").fetchall() == [("Acme, as @[erased] says",)]
    conn.close()
