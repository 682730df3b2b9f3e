"""`listening up`: everything starts, what dies is started again, and all of it ends whole on a signal."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from listening.cli import main
from listening.store import Store
from listening.store.backup import running
from listening.up import Service, Supervisor, offered
from tests.servers.board import BoardServer
from tests.streaming import Stream
from tests.uprunning import Up, config, wait_for


@pytest.fixture(scope="module")
def board() -> Iterator[BoardServer]:
    with BoardServer(60, 20) as server:
        yield server


def counts(path: Path) -> tuple[int, int]:
    with Store(path, read_only=True) as store:
        return store.db.conn.execute("SELECT count(*), count(DISTINCT native_id) FROM posts").fetchone()


def test_it_serves_crawls_refuses_a_second_ends_whole_and_goes_on(tmp_path: Path, board: BoardServer) -> None:
    folder = config(tmp_path, board)
    path = tmp_path / "listening.db"
    with Up(folder) as up:
        url = re.findall(r"is up at (\S+)", up.until("is up at"))[0]
        wait_for("posts", lambda: path.exists() and counts(path)[0] > 0)
        second = CliRunner().invoke(main, ["--config", str(folder), "up", "--port", "0"])
        assert second.exit_code == 1
        assert re.search(rf"another process is up on it at {url} \(process \d+ on .* One is enough", second.output)
        assert urllib.request.urlopen(url).status == 200
        assert urllib.request.urlopen(url + "healthz").read() == b"ok\n"
        assert "listening up" in running(path), "a restore and `listening health` name it"
        assert {service.name for service in offered(web=True)} == {"web", "schedule", "alerts", "digests", "learning"}
        up.stop()
        up.until("has ended; `listening up` goes on from here")
        assert up.process.returncode == 0
        wait_for("everything to end", lambda: up.descendants() == [])
    stored = counts(path)
    assert 0 < stored[0] == stored[1]
    with Store(path) as store:
        assert store.check() == []
        assert store.lease("schedule") is not None
    with Up(folder, "--no-web") as up:
        up.until("is up")
        wait_for("the rest", lambda: counts(path)[0] == board.posts)
        up.stop(signal.SIGINT)
        assert up.process.returncode == 0
    assert counts(path) == (board.posts, board.posts)


def test_what_dies_is_started_again_and_what_is_orphaned_ends(tmp_path: Path, board: BoardServer) -> None:
    folder = config(tmp_path, board, enabled="false")
    with Up(folder, "--no-web") as up:
        up.until("sources on the schedule")
        os.kill(up.child("schedule"), signal.SIGKILL)
        up.until("schedule  was ended by SIGKILL; it is started again in 1 s")
        up.until("sources on the schedule")
        up.process.kill()
        up.process.wait()
        wait_for("everything to end", lambda: up.descendants() == [])


def test_a_paused_source_starts_as_soon_as_the_configuration_says_so(tmp_path: Path, board: BoardServer) -> None:
    folder = config(tmp_path, board, enabled="false")
    with Up(folder, "--no-web") as up:
        up.until("no source yet")
        up.until("0 sources on the schedule")
        assert CliRunner().invoke(main, ["--config", str(folder), "schedule", "resume", "board"]).exit_code == 0
        up.until("the configuration has changed")
        up.until("board: asked now, for the first time")
        up.stop()
        assert up.process.returncode == 0


def test_sigterm_ends_it_where_ctrl_c_is_ignored_as_behind_an_ampersand(tmp_path: Path, board: BoardServer) -> None:
    deaf = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    with Up(config(tmp_path, board, enabled="false"), "--no-web", prefix=deaf) as up:
        up.until("0 sources on the schedule")
        assert up.stop() < 10
        assert up.process.returncode == 0
        wait_for("everything to end", lambda: up.descendants() == [])


def test_it_ends_as_the_first_process_of_a_container(tmp_path: Path, board: BoardServer) -> None:
    probe = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if not shutil.which("unshare") or subprocess.run([*probe, "true"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody make a namespace")
    folder = config(tmp_path, board)
    with Up(folder, "--no-web", prefix=tuple(probe)) as up:
        up.until("board: asked now")
        inside = next(pid for pid in up.descendants() if b"up\0" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(inside, signal.SIGTERM)
        up.until("has ended")
        up.process.wait(60)
        wait_for("everything to end", lambda: up.descendants() == [])
    with Store(tmp_path / "listening.db") as store:
        assert store.check() == []


def test_what_appears_in_a_stream_is_told(tmp_path: Path) -> None:
    with Stream(tmp_path) as stream:
        numbers = [stream.publish() for _ in range(3)]
        wait_for("all to be told", lambda: set(numbers) <= set(stream.told()))
        following = [p for p in stream.up.descendants() if b"listening.run" in Path(f"/proc/{p}/cmdline").read_bytes()]
        os.kill(stream.up.child("schedule"), signal.SIGKILL)
        wait_for("who follows for nobody to end", lambda: not {*following} & {*stream.up.descendants()})
        stream.up.until("followed: asked now")
    assert following
    keys = [seen.headers["webhook-id"] for seen in stream.receiver.seen]
    assert len(keys) == len(set(keys))


# -- the supervisor alone, in no time


class Process:
    """A process that ends when it is told to, or never."""

    def __init__(self, stubborn: bool = False) -> None:
        self.code: int | None = None
        self.stubborn, self.stdin, self.asked = stubborn, None, False

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.asked = True
        self.code = None if self.stubborn else -15

    def kill(self) -> None:
        self.code = -9

    def wait(self, timeout: float = 0) -> int:
        if self.code is None:
            raise subprocess.TimeoutExpired("", timeout)
        return self.code


class Watch:
    """A supervisor on a clock of its own."""

    def __init__(self, stubborn: bool = False) -> None:
        self.now, self.said, self.made = 0.0, list[str](), list[Process]()
        self.stubborn = stubborn
        services = [Service("alerts", "x:y", ""), Service("schedule", "x:y", "", rereads=True)]
        start: Any = self.start
        self.supervisor = Supervisor(
            services, start, lambda: self.now, lambda who, what: self.said.append(f"{who} {what}")
        )

    def start(self, _: Service) -> Process:
        self.made.append(Process(self.stubborn))
        return self.made[-1]

    def run(self, seconds: int) -> None:
        for _ in range(seconds * 2):
            self.now += 0.5
            self.supervisor.step()


def test_what_fails_again_and_again_is_started_less_and_less_often() -> None:
    watch = Watch()
    watch.supervisor.step()
    for _ in range(9):
        watch.made[-1 if watch.made[-1].code is None else 0].code = 1
        for process in watch.made:
            process.code = 1
        watch.run(61)
    waits = [
        int(re.findall(r"in (\d+) s", line)[0]) for line in watch.said if line.startswith("alerts ended with code 1")
    ]
    assert waits[:7] == [1, 2, 4, 8, 16, 32, 60] or waits[:2] == [1, 1]


def test_a_changed_configuration_starts_again_who_does_not_follow_it() -> None:
    watch = Watch()
    watch.supervisor.step()
    alerts, schedule = watch.made
    watch.supervisor.renew()
    assert (alerts.asked, schedule.asked) == (True, False)
    watch.supervisor.step()
    assert len(watch.made) == 3
    assert watch.said == []


def test_who_does_not_end_is_ended() -> None:
    watch = Watch(stubborn=True)
    watch.supervisor.step()
    watch.supervisor.stop()
    assert [process.code for process in watch.made] == [-9, -9]
    assert watch.said == [f"{name} did not end when it was asked to, and was ended" for name in ("alerts", "schedule")]


def test_services_that_are_not_installed_are_left_out() -> None:
    assert not Service("x", "listening.nothing_there:work", "").there
    assert not Service("x", "nothing.there:work", "").there
    names = [service.name for service in offered(web=False)]
    assert "web" not in names
    assert "schedule" in names


# -- what keeps it up


def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    text = CliRunner().invoke(main, ["--config", str(tmp_path / "config"), "service", "systemd"]).output
    assert f"--config {tmp_path / 'config'} up --port 8000" in text
    assert "{" not in text
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd-analyze")
    unit = tmp_path / "listening-test.service"
    unit.write_text(re.sub("ExecStart=[^ ]+", f"ExecStart={sys.executable}", text))
    result = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_folder_that_a_unit_cannot_name_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--config", str(tmp_path / "my config"), "service", "systemd"])
    assert result.exit_code == 1
    assert "cannot name a folder with spaces" in result.output


def test_the_container_file_runs_up_and_stops_it_with_its_signal() -> None:
    text = CliRunner().invoke(main, ["service", "container", "--port", "9000"]).output
    instructions = {line.split()[0] for line in text.splitlines() if line and not line.startswith(("#", " "))}
    assert instructions <= {
        "FROM",
        "ENV",
        "COPY",
        "RUN",
        "USER",
        "WORKDIR",
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    }
    assert 'CMD ["up", "--host", "0.0.0.0", "--port", "9000"]' in text
    assert "STOPSIGNAL SIGTERM" in text
    assert "http://127.0.0.1:9000/healthz" in text
    assert "{" not in text
