"""Learning from labels while everything runs: when there are new ones enough, and nobody has to ask."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from threading import Event

from listening.config import Config
from listening.learn.team import Team, due
from listening.store import Store

_PAUSE = 600.0  # seconds between two looks


class _Stopped(Exception):  # not a mistake
    """It is time to stop, in the middle of judging again."""


def work(config: Config, stop: Event) -> None:
    """Look now and then, until `stop` is set; what is judged again is stored in whole batches."""
    while True:
        with Store(config.database) as store:
            if due(store, waiting=False) or store.models_wait():
                _learn(store, config, stop)
        if stop.wait(_PAUSE):
            return


def _learn(store: Store, config: Config, stop: Event) -> None:
    def on(*_: object) -> None:
        if stop.is_set():
            raise _Stopped

    with suppress(_Stopped):
        Team(store, config).learn_if_due(partial(datetime.now, UTC), on, on, waiting=False)
