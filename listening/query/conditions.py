"""Conditions: what a query's fields ask of the facts that are known of a post."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Protocol

from listening.query.facts import Facts
from listening.query.fields import address, comparison, host, language, moment
from listening.query.fold import readings
from listening.query.tree import Fact
from listening.query.words import visible

_LONGEST = 200  # characters of a name or channel that are looked at
_PREFIX = re.compile(r"\A(?:@|/?u/)")  # of handles
_BEYOND = r"[\w-]|\.\w"  # a domain, or the part of a path, goes on there
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq,
}  # fmt: skip


class Condition(Protocol):
    """Whether facts are as a query wants them."""

    def __call__(self, facts: Facts) -> bool:
        """Ask."""


@dataclass(frozen=True, slots=True)
class _Named:
    field: str
    pattern: re.Pattern[str]

    def __call__(self, facts: Facts) -> bool:
        return any(self.pattern.search(_bare(text)) for text in facts.texts(self.field))


@dataclass(frozen=True, slots=True)
class _Hosted:
    host: str

    def __call__(self, facts: Facts) -> bool:
        for text in facts.texts("site"):  # a loop costs less than any()
            if text.endswith(self.host) and (text == self.host or text.endswith(f".{self.host}")):
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Linked:
    address: str
    pattern: re.Pattern[str]

    def __call__(self, facts: Facts) -> bool:
        return any(self.address in text and self.pattern.search(text) for text in facts.texts("link"))


@dataclass(frozen=True, slots=True)
class _Chosen:
    field: str
    value: str

    def __call__(self, facts: Facts) -> bool:
        return self.value in facts.texts(self.field)


@dataclass(frozen=True, slots=True)
class _Compared:
    field: str
    sign: str
    number: float

    def __call__(self, facts: Facts) -> bool:
        known = facts.number(self.field)
        return known is not None and _COMPARE[self.sign](known, self.number)


@dataclass(frozen=True, slots=True)
class _Published:
    when: datetime
    before: bool

    def __call__(self, facts: Facts) -> bool:
        known = facts.published()
        return known is not None and (known < self.when) == self.before


def condition(fact: Fact, now: datetime | None, zone: tzinfo = UTC) -> Condition:
    """What a fact of a query asks; `now` and `zone` say what its dates mean. ValueError for an impossible value."""
    name, value = fact.name, fact.value
    found: Condition
    match name:
        case "site":
            found = _Hosted(host(value))
        case "link":
            part = address(value)
            found = _Linked(part, re.compile(rf"(?<![\w@-]){re.escape(part)}(?!{_BEYOND})"))
        case "lang":
            found = _Chosen("lang", language(value))
        case "type" | "is" | "sentiment" | "has":
            found = _Chosen(name, value.lower())
        case "followers" | "stars":
            found = _Compared(name, *comparison(value))
        case "after" | "before":
            found = _Published(moment(value, now or datetime.now(UTC), zone), name == "before")
        case "channel":
            words = re.sub("^r/", "", _bare(value))
            found = _Named(name, re.compile(rf"(?<!\w){_pattern(words)}(?!\w)", re.DOTALL))
        case _:
            found = _Named(name, re.compile(rf"\A{_pattern(_bare(value))}\Z", re.DOTALL))
    return found


@lru_cache(maxsize=1 << 10)
def _bare(name: str) -> str:
    """A name as it is compared: folded, without the sign of a handle."""
    return " ".join(readings(_PREFIX.sub("", visible(name[:_LONGEST].strip())))[1].split())


def _pattern(folded: str) -> str:
    """A name with wildcards; atomic groups, as in term.py, so that many stars are as cheap as one."""
    first, *parts = (re.escape(part).replace(r"\?", ".") for part in re.split(r"\*+", folded))
    middle = "".join(f"(?>.*?{part})" for part in parts[:-1])
    return first + middle + (f".*?{parts[-1]}" if parts else "")
