"""What may stand in the config files: each option declared once, with its type, default and help."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from listening.config.alerts import Alert, Channel
from listening.config.digests import Digest, Mail
from listening.config.targets import Targets
from listening.config.values import Duration, EntryError, Table, TimeZone, duration, spell

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock(value: Any) -> str:
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f'{value!r} is not a time of day: write "07:30"')
    return f"{int(found[1]):02}:{found[2]}"


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _day(value: str) -> str:
    day = value.strip().lower()
    if day[:3] not in _DAYS or (len(day) > 3 and not day.endswith("day")):
        raise ValueError(f'"{value}" is not a day of the week: there are {", ".join(_DAYS)}')
    return day[:3]


def _kept(value: Any) -> Any:
    if value == "for ever":
        return value
    try:
        return duration(value)
    except ValueError as error:
        raise ValueError(f'{error}, or "for ever"') from None


Kept = Annotated[
    timedelta | Literal["for ever"],
    BeforeValidator(_kept),
    PlainSerializer(lambda value: value if isinstance(value, str) else spell(value), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^(\d+\s*[smhdwy]|for ever)$"}),
]


def _window(value: Any) -> str:
    begin, dash, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    if value == "":
        return ""
    if not dash or _clock(begin) == _clock(end):
        raise ValueError('is not a part of the day: write "08:00-20:00", or "22:00-06:00" for one over midnight')
    return f"{_clock(begin)}-{_clock(end)}"


_TEXTS = {"type": ["string", "array"], "items": {"type": "string"}}
Clocks = Annotated[list[Annotated[str, BeforeValidator(_clock)]], BeforeValidator(_several), WithJsonSchema(_TEXTS)]
Days = Annotated[list[Annotated[str, AfterValidator(_day)]], BeforeValidator(_several), WithJsonSchema(_TEXTS)]
Window = Annotated[str, BeforeValidator(_window)]


def _lexicon(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("is not a table of words and their valences, such as { sick = 2.0 }")  # noqa: TRY004
    met: dict[str, str] = {}
    for words, valence in value.items():
        if not words.strip():
            raise EntryError(words, "holds a valence for no word")
        if not words.strip(" .,\u2026"):
            raise EntryError(words, f'gives "{words}" a valence: only words, emoji, hashtags and phrases have one')
        if isinstance(valence, bool) or not isinstance(valence, int | float):
            raise EntryError(words, f'gives "{words}" the valence {valence!r}, which is no number from -4 to 4')
        if not -4 <= valence <= 4:
            raise EntryError(words, f'gives "{words}" the valence {valence}: it lies between -4 (most negative) and 4')
        if (other := met.setdefault(" ".join(words.split()).casefold(), words)) != words:
            raise EntryError(words, f'has both "{other}" and "{words}", which are one: keep one of them')
    return value


def _aspects(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError('is not a table of aspects and their words, such as { battery = ["battery"] }')  # noqa: TRY004
    met: dict[str, str] = {}
    for name, phrases in value.items():
        if not name.strip():
            raise EntryError(name, "holds an aspect without a name")
        if (other := met.setdefault(name.strip().casefold(), name)) != name:
            raise EntryError(name, f'has both "{other}" and "{name}", which read as one: keep one of them')
        if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
            raise EntryError(name, f'gives "{name}" no list of words: write {name} = ["battery", "charge*"]')
        for phrase in phrases:
            if phrase != "..." and not any(c.isalnum() for c in phrase):
                raise EntryError(name, f"{phrase!r} of {name!r} holds no word to look for")
    return value


Lexicon = Annotated[dict[str, float], BeforeValidator(_lexicon)]


def _code(value: str) -> str:
    if not (len(value) == 2 and value.isascii() and value.islower()):
        raise ValueError(f'"{value}" is not the code of a language: write two small letters such as "nl"')
    return value


class Brand(Table):
    """A name to listen for: ours or a competitor's."""

    name: str = Field(min_length=1, max_length=200, description="Shown everywhere.")
    query: str = Field("", description="What counts as a mention; by default the name and its aliases as phrases.")
    aliases: list[str] = Field([], description="Other names and handles it goes by.")
    ours: bool = Field(True, description="false: a competitor.")
    plurals: bool = Field(True, description="false: its query's words do not find their plurals.")
    owner: str = Field("", description="Who acts on its mentions, by mail address.")
    aspects: Annotated[dict[str, list[str]], BeforeValidator(_aspects)] = Field(
        {},
        description='Sides of it that people speak of: battery = ["battery", "charge*"]; "..." stands for the words '
        "that come along, an empty list leaves an aspect out.",
    )
    relevance_floor: float | None = Field(
        None, ge=0, le=1, description="Overrides that of listening.toml for this brand; 0 shelves nothing."
    )
    lexicon: Lexicon = Field(
        {}, description="Words and phrases that feel otherwise where they are about this brand, from -4 to 4."
    )


class SourceEntry(Table):
    """One configured place to listen. Its kind adds options of its own."""

    name: str = Field(
        min_length=1, max_length=200, description="Shown everywhere; names the source on the command line."
    )
    kind: str = Field(description="One of the kinds that `listening sources` lists.")
    every: Duration = Field(timedelta(hours=1), description="How often it is asked.")
    at: Clocks = Field(
        [], description='In place of `every`: at which times of day, such as "07:30" or ["07:30", "19:00"].'
    )
    days: Days = Field([], description='Only on these days, such as ["mon", "thu"].')
    window: Window = Field("", description='Only in this part of the day, such as "08:00-20:00".')
    jitter: Duration = Field(
        timedelta(0), description="Each time up to so much later, so that a site is not asked on the dot."
    )
    clock: TimeZone = Field(
        "", description="Whose time `at`, `days` and `window` mean, such as America/New_York; by default your team's."
    )
    adaptive: bool = Field(
        True, description="While it brings news it is asked up to four times as often as `every` says, while it stays "
        "quiet up to four times more seldom. false: exactly `every`.",
    )  # fmt: skip
    longest: Duration | None = Field(
        None, description="A run of the schedule ends after so long; the next goes on from there. By default none does."
    )
    delay: float | None = Field(
        None, ge=0, le=3600, description="Seconds between requests to the host; by default what its kind finds polite."
    )
    redact: bool | None = Field(
        None,
        description="true: e-mail addresses and phone numbers in its posts are not stored, but named; overrides that "
        "of listening.toml. Card numbers never are.",
    )
    keep_unmatched: Duration | None = Field(
        None, description="How long posts that match no brand are kept, so that new queries can look back."
    )
    enabled: bool = Field(True, description="false: paused.")
    private: bool = Field(
        False, description="true: only people who may see private sources find it and its posts in the web page."
    )
    options: Any = Field(None, exclude=True, json_schema_extra={"hidden": True})

    @field_validator("name")
    @classmethod
    def _plain_name(cls, value: str) -> str:
        if value.startswith(("-", ".")) or any(c in value for c in "/\\\0\n"):
            raise ValueError('may not start with "-" or ".", nor hold "/", "\\" or a line break')
        return value

    @model_validator(mode="after")
    def _one_rhythm(self) -> Self:
        if self.at and "every" in self.model_fields_set:
            raise ValueError('has both "every" and "at": keep one of them')
        if self.at and self.window:
            raise ValueError('has both "at" and "window": keep one of them')
        return self


class ScorerModel(Table):
    """A transformer model that scores texts in place of the lexicons."""

    model: str = Field(
        "", description="A folder with model.onnx, tokenizer.json and config.json, relative to this folder's parent."
    )
    languages: list[Annotated[str, AfterValidator(_code)]] = Field(
        [], description='Those that it scores, such as ["nl", "pl"]; by default all.'
    )
    batch: int = Field(32, ge=1, le=1024, description="How many texts it reads at a time.")


class Settings(Table):
    """Settings of the whole installation."""

    database: str = Field("listening.db", description="The SQLite file, relative to this folder's parent.")
    contact: str = Field("", description="An address where site owners reach you: it stands in the user agent.")
    allow_private: list[str] = Field(
        [], description='Hosts on a private network that may be asked, such as "127.0.0.1:8100" or "wiki.local".'
    )
    time_zone: TimeZone = Field(
        "UTC", min_length=1, description="Where your team works, such as Europe/Berlin: days in tables and digests."
    )
    redact: bool = Field(
        False,
        description="true: e-mail addresses and phone numbers that people write are not stored, but only named, "
        "where a source does not say otherwise. Card numbers never are stored.",
    )
    keep_unmatched: Duration = Field(
        timedelta(days=30), description="How long posts that match no brand are kept, where a source does not say."
    )
    keep_mentions: Kept = Field(
        "for ever", description='How long mentions are kept, with their posts and figures, such as "2y".'
    )
    keep_worked_on: Kept = Field(
        "for ever",
        description="How long those are kept that the team labelled, tagged, assigned, noted or moved on, where "
        "keep_mentions would let them go.",
    )
    relevance_floor: float = Field(
        0.2, ge=0, le=1,
        description="Mentions that are about their brand with less probability, by what was learnt from labels, are "
        "shelved: kept apart and not counted. 0 shelves nothing.",
    )  # fmt: skip
    stuck_after: Duration = Field(
        timedelta(minutes=30), description="A run of the schedule that shows no sign of life for so long is ended."
    )
    jobs: int = Field(4, ge=1, le=64, description="How many sources are crawled at the same time.")
    lexicon: Lexicon = Field(
        {}, description="Words, emoji, hashtags and phrases with what they feel like, from -4 to 4."
    )
    channel: list[Channel] = Field([], description="Where alerts go: one [[channel]] each; see its options.")
    alert: list[Alert] = Field([], description="What to be told of at once: one [[alert]] each; see its options.")
    digest: list[Digest] = Field([], description="Mails that say what changed: one [[digest]] each; see its options.")
    mail: Mail = Field(Mail(), description="The mail server that digests are sent by; see its options.")
    targets: Targets = Field(
        Targets(), description="How soon complaints and opportunities are to be dealt with; see its options."
    )
    scorer: ScorerModel = Field(ScorerModel(), description="A model of your own that scores texts; see its options.")


class Config(Table):
    """All three files, checked."""

    folder: Path
    settings: Settings = Settings()
    brands: list[Brand] = Field([])
    sources: list[SourceEntry] = Field([])

    @property
    def database(self) -> Path:
        """Where the SQLite file is: relative to the folder that holds the config folder."""
        return self.folder.parent / self.settings.database

    @property
    def terms(self) -> tuple[str, ...]:
        """What the brands call themselves, each once: what sites with a search are asked for."""
        names = (term for brand in self.brands for term in (brand.name, *brand.aliases))
        return tuple(dict.fromkeys(names))

    def kept(self, source: SourceEntry) -> timedelta:
        """How long a source's unmatched posts are kept."""
        return self.settings.keep_unmatched if source.keep_unmatched is None else source.keep_unmatched

    def redacts(self, source: SourceEntry) -> bool:
        """Whether e-mail addresses and phone numbers in a source's posts are taken out."""
        return self.settings.redact if source.redact is None else source.redact
