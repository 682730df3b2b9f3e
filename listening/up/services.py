"""What `listening up` keeps running: one line a service."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from listening.config import Config

Work = Callable[[Config, Event], None]  # works until the event is set


@dataclass(frozen=True, slots=True)
class Service:
    """One process: `place` names its function, "package.module:function"; `what` says what it does."""

    name: str
    place: str
    what: str
    listens: bool = False  # it is given the socket of the web page instead of an event
    rereads: bool = False  # it follows a changed configuration by itself; others are started again

    def function(self) -> Any:
        """The function itself."""
        module, _, name = self.place.partition(":")
        return getattr(importlib.import_module(module), name)

    @property
    def there(self) -> bool:
        """Whether this installation has it."""
        module = self.place.partition(":")[0]
        try:
            return importlib.util.find_spec(module) is not None
        except ModuleNotFoundError:
            return False


SERVICES = (
    Service("web", "listening.web:serve", "the web page", listens=True, rereads=True),
    Service("schedule", "listening.schedule:work", "crawls, each when its time has come", rereads=True),
    Service("alerts", "listening.alerts:work", "alerts"),
    Service("digests", "listening.digest:work", "digests"),
    Service("learning", "listening.up.learning:work", "learning from labels"),
)


def offered(*, web: bool) -> list[Service]:
    """The services to run, with the web page or without."""
    return [service for service in SERVICES if service.there and (web or not service.listens)]
