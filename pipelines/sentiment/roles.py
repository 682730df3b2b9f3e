"""What part a brand's name plays in its sentence: whether the sentence is about it at all."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.sentiment.relations import OWN
from pipelines.sentiment.words import Word

_PLACES = frozenset("on store shop tower branch building office desk counter next terminal street station".split())
_WHERE = frozenset("in at on opposite near outside inside from by behind to for beside".split())
_TO = frozenset("to from with by via through of at".split())
_ARTICLES = frozenset("the a an my our your their".split())
_ADJECTIVES = _ARTICLES | {"old", "new", "local", "nearest"}
_NEAR = frozenset("outside opposite near behind beside above below inside past".split())
_BESIDE = frozenset(("next to", "across from", "left at", "right at", "opposite to", "door to", "corner from"))
_GO_OUT = frozenset("come came walk walked coming walking step".split())
_THINGS = frozenset(
    "card account phone watch laptop tablet box console tv calendar switch printer router speaker stick gift voucher "
    "arena stadium centre center car-park mall plaza pickup locker park museum hall".split()
)
_WITH = frozenset("on in through via to into with using from".split())
_JOINS = frozenset(
    "sync syncs synced works work integrates integrate integrated connects connected compatible plugged linked paired "
    "pairs export exports exported import imports hooked".split()
)
_BUYS = frozenset("bought ordered got purchased picked booked rented hired buy order ordering buying".split())
_PAYS = frozenset("paid pay paying transfer transferred".split())
_PAID_BY = frozenset("by with via using through".split())
_PARTS = frozenset("plugin case adapter charger cable cover extension integration cartridge skin mount lens".split())
_WAS = frozenset(("former", "formerly", "ex"))
_OF_OTHERS = frozenset(
    ("part of", "owned by", "bought by", "acquired by", "sponsored by", "made by", "founder of", "boss of")
)
_TWO = _BESIDE | _OF_OTHERS | {"out of"}  # one word where a hyphen joins them
_LEADS = _WHERE.union(_TO, _NEAR, _WITH, _PAID_BY, _WAS, {"for"}, _TWO, (words.split()[-1] for words in _TWO))
_ASKS = frozenset(
    "can could do does did is are was has have will would should shall which what how when where who anyone anybody "
    "any someone".split()
)
_BLAMES = frozenset("come is can could dare someone somebody you".split())  # how come, how is it that, can you at last
_TURNS = frozenset("but while whereas though although however because so".split())  # with which a clause begins
_WISHES = frozenset(("please", "just"))


def is_led(words: Sequence[Word], place: int) -> bool:
    """Whether the word that leads to a brand's name may make it a place, a means, an owner or an object.

    It is looked at first: most names have none, and are then neither `is_place` nor `is_aside` nor `is_object`.
    """
    at = place - 1
    while at >= 0 and words[at].folded in _ADJECTIVES:
        at -= 1
    return at >= 0 and words[at].folded in _LEADS


def is_place(words: Sequence[Word], place: int) -> bool:
    """Whether a brand's name only tells where something is ("at the Acme on Main Street", "I work at Acme")."""
    before = [word.folded for word in words[max(place - 4, 0) : place] if word.folded not in _ARTICLES]
    if not before or before[-1] not in _WHERE:
        return False
    after = next((word.folded for word in words[place + 1 : place + 2]), "")
    return after in _PLACES or (before[-1] in {"at", "for"} and before[-2:-1] in (["work"], ["works"], ["worked"]))


def is_aside(words: Sequence[Word], place: int, others: Sequence[int]) -> bool:
    """Whether a brand's name, beside another, only tells where or with what something was done, or whose it was.

    "parked outside Acme", "with my Acme card", "bought my Globex kettle from Acme", "syncs with Acme". With what: only
    in a sentence that names others, at the tokens `others`, too.
    """
    begin = next((at + 1 for at in range(place - 1, -1, -1) if words[at].stops), 0)
    before = [word.folded for word in words[begin:place] if word.folded not in _ADJECTIVES]
    if not before:
        return False
    if _is_near(before):
        return True
    after = next((word.folded.rstrip(" .!?") for word in words[place + 1 : place + 3] if word.folded), "")
    if not _is_used(before, after):
        return False
    end = next((at + 1 for at in range(place, len(words)) if words[at].stops), len(words))
    return any(begin <= at < end for at in others)


def _is_near(before: Sequence[str]) -> bool:
    """Whether words before a name tell that it is a place, or what somebody was or belongs to."""
    two = " ".join(before[-2:])
    if two == "out of":
        return not _GO_OUT.isdisjoint(before)
    return before[-1] in _WAS or before[-1] in _NEAR or two in _OF_OTHERS or two in _BESIDE


def _is_used(before: Sequence[str], after: str) -> bool:
    """Whether words before a name, and the one behind it, tell that something was done with it."""
    last = before[-1]
    if (last == "for" and before[-2:-1] and before[-2] in _PARTS) or (
        last in _PAID_BY and not _PAYS.isdisjoint(before)
    ):
        return True
    if last not in _WITH:
        return False
    if not _JOINS.isdisjoint(before[-4:-1]) or last in {"through", "via"} or (len(before) > 1 and after in _THINGS):
        return True
    return last in {"from", "on", "at", "in"} and OWN in before and not _BUYS.isdisjoint(before)


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
