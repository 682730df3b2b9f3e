"""What faces feel like: emoji and emoticons, which need no language."""

from __future__ import annotations

# VADER reads an emoji as the English words of its name, which makes "face with tears of joy" sad and leaves a thumb
# neutral; these go by what people mean with them.
_EMOJI = {
    3.0: "😍🥰🤩💯🏆🥇",
    2.0: "❤♥💙💚💛💜🧡🖤💗💖💕💞💓💘💝🤗👏👍😘🎉🎊🙌😊☺😇🥳💪👌🌟😋😻🌹💐🥂🍾✨",
    1.5: "😀😃😄😁😆🙂😌😎🤝🙏😉😚😙😗😽👑🌞☀⭐🌈🎁🍀🤘✌🔥🫶💋💃🕺",
    0.15: "😂🤣😅😜😝😛😹",
    -1.0: "😐😑😶🙄😏🤔😬😰😥🤷😳🙃🥺😴🥱😦😧🚫🤦",
    -1.6: "☹🙁😕😟😔😞😣😖😓😿😵🆘❌",
    -2.0: "😢😭😒😩😫💔👎😤😠🤥😨😱🤒🤕",
    -3.0: "😡🤬🤮🤢💩🖕👿😾☠🤡",
}
_VALENCES = {emoji: valence for valence, each in _EMOJI.items() for emoji in each}
_HAPPY, _SAD = 2.0, -2.0
_MOUTHS = dict.fromkeys(")]Dd3*pP", _HAPPY) | dict.fromkeys("([/\\|sS", _SAD)

# Emoticons glued to a word too ("danke:)"), whose mouth may be repeated; then one emoji.
FACE = (
    r"[:;=]['-]?[)(\]\[]+|(?<![^\W_])[:;=]['-]?[DdPp3/\\|*sS]+(?![\w/])|</?3+|\^[_.]?\^|-[_.]+-"
    "|[\U0001f300-\U0001faff\u2600-\u27bf\u2b50]"
)


def face(mark: str) -> float | None:
    """The valence of an emoji or emoticon, from -4 to 4, 0 where it says nothing; None for what is no face."""
    if len(mark) == 1:
        return _VALENCES.get(mark, 0.0) if mark >= "\u2600" else None
    if mark.startswith("<"):
        return _SAD if "/" in mark else _HAPPY
    if mark.startswith("^"):
        return _HAPPY
    if mark.startswith(("-_", "-.")):
        return _SAD
    if mark[0] in ":;=":
        return _MOUTHS.get(mark[1:].lstrip("'-")[:1])
    return None
