"""Many sources, each once: `listening crawl`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from listening.config import Config
from listening.crowd import Crowd, Listener
from listening.errors import ConfigError
from listening.run import Event
from listening.store import Store
from pipelines.intents import load


def prepare(config: Config) -> Store:
    """Open the store, bring its sources and brands in line with the config, and sweep runs that were killed."""
    store = Store(config.database)
    know(store, config)
    store.sweep_runs(datetime.now(UTC))
    return store


def know(store: Store, config: Config) -> None:
    """Bring the store's sources, brands and intents in line with the config."""
    points = None
    with suppress(ConfigError):  # whoever reads posts tells what is wrong with the files of intents
        points = load(config.folder).points
    store.know(
        [
            {
                "name": s.name, "kind": s.kind, "url": str(getattr(s.options, "url", "") or ""),
                "every": int(s.every.total_seconds()), "keep_unmatched": int(config.kept(s).total_seconds()),
                "active": int(s.enabled), "private": int(s.private),
            }
            for s in config.sources
        ],
        [{"name": b.name, "query": b.query, "ours": int(b.ours), "owner": b.owner} for b in config.brands],
        points,
    )  # fmt: skip
    store.use_zone(config.settings.time_zone)


def crawl(config: Config, sources: Sequence[str], listener: Listener, *, check: bool = False) -> list[Event]:
    """Run sources, `jobs` at a time. Returns the last event of each, in the order given; never raises for a source.

    On KeyboardInterrupt the runs are asked to stop, get ten seconds to save what they have read, and are reported.
    """
    crowd = Crowd(config, check=check)
    waiting, last = list(sources), {name: Event(name, "waiting") for name in sources}
    try:
        while waiting or crowd.running:
            while (name := crowd.next(waiting)) is not None:
                waiting.remove(name)
                crowd.start(name)
            last |= crowd.hear(listener)
    except KeyboardInterrupt:
        last |= crowd.stop(listener)
    for name in waiting:
        last[name] = Event(name, "interrupted", "not started")
    return [last[name] for name in sources]
