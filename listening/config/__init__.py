"""The configuration: TOML files, their models and their editors' schema."""

from listening.config.load import FILES, folder, load
from listening.config.models import (
    Brand,
    Config,
    Duration,
    ScorerModel,
    Settings,
    SourceEntry,
    TimeZone,
    duration,
    spell,
)

__all__ = [
    "FILES",
    "Brand",
    "Config",
    "Duration",
    "ScorerModel",
    "Settings",
    "SourceEntry",
    "TimeZone",
    "duration",
    "folder",
    "load",
    "spell",
]
