"""Explaining: what each part of a query stands for, which words of a text satisfy it, and why a text does not match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from listening.query.document import Document
from listening.query.facts import Facts
from listening.query.fields import FIELDS
from listening.query.plan import Marks
from listening.query.planner import Planner
from listening.query.term import Step, steps
from listening.query.tree import And, Around, Fact, Field, Link, Near, Node, Not, Or, Phrase, Word
from listening.query.words import Words

_HOLE = 1001  # words between title and text: more than any distance asked for here
_FAR = 1000  # words up to which the distance of what is too far apart is told
_SIGILS = {"#": "as a hashtag", "@": "as a handle", "$": "as a ticker"}


@dataclass(frozen=True, slots=True)
class Part:
    """One node of a query, explained."""

    query: str  # as it would be typed
    kind: str  # all, any, not, near, around, phrase, word, field, fact
    means: str  # in a few words
    holds: bool | None = None  # of the text; None where none was given
    words: tuple[str, ...] = ()  # of the text that satisfy it, as written
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A whole query, explained; `reasons` say why the text does not match."""

    root: Part
    reasons: tuple[str, ...] = ()


def explain(
    node: Node, title: str | None = None, text: str | None = None, facts: Facts | None = None, *, plurals: bool = True
) -> Explanation:
    """Explain a tree, and, where there is a title or text, what of it they satisfy."""
    reader = _Reader(title, text, facts, plurals)
    root = reader.part(node, "")
    return Explanation(root, () if root.holds is not False else tuple(dict.fromkeys(reader.reasons(node, ""))))


class _Reader:
    """Reads a tree beside one title and text. `side` is the field, title or text, that a node stands in."""

    def __init__(self, title: str | None, text: str | None, facts: Facts | None, plurals: bool) -> None:
        self.asked = title is not None or text is not None
        self.title, self.text, self.plurals = title or "", text or "", plurals
        self.planner = Planner()
        self.document = Document(Words(self.title), Words(self.text), _HOLE, facts)

    def part(self, node: Node, side: str) -> Part:
        kind, means, below = self.described(node)
        inner = node.name if isinstance(node, Field) else side
        parts = tuple(self.part(each, inner) for each in below)
        holds = self.holds(node, side) if self.asked else None
        return Part(str(node), kind, means, holds, self.found(node, side) if holds else (), parts)

    def described(self, node: Node) -> tuple[str, str, tuple[Node, ...]]:
        """Its kind, what it means, and the nodes below it."""
        match node:
            case And(nodes):
                return "all", "all of these", nodes
            case Or(nodes):
                return "any", "any of these", nodes
            case Not(part):
                return "not", "unless this occurs", (part,)
            case Near(nodes, links):
                return "near", "; ".join(_distance(link) for link in dict.fromkeys(links)), nodes
            case Field(name, part):
                return "field", f"in the {name} alone", (part,)
        return self.leaf(node)

    def leaf(self, node: Node) -> tuple[str, str, tuple[Node, ...]]:
        match node:
            case Fact(name, _):
                return "fact", FIELDS[name].help.partition(":")[0], ()
            case Around(words, distance, raw):
                means = f"any two at most {distance} apart, in any order: {self.forms(words, raw)}"
                return "around", means, ()
            case Phrase(words, raw):
                return "phrase", self.forms(words, raw), ()
            case Word(text, raw):
                return "word", self.forms((text,), raw), ()
        raise TypeError(node)

    def forms(self, words: tuple[str, ...], raw: bool) -> str:
        taken = [step for word in words for step in steps(word, self.plurals, raw)]
        return ", then ".join(map(_meaning, taken)) + (", in exactly this case and with these accents" if raw else "")

    def holds(self, node: Node, side: str) -> bool:
        return self.planner.plan(Field(side, node) if side else node, self.plurals).holds(self.document)

    def found(self, node: Node, side: str) -> tuple[str, ...]:
        """The words that satisfy it, each once."""
        marks = Marks()
        self.planner.plan(Field(side, node) if side else node, self.plurals).mark(self.document, marks)
        in_title, in_text = marks.spans(self.document)
        written = [self.title[start:end] for start, end in in_title] + [self.text[start:end] for start, end in in_text]
        return tuple(dict.fromkeys(written))

    def reasons(self, node: Node, side: str) -> Iterator[str]:
        """Why a node, which does not hold, does not: a sentence for each part at fault."""
        match node:
            case And(nodes):
                for part in nodes:
                    if not self.holds(part, side):
                        yield from self.reasons(part, side)
            case Or(nodes):
                for part in nodes:
                    yield from self.reasons(part, side)
            case Not(part):
                words = self.found(part, side)
                yield f"NOT takes it away: {part} occurs" + (f" as {_quoted(words)}" if words else "")
            case Field(name, part):
                if self.holds(part, ""):
                    yield f"{part} holds, but not in the {name} alone"
                else:
                    yield from self.reasons(part, name)
            case _:
                yield self.reason(node, side)

    def reason(self, node: Node, side: str) -> str:
        where = f" in the {side}" if side else ""
        missing = [part for part in _pieces(node) if not self.holds(part, side)]
        several = len(_pieces(node)) > 1
        why = f" does not occur{where}"
        if isinstance(node, Fact):
            why = " is not so, or not known of this text"
        elif several and missing:
            why = f" needs {', '.join(map(str, missing))}: not there{where}"
        elif several:
            why = f": all of it occurs{where}, but {self.apart(node, side)}"
        elif isinstance(node, Word | Phrase) and node.raw and self.holds(replace(node, raw=False), side):
            why = f": it occurs{where}, but not in this case or with these accents"
        return f"{node}{why}"

    def apart(self, node: Node, side: str) -> str:
        """Why what occurs is not near enough."""
        if isinstance(node, Phrase):
            return "not in this order and together"
        links = node.links if isinstance(node, Near) else ()
        if isinstance(node, Near) and len(links) == 1:
            for words in range(1, _FAR):
                if self.holds(replace(node, links=(replace(links[0], words=words),)), side):
                    return f"{words} words apart"
        return "not as near as that" + (" and in this order" if any(link.ordered for link in links) else "")


def _pieces(node: Node) -> tuple[Node, ...]:
    match node:
        case Near(nodes, _):
            return nodes
        case Phrase(words, raw) | Around(words, _, raw):
            return tuple(Word(word, raw) for word in words if steps(word))
    return (node,)


def _distance(link: Link) -> str:
    order = "in this order" if link.ordered else "in any order"
    return f"at most {link.words} {'word' if link.words == 1 else 'words'} apart, {order}"


def _meaning(step: Step) -> str:
    """What one step finds: "acme or acmes as a handle"."""
    found = [*sorted(step.forms), *(_wildcard(wildcard.low, wildcard.pattern) for wildcard in step.wildcards)]
    tail = [f"with {step.trail} after it"] if step.trail else []
    glue = [f"joined by {step.glue}"] if step.glue and step.glue.strip() else []
    lead = [_SIGILS[step.lead]] if step.lead else []
    return " ".join([" or ".join(found), *lead, *tail, *glue])


def _wildcard(low: str, pattern: str | None) -> str:
    return f"words that begin with {low}" + (" and go on as typed" if pattern else "")


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f'"{word}"' for word in words[:5])
