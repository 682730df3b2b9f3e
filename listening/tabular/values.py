"""What one cell of an export says: a text, a name, a number, an address, a language."""

from __future__ import annotations

import html
import re

from listening.text import Words, tidy, words

LONGEST = 1024 * 1024  # characters of one post's text
_BLOCKS = re.compile(r"<(?:p|br|div|li|tr|blockquote|h[1-6]|pre|table)\b[^<>]*>", re.I)
_INLINE = re.compile(r"</?(?:a|b|i|u|em|strong|span|font|img|ul|ol|script|style)\b[^<>]*>", re.I)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9a-f]{1,5});", re.I)
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_OF = re.compile(r"\s?(?:(?:/|out of|of|von|sur|de|su|van)\s?(5|10|100)\b|%)")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,6})?")
_COUNT = re.compile(r"(\d{1,15}|\d{1,3}(?:[., \u00a0\u202f']\d{3}){1,4})(?:[.,]0+)?")


def text(value: object, field: str) -> str:
    """A cell's text, as it stands. Raises ValueError for what is no single value."""
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        found = str(value)
        return found if found.isascii() else _SURROGATES.sub("\ufffd", found)
    raise ValueError(f"{field} is {'a list' if isinstance(value, list) else 'an object'}, not a single value")


def one_line(value: object, field: str, length: int) -> str:
    """A cell's text without markup characters, on one line of at most `length` characters."""
    found = text(value, field)[: length * 4]
    return " ".join((found if found.isprintable() else tidy(found)).split())[:length].rstrip()


def own_words(value: object, field: str) -> Words:
    """The words of a cell that holds plain text or HTML. Raises ValueError for a text that is too long."""
    raw = text(value, field)
    if len(raw) > LONGEST:
        raise ValueError(f"{field} is longer than {LONGEST:,} characters")
    if "<" in raw and _BLOCKS.search(raw):
        return words(raw)
    if "<" in raw and _INLINE.search(raw):
        return words(raw.replace("\n", "<br>"))
    return Words(tidy(html.unescape(raw) if "&" in raw and _ENTITY.search(raw) else raw))


def address(value: object) -> str:
    """A web address, or nothing: other schemes may run what they are given."""
    found = text(value, "url").strip()
    return found if re.fullmatch(r"https?://\S{1,2000}", found, re.I) else ""


def rating(value: object, most: float = 5.0) -> float | None:
    """A rating such as 4, "4,5", "8/10", "80 %" or "★★★★☆", in stars of 5; None where none can be read.

    Of how many a bare number tells says `most`.
    """
    if isinstance(value, bool):
        return None
    written = text(value, "rating")
    if stars := written.count("★") + written.count("⭐"):
        return float(stars)
    match = _NUMBER.search(written)
    if match is None or "-" in written[: match.start()]:
        return None
    found, of = float(match[0].replace(",", ".")), _OF.match(written, match.end())
    if of is not None:
        most = float(of[1] or 100)
    return found if most == 5 else round(found * 5 / most, 2)


def count(value: object, field: str) -> int | None:
    """A number of likes or views such as 12, "1,234" or "1.234"; None where none can be read."""
    match = _COUNT.fullmatch(text(value, field).strip())
    return int(re.sub(r"\D", "", match[1])) if match else None


def language(value: object) -> str:
    """A language code (BCP 47), or nothing where the cell says it in another way: then it is detected."""
    found = text(value, "language").strip()
    return found.replace("_", "-") if _LANGUAGE.fullmatch(found) else ""
