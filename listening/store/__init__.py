"""The store: one SQLite file, the only SQL there is, reached through methods named for what the caller wants."""

from __future__ import annotations

from listening.store.accounts import Account, Accounts, Session, Token
from listening.store.again import Again, Changed
from listening.store.alerts import Alerts, NewMention, Opened, RuleState, Step, Told
from listening.store.around import Around, Choices, Surroundings, ThreadPost
from listening.store.clusters import Cluster, Clusters, Copy
from listening.store.copies import Joining
from listening.store.coverage import SourceState
from listening.store.figures import Count, Days
from listening.store.history import Act, History, Note
from listening.store.hourly import Asking, Hour, Hourly
from listening.store.inbox import Capped, Page
from listening.store.inbox_card import By, Card
from listening.store.inbox_filter import STATUSES, InboxFilter, read_filters
from listening.store.incidents import Incident, Incidents
from listening.store.labels import Label, Labels, Open
from listening.store.letters import Letters, Sent
from listening.store.outbox import Message, Outbox, Outgoing
from listening.store.posts import StoredPost
from listening.store.queues import Clock, Item, QueueFigures, QueuePage, Queues, Targets, Tone
from listening.store.reading import COLUMNS, BrandFigures, MentionFilter, MentionRow, SourceFigures
from listening.store.runs import KnownSource, Run, Runs, RunSpan
from listening.store.saving import Saved, Saving
from listening.store.scope import EVERYTHING, Scope
from listening.store.scores import Scores, Scoring
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
    Scoring,
    Letters,
    Upkeep,
    Accounts,
    Hourly,
    Alerts,
    Incidents,
    Outbox,
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
    "Asking",
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
    "Hour",
    "InboxFilter",
    "Incident",
    "Item",
    "KnownSource",
    "Label",
    "MentionFilter",
    "MentionRow",
    "Message",
    "NewMention",
    "Note",
    "Open",
    "Opened",
    "Outgoing",
    "Page",
    "Question",
    "QueueFigures",
    "QueuePage",
    "RuleState",
    "Run",
    "RunSpan",
    "Saved",
    "Scope",
    "Scores",
    "Sent",
    "Session",
    "SourceFigures",
    "SourceState",
    "Step",
    "Store",
    "StoredPost",
    "Targets",
    "ThreadPost",
    "Token",
    "Told",
    "Tone",
    "View",
    "Voice",
    "read_filters",
]
