"""A digest as a mail: HTML that mail programs show alike, its plain-text twin, pictures within, and the table."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from io import BytesIO
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from listening.digest.extract import Extract
from listening.digest.letter import Letter, Mailed, sentence
from listening.digest.picture import feelings, volume
from listening.export import write_csv
from listening.insight.headline import Figure
from listening.store import Count, Scope, Store
from listening.store.voices import moments

_TILES = {"mentions": "Mentions", "net": "Net sentiment", "voice": "Share of voice", "open": "Open complaints",
          "wait": "First answer"}  # fmt: skip
Told = tuple[str, dict[str, Any], dict[str, bytes]]  # the template, what it is told, and its pictures
_TOP = {"newest": "The newest", "urgent": "The most urgent", "negative": "The most negative"}
_MOST_ROWS = 20_000  # in a table attached: mail servers refuse large mails


@cache
def _templates() -> Environment:
    loader = PackageLoader("listening.digest")
    return Environment(
        loader=loader, autoescape=select_autoescape(["html"]), undefined=StrictUndefined, trim_blocks=True
    )


@dataclass(frozen=True, slots=True)
class Attached:
    """The table that comes along: its first rows, where there are more than mail servers take."""

    data: bytes
    rows: int
    total: int

    @property
    def says(self) -> str:
        """One sentence for the mail."""
        if not self.total:
            return "The table attached is empty."
        if self.rows < self.total:
            return (
                f"The newest {self.rows:,} of {self.total:,} mentions are in the table attached: it ends there, as "
                "mail servers refuse larger ones. The desk gives you all of them as CSV."
            )
        return f"All {self.total:,} mentions are in the table attached, copies included: its column copy_of tells them."


def table(store: Store, letter: Mailed, scope: Scope, most: int = _MOST_ROWS) -> Attached:
    """The mentions of a digest's days as CSV, the newest first, copies included."""
    where, until = replace(letter.mentions, fold=False), moments(store.calendar(), letter.days)[1]
    target = BytesIO()
    rows = write_csv(store.rows(where, now=until, scope=scope, limit=most), target)
    total = store.count(where, cap=10_000_000, scope=scope).mentions if rows == most else rows
    return Attached(target.getvalue(), rows, total)


def foretold(store: Store, letter: Mailed, scope: Scope, most: int = _MOST_ROWS) -> Attached:
    """What a table would say of itself, without its rows: for whoever only looks at a digest."""
    total = store.count(replace(letter.mentions, fold=False), cap=10_000_000, scope=scope).mentions
    return Attached(b"", min(most, total), total)


def pages(letter: Letter | Extract, zone: str, attached: Attached | None = None) -> tuple[str, str, dict[str, bytes]]:
    """The HTML, the plain text, and the pictures by their content ids."""
    name, told, pictures = _of_view(letter) if isinstance(letter, Extract) else _of_brand(letter)
    told |= {
        "letter": letter, "pictures": {name: f"{name}@listening" for name in pictures}, "zone": zone,
        "attached": attached.says if attached else "",
    }  # fmt: skip
    html, text = (_templates().get_template(f"{name}.{kind}").render(told) for kind in ("html", "txt"))
    return html, _printable(text), {f"{name}@listening": data for name, data in pictures.items()}


def _of_view(letter: Extract) -> Told:
    told = {"alt": _alt(letter.course), "tiles": _counts(letter), "top": _TOP[letter.order]}
    return "view", told, _volume([count for _, count in letter.course])


def _of_brand(letter: Letter) -> Told:
    course = letter.overview.course
    counts = [day.count for day in course]
    unfinished = next((at for at, day in enumerate(course) if day.unfinished), -1)
    pictures = _volume(counts, unfinished)
    for at, part in enumerate(letter.overview.aspects[:8], start=1):
        pictures[f"aspect{at}"] = feelings(part.count)
    told: dict[str, Any] = {
        "sentence": sentence, "tiles": [_tile(each) for each in letter.overview.figures.values()],
        "alt": _alt([(day.day, day.count) for day in course]), "coverage": _coverage(letter),
        "lists": [("New complaints", letter.complaints), ("Best quotes", letter.praise), ("Ideas", letter.ideas),
                  ("Opportunities", letter.opportunities)],
    }  # fmt: skip
    return "letter", told, pictures


def _volume(days: Sequence[Count], unfinished: int = -1) -> dict[str, bytes]:
    """The chart of several days: of one it would be a block of colour."""
    return {"volume": volume(days, unfinished)} if len(days) > 1 else {}


def _alt(course: Sequence[tuple[str, Count]]) -> str:
    return "; ".join(f"{day}: {count.mentions:,}" for day, count in course[-31:])


def _counts(letter: Extract) -> list[tuple[str, str, str]]:
    count = letter.count
    before = "" if letter.before is None else f"{letter.before:,} before"
    tiles = [("Mentions", f"{count.mentions:,}", before), ("Still open", f"{letter.open:,}", "")]
    return tiles + [(name.capitalize(), f"{number:,}", "") for name, number in count.feelings.items()]


def message(
    store: Store, letter: Letter | Extract, sender: str, reader: str, ident: str, scope: Scope, *, csv: bool
) -> EmailMessage:
    """The whole mail; `ident` makes its Message-ID, by which a mail that comes twice is known."""
    attached = table(store, letter, scope) if csv else None
    html, text, pictures = pages(letter, store.calendar().name, attached)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _line(letter.subject)
    mail["From"] = Address("listening", addr_spec=sender)
    mail["To"] = Address(addr_spec=reader)
    mail["Date"] = format_datetime(moments(store.calendar(), letter.days)[1])
    mail["Message-ID"] = f"<{ident}@{sender.partition('@')[2] or 'listening'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    body = mail.get_payload()[1]  # type: ignore[index]
    for name, data in pictures.items():
        body.add_related(data, "image", "png", cid=f"<{name}>", disposition="inline", filename=f"{name[:-10]}.png")  # type: ignore[union-attr]
    if attached:
        name = f"mentions-{letter.days.first}-{letter.days.last}.csv"
        mail.add_attachment(attached.data, "text", "csv", filename=name)
    return mail


def _tile(figure: Figure) -> tuple[str, str, str]:
    title, value = _TILES[figure.name], figure.value
    if value is None:
        return title, "-", ""
    shown = {"net": f"{value:+.2f}", "voice": f"{value:.0%}", "wait": _hours(value)}.get(figure.name, f"{value:,.0f}")
    if figure.change is None:
        return title, shown, ""
    by = f"{figure.change:+.0%}" if figure.name not in ("net", "voice") else (
        f"{figure.change:+.2f}" if figure.name == "net" else f"{100 * figure.change:+.0f} points"
    )  # fmt: skip
    return title, shown, by if figure.real else f"{by}, within chance"


def _hours(value: float) -> str:
    return f"{value * 60:.0f} min" if value < 1 else f"{value:.1f} h" if value < 48 else f"{value / 24:.1f} days"


def alone(html: str, pictures: dict[str, bytes]) -> str:
    """The page with its pictures inside, for a browser."""
    for name, data in pictures.items():
        html = html.replace(f"cid:{name}", f"data:image/png;base64,{b64encode(data).decode()}")
    return html


def _coverage(letter: Letter) -> str:
    told = letter.coverage
    well = len(told.sources) - len(told.gaps)
    read = f"; {told.found:,} of {told.expected:,} announced posts were read" if told.expected else ""
    return f"{well} of {len(told.sources)} sources are well, {len(told.sites)} sites brought mentions{read}."


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def _printable(text: str) -> str:
    return "".join(c for c in text if c in "\n\t" or c.isprintable())
