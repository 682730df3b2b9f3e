"""Tables and indexes by which the screens of a year stay quick over a million mentions."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store import heard
from listening.store.schema.statements import run

# How long an answer took, which is computed when it is stored, not each time that it is asked for.
SECONDS = "CAST(round(max(0, julianday(answered) - julianday(published)) * 86400) AS INTEGER)"
# Mentions that the team did something with: few, and all that a scorecard is about.
WORKED = "(answered IS NOT NULL OR outcome <> '' OR status IN ('in progress', 'answered', 'closed'))"
_HAS = "(instr(', ' || intents || ',', ', {},') > 0)"
COMPLAINT, IDEA, DEALT, CLOSED, SALE, TAKEN_UP = 1, 2, 4, 8, 16, 32  # the bits of what became of a mention
BECAME = (
    f"({_HAS.format('complaint')} * {COMPLAINT} | {_HAS.format('idea')} * {IDEA} "
    f"| (answered IS NOT NULL OR status IN ('answered', 'closed')) * {DEALT} | (status = 'closed') * {CLOSED} "
    f"| (outcome = 'sale') * {SALE} "
    f"| (outcome = 'used' OR status IN ('in progress', 'answered', 'closed')) * {TAKEN_UP})"
)
# Keys of copies are chosen in another way now: who leaves would leave the old ones behind. Copies of what was said
# before are not found any more; they matter for some weeks.
_QUICKER = f"""
DELETE FROM copy_keys;
DROP INDEX mentions_waits;
CREATE INDEX mentions_waits ON mentions (brand_id, answered, shelved, source_id, {SECONDS}) WHERE answered IS NOT NULL;
DROP INDEX mentions_answered;
CREATE INDEX mentions_answered ON mentions
    (answered, brand_id, source_id, shelved, intents, outcome, closed, {SECONDS}) WHERE answered IS NOT NULL;
DROP INDEX mentions_praise;
CREATE INDEX mentions_worked ON mentions (brand_id, published, source_id, shelved, copy, {BECAME}) WHERE {WORKED};
CREATE INDEX stances_advocates ON stances (brand_id, published, author_id, said, source_id, mention_id) WHERE said & 8;
CREATE TABLE heard (
    month TEXT NOT NULL, source_id INTEGER NOT NULL, site TEXT NOT NULL, kind TEXT NOT NULL,
    posts INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (month, source_id, site, kind)) WITHOUT ROWID;
"""


def m013_quicker(db: Database) -> None:
    """Indexes of waits, of what was worked on and of advocates, and what was heard by month."""
    run(db, _QUICKER)
    heard.count_all(db.conn)
