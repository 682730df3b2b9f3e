"""Searching all that is stored: `listening search`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import click
from rich.text import Text

from listening.cli.common import Asking, Moment, asked, console, moment, read_config, read_store
from listening.cli.mentions import printable
from listening.query import doubts
from listening.store import StoredPost

Spans = Sequence[tuple[int, int]]
_BEFORE, _AFTER = 60, 140  # characters shown around the first word found


@click.command(cls=Asking)
@click.argument("query")
@click.option("--since", type=Moment(), help="From then on: 7d, 12h, or a day.")
@click.option("--until", type=Moment(), help="Before then.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with the places of the words.")
@click.pass_context
def search(
    ctx: click.Context, query: str, since: datetime | timedelta | None, until: datetime | timedelta | None,
    limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Find stored posts, also those that mention no brand, newest first."""
    config = read_config(ctx)
    question = asked(query, config)
    if question is None:
        raise click.BadParameter("name what to look for", param_hint="QUERY")
    with read_store(config) as store:
        found = list(islice(store.search(question, moment(since, config), moment(until, config)), limit + 1))
    for each in found[:limit]:
        spans = each.hit.title_spans, each.hit.text_spans
        if as_json:
            click.echo(json.dumps(as_object(each.stored, *spans), ensure_ascii=False))
        else:
            console.print(excerpt(each.stored, *spans), soft_wrap=True)
    for note in doubts(question.node):
        click.echo(f"Note: {note}.", err=True)
    if not found:
        console.print("No stored post satisfies this query. Posts that mention no brand are let go after a while.")
    elif len(found) > limit and not as_json:
        console.print(f"\n[dim]The newest {limit}. --limit shows more.[/]")


def as_object(stored: StoredPost, title_spans: Spans, text_spans: Spans) -> dict[str, Any]:
    """A post found, as JSON holds it; spans are pairs of characters' places."""
    post = stored.post
    return {
        "post_id": stored.id, "date": stored.published, "source": stored.source, "url": post.url,
        "author": post.author.name if post.author else None, "title": post.title, "text": post.text,
        "title_spans": title_spans, "text_spans": text_spans,
    }  # fmt: skip


def excerpt(stored: StoredPost, title_spans: Spans, text_spans: Spans) -> Text:
    """One line: when, where, who, and what they wrote around the words that were found, which stand out."""
    post = stored.post
    line = Text(f"{stored.published[:10]} {printable(stored.source)} ", style="dim")
    line.append(f"{printable(post.author.name) if post.author else '-'}: ", style="dim")
    if post.title:
        line.append(_marked(post.title, title_spans)).append(" · ", style="dim")
    return line.append(_marked(post.text, text_spans))


def _marked(text: str, spans: Spans) -> Text:
    start = max(0, spans[0][0] - _BEFORE) if spans else 0
    end = start + _BEFORE + _AFTER
    marked = Text("…" if start else "", style="default")
    at = start
    for begin, stop in spans:
        if stop <= end:
            marked.append(printable(text[at:begin])).append(printable(text[begin:stop]), style="bold magenta")
            at = stop
    return marked.append(printable(text[at:end])).append("…" if end < len(text) else "")


COMMANDS = (search,)
