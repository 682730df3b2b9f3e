"""A screen: its entry in the navigation and its routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listening.web.access import Guarded


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen of the desk. Without a title it is reached from others; `role` is the least that sees its entry."""

    routes: Sequence[Guarded]
    title: str = ""
    path: str = ""
    icon: str = ""  # a name in static/icons.svg
    role: str = "viewer"
    group: str = ""  # entries of one group stand together
