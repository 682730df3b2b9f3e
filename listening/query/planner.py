"""The planner: from a query's tree to its plan, and to the anchors without which it cannot match."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import groupby

from listening.errors import QueryError
from listening.query.conditions import condition
from listening.query.line import line
from listening.query.plan import All, AnyWord, Chain, Choice, Known, Local, Plan, Side, Some, Without
from listening.query.proximity import Close, Gathered
from listening.query.term import Step, steps
from listening.query.tree import And, Around, Fact, Field, Near, Node, Not, Or, Phrase, Word
from listening.query.words import Kind, kind

_ENGLISH = """
    about after all also and any are back because been but can could did does from get going good had has have
    here him how into its just know like made make many more most much need never new not now off one only other
    our out over people really same see she should some still such than that the their them then there these
    they thing think this time too two very want was way well were what when where which while who why will with
    work would year you your
"""
_COMMON = frozenset(_ENGLISH.split())
_COMMON_BITS = 3.0  # a common word is taken to be in one post of eight, any other in one of
_LETTER_BITS, _SIGN_BITS = 1.5, 4.0  # two to the power of this per letter, or per Han, Kana or Thai character
_NAME_BITS = 6.0  # a word that a query writes with a capital is a name, which fewer posts have than its letters tell
_LONGEST = 12  # letters that count
_SIGNS = 4  # Han, Kana or Thai characters in a key; more would be found again and again where one is repeated


@dataclass(frozen=True, slots=True)
class Anchor:
    """A key in the line of each post that a plan, or a branch of it, can match; and keys of which one is there too."""

    key: bytes
    needs: frozenset[bytes] = frozenset()  # single words; empty where nothing else is known to be needed


@dataclass(frozen=True, slots=True)
class _Need:
    """Anchors of which one must be found; in words, where they can be said in words; and how often that may be so."""

    cost: float
    anchors: frozenset[Anchor]
    words: frozenset[str] = frozenset()


_NOTHING = _Need(0.0, frozenset())


class Planner:
    """Plans for many queries, which share their words. Plan all of them first, then ask for their anchors.

    `now` and `zone` say what the dates of stored queries mean.
    """

    def __init__(self, now: datetime | None = None, zone: tzinfo = UTC) -> None:
        self._now, self._zone = now, zone
        self._steps: dict[tuple[str, bool, bool], list[Step]] = {}
        self._same: dict[tuple[object, ...], Step] = {}  # steps are equal only to themselves
        self._chains: dict[tuple[Step, ...], Chain] = {}  # the same one is asked once of each document
        self._uses: Counter[str] = Counter()
        self._names: set[str] = set()

    def plan(self, node: Node, plurals: bool = True) -> Plan:  # noqa: PLR0911 - one for each kind of node
        """The plan of a tree. Raises QueryError for a word or a value that cannot be searched for."""
        match node:
            case Word(text, raw):
                return self._chain((text,), plurals, raw)
            case Phrase(words, raw):
                return self._chain(words, plurals, raw)
            case And(nodes):
                return All(sorted((self.plan(part, plurals) for part in nodes), key=_rank))
            case Or(nodes):
                return _choice([self.plan(part, plurals) for part in nodes])
            case Not(part):
                return Without(self.plan(part, plurals))
            case Near(nodes, links):
                return Close([self._operand(part, plurals) for part in nodes], links)
            case Around(words, distance, raw):
                each = dict.fromkeys(word for word in words if _searchable(word))
                return Gathered([self._chain((word,), plurals, raw) for word in each], distance)
            case Field(name, part):
                return _sided(self.plan(part, plurals), name)
            case Fact(name, _):
                return self._known(node)

    def anchors(self, plan: Plan) -> frozenset[Anchor]:
        """Anchors of which one at least is found in every post that this plan can match.

        Empty where the plan asks for nothing that must occur.
        """
        return _shortest(_first(self._needs(plan)).anchors)

    def _operand(self, node: Node, plurals: bool) -> Local:
        part = self.plan(node, plurals)
        if not isinstance(part, Local):
            raise QueryError(str(node), 0, "NEAR takes words, phrases, other NEARs, and ORs of these in parentheses")
        return part

    def _known(self, fact: Fact) -> Known:
        try:
            return Known(fact.name, condition(fact, self._now, self._zone))
        except ValueError as error:
            raise QueryError(str(fact), 0, str(error)) from None

    def _chain(self, words: Sequence[str], plurals: bool, raw: bool) -> Local:
        chain = [step for word in words for step in self._steps_of(word, plurals, raw)]
        if not chain:
            raise QueryError(" ".join(words), 0, "there is no letter, digit or emoji to search for")
        for step in chain:
            self._uses.update(step.folded)
        if words[0][:1].isupper():
            self._names |= chain[0].folded
        if len(chain) == 1 and chain[0].plain:
            return AnyWord(chain[0].forms)
        return self._chains.setdefault(tuple(chain), Chain(chain))

    def _steps_of(self, word: str, plurals: bool, raw: bool) -> list[Step]:
        known = self._steps.get((word, plurals, raw))
        if known is None:
            known = [self._same.setdefault(_content(step), step) for step in steps(word, plurals, raw)]
            self._steps[word, plurals, raw] = known
        return known

    def _needs(self, plan: Plan) -> list[_Need]:
        """All of what a plan needs."""
        match plan:
            case AnyWord():
                return [self._need(plan.words)]
            case Chain():
                return list(self._of_steps(plan.steps))
            case Side():
                return self._needs(plan.part)
            case All() | Close() | Gathered():
                return [need for part in plan.parts for need in self._needs(part)]
            case Some() | Choice():
                return _either([_first(self._needs(part)) for part in plan.parts])
        return []

    def _of_steps(self, chain: Sequence[Step]) -> Iterator[_Need]:
        for alone, run in groupby(chain, _is_sign):
            if alone:
                signs = [sign for step in run for sign in step.folded][:_SIGNS]
                yield _Need(2 ** -(_SIGN_BITS * len(signs)), frozenset({Anchor(line(" ".join(signs)))}))
                continue
            for step in run:
                starts = {wildcard.low for wildcard in step.wildcards}
                yield _of_starts(starts) if starts else self._need(step.folded)

    def _need(self, words: frozenset[str]) -> _Need:
        cost = sum(self._uses[word] * 2 ** -(_bits(word) + _NAME_BITS * (word in self._names)) for word in words)
        return _Need(cost, frozenset(Anchor(_key(word)) for word in words), words)


def _first(needs: Sequence[_Need]) -> _Need:
    """The rarest of needs that must all be met, made rarer by the second one."""
    if not needs:
        return _NOTHING
    best, *others = sorted(needs, key=lambda need: need.cost)
    second = next((need.words for need in others if need.words and need.words != best.words), None)
    if second is None:
        return best
    keys = frozenset(b" %b " % _key(word).split()[0] for word in second)
    return _Need(best.cost, frozenset(Anchor(each.key, each.needs or keys) for each in best.anchors), best.words)


def _shortest(anchors: frozenset[Anchor]) -> frozenset[Anchor]:
    """Without those of several words that are found only where fewer of these words already are."""
    alone = {anchor.key for anchor in anchors if not anchor.needs}
    return frozenset(anchor for anchor in anchors if alone.isdisjoint(_beginnings(anchor.key)))


def _beginnings(key: bytes) -> list[bytes]:
    words = key.split()
    return [b" %b " % b" ".join(words[:count]) for count in range(1, len(words))]


def _either(needs: Sequence[_Need]) -> list[_Need]:
    """The one need of at least one of these."""
    if not all(need.anchors for need in needs):
        return []
    anchors = frozenset(anchor for need in needs for anchor in need.anchors)
    words = frozenset(word for need in needs for word in need.words)
    return [
        _Need(sum(need.cost for need in needs), anchors, words if all(need.words for need in needs) else frozenset())
    ]


def _of_starts(starts: set[str]) -> _Need:
    cost = sum(2 ** -(_LETTER_BITS * (min(len(start), _LONGEST) - 1)) for start in starts)
    return _Need(cost, frozenset(Anchor(line(start).rstrip()) for start in starts))


def _key(word: str) -> bytes:
    return f" {word} ".encode() if word.isascii() else line(word)


def _content(step: Step) -> tuple[object, ...]:
    return step.forms, step.wildcards, step.glue, step.lead, step.trail, step.ends, step.raw


def _is_sign(step: Step) -> bool:
    return len(step.forms) == 1 and all(kind(form[0]) is Kind.SIGN for form in step.forms)


def _searchable(word: str) -> bool:
    return (word.isascii() and word.isalnum()) or bool(steps(word))


def _rank(plan: Plan) -> int:
    """What is asked first: facts, which cost little; then words; the language, which must be found out, last."""
    return (2 if plan.field == "lang" else 0) if isinstance(plan, Known) else 1


def _sided(plan: Plan, name: str) -> Plan:
    """The plan of which each word must stand on this side."""
    match plan:
        case Local():
            return Side(plan, name)
        case All():
            return All([_sided(part, name) for part in plan.parts])
        case Some():
            return Some([_sided(part, name) for part in plan.parts])
        case Without():
            return Without(_sided(plan.part, name))
    return plan


def _bits(word: str) -> float:
    return _COMMON_BITS if word in _COMMON else _LETTER_BITS * min(len(word), _LONGEST)


def _choice(parts: list[Plan]) -> Plan:
    """At least one of these, plain words taken together."""
    plain = [part for part in parts if isinstance(part, AnyWord)]
    rest = [part for part in parts if not isinstance(part, AnyWord)]
    if plain:
        rest.append(AnyWord(frozenset().union(*(part.words for part in plain))))
    if len(rest) == 1:
        return rest[0]
    found = [part for part in rest if isinstance(part, Local)]
    return Choice(found) if len(found) == len(rest) else Some(rest)
