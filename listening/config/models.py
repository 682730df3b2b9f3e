"""What may stand in the config files: each option declared once, with its type, default and help."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    field_validator,
)

_DURATION = re.compile(r"(\d+)\s*([smhdw])", re.I)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def duration(value: Any) -> timedelta:
    """A length of time from "90s", "30m", "12h", "7d", "2w" or 0. Raises ValueError with the forms there are."""
    if isinstance(value, timedelta):
        return value
    if value == 0 and not isinstance(value, bool):
        return timedelta(0)
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or len(match[1]) > 9:
        raise ValueError('is not a length of time: write "90s", "30m", "12h", "7d" or "2w"')
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2].lower()])


def spell(value: timedelta) -> str:
    """A length of time as the config writes it."""
    seconds = int(value.total_seconds())
    for unit in "wdhm":
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    PlainSerializer(spell, return_type=str),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^\d+\s*[smhdw]$", "maximum": 0}),
]


def _zone(value: str) -> str:
    try:
        if value:
            ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'"{value}" is not a time zone: write a name such as Europe/Berlin') from None
    return value


TimeZone = Annotated[str, AfterValidator(_zone)]


def _lexicon(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("is not a table of words and their valences, such as { sick = 2.0 }")  # noqa: TRY004
    for words, valence in value.items():
        if not words.strip():
            raise ValueError("holds a valence for no word")
        if isinstance(valence, bool) or not isinstance(valence, int | float) or not -4 <= valence <= 4:
            raise ValueError(f'gives "{words}" the valence {valence}: it lies between -4 (most negative) and 4')
    return value


Lexicon = Annotated[dict[str, float], BeforeValidator(_lexicon)]


def _code(value: str) -> str:
    if not (len(value) == 2 and value.isascii() and value.islower()):
        raise ValueError(f'"{value}" is not the code of a language: write two small letters such as "nl"')
    return value


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Brand(_Table):
    """A name to listen for: ours or a competitor's."""

    name: str = Field(min_length=1, max_length=200, description="Shown everywhere.")
    query: str = Field("", description="What counts as a mention; by default the name and its aliases as phrases.")
    aliases: list[str] = Field([], description="Other names and handles it goes by.")
    ours: bool = Field(True, description="false: a competitor.")
    plurals: bool = Field(True, description="false: its query's words do not find their plurals.")
    owner: str = Field("", description="Who acts on its mentions, by mail address.")
    aspects: dict[str, list[str]] = Field(
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

    @field_validator("aspects")
    @classmethod
    def _aspects_have_words(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        for name, phrases in value.items():
            for phrase in phrases:
                if phrase != "..." and not any(c.isalnum() for c in phrase):
                    raise ValueError(f"{phrase!r} of {name!r} holds no word to look for")
        return value


class SourceEntry(_Table):
    """One configured place to listen. Its kind adds options of its own."""

    name: str = Field(
        min_length=1, max_length=200, description="Shown everywhere; names the source on the command line."
    )
    kind: str = Field(description="One of the kinds that `listening sources` lists.")
    every: Duration = Field(timedelta(hours=1), description="How often it is asked by `listening crawl --due`.")
    delay: float | None = Field(
        None, ge=0, le=3600, description="Seconds between requests to the host; by default what its kind finds polite."
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


class ScorerModel(_Table):
    """A transformer model that scores texts in place of the lexicons."""

    model: str = Field(
        "", description="A folder with model.onnx, tokenizer.json and config.json, relative to this folder's parent."
    )
    languages: list[Annotated[str, AfterValidator(_code)]] = Field(
        [], description='Those that it scores, such as ["nl", "pl"]; by default all.'
    )
    batch: int = Field(32, ge=1, le=1024, description="How many texts it reads at a time.")


class Settings(_Table):
    """Settings of the whole installation."""

    database: str = Field("listening.db", description="The SQLite file, relative to this folder's parent.")
    contact: str = Field("", description="An address where site owners reach you: it stands in the user agent.")
    allow_private: list[str] = Field(
        [], description='Hosts on a private network that may be asked, such as "127.0.0.1:8100" or "wiki.local".'
    )
    time_zone: TimeZone = Field(
        "UTC", min_length=1, description="Where your team works, such as Europe/Berlin: days in tables and digests."
    )
    keep_unmatched: Duration = Field(
        timedelta(days=30), description="How long posts that match no brand are kept, where a source does not say."
    )
    relevance_floor: float = Field(
        0.2, ge=0, le=1,
        description="Mentions that are about their brand with less probability, by what was learnt from labels, are "
        "shelved: kept apart and not counted. 0 shelves nothing.",
    )  # fmt: skip
    jobs: int = Field(4, ge=1, le=64, description="How many sources are crawled at the same time.")
    lexicon: Lexicon = Field(
        {}, description="Words, emoji, hashtags and phrases with what they feel like, from -4 to 4."
    )
    scorer: ScorerModel = Field(ScorerModel(), description="A model of your own that scores texts; see its options.")


class Config(_Table):
    """All three files, checked."""

    folder: Path
    settings: Settings = Settings()
    brands: list[Brand] = []
    sources: list[SourceEntry] = []

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
