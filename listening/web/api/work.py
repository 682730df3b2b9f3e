"""Work on mentions, done by programs as by people: each step has a history and can be undone."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from listening.store import Done as Result
from listening.web.api.endpoint import Call, Endpoint, Shape

_MOST = 500


class Task(Shape):
    """What is to become of some mentions, all or nothing; what is not given stays as it is."""

    mentions: list[int] = Field(min_length=1, max_length=_MOST, description="Which ones, by id.")
    status: Literal["new", "in progress", "answered", "closed", "not relevant"] | None = None
    assignee: str | None = Field(None, description='"": nobody.')
    add_tags: list[str] = Field([], max_length=50)
    remove_tags: list[str] = Field([], max_length=50)
    note: str = Field("", description="Up to 10,000 characters, for the team.")
    reply: str | None = Field(None, description="The address of the answer.")
    outcome: Literal["", "sale", "kept", "lost", "used"] | None = Field(
        None, description="What became of it: a sale, the customer stayed or left, the idea is used."
    )
    correct: dict[str, str] = Field(
        {}, description='What is right: {"sentiment": "negative", "intent:complaint": "no", "relevance": "no"}.'
    )
    expected: dict[int, int] = Field(
        {}, description="Mention -> `version` as you read it: those changed since are left alone."
    )


class Conflict(Shape):
    """A mention that undoing left alone, and who changed it since."""

    mention: int
    who: str


class Done(Shape):
    """What was changed."""

    undo: str = Field(description="What /undo takes; empty where nothing changed.")
    changed: int
    stale: list[int] = Field(description="Left alone: changed since `expected`.")
    conflicts: list[Conflict]


class Undo(Shape):
    """What to take back."""

    undo: str = Field(min_length=1, max_length=18)


def triage(call: Call, task: Task) -> Done:
    """Change mentions."""
    done = call.store.triage(
        task.mentions, who=call.visitor.name, now=call.now, status=task.status, assignee=task.assignee,
        add_tags=task.add_tags, remove_tags=task.remove_tags, note=task.note, reply=task.reply, outcome=task.outcome,
        correct=task.correct, expected=task.expected or None, scope=call.scope,
    )  # fmt: skip
    return _done(done)


def undo(call: Call, what: Undo) -> Done:
    """Take a change back."""
    return _done(call.store.undo(what.undo, call.visitor.name, now=call.now, scope=call.scope))


def _done(done: Result) -> Done:
    conflicts = [Conflict(mention=ident, who=name) for ident, name in done.conflicts]
    return Done(undo=done.undo, changed=done.changed, stale=list(done.stale), conflicts=conflicts)


ENDPOINTS = (
    Endpoint("/triage", triage, Done, "Change mentions: state, owner, tags, notes, answers, corrections.", takes=Task,
             role="analyst"),
    Endpoint("/undo", undo, Done, "Take a change back, exactly; what somebody changed since stays.", takes=Undo,
             role="analyst"),
)  # fmt: skip
