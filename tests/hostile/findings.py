"""What was found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Findings:
    """What was looked at, and what was wrong."""

    pages: int = 0
    files: int = 0
    opened: int = 0  # files, by LibreOffice
    cells: int = 0
    faults: list[str] = field(default_factory=list)
