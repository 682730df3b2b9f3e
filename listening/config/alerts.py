"""What may stand in listening.toml about alerts: where they go, and what to be told of."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from listening.config.values import Duration, Table, TimeZone

AlertKind = Literal[
    "mention", "spike", "lull", "negative", "aspect", "source", "new-site", "reach", "unanswered", "broken"
]
COUNTED = frozenset({"spike", "lull", "negative", "aspect", "source"})  # kinds that compare counts with what is usual

_TIMES = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")


def _quiet(value: str) -> str:
    found = _TIMES.fullmatch(value)
    if value and (found is None or found.groups()[:2] == found.groups()[2:]):
        raise ValueError(f'"{value}" is not a time of the day: write "22:00-07:00"')
    return value


def _variable(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("it is not the name of an environment variable, such as LISTENING_CHANNEL_CARE")
    return value


Variable = Annotated[str, AfterValidator(_variable)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Channel(Table):
    """A place that alerts are sent to."""

    name: str = Field(min_length=1, max_length=100, examples=["care"], description="By which alerts name it.")
    kind: Literal["apprise", "webhook"] = Field(
        "apprise",
        description="apprise: mail, Slack, Teams, Discord, Telegram and what else Apprise has an address for; webhook: "
        "a signed POST of JSON to a server of yours.",
    )
    url: str = Field("", description="A webhook's address, where it is no secret.")
    url_env: Variable = Field(
        "",
        description="The environment variable that holds the address; the same with _FILE names a file that only you "
        "can read. By default LISTENING_CHANNEL_ and the name in capitals, such as LISTENING_CHANNEL_CARE.",
    )
    secret_env: Variable = Field(
        "",
        description="The environment variable that holds the secret by which a webhook is signed; by default that of "
        "the address and _SECRET.",
    )
    enabled: bool = Field(True, description="false: nothing is sent; what waits is kept.")

    @property
    def address_env(self) -> str:
        """The variable that holds the address."""
        return self.url_env or "LISTENING_CHANNEL_" + re.sub(r"\W+", "_", self.name).strip("_").upper()

    @property
    def signing_env(self) -> str:
        """The variable that holds the secret."""
        return self.secret_env or f"{self.address_env}_SECRET"

    @model_validator(mode="after")
    def _address_is_no_secret(self) -> Channel:
        if self.url and self.kind == "apprise":
            raise ValueError(
                f"an Apprise address holds passwords: put it into {self.address_env} in the environment, not into url"
            )
        if self.url and not self.url.startswith(("https://", "http://")):
            raise ValueError("the url of a webhook starts with https:// or http://")
        if "@" in self.url.split("//", 1)[-1].partition("/")[0]:
            raise ValueError(f"this url holds a password: put it into {self.address_env} in the environment")
        return self


class Alert(Table):
    """Something to be told of at once."""

    name: str = Field(
        min_length=1, max_length=100, examples=["much more than usual"],
        description="Shown in each message, and on the command line.",
    )  # fmt: skip
    kind: AlertKind = Field(
        examples=["spike"],
        description="mention: each that fits; spike, lull: far more or fewer mentions than usual; negative: a larger "
        "share of them is negative; aspect, source: a spike or a lull in one of them; new-site: the first mention "
        "there; reach: somebody with many followers; unanswered: a complaint that waits; broken: a source that fails "
        "or went quiet.",
    )
    brand: str = Field("", description="Only this brand; by default each of your own (ours).")
    query: str = Field("", description="Only mentions that it fits: refund* sentiment:negative -site:acme.com.")
    source: str = Field("", description="Only this source.")
    aspects: list[str] = Field([], description="aspect: only these; by default all, each by itself.")
    channels: list[str] = Field(
        [], description="Names of the channels it goes to; without any it is only listed by `listening alerts`."
    )
    times: float = Field(
        1.5, ge=1.05, le=100,
        description="How many times the usual it takes at least; for a lull, how many times fewer. And it must be more "
        "than chance.",
    )  # fmt: skip
    mentions: int = Field(5, ge=1, description="How many mentions a spike takes at least, and are usual before a lull.")
    false_alarms: float | None = Field(
        None, gt=0, le=30, examples=[0.5],
        description="How many alarms by mere chance you accept a month for each brand; by default 0.5, for lull and "
        "negative 0.1: three rules for one brand then bring less than one a month.",
    )  # fmt: skip
    followers: int = Field(10_000, ge=1, description="reach: how many followers make a person of reach.")
    after: Duration = Field(
        timedelta(hours=4), description="unanswered: how long a complaint may wait; broken: how long a source may fail."
    )
    intent: str = Field("complaint", description="unanswered: what waits for an answer.")
    newest: Duration = Field(
        timedelta(days=3), description="Mentions published longer ago, as a first crawl finds them, are not told."
    )
    cool_down: Duration | None = Field(
        None,
        examples=["6h"],
        description="After a message, how long what else happens is held back and then told in one; by default 0 for "
        "mention, reach, new-site and unanswered, 6h for the others.",
    )
    quiet_hours: Annotated[str, AfterValidator(_quiet)] = Field(
        "", description='When nothing is sent, such as "22:00-07:00": what happens then is told in one message after.'
    )
    quiet_days: list[Day] = Field([], description='Whole days on which nothing is sent, such as ["sat", "sun"].')
    time_zone: TimeZone = Field("", description="Of the quiet hours; by default that of the installation.")
    when_over: bool = Field(False, description="true: another message when it is over.")
    enabled: bool = Field(True, description="false: paused.")

    @property
    def pause(self) -> timedelta:
        """Its cool-down, or what is usual for its kind."""
        if self.cool_down is not None:
            return self.cool_down
        return timedelta(hours=6) if self.kind in COUNTED or self.kind == "broken" else timedelta(0)

    @property
    def chance(self) -> float:
        """How many alarms by mere chance it may bring a month and brand."""
        return self.false_alarms or (0.1 if self.kind in ("lull", "negative") else 0.5)
