"""`listening board probe`, as a person uses it, and what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from listening.config import load
from listening.config.edit import Editor, free_name
from listening.errors import ConfigError
from listening.source import kinds
from tests.installed import said_by
from tests.servers.board import BoardServer
from tests.servers.http import HttpServer, Reply
from tests.test_cli import listening

OPTIONS = {name: kind.Options for name, kind in kinds().items()}


def _config(folder: Path, *addresses: str) -> Path:
    config = folder / "config"
    said_by("--config", str(config), "init")
    (config / "listening.toml").write_text(f"allow_private = {json.dumps(addresses)}\n")
    return config


def test_a_probe_tells_what_a_board_is_and_adds_it_once(tmp_path: Path) -> None:
    with BoardServer(60, 45) as board:
        config = _config(tmp_path, board.address)
        before = (config / "sources.toml").read_text()
        said = listening("--config", str(config), "board", "probe", board.url, "--add", "--name", "anvils")
        again = listening("--config", str(config), "board", "probe", board.url, "--add", code=1)
    for words in (
        "phpBB 3, 100% sure", "phpbb page", "allows every page asked for", "a request a second",
        "2,700 posts in 60 topics in 1 forums", "Workbench", "about 3 minutes (195 requests)", "viewtopic.php?p=",
        "listening crawl anvils",
    ):  # fmt: skip
        assert words in said, said
    assert 'has this board already, as "anvils"' in again
    after = (config / "sources.toml").read_text()
    entry = f'[[source]]\nname = "anvils"\nkind = "board"\nurl = "{board.url}"\n\n'
    assert after.count(entry) == 1
    assert after.replace(entry, "") == before
    assert [source.name for source in load(config, OPTIONS).sources][-1] == "anvils"


def test_a_probe_of_what_is_no_board_says_so(tmp_path: Path) -> None:
    with HttpServer({"*": lambda _: Reply(b"<html><body><h1>A shop</h1><p>Anvils.</p></body></html>")}) as shop:
        address = shop.url("").removeprefix("http://").rstrip("/")
        said = listening("--config", str(_config(tmp_path, address)), "board", "probe", shop.url(), code=1)
    assert "is not of a board software that is known here" in said


def test_a_probe_needs_no_config_and_refuses_private_addresses(tmp_path: Path) -> None:
    said = listening("--config", str(tmp_path / "none"), "board", "probe", "http://127.0.0.1:9/", code=1)
    assert "is not on the public internet" in said
    assert "there is no such folder" in said_by(
        "--config", str(tmp_path / "none"), "board", "probe", "http://127.0.0.1:9/", "--add", code=1
    )
    assert "is not a web address" in said_by("board", "probe", "ftp://x", code=2, LISTENING_CONFIG=str(tmp_path / "n"))


def test_a_source_that_would_break_the_file_is_not_added(tmp_path: Path) -> None:
    config = _config(tmp_path)
    before = (config / "sources.toml").read_text()
    with pytest.raises(ConfigError, match="url"):
        Editor(config, OPTIONS).add("source", {"name": "x", "kind": "board", "url": "x"})
    assert (config / "sources.toml").read_text() == before


def test_names_are_made_from_hosts_and_differ() -> None:
    assert free_name("Forum.Example.com", set()) == "forum-example-com"
    assert free_name("forum.example.com", {"Forum-example-com", "forum-example-com-2"}) == "forum-example-com-3"
    assert free_name("日本", set()) == "source"
