"""The store: one SQLite file, the only SQL there is, reached through methods named for what the caller wants."""

from __future__ import annotations

from listening.store.again import Again, Changed
from listening.store.clusters import Cluster, Clusters, Copy
from listening.store.copies import Joining
from listening.store.labels import Label, Labels, Open
from listening.store.leases import Lease
from listening.store.posts import StoredPost
from listening.store.reading import COLUMNS, BrandFigures, MentionFilter, MentionRow, SourceFigures
from listening.store.runs import KnownSource, Run
from listening.store.saving import Saved, Saving
from listening.store.schedule import Schedule, Scheduled, Slot
from listening.store.scope import EVERYTHING, Scope
from listening.store.search import Found, Question
from listening.store.upkeep import Upkeep


class Store(Saving, Clusters, Joining, Again, Labels, Schedule, Upkeep):
    """Everything kept, in one file. See the parts for what it can do."""


__all__ = [
    "COLUMNS",
    "EVERYTHING",
    "BrandFigures",
    "Changed",
    "Cluster",
    "Copy",
    "Found",
    "KnownSource",
    "Label",
    "Lease",
    "MentionFilter",
    "MentionRow",
    "Open",
    "Question",
    "Run",
    "Saved",
    "Scheduled",
    "Scope",
    "Slot",
    "SourceFigures",
    "Store",
    "StoredPost",
]
