"""The commands, used as a person uses them: real servers, real files, and real processes where it is about those."""

from __future__ import annotations

import csv
import importlib
import io
import json
import os
import pkgutil
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from listening import cli
from listening.cli import main
from listening.export import original
from listening.store import COLUMNS
from tests.installed import said_by
from tests.reference import commands
from tests.servers.board import BoardServer

RUN = "from listening.cli import run; run()"
ROOT = Path(__file__).parents[1]


def listening(*arguments: str, cwd: Path | None = None, code: int | None = 0, **environ: str) -> str:
    """What a command says in a process of its own: for those that are about processes."""
    result = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], cwd=cwd, capture_output=True, text=True, env={**os.environ, **environ}
    )
    assert code is None or result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr, result.stderr
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo, crawled once for all tests of this module: its folder and what it printed."""
    home = tmp_path_factory.mktemp("demo") / "listening-demo"
    return home, listening("demo", "--once", "--folder", str(home))


@pytest.fixture
def config(demo: tuple[Path, str]) -> str:
    return str(demo[0] / "config")


@pytest.fixture(scope="module")
def board() -> Iterator[BoardServer]:
    with BoardServer(30, 30) as server:
        yield server


def write_config(folder: Path, board: BoardServer, **more: object) -> str:
    config = folder / "config"
    config.mkdir()
    extra = "".join(f"{key} = {json.dumps(value)}\n" for key, value in more.items())
    (config / "brands.toml").write_text('[[brand]]\nname = "Baceba"\n')
    (config / "sources.toml").write_text(
        f'[[source]]\nname = "board"\nkind = "board"\nurl = "{board.url}"\ndelay = 0\n{extra}'
    )
    (config / "listening.toml").write_text(f'allow_private = ["{board.address}"]\n')
    return str(config)


def test_the_demo_finds_every_post_and_tells_it_readably(demo: tuple[Path, str]) -> None:
    home, printed = demo
    assert re.search(r"\d+ mentions in 445 posts by 95 authors", printed)
    for word in ("Larkspur", "Brindle", "Tamp & Tonic", "coffee-board", "coffee-news", "reddit-espresso", "digest.csv"):
        assert word in printed
    with (home / "digest.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) > 200
    assert {row["language"] for row in rows} >= {"en", "de"}
    said_by("--config", str(home / "config"), "db", "check")


def test_the_demo_hears_the_right_brands(demo: tuple[Path, str]) -> None:
    from datetime import UTC, datetime

    from listening.demo.corpus import corpus

    truth = {  # ids are unique across places but for the board's numbers
        str(native): set(brands) for (_, native), brands in corpus(datetime.now(UTC)).truth().items()
    }
    db = sqlite3.connect(demo[0] / "demo.db")
    found: dict[str, set[str]] = {}
    query = (
        "SELECT p.native_id, b.name FROM posts p LEFT JOIN mentions m ON m.post_id = p.id "
        "LEFT JOIN brands b ON b.id = m.brand_id"
    )
    for native, brand in db.execute(query):
        key = native.rstrip("/").rsplit("/", 1)[-1]
        found.setdefault(key, set()).update({brand} - {None})
    db.close()
    hits = sum(len(found[key] & truth.get(key, set())) for key in found)
    assert hits / sum(len(brands) for brands in found.values()) >= 0.98, "precision"
    assert hits / sum(len(truth.get(key, set())) for key in found) >= 0.98, "recall"


def test_mentions_filter_and_come_as_table_json_and_csv(config: str) -> None:
    table = said_by("--config", config, "mentions", "--brand", "lark", "--since", "90d", "--limit", "5")
    assert "Larkspur" in table
    assert "Brindle" not in table.splitlines()[1]
    lines = said_by("--config", config, "mentions", "--brand", "LARKSPUR", "--sentiment", "negative", "--json")
    rows = [json.loads(line) for line in lines.splitlines()]
    assert {row["sentiment"] for row in rows} == {"negative"}
    assert all(list(row) == list(COLUMNS) for row in rows)
    data = listening("--config", config, "mentions", "--search", "firmware", "--csv")
    cells = list(csv.DictReader(io.StringIO(data.removeprefix("\ufeff"), newline="")))
    assert cells
    assert all("firmware" in (original(row["full_text"]) + row["title"]).lower() for row in cells)
    assert "No mention passes" in said_by("--config", config, "mentions", "--search", "xyzzy")


def test_an_unknown_brand_is_named_with_those_there_are(config: str) -> None:
    said = said_by("--config", config, "mentions", "--brand", "acme", code=2)
    assert "there are: Larkspur, Brindle, Tamp & Tonic" in said
    assert "neither a length of time" in said_by("--config", config, "mentions", "--since", "yesterdayish", code=2)


def test_digest_writes_a_private_file_and_leaves_no_half_one(config: str, tmp_path: Path) -> None:
    said = said_by("--config", config, "digest", "--since", "90d", "-o", "week.csv", cwd=tmp_path)
    assert "mentions written to week.csv" in said
    assert (tmp_path / "week.csv").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["week.csv"]
    said = said_by("--config", config, "digest", "-o", str(tmp_path / "no" / "x.csv"), code=1)
    assert "cannot be written (No such file or directory)" in said


def test_a_second_crawl_finds_nothing_twice(tmp_path: Path, board: BoardServer) -> None:
    config = write_config(tmp_path, board)
    first = said_by("--config", config, "crawl")
    assert "900 posts read, 900 new" in first
    second = said_by("--config", config, "crawl", "board")
    assert "quiet" in second
    assert "nothing new" in second
    runs = said_by("--config", config, "runs")
    assert re.search(r"board.* 900 +900 +900 ", runs), runs
    assert "Nothing is due" in said_by("--config", config, "crawl", "--due")


def test_ctrl_c_keeps_what_was_read_and_the_next_crawl_completes_it(tmp_path: Path, board: BoardServer) -> None:
    config = write_config(tmp_path, board)
    sources = Path(config) / "sources.toml"
    sources.write_text(sources.read_text().replace("delay = 0", "delay = 0.05"))
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "--config", config, "crawl"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("running"):
                break
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 130, rest
    assert "interrupted" in rest
    assert "Traceback" not in rest
    assert "interrupted" in listening("--config", config, "runs")
    sources.write_text(sources.read_text().replace("delay = 0.05", "delay = 0"))
    listening("--config", config, "crawl")
    db = sqlite3.connect(tmp_path / "listening.db")
    assert db.execute("SELECT count(*), count(DISTINCT native_id) FROM posts").fetchone() == (900, 900)
    db.close()


def test_a_source_that_cannot_be_reached_stops_no_other(tmp_path: Path, board: BoardServer) -> None:
    config = write_config(tmp_path, board)
    with (Path(config) / "sources.toml").open("a") as file:
        file.write('[[source]]\nname = "private"\nkind = "rss"\nurl = "http://127.0.0.1:9/feed"\ndelay = 0\n')
        file.write('[[source]]\nname = "missing"\nkind = "file"\npath = "nothing.csv"\n')
    said = said_by("--config", config, "crawl")
    assert "900 new" in said
    assert re.search(r"failed +private .*allow_private", said), said
    assert re.search(r"failed +missing .*nothing\.csv", said), said
    checked = said_by("--config", config, "check", code=1)
    assert "2 of 3 sources cannot be asked" in checked
    assert re.search(r"yes +board", checked), checked


def test_init_check_and_sources(tmp_path: Path) -> None:
    said = said_by("init", "--brand", 'Ac"me', cwd=tmp_path)
    assert "written  config/brands.toml" in said
    assert "no mistakes" in said_by("check", "--offline", cwd=tmp_path)
    (tmp_path / "config" / "brands.toml").write_text("mine")
    assert "kept     config/brands.toml" in said_by("init", cwd=tmp_path)
    assert "config/brands.toml:1: is not valid TOML" in said_by("check", cwd=tmp_path, code=1)
    assert "subreddits" in said_by("sources", "reddit")
    assert 'there is no source kind "x"' in said_by("sources", "x", code=1)


def test_without_anything_the_way_forward_is_named(tmp_path: Path) -> None:
    assert "Run `listening init`" in listening("crawl", cwd=tmp_path, code=1)
    said_by("init", cwd=tmp_path)
    for command in (["mentions"], ["runs"], ["digest"], ["quarantine"], ["browse"], ["db", "check"]):
        assert "there is no database yet" in said_by(*command, cwd=tmp_path, code=1)


def test_database_commands(config: str, tmp_path: Path) -> None:
    said = said_by("--config", config, "backup", str(tmp_path / "copy.db"))
    assert "whole" in said
    assert "is there already" in said_by("--config", config, "backup", str(tmp_path / "copy.db"), code=1)
    assert "well. 445 posts" in said_by("--config", config, "db", "check")
    assert "MB now" in said_by("--config", config, "db", "vacuum")
    assert "Nothing" in said_by("--config", config, "quarantine")


def test_browse_serves_read_only(config: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", RUN, "--config", config, "browse", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        url = re.search(r"http://\S+", process.stdout.readline())
        assert url is not None
        try:
            page = _get(url[0])
            for name in ("newest", "most_negative", "per_day", "share_of_voice", "authors", "search"):
                assert f"/{name}" in page
            assert "Larkspur" in _get(f"{url[0]}/newest?brand=Larkspur")
            assert "firmware" in _get(f"{url[0]}/search?words=firmware").lower()
            assert "Larkspur" in _get(f"{url[0]}/mention_list?_search=firmware")
            answer = json.loads(_get(f"{url[0]}/share_of_voice.json?since=2020-01-01&_shape=array"))
            assert {row["brand"] for row in answer} == {"Larkspur", "Brindle", "Tamp & Tonic"}
            with pytest.raises(urllib.error.HTTPError) as refused:
                _get(f"{url[0]}.json?sql=delete+from+posts")
            refused.value.close()
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0, "Ctrl-C is the way to end it"


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


def test_a_taken_port_is_one_line(config: str) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = said_by("--config", config, "browse", "--port", str(taken.getsockname()[1]), code=1)
    assert "is taken by another program" in said


def test_the_scrapy_way(tmp_path: Path, board: BoardServer) -> None:
    scrapy = [sys.executable, "-m", "scrapy"]
    environ = {**os.environ, "LISTENING_CONFIG": str(tmp_path / "none")}
    listed = subprocess.run([*scrapy, "list"], cwd=ROOT, capture_output=True, text=True, env=environ, check=True)
    assert {"board", "rss", "hackernews", "reddit"} <= set(listed.stdout.split())
    out = tmp_path / "out.jsonl"
    command = [
        *scrapy, "crawl", "board", "-a", f"url={board.url}", "-O", str(out), "-s", "DOWNLOAD_DELAY=0",
        "-s", f"LISTENING_ALLOW_PRIVATE={board.address}",
    ]  # fmt: skip
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environ, check=False)
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(rows) == len({row["id"] for row in rows}) == 900
    assert rows[0]["author_name"].startswith("member")
    config = write_config(tmp_path, board)
    subprocess.run(command, cwd=ROOT, capture_output=True, env={**environ, "LISTENING_CONFIG": config}, check=True)
    db = sqlite3.connect(tmp_path / "listening.db")
    assert db.execute("SELECT count(*) FROM posts").fetchone() == (900,)
    db.close()


def test_help_is_there_for_everything() -> None:
    runner = CliRunner()
    assert "listening demo" in runner.invoke(main, ["--help"]).output
    for command in commands(main):
        assert runner.invoke(main, [str(command.name), "--help"]).exit_code == 0


def test_every_command_of_a_module_is_there() -> None:
    there = {
        command.name for module in pkgutil.iter_modules(cli.__path__)
        for command in getattr(importlib.import_module(f"listening.cli.{module.name}"), "COMMANDS", ())
    }  # fmt: skip
    assert there == {command.name for command in commands(main)}


def test_a_command_loads_no_other(tmp_path: Path) -> None:
    """Scrapy, apprise and the desk take a second to load: they are for those who use them."""
    code = "import sys, listening.cli as c; c.main(['mentions', '--help'], standalone_mode=False); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert {"scrapy", "apprise", "starlette", "praw", "pipelines.understanding"} & set(ran.stdout.split()) == set()


def test_try_without_a_network_is_one_line_a_source() -> None:
    said = listening("try", "Framework Laptop", code=1)
    assert said.count("failed") >= 4
    assert "is this machine connected?" in said


def test_the_evidence_of_a_mention_is_shown_in_words_and_never_as_markup() -> None:
    from listening.browse.plugins.cells import render_cell

    waiting = {"rule": "waiting", "words": ["<b>still</b>"]}
    why = {"score": [waiting], "intents": {"complaint": {"confidence": 0.9, "why": [waiting]}}, "urgency": {"reach": 5}}
    shown = str(render_cell(json.dumps(why), "why"))
    assert shown == (
        "<b>feeling</b> waiting &#39;&lt;b&gt;still&lt;/b&gt;&#39;<br>"
        "<b>complaint</b> waiting &#39;&lt;b&gt;still&lt;/b&gt;&#39;<br><b>urgency</b> reach 5"
    )
    assert [render_cell(other, "why") for other in ("{", '{"score": 1}', "no JSON", "")] == [None] * 4
