"""A desk with hostile texts in every field it has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from listening import accounts
from listening.config import load
from listening.crawl import prepare
from listening.learn import Team
from listening.post import Author, Batch, Post, Quote, Thread
from listening.source import kinds
from listening.store import InboxFilter, Store
from listening.web import application
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from tests.desk import PASSWORD, ROLES, Installation
from tests.hostile.texts import ROOM, addresses, fitted


def fill(home: Path, hostile: Sequence[str]) -> Installation:
    """A desk in which each of these texts stands in every field there is."""
    folder = home / "config"
    folder.mkdir(parents=True)
    now = datetime.now(UTC).replace(microsecond=0)
    brands, sources = _names(hostile, 150), _names(hostile, 150, "/\\")
    (folder / "listening.toml").write_text('database = "listening.db"\n', encoding="utf-8")
    _write(folder / "brands.toml", "brand", [{"name": "Acme"}, *(
        {"name": name, "query": f'"brandword{number}"', "owner": fitted(hostile[number % len(hostile)], 60)}
        for number, name in enumerate(brands)
    )])  # fmt: skip
    _write(folder / "sources.toml", "source", [
        {"name": name, "kind": "board", "url": f"https://forum{number}.example/"} for number, name in enumerate(sources)
    ])  # fmt: skip
    config = load(folder, {name: kind.Options for name, kind in kinds().items()})
    with prepare(config) as store:
        understanding = Understanding(config.brands)
        for number, source in enumerate(sources):
            posts = [_post(number, at, hostile, now) for at in range(number, len(hostile), len(sources))]
            Ingest(store, source, understanding).save([Batch(posts)])
            run = store.start_run(source, now - timedelta(minutes=5))
            told = hostile[number % len(hostile)].encode("utf-8", "replace").decode()
            store.finish_run(run, "failed", told, errors=1, pages=1, now=now)
        _work(store, hostile, now)
        team = Team(store, config)
        for mention in store.open_mentions("Acme")[:100]:
            team.say(mention, {"sentiment": "negative"}, now=now, who="analyst")
    return Installation(folder, application(folder))


def _names(hostile: Sequence[str], most: int, banned: str = "") -> list[str]:
    found: dict[str, str] = {}
    for text in hostile:
        name = fitted(text, most, banned)
        found.setdefault(name.casefold(), name)
    return list(found.values())


def _write(path: Path, table: str, rows: Sequence[dict[str, str]]) -> None:
    lines = []
    for row in rows:
        values = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in row.items()]
        lines += [f"[[{table}]]", *values, ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def _post(source: int, number: int, hostile: Sequence[str], now: datetime) -> Post:
    """A post whose fields are the text of its number and those after it."""

    def text(step: int) -> str:
        return hostile[(number + step) % len(hostile)]

    url = addresses(number + 1)[-1]
    author = Author(name=text(3), id=f"{number}{text(4)[:ROOM]}", url=url, followers=number)
    feeling = ("is awful, it crashed and I want a refund", "is great, I recommend it", "has a shop")[number % 3]
    return Post(
        platform=f"forum{source}.example", id=str(number), url=url if number % 2 else f"https://forum.example/{number}",
        text=f"{text(0)} Acme {feeling}. brandword{number} {text(0)}", title=text(1), author=author,
        thread=Thread(id=str(number // 3), title=text(2), url=url), position=number % 3 + 1, channel=text(5),
        quotes=(Quote(text(6), text(7)),), published=now - timedelta(minutes=20 * number + 5),
    )  # fmt: skip


def _work(store: Store, hostile: Sequence[str], now: datetime) -> None:
    """Accounts, views, tags, notes, owners and answers of the same kind."""
    for role in reversed(ROLES):
        accounts.add(store, role, PASSWORD, role, private=role == "admin", now=now)
    for name in _names(hostile, 80)[:3]:  # a password takes its time
        accounts.add(store, name, PASSWORD, "viewer", private=False, now=now)
    admin = store.account("admin")
    assert admin is not None
    for name in _names(hostile, 80)[:20]:
        accounts.add_token(store, admin[0], name, "viewer", days=1, now=now)
    for name in _names(hostile, 80):
        store.save_view(name, f"tag={quote(name)}&assignee={quote(name)}", who=name, now=now)
        store.save_view(name, "status=open", who="analyst", now=now, shared=True)
    for number, ident in enumerate(list(store.listed(InboxFilter(fold=False), now=now))):
        text = hostile[number % len(hostile)].encode("utf-8", "replace").decode()
        store.triage(
            [ident], who=fitted(text, 80), now=now, add_tags=[fitted(text, 60)], note=text,
            assignee=fitted(text, 100), reply=f"https://evil.example/{fitted(text, 100)}",
        )  # fmt: skip
