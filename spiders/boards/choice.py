"""Which forums of a board a person wants: some named ones or all, without those left out."""

from __future__ import annotations

from collections.abc import Sequence

from spiders.boards.engine import UNDER, Forum


class Choice:
    """Forums are named by id, name or path ("Parent › Child", also written with "/" or ">"); those below come along."""

    def __init__(self, forums: Sequence[str], leave_out: Sequence[str]) -> None:
        self._wanted, self._unwanted = [*map(_folded, forums)], [*map(_folded, leave_out)]
        self._met: set[str] = set()
        self.names: list[str] = []  # of the forums seen
        self._within: dict[str, bool] = {}  # by id: named, or below a named one
        self._without: dict[str, bool] = {}  # the same for those left out
        self.scope = "|".join(sorted(self._wanted)) + "-" * bool(self._unwanted) + "|".join(sorted(self._unwanted))

    def wants(self, forum: Forum) -> bool:
        """Whether a forum is to be read. Ask of a forum before those below it."""
        if forum.id not in self._within:
            self.names.append(forum.path or forum.name)
        met = _names(forum) & {*self._wanted}
        self._met |= met
        self._within[forum.id] = not self._wanted or bool(met) or self._within.get(forum.parent, False)
        left_out = bool(_names(forum) & {*self._unwanted})
        self._without[forum.id] = left_out or self._without.get(forum.parent, False)
        return self.has(forum.id)

    def has(self, ident: str) -> bool:
        """Whether the forum with this id is to be read; forums nobody has shown are, where all are."""
        return self._within.get(ident, not self._wanted) and not self._without.get(ident, False)

    @property
    def some(self) -> bool:
        """Whether only named forums are wanted."""
        return bool(self._wanted)

    @property
    def missing(self) -> list[str]:
        """What was named and has not been seen."""
        return [name for name in self._wanted if name not in self._met]


def _folded(name: str) -> str:
    parts = name.replace("›", "/").replace(">", "/").split("/")
    return UNDER.join(part.strip() for part in parts).casefold()


def _names(forum: Forum) -> set[str]:
    """What a forum can be called: its id, its name, and every end of its path."""
    parts = forum.path.casefold().split(UNDER)
    # A name may itself hold a "/", which the person who names it writes too.
    return {forum.id, _folded(forum.name), *(UNDER.join(parts[at:]) for at in range(len(parts)))}
