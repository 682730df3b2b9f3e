"""Judges labelled texts by the very code that judges what is crawled."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from listening.config import Brand
from listening.evaluate.labelled import Row
from listening.evaluate.twice import pairs
from listening.learn.lesson import Example
from listening.post import Author, Entry, Evidence, Mention, Post
from pipelines.match import Found, Names
from pipelines.sentiment import label
from pipelines.understanding import Understanding
from pipelines.vader import Scorer

ANYBODY = "(any brand)"  # whom texts without a brand are about
UNSCORED = "unscored"
_LEARNT = ("sentiment", "relevance", "intent:")  # the questions that one can learn

_HANDLE = re.compile(r"(?<![\w@])@\w+")

Progress = Callable[[int, int], None]  # hears how many rows are done, of how many


@dataclass(frozen=True, slots=True)
class Judged:
    """What people and we said of one row in one task."""

    row: Row
    task: str
    gold: str
    said: str
    confidence: float | None = None  # in what we said, 0 to 1; None where none is claimed
    why: tuple[Evidence, ...] = ()
    named: bool = True  # whether the text itself names the brand
    baseline: str = ""  # what vaderSentiment alone says, where that answers the task


class _Named:
    """The brands that texts name, and those that the file says they are about though they do not name them.

    A text that addresses somebody by a handle ("@acmecare where is my parcel") speaks to the brand that it is about.
    """

    def __init__(self, names: Names) -> None:
        self.names, self.about = names, frozenset[str]()

    def find(self, post: Post) -> tuple[Found, ...]:
        found = self.names.find(post)
        missing = self.about.difference(one.brand for one in found)
        taken = {start for one in found for start, _ in one.spans}
        handles = tuple(m.span() for m in _HANDLE.finditer(post.text) if taken.isdisjoint(range(*m.span())))
        for brand in sorted(missing):
            spans = () if brand == ANYBODY else handles
            words = tuple(dict.fromkeys(post.text[start:end] for start, end in spans))
            found = (*found, Found(brand, words, spans))
        return found


class Judge:
    """Understands rows; brands of the file that are not configured are listened for by their names."""

    def __init__(self, brands: Sequence[Brand], understand: Callable[[Sequence[Brand]], Understanding]) -> None:
        self.brands, self.understand, self.vader = brands, understand, Scorer()
        self._called: dict[str, str] = {"": ANYBODY}  # as the file writes a brand, folded -> its name

    def judge(self, rows: Sequence[Row], tasks: Sequence[str], progress: Progress = lambda *_: None) -> list[Judged]:
        """One judgement for each row and each of the `tasks` that it has a label for."""
        judged: list[Judged] = []
        stored: list[tuple[Row, Entry]] = []
        for row, entry, mention, named in self._understood(rows, progress):
            judged += self._row(row, entry, mention, named, tasks)
            if "duplicates" in tasks and "duplicates" in row.gold:
                stored.append((row, entry))
        return judged + [Judged(row, "duplicates", gold, said) for row, gold, said in pairs(sorted(stored, key=_line))]

    def examples(self, rows: Sequence[Row], progress: Progress = lambda *_: None) -> Iterator[Example]:
        """The rows as what one learns from."""
        for row, entry, mention, named in self._understood(rows, progress):
            labels = {kind: label for kind, label in row.gold.items() if kind.startswith(_LEARNT)}
            if not named:
                labels.pop("relevance", None)
            if labels:
                yield Example(entry, mention, labels)

    def _understood(self, rows: Sequence[Row], progress: Progress) -> Iterator[tuple[Row, Entry, Mention, bool]]:
        """Each row with its entry, the mention of its brand, and whether the text itself names it."""
        together: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in rows:
            together[row.title, row.text, row.author].append(row)
        understanding = self.understand(self._brands(rows))
        names = understanding.names
        understanding.names = named = _Named(names)  # type: ignore[assignment]
        done = 0
        for group in together.values():
            named.about = frozenset(map(self._name, group))
            post = _post(group[0])
            found = {one.brand for one in names.find(post)}
            entry = understanding.entry(post)
            by_brand = {mention.brand: mention for mention in entry.mentions}
            for row in group:
                mention = by_brand[self._name(row)]
                yield row, entry, mention, mention.brand in found
            done += len(group)
            progress(done, len(rows))

    def _brands(self, rows: Sequence[Row]) -> list[Brand]:
        """Those that are configured, and those that only the file names: by whatever case, or by an alias."""
        found = list(self.brands)
        for brand in found:
            self._called.update({name.casefold(): brand.name for name in brand.aliases})
        self._called |= {brand.name.casefold(): brand.name for brand in found}
        for row in rows:
            if row.brand.casefold() not in self._called:
                joined = "".join(row.brand.split())
                found.append(Brand(name=row.brand, aliases=[] if joined == row.brand else [joined]))
                self._called[row.brand.casefold()] = row.brand
        return found if all(row.brand for row in rows) else [*found, Brand(name=ANYBODY)]

    def _name(self, row: Row) -> str:
        return self._called[row.brand.casefold()]

    def _row(
        self, row: Row, entry: Entry, mention: Mention, names_it: bool, tasks: Sequence[str]
    ) -> Iterator[Judged]:  # fmt: skip
        for task, gold in row.gold.items():
            if task not in tasks:
                continue
            if task == "sentiment":
                vader = label(self.vader.score(f"{row.title}\n{row.text}".strip()).compound)
                yield Judged(row, task, gold, mention.label or UNSCORED, None, mention.why, names_it, vader)
            elif task == "relevance":
                yield _relevance(row, gold, mention, names_it)
            elif task == "language":
                yield Judged(row, task, gold, entry.language or "unknown")
            elif task == "matching":
                yield Judged(row, task, gold, _matches(row))
            elif task.startswith("intent:"):
                yield _intent(row, task, gold, mention, names_it)


def _line(one: tuple[Row, Entry]) -> int:
    return one[0].line


def majority(judged: Sequence[Judged]) -> list[str]:
    """What somebody would say who knew only which label is the most frequent."""
    counts = Counter(one.gold for one in judged)
    most = max(counts, key=lambda one: (counts[one], one)) if counts else ""
    return [most] * len(judged)


def _post(row: Row) -> Post:
    author = Author(row.author) if row.author else None
    return Post(row.site or "labelled", str(row.line), "", row.text, None, author, title=row.title, channel=row.channel)


def _relevance(row: Row, gold: str, mention: Mention, names_it: bool) -> Judged:
    said = "yes" if names_it and not mention.shelved else "no"
    sure = mention.relevance if mention.relevance is None or said == "yes" else 1 - mention.relevance
    return Judged(row, "relevance", gold, said, sure, mention.why, names_it)


def _intent(row: Row, task: str, gold: str, mention: Mention, names_it: bool) -> Judged:
    name = task.removeprefix("intent:")
    intent = next((one for one in mention.intents if one.name.casefold() == name), None)
    if intent is None:
        return Judged(row, task, gold, "no", named=names_it)
    return Judged(row, task, gold, "yes", intent.confidence, intent.why, names_it)


@cache
def _names(query: str) -> Names:
    return Names([Brand(name="query", query=query)])


def _matches(row: Row) -> str:
    return "yes" if _names(row.query).find(_post(row)) else "no"
