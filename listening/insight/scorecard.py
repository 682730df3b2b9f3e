"""The holes that surveys of marketing chiefs keep finding, as this team's own figures, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from listening.store import EVERYTHING, Days, Scope, Scores, Store


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is counted, what surveys say of others, and a figure (of how many) for each month."""

    name: str
    survey: str
    values: tuple[tuple[int, int | None], ...]  # (count, of so many; None where it is of nothing)

    @property
    def shown(self) -> tuple[str, ...]:
        """As people read it: "12", or "7 of 12 (58 %)"."""
        return tuple(
            f"{n:,}" if of is None else f"{n:,} of {of:,}" + (f" ({n / of:.0%})" if of else "") for n, of in self.values
        )


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Months, the oldest first; the last may be unfinished."""

    months: tuple[str, ...]
    unfinished: bool
    rows: tuple[Row, ...]


_ROWS = (  # name, what surveys find, count, of
    ("Message boards monitored", "16 % monitor message boards", "boards", None),
    ("Sites heard", "", "sites", None),
    ("Customer mails tracked", "23 % track customer mail", "mails", None),
    ("Complaints answered", "33 % say they handle complaints well", "answered", "complaints"),
    ("Complaints resolved", "33 % say they handle complaints well", "resolved", "complaints"),
    ("Advocates found", "17 % find advocates in what customers write", "advocates", None),
    ("Advocates thanked", "", "thanked", "advocates"),
    ("Problems turned into sales", "33 % turn a problem into a sale", "turned", "complaints"),
    ("Sales noted", "", "sales", None),
    ("Ideas passed on", "16 % use conversations to shape new products", "passed_on", "ideas"),
)


def scorecard(store: Store, months: int = 6, *, now: datetime, scope: Scope = EVERYTHING) -> Scorecard:
    """The last so many months up to `now`, in the team's time zone."""
    last = store.calendar().of(now - timedelta(seconds=1))
    begins = [last.replace(day=1)]
    while len(begins) < months:
        begins.append((begins[-1] - timedelta(days=1)).replace(day=1))
    begins.reverse()
    found = [store.scores(Days(begin, _end(begin)), scope=scope) for begin in begins]
    rows = [Row(name, survey, tuple(_value(each, count, of) for each in found)) for name, survey, count, of in _ROWS]
    return Scorecard(tuple(f"{begin:%Y-%m}" for begin in begins), last != _end(begins[-1]), tuple(rows))


def _value(scores: Scores, count: str, of: str | None) -> tuple[int, int | None]:
    return getattr(scores, count), getattr(scores, of) if of else None


def _end(begin: date) -> date:
    return (begin + timedelta(days=32)).replace(day=1) - timedelta(days=1)
