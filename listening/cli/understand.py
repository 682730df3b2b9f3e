"""What is understood of a typed text, with the words and rules behind each judgement: `listening understand`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape

from listening.cli.common import console, known, read_config, read_store
from listening.cli.mentions import printable
from listening.config import Brand, Config
from listening.post import Author, Entry, Evidence, Mention, Post
from pipelines.tongues import LANGUAGES
from pipelines.transformer import Transformer
from pipelines.understanding import Understanding


@click.command()
@click.argument("text")
@click.option("--brand", "names", multiple=True, help="Only this brand; any name where there is no config. Repeatable.")
@click.option("--title", default="", help="The post's title.")
@click.option("--followers", type=click.IntRange(0), help="How many its author has: counts for urgency.")
@click.option("--json", "as_json", is_flag=True, help="All figures, as one JSON object.")
@click.pass_context
def understand(
    ctx: click.Context, text: str, names: tuple[str, ...], title: str, followers: int | None, as_json: bool
) -> None:
    """Show what is understood of TEXT, and why: language, feeling toward each brand, intents, aspects, urgency."""
    config = _config(ctx, names)
    author = Author("you", followers=followers)
    entry = _understanding(config).entry(Post("typed", "1", "", text, title=title, author=author))
    if as_json:
        shown = {"language": entry.language, "document": entry.sentiment and asdict(entry.sentiment)}
        mentions = [{**asdict(mention), "urgency": _urgency(mention)} for mention in entry.mentions]
        click.echo(json.dumps({**shown, "mentions": mentions}, ensure_ascii=False))
        return
    if not entry.mentions:
        names_shown = ", ".join(brand.name for brand in config.brands)
        console.print(f"No brand is named in it; listened for: {escape(names_shown)}. --brand NAME names another.")
        return
    for line in _lines(entry, _by(config, entry.language)):
        console.print(line, soft_wrap=True)


def _config(ctx: click.Context, names: Sequence[str]) -> Config:
    """The config with the brands that are named, or with all; without a config folder, any names will do."""
    folder = Path(ctx.obj)
    if not all(name.strip() for name in names):
        raise click.BadParameter("a brand needs a name: --brand NAME")
    if not folder.is_dir():
        if not names:
            raise click.UsageError(f"there is no folder {folder}: name the brand with --brand NAME")
        return Config(folder=folder, brands=[Brand(name=name) for name in names])
    config = read_config(ctx)
    chosen = {known(name, "brand", [brand.name for brand in config.brands]) for name in names}
    return config.model_copy(update={"brands": [b for b in config.brands if not chosen or b.name in chosen]})


def _understanding(config: Config) -> Understanding:
    """As posts are understood that are gathered, with what was learnt from labels."""
    if not config.database.exists():
        return Understanding.of(config)
    with read_store(config) as store:
        return Understanding.of(config, models=store.models())


def _urgency(mention: Mention) -> dict[str, object]:
    return {"total": mention.urgency.total, "parts": dict(mention.urgency.parts)}


def _by(config: Config, language: str) -> str:
    """Whose figure that of a whole text in a language is."""
    model = Transformer.of(config)
    if model is not None and model.reads(language):
        return f"the compound of {model.folder.name}"
    if language in LANGUAGES:
        return f"the compound of the lexicon for {language}"
    return "vaderSentiment's compound"


def _lines(entry: Entry, by: str) -> Iterator[str]:
    yield f"language   {entry.language or 'nobody could tell'}"
    if entry.sentiment is not None:
        yield f"document   {entry.sentiment.compound:+.2f} ({escape(by)} of the whole text)"
    for mention in entry.mentions:
        yield f"\n[bold]{escape(printable(mention.brand))}[/]  named as {_quoted(mention.words)}"
        yield from _judgements(mention, entry.language)


def _judgements(mention: Mention, language: str) -> Iterator[str]:
    unscored = "not scored in this language" if language else "not scored, as nobody could tell the language"
    feels = unscored if mention.score is None else f"{mention.label} {mention.score:+.2f}"
    yield f"  feels    {feels}{_why(mention.why)}"
    for intent in mention.intents:
        yield f"  [bold]{escape(intent.name)}[/] {intent.confidence:.2f}{_why(intent.why)}"
    for aspect in mention.aspects:
        feeling = "" if aspect.score is None else f" {aspect.score:+.2f}"
        yield f"  about    {escape(aspect.name)}{feeling}, named by {_quoted(aspect.words)}"
    urgency = mention.urgency
    parts = " + ".join(f"{name} {points}" for name, points in urgency.parts).replace("+ -", "- ")
    most = ", of which 100 at most count" if sum(points for _, points in urgency.parts) > 100 else ""
    yield f"  urgency  {urgency.total} of 100{f' = {escape(parts)}{most}' if parts else ''}"


def _why(why: Sequence[Evidence]) -> str:
    shown = [f"{escape(each.rule)} {_quoted(each.words)}".rstrip() for each in why]
    return f"  [dim]because of[/] {'; '.join(shown)}" if shown else ""


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f'"{escape(printable(word))}"' for word in words)


COMMANDS = (understand,)
