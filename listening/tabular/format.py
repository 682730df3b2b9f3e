"""Which format a file is in: by its ending, or else by how it begins."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Literal

from listening.tabular.lines import Encoding

Format = Literal["csv", "jsonl", "mbox", "eml"]

ENDINGS: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".mbox": "mbox", ".mbx": "mbox", ".eml": "eml",
}  # fmt: skip
SEPARATOR = re.compile(r"\ufeff?sep=(.)\r?\n?", re.I)  # how Excel is told, on a line of its own before the header
_OTHER = {
    b"PK\x03\x04": "it is an Excel workbook or an archive: save it as CSV UTF-8, or unpack it",
    b"\xd0\xcf\x11\xe0": "it is an old Excel or Outlook file: save it as CSV UTF-8",
    b"\x1f\x8b": "it is packed: unpack it first (gunzip)",
}


def by_ending(path: PurePath) -> Format | None:
    """The format that a file's name tells."""
    return ENDINGS.get(path.suffix.lower())


def recognise(path: PurePath, sample: bytes) -> Format:
    """The format of a file that begins with `sample`. Raises ValueError with the remedy where there is none."""
    if reason := next((reason for magic, reason in _OTHER.items() if sample.startswith(magic)), ""):
        raise ValueError(reason)
    if known := by_ending(path):
        return known
    text = sample.decode(Encoding.of(sample).codec, "replace").lstrip("\ufeff \r\n")
    if text.startswith(("From ", "{")):
        return "mbox" if text.startswith("From ") else "jsonl"
    if any(delimiter in text.partition("\n")[0] for delimiter in ",;\t|"):
        return "csv"
    raise ValueError('its format cannot be recognised; name it: format = "csv", "jsonl" or "mbox"')
