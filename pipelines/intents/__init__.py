"""Why somebody wrote: intents, each found by rules that stand as data in a TOML file of its name."""

from pipelines.intents.engine import Intents
from pipelines.intents.load import load, names

__all__ = ["Intents", "load", "names"]
