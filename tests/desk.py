"""A small installation, and people in front of its desk: what tests of the web page begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.applications import Starlette
from starlette.testclient import TestClient

from listening import accounts
from listening.config import Config, load
from listening.crawl import prepare
from listening.post import Author, Post, Thread
from listening.source import kinds
from listening.store import Store
from listening.web import application
from pipelines.understanding import Understanding

PASSWORD = "a long enough secret"
ROLES = ("viewer", "analyst", "admin")
BRANDS = """
[[brand]]
name = "Acme"
aliases = ["@acme"]

[[brand]]
name = "Zenith"
ours = false
"""
SOURCES = """
[[source]]
name = "forum"
kind = "board"
url = "https://forum.example/"

[[source]]
name = "mail"
kind = "file"
path = "mail.mbox"
private = true
"""
TEXTS = (
    "Third day without an answer from Acme. I am cancelling my contract.",
    "Acme support was wonderful, they fixed my anvil in an hour. Recommended!",
    "Does anybody know an alternative to Acme that costs less?",
    "I left Acme's awful billing for Zenith and love it.",
    "It would be great if Acme had a dark mode in the app.",
    "Acme opened a new shop in Leeds.",
    "The Acme app crashes whenever I open the invoice. Refund please!",
    "Zenith has raised its price again, terrible.",
    "My Acme parcel arrived broken for the second time.",
    "Try restarting the Acme app, that helped me. Happy to help with more.",
)


@dataclass
class Installation:
    """A config folder, its file and its application."""

    folder: Path
    app: Starlette

    @property
    def config(self) -> Config:
        return load(self.folder, {name: kind.Options for name, kind in kinds().items()})

    def store(self) -> Store:
        return Store(self.config.database)

    @contextmanager
    def visitor(self, role: str = "machine") -> Iterator[TestClient]:
        """A browser: "machine" is the one without accounts, "nobody" a stranger, the others have signed in."""
        host = "stranger" if role == "nobody" else "127.0.0.1"
        base = "https://desk.example" if role == "nobody" else "http://127.0.0.1"
        with TestClient(self.app, base_url=base, client=(host, 5), follow_redirects=False) as client:
            client.headers["sec-fetch-site"] = "same-origin"
            if role in ROLES:
                answer = client.post("/login", data={"name": role, "password": PASSWORD})
                assert answer.status_code == 303, answer.text
            yield client


def install(home: Path, *, posts: int = 30, people: bool = False) -> Installation:
    """An installation with two brands, a board and a private mailbox; with `people` one account a role."""
    folder = home / "config"
    folder.mkdir(parents=True)
    files, database = _made(posts, people)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (home / "listening.db").write_bytes(database)
    return Installation(folder, application(folder))


@cache
def _made(posts: int, people: bool) -> tuple[dict[str, str], bytes]:
    """The config files and the database, made once: understanding and argon2 take their time."""
    files = {"brands.toml": BRANDS, "sources.toml": SOURCES, "listening.toml": 'database = "listening.db"\n'}
    with TemporaryDirectory() as place:
        folder = Path(place) / "config"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        config = load(folder, {name: kind.Options for name, kind in kinds().items()})
        now = datetime.now(UTC).replace(microsecond=0)
        with prepare(config) as store:
            for source in ("forum", "mail"):
                fill(store, config, source, posts if source == "forum" else 3, now)
            for role in reversed(ROLES) if people else ():
                accounts.add(store, role, PASSWORD, role, private=role == "admin", now=now)
        return files, config.database.read_bytes()  # the last to close it leaves no log beside it


def fill(store: Store, config: Config, source: str, posts: int, now: datetime) -> None:
    """Posts by eight people over the last weeks, understood as a crawl would."""
    understanding = Understanding(config.brands, source=source)
    entries = [understanding.entry(_post(source, number, now)) for number in range(posts)]
    store.save(source, entries, now=now)


def _post(source: str, number: int, now: datetime) -> Post:
    who, site = f"person{number % 8}", f"https://{source}.example"
    thread = Thread(id=str(number // 3), title=f"Topic {number // 3}", url=f"{site}/t/{number // 3}")
    return Post(
        platform=source, id=str(number), url=f"{site}/t/{number // 3}#p{number}",
        text=f"{TEXTS[number % len(TEXTS)]} ({source} {number})", title=f"Topic {number // 3}",
        author=Author(name=who, id=who, url=f"{site}/u/{who}"), thread=thread,
        position=number % 3 + 1, published=now - timedelta(hours=7 * number + 1),
    )  # fmt: skip
