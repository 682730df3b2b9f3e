"""Taking mentions away: whatever a view shows, as files that other programs read."""

from listening.export.table import inert, original, write_csv

__all__ = ["inert", "original", "write_csv"]
