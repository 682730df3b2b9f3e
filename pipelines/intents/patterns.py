"""What rules look for: phrases, and queries in the language of brands' queries, as patterns of words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from listening.errors import QueryError
from listening.query import And, Near, Node, Not, Or, Phrase, Word, parse
from pipelines.intents.sequence import Chain, Choice
from pipelines.line import words

_ANY = "\u01c2"  # a letter that nobody writes, in place of a *, which folding takes for punctuation
_COSTS = {  # how often words stand in texts, by which of them others are looked for beside; all others: 1
    **dict.fromkeys("the to i a my it and was of in is for on we you that this with have be not thisbrand".split(), 99),
    **dict.fromkeys(
        "are with his they from had but what all were when your can said there use each which she how their will other "
        "about out many then them these some her would make like him into time has look two more write see than been "
        "call who its now find long down day did get come made may part no me an or if at as by so do just now back "
        "thanks thank please great good love nice help need want never still really service customer told hours why "
        "should better change new know only got again very cant dont one people first could over too any".split(), 9,
    ),
}  # fmt: skip
_MOST_FORMS = 5_000  # phrases that the lists in one may come to


Chains = tuple[Chain, ...]  # of which one is wanted


@dataclass(frozen=True, slots=True)
class Pattern:
    """What to look for in a sentence: one of the `anchors` must occur; without `exact` they are all of it."""

    anchors: frozenset[str]
    exact: Chains = ()
    also: tuple[Chains, ...] = ()
    never: tuple[Chains, ...] = ()
    needs: tuple[frozenset[str], ...] = ()  # of each of these sets a word must be in the line, or `exact` finds nothing


def phrase(text: str, lists: Mapping[str, list[str]]) -> list[Pattern]:
    """The patterns of a phrase: its words in this order; a * begins or ends a word in any way, {name} is a list.

    Raises ValueError for one without words or with an unknown list.
    """
    return [_literal(found) for found in _forms(text, lists)]


def query(text: str, lists: Mapping[str, list[str]]) -> list[Pattern]:
    """The patterns of a query, in the language of brands' queries, asked of each sentence alone. Raises ValueError."""
    for name in set(re.findall(r"\{(\w+)\}", text)):
        text = text.replace(f"{{{name}}}", "(" + " OR ".join(f'"{form}"' for form in _list(name, lists)) + ")")
    try:
        tree = parse(text)
    except QueryError as error:
        raise ValueError(str(error)) from None
    return [_pattern(node) for node in (tree.nodes if isinstance(tree, Or) else (tree,))]


def _list(name: str, lists: Mapping[str, list[str]]) -> list[str]:
    if name not in lists:
        raise ValueError(f"there is no list {{{name}}}; there are: {', '.join(sorted(lists))}")
    if not lists[name]:
        raise ValueError(f"the list {{{name}}} is empty")
    return lists[name]


def _forms(text: str, lists: Mapping[str, list[str]]) -> list[str]:
    parts = re.split(r"\{(\w+)\}", text)
    choices = [_list(part, lists) if index % 2 else [part] for index, part in enumerate(parts)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > _MOST_FORMS:
        raise ValueError(f"{text!r} stands for {count:,} phrases; {_MOST_FORMS:,} are the most")
    return ["".join(form) for form in product(*choices)]


@lru_cache(maxsize=1 << 14)  # a rule's words are asked for several times
def _folded(text: str) -> Sequence[str]:
    if "*" not in text:
        return words(text)
    return [word.replace(_ANY, "*") for word in words(text.replace("*", _ANY))]


def _literal(text: str) -> Pattern:
    found = _folded(text)
    if not any(word.strip("*.!?") for word in found):
        raise ValueError(f"{text!r} holds no word to look for")
    joined = " ".join(found)
    if "*" not in joined[1:-1]:
        start, end = joined.startswith("*"), joined.endswith("*")
        return Pattern(frozenset({("" if start else " ") + joined.strip("*") + ("" if end else " ")}))
    return Pattern(frozenset({_anchor(found)}), (Chain([Choice([found])], []),))


def _anchor(found: Sequence[str]) -> str:
    """The longest stretch of a phrase without a *."""
    stretches = [part for part in re.split(r"\*", f" {' '.join(found)} ") if part.strip()]
    return max(stretches, key=lambda part: (max(map(len, part.split())), len(part)))


def _pattern(node: Node) -> Pattern:
    """A query's tree as a pattern: one part of it anchors, the others are looked for beside it."""
    if isinstance(node, Phrase | Word):
        return _literal(_typed(node))
    if isinstance(node, And):
        wanted = [part for part in node.nodes if not isinstance(part, Not)]
        never = [part.node for part in node.nodes if isinstance(part, Not)]
        anchored = min(wanted, key=_cost)
        return Pattern(
            _anchors(anchored), _compiled(anchored),
            tuple(_compiled(part) for part in wanted if part is not anchored), tuple(map(_compiled, never)),
            tuple(need for part in wanted for need in _needs(part)),
        )  # fmt: skip
    return Pattern(_anchors(node), _compiled(node), needs=tuple(_needs(node)))


def _needs(node: Node) -> Iterator[frozenset[str]]:
    """Sets of words of which one must occur."""
    if isinstance(node, Near):
        for part in node.nodes:
            yield from _needs(part)
    elif isinstance(node, Or | Word | Phrase):
        chosen = [_needed(part) for part in _terms(node)]
        if all(chosen):
            yield frozenset(word for word in chosen if word)


def _terms(node: Node) -> Iterator[Word | Phrase | Near]:
    if isinstance(node, Or):
        for part in node.nodes:
            yield from _terms(part)
    elif isinstance(node, Word | Phrase | Near):
        yield node


def _needed(term: Word | Phrase | Near) -> str:
    """The longest word of a term without a *; empty where there is none."""
    if isinstance(term, Near):
        return ""
    found = _folded(" ".join(term.words) if isinstance(term, Phrase) else term.text)
    return max((word for word in found if "*" not in word), key=len, default="")


def _compiled(node: Node) -> Chains:
    """What to look for word by word; every part of an OR for itself."""
    if isinstance(node, Or) and not all(isinstance(part, Word | Phrase) for part in node.nodes):
        return tuple(chain for part in node.nodes for chain in _compiled(part))
    if isinstance(node, Near):
        links = [(link.words, link.ordered) for link in node.links]
        return (Chain([_choice(part) for part in node.nodes], links),)
    return (Chain([_choice(node)], []),)


def _choice(node: Node) -> Choice:
    return Choice(_words_of(node))


def _words_of(node: Node) -> list[Sequence[str]]:
    match node:
        case Or(nodes):
            return [words for part in nodes for words in _words_of(part)]
        case Word() | Phrase():
            return [_folded(_typed(node))]
    raise ValueError(f"{node} is more than a rule can hold: take its parts apart into several queries")


def _typed(node: Word | Phrase) -> str:
    """What is looked for. Raises ValueError for what a brand's query may ask of words and a rule may not."""
    text = " ".join(node.words) if isinstance(node, Phrase) else node.text
    if node.raw or "?" in text:
        raise ValueError(f"{node} cannot be looked for: rules know neither raw: nor ?, only * for any letters")
    return text


def _cost(node: Node) -> int:
    """How often one of a node's anchors will stand in a text, in no unit."""
    return sum(min(_COSTS.get(word, 1) for word in anchor.split()) for anchor in _anchors(node))


def _anchors(node: Node) -> frozenset[str]:
    if isinstance(node, Or):
        return frozenset().union(*map(_anchors, node.nodes))
    if isinstance(node, Near):
        return _anchors(min(node.nodes, key=_cost))
    if isinstance(node, Word | Phrase):
        return frozenset({_anchor(_folded(_typed(node)))})
    raise ValueError(f"{node} is more than a rule can hold: take its parts apart into several queries")
