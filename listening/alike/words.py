"""What a post says, word for word, without what every copy changes: case, accents, links, handles, "RT @x:", tails."""

from __future__ import annotations

import re
from typing import NamedTuple

from listening.alike.links import LINK, plain_link
from listening.query.fold import readings

FEW = 6  # words; fewer are said by many people who never heard of each other
_LONGEST, MOST = 20_000, 2_000  # characters and words that are looked at: a copy shows in them
_SHARED = re.compile(r"(?<!\w)(?:RT|MT|QT|[Rr]epost(?:ed)?(?: from)?|[Rr]eblogged from)\s*:?\s*@([\w.]+)\s*:?\s*")
_QUOTED = re.compile(r"[“\"]@([\w.]+)\s?:\s*")  # as people retweeted before there was a button
_FORWARDED = re.compile(
    r"^(?:-{2,}\s*(?:forwarded message|original message|weitergeleitete nachricht|message transféré|mensaje reenviado)"
    r"\s*-{2,}|begin forwarded message:)[ \t]*\n(?:[ \t]*\n)?(?:[ \t]*[\w-]+:.*\n)*",
    re.I | re.M,
)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.M)
_HANDLES = re.compile(r"\s*(?:\.?@[\w.]+[,:]?\s+)+")
_VIA = re.compile(r"(?:\bvia|\bh/t|\bhat tip(?: to)?)\s+@?[\w.]+\s*[)\]]?\s*$", re.I)
_MORE = (  # how feeds and pages end what they cut short, or say where it came from
    r"the post\b.{1,110}?\bappeared first on\b.{1,60}",
    r"(?:this (?:article|story|post) )?(?:was )?(?:originally|first) (?:published|appeared|posted) (?:on|in)\b.{1,60}",
    r"(?:continue|keep) reading\b.{0,60}",
    r"(?:click (?:here )?(?:to|for) )?(?:read|see|learn) (?:the )?(?:more|rest|full (?:story|article|review))\b.{0,40}",
    r"(?:show|view) more|weiterlesen\b.{0,40}|mehr lesen|lire la suite\b.{0,40}|leer más\b.{0,40}|seguir leyendo",
    r"leia mais|leggi tutto|lees verder|\[\+?\d+ chars\]",
    r"sent from (?:my \w+(?: \w+)?|outlook\b.{0,40}|mail\b.{0,40}|yahoo\b.{0,40})",
)
_TAIL = re.compile(rf"(?:{'|'.join(_MORE)})\s*[»›→>\]).…]*\s*$", re.I | re.S)
_TAIL_SIGNS = frozenset(
    "more read reading rest story article review appeared published posted weiterlesen lesen suite más leyendo "
    "mais mas tutto verder chars sent via hat h".split()
)
_LIKELY_CUT = 100  # characters; under a shorter text three dots are only three dots
_CUT = re.compile(r"(?:…|\.\.\.)[\])]?\s*$")
_CUT_WORD = re.compile(r"[^\W_]+$")
_LOOSE = " \t\r\n([{|–—-"
_PUBLISHER = re.compile(r"\s+[-–—|]\s+[^-–—|]{2,40}$")
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|antwort|fwd?|wg|tr|vs|odp)\s*(?:\[\d+\])?:", re.I)
_OPENING = ' \t"([“‘«„*_'
_HASHTAGS = re.compile(r"(?:\s+#[^\W_]\w*){2,}\s*$")
_WORD = re.compile(r"[^\W_]+(?:(?<=\d)[.,:]\d+)*")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:(?<=\d)[.,:]\d+)*")  # half the time
_DECIMAL = re.compile("[0-9][.,:][0-9]")
_ASCII_FOLD = bytes(ord(chr(byte).lower()) if byte < 128 and chr(byte).isalnum() else 32 for byte in range(256))
_GROUPED = re.compile(r"[.,](?<=\d.)(?=\d{3}(?!\d))")  # 2,000 and 2.000 are 2000
_APOSTROPHES = str.maketrans("", "", "'’ʼ")
_SENTENCE_ENDS = "\n.!?:;…•"  # and the text's beginning, which is empty
_UNSPACED = (  # Thai, Lao, Burmese, Khmer, kana, Chinese characters
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")
_WORD_OR_SIGN = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+(?:(?<=\d)[.,:]\d+)*")
_IDENT = re.compile(r"#\s?\d{3,}(?!\w)")  # orders and tickets, which make no other text
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x34F, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)


class Said(NamedTuple):
    """A post's words as they are compared.

    `comment` are words put before something marked as shared ("so true RT @kim: ..."), which are not in `words`.
    """

    words: tuple[str, ...]
    written: str = ""  # where the words were found: tells names from other words
    headline: int = 0  # how many of the words are the title's
    comment: tuple[str, ...] = ()
    links: tuple[str, ...] = ()  # without tracking
    shared_from: str = ""  # whose words they say to be, by handle
    article: bool = False
    signs: bool = False  # a script without spaces: each sign stands for a word

    @property
    def size(self) -> float:
        """How much is said, in words: two signs of a script without spaces are about one."""
        return len(self.words) / 2 if self.signs else len(self.words)


def said(title: str, text: str, kind: str = "post", *, reply: bool = False, author: str = "") -> Said:
    """What a post says. A reply's title is its thread's and says nothing; `author` is cut from an article's end."""
    article = kind == "article"
    text = text[:_LONGEST]
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    text, links = _without_links(text)
    text, comment, source = _shared(text)
    text = _trimmed(text)
    head = "" if reply or (kind in ("comment", "email") and text.strip()) else _headline(title, article)
    if article and author:
        text = _without_author(text, author)
    words, signs = _words(text)
    if "…" in text or "..." in text or not _TAIL_SIGNS.isdisjoint(words[-16:]):
        text = _without_tail(text)
        words, signs = _words(text)
    if head:
        first, first_signs = _words(head)
        if words[: len(first)] != first:
            return Said(
                (*first, *words)[:MOST], f"{head}\n{text}", len(first), _words(comment)[0], links, source, article,
                signs or first_signs,
            )  # fmt: skip
    return Said(words[:MOST], text, 0, _words(comment)[0] if comment else (), links, source, article, signs)


def capitalised(said: Said) -> set[int]:
    """Where words of a post begin with a capital inside a sentence: names, unless all of it is in capitals."""
    if said.written.isupper():
        return set()
    text = _IDENT.sub(" ", _joined(said.written))
    found = [match.start() for match in (_WORD_OR_SIGN if _ANY_UNSPACED.search(text) else _WORD).finditer(text)]
    if len(found) != len(said.words):
        return set()
    return {
        i for i, at in enumerate(found)
        if text[at].isupper() and text[max(0, at - 9) : at].rstrip(_OPENING)[-1:] not in _SENTENCE_ENDS
    }  # fmt: skip


def _joined(text: str) -> str:
    """With contractions and grouped digits as one word each."""
    if "’" in text:
        text = text.translate(_APOSTROPHES)
    elif "'" in text:
        text = text.replace("'", "").replace("ʼ", "")
    return _GROUPED.sub("", text) if "," in text or "." in text else text


def _words(text: str) -> tuple[tuple[str, ...], bool]:
    """Folded words, and whether they are mostly signs of a script without spaces."""
    text = _joined(text)
    if "#" in text:
        text = _IDENT.sub(" ", text)
    if text.isascii():
        if _DECIMAL.search(text) is None:
            return tuple(text.encode().translate(_ASCII_FOLD).decode().split()), False
        return tuple(_ASCII_WORD.findall(text.lower())), False
    if _ANY_UNSPACED.search(text) is None:
        return tuple([readings(word)[1] for word in _WORD.findall(text)]), False
    found = [word if len(word) == 1 else readings(word)[1] for word in _WORD_OR_SIGN.findall(text)]
    return tuple(found), 2 * sum(map(len, found)) < 3 * len(found)


def _without_links(text: str) -> tuple[str, tuple[str, ...]]:
    if "/" not in text and "www." not in text:
        return text, ()
    links = tuple(dict.fromkeys(plain_link(link) for link in LINK.findall(text)))
    return (LINK.sub(" ", text), links) if links else (text, ())


def _shared(text: str) -> tuple[str, str, str]:
    """The shared words, what was put before or after them, and whose they are."""
    if "@" in text:
        if "RT" in text or "MT" in text or "QT" in text or "epost" in text or "eblog" in text:
            marks = list(_SHARED.finditer(text))
            if marks:
                comment = _without_handles(text[: marks[0].start()])
                return text[marks[-1].end() :], comment, marks[-1][1].strip(".").lower()
        if "“" in text or '"' in text:
            mark = _QUOTED.search(text)
            if mark is not None:
                words, _, after = text[mark.end() :].partition("”" if mark[0][0] == "“" else '"')
                return words, f"{_without_handles(text[: mark.start()])} {after}", mark[1].strip(".").lower()
    if "orwarded" in text or "--" in text:
        mark = _FORWARDED.search(text)
        if mark is not None and len(text) - mark.end() > mark.start():
            return text[mark.end() :], text[: mark.start()], ""
    return text, "", ""


def _without_handles(text: str) -> str:
    """Without those that a post is addressed to."""
    start = _HANDLES.match(text)
    return text[start.end() :] if start else text


def _trimmed(text: str) -> str:
    if ">" in text:
        text = _QUOTED_LINE.sub("", text)
    if "@" in text:
        text = _without_handles(text)
    if "#" in text:
        mark = _HASHTAGS.search(text[-300:])
        if mark is not None and len(text[: -len(mark[0])].split()) > 2:
            text = text[: -len(mark[0])]
    return text


def _without_tail(text: str) -> str:
    """Without "read more", "via @kim", "…" and the word that it cuts."""
    rest, end = text[:-160], text[-160:]
    for tail in (_TAIL, _VIA):
        end = _before(tail, end, rest)
    if "…" in end or ("..." in end and len(text) >= _LIKELY_CUT):
        shorter = _before(_CUT, end, rest)
        if len(shorter) < len(end):
            end = shorter if shorter[-1:].isspace() else _CUT_WORD.sub("", shorter)
    return rest + end


def _before(tail: re.Pattern[str], end: str, rest: str) -> str:
    found = tail.search(end)
    return end if found is None or not (rest or found.start()) else end[: found.start()].rstrip(_LOOSE)


def _headline(title: str, article: bool) -> str:
    if not title or _REPLY.match(title):
        return ""
    title = title[:500]
    title, _ = _without_links(title)
    return _PUBLISHER.sub("", title) if article and len(title.split()) > 5 else title


def _without_author(text: str, author: str) -> str:
    end = text.rstrip(" \n.|-–—")
    return end[: -len(author)] if end.endswith(author) and len(end) > len(author) else text
