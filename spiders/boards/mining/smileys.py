"""What people write for the pictures of faces among their words."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from spiders.boards.page import attribute

_CODE = re.compile(r":[\w+-]{1,24}:|[:;=8xX]['-]?[A-Za-z]|\W{1,8}")
_SHOWN = ("alt", "title", "data-code", "data-shortname", "data-emoji")
# for pages that show the names alone of those that nearly every board begins with
_CODES = {
    "smile": ":)", "wink": ";)", "sad": ":(", "frown": ":(", "big grin": ":D", "big smile": ":D", "biggrin": ":D",
    "tongue": ":P", "neutral": ":|", "cool": ":cool:", "heart": ":heart:",
}  # fmt: skip


def code(image: LexborNode) -> str:
    """The code of a picture, as far as the page shows it or its name tells; else its name."""
    shown = (attribute(image, name).strip() for name in _SHOWN)
    name = attribute(image, "alt")
    return next((text for text in shown if _CODE.fullmatch(text)), _CODES.get(name.lower().replace("_", " "), name))
