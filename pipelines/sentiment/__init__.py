"""How a text feels: as a whole, by vaderSentiment's figures, and toward each of the brands that share it."""

from pipelines.sentiment.feeling import Feeling, Judgement, by_rating
from pipelines.sentiment.impression import Impression, called, label
from pipelines.vader import Scorer

__all__ = ["Feeling", "Impression", "Judgement", "Scorer", "by_rating", "called", "label"]
