"""What may stand in listening.toml about digests: what they tell, when, and to whom they are mailed."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ADDRESS = re.compile(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+")


def _clock(value: str) -> str:
    if not _TIME.fullmatch(value):
        raise ValueError(f'"{value}" is not a time of the day: write "07:30"')
    return value


def _address(value: str) -> str:
    if value and not _ADDRESS.fullmatch(value):
        raise ValueError(f'"{value}" is not a mail address: write "team@example.com"')
    return value


Address = Annotated[str, AfterValidator(_address)]


class Digest(BaseModel):
    """A mail that says what changed in a day, week or month."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=100, examples=["monday"], description="Shown as its subject begins.")
    brand: str = Field("", description="Of this brand; by default the first of your own (ours).")
    view: str = Field(
        "",
        max_length=80,
        description="Of a saved view of the inbox instead: its name. Its own days give way to the digest's.",
    )
    owner: str = Field("", description="Whose saved view; by default one that everybody sees.")
    every: Literal["daily", "weekly", "monthly"] = Field(
        "weekly", description="Of the day, the week from Monday or the month that just ended."
    )
    at: Annotated[str, AfterValidator(_clock)] = Field(
        "07:30", description="When it is sent, in the installation's time zone: on the day after, a Monday, or the 1st."
    )
    to: list[Address] = Field([], examples=[["team@example.com"]], description="Who gets it, by mail address.")
    private: bool = Field(False, description="true: with what private sources brought.")
    csv: bool = Field(True, description="false: without the period's mentions as a table attached.")
    enabled: bool = Field(True, description="false: paused.")


class Mail(BaseModel):
    """The server that digests are sent by; its password is in LISTENING_MAIL_PASSWORD, or in the file that
    LISTENING_MAIL_PASSWORD_FILE names and only you can read.
    """  # fmt: skip

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    host: str = Field("", description="The server, such as smtp.example.com; without it digests are not sent.")
    port: int = Field(587, ge=1, le=65535, description="587 with starttls, 465 with tls.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="none: unencrypted, for a server on this machine alone."
    )
    user: str = Field("", description="The account; without it nobody signs in.")
    sender: Address = Field("", description="From which address they come; by default the account.")
