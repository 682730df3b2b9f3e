"""What part a brand's name plays in its sentence: whether the sentence is about it at all."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.sentiment.words import Word

_PLACES = frozenset("on store shop tower branch building office desk counter next terminal street station".split())
_WHERE = frozenset("in at on opposite near outside inside from by behind to for beside".split())
_TO = frozenset("to from with by via through of at".split())
_ARTICLES = frozenset("the a an my our your their".split())
_ASKS = frozenset(
    "can could do does did is are was has have will would should shall which what how when where who anyone anybody "
    "any someone".split()
)
_BLAMES = frozenset("come is can could dare someone somebody you".split())  # how come, how is it that, can you at last
_TURNS = frozenset("but while whereas though although however because so".split())  # with which a clause begins
_WISHES = frozenset(("please", "just"))


def is_place(words: Sequence[Word], place: int) -> bool:
    """Whether a brand's name only tells where something is ("at the Acme on Main Street", "I work at Acme")."""
    before = [word.folded for word in words[max(place - 4, 0) : place] if word.folded not in _ARTICLES]
    if not before or before[-1] not in _WHERE:
        return False
    after = next((word.folded for word in words[place + 1 : place + 2]), "")
    return after in _PLACES or (before[-1] in {"at", "for"} and before[-2:-1] in (["work"], ["works"]))


def is_asked(words: Sequence[Word], place: int) -> bool:
    """Whether a brand's name stands in a question that wants to know ("does anyone know whether Acme ...")."""
    end = next((at for at in range(place, len(words)) if words[at].stops), None)
    if end is None or words[end].folded[-1:] != "?":
        return False
    begin = next((at + 1 for at in range(place - 1, -1, -1) if words[at].stops or words[at].pauses), 0)
    if any(word.folded in _WISHES for word in words[begin:end]):
        return False
    first, second = (word.folded for word in (*words[begin : begin + 2], words[begin])[:2])
    return first in _ASKS and second not in _BLAMES


def is_object(words: Sequence[Word], place: int, subjects: Sequence[int]) -> bool:
    """Whether another brand, with which the sentence begins, does something to or with this one."""
    if not place or words[place - 1].folded not in _TO:
        return False
    begins = (
        at + 1 for at in range(place - 1, -1, -1) if words[at].stops or words[at].pauses or words[at].folded in _TURNS
    )
    begin = next(begins, 0)
    return any(begin <= subject <= begin + 1 and subject < place for subject in subjects)
