"""Reading a page while the collector of cycles rests.

A page is thousands of small objects that are all needed until it is read: to walk through them again and again in
search of garbage takes up to a third of the time. What a page leaves behind is collected after it, as ever.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def undisturbed(read: Callable[P, T]) -> Callable[P, T]:
    """The same, at the end of which the collector is as it was."""

    @wraps(read)
    def reading(*given: P.args, **named: P.kwargs) -> T:
        if not gc.isenabled():
            return read(*given, **named)
        gc.disable()
        try:
            return read(*given, **named)
        finally:
            gc.enable()

    return reading
