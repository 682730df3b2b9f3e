"""Message boards: one engine per file, found by its name; adding a file adds a software."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from spiders.boards.engine import Engine
from spiders.boards.page import Page

SURE = 0.5  # below, a page is of no software known here


@cache
def engines() -> Mapping[str, type[Engine]]:
    """Every engine there is, by name."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Engine) and value.__dict__.get("name") == module.name:
                found[module.name] = value
    return found


def recognise(page: Page) -> type[Engine] | None:
    """The engine that is surest of a page; None where none is sure."""
    best = max(engines().values(), key=lambda engine: engine.recognise(page), default=None)
    return best if best is not None and best.recognise(page) >= SURE else None
