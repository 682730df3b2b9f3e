"""The store: one SQLite file, the only SQL there is, reached through methods named for what the caller wants."""

from __future__ import annotations

from listening.store.accounts import Account, Accounts, Session, Token
from listening.store.again import Again, Changed
from listening.store.around import Around, Choices, Surroundings, ThreadPost
from listening.store.clusters import Cluster, Clusters, Copy
from listening.store.copies import Joining
from listening.store.explaining import Explaining
from listening.store.figures import Count, Days
from listening.store.history import Act, History, Note
from listening.store.inbox import Capped, Page
from listening.store.inbox_card import By, Card
from listening.store.inbox_filter import STATUSES, InboxFilter, read_filters
from listening.store.labels import Label, Labels, Open
from listening.store.posts import StoredPost
from listening.store.queues import Clock, Item, QueueFigures, QueuePage, Queues, Targets, Tone
from listening.store.reading import COLUMNS, BrandFigures, MentionFilter, MentionRow, SourceFigures
from listening.store.runs import KnownSource, Run, Runs
from listening.store.saving import Saved, Saving
from listening.store.scope import EVERYTHING, Scope
from listening.store.search import Found, Question
from listening.store.triage import OUTCOMES, Done
from listening.store.upkeep import Upkeep
from listening.store.views import View, Views
from listening.store.voices import Advocate, Voice


class Store(
    Saving,
    Clusters,
    Surroundings,
    Views,
    Queues,
    History,
    Joining,
    Again,
    Labels,
    Runs,
    Upkeep,
    Accounts,
    Explaining,
):
    """Everything kept, in one file. See the parts for what it can do."""


__all__ = [
    "COLUMNS",
    "EVERYTHING",
    "OUTCOMES",
    "STATUSES",
    "Account",
    "Act",
    "Advocate",
    "Around",
    "BrandFigures",
    "By",
    "Capped",
    "Card",
    "Changed",
    "Choices",
    "Clock",
    "Cluster",
    "Copy",
    "Count",
    "Days",
    "Done",
    "Found",
    "InboxFilter",
    "Item",
    "KnownSource",
    "Label",
    "MentionFilter",
    "MentionRow",
    "Note",
    "Open",
    "Page",
    "Question",
    "QueueFigures",
    "QueuePage",
    "Run",
    "Saved",
    "Scope",
    "Session",
    "SourceFigures",
    "Store",
    "StoredPost",
    "Targets",
    "ThreadPost",
    "Token",
    "Tone",
    "View",
    "Voice",
    "read_filters",
]
