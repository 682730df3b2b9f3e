"""The matcher: all queries at once against one post.

A first look runs one Aho-Corasick automaton over the post's line (see line.py). It looks for each query's anchors: some
words of which one must occur, mostly together with another one. Most posts hold none and are done; for the others only
those queries are asked in full whose anchors were found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from operator import itemgetter
from typing import NamedTuple

from listening.errors import QueryError
from listening.query.document import Document, Spans
from listening.query.facts import Facts
from listening.query.fields import FIELDS
from listening.query.glance import BORDER, LONGEST, Glance, TooManyError
from listening.query.line import ASCII, line, line_of_words
from listening.query.looks import Look, look
from listening.query.needles import Keys, Place
from listening.query.plan import Marks, Plan
from listening.query.planner import Anchor, Planner
from listening.query.tree import And, Around, Fact, Field, Near, Node, Not, Or, Phrase, Word
from listening.query.words import Words

_LONG = 4000  # characters of a text that is cut into words at once
_RANK = itemgetter(0)  # of what is found
_SHORT = 1000  # bytes of a line; in a longer one a set of its words is quicker to ask than the line itself


class Hit(NamedTuple):
    """A query that a post satisfies. Its spans (start, end) cut the words that did, at most 1,000, out of the text."""

    name: str
    title_spans: Spans
    text_spans: Spans


class Matcher:
    """Made by `compile`."""

    __slots__ = ("_alone", "_always", "_hole", "_keys", "_looks", "_names", "_needy", "_owners", "_plans", "_runs")

    def __init__(self, plans: Mapping[str, Plan], anchors: Mapping[str, frozenset[Anchor]], hole: int) -> None:
        self._names = tuple(plans)
        self._plans = tuple(plans.values())
        self._looks: dict[int, Look | None] = {}  # of the plans that were asked so far
        self._always = [number for number, name in enumerate(plans) if not anchors[name]]
        self._hole = hole  # words that must lie between title and text so that no proximity crosses it
        owners = _owners(anchors[name] for name in plans)
        self._owners = tuple(owners.values())
        self._runs = any(b" " in key.strip() for key in owners)  # anchors of several words, which have an order
        self._alone = [several[0] if len(several) == 1 else None for several in self._owners]
        self._needy = any(needs for several in self._owners for _, needs in several)
        self._keys = Keys(tuple(owners))

    def match(self, title: str, text: str, facts: Facts | None = None) -> list[Hit]:
        """The queries that this title and text, taken as one document, satisfy; in the order given to `compile`.

        Without `facts` no field but title: and text: is satisfied.
        """
        said = f"{title}{BORDER}{text}" if title else text
        plain = said.isascii()
        if not plain and len(text) > _LONG:
            return self._matched_long(title, text, facts)
        rough = f" {said} ".encode().translate(ASCII) if plain else line(said)
        if len(rough) > _LONG and not self._runs:
            rough = b" %b " % b" ".join(set(rough.split()))  # or a word that is there 50,000 times is found as often
        places = self._keys.find(rough)
        if not places and not self._always:
            return []
        numbers = self._candidates(places, rough)
        if not numbers:
            return []
        if plain and len(said) <= LONGEST:
            return self._glanced(numbers, Glance(title, text, facts, rough.decode()), title, text)
        return list(self._verified(numbers, Document(Words(title), Words(text), self._hole, facts)))

    def _matched_long(self, title: str, text: str, facts: Facts | None) -> list[Hit]:
        words = Words(text)
        rough = line(title) + line_of_words(words.raw if self._runs else set(words.raw))
        numbers = self._candidates(self._keys.find(rough), rough)
        return list(self._verified(numbers, Document(Words(title), words, self._hole, facts))) if numbers else []

    def _glanced(self, numbers: list[int], glance: Glance, title: str, text: str) -> list[Hit]:
        """As `_verified`, with a document only where a glance does not do."""
        document: Document | None = None
        hits: list[Hit] = []
        looks = self._looks
        for number in numbers:
            if number not in looks:
                looks[number] = look(self._plans[number])
            seen = looks[number]
            try:
                if seen is not None:
                    found = seen(glance)
                    if found is not None:
                        in_title, in_text = glance.spans(found)
                        hits.append(Hit(self._names[number], in_title, in_text))
                    continue
            except TooManyError:
                pass
            document = document or Document(Words(title), Words(text), self._hole, glance.facts)
            hits += self._verified([number], document)
        return hits

    def _candidates(self, places: Sequence[Place], rough: bytes) -> list[int]:
        if len(places) == 1 and not self._always:
            alone = self._alone[places[0][0]]
            if alone is not None and (not alone[1] or len(rough) <= _SHORT):
                return [alone[0]] if not alone[1] or _any_in(alone[1], rough) else []
        found: bytes | set[bytes] = rough
        if len(rough) > _SHORT and self._needy:
            found = {b" %b " % word for word in set(rough.split())}
        met = set(self._always)
        for rank in set(map(_RANK, places)):
            met.update(number for number, needs in self._owners[rank] if not needs or _any_in(needs, found))
        return sorted(met) if len(met) > 1 else list(met)

    def _verified(self, numbers: list[int], document: Document) -> Iterator[Hit]:
        for number in numbers:
            plan = self._plans[number]
            if plan.holds(document):
                marks = Marks()
                plan.mark(document, marks)
                yield Hit(self._names[number], *marks.spans(document))


def _owners(anchors: Iterable[Iterable[Anchor]]) -> dict[bytes, list[tuple[int, frozenset[bytes]]]]:
    """For each key the numbers of the queries whose anchor it is, and words of which one must be there, too, if any."""
    owners: defaultdict[bytes, dict[int, frozenset[bytes]]] = defaultdict(dict)
    for number, several in enumerate(anchors):
        for anchor in several:
            needs = owners[anchor.key].setdefault(number, anchor.needs)
            owners[anchor.key][number] = needs | anchor.needs if needs and anchor.needs else frozenset()
    return {key: list(numbers.items()) for key, numbers in owners.items()}


def _any_in(needs: frozenset[bytes], found: bytes | set[bytes]) -> bool:
    for need in needs:  # noqa: SIM110 - any() takes three times as long
        if need in found:
            return True
    return False


def compile(  # noqa: A001 - as in re.compile
    queries: Mapping[str, Node],
    *,
    plurals: bool | Mapping[str, bool] = True,
    stored: bool = False,
    now: datetime | None = None,
    zone: tzinfo = UTC,
) -> Matcher:
    """One matcher for all these queries, by name; with `plurals` plain words also find their simple English plurals.

    `plurals` may say so for each name. `stored` is as in `parse`; `now` is what ages such as 7d count back from, and
    `zone` is that of dates. Raises QueryError for a tree, made by hand, that asks for nothing that must occur or cannot
    be searched for.
    """
    planner = Planner(now, zone)
    plans = {
        name: planner.plan(node, plurals if isinstance(plurals, bool) else plurals.get(name, True))
        for name, node in queries.items()
    }
    for node in queries.values():
        if not stored and _broad(node):
            raise QueryError(str(node), 0, "a query needs something that must occur: NOT only takes away")
    anchors = {name: planner.anchors(plan) for name, plan in plans.items()}
    return Matcher(plans, anchors, max((_reach(node) for node in queries.values()), default=1))


def _reach(node: Node) -> int:
    """The most words that a proximity in this tree looks across; 1 where there is none."""
    match node:
        case And(nodes) | Or(nodes):
            return max(_reach(part) for part in nodes)
        case Not(part):
            return _reach(part)
        case Near(nodes, links):
            return max(*(link.words for link in links), *(_reach(part) for part in nodes))
        case Around(_, distance):
            return distance
        case Field(_, part):
            return _reach(part)
        case Word() | Phrase() | Fact():
            return 1


def _broad(node: Node) -> bool:
    """Whether a tree asks for nothing that must occur, or for nothing narrower than a language or a kind of post."""
    match node:
        case And(nodes):
            return all(map(_broad, nodes))
        case Or(nodes):
            return any(map(_broad, nodes))
        case Field(_, part):
            return _broad(part)
        case Fact(name, _):
            return not FIELDS[name].alone
    return isinstance(node, Not)
