"""How much somebody helps other customers: answers, advice, and the thanks they get."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from listening.store import EVERYTHING, Answer, Scope, Store

RULE = (
    "Helps others: 1 point for each reply of the past year to somebody's question, or with advice in it, and 2 more "
    "where somebody thanks for it or says that it worked. The newest 100 replies are looked at."
)
_ADVICE = re.compile(r'"rule": "(?:helps others|tells how)"')
_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thanx|thx|tysm|ty|cheers|much appreciated|appreciate it|that worked|it worked"
    r"|did the trick|that fixed|fixed it|solved|(?:vielen )?dank|danke\w*|merci"
    r"|gracias|grazie|obrigad[oa]|bedankt|dank je)\b",
    re.I,
)
_NO_THANKS = re.compile(r"\b(?:no thanks|thanks for nothing|(?:did(?:n't| not)|not) (?:work|solve|fix)\w*)\b", re.I)


@dataclass(frozen=True, slots=True)
class Help:
    """One reply that helps, and who thanked for it."""

    answer: Answer
    thanks: tuple[tuple[int, str, str], ...]  # (post id, address, beginning of the text)


@dataclass(frozen=True, slots=True)
class Helping:
    """The helps-others score, with the replies it rests on."""

    score: int
    answers: int
    thanked: int
    helps: tuple[Help, ...]  # those that were thanked for first, then the newest


def helping(store: Store, person: int, *, now: datetime, scope: Scope = EVERYTHING) -> Helping:
    """How much a person helped others in the year before now."""
    return _counted(store.answers_of(person, now, scope))


def _counted(answers: Sequence[Answer]) -> Helping:
    helps = []
    for answer in answers:
        thanks = tuple(reply for reply in answer.replies if thankful(reply[2]))
        if answer.asked or thanks or _ADVICE.search(answer.advice):
            helps.append(Help(answer, thanks))
    thanked = sum(1 for each in helps if each.thanks)
    helps.sort(key=lambda each: not each.thanks)  # stable: the newest first among equals
    return Helping(len(helps) + 2 * thanked, len(helps), thanked, tuple(helps))


def thankful(text: str) -> bool:
    """Whether a reply thanks for help."""
    return _THANKS.search(text) is not None and _NO_THANKS.search(text) is None
