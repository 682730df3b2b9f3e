"""Which brands a post speaks of, and with which words."""

from __future__ import annotations

from collections.abc import Sequence

from listening.config import Brand
from listening.post import Post, value
from listening.query import Node, PostFacts, from_names, parse
from listening.query import compile as compile_queries
from pipelines.language import detect

_SHOWN = 10  # words kept as evidence; more tell nobody more


@value
class Found:
    """One brand in one post: the spans of its words in the text, and all its words as written."""

    brand: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]  # in the text
    title_spans: tuple[tuple[int, int], ...] = ()


class Names:
    """All brands' queries, compiled into one matcher. A brand without a query is listened for by its names.

    `source` is the name of the source whose posts these are, for queries that ask for it.
    """

    def __init__(self, brands: Sequence[Brand], source: str = "") -> None:
        self.source = source
        self.matcher = compile_queries(
            {brand.name: tree(brand) for brand in brands}, plurals={brand.name: brand.plurals for brand in brands}
        )

    def find(self, post: Post) -> tuple[Found, ...]:
        """The brands whose query the author's own words satisfy, title and text together."""
        title, text = post.title, post.text
        return tuple(
            Found(hit.name, _words(title, hit.title_spans, text, hit.text_spans), hit.text_spans, hit.title_spans)
            for hit in self.matcher.match(title, text, PostFacts(post, self.source, detect))
        )


def tree(brand: Brand) -> Node:
    """What a brand is listened for by: its query, or else its names. Raises QueryError."""
    return parse(brand.query) if brand.query else from_names(brand.name, brand.aliases)


def _words(
    title: str, title_spans: Sequence[tuple[int, int]], text: str, text_spans: Sequence[tuple[int, int]]
) -> tuple[str, ...]:
    written = [title[start:end] for start, end in title_spans] + [text[start:end] for start, end in text_spans]
    return tuple(dict.fromkeys(written))[:_SHOWN]
