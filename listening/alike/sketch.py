"""Keys of a post: numbers that copies of it are likely to share, and other posts are not."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from listening.alike.words import FEW, MOST, Said

_LEAST = 5  # of a post's shingles: two posts with Jaccard 0.6 share one of their five least with p > 0.99
_FILED = 4  # of those: one copy in a thousand shares the fifth alone, which would take a sixth more room and time
_HEAD = 6  # words of a beginning: excerpts and teasers keep it
_MASK = (1 << 47) - 1  # six bytes in SQLite
_SHORT = 5  # letters of words such as "the", "with", "their", "und": three of them in a row stand in many posts
_IS_SHORT = (1 << 57) - (1 << 52)  # in a code: eight times it is below _LAST, nine times is not
_LAST = 1 << 60
_MASKS = int.from_bytes((_MASK | _LAST).to_bytes(8, "little") * MOST, "little")


class Keys(NamedTuple):
    """Under which a post is filed and under which its copies are sought. `burst` are sought, and mean something only
    when many posts of the same hour are filed there. `alone` are those of `sought` that may be all that copies share.
    """

    filed: tuple[int, ...]
    sought: tuple[int, ...]
    burst: tuple[int, ...] = ()
    alone: tuple[int, ...] = ()


def keys(said: Said, author: str = "", published: str = "") -> Keys:
    """The keys of what is said by `author` at `published` (ISO 8601).

    A bottom-k sketch (Cohen and Kaplan, 2007) of three-word shingles, and the beginnings. Few words are only ever met
    with the same words and the same author, link or hour.
    """
    if said.size < FEW:
        return _few(said, author, published)
    shingles = _shingles(said.words)
    begun: tuple[int, ...] = (_beginning(shingles),)
    if 0 < said.headline < len(said.words) - _HEAD:
        begun = (*begun, _beginning(shingles[said.headline :]))
    least = _least(shingles)
    filed = tuple(dict.fromkeys([*least[:_FILED], *begun]))
    return Keys(filed, tuple(dict.fromkeys([*filed, *least[_FILED:]])), (), begun)


def _shingles(words: Sequence[str]) -> Sequence[int]:
    """A number for each three words in a row, `(3a + 5b + c) mod 2**47` of their codes; _LAST and more where all three
    are short, so that others come before them among the least.

    All at once: the codes lie side by side in one long number, 64 bits each, which takes a third of the time.
    """
    codes = int.from_bytes(b"".join(map(_CODES.__getitem__, words)), "little")
    sums = (3 * codes + 5 * (codes >> 64) + (codes >> 128)) & _MASKS
    return struct.unpack_from(f"<{len(words) - 2}Q", sums.to_bytes(8 * len(words), "little"))


def _least(shingles: Sequence[int]) -> list[int]:
    ordered = sorted(shingles)
    found = list(dict.fromkeys(ordered[:_LEAST]))
    if len(found) < _LEAST:
        found = list(dict.fromkeys(ordered))[:_LEAST]
    return [shingle & _MASK for shingle in found] if found[-1] >= _LAST else found


def _beginning(shingles: Sequence[int]) -> int:
    return (7 * shingles[0] + 11 * shingles[min(3, len(shingles) - 1)]) & _MASK  # of the first six words


def _few(said: Said, author: str, published: str) -> Keys:
    words = " ".join(said.words)
    filed = [_text("link", words, link) for link in said.links[:2]]
    if not words:
        return Keys(tuple(filed), tuple(filed), (), tuple(filed))
    authors = [name.lower() for name in (author, said.shared_from) if name]
    filed += [_text("by", words, name) for name in authors]
    hours = _hours(published)
    burst = tuple(_text("at", words, hour) for hour in hours)
    return Keys((*filed, *burst[:1]), tuple(filed), burst, tuple(filed))


def _hours(published: str) -> list[str]:
    if not published:
        return []
    hour = datetime.fromisoformat(published[:13] + ":00")
    return [f"{hour + timedelta(hours=step):%Y%m%d%H}" for step in (0, -1, 1)]


def _text(*parts: str) -> int:
    return _hash("\n".join(parts))


def _hash(text: str) -> int:
    """47 bits that are the same on every machine, unlike those of `hash`."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=6).digest()) & _MASK


class _Codes(dict[str, bytes]):
    """Numbers of the words that came last, in eight bytes each."""

    def __missing__(self, word: str) -> bytes:
        if len(self) >= 1 << 16:
            self.clear()
        code = self[word] = (_hash(word) | _IS_SHORT * (len(word) <= _SHORT)).to_bytes(8, "little")
        return code


_CODES = _Codes()
