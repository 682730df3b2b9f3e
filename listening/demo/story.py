"""The story as its files tell it, with the ids that hold whatever day today is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from listening.demo.moment import Moment

Raw = dict[str, Any]

_FIRST_POST, _FIRST_TOPIC, _FIRST_USER = 101, 11, 48
_FIRST_SUBMISSION, _FIRST_COMMENT, _STRIDE = int("1q4h07c", 36), int("nb2k3d1", 36), 7919
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def text(name: str) -> str:
    """Return one of the files of the story, `brands.toml` for example."""
    return files("listening.demo").joinpath("data", name).read_text(encoding="utf-8")


def brands() -> list[Raw]:
    """Return the entries of `brands.toml`."""
    return list(tomllib.loads(text("brands.toml"))["brand"])


@cache
def board() -> Raw:
    """Return what the board says of itself: name, description, categories with their forums, guests, signatures."""
    told = tomllib.loads(text("board.toml"))
    entries = [entry for category in told["category"] for entry in (category, *category["forums"])]
    for number, entry in enumerate(entries, start=1):
        entry["id"] = number
    return told


@cache
def forums() -> tuple[Raw, ...]:
    """Return the forums with their topics and posts, each with its id; posts and topics count in the order of time."""
    found = [_forum(entry, category["id"]) for category in board()["category"] for entry in category["forums"]]
    topics = [topic for forum in found for topic in forum["topics"]]
    for number, topic in enumerate(sorted(topics, key=lambda topic: _age(topic["post"][0]), reverse=True)):
        topic["id"] = _FIRST_TOPIC + number
    for number, post in enumerate(_oldest_first(post for topic in topics for post in topic["post"])):
        post["id"] = _FIRST_POST + number
    return tuple(found)


@cache
def members() -> dict[str, int]:
    """Return the id of each registered author of the board."""
    posts = _oldest_first(post for forum in forums() for topic in forum["topics"] for post in topic["post"])
    names = dict.fromkeys(post["by"] for post in posts if post["by"] not in board()["guests"])
    return {name: number for number, name in enumerate(names, start=_FIRST_USER)}


def articles() -> list[Raw]:
    """Return the articles of the blog."""
    return list(tomllib.loads(text("news.toml"))["article"])


@cache
def submissions() -> tuple[Raw, ...]:
    """Return the submissions with their comments, each with its fullname and that of its parent."""
    found: list[Raw] = _oldest_first(tomllib.loads(text("reddit.toml"))["submission"])
    for number, submission in enumerate(found):
        submission["name"] = "t3_" + base36(_FIRST_SUBMISSION + number * _STRIDE)
        submission.setdefault("comment", [])
    comments = _oldest_first(comment for submission in found for comment in submission["comment"])
    for number, comment in enumerate(comments):
        comment["name"] = "t1_" + base36(_FIRST_COMMENT + number * _STRIDE)
    for submission in found:
        for comment in submission["comment"]:
            parent = comment.get("parent")
            comment["parent"] = submission["comment"][parent - 1]["name"] if parent else submission["name"]
    return tuple(found)


def _forum(entry: Raw, category: int) -> Raw:
    told = tomllib.loads(text(entry["file"]))
    for topic in told["topic"]:
        for post in topic["post"]:
            post.setdefault("lang", told.get("language", "en"))
    return {**entry, "category": category, "topics": told["topic"]}


def _oldest_first(entries: Iterable[Raw]) -> list[Raw]:
    return sorted(entries, key=_age, reverse=True)


def _age(entry: Raw) -> int:
    return Moment.parse(entry["at"]).age


def base36(number: int) -> str:
    """Return a number as Reddit writes its ids."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
