"""Which mentions a list shows: what may be asked, as an object and as the text that addresses and saved views hold."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import parse_qsl

from listening.errors import ListeningError
from listening.query import parse
from listening.query.fields import moment
from listening.store.known import Detect
from listening.store.search import Question

NEW, IN_PROGRESS, ANSWERED, CLOSED, NOT_RELEVANT = STATUSES = (
    "new", "in progress", "answered", "closed", "not relevant",
)  # fmt: skip
OPEN = (NEW, IN_PROGRESS)  # somebody has still to act
NOBODY = "-"  # as assignee: those that are nobody's
ORDERS = ("newest", "urgent", "negative")
QUEUES = ("complaints", "opportunities")
_SENTIMENTS = ("negative", "neutral", "positive", "unscored")


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which mentions to show. Empty fields do not filter; of several values any may hold."""

    brands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    sentiment: str = ""  # negative, neutral, positive, or unscored
    intents: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    assignee: str = ""  # NOBODY: those without one
    tag: str = ""
    outcome: str = ""  # what became of it, such as sale
    since: datetime | None = None
    until: datetime | None = None
    urgency: int = 0  # at least, without the wait
    noted: bool = False
    people: tuple[int, ...] = ()  # ids of authors
    aspect: str = ""
    aspect_sentiment: str = ""
    cluster: int | None = None  # what says the same
    query: Question | None = None
    queue: str = ""  # complaints or opportunities
    shelf: bool = False  # those that are probably not about the brand, instead of the others
    fold: bool = True  # what only repeats another mention of the list is left out


@dataclass(frozen=True, slots=True)
class _Asking:
    now: datetime
    zone: tzinfo
    detect: Detect | None
    intents: Collection[str]


Read = Callable[[Sequence[str], _Asking], Any]


def _one_of(*names: str) -> Read:
    def read(values: Sequence[str], _: _Asking) -> str:
        value = values[-1].strip().lower()
        if value not in names:
            raise ValueError(f"there is no {value[:40]!r}; there are {', '.join(names)}")
        return value

    return read


def _statuses(values: Sequence[str], _: _Asking) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in values:
        name = " ".join(value.lower().split())
        if name not in (*STATUSES, "open"):
            raise ValueError(f"there is no {name[:40]!r}; there are open, {', '.join(STATUSES)}")
        found.update(dict.fromkeys(OPEN if name == "open" else (name,)))
    return tuple(found)


def _numbers(values: Sequence[str], _: _Asking) -> tuple[int, ...]:
    try:
        return tuple(int(value) for value in values if 0 <= int(value) < 1 << 63)
    except ValueError:
        raise ValueError(f"{values[-1][:40]!r} is not a number") from None


def _number(values: Sequence[str], asking: _Asking) -> int:
    return (_numbers(values[-1:], asking) or (0,))[0]


def _texts(values: Sequence[str], _: _Asking) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _text(values: Sequence[str], _: _Asking) -> str:
    return values[-1].strip()


def _when(values: Sequence[str], asking: _Asking) -> datetime:
    return moment(values[-1].strip(), asking.now, asking.zone)


def _yes(values: Sequence[str], _: _Asking) -> bool:
    if values[-1] not in ("1", "0"):
        raise ValueError("it is 1 or 0")
    return values[-1] == "1"


def _no(values: Sequence[str], asking: _Asking) -> bool:
    return not _yes(values, asking)


def _query(values: Sequence[str], asking: _Asking) -> Question:
    return Question(parse(values[-1], stored=True, intents=asking.intents), asking.now, asking.zone, asking.detect)


_KEYS: Mapping[str, tuple[str, Read]] = {  # as addresses name them -> field, and how it is read
    "brand": ("brands", _texts), "source": ("sources", _texts), "sentiment": ("sentiment", _one_of(*_SENTIMENTS)),
    "intent": ("intents", _texts), "status": ("statuses", _statuses), "assignee": ("assignee", _text),
    "outcome": ("outcome", _text),
    "tag": ("tag", _text), "since": ("since", _when), "until": ("until", _when), "urgency": ("urgency", _number),
    "noted": ("noted", _yes), "person": ("people", _numbers), "aspect": ("aspect", _text),
    "aspect_sentiment": ("aspect_sentiment", _one_of(*_SENTIMENTS)), "cluster": ("cluster", _number),
    "q": ("query", _query), "queue": ("queue", _one_of(*QUEUES)), "shelf": ("shelf", _yes), "copies": ("fold", _no),
}  # fmt: skip
KEYS = (*_KEYS, "order")


def read_filters(
    text: str, now: datetime, zone: tzinfo = UTC, detect: Detect | None = None, intents: Collection[str] = ()
) -> tuple[InboxFilter, str]:
    """The filter and the order that a text such as `brand=Acme&status=open&since=7d&q=refund*&order=urgent` means.

    Ages and days are counted from `now` and in `zone`, so that a saved "last 7 days" stays that. Keys that may come
    several times: brand, source, intent, status, person. Empty values do not filter. `intents` are those that a query
    may ask for; without them any. Raises QueryError for a mistake in the query and ListeningError, which says what
    there is, for any other.
    """
    given: dict[str, list[str]] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, 1)
            meant = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(KEYS)}."
            raise ListeningError(f'filter "{key[:40]}": there is no such filter; {meant}')
        if value.strip():
            given.setdefault(key, []).append(value)
    asking = _Asking(now, zone, detect, intents)
    order = _read("order", _one_of(*ORDERS), given.pop("order", [ORDERS[0]]), asking)
    found = {_KEYS[key][0]: _read(key, _KEYS[key][1], values, asking) for key, values in given.items()}
    return InboxFilter(**found), str(order)


def _read(key: str, read: Read, values: Sequence[str], asking: _Asking) -> Any:
    try:
        return read(values, asking)
    except (ValueError, OverflowError) as error:
        raise ListeningError(f'filter "{key}": {error}.') from None
