"""From the plain text of a mail to its author's own words: quotes, signatures and legal notices apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from listening.post import Quote
from listening.text import Words, tidy

_QUOTES = 200  # of one mail; more are left out
_LINE = 400  # characters; what introduces a quote is not longer
_SHORT = 100
_SIGNATURE = 12  # lines
_GAP = 4  # lines, the last of which goes on with a quote
_QUOTED = re.compile(r" {0,2}(?:>|&gt;)")
_MARKS = re.compile(r"(?: ?(?:>|&gt;))+ ?")

_VERBS = r"(?:wrote|schrieb|a écrit|escribi[óo]|ha scritto|schreef|escreveu|skrev)"
_VERB = re.compile(rf"\b{_VERBS}\b", re.I)
_OPENING = re.compile(r"\W{0,3}(?:on|am|le|el|il|op|em|den|\d{1,4}[-./]\d{1,2}[-./]\d{1,4})\b", re.I)
_WITHOUT_VERB = re.compile(r" ?\d{4}-\d\d-\d\d \d\d?:\d\d .{0,200}<\S+@\S+>:")
_OWN_TALE = re.compile(
    rf"\b(?:I|we|they|he|she|nous|ho) {_VERBS}\b|\bj'{_VERBS}|\bschrieb (?:ich|wir|er|sie|man)\b", re.I
)
_DATED = re.compile(r"\b\d{4}\b|\d:\d\d|\d[./-]\d|\S@\S")
_ADDRESS = re.compile(r"[<\[(]?(?:mailto:)?[^\s<>\[\]()]+@[^\s<>\[\]()]+(?:[>\])]|<mailto:[^\s>]+>)*")
_WHEN = re.compile(
    r".*(?:\d[:h.]\d\d(?:[:.]\d\d)?(?:\s?[ap]\.?\s?m\b\.?)?|\b\d{4}\b)"
    r"(?:\s?(?:uhr|[+-]\d{4}|\(?(?:UTC|GMT|CES?T|MES?Z|[ECMP][SD]T|BST)\)?))*",
    re.I,
)

_FORWARDED = re.compile(
    r"\W{0,3}(?:-{2,60}|begin |anfang der )\s*(?:original message|original appointment|forwarded message|reply message"
    r"|ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht|weitergeleiteten nachricht"
    r"|message d.origine|message transféré|message original|mensaje original|mensaje reenviado"
    r"|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|mensagem original)\s*(?:-{2,60}|:)?\W{0,3}",
    re.I,
)
_SENDER = re.compile(r"[*\s]{0,4}(?:from|von|de|da|van|fra|från)\s?:[*\s]{0,3}(?P<who>\S.*)", re.I)
_HEADER = re.compile(
    r"[*\s]{0,4}(?:sent|date|to|subject|cc|gesendet|datum|an|betreff|kopie|envoyé|à|objet|enviado|enviado el|para"
    r"|asunto|fecha|inviato|data|a|oggetto|verzonden|aan|onderwerp|assunto|skickat|till|sendt|til|emne)\s?:[*\s]",
    re.I,
)
_RULE = re.compile(r"\s*(?:[-_]\s?){5,}\s*")
_MOBILE = re.compile(
    r"\W{0,3}(?:sent (?:from|via) (?:my |the )?[\w.'-]+(?: [\w.'-]+){0,5}|get outlook for \w+(?: ?<\S+>)?"
    r"|sent with \w+ ?mail.{0,40}"
    r"|(?:von|mit) mei\w+ .{1,30} (?:gesendet|geschickt|gesandt)|gesendet (?:von|mit) .{1,40}"
    r"|diese nachricht wurde von meinem .{1,60} gesendet|envoyé (?:de|depuis|à partir de) .{1,40}"
    r"|enviado (?:desde|de) (?:mi|meu) .{1,30}|inviato (?:da|dal mio) .{1,30}|verzonden (?:vanaf|met) .{1,30}"
    r"|holen sie sich outlook für .{1,20}|(?:obtenir|obtener) outlook (?:pour|para) .{1,20})\W{0,3}",
    re.I,
)
_LEGAL = re.compile(
    r"\W{0,5}(?:(?:confidentiality|legal) (?:notice|note)\W{0,3}(?:[:\n]|$)|(?:legal )?disclaimer\W{0,3}(?:[:\n]|$)"
    r"|this (?:e-?mail|message|communication)(?: \(?(?:and|including) any .{1,30}?\)?)?(?: transmission)?"
    r" (?:is|are|may be|may contain|contains|and any).{0,60}(?:confidential|privileged|intended)"
    r"|the information (?:contained )?in this (?:e-?mail|message).{0,60}(?:confidential|privileged|intended)"
    r"|diese (?:e-?mail|nachricht) (?:enthält|kann|und).{0,60}vertraulich|vertraulichkeitshinweis"
    r"|ce (?:message|courriel|courrier)\b.{0,80}confidentiel|este (?:mensaje|correo)\b.{0,80}confidencial"
    r"|questo messaggio\b.{0,80}(?:riservat|confidenzial))",
    re.I | re.S,
)
_BANNER = re.compile(
    r".{0,60}\b(?:e-?mail|message) (?:originated|originates|came|comes|was sent) from outside", re.I | re.S
)


def own_words(text: str, quotes: Sequence[Quote] = ()) -> Words:
    """What the author of a mail wrote, and what the mail repeats of others.

    `quotes` are those that its markup has told already, and that `text` holds no more.
    """
    reading = _Reading(text, quotes)
    reading.run()
    return Words(_without_legal(tidy("\n".join(reading.own))), tuple(reading.quotes))


class _Reading:
    """One pass over the lines of a mail."""

    def __init__(self, text: str, quotes: Sequence[Quote]) -> None:
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._marked = bool(quotes)
        self._signature = False
        self.own: list[str] = []
        self.quotes = [quote for quote in quotes if quote.text][:_QUOTES]

    def run(self) -> None:
        """Tell the author's lines from the others'."""
        at, author = 0, ""
        while at < len(self._lines):
            if not self._lines[at]:
                self.own.append("")
                at += 1
            elif _QUOTED.match(self._lines[at]):
                at, author = self._quote(at, author), ""
            elif span := self._introduction(at):
                author = _introduced(" ".join(self._lines[at : at + span]))
                at += span
                if not self._marked and not self._quoted_next(at):
                    return self._rest(at, author)
                self._signature = False
                self._name_marked(author)
            elif _FORWARDED.fullmatch(self._lines[at][:_LINE]) or self._headers(at) > 2:
                return self._rest(at, "")
            else:
                self._keep(at)
                at += 1
        return None

    def _keep(self, at: int) -> None:
        line = self._lines[at]
        if line == "-- " or (line.rstrip() == "--" and self._ends_soon(at + 1)):
            self._signature = True
        if not self._signature and not (len(line) <= _SHORT and _MOBILE.fullmatch(line.rstrip())):
            self.own.append(line)

    def _ends_soon(self, at: int) -> bool:
        """Whether a few lines further the mail ends or a quote begins: as many as a signature has."""
        following = range(at, min(at + _SIGNATURE, len(self._lines)))
        return at + _SIGNATURE >= len(self._lines) or any(
            _QUOTED.match(self._lines[i]) or self._introduction(i) or self._headers(i) > 2 for i in following
        )

    def _quoted_next(self, at: int) -> bool:
        following = next((line for line in self._lines[at : at + _GAP] if line.strip()), "")
        return _QUOTED.match(following) is not None

    def _introduction(self, at: int) -> int:
        """How many lines from here on say who wrote what follows ("On 3 March 2026, Anna wrote:"): 0 to 3."""
        line, joined = self._lines[at], ""
        if len(line) > _LINE or not (_OPENING.match(line) or _VERB.search(line)):
            return 0
        for span, part in enumerate(self._lines[at : at + 3], 1):
            joined = f"{joined} {part.strip()}"
            if not part.strip() or len(joined) > _LINE:
                return 0
            if joined.endswith(":"):
                told = _VERB.search(joined) and not _OWN_TALE.search(joined)
                dated = _DATED.search(joined) or self._quoted_next(at + span)
                return span if (told and dated) or _WITHOUT_VERB.fullmatch(joined) else 0
        return 0

    def _headers(self, at: int) -> int:
        """How many lines from here on, beginning with the sender, are the head of a mail as Outlook repeats it."""
        if not _SENDER.fullmatch(self._lines[at][:_LINE]):
            return 0
        following = at + 1
        while following < min(at + 8, len(self._lines)) and _HEADER.match(self._lines[following][:_LINE]):
            following += 1
        return following - at

    def _quote(self, at: int, author: str) -> int:
        """Keep the quoted lines from here on, empty lines between them included; where they end."""
        lines = []
        while at < len(self._lines) and (
            _QUOTED.match(self._lines[at]) or (not self._lines[at].strip() and self._quoted_next(at))
        ):
            lines.append(_MARKS.sub("", self._lines[at], count=1))
            at += 1
        self._add(lines, author)
        self.own.append("")
        self._signature = False
        return at

    def _rest(self, at: int, author: str) -> None:
        """Keep all that follows as one quote, without the head of the quoted mail."""
        while self.own and (not self.own[-1].strip() or _RULE.fullmatch(self.own[-1][:_LINE])):
            self.own.pop()
        while at < len(self._lines):
            line = self._lines[at][:_LINE]
            sender = _SENDER.fullmatch(line)
            if sender and not author:
                author = _ADDRESS.sub("", sender["who"]).strip(" *\"'<>") or sender["who"].strip(" *")
            elif line.strip() and not sender and not _HEADER.match(line) and not _FORWARDED.fullmatch(line):
                break
            at += 1
        self._add([_MARKS.sub("", line, count=1) if _QUOTED.match(line) else line for line in self._lines[at:]], author)

    def _add(self, lines: Sequence[str], author: str) -> None:
        text = tidy("\n".join(lines))
        if text and len(self.quotes) < _QUOTES:
            self.quotes.append(Quote(text, author))

    def _name_marked(self, author: str) -> None:
        for at, quote in enumerate(self.quotes if self._marked else ()):
            if not quote.author:
                self.quotes[at] = Quote(quote.text, author)
                return


def _introduced(line: str) -> str:
    """Whom a line such as "On 3 March 2026 at 10:00, Anna Lee <a@example.com> wrote:" names."""
    address = _ADDRESS.search(line)
    bare = _ADDRESS.sub(" ", line).strip(" :\u00a0")
    verb = _VERB.search(bare)
    before, after = (bare[: verb.start()], bare[verb.end() :].strip(" ,:")) if verb else (bare, "")
    name = after if after and not re.match(r"(?:am|on|le|el|il)\b", after, re.I) else _WHEN.sub("", before, count=1)
    return " ".join(name.strip(" ,;:*\"'<>()[]").split())[:_SHORT] or (address[0].strip("<>[]()") if address else "")


def _without_legal(text: str) -> str:
    """The text up to a legal notice, which is never its first paragraph, and without the gateway's warning."""
    paragraphs = [part for part in text.split("\n\n") if not _BANNER.match(part)]
    for at, paragraph in enumerate(paragraphs):
        if at and _LEGAL.match(paragraph):
            return "\n\n".join(paragraphs[:at])
    return "\n\n".join(paragraphs)
