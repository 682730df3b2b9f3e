"""The search of the demo's Reddit: words and phrases, OR between alternatives, a minus or NOT before the unwanted."""

from __future__ import annotations

import re
from collections.abc import Callable

_TERM = re.compile(r'(-|NOT\s+)?(?:"([^"]*)"|([^\s"]+))')


def found(query: str) -> Callable[[str], bool]:
    """Return a test that tells whether a text answers a query; parentheses are read over, an empty query finds all."""
    alternatives = [_terms(part) for part in re.split(r"\sOR\s", query.replace("(", " ").replace(")", " "))]
    return lambda text: any(_holds(text, terms) for terms in alternatives)


def _terms(part: str) -> list[tuple[bool, re.Pattern[str]]]:
    """Return whether each term is wanted, and its pattern: whole words, in any case."""
    terms = []
    for unwanted, phrase, word in _TERM.findall(part):
        if word == "AND":
            continue
        words = r"\s+".join(re.escape(each) for each in (phrase or word).split())
        terms.append((not unwanted, re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)))
    return terms


def _holds(text: str, terms: list[tuple[bool, re.Pattern[str]]]) -> bool:
    return all((pattern.search(text) is not None) is wanted for wanted, pattern in terms)
