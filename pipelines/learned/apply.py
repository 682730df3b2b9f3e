"""Judges mentions by what was learnt; what no model was learnt for stays as the rules have it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Self, cast

from listening.config import Config
from listening.post import Entry, Evidence, Intent, Label, Mention
from pipelines.learned.features import Sample
from pipelines.learned.model import Model
from pipelines.learned.sample import feeling_sample, relevance_sample
from pipelines.sentiment import called

_INTENT = "intent:"


class Learned:
    """All models in use: (brand, model) of relevance, and of brand "" those of feeling and intents.

    `floors` are the confidences by brand, below which a mention is shelved; `floor` is that of the others.
    """

    def __init__(
        self, models: Iterable[tuple[str, Model]] = (), floor: float = 0.2, floors: Mapping[str, float] | None = None
    ) -> None:
        found = list(models)
        self.relevance = {brand: model for brand, model in found if model.kind == "relevance"}
        self.sentiment = next((model for brand, model in found if model.kind == "sentiment" and not brand), None)
        self.intents = [model for brand, model in found if model.kind.startswith(_INTENT) and not brand]
        self.floor, self.floors = floor, dict(floors or {})

    @classmethod
    def of(cls, config: Config, models: Iterable[tuple[str, str]]) -> Self:
        """What is kept as (brand, JSON), with the config's floors. What is no model any more is left out."""
        found = [(brand, model) for brand, text in models if (model := _model(text)) is not None]
        floors = {brand.name: floor for brand in config.brands if (floor := brand.relevance_floor) is not None}
        return cls(found, config.settings.relevance_floor, floors)

    def __bool__(self) -> bool:
        return bool(self.relevance or self.sentiment or self.intents)

    def shelves_below(self, brand: str) -> float:
        """The probability of being about a brand below which its mentions are shelved."""
        return self.floors.get(brand, self.floor)

    def judge(self, entry: Entry) -> Entry:
        """The entry with its mentions judged by what was learnt."""
        if not entry.mentions or not self:
            return entry
        return replace(entry, mentions=tuple(self._mention(entry, mention) for mention in entry.mentions))

    def _mention(self, entry: Entry, mention: Mention) -> Mention:
        changed = mention
        if self.sentiment is not None or self.intents:
            sample = feeling_sample(entry, mention)
            if self.sentiment is not None and mention.label is not None:
                changed = self._feeling(self.sentiment, sample, changed)
            for model in self.intents:
                changed = self._intent(model, sample, changed)
        if (about := self.relevance.get(mention.brand)) is not None:
            changed = self._relevance(about, relevance_sample(entry.post, entry.language, mention), changed)
        return changed

    def _feeling(self, model: Model, sample: Sample, mention: Mention) -> Mention:
        margins = model.margins(sample)
        found = model.verdict(margins).label if len(margins) == 1 else model.likeliest(margins)
        if found == mention.label:
            return mention
        why = (model.reasons(sample, found), *mention.why)
        shares = dict(zip(model.classes, model.shares(margins), strict=True))
        score = called(found, shares.get("positive", 0.0) - shares.get("negative", 0.0))
        return replace(mention, label=cast("Label", found), score=score, why=why)

    def _intent(self, model: Model, sample: Sample, mention: Mention) -> Mention:
        name = model.kind.removeprefix(_INTENT)
        verdict = model.judge(sample)
        others = tuple(intent for intent in mention.intents if intent.name != name)
        if verdict.label == "no":
            return mention if len(others) == len(mention.intents) else replace(mention, intents=others)
        why: tuple[Evidence, ...] = (model.reasons(sample, "yes"),)
        why += next((intent.why for intent in mention.intents if intent.name == name), ())
        found = (*others, Intent(name, verdict.confidence, why))
        return replace(mention, intents=tuple(sorted(found, key=lambda intent: -intent.confidence)))

    def _relevance(self, model: Model, sample: Sample, mention: Mention) -> Mention:
        verdict = model.judge(sample)
        share = verdict.confidence if verdict.label == "yes" else 1 - verdict.confidence
        shelved = share < self.shelves_below(mention.brand)
        if not shelved:
            return replace(mention, relevance=share)
        reasons = model.reasons(sample, "no")
        why = Evidence(f"probably not about {mention.brand}: {reasons.rule}", reasons.words)
        return replace(mention, relevance=share, shelved=True, why=(*mention.why, why))


def _model(text: str) -> Model | None:
    try:
        return Model.of(json.loads(text))
    except (ValueError, RecursionError):
        return None
