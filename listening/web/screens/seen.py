"""The sources that a visitor may see, as sources.toml has them; all others are as if they were not there."""

from __future__ import annotations

from starlette.requests import Request

from listening.config import SourceEntry
from listening.store import Store
from listening.web.access import who
from listening.web.pages import desk_of


def visible(request: Request, store: Store) -> list[SourceEntry]:
    """All sources that somebody may see, paused ones included."""
    visitor, config = who(request), desk_of(request).config
    hidden = visitor.scope(store).hidden
    return [each for each in config.sources if each.name not in hidden and (visitor.private or not each.private)]


def entry_of(request: Request, store: Store, name: str) -> SourceEntry | None:
    """One source by its name; None where there is none that they may see."""
    return next((each for each in visible(request, store) if each.name.casefold() == name.casefold()), None)
