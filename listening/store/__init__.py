"""The store: one SQLite file, the only SQL there is, reached through methods named for what the caller wants."""

from __future__ import annotations

from listening.store.again import Again, Changed
from listening.store.alerts import Alerts, Incident, NewMention, Opened, RuleState, Step, Told
from listening.store.clusters import Cluster, Clusters, Copy
from listening.store.copies import Joining
from listening.store.hourly import Asking, Hour, Hourly
from listening.store.labels import Label, Labels, Open
from listening.store.outbox import Message, Outbox, Outgoing
from listening.store.posts import StoredPost
from listening.store.reading import COLUMNS, BrandFigures, MentionFilter, MentionRow, SourceFigures
from listening.store.runs import KnownSource, Run, Runs, RunSpan
from listening.store.saving import Saved, Saving
from listening.store.scope import EVERYTHING, Scope
from listening.store.search import Found, Question
from listening.store.upkeep import Upkeep


class Store(Saving, Clusters, Joining, Again, Labels, Runs, Upkeep, Hourly, Alerts, Outbox):
    """Everything kept, in one file. See the parts for what it can do."""


__all__ = [
    "COLUMNS",
    "EVERYTHING",
    "Asking",
    "BrandFigures",
    "Changed",
    "Cluster",
    "Copy",
    "Found",
    "Hour",
    "Incident",
    "KnownSource",
    "Label",
    "MentionFilter",
    "MentionRow",
    "Message",
    "NewMention",
    "Open",
    "Opened",
    "Outgoing",
    "Question",
    "RuleState",
    "Run",
    "RunSpan",
    "Saved",
    "Scope",
    "SourceFigures",
    "Step",
    "Store",
    "StoredPost",
    "Told",
]
