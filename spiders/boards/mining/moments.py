"""What on a page looks like a time, and what it is a time of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

from spiders.boards import dates
from spiders.boards.datewords import AGO, NOW, TODAY, YESTERDAY
from spiders.boards.mining.outline import Outline

_LONGEST = 160  # characters of a line that tells a time
_SILENT = 1000  # texts without a time that are remembered
_STAMPS = ("datetime", "data-timestamp", "data-time", "data-utime", "data-datetime", "data-date", "data-created")
_MARKED = (*_STAMPS, "title", "content")
_DIGIT = re.compile(r"\d")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_DAYS = "|".join(map(re.escape, sorted(TODAY | YESTERDAY, key=len, reverse=True)))
_AGES = "|".join(map(re.escape, sorted(AGO - {"y", "il"}, key=len, reverse=True)))
_FIGURES = re.compile(
    r"\d{1,2}[:.h：]\d\d(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d)|\d年|\d月|\d前|'\d\d(?!\w)|^\d{1,3} ?[a-z]{1,4}$|"
    r"\d{1,2}[./-]\d{1,2}[./-]\d\d|^\d{1,2}\.? \w{3,}\.?$|^\w{3,}\.? \d{1,2}(?:st|nd|rd|th)?$"
)
_SAID = re.compile(rf"(?<!\w)(?:{_DAYS})(?!\w)|{NOW}")  # without any figure
_AGED = re.compile(rf"(?<!\w)(?:{_AGES})(?!\w)")  # with one somewhere
_RUN = re.compile(r"\w+")
_SAYS = frozenset(_RUN.match(word)[0] for word in (*TODAY, *YESTERDAY, *AGO))  # type: ignore[index]  # all begin so
_NOW = re.compile(NOW)
_CLOCK = re.compile(
    r"(?<!\.\d)(?<!\.)\d[:.hH：]\d\d(?!\.\d)|\d ?[apAP]\.?[mM]\b|\b(?:[nN]oon|NOON|[mM]idnight|MIDNIGHT)\b"
)
_ELSE = re.compile(
    r"join|regist|mitglied|member since|since|seit|inscri|beitr|born|birth|geburt|visit|besuch|seen|active|activity|"
    r"edit|modif|geändert|bearbeitet|änderung|editad|zmieni|редакт|измен|dabei|dołącz|lid sinds|miembro|membre|"
    r"iscritto|"
    r"зарегистр|expire|copyright|©|current(?:ly)? time|all times"
)  # of lower case: a tenth of the time
_HALF = re.compile(r"\d ?[apAP]\.?[mM]\b")
_NUMERIC = re.compile(r"(?<!\d)(\d\d?)[/-](\d\d?)[/-]\d{2,4}")
_EDITED = re.compile(
    r"\b(?:last )?(?:edited|modified|updated)\b|zuletzt (?:geändert|bearbeitet)|modifié|editad[oa]|modificat[oa]|"
    r"bewerkt|gewijzigd|zmieniany|edytowan|отредактировано|изменено|redigera|rediger[te]|muokattu|düzenle|upraven"
)
_EDITING = tuple(
    "edited modified updated zuletzt modifié editad modificat bewerkt gewijzigd zmieniany edytowan отредакт изменено"
    " redig muokattu düzenle upraven".split()
)


class Moment(NamedTuple):
    """One thing that looks like a time."""

    owner: int  # the element that bears it
    text: str
    key: str  # where it stands, as on every block and page
    loose: str  # the same without the classes around
    stamp: bool  # written for programs
    other: bool  # of joining, editing and the like

    @property
    def family(self) -> str:
        """How its key begins: what bears it."""
        return self.key.partition(" < ")[0]


def moments(outline: Outline) -> list[Moment]:
    """All there are on a page, in their order."""
    found = [*_stamped(outline, _MARKED), *_written(outline, range(len(outline.texts)))]
    found.sort(key=lambda moment: moment.owner)
    return found


def moments_at(outline: Outline, key: str) -> list[Moment]:
    """Those that stand where a key says, and what is alike."""
    kind, _, place = key.partition(" ")
    if kind.rstrip("?") != "text":
        return sorted(_stamped(outline, (kind.rstrip("?"),)), key=lambda moment: moment.owner)
    alike = outline.loosely(place) if kind.endswith("?") else outline.within(place)
    return _written(outline, sorted({at for element in alike for at in outline.held(element)}))


def _stamped(outline: Outline, names: Iterable[str]) -> list[Moment]:
    found = []
    for name in names:
        for number in outline.bearing(name):
            attributes = outline.attributes[number]
            value = attributes[name]
            if not value or len(value) > 60 or (name == "content" and not attributes.get("itemprop")):
                continue
            exact = bool(_ISO.match(value)) or (name.startswith("data-") and _EPOCH.fullmatch(value) is not None)
            if exact or (name == "title" and _CLOCK.search(value) and _likely(value)):
                around = outline.signature[outline.parent[number]] if number else ""
                kind = outline.signature[number] if outline.tags[number] != "meta" else attributes.get("itemprop")
                other = _of_else(f"{kind} {around} {outline.value(number, 'class')}")
                found.append(Moment(number, value, f"{name} {kind} < {around}",
                                    f"{name}? {outline.paths[number].loose}", exact, other))  # fmt: skip
    return found


def _written(outline: Outline, texts: Iterable[int]) -> list[Moment]:
    found = []
    taken = -1  # texts up to here belong to the moment before
    for at in texts:
        told = outline.texts[at]
        if len(told) > _LONGEST or not _likely(told) or at <= taken:
            continue
        text, owner = told, outline.owners[at]
        holder = outline.holder(owner)
        path = outline.paths[holder]
        said = outline.said(holder, outline.end[holder])
        for after in range(at + 1, min(at + 3, said.stop)):  # "Today" and "at 10:38" may stand in two elements
            if _CLOCK.search(text):
                break
            text, taken = f"{text} {outline.texts[after]}", after
        hint = outline.value(owner, "title")
        if hint and len(hint) <= 60 and _CLOCK.search(hint) and _likely(hint):
            text = hint  # "5 minutes ago", and when that was
        before = outline.texts[at - 1][-40:] if at > said.start else ""
        other = _of_else(text) or _of_else(before)
        found.append(Moment(holder, text[:_LONGEST], f"text {path.key}", f"text? {path.loose}",
                            False, other))  # fmt: skip
    return found


@lru_cache(maxsize=8192)
def _likely(text: str) -> bool:
    """Whether a text looks like a time; most have no digit, so that only a few words can make them one."""
    lower = text.lower()
    digit = _DIGIT.search(lower) is not None
    if (digit and _FIGURES.search(lower)) or _NOW.search(lower):
        return True
    if _SAYS.isdisjoint(_RUN.findall(lower)):
        return False
    return _SAID.search(lower) is not None or (digit and _AGED.search(lower) is not None)


@lru_cache(maxsize=8192)
def _of_else(text: str) -> bool:
    return _ELSE.search(text.lower()) is not None


def edited(text: str) -> bool:
    """Whether a line says that somebody changed the post."""
    return len(text) <= _LONGEST and speaks_of_editing(text) and _EDITED.search(text.lower()) is not None


def speaks_of_editing(text: str) -> bool:
    """Whether a text has any of the words that lines of editing have; asked first, since hardly any has."""
    lower = text.lower()
    for word in _EDITING:  # noqa: SIM110 - half the time of any()
        if word in lower:
            return True
    return False


@dataclass(slots=True)
class Clock:
    """How one board writes times; what it has learnt holds for all its pages."""

    zone: tzinfo
    month_first: bool | None = None
    silent: set[str] = field(default_factory=set)  # texts that tell no time, such as "last edited by"

    def learn(self, texts: list[str]) -> None:
        """Whether 03/04 is in March: some other date will tell."""
        for text in texts:
            for first, second in _NUMERIC.findall(text):
                if int(second) > 12 >= int(first):
                    self.month_first = True
                elif int(first) > 12 >= int(second):
                    self.month_first = False

    def unsure(self, texts: Iterable[str]) -> bool:
        """Whether it is open what some dates mean."""
        return self.month_first is None and any(map(_NUMERIC.search, texts))

    def read(self, text: str, now: datetime) -> datetime | None:
        """The time that a text tells."""
        if _EPOCH.fullmatch(text):
            return dates.epoch(text)
        if text in self.silent:
            return None
        first = self.month_first
        if first is None:
            first = _HALF.search(text) is not None
        when = dates.parse(text, now, self.zone, first)
        if when is None and len(self.silent) < _SILENT:
            self.silent.add(text)
        return when
