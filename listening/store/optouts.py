"""Who must not be stored: keyed digests of erased people, by which a crawl refuses them without knowing who they are.

The key is made once for each database and travels with it. What is kept of a person is a digest of their handle, of
their name, of the threads they wrote in and of their sentences: nobody can read them, but whether a post at hand is
theirs, names them or repeats their words can be told.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from listening.post import Entry, Evidence, Mention, Post, Quote, Reject

MASK = "[erased]"
_TOKEN = re.compile(r"\w(?:[\w.\-]*\w)?")
_NAMED = re.compile(r"(@|\bu/)?(\w(?:[\w.\-]*\w)?)")
_SENTENCE = re.compile(r"(?:<[^<>]*>|[.!?:;\n\"“”«»])+")  # also where a page's markup parts it
_FEWEST = 5  # words of a sentence that tells whose it is
WHOLE = 3  # words of a whole text, or of a quote, that tell it
_PARTS = re.compile(r"[.\-]")
AUTHOR, NAME, COMMON, BEGIN, THREAD, TOPIC, SENTENCE = (
    "author", "name", "common", "begin", "thread", "topic", "sentence",
)  # fmt: skip


def folded(name: str) -> str:
    """A name as it is compared: its words in lower case, one space between them, without the @ before it."""
    return " ".join(name.casefold().removeprefix("@").split())


def sentences(text: str) -> Iterator[str]:
    """What of a text is so much somebody's own that it tells whose it is, as it is compared."""
    whole = words(text)
    if len(whole) >= WHOLE:
        yield " ".join(whole)
    for part in _SENTENCE.split(text):
        said = words(part)
        if _FEWEST <= len(said) < len(whole):
            yield " ".join(said)


def words(text: str) -> list[str]:
    """The words of a text, as they are compared."""
    return re.findall(r"\w+", text.casefold())


def slug(title: str) -> re.Pattern[str] | None:
    """What a title looks like in addresses: "Broken again!" in /t/broken-again/12; None where it is too short."""
    said = [re.escape(word) for word in words(title)]
    if len(said) < 2:
        return None
    more = "".join(f"(?:[-_+]{word}" for word in said[2:]) + ")?" * len(said[2:])
    return re.compile(rf"(?<![^/.=]){said[0]}[-_+]{said[1]}{more}[\w-]*", re.I)


class Digests:
    """Makes and keeps the digests of one installation."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self.key = bytes(conn.execute("SELECT key FROM opt_out_key").fetchone()[0])

    def of(self, kind: str, *parts: str) -> bytes:
        """The digest of something."""
        return hashlib.blake2b("\0".join((kind, *parts)).encode(), digest_size=16, key=self.key).digest()

    def keep(self, request: int, found: Iterable[tuple[str, Sequence[str], int]]) -> None:
        """Keep the digests of (kind, parts, words of it)."""
        self.conn.executemany(
            "INSERT OR IGNORE INTO opt_outs (digest, kind, words, request) VALUES (?, ?, ?, ?)",
            [(self.of(kind, *parts), kind, words, request) for kind, parts, words in found],
        )
        self.conn.execute("UPDATE opt_out_key SET version = version + 1")


@dataclass(slots=True)
class Cleaned:
    """A post without what must not be stored."""

    title: str
    text: str
    quotes: tuple[Quote, ...]
    url: str


class Guard:
    """Tells, and takes out, what is of people who are not to be stored. As of one moment: see `current`."""

    def __init__(self, conn: sqlite3.Connection, version: int) -> None:
        self.version = version
        self.digests = Digests(conn)
        self.kinds = {bytes(digest): kind for digest, kind in conn.execute("SELECT digest, kind FROM opt_outs")}
        named = "SELECT coalesce(max(words), 0) FROM opt_outs WHERE kind IN (?, ?)"
        self.longest = int(conn.execute(named, [NAME, COMMON]).fetchone()[0])
        self.verdicts: dict[str, str] = {}  # folded words -> the kind of name that they are or begin, or ""
        self.known: set[str] = set()  # single words that are no part of any name
        self.fresh: dict[tuple[str, tuple[str, ...]], None] = {}  # met now: to be kept

    def __bool__(self) -> bool:
        return bool(self.kinds)

    # ---- what comes in

    def admit(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries that may be stored, without what names or quotes those who may not."""
        refused = [entry.post for entry in entries if self._refuses(entry.post)]
        for post in refused:
            if post.thread is not None:
                opens = post.position == 1 or post.thread.id == post.id or bool(post.title and not post.reply_to)
                for kind in (THREAD, TOPIC) if opens else (THREAD,):
                    self.fresh[kind, (post.platform, post.thread.id)] = None
                    self.kinds[self.digests.of(kind, post.platform, post.thread.id)] = kind
        gone = {id(post) for post in refused}
        return [self._cleaned(entry) for entry in entries if id(entry.post) not in gone]

    def keep_fresh(self) -> None:
        """Keep the threads in which those who are not stored wrote meanwhile."""
        if self.fresh:
            self.digests.keep(0, [(kind, parts, 0) for kind, parts in self.fresh])
            self.fresh.clear()

    def reject(self, reject: Reject) -> Reject:
        """What could not be read, without their words and name."""
        raw = "" if self.names(reject.raw) else reject.raw
        return replace(reject, raw=raw, reason=self.mask(reject.reason), url=self.mask(reject.url))

    def names(self, raw: str) -> bool:
        """Whether something that could not be read is likely theirs."""
        return self.repeats(raw) or self.mask(raw) != raw

    def keeps_out(self, platform: str, ident: str) -> bool:
        """Whether an author, by the id or name that a platform gives them, must not be stored."""
        return self._is(AUTHOR, platform, ident) or self._is(AUTHOR, platform, folded(ident))

    def _refuses(self, post: Post) -> bool:
        author = post.author
        return author is not None and (
            self._is(AUTHOR, post.platform, author.id) or self._is(AUTHOR, post.platform, folded(author.name))
        )

    def _cleaned(self, entry: Entry) -> Entry:
        post, thread = entry.post, entry.post.thread
        clean = self.clean(
            post.platform, thread.id if thread else "", thread.title if thread else "",
            Cleaned(post.title, post.text, post.quotes, post.url),
        )  # fmt: skip
        if thread is not None:
            title, url = self.thread(post.platform, thread.id, thread.title, thread.url)
            thread = replace(thread, title=title, url=url)
        changed = replace(
            post, title=clean.title, text=clean.text, quotes=clean.quotes, url=clean.url, thread=thread
        )  # fmt: skip
        if changed == post:
            return entry
        return replace(entry, post=changed, mentions=tuple(self._mention(each) for each in entry.mentions))

    def _mention(self, mention: Mention) -> Mention:
        intents = tuple(replace(each, why=self._evidence(each.why)) for each in mention.intents)
        aspects = tuple(replace(each, words=self._masked(each.words)) for each in mention.aspects)
        why, words = self._evidence(mention.why), self._masked(mention.words)
        return replace(mention, words=words, why=why, intents=intents, aspects=aspects)

    def _evidence(self, why: Sequence[Evidence]) -> tuple[Evidence, ...]:
        return tuple(replace(each, words=self._masked(each.words)) for each in why)

    def _masked(self, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.mask(word, bare=True) for word in words)

    # ---- what is told and taken out

    def clean(self, platform: str, thread: str, topic_title: str, post: Cleaned) -> Cleaned:
        """Somebody else's post without their name, and without quotes of them."""
        near = self._is(THREAD, platform, thread)
        title, url = post.title, post.url
        if self._is(TOPIC, platform, thread):
            pattern = slug(topic_title or title)
            url = pattern.sub("-", url) if pattern else url
            if not topic_title or _bare(title).endswith(_bare(topic_title)):
                title = ""
        quotes = tuple(
            replace(each, text=self.mask(each.text, bare=near), author=self.mask(each.author))
            for each in post.quotes
            if not (self._quoted(platform, each.author) or self.repeats(each.text))
        )
        return Cleaned(self.mask(title, bare=near), self.mask(post.text, bare=near), quotes, self.mask(url))

    def thread(self, platform: str, ident: str, title: str, url: str) -> tuple[str, str]:
        """A thread's title and address: without their words where they opened it, without their name anywhere."""
        if not self._is(TOPIC, platform, ident):
            return self.mask(title, bare=self._is(THREAD, platform, ident)), self.mask(url)
        pattern = slug(title)
        return "", self.mask(pattern.sub("-", url) if pattern else url)

    def _quoted(self, platform: str, author: str) -> bool:
        name = folded(author)
        return bool(name) and (self._is(AUTHOR, platform, name) or self._verdict(name) in (NAME, COMMON))

    def repeats(self, text: str) -> bool:
        """Whether a text repeats a sentence of theirs."""
        return bool(text) and any(self._is(SENTENCE, each) for each in sentences(text))

    def mask(self, text: str, *, bare: bool = False) -> str:
        """A text without their names; those that others may have, too, such as Kim, only as @Kim, or where `bare`."""
        if not self.longest or not text or not self._suspicious(text):
            return text
        if self.longest > 1:
            text = self._mask_several(text, bare=bare)
        return _NAMED.sub(lambda found: self._token(found, bare=bare), text)

    def wipe(self, value: str) -> str:
        """What the program wrote down somewhere, without their names and words; JSON stays JSON."""
        if value[:1] in "{[":
            try:
                return json.dumps(_walk(json.loads(value), self.wipe_text), ensure_ascii=False)
            except ValueError:
                pass
        return self.wipe_text(value)

    def wipe_text(self, text: str) -> str:
        """A text without their names, and without their sentences."""
        if self.repeats(text):
            parts = re.split(f"({_SENTENCE.pattern})", text)
            text = "".join(MASK if self.repeats(part) else part for part in parts)
            if self.repeats(text):
                return MASK
        return self.mask(text, bare=False)

    def _suspicious(self, text: str) -> bool:
        """Whether any word of a text may belong to a name; most words were met before."""
        found = False
        for word in set(_TOKEN.findall(text.casefold())) - self.known:
            if any(self._verdict(part) for part in (word, *_PARTS.split(word))):
                found = True
            else:
                self.known.add(word)
        return found

    def _verdict(self, name: str) -> str:
        if name not in self.verdicts:
            if len(self.verdicts) > 200_000:
                self.verdicts.clear()
            kinds = (self.kinds.get(self.digests.of(kind, name)) for kind in (NAME, COMMON, BEGIN))
            self.verdicts[name] = next((kind for kind in kinds if kind), "")
        return self.verdicts[name]

    def _token(self, found: re.Match[str], *, bare: bool) -> str:
        at, word = found[1] or "", found[2]
        kind = self._verdict(word.casefold())
        if kind == NAME or (kind == COMMON and (at or bare)):
            return f"{at}{MASK}"
        parts = _PARTS.split(word)
        if len(parts) > 1:
            for part in parts:
                kind = self._verdict(part.casefold())
                if kind == NAME or (kind == COMMON and bare):
                    word = re.sub(rf"\b{re.escape(part)}\b", MASK, word)
        return f"{at}{word}"

    def _mask_several(self, text: str, *, bare: bool) -> str:
        """Names of several words."""
        spans = [match.span() for match in re.finditer(r"\w+(?:['’\-]\w+)*", text)]
        cuts: list[tuple[int, int]] = []
        for first, (start, stop) in enumerate(spans):
            if self._verdict(text[start:stop].casefold()) != BEGIN:
                continue
            for many in range(min(self.longest, len(spans) - first), 1, -1):
                begin, end = spans[first][0], spans[first + many - 1][1]
                if (cuts and begin < cuts[-1][1]) or end - begin > 200:
                    continue
                kind = self._verdict(folded(text[begin:end]))
                if kind == NAME or (kind == COMMON and bare):
                    cuts.append((begin, end))
                    break
        for begin, end in reversed(cuts):
            text = text[:begin] + MASK + text[end:]
        return text

    def _is(self, kind: str, *parts: str) -> bool:
        return bool(parts[-1]) and self.digests.of(kind, *parts) in self.kinds


def current(conn: sqlite3.Connection, known: Guard | None) -> Guard:
    """The guard as it is now: the one that is known, or a new one if anything was asked for meanwhile."""
    version = int(conn.execute("SELECT version FROM opt_out_key").fetchone()[0])
    return known if known is not None and known.version == version else Guard(conn, version)


def _bare(title: str) -> str:
    return " ".join(words(title))


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_walk(each, change) for each in value]
    if isinstance(value, dict):
        return {change(key): _walk(each, change) for key, each in value.items()}
    return value
