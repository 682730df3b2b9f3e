"""What may stand in an intent's file: rules as data, each option declared once."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

Share = Annotated[float, Field(ge=-1, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Rule(_Table):
    """One reason to think that a text was written for an intent."""

    name: str = Field(min_length=1, max_length=60, description="Shown as evidence: complaint/waiting.")
    confidence: float = Field(
        ge=-1,
        le=1,
        description="How surely a text has the intent for this rule alone, 0 to 1; below 0: speaks against.",
    )
    language: str = Field(
        "en", pattern=r"^([a-z]{2}|\*)$", description='The two letters of the language it is made for; "*": all.'
    )
    phrases: list[str] = Field(
        [], description='Words in this order: "still waiting"; * ends or begins a word in any way.'
    )
    queries: list[str] = Field(
        [], description="In the language of brands' queries, asked of each sentence: still ONEAR/3 (waiting OR reply)."
    )
    unless: list[str] = Field([], description="Queries; a sentence that one of them finds does not count.")
    negated: bool = Field(False, description='true: counts after "not", "never" and the like, too.')
    starts: bool = Field(False, description="true: only at the beginning of a sentence.")
    asks: bool | None = Field(
        None, description="true: only in sentences that end in a question mark; false: in others."
    )
    below: float | None = Field(None, ge=-1, le=1, description="Only if the feeling toward the brand is below this.")
    above: float | None = Field(None, ge=-1, le=1, description="Only if the feeling toward the brand is above this.")
    stars_to: float | None = Field(None, description="Only for reviews of up to so many stars.")
    stars_from: float | None = Field(None, description="Only for reviews of so many stars or more.")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Rule:
        if not (self.looks or self.asks or self.bounded):
            raise ValueError("asks for nothing: give it phrases, queries, or a bound such as below = -0.3")
        return self

    @property
    def looks(self) -> bool:
        """Whether it looks for words."""
        return bool(self.phrases or self.queries)

    @property
    def bounded(self) -> bool:
        """Whether it asks for more than words."""
        return not (self.below is self.above is self.stars_to is self.stars_from is None)


class Lists(RootModel[dict[str, list[str]]]):
    """The file of lists that all intents share: config/intents/lists.toml."""


class IntentRules(_Table):
    """One intent: a file pipelines/intents/NAME.toml or config/intents/NAME.toml."""

    description: str = Field("", description="What it means, for people.")
    examples: list[str] = Field([], description="Texts that have it.")
    threshold: float = Field(0.5, gt=0, le=1, description="The confidence from which it is shown.")
    urgency: int = Field(0, ge=-100, le=100, description="Points of urgency, of 100, at full confidence.")
    enabled: bool = Field(True, description="false: never looked for.")
    implies: dict[str, Share] = Field(
        {},
        description="What a text with this intent tells of others, such as complaint = 0.8, or below 0 against them.",
    )
    lists: dict[str, list[str]] = Field({}, description="Words and phrases that {name} stands for in its rules.")
    rule: list[Rule] = Field([], description="One [[rule]] each.")
