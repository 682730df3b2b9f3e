"""The fields that a query may name besides a post's words, and what may stand after each of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

WORDS = ("title", "text", "raw")  # these take words as the rest of a query does

_NUMBER = re.compile(r"(>=|<=|>|<|=)?(\d{1,12}(?:\.\d{1,6})?)([km]?)", re.I)
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6}
_AGE = re.compile(r"(\d{1,5})\s*([hdw])", re.I)
_HOURS = {"h": 1, "d": 24, "w": 168}
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?)?)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}([-_][a-z0-9]{2,8})*", re.I)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*")
_WILD = re.compile(r"[*?]")
_LONGEST = 200  # characters of a value


@dataclass(frozen=True, slots=True)
class Field:
    """What a field asks for. `check` raises ValueError, which says what would be right, for a value it cannot take."""

    help: str
    check: Callable[[str], object] = str
    stored: bool = False  # known only of what is stored, not of posts in flight
    alone: bool = True  # False: too broad to be all that a brand's query asks for


def one_of(*names: str) -> Callable[[str], str]:
    """A check for one of these names, whatever its case."""

    def check(value: str) -> str:
        if value.lower() in names:
            return value.lower()
        near = difflib.get_close_matches(value.lower(), names, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise ValueError(f"{value} is none of its values: {meant}there are {', '.join(names)}")

    return check


def comparison(value: str) -> tuple[str, float]:
    """The operator and the number of `>1000`, `>=4.5`, `<3`, `=5`, `5` (as =5), `>10k`, `<2m`."""
    found = _NUMBER.fullmatch(value)
    if found is None:
        raise ValueError(f"{value} is not a number: write >1000, >=4.5, <3, 5 or >10k, without spaces")
    return found[1] or "=", float(found[2]) * _TIMES[found[3].lower()]


def moment(value: str, now: datetime, zone: tzinfo) -> datetime:
    """The aware time of a year, month, day or time (in `zone` unless it says so), or of an age (7d) before `now`."""
    if age := _AGE.fullmatch(value):
        return now - timedelta(hours=int(age[1]) * _HOURS[age[2].lower()])
    if not _DAY.fullmatch(value):
        raise ValueError(f"{value} is not a date: write 2026-11-01, 2026-11, 2026-11-01T09:30, or an age such as 7d")
    try:
        when = datetime.fromisoformat(value + "-01-01"[len(value) - 4 :] if len(value) < 10 else value)
    except ValueError:
        raise ValueError(f"{value} is no day of the calendar: write 2026-11-01") from None
    return when if when.tzinfo else when.replace(tzinfo=zone)


def language(value: str) -> str:
    """The language of a code such as en or pt-BR: its first part."""
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"{value} is not the code of a language: write two letters, such as en, de or fr")
    return re.split("[-_]", value.lower())[0]


def host(value: str) -> str:
    """The host of a site as people type it: reddit.com, www.reddit.com, https://reddit.com/."""
    bare = re.sub(r"^https?://", "", value.lower()).removeprefix("www.").rstrip("/")
    if "/" in bare:
        raise ValueError(f"a site has no path: write site:{bare.partition('/')[0]}, or link:{bare} for what is linked")
    if not _HOST.fullmatch(bare):
        raise ValueError(f"{value} is not a site: write its host, such as reddit.com")
    return bare


def address(value: str) -> str:
    """A domain or a part of an address, without scheme and www."""
    bare = re.sub(r"^https?://", "", value.lower()).removeprefix("www.")
    if not re.search(r"\w", bare):
        raise ValueError(f"{value} is no part of an address: write acme.com or acme.com/shop")
    return bare


def name(value: str) -> str:
    """A name, in which * stands for any characters and ? for one."""
    if not value.strip(" *?"):
        raise ValueError("there is no name in it: write at least one letter")
    return value


def _status(value: str) -> str:
    return value if _WILD.search(value) else one_of("new", "in progress", "answered", "closed", "not relevant")(value)


def _when(value: str) -> object:
    return moment(value, datetime(2026, 1, 1, tzinfo=UTC), UTC)


FIELDS = {
    "author": Field("whole name or handle of the author; * stands for any characters", name),
    "site": Field("host of the site, with its subdomains: reddit.com", host),
    "source": Field("name of the source in sources.toml; * stands for any characters", name),
    "channel": Field("words of the forum, subreddit or feed it stands in", name),
    "link": Field("domain or part of an address that the post links to, or its own: acme.com/shop", address),
    "lang": Field("language, by its code: en", language, alone=False),
    "type": Field(
        "kind of post: post, comment, article, review, email",
        one_of("post", "comment", "article", "review", "email"),
        alone=False,
    ),
    "is": Field(
        "what else it is: reply, opener, quote, question", one_of("reply", "opener", "quote", "question"), alone=False
    ),
    "followers": Field("how many follow the author: >1000", comparison, alone=False),
    "stars": Field("rating as given: <3", comparison, alone=False),
    "after": Field("published then or later: 2026-11-01, or an age such as 7d", _when, stored=True),
    "before": Field("published earlier than that", _when, stored=True),
    "brand": Field("a mention of this brand; * stands for any characters", name, stored=True),
    "sentiment": Field(
        "feeling toward the brand: negative, neutral, positive, unscored",
        one_of("negative", "neutral", "positive", "unscored"),
        stored=True,
    ),
    "intent": Field("one of the reasons why it was written: complaint", name, stored=True),
    "status": Field(
        'where its handling stands: new, "in progress", answered, closed, "not relevant"', _status, stored=True
    ),
    "tag": Field("a tag that the team gave", name, stored=True),
    "assignee": Field("who is to act on it", name, stored=True),
    "has": Field(
        "what there is of it: tag, assignee, label, intent, aspect, link",
        one_of("tag", "assignee", "label", "intent", "aspect", "link"),
        stored=True,
    ),
}


_MEANT = {  # what other tools call them
    **dict.fromkeys(("from", "by", "user", "username", "handle"), "author"),
    **dict.fromkeys(("domain", "host", "platform"), "site"), **dict.fromkeys(("url", "links", "inurl"), "link"),
    **dict.fromkeys(("subreddit", "forum", "board", "feed"), "channel"), "language": "lang", "kind": "type",
    **dict.fromkeys(("headline", "intitle", "subject"), "title"), **dict.fromkeys(("body", "content"), "text"),
    "since": "after", "until": "before", "rating": "stars", "exact": "raw", "case": "raw", "label": "sentiment",
}  # fmt: skip


def checked(name: str, value: str, intents: Collection[str] = ()) -> None:
    """Raise ValueError, which says what would be right, where a field cannot take this value.

    `intents` are those there are; without them any name will do.
    """
    if len(value) > _LONGEST:
        raise ValueError(f"a value may have up to {_LONGEST} characters")
    FIELDS[name].check(value)
    if name == "intent" and intents and not _WILD.search(value):
        one_of(*intents)(value)


def unknown(name: str, rest: str, stored: bool) -> str:
    """What to say of a field that there is not, typed before `rest`."""
    if rest.startswith("//"):
        return f"an address goes in quotes, or after link: as in link:{rest[2:].rstrip('/') or 'acme.com'}"
    known = [*WORDS, *(each for each, field in FIELDS.items() if stored or not field.stored)]
    near = difflib.get_close_matches(name.lower(), known, 1, 0.7) or [_MEANT.get(name.lower(), "")]
    told = f"did you mean {near[0]}:?" if near[0] in known else f"there are {', '.join(known)}."
    return f"there is no field {name}: {told} For the words themselves use quotes"
