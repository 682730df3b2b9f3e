"""The query language: `parse` what a person typed, `compile` all queries into one matcher, `match` posts."""

from listening.query.doubts import doubts
from listening.query.facts import Facts, PostFacts
from listening.query.match import Hit, Matcher, compile  # noqa: A004 - as in re.compile
from listening.query.names import from_names
from listening.query.parse import parse
from listening.query.tree import And, Around, Fact, Field, Link, Near, Node, Not, Or, Phrase, Word

__all__ = [
    "And",
    "Around",
    "Fact",
    "Facts",
    "Field",
    "Hit",
    "Link",
    "Matcher",
    "Near",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "PostFacts",
    "Word",
    "compile",
    "doubts",
    "from_names",
    "parse",
]
