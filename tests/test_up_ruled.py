"""`listening up` under a container's rules and as systemd's unit: nothing is left behind, and nothing is read twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from listening.store import Store
from tests import contained, managed
from tests.examples import long
from tests.servers.board import BoardServer
from tests.uprunning import Up, config, wait_for


@pytest.fixture(scope="module")
def board() -> Iterator[BoardServer]:
    with BoardServer(30, 20) as server:
        yield server


def counts(folder: Path) -> tuple[int, int]:
    with Store(folder / "listening.db", read_only=True) as store:
        return store.db.conn.execute("SELECT count(*), count(DISTINCT native_id) FROM posts").fetchone()


def crawls(up: Up) -> list[int]:
    return [pid for pid in up.descendants() if b"listening.run" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_as_a_container_it_is_healthy_buries_what_it_inherits_ends_whole_and_goes_on(
    tmp_path: Path, board: BoardServer
) -> None:
    folder = tmp_path / "data"
    config(folder, board, delay=0.05)
    if why := contained.refused(folder):
        pytest.skip(f"no container can be made here: {why}")
    with contained.ready(folder) as start:
        with start() as up:
            assert isinstance(up, contained.Contained)
            up.until("board: asked now")
            wait_for("its health", up.healthy)
            wait_for("posts", lambda: counts(folder)[0] > 0)
            orphans = crawls(up)
            os.kill(up.child("schedule"), signal.SIGKILL)
            up.until("schedule  was ended by SIGKILL")
            wait_for("the orphan to end", lambda: not set(orphans) & set(up.descendants()))
            wait_for("it to be buried", lambda: not up.zombies())
            up.stop(up.made.signal)
            up.until("has ended")
            assert (up.process.returncode, up.descendants()) == (0, [])
        with start() as up:
            up.until("is up")
            wait_for("the rest", lambda: counts(folder)[0] == board.posts)
            up.stop(signal.SIGTERM)
    assert counts(folder) == (board.posts, board.posts)


@long
def test_as_a_unit_it_is_started_again_when_it_dies_and_stops_and_goes_on(tmp_path: Path, board: BoardServer) -> None:
    folder = tmp_path / "data"
    config(folder, board, delay=0.05)
    if why := managed.refused(folder):
        pytest.skip(f"no systemd can be started here: {why}")
    with managed.Systemd(folder) as systemd:
        with managed.Unit(systemd, folder) as up:
            up.until("board: asked now")
            wait_for("posts", lambda: counts(folder)[0] > 0)
            before = up.descendants()
            os.kill(up.main, signal.SIGKILL)
            wait_for("another one", lambda: up.shown("NRestarts") == "1" and up.shown("ActiveState") == "active")
            assert not set(before) & set(up.descendants()), "what the first one left was ended"
            up.until("sources on the schedule")
            assert systemd.ask("restart", "listening") == ""
            up.until("has ended")
            up.until("sources on the schedule")
            up.stop()
            assert (up.shown("Result"), up.shown("ExecMainStatus"), up.descendants()) == ("success", "0", [])
        with managed.Unit(systemd, folder) as up:
            up.until("is up")
            wait_for("the rest", lambda: counts(folder)[0] == board.posts)
            up.stop()
    assert counts(folder) == (board.posts, board.posts)
    with Store(folder / "listening.db") as store:
        assert store.check() == []
