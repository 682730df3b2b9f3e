"""What an address on a board leads to, told from how boards write addresses: a topic, a forum, a person, a post."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_TOPIC = frozenset(
    "topic topics thread threads showthread viewtopic viewthread showtopic readtopic discussion discussions d t tid"
    " question questions conversation conversations sujet sujets thema themen fil tema temas hilo topico temat watek"
    " topicid threadid тема".split()
)
_FORUM = frozenset(
    "forum forums board boards category categories viewforum forumdisplay showforum viewboard subforum f fid cat c cid"
    " kategorie kategorien categoria categorias categorie foro foros forumid boardid catid node group groups list lists"
    " room rooms salon раздел".split()
)
_CATEGORY = frozenset("category categories cat c kategorie kategorien categoria categorias categorie catid".split())
_USER = frozenset(
    "user users member members profile profiles viewprofile people person u uid author authors account accounts membre"
    " membres mitglied mitglieder benutzer usuario usuarios utente utenti gebruiker profil perfil nick poster userid"
    " memberid showuser userinfo uzytkownik kullanici anvandare bruker пользователь участник".split()
)
_CHOSEN = _TOPIC | _FORUM | _USER  # what comes after these is a name
_POST = frozenset("post posts pid p postid msg comment comments reply message messages".split())
_KINDS = {
    word: kind
    for kind, words in (("post", _POST), ("user", _USER), ("forum", _FORUM), ("topic", _TOPIC)) for word in words
}  # fmt: skip
_NEVER = re.compile(
    r"(?:^|[^a-z])(?:log_?in|log_?out|sign_?(?:in|up|out)|anmelden|connexion|regist\w*|search\w*|suche|find\w*|calendar|"
    r"kalender|member_?list|who\w*|online|help|faq|rules|terms|privacy|contact|rss\d?|feeds?|atom|syndication|"
    r"print\w*|quote\w*|edit|delete|report\w*|new_?(?:reply|thread|topic|post)\w*|start_?topic|posting|compose|"
    r"subscri\w*|unsubscri\w*|watch|mark_?\w*|mark_?as|unread\w*|pm|private|mail\w*|e_?mail|send\w*|attach\w*|download|"
    r"vote|like|poll|moderat\w*|mcp|ucp|modcp|admin\w*|stats|team|leaders|javascript|mailto|tags?|lastvisit|"
    r"get_?(?:last|new)post|archive|share|reputation|warn\w*|ical|tasks?)(?![a-z])"
)
_NOISE = re.compile(r"sid|s|phpsessid|jsessionid|session_?id|osid|hilit|highlight|token|nocache|_", re.I)
_SESSION = re.compile(r"[0-9a-f]{24,}")
_PAGE = frozenset("page start offset st from pg paged pagenumber pagenum seite limit pp perpage".split())
_PAGE_PART = re.compile(r"(?:page|seite|p)[-_.]?\d+|index\d+\.html?", re.I)
_HASH = re.compile(r"(?=\w*\d)[A-Za-z0-9]{12,}")
_ACTS = ("action", "act", "do", "mode", "view", "sa")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_DIGITS = re.compile(r"[0-9]+")
AND = re.compile("[&;]")
_NUMBERS = re.compile(r"([0-9]+)")
_NONE_ALIKE = "", "", -1, -1
_ZEROS = bytes.maketrans(b"123456789", b"000000000")


class Place(NamedTuple):
    """Where a link leads."""

    kind: str  # topic, forum, user, post, never (nothing for a crawler), or empty where words do not tell
    id: str


def place(url: str, root: str = "") -> Place:
    """What an absolute address leads to; `root` is the board's, whose own words mean nothing."""
    start = len(root) if root and url.startswith(root) else url.find("/", len("https://")) + 1
    inside = url[start:].partition("#")[0] if root and start else ""
    kind, name, first, end = _alike(shape(inside), url[:start], root) if inside else _NONE_ALIKE
    if first < 0:
        return _place(url, root)
    return Place(kind, f"{name}{inside[first:end]}")


@lru_cache(maxsize=8192)
def _alike(zeros: str, start: str, root: str) -> tuple[str, str, int, int]:
    """What addresses lead to that differ in their numbers alone: a kind, and the id as a name with a piece after it.

    A board has few different ones. The piece is that from one place to another; below 0 where numbers tell more.
    """
    marked, numbers = masked(zeros)
    if not numbers or "%" in zeros:
        return _NONE_ALIKE
    kind, ident = _place(start + marked, root)
    marks = _DIGITS.findall(ident)
    if not marks:
        return kind, ident, 0, 0
    if len(marks) > 1 or not ident.endswith(marks[0]):
        return _NONE_ALIKE
    found = [match.span() for match in _NUMBERS.finditer(zeros)][int(marks[0][0]) - 1]
    return kind, ident.removesuffix(marks[0]), *found


def shape(text: str) -> str:
    """A text with all its digits zeros: the same for those that differ in their numbers alone."""
    if text.isascii():
        return text.encode().translate(_ZEROS).decode()  # a third of the time
    return re.sub("[1-9]", "0", text)


def masked(address: str) -> tuple[str, list[str]]:
    """An address with its first number as ones, the next as twos, and these; none where there are more than nine."""
    parts = _NUMBERS.split(address, 10)
    numbers = parts[1::2]
    if len(numbers) > 9:
        return address, []
    parts[1::2] = [mark * len(number) for mark, number in zip("123456789", numbers, strict=False)]
    return "".join(parts), numbers


@lru_cache(maxsize=8192)
def _place(url: str, root: str) -> Place:
    try:
        parts = urlsplit(url)
    except ValueError:
        return Place("never", "")
    path = unquote(parts.path)
    inside = path.removeprefix(unquote(urlsplit(root).path)) if root else path
    pairs = [pair.partition("=") for pair in AND.split(unquote(parts.query)) if pair]
    named = [(name.lower(), value) for name, _, value in pairs if not _NOISE.fullmatch(name)]
    segments = [segment for segment in inside.split("/") if segment]
    if _NEVER.search(_verbs(segments, named)):
        return Place("never", "")
    found = _in_query(segments, named) or _in_path(segments)
    if found is None:
        lasting = [segment for segment in segments if not _PAGE_PART.fullmatch(segment)]
        numbers = _NUMBER.findall("/".join([*lasting, *(value for name, value in named if name not in _PAGE)]))
        found = "", numbers[0] if numbers else "/".join(lasting[-1:])
    return Place(*found)


def _verbs(segments: list[str], named: list[tuple[str, str]]) -> str:
    """The words of an address that say what it does: not those that people chose."""
    heads = [segment.lower() for segment in segments if "-" not in segment and not _NUMBER.search(segment)]
    said = [value.lower() if name in _ACTS else "" for name, value in named]
    known = [head for head, before in zip(heads, ["", *heads], strict=False) if _word(before) not in _CHOSEN]
    people = any(value.lower() in _USER for name, value in named if name in _ACTS)
    return " ".join([*(known if not people else ()), *(name for name, _ in named), *said])


def _in_query(segments: list[str], named: list[tuple[str, str]]) -> tuple[str, str] | None:
    script = _script(segments)
    acts = {value.lower() for name, value in named if name in _ACTS}
    kinds = [(_kind(name), _marked(name, _ident(value))) for name, value in named if value]
    for wanted in ("user",) if acts & _USER or script == "user" else ("topic", "forum", "user"):
        for kind, ident in kinds:
            if kind == wanted and ident:
                return kind, ident
    ids = [_ident(value) for name, value in named if name == "id" or (not name.strip("0123456789") and name)]
    if ids and script:
        return script, ids[0]
    posts = [ident for kind, ident in kinds if kind == "post" and ident]
    return ("post", posts[0]) if posts and script in ("topic", "post", "") and not _in_path(segments) else None


def _in_path(segments: list[str]) -> tuple[str, str] | None:
    found = None
    for at, segment in enumerate(segments):
        kind = _kind(_word(segment)) or ("user" if segment[0] in "~@" and len(segment) > 1 else "")
        if not kind or (found and at > 0 and _follows(segments, at)):
            continue
        own = _NUMBER.search(segment)
        after = [part for part in segments[at + 1 : at + 3] if not _PAGE_PART.fullmatch(part)]
        if segment[0] in "~@":
            found = kind, segment[1:]
        elif own:
            found = kind, _marked(_word(segment), own[0])
        elif after:
            found = kind, _marked(_word(segment), _best(after)) if kind != "user" else _ident(after[0])
    return found


def _marked(word: str, ident: str) -> str:
    """Boards number their categories and their forums apart."""
    return f"category {ident}" if word in _CATEGORY and ident else ident


def _follows(segments: list[str], at: int) -> bool:
    """Whether a segment is a name that people chose: it stands behind a word or a number, and has several words."""
    return "-" in segments[at] or bool(_NUMBER.fullmatch(segments[at - 1]))


def _best(after: list[str]) -> str:
    for part in after:
        if _HASH.fullmatch(part) or "@" in part:
            return part
        if numbers := _NUMBER.findall(part):
            edge = re.match(r"\d+", part) or re.search(r"\d+(?=(?:\.\w{2,5})?$)", part)
            return edge[0] if edge else numbers[0] if len(after) == 1 else part
    return after[0]


def _script(segments: list[str]) -> str:
    return _kind(_word(segments[-1])) if segments and segments[-1].count(".") else ""


def _ident(value: str) -> str:
    match = re.match(r"\d+", value)
    return match[0] if match else value.partition(".")[0]


def _word(segment: str) -> str:
    match = _WORD.match(segment.lower())
    return match[0] if match else ""


def _kind(word: str) -> str:
    return _KINDS.get(word, "")


def tidy(url: str) -> str:
    """An address without session ids and its fragment."""
    address = url.partition("#")[0]
    path, mark, text = address.partition("?")
    if not mark:
        return path
    kept = [
        part for part in text.split("&")
        if part and not _NOISE.fullmatch(part.partition("=")[0]) and not _SESSION.fullmatch(part.partition("=")[2])
    ]  # fmt: skip
    return f"{path}?{'&'.join(kept)}" if kept else path
