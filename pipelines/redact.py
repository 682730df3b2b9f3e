"""Redaction: card numbers, and where it is asked for e-mail addresses and phone numbers, never reach the database.

Card numbers always go: nobody may keep them (PCI DSS), and nobody needs them to answer. Addresses and phone numbers
stay unless a source says `redact = true`, for a care team calls people back by them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from listening.post import Post, Quote, Reject

CARD, MAIL, PHONE = "[card number]", "[e-mail address]", "[phone number]"
_CARD = re.compile(r"(?<![\w+.,/=&-])[2-6](?:[ -]?[0-9]){12,18}(?![\w/=&-]|[.,]\d)")
# Visa, Mastercard, American Express, Diners, Discover and others, by their first digits and length.
_ISSUED = re.compile(r"(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|6\d{15,18})")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[a-z]{2,24}(?![\w-])", re.I)
# International, or in groups as people write them; dates, prices, versions and times have other shapes.
_PHONE = re.compile(
    r"(?<![\w+.,/#:=&-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}[ ./-]?(?:\(0?\d{0,5}\)[ ./-]?)?\d{1,5}(?:[ ./-]?\d{2,5}){1,5}"  # +49 30 1234567
    r"|\(\d{2,5}\)[ ./-]?\d{2,5}(?:[ ./-]?\d{2,5}){1,3}"  # (030) 123 456
    r"|\d{3}[ .-]\d{3}[ .-]\d{4}"  # 555-123-4567
    r"|0\d{1,4}[ /-]\d{3,5}(?:[ -]?\d{2,5}){0,3}"  # 030 1234567, 0151/1234567
    r")(?![\w/=&-]|[.,:]\d)"
)
_FEWEST, _MOST = 7, 15  # digits of a phone number (ITU-T E.164 allows up to 15)


class Redaction:
    """Takes out of posts what must not be kept; `personal` also addresses and phone numbers."""

    def __init__(self, *, personal: bool = False) -> None:
        self.personal = personal

    def text(self, text: str) -> str:
        """A text in which numbers and addresses are named instead of written."""
        if self.personal and "@" in text:
            text = _MAIL.sub(MAIL, text)
        if sum(map(text.count, "0123456789")) < _FEWEST:
            return text
        text = _CARD.sub(_card, text)
        return _PHONE.sub(_phone, text) if self.personal else text

    def post(self, post: Post) -> Post:
        """A post as it may be stored."""
        title, text = self.text(post.title), self.text(post.text)
        quotes = tuple(Quote(self.text(quote.text), quote.author) for quote in post.quotes)
        if (title, text, quotes) == (post.title, post.text, post.quotes):
            return post
        return replace(post, title=title, text=text, quotes=quotes)

    def reject(self, reject: Reject) -> Reject:
        """What could not be read, as it may be kept aside."""
        raw = self.text(reject.raw)
        return reject if raw == reject.raw else replace(reject, raw=raw)


def _card(found: re.Match[str]) -> str:
    number = "".join(filter(str.isdigit, found[0]))
    return CARD if _ISSUED.fullmatch(number) and _luhn([int(digit) for digit in number]) else found[0]


def _luhn(digits: list[int]) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _phone(found: re.Match[str]) -> str:
    return PHONE if _FEWEST <= sum(map(str.isdigit, found[0])) <= _MOST else found[0]
