"""The configuration: TOML files, their models and their editors' schema."""

from listening.config.alerts import Alert, AlertKind, Channel
from listening.config.load import folder, load, stamp
from listening.config.models import Brand, Config, ScorerModel, Settings, SourceEntry
from listening.config.targets import Targets
from listening.config.values import Duration, TimeZone, duration, spell

__all__ = [
    "Alert",
    "AlertKind",
    "Brand",
    "Channel",
    "Config",
    "Duration",
    "ScorerModel",
    "Settings",
    "SourceEntry",
    "Targets",
    "TimeZone",
    "duration",
    "folder",
    "load",
    "spell",
    "stamp",
]
