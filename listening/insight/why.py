"""Why a number is what it is: its rule in words, the list that opens the mentions behind it, and the SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote_plus

from listening.store import Days, Scope, Store, counting_sql

_quoted = lru_cache(maxsize=4096)(quote_plus)  # a year has 366 days, and the same brand on each


@dataclass(frozen=True, slots=True)
class Why:
    """`opens` is a filter as lists of mentions take it ("brand=Acme&since=..."), `sql` counts over `mention_list`."""

    rule: str
    opens: str
    write: Callable[[], str] = field(compare=False, repr=False)  # hundreds are kept, few are read

    @property
    def sql(self) -> str:
        """The question in SQL."""
        return self.write()


def why(store: Store, rule: str, brand: str, days: Days, scope: Scope, **chosen: Any) -> Why:
    """The reasons for a count of the mentions of a brand in some days, of which `chosen` says more.

    `chosen` may hold sentiment, intent, source, site, aspect, aspect_sentiment, status ("open") and author_id.
    """
    begin, end = store.bounds(days)
    pairs = [("brand", brand)] if brand else []
    pairs += [("since", begin), ("until", end)]
    for key, value in chosen.items():
        if value in (None, ""):
            continue
        pairs.append({"site": ("q", f"site:{value}"), "author_id": ("person", str(value))}.get(key, (key, str(value))))
    opens = "&".join([f"{key}={_quoted(value)}" for key, value in pairs])
    return Why(rule, opens, partial(counting_sql, brand, (begin, end), scope, **chosen))
