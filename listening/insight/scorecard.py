"""The holes that surveys of marketing chiefs keep finding, as this team's own figures, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from listening.store import EVERYTHING, Days, Scope, Scores, Store

Filter = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is counted, what surveys say of others, and a figure (of how many) for each month."""

    name: str
    survey: str
    values: tuple[tuple[int, int | None], ...]  # (count, of so many; None where it is of nothing)
    means: str = ""
    opens: tuple[str, ...] = ()  # for each month the list of mentions behind it, as a filter; empty where it is of none

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


_ANSWERED = (("status", "answered"), ("status", "closed"))
_COMPLAINT = ("intent", "complaint")
_ROWS: tuple[tuple[str, str, str, str | None, str, Filter | None], ...] = (  # name, survey, count, of, meaning, list
    ("Message boards monitored", "16 % monitor message boards", "boards", None,
     "Boards that brought at least one post in the month.", None),
    ("Sites heard", "", "sites", None, "Sites that posts came from, whether they name a brand or not.", ()),
    ("Customer mails tracked", "23 % track customer mail", "mails", None,
     "Mails that were read; the list has those that name a brand.", (("q", "type:email"),)),
    ("Complaints answered", "33 % say they handle complaints well", "answered", "complaints",
     "Complaints of the month that somebody answered or closed, until today.", (_COMPLAINT, *_ANSWERED)),
    ("Complaints resolved", "33 % say they handle complaints well", "resolved", "complaints",
     "Complaints of the month that were closed, until today.", (_COMPLAINT, ("status", "closed"))),
    ("Advocates found", "17 % find advocates in what customers write", "advocates", None,
     "People who recommended a brand of ours to others; the list has what they wrote.", (("intent", "advocacy"),)),
    ("Advocates thanked", "", "thanked", "advocates",
     "Those of them who got an answer, or whose mention has the tag “thanked”.", (("intent", "advocacy"), *_ANSWERED)),
    ("Problems turned into sales", "33 % turn a problem into a sale", "turned", "complaints",
     "Complaints on which a sale was noted.", (_COMPLAINT, ("outcome", "sale"))),
    ("Sales noted", "", "sales", None, "Mentions on which a sale was noted, complaints included.",
     (("outcome", "sale"),)),
    ("Ideas passed on", "16 % use conversations to shape new products", "passed_on", "ideas",
     "Ideas that somebody took up: in progress, answered, closed, or noted as used.",
     (("intent", "idea"), ("status", "in progress"), *_ANSWERED)),
)  # fmt: skip


def scorecard(store: Store, months: int = 6, *, now: datetime, scope: Scope = EVERYTHING) -> Scorecard:
    """The last so many months up to `now`, in the team's time zone."""
    last = store.calendar().of(now - timedelta(seconds=1))
    begins = [last.replace(day=1)]
    while len(begins) < months:
        begins.append((begins[-1] - timedelta(days=1)).replace(day=1))
    begins.reverse()
    spans = [Days(begin, _end(begin)) for begin in begins]
    found = [store.scores(days, scope=scope) for days in spans]
    ours = [("brand", name) for name, mine in store.brand_names() if mine]
    rows = [
        Row(name, survey, tuple(_value(each, count, of) for each in found), means,
            tuple(_opened(store, days, ours, chosen) for days in spans))
        for name, survey, count, of, means, chosen in _ROWS
    ]  # fmt: skip
    return Scorecard(tuple(f"{begin:%Y-%m}" for begin in begins), last != _end(begins[-1]), tuple(rows))


def _opened(store: Store, days: Days, ours: list[tuple[str, str]], chosen: Filter | None) -> str:
    if chosen is None:
        return ""
    begin, end = store.bounds(days)
    return urlencode([*ours, *chosen, ("since", begin), ("until", end)])


def _value(scores: Scores, count: str, of: str | None) -> tuple[int, int | None]:
    return getattr(scores, count), getattr(scores, of) if of else None


def _end(begin: date) -> date:
    return (begin + timedelta(days=32)).replace(day=1) - timedelta(days=1)
