"""Indexes by which screens stay quick over a million mentions."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store.schema.statements import run

# mentions_waits: how long answers took, computed when it is stored, not each time that it is asked for.
# mentions_spread: one mention in 16, spread without a pattern; samples of much are taken from it.
# mentions_intents and mentions_place: the few mentions of a rare reason, or of a small brand in a small source;
# its condition, which always holds, keeps it from being chosen where dates should be walked.
_QUICK = """
CREATE INDEX mentions_waits ON mentions
    (brand_id, answered, shelved, source_id, published, (julianday(answered) - julianday(published)) * 24)
    WHERE answered IS NOT NULL;
CREATE INDEX mentions_spread ON mentions (brand_id, published)
    WHERE (id * 2654435761 % 4294967296 >> 8) % 16 = 0;
CREATE INDEX mentions_intents ON mentions (intents) WHERE intents <> '';
CREATE INDEX mentions_place ON mentions (source_id, brand_id) WHERE source_id > 0;
"""


def m012_quick(db: Database) -> None:
    """Indexes of waits, samples, rare reasons and small sources."""
    run(db, _QUICK)
