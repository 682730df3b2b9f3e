"""The house stays in order: imports run one way, SQL in one place, lint and types clean."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("listening", "spiders", "pipelines")

# Lower floors first; a module may import its own floor and those below.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("listening.post", "listening.errors"),
    (
        "listening.config", "listening.query", "listening.fetch", "listening.settings", "listening.text",
        "listening.dates", "listening.feed", "listening.mail", "listening.tabular", "listening.reddit",
        "listening.alike",
        "listening.timetable", "listening.urgency",
    ),
    ("listening.store",),
    ("listening.source", "listening.spider"),
    (
        "spiders",
        "pipelines",
        "listening.export",
        "listening.browse",
        "listening.demo",
        "listening.lab",
    ),
    (
        "listening.run",
        "listening.crawl",
        "listening.crowd",
        "listening.crawler",
        "listening.board",
        "listening.look",
        "listening.rematch",
        "listening.evaluate",
        "listening.learn",
        "listening.insight",
    ),
    (
        "listening.schedule",
        "listening.alerts",
        "listening.digest",
        "listening.privacy",
        "listening.people",
        "listening.health",
        "listening.accounts",
    ),
    ("listening.web",),
    ("listening.up",),
    ("listening.cli",),
)  # fmt: skip
SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s+\w+\s+SET|DELETE FROM|CREATE TABLE|PRAGMA\s)\b", re.S)


@cache
def modules() -> list[tuple[str, ast.Module]]:
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [
        (
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"),
            ast.parse(path.read_text(encoding="utf-8")),
        )
        for path in paths
    ]


def floor(name: str) -> int | None:
    for level, names in enumerate(FLOORS):
        if any(name == n or name.startswith(f"{n}.") for n in names):
            return level
    return None


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_every_module_has_a_floor() -> None:
    assert [name for name, _ in modules() if name != "listening" and floor(name) is None] == []


def test_imports_run_one_way() -> None:
    climbing = []
    for name, tree in modules():
        mine = floor(name)
        for target, line in imported(tree):
            theirs = floor(target)
            if mine is not None and theirs is not None and theirs > mine and target != "listening":
                climbing.append(f"{name}:{line} imports {target}")
    assert climbing == []


def test_spiders_never_know_the_store_and_pipelines_never_know_spiders() -> None:
    for name, tree in modules():
        targets = {target for target, _ in imported(tree)}
        if name.startswith("spiders"):
            assert not [t for t in targets if t.startswith(("listening.store", "pipelines", "listening.run"))], name
        if name.startswith("pipelines"):
            assert not [t for t in targets if t.startswith("spiders")], name


def test_sql_lives_in_the_store_alone() -> None:
    for name, tree in modules():
        if name.startswith("listening.store"):
            continue
        docs = {id(n.body[0].value) for n in ast.walk(tree) if isinstance(getattr(n, "body", None), list) and n.body
                and isinstance(n.body[0], ast.Expr)}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                assert not SQL.search(node.value), f"{name}:{node.lineno}"


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, tree in modules() if not ast.get_docstring(tree)] == []


def test_nothing_is_called_utils() -> None:
    assert [name for name, _ in modules() if re.search(r"\b(utils?|helpers?|misc)\b", name)] == []


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=["lint", "format", "types"],
)
def test_tools_find_nothing(command: list[str]) -> None:
    result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]


def test_the_installed_packages_are_ours() -> None:
    import pipelines
    import spiders

    for package in (spiders, pipelines):
        assert Path(str(package.__file__)).parents[1] == ROOT
