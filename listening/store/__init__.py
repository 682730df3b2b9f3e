"""The store: one SQLite file, the only SQL there is, reached through methods named for what the caller wants."""

from __future__ import annotations

from listening.store.again import Again, Changed
from listening.store.clusters import Cluster, Clusters, Copy
from listening.store.copies import Joining
from listening.store.coverage import Coverage, SourceState
from listening.store.figures import Count, Days
from listening.store.labels import Label, Labels, Open
from listening.store.posts import StoredPost
from listening.store.reading import COLUMNS, BrandFigures, MentionFilter, MentionRow, SourceFigures
from listening.store.runs import KnownSource, Run, Runs
from listening.store.saving import Saved, Saving
from listening.store.scope import EVERYTHING, Scope
from listening.store.search import Found, Question
from listening.store.upkeep import Upkeep
from listening.store.voices import Advocate, Voice


class Store(Saving, Clusters, Joining, Again, Labels, Runs, Coverage, Upkeep):
    """Everything kept, in one file. See the parts for what it can do."""


__all__ = [
    "COLUMNS",
    "EVERYTHING",
    "Advocate",
    "BrandFigures",
    "Changed",
    "Cluster",
    "Copy",
    "Count",
    "Days",
    "Found",
    "KnownSource",
    "Label",
    "MentionFilter",
    "MentionRow",
    "Open",
    "Question",
    "Run",
    "Saved",
    "Scope",
    "SourceFigures",
    "SourceState",
    "Store",
    "StoredPost",
    "Voice",
]
