"""From the bytes of a mail to a post: who wrote when, in which thread, and what in the author's own words.

The standard library's older header rules are used, and headers are decoded here: its newer ones raise on much of what
is sent, and read 290 mails a second where these read 4,000.
"""

from __future__ import annotations

import email
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from typing import Any

from listening.dates import Dates
from listening.mail.charset import decoded, decoded_words
from listening.mail.reply import own_words
from listening.post import Author, Post, PostKind, Quote, Thread
from listening.tabular.identity import identity, key
from listening.text import Words, words

_TEXT = 1024 * 1024  # characters of one post
_HEADER, _TITLE, _NAME = 8000, 500, 200
_DEPTH = 30  # parts within parts
_PARTS, _HEADERS = 5000, 50_000
_FIELD = re.compile(rb"\n[!-9;-~]{1,80}:")
_SIGNATURES = (
    ".gmail_signature, .gmail_signature_prefix, .moz-signature, .protonmail_signature_block, #Signature, "
    "#ms-outlook-mobile-signature, .yahoo-signature"
)
_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
_NAMED = re.compile(r"([^<>]*)<\s*([^<>\s]+@[^<>\s]+)\s*>")
_BARE = re.compile(r"([^\s<>()\",;:]+@[^\s<>()\",;:]+)\s*(?:\(([^()]*)\))?")
_ARCHIVED = re.compile(r"(\S+) at (\S+\.\w+)\s+\((.*)\)")  # as Mailman hides addresses
_ANSWER = re.compile(r"(?:\s*(?:re|aw|antw|fwd?|wg|tr|rv|sv|vs|rif|res|enc)\s?(?:\[\d+\])?\s?:)+\s*", re.I)
_AUTOMATIC = re.compile(
    r"\s*(?:automatic reply|automatische antwort|réponse automatique|respuesta automática|risposta automatica"
    r"|out of office|abwesenheitsnotiz|abwesend)\b",
    re.I,
)
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*(?:,|$)")


class _Lenient(Compat32):
    """Headers as they came, cut to what can be parsed in reasonable time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 - the base class's
        return value


_POLICY = _Lenient()


def read_mail(raw: bytes, platform: str, route: str, kind: PostKind = "email") -> Post:
    """The post that a mail is: its author's own words, quotes and signature apart.

    `platform` issued its id, which is its Message-ID; `route` says how it was read. Raises ValueError with the reason
    where it is none: no text, not from a person, not readable.
    """
    if raw.count(b"\n--") > _PARTS or (len(raw) > _HEADERS and sum(1 for _ in _FIELD.finditer(raw)) > _HEADERS):
        raise ValueError("it has more parts or headers than a person's mail")  # each would take a kilobyte of memory
    try:
        return _post(email.message_from_bytes(raw, policy=_POLICY), platform, route, kind)
    except (RecursionError, MessageError, LookupError, AttributeError, TypeError) as error:
        # The parser's own mistakes over malformed mails; each has been reported against it in one form or another.
        raise ValueError(f"it cannot be read as a mail ({type(error).__name__})") from None


def _post(message: Message[Any, Any], platform: str, route: str, kind: PostKind) -> Post:
    if all(message.get(name) is None for name in ("From", "Sender", "Date", "Message-ID", "Subject")):
        raise ValueError("it has no mail headers")
    if reason := _machine(message):
        raise ValueError(reason)
    said = _body(message)
    if not said.text:
        raise ValueError("nothing but quotes and signatures" if said.quotes else "it has no readable text")
    if len(said.text) > _TEXT:
        raise ValueError(f"its text is longer than {_TEXT:,} characters")
    title, author, published = _line(message, "Subject")[:_TITLE], _author(message), _date(message)
    own_id = key(_message_id(message)) or identity(author, published, title, said.text)
    before = _ID.findall(_line(message, "References"))
    answered = key(next(iter(_ID.findall(_line(message, "In-Reply-To")) or before[-1:]), ""))
    return Post(
        platform=platform,
        id=own_id,
        url="",
        text=said.text,
        published=published,
        author=author,
        kind=kind,
        title=title,
        thread=Thread(key(before[0]) if before else answered or own_id, _ANSWER.sub("", title, count=1)),
        reply_to=answered,
        position=None if answered else 1,
        channel=_ID.sub("", _line(message, "List-Id")).strip(' "')[:_NAME],
        quotes=said.quotes,
        language=match[1] if (match := _LANGUAGE.match(_line(message, "Content-Language"))) else "",
        route=route,
    )


def _line(message: Message[Any, Any], name: str) -> str:
    """A header as one line of text, empty where there is none."""
    return decoded_words(str(message.get(name) or ""))


def _machine(message: Message[Any, Any]) -> str:
    """Why a mail was not written by a person; empty where nothing says so."""
    if message.get_content_type() == "multipart/report" or "mailer-daemon@" in _line(message, "From").lower():
        return "a delivery report, not a customer"
    submitted = _line(message, "Auto-Submitted").lower().strip()
    precedence = _line(message, "Precedence").lower().strip()
    listed = message.get("List-Id") or message.get("List-Post")
    if (
        (submitted and not submitted.startswith("no"))
        or any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autogenerated"))
        or precedence == "auto_reply"
        or (precedence in ("bulk", "junk") and not listed)
        or _AUTOMATIC.match(_line(message, "Subject"))
    ):
        return "automatic reply, not a customer"
    return ""


def _message_id(message: Message[Any, Any]) -> str:
    """What a mail is called, even where the brackets are missing; empty where it has no name."""
    written = _line(message, "Message-ID")
    return next(iter(_ID.findall(written) or written.split()), "")


def _author(message: Message[Any, Any]) -> Author | None:
    # Addresses are found before names are decoded: a decoded name may hold commas and brackets.
    written = " ".join(str(message.get("From") or message.get("Sender") or "").split())
    if match := _NAMED.match(written):
        name, address = match[1], match[2]
    elif match := _ARCHIVED.fullmatch(written):
        name, address = match[3], f"{match[1]}@{match[2]}"
    elif match := _BARE.search(written):
        name, address = match[2] or "", match[1]
    else:
        name, address = written, ""
    address = decoded_words(address).lower()[:_NAME]
    name = decoded_words(name.strip(" \"'").replace('\\"', '"')).strip(" \"'")[:_NAME]
    return Author(name or address, address) if name or address else None


def _date(message: Message[Any, Any]) -> datetime | None:
    """When a mail was sent, or else when it first arrived; None where neither can be read."""
    for written in (_line(message, "Date"), _line(message, "Received").rpartition(";")[2].strip()):
        moment = _moment(written[:_NAME])
        if moment and 1970 < moment.year < 2200:
            return moment
    return None


def _moment(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        with suppress(ValueError):
            return Dates().read(written)
    return None


def _body(part: Message[Any, Any], depth: int = 0) -> Words:
    """The own words of a part and of the parts in it; attachments have none."""
    kind = part.get_content_type()
    if depth > _DEPTH or part.get_content_disposition() == "attachment":
        return Words("")
    if part.is_multipart():
        parts: list[Any] = list(part.get_payload()) if kind.startswith("multipart/") else []
        if kind == "multipart/alternative":
            parts = sorted(parts, key=lambda one: one.get_content_type() != "text/plain")
        found = (_body(one, depth + 1) for one in parts)
        if kind in ("multipart/alternative", "multipart/related"):
            return next((said for said in found if said.text or said.quotes), Words(""))
        return _joined(list(found))
    if part.get_filename() or not (kind in ("text/plain", "text/html") or kind.startswith("multipart/")):
        return Words("")
    payload = part.get_payload(decode=True)
    text = decoded(payload if isinstance(payload, bytes) else b"", part.get_content_charset() or "")
    if kind != "text/html":
        return own_words(text)
    said = words(text[: 2 * _TEXT], skip=_SIGNATURES)
    return own_words(said.text, said.quotes)


def _joined(said: Sequence[Words]) -> Words:
    quotes: tuple[Quote, ...] = sum((one.quotes for one in said), ())
    return Words("\n\n".join(one.text for one in said if one.text), quotes)
