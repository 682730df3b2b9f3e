"""What each source brought, when, and how that went: where is listened."""

from __future__ import annotations

from dataclasses import dataclass

from listening.store.explaining import Explaining
from listening.store.figures import Days
from listening.store.scope import EVERYTHING, Scope
from listening.store.voices import bounds

_SOURCES = (
    "SELECT s.name, s.kind, s.url, s.errors_in_row, s.last_error, s.next_due, s.every, "
    "(SELECT max(r.finished) FROM runs r WHERE r.source_id = s.id AND r.verdict IN ('ok', 'quiet', 'degraded')), "
    "(SELECT max(r.finished) FROM runs r WHERE r.source_id = s.id AND r.new > 0), "
    "(SELECT r.verdict FROM runs r WHERE r.source_id = s.id ORDER BY r.started DESC, r.id DESC LIMIT 1), "
    "coalesce(sum(r.expected), 0), coalesce(sum(r.found), 0), coalesce(sum(r.new), 0), coalesce(sum(r.rejects), 0), "
    "count(r.id), coalesce(sum(r.verdict = 'failed'), 0) FROM sources s "
    "LEFT JOIN runs r ON r.source_id = s.id AND r.started >= ? AND r.started < ? "
    "WHERE s.active AND {hidden} GROUP BY s.id ORDER BY s.name"
)


@dataclass(frozen=True, slots=True)
class SourceState:
    """One active source: what its runs of some days announced and brought, and how it stands now."""

    name: str
    kind: str
    url: str
    errors_in_row: int
    last_error: str
    next_due: str | None
    every: int  # seconds
    last_good: str | None  # when a run last ended well
    last_new: str | None  # when one last brought something new
    verdict: str | None  # of the last run
    expected: int  # posts that pages announced
    found: int  # posts that were read
    new: int
    rejects: int
    runs: int
    failed: int


class Coverage(Explaining):
    """Questions about sources."""

    def source_states(self, days: Days, *, scope: Scope = EVERYTHING) -> list[SourceState]:
        """Each active source, over some days."""
        hidden, values = scope.sources("s.id")
        bound = [*bounds(self.calendar(), days), *values]
        return [SourceState(*row) for row in self.db.conn.execute(_SOURCES.format(hidden=hidden), bound)]
