"""The store: one SQLite file, the only SQL there is, reached through methods named for what the caller wants."""

from __future__ import annotations

from listening.store.accounts import Account, Accounts, Session, Token
from listening.store.again import Again, Changed
from listening.store.alerts import Alerts, NewMention, Opened, RuleState, Step, Told
from listening.store.around import Around, Choices, Surroundings, ThreadPost
from listening.store.audits import UNRELATED, Audits
from listening.store.backup import Backup, Backups
from listening.store.clusters import Cluster, Clusters, Copy
from listening.store.copies import Joining
from listening.store.coverage import SourceState
from listening.store.erasing import Erasing, Erasure
from listening.store.explaining import counting_sql, waits_sql
from listening.store.figures import Count, Days
from listening.store.health import Signs, SourceHealth, Vitals
from listening.store.history import Act, History, Note
from listening.store.hourly import Asking, Hour, Hourly
from listening.store.inbox import Capped, Page
from listening.store.inbox_card import By, Card
from listening.store.inbox_filter import STATUSES, InboxFilter, read_filters
from listening.store.incidents import Incident, Incidents
from listening.store.labels import Label, Open
from listening.store.leases import Lease
from listening.store.letters import Letters, Sent
from listening.store.likely import Alike, Likely
from listening.store.mention_row import ABOUT_COLUMNS, COLUMNS, MentionRow
from listening.store.outbox import Message, Outbox, Outgoing
from listening.store.people import Handle, PersonChange
from listening.store.person import Attitude, Felt, Judged, Person, Said
from listening.store.posts import StoredPost
from listening.store.privacy import Request
from listening.store.queues import Clock, Item, QueueFigures, QueuePage, Queues, Tone
from listening.store.reading import BrandFigures, MentionFilter, SourceFigures
from listening.store.renaming import Renaming
from listening.store.runs import KnownSource, Run, RunSpan
from listening.store.saving import Saved, Saving
from listening.store.schedule import Schedule, Scheduled, Slot
from listening.store.scope import EVERYTHING, Scope
from listening.store.scores import Scores, Scoring
from listening.store.search import Found, Question
from listening.store.standing import Answer, Loud, Stance, Standings, Telling
from listening.store.triage import OUTCOMES, Done
from listening.store.upkeep import Upkeep
from listening.store.views import View, Views
from listening.store.voices import Voice


class Store(
    Saving,
    Clusters,
    Surroundings,
    Views,
    Queues,
    History,
    Joining,
    Again,
    Audits,
    Scoring,
    Letters,
    Schedule,
    Standings,
    Erasing,
    Upkeep,
    Backups,
    Vitals,
    Accounts,
    Hourly,
    Alerts,
    Incidents,
    Outbox,
    Renaming,
):
    """Everything kept, in one file. See the parts for what it can do."""


__all__ = [
    "ABOUT_COLUMNS",
    "COLUMNS",
    "EVERYTHING",
    "OUTCOMES",
    "STATUSES",
    "UNRELATED",
    "Account",
    "Act",
    "Alike",
    "Answer",
    "Around",
    "Asking",
    "Attitude",
    "Backup",
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
    "Erasure",
    "Felt",
    "Found",
    "Handle",
    "Hour",
    "InboxFilter",
    "Incident",
    "Item",
    "Judged",
    "KnownSource",
    "Label",
    "Lease",
    "Likely",
    "Loud",
    "MentionFilter",
    "MentionRow",
    "Message",
    "NewMention",
    "Note",
    "Open",
    "Opened",
    "Outgoing",
    "Page",
    "Person",
    "PersonChange",
    "Question",
    "QueueFigures",
    "QueuePage",
    "Request",
    "RuleState",
    "Run",
    "RunSpan",
    "Said",
    "Saved",
    "Scheduled",
    "Scope",
    "Scores",
    "Sent",
    "Session",
    "Signs",
    "Slot",
    "SourceFigures",
    "SourceHealth",
    "SourceState",
    "Stance",
    "Step",
    "Store",
    "StoredPost",
    "Telling",
    "ThreadPost",
    "Token",
    "Told",
    "Tone",
    "View",
    "Voice",
    "counting_sql",
    "read_filters",
    "waits_sql",
]
