"""Where posts come from: what a source declares, what it is given, and how its posts become batches."""

from __future__ import annotations

import importlib
import os
import pkgutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from listening.errors import CredentialError, SourceError
from listening.post import Batch, Checkpoint, Post, Reject


class SourceOptions(BaseModel):
    """Base of every source's own options; a field's type, default and description are its only declaration."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def credentials(self) -> tuple[Credential, ...]:
        """Secrets that this one source needs, beside those of its kind."""
        return ()

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, data: Any) -> Any:
        # `scrapy crawl board -a forums=a,b` can only pass text.
        if not isinstance(data, Mapping):
            return data
        return {
            key: [part.strip() for part in value.split(",")]
            if isinstance(value, str) and key in cls.model_fields and _is_list(cls.model_fields[key].annotation)
            else value
            for key, value in data.items()
        }


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) in (list, tuple)


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret that a source can use, found in the environment as `env` or in a 0600 file named by `env`_FILE."""

    name: str
    env: str
    help: str
    required: bool = True

    def read(self, environ: Mapping[str, str] = os.environ) -> str | None:
        """The secret, or None where none is set.

        Raises CredentialError if the file cannot be read, or can be read by other people.
        """
        if value := environ.get(self.env):
            return value
        if not (path := environ.get(f"{self.env}_FILE")):
            return None
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
            if mode & 0o077:
                raise CredentialError(f"{path} can be read by other people (mode {mode:o}): chmod 600 {path}")
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise CredentialError(f"{self.env}_FILE: {path} cannot be read ({error.strerror})") from None


@dataclass(frozen=True, slots=True)
class Context:
    """What one run gives a source: all it may know of the world."""

    source: str  # the name in sources.toml
    checkpoints: Mapping[str, str] = field(default_factory=dict)  # key -> value, as last stored
    terms: tuple[str, ...] = ()  # what the brands call themselves, for sites that can be searched
    secrets: Mapping[str, SecretStr] = field(default_factory=dict)  # credential name -> value
    folder: Path = Path()  # the config folder: relative paths in options start here
    contact: str = ""  # in the user agent
    allow_private: tuple[str, ...] = ()  # "host" or "host:port" that may be on a private network
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


class Source:
    """What every source declares. Exactly one class of each file in `spiders/` sets `kind`."""

    kind: ClassVar[str] = ""  # the file's name, and the `kind` in sources.toml
    summary: ClassVar[str] = ""  # one line for lists
    Options: ClassVar[type[SourceOptions]] = SourceOptions
    credentials: ClassVar[tuple[Credential, ...]] = ()
    trials: ClassVar[Mapping[str, Mapping[str, Any]]] = {}  # source name -> options: what `listening try` asks
    delay: ClassVar[float] = 1.0  # seconds between requests to one host, where sources.toml names none

    @classmethod
    def reader(cls, context: Context) -> type[Source]:
        """The class that reads this source now; another than `cls` where credentials open a better way."""
        del context
        return cls

    @classmethod
    def endless(cls, options: Any) -> bool:
        """Whether a run of this class goes on until it is stopped: the schedule keeps it alive, then."""
        del options
        return False


class Collector(Source):
    """A source read by plain synchronous code: an API client, a mailbox, a file."""

    def __init__(self, options: Any, context: Context) -> None:
        self.options, self.context = options, context

    def collect(self) -> Iterator[Post | Checkpoint | Reject]:
        """Yield posts in the order in which they may be stored, and a checkpoint where all before it hold.

        Raises SourceError where the source cannot be asked.
        """
        raise NotImplementedError

    def check(self) -> str:
        """Ask the source the least it can answer. Returns a sentence; raises SourceError."""
        raise NotImplementedError


def batches(
    items: Iterable[Post | Checkpoint | Reject],
    *,
    size: int = 200,
    age: float = 2.0,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Batch]:
    """Group what a collector yields: a batch closes at `size` posts, `age` seconds, or a checkpoint.

    A checkpoint travels with the posts before it, so that both are stored in one transaction.
    """
    posts: list[Post] = []
    rejects: list[Reject] = []
    opened = clock()
    for item in items:
        if isinstance(item, Checkpoint):
            yield Batch(tuple(posts), (item,), tuple(rejects))
        elif isinstance(item, Reject):
            rejects.append(item)
        else:
            posts.append(item)
        if isinstance(item, Checkpoint) or len(posts) + len(rejects) >= size or clock() - opened >= age:
            if not isinstance(item, Checkpoint):
                yield Batch(tuple(posts), (), tuple(rejects))
            posts, rejects, opened = [], [], clock()
    if posts or rejects:
        yield Batch(tuple(posts), (), tuple(rejects))


@cache
def kinds() -> Mapping[str, type[Source]]:
    """Every kind of source there is, by name: one per file in `spiders/`, each file free to fail alone."""
    package = importlib.import_module("spiders")  # found by name: nothing below the spiders depends on them
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if not module.ispkg)
    return {name: _declared(name) for name in names}


def find(kind: str) -> type[Source]:
    """The source class of one kind. Raises SourceError naming the kinds there are."""
    try:
        return kinds()[kind]
    except KeyError:
        raise SourceError(f'there is no source kind "{kind}"; there are: {", ".join(kinds())}') from None


def _declared(name: str) -> type[Source]:
    module = importlib.import_module(f"spiders.{name}")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Source) and value.__dict__.get("kind") == name:
            return value
    raise SourceError(f'spiders/{name}.py declares no class with kind = "{name}"')
