"""Trying a query out: `listening query explain`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape
from rich.tree import Tree

from listening.cli.common import Asking, console, known, read_config
from listening.cli.mentions import printable
from listening.errors import QueryError
from listening.post import Author, Post
from listening.query import Node, PostFacts, doubts, parse
from listening.query.explain import Explanation, Part, explain
from listening.query.fields import FIELDS, WORDS
from pipelines.intents import names as intents
from pipelines.language import detect
from pipelines.match import tree

_SIGNS = {True: "[green]✓[/] ", False: "[red]✗[/] ", None: ""}


_EXPLAIN = """Show what QUERY, or a brand's query, stands for; and which words of a text satisfy which part, or why not.

Terms: "a phrase", AND OR NOT ( ), a NEAR/5 b, ONEAR/5, "a b"~5, refund*, colo?r, raw:Apple, #tag, @handle; and fields:
{fields}.

\b
listening query explain 'acme NEAR/5 (anvil OR tools) -"acme of"' --text "Acme makes tools"
""".format(fields=", ".join(f"{name}:" for name in (*WORDS[:2], *FIELDS)))


@click.group("query")
def query() -> None:
    """Explain, try out and apply the queries of brands."""


@query.command("explain", cls=Asking, help=_EXPLAIN)
@click.argument("words", metavar="[QUERY]", required=False)
@click.option("--brand", default="", help="Explain this brand's query, as brands.toml has it.")
@click.option("--text", help="Also say what of this text satisfies which part, or why it does not match.")
@click.option("--title", help="And of this title.")
@click.option("--url", default="", help="Where the text stood, for site: and link:.")
@click.option("--author", default="", help="Who wrote it, for author:.")
@click.option("--stored", is_flag=True, help="A query for searching what is stored, with fields such as after:.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def explain_query(
    ctx: click.Context, words: str | None, brand: str, text: str | None, title: str | None, url: str, author: str,
    stored: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show what a query stands for, and what of a text satisfies it."""
    try:
        node, plurals = _asked(ctx, words, brand, stored)
    except QueryError as error:
        if not as_json:
            raise
        click.echo(json.dumps({"error": error.message, "position": error.position, "query": error.query}))
        ctx.exit(1)
    post = Post("", "", url, text or "", title=title or "", author=Author(author) if author else None)
    explained = explain(node, title, text, PostFacts(post, "", detect), plurals=plurals)
    if as_json:
        click.echo(json.dumps({"query": str(node), "notes": doubts(node), **asdict(explained)}, ensure_ascii=False))
    else:
        _print(explained)
        for note in doubts(node):
            console.print(f"\n[yellow]Note:[/] {escape(printable(note))}.")


def _asked(ctx: click.Context, words: str | None, brand: str, stored: bool) -> tuple[Node, bool]:
    if (words is None) is not bool(brand):
        raise click.UsageError("give a query, or --brand with a brand's name")
    if words is not None:
        return parse(words, stored, intents(Path(ctx.obj))), True
    config = read_config(ctx)
    name = known(brand, "brand", [each.name for each in config.brands])
    found = next(each for each in config.brands if each.name == name)
    return tree(found), found.plurals


def _print(explained: Explanation) -> None:
    console.print(_drawn(explained.root, None))
    if explained.root.holds:
        words = _quoted(explained.root.words)
        console.print(f"\n[green]It matches[/]{', by ' + words if words else ''}.")
    elif explained.root.holds is False:
        console.print("\n[red]It does not match:[/]")
        for reason in explained.reasons:
            console.print(f"  {escape(printable(reason))}")


def _drawn(part: Part, above: Tree | None) -> Tree:
    name = part.means if part.kind in {"all", "any"} else "not" if part.kind == "not" else part.query
    means = "" if part.kind in {"all", "any", "not"} else f"  [dim]{escape(printable(part.means))}[/]"
    words = f"  {_quoted(part.words)}" if part.words and not part.parts else ""
    line = f"{_SIGNS[part.holds]}{escape(printable(name))}{means}{words}"
    drawn = Tree(line) if above is None else above.add(line)
    for each in part.parts:
        _drawn(each, drawn)
    return drawn


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f'[bold]"{escape(printable(word))}"[/]' for word in words[:10])
