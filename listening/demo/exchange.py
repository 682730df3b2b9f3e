"""What the demo's sites are asked and what they answer, apart from any socket; and the pages they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

HTML = "text/html; charset=UTF-8"
TEXT = "text/plain; charset=UTF-8"
ATOM = "application/atom+xml; charset=UTF-8"
RSS = "application/rss+xml; charset=UTF-8"
JSON = "application/json; charset=UTF-8"

_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Request:
    """A request: header names in lower case, of repeated parameters the first."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def number(self, name: str, default: int) -> int:
        """Return a parameter as a whole number, the default where it is none."""
        value = self.query.get(name, "")
        return int(value) if value.isascii() and value.isdecimal() and len(value) <= _DIGITS else default


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, its text not yet encoded."""

    text: str
    type: str = HTML
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def render(template: str, **context: object) -> str:
    """Return a template of the demo, with everything put into it escaped."""
    return _environment().get_template(template).render(**context)


def spoken(moment: datetime) -> str:
    """Return a time as phpBB prints it by default: "Sat Nov 21, 2026 10:15 pm"."""
    day = f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment:%d, %Y}"
    return f"{day} {moment.hour % 12 or 12}:{moment:%M} {'pm' if moment.hour >= _NOON else 'am'}"


_NOON = 12
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # not strftime: these never follow the machine's locale
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("listening.demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["spoken"] = spoken
    return environment
