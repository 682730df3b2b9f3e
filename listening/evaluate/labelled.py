"""Labelled texts in a CSV file: which column is which, and what people said of each text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NoReturn

from listening.errors import ListeningError, QueryError
from listening.query import from_names, parse
from listening.tabular.columns import bare, listed, unique
from listening.tabular.format import SEPARATOR, recognise
from listening.tabular.lines import SAMPLE, Encoding, Line

SENTIMENTS = ("negative", "neutral", "positive")
INTENTS = tuple("complaint question praise advocacy buying idea leaving safety legal press job promotion spam".split())
# Field -> the names it goes by, compared without case, spaces and marks; the earlier wins.
_NAMES = {
    field: tuple(names.split())
    for field, names in {
        "text": "text tweet tweettext body content message fulltext review reviewtext comment post sentence",
        "title": "title subject headline",
        "brand": "brand company airline entity",
        "sentiment": "sentiment airlinesentiment label sentimentlabel polarity class",
        "relevance": "relevant relevance isrelevant aboutus",
        "intents": "intents intent reasons",
        "language": "language lang",
        "query": "query",
        "matching": "matches match matched",
        "duplicates": "cluster duplicateof",
        "part": "part split fold",
        "author": "author user username name",
        "channel": "channel forum subreddit board",
        "site": "site domain platform",
        "mention": "mentionid",
        "url": "url link permalink",
        "denied": "notintents",
    }.items()
}
_LABELS = ("sentiment", "relevance", "intents", "language", "matching", "duplicates")
_WORDS = {
    **dict.fromkeys(("negative", "neg", "n", "-1", "-1.0", "-"), "negative"),
    **dict.fromkeys(("neutral", "neu", "none", "mixed", "0", "0.0"), "neutral"),
    **dict.fromkeys(("positive", "pos", "p", "1", "1.0", "+1", "+"), "positive"),
}
_ANSWERS = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "1.0", "relevant", "x"), "yes"),
    **dict.fromkeys(("no", "n", "false", "f", "0", "0.0", "irrelevant", "notrelevant", ""), "no"),
}
_BETWEEN = re.compile(r"[;,|\s]+")  # intents in one cell
_DELIMITERS = ",;\t|"
_LINE_END = re.compile(r"[\r\n]")
_CODE = re.compile(r"[a-z]{2,3}")
_LONGEST = 1024 * 1024  # characters of a cell
_LONGEST_NAME = 200  # as in brands.toml


@dataclass(frozen=True, slots=True)
class Row:
    """One text and what people said of it: task -> label, as in "sentiment" -> "negative", "intent:idea" -> "yes"."""

    line: int  # where it begins in the file; 1 is the header
    text: str
    gold: Mapping[str, str]
    title: str = ""
    brand: str = ""
    query: str = ""
    part: str = ""
    author: str = ""
    channel: str = ""
    site: str = ""
    mention: str = ""  # its id in the store, where the row is about a stored one
    url: str = ""
    denied: tuple[str, ...] = ()  # intents that people said it does not have


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file's rows and the tasks that it has labels for."""

    file: str
    rows: Sequence[Row]
    tasks: tuple[str, ...] = field(default=())
    textless: int = 0  # rows that were left out: there is nothing in them to judge


def read(
    path: Path, *, columns: Mapping[str, str] | None = None, values: Mapping[str, str] | None = None, brand: str = "",
    intents: Sequence[str] = (), stored: bool = False,
) -> Labelled:  # fmt: skip
    """Read a CSV file with a header.

    `columns` names a field's column where its name does not tell ({"text": "Tweet"}), `values` a sentiment's
    ({"0": "negative"}), `brand` whom rows without one are about, `intents` those that there are, where any other is
    a mistake. Rows without a text are left out, but those about `stored` mentions or with a query that matches or
    not. Raises ListeningError with file, line and remedy.
    """
    reader = _Reader(path, columns or {}, values or {}, brand)
    reader.known, reader.stored = [name.casefold() for name in intents], stored
    return reader.read()


class _Reader:
    def __init__(self, path: Path, columns: Mapping[str, str], values: Mapping[str, str], brand: str) -> None:
        self.path, self.given, self.brand = path, columns, brand
        self.values = {key.strip().casefold(): self._sentiment_name(value) for key, value in values.items()}
        self.header: list[str] = []
        self.known: Sequence[str] = ()
        self.stored = False

    def read(self) -> Labelled:
        lines = ((number, cells) for number, cells in self._lines() if any(map(str.strip, cells)))
        first = next(lines, None)
        if first is None:
            self._fail(1, "the file is empty", "Its first line names the columns, such as text,brand,sentiment")
        self.header = unique(first[1])
        places = self._places()
        intents = self._intent_columns(places)
        if not intents and not any(task in places for task in _LABELS):
            self._fail(
                1, f"no column holds labels; there are {listed(self.header)}",
                "Call one sentiment, relevant, intents, language, matches or cluster, or say --column sentiment=NAME",
            )  # fmt: skip
        raw = list(lines)
        self._check_numbers(raw, places)
        names = self._intent_names(raw, places)
        every = [self._row(number, cells, places, intents, names) for number, cells in raw]
        rows = [row for row in every if self.stored or row.text or row.title or "matching" in row.gold]
        tasks = tuple(dict.fromkeys(task for row in rows for task in row.gold))
        if not rows:
            self._fail(2, "no row has a text" if every else "there is no row below the header", "")
        if not tasks:
            self._fail(0, f"none of its {len(rows):,} rows has a label", "")
        return Labelled(str(self.path), rows, tasks, len(every) - len(rows))

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        try:
            data = self.path.read_bytes()
            recognise(self.path.with_suffix(".csv"), data[:SAMPLE])
            encoding = Encoding.of(data[:SAMPLE])
        except OSError as error:
            raise ListeningError(f"{self.path}: cannot be read ({error.strerror}).") from None
        except ValueError as error:
            raise ListeningError(f"{self.path}: {error}.") from None
        text, _ = encoding.decode(Line(data, 0, len(data), 1))
        yield from self._records(text)

    def _records(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The line that each record begins on, and its cells; "sep=;", Excel's own first line, is no record."""
        excel = SEPARATOR.match(text)
        start = _LINE_END.split(text.lstrip("\r\n"), maxsplit=1)[0]
        delimiter = excel[1] if excel else max(_DELIMITERS, key=start.count)
        ended = False

        def lines() -> Iterator[str]:
            nonlocal ended
            yield from io.StringIO(text[excel.end() :] if excel else text, newline="")
            ended = True  # and whoever asked for more is in the middle of a record

        csv.field_size_limit(_LONGEST)
        reader, first = csv.reader(lines(), delimiter=delimiter, skipinitialspace=True), 2 if excel else 1
        while True:
            number = reader.line_num + first
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                self._fail(
                    number, f"a cell is longer than {_LONGEST:,} characters",
                    "Shorten it, or close its quotes and double those inside it",
                )  # fmt: skip
            if ended:
                self._fail(number, 'a quote (") opens here and is not closed', "Close it; double those inside texts")
            yield number, cells

    def _places(self) -> dict[str, int]:
        """Field -> column."""
        names = [bare(name) for name in self.header]
        found = {}
        for name, usual in _NAMES.items():
            if (place := next((names.index(one) for one in usual if one in names), None)) is not None:
                found[name] = place
        for name, column in self.given.items():
            if name not in _NAMES:
                self._fail(0, f'there is no field "{name}"', f"There are {', '.join(_NAMES)}")
            if bare(column) not in names:
                self._fail(1, f'there is no column "{column}"; there are {listed(self.header)}', "")
            found[name] = names.index(bare(column))
        if self.stored and not {"mention", "url"} & set(found):
            self._fail(1, f"no column names mentions; there are {listed(self.header)}", "Call it mention_id or url")
        if "text" not in found and "title" not in found and not self.stored:
            self._fail(
                1, f"no column holds the text; there are {listed(self.header)}",
                "Call it text; `listening evaluate` also takes --column text=NAME",
            )  # fmt: skip
        if "matching" in found and "query" not in found:
            self._fail(1, "there are matches without a column query", "Name the query of each row in a column query")
        return found

    def _intent_columns(self, places: Mapping[str, int]) -> dict[str, int]:
        taken = set(places.values())
        names = {bare(name): name for name in self.known or INTENTS}
        return {names[bare(n)]: i for i, n in enumerate(self.header) if bare(n) in names and i not in taken}

    def _intent_names(self, raw: Sequence[tuple[int, list[str]]], places: Mapping[str, int]) -> list[str]:
        """Every intent that the column `intents` names anywhere: where a row does not name it, it says no."""
        place = places.get("intents")
        if place is None:
            return []
        return sorted({name for _, cells in raw if place < len(cells) for name in _joined(cells[place])})

    def _check_numbers(self, raw: Sequence[tuple[int, list[str]]], places: Mapping[str, int]) -> None:
        """Refuse sentiments such as 0 and 1, which mean different things in different files."""
        if "sentiment" not in places or self.values:
            return
        found = {c[places["sentiment"]].strip() for _, c in raw if places["sentiment"] < len(c)} - {""}
        if found and found <= {"0", "1", "2", "3", "4", "5", "0.0", "1.0", "2.0"}:
            self._fail(
                0, f"the sentiments are {', '.join(sorted(found))}: they do not say which is negative",
                "Say so: --labels 0=negative,1=neutral,2=positive",
            )  # fmt: skip

    def _row(
        self, number: int, cells: list[str], places: Mapping[str, int], intents: Mapping[str, int], names: Sequence[str]
    ) -> Row:
        if any(cells[len(self.header) :]):
            self._fail(
                number, f"it has {len(cells)} cells, and the header names {len(self.header)}",
                "Put quotes around texts with commas in them",
            )  # fmt: skip
        at = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        gold: dict[str, str] = {}
        if at.get("sentiment"):
            gold["sentiment"] = self._sentiment(number, self.header[places["sentiment"]], at["sentiment"])
        for task in ("relevance", "matching"):
            if at.get(task):
                gold[task] = self._answer(number, self.header[places[task]], at[task])
        if at.get("language"):
            gold["language"] = self._language(number, self.header[places["language"]], at["language"])
        if "duplicates" in at:
            gold["duplicates"] = at["duplicates"] or f"alone {number}"
        mine = self._intents(number, at.get("intents", ""))
        gold |= {f"intent:{name}": "yes" if name in mine else "no" for name in names}
        denied = []
        for name, place in intents.items():
            answer = cells[place] if place < len(cells) else ""
            gold[f"intent:{name}"] = self._answer(number, self.header[place], answer.strip())
            denied += [name] if answer.strip() and gold[f"intent:{name}"] == "no" else []
        if "matching" in gold:
            self._check_query(number, at["query"])
        brand = at.get("brand", "") or self.brand
        if why := brand and _no_brand(brand):
            self._fail(number, f'"{brand[:40]}" cannot be a brand: {why}', "Leave it empty where a text is about none")
        return Row(
            number, at.get("text", ""), gold, at.get("title", ""), brand,
            at.get("query", ""), at.get("part", ""), at.get("author", ""), at.get("channel", ""), at.get("site", ""),
            at.get("mention", ""), at.get("url", ""), (*self._intents(number, at.get("denied", "")), *denied),
        )  # fmt: skip

    def _check_query(self, number: int, query: str) -> None:
        try:
            _parsed(query)
        except QueryError as error:
            raise ListeningError(f"{self.path}:{number}: column query: {error}") from None

    def _sentiment(self, number: int, column: str, value: str) -> str:
        found = (self.values or _WORDS).get(value.casefold())
        if found is None:
            self._fail(
                number, f'column "{column}": "{value[:40]}" is no sentiment',
                "Write negative, neutral or positive, or say what it means: --labels VALUE=negative,...",
            )  # fmt: skip
        return found

    def _intents(self, number: int, cell: str) -> list[str]:
        found = _joined(cell)
        if self.known and (wrong := next((name for name in found if name not in self.known), None)):
            self._fail(number, f'there is no intent "{wrong[:40]}"', f"There are {', '.join(self.known)}")
        return found

    def _language(self, number: int, column: str, value: str) -> str:
        found = value.replace("_", "-").split("-")[0].casefold()
        if not _CODE.fullmatch(found):
            self._fail(number, f'column "{column}": "{value[:40]}" is no code of a language', "Write en, de, es, ...")
        return found

    def _sentiment_name(self, value: str) -> str:
        found = _WORDS.get(value.strip().casefold())
        if found is None:
            raise ListeningError(f'--labels: "{value}" is no sentiment. Write negative, neutral or positive.')
        return found

    def _answer(self, number: int, column: str, value: str) -> str:
        found = _ANSWERS.get(bare(value) if value not in ("0", "1") else value)
        if found is None:
            self._fail(number, f'column "{column}": "{value[:40]}" is neither yes nor no', "Write yes or no")
        return found

    def _fail(self, line: int, message: str, remedy: str) -> NoReturn:
        place = f"{self.path}:{line}" if line else str(self.path)
        raise ListeningError(f"{place}: {message}.{f' {remedy}.' if remedy else ''}")


@cache
def _parsed(query: str) -> object:
    return parse(query)


@cache
def _no_brand(name: str) -> str:
    """Why a name cannot be a brand's; empty where it can."""
    if len(name) > _LONGEST_NAME:
        return f"it is longer than {_LONGEST_NAME} characters"
    try:
        from_names(name)
    except QueryError:
        return "there is no letter, digit or emoji in it"
    return ""


def _joined(cell: str) -> list[str]:
    return [name for name in _BETWEEN.split(cell.casefold()) if name]
