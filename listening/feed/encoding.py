"""From a feed's bytes to its characters, whatever it says of its encoding: readable, or refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from listening.feed.model import Unreadable

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
_BESIDE_ASCII = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"), (b"{\x00", "utf-16-le"), (b"\x00{", "utf-16-be"))
_UTF = re.compile("utf-?(?:8|16|32)")
_BAD = re.compile("[\udc80-\udcff]+")  # bytes that are no UTF-8, as `surrogateescape` keeps them
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_SEVERAL_BYTES = frozenset("gb18030 big5hkscs cp932 euc_jp iso2022_jp cp949 hz".split())
_WEST = "cp1252"
_HIGH = re.compile(rb"[\x80-\xff]+")
_LANGUAGE = re.compile(rb"<(?:dc:)?language>\s*([a-z]{2,3})|xml:lang=[\"']([a-z]{2,3})", re.I)

# What people who write a language used before UTF-8: https://encoding.spec.whatwg.org/ and HTML, 13.2.3.2
_LEGACY = {
    language: encodings
    for languages, encodings in {
        "bg ru sr uk be mk kk": ("cp1251",),
        "cs hr hu pl ro sk sl bs": ("cp1250",),
        "el": ("cp1253",),
        "tr az": ("cp1254",),
        "he": ("cp1255",),
        "ar fa ur": ("cp1256",),
        "et lt lv": ("cp1257",),
        "vi": ("cp1258",),
        "th": ("cp874",),
        "ja": ("euc_jp", "cp932"),
        "ko": ("cp949",),
        "zh": ("gb18030", "big5"),
    }.items()
    for language in languages.split()
}


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a feed, without the characters that XML and JSON do not allow.

    A byte order mark is believed first, then bytes that can only be UTF-8, then `content_type` and the XML declaration,
    then the language that the feed is in. A few wrong bytes in UTF-8 are read as Windows-1252. Raises Unreadable where
    any reading would be a guess.
    """
    text = _CONTROLS.sub("", _decode(body, content_type)).strip()
    if not text:
        raise Unreadable("it is empty")
    return text


def _decode(body: bytes, content_type: str) -> str:
    encoding, mark = read_bom(body)
    if encoding is not None and mark is not None:
        rest = body[len(mark) :]
        return _mended(_utf8(rest)) if encoding == "utf-8" else rest.decode(encoding, "replace")
    for start, encoding in _BESIDE_ASCII:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    declared = _declared(body, content_type)
    text = _utf8(body)
    bad = len(_BAD.findall(text))
    good = len(_BEYOND_ASCII.findall(text)) - bad
    if bad or good < 4:  # a few bytes of an older encoding can look like UTF-8, and its seven-bit forms do
        asian = [name for name in declared if name in _SEVERAL_BYTES]
        if (found := _strict(body, asian)) is not None:
            return found
    return _mended(text) if bad * 2 <= good else _before_utf8(body, declared)


def _declared(body: bytes, content_type: str) -> list[str]:
    """The encodings that the feed is said to be in, the likelier first."""
    http = resolve_encoding(http_content_type_encoding(content_type) or "")
    xml = resolve_encoding(html_body_declared_encoding(body[:1024]) or "")
    names = [name for name in (http, xml) if name and not _UTF.match(name)]
    # Servers say Latin-1 of everything where nobody told them better.
    return names[::-1] if names[:1] == [_WEST] else names


def _utf8(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _mended(text: str) -> str:
    """Bytes that were no UTF-8 read as Windows-1252, the one that people mix in."""
    return _BAD.sub(lambda run: run[0].encode("utf-8", "surrogateescape").decode(_WEST, "replace"), text)


def _before_utf8(body: bytes, declared: list[str]) -> str:
    """As declared, where that is plausible; else by what the feed's language was written in."""
    western = _is_western(body)
    match = _LANGUAGE.search(body)
    language = (match[1] or match[2]).decode().lower() if match else ""
    names = [name for name in declared if name != _WEST or western]
    text = _strict(body, [*names, *_LEGACY.get(language[:2], ())])
    if text is None and not western:
        raise Unreadable("its characters cannot be told: it is not in the encoding that it names")
    return _mended(_utf8(body)) if text is None else text


def _strict(body: bytes, encodings: Sequence[str]) -> str | None:
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return None


def _is_western(body: bytes) -> bool:
    """Whether letters beyond ASCII stand alone, as accents do; Cyrillic, Greek or Chinese words are made of them."""
    runs = [len(run) for run in _HIGH.findall(body)]
    return sum(length for length in runs if length > 2) <= max(8, sum(runs) // 2)
