"""How texts in languages other than English feel: one lexicon file a language, one scorer for all of them."""

from pipelines.tongues.parts import passage
from pipelines.tongues.scorer import LANGUAGES, TongueScorer, tongue

__all__ = ["LANGUAGES", "TongueScorer", "passage", "tongue"]
