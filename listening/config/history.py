"""The versions of a config file before its last edits, so that each can be undone."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

_KEEP = 10  # versions of each file
# What must never be kept twice, should somebody have written it into a config file in spite of all advice.
_SECRET = re.compile(
    r"://[^\s/@\"']*:[^\s/@\"']+@|\b(?:password|passwd|secret|token|api_?key)\s*[:=]\s*[\"']?[^\s\"'#]{4}", re.I
)
_NAME = re.compile(r"(?P<file>[a-z]+\.toml)\.(?P<number>\d{6})-(?P<after>[0-9a-f]{12})\.bak")


def fingerprint(text: str) -> str:
    """Tells two versions of a text apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class History:
    """The folder `.history` beside the config files: readable by its owner alone, and never committed."""

    def __init__(self, config: Path) -> None:
        self.folder = config / ".history"

    def open(self) -> int:
        """Make the folder and open its lock file. Raises OSError."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        return os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def keep(self, file: str, before: str, after: str) -> str:
        """Keep what a file was before an edit; returns the edit's name, or "" where the text seems to hold a secret."""
        if _SECRET.search(before):
            return ""
        kept = self._kept(file)
        number = int(_NAME.fullmatch(kept[-1].name)["number"]) + 1 if kept else 1  # type: ignore[index]
        path = self.folder / f"{file}.{number:06}-{fingerprint(after)}.bak"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as target:
            target.write(before)
        for old in kept[: max(0, len(kept) + 1 - _KEEP)]:
            old.unlink(missing_ok=True)
        return path.name.removesuffix(".bak")

    def edits(self, file: str) -> list[str]:
        """The edits that can be undone, the last one last."""
        return [path.name.removesuffix(".bak") for path in self._kept(file)]

    def before(self, edit: str) -> tuple[str, str, str] | None:
        """Which file an edit was made in, the text before it and the fingerprint after; None where it is not kept."""
        name = _NAME.fullmatch(f"{edit}.bak")
        if name is None:
            return None
        try:
            with (self.folder / name.string).open(encoding="utf-8", newline="") as file:
                return name["file"], file.read(), name["after"]
        except OSError:
            return None

    def _kept(self, file: str) -> list[Path]:
        found = [path for path in self.folder.glob(f"{file}.*.bak") if _NAME.fullmatch(path.name)]
        return sorted(found)
