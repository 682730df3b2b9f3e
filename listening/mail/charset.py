"""The text in a mail's bytes, whatever its charset is said to be: bodies and encoded header words (RFC 2047)."""

from __future__ import annotations

import binascii
import codecs
import re

from listening.text import tidy

# Codecs that are no charset of mails: slow, or meant for source code.
_NO_CHARSETS = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"))
_MEANT = {"iso8859-1": "cp1252", "ascii": "utf-8"}  # what senders mean by these, as browsers do
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_ENCODED = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]{0,20})?\?([bq])\?([^?]*)\?=", re.I)
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^\s?]{1,60}\?[bq]\?)", re.I)


def decoded(raw: bytes, charset: str) -> str:
    """The text of `raw` in `charset`; where that is unknown or wrong, in the charset that it can be."""
    for name in (_codec(charset), "utf-8"):
        try:
            text = raw.decode(name)
            return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
        except (UnicodeError, LookupError):
            continue
    return raw.decode("cp1252", "replace")


def decoded_words(value: str) -> str:
    """A header's value as one line of text, its encoded words decoded."""
    if value.isascii() and value.isprintable() and "=?" not in value:
        return " ".join(value.split())
    value = decoded(value.encode("utf-8", "surrogateescape"), "utf-8")
    value = _BETWEEN.sub(r"\1", value)
    pieces: list[str] = []
    waiting, charset, at = b"", "", 0
    for match in _ENCODED.finditer(value):
        # Neighbours of one charset are decoded together: many programs cut words in the middle of a letter.
        if waiting and (match.start() > at or match[1].lower() != charset):
            pieces.append(decoded(waiting, charset))
            waiting = b""
        pieces.append(value[at : match.start()])
        waiting, charset, at = waiting + _bytes(match), match[1].lower(), match.end()
    pieces += [decoded(waiting, charset), value[at:]]
    return " ".join(tidy("".join(pieces)).split())


def _bytes(word: re.Match[str]) -> bytes:
    try:
        if word[2] in "qQ":
            return binascii.a2b_qp(word[3].encode(), header=True)
        return binascii.a2b_base64(word[3].encode() + b"==")
    except binascii.Error:
        return word[0].encode()


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if name in _NO_CHARSETS else _MEANT.get(name, name)
