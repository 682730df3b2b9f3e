"""What may stand in listening.toml about how soon customers should be answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import Field, field_validator, model_validator

from listening.config.values import Duration, Table, spell


class Targets(Table):
    """How soon complaints and opportunities are to be dealt with, counted from when they were published."""

    answer: Duration = Field(timedelta(days=1), description="How soon somebody gets a first answer.")
    resolve: Duration = Field(timedelta(days=7), description="How soon it is closed.")

    @field_validator("answer", "resolve")
    @classmethod
    def _some_time(cls, value: timedelta) -> timedelta:
        if not value:
            raise ValueError('leaves no time at all: write how soon, such as "4h" or "1d"')
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.resolve < self.answer:
            times = f"{spell(self.resolve)} to the end is less than {spell(self.answer)} to the first answer"
            raise ValueError(f"cannot be kept: {times}")
        return self
