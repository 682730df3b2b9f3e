"""The tables, as migrations: what has shipped is never edited, only followed by another."""

from __future__ import annotations

from sqlite_utils import Migrations

from listening.store.schema import (
    accounts,
    alerts,
    clock,
    desk,
    figures,
    foundation,
    people,
    points,
    quick,
    quicker,
    recent,
)

_IN_ORDER = (
    foundation.m001_foundation,
    foundation.m002_understanding,
    foundation.m003_search,
    foundation.m004_models,
    foundation.m005_copies,
    accounts.m006_accounts,
    desk.m007_desk,
    clock.m008_clock,
    alerts.m009_alerts,
    figures.m010_figures,
    people.m011_people,
    quick.m012_quick,
    quicker.m013_quicker,
    recent.m014_recent,
    points.m015_points,
)

migrations = Migrations("listening")
for _migration in _IN_ORDER:
    migrations()(_migration)
SHIPPED = tuple(migration.__name__ for migration in _IN_ORDER)
