"""What a person can say about a message board."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from pydantic import Field, field_validator

from listening.config import TimeZone
from listening.source import Credential, SourceOptions
from spiders.boards import engines
from spiders.boards.dates import iso

_AGE = re.compile(r"(\d{1,5})\s*([hdwmy])", re.I)
_HOURS = {"h": 1, "d": 24, "w": 168, "m": 730, "y": 8766}


class Options(SourceOptions):
    """What can be said about a board; its address alone is enough."""

    url: str = Field(min_length=4, description="The board's address, such as https://forum.example.com/.")
    forums: list[str] = Field([], description="Only these forums, by name, path or id; those below come along.")
    leave_out: list[str] = Field([], description="Not these forums, by name, path or id.")
    since: str = Field("", description='Only topics with a post since then: "2026-01-31", or an age such as "90d".')
    max_topics: int | None = Field(None, ge=1, description="Topics begun in one run; the next goes on from there.")
    max_pages: int | None = Field(None, ge=1, description="Pages of topics after which a run begins no further topic.")
    time_zone: TimeZone = Field(
        "", description="The board's time zone, such as Europe/Berlin, where its pages hide it."
    )
    login: str = Field(
        "",
        pattern=r"^([A-Z][A-Z0-9_]*)?$",
        description='For a board that asks for a login: "ACME" takes the account from ACME_NAME and ACME_PASSWORD, in '
        "the environment or in files that ACME_NAME_FILE and ACME_PASSWORD_FILE name.",
    )
    engine: str = Field("", description="The board's software, where it is not recognised by itself.")

    def credentials(self) -> tuple[Credential, ...]:
        """The account, where the board asks for one."""
        if not self.login:
            return ()
        return (
            Credential("name", f"{self.login}_NAME", "the account's name"),
            Credential("password", f"{self.login}_PASSWORD", "its password"),
        )

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        address = value if "://" in value else f"https://{value}"
        if not re.match(r"https?://[^\s/]+", address):
            raise ValueError("is not a web address: write https://forum.example.com/")
        return f"{address}/" if re.fullmatch(r"https?://[^/?#]+", address) else address

    @field_validator("since")
    @classmethod
    def _time_or_age(cls, value: str) -> str:
        if value and not _AGE.fullmatch(value) and iso(value) is None:
            raise ValueError('is neither a date such as "2026-01-31" nor an age such as "90d"')
        return value

    @field_validator("engine")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value and value not in engines():
            raise ValueError(f'"{value}" is no engine; there are: {", ".join(engines())}')
        return value

    def oldest(self, now: datetime) -> datetime | None:
        """The time that `since` stands for; None for no limit."""
        if age := _AGE.fullmatch(self.since):
            return now - timedelta(hours=int(age[1]) * _HOURS[age[2].lower()])
        return iso(self.since)
