"""The filter of a list of mentions, as a page's address and its form hold it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from listening.errors import ListeningError
from listening.store import InboxFilter, read_filters
from listening.store.inbox_filter import KEYS
from listening.web.pages import desk_of
from listening.web.visitor import zone
from pipelines.intents import names
from pipelines.language import detect

AGES = {"1d": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days", "365d": "a year"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; `mistake` says what is wrong with it, and then everything is shown."""

    where: InboxFilter
    order: str
    text: str  # the filters, as an address holds them
    values: Mapping[str, str]  # of each key the last one, for the form
    mistake: str = ""

    def but(self, **changes: str) -> str:
        """The address's part after "?" with changes; an empty value takes its key away."""
        kept = [(key, value) for key, value in parse_qsl(self.text) if key not in changes]
        return urlencode([*kept, *((key, value) for key, value in changes.items() if value)])

    def each(self, key: str) -> list[str]:
        """All values of a key: of several any may hold."""
        return [value for name, value in parse_qsl(self.text) if name == key]

    def without(self, key: str, value: str) -> str:
        """The address's part after "?" without one value."""
        return urlencode([pair for pair in parse_qsl(self.text) if pair != (key, value)])


def exactly(request: Request, besides: Iterable[str] = (), now: datetime | None = None) -> Asked:
    """What a request asks for, for those who take the answer at its word: raises ListeningError for any mistake.

    `besides` names parameters that are no filters.
    """
    known = {*KEYS, *besides, "period"}
    for key in request.query_params:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            meant = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(sorted(known))}."
            raise ListeningError(f'"{key[:40]}": there is no such filter; {meant}')
    found = asked(request, now=now)
    if found.mistake:
        raise ListeningError(found.mistake)
    return found


def asked(request: Request, default: str = "", now: datetime | None = None) -> Asked:
    """What a request asks for; without any filter the default. A `period` of other pages is the age it stands for."""
    now = now or datetime.now(UTC)
    given = [(key, value) for key, value in request.query_params.multi_items() if value.strip()]
    if not any(key == "since" for key, _ in given):
        given = [("since" if key == "period" else key, value) for key, value in given]
    pairs = [(key, value) for key, value in given if key in KEYS]
    text = urlencode(pairs) or default
    reader = zone(request, desk_of(request).config.settings.time_zone)
    values = dict(pairs) if pairs else dict(pair.split("=", 1) for pair in default.split("&") if pair)
    try:
        where, order = read_filters(text, now, reader, detect, names(desk_of(request).folder))
    except ListeningError as error:
        return Asked(InboxFilter(), "newest", "", values, str(error))
    return Asked(where, order, text, values)
