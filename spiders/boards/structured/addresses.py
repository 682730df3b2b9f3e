"""What the addresses of a board tell: which page of a list, which topic, and whether of a topic or a forum."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from spiders.boards.page import Page, attribute, without

NOISE = ("sid", "s", "phpsessid", "jsessionid", "sessionid", "utm_source", "utm_medium", "utm_campaign", "ref")
_TOPIC = re.compile(
    r"threads?|topics?|discussions?|questions?|q|t|d|(?:view|show)(?:topic|thread)|tid|topic_?id|thread_?id|"
    r"messages?|stor(?:y|ies)|themen?|thema|sujets?|temas?|hilos?|td-p"
)
_FORUM = re.compile(
    r"forums?|boards?|categor(?:y|ies)|c|f|fid|cat|sections?|sub-?forums?|viewforum|forumdisplay|forum_?id|groups?|"
    r"spaces?|foros?|foren|kategorien?|bd-p"
)
_NEVER = re.compile(
    r"log-?(?:in|out|on|off)|sign-?(?:in|out|up)|register|registration|join|lost-?password|search|members?|memberlist|"
    r"users?|profiles?|people|u|authors?|calendar|events?|reply|report|edit|delete|new|create|compose|ask|posting|"
    r"rss|feeds?|atom|print|share|tags?|labels?|help|faq|rules|privacy|terms|contact|about|cart|downloads?|"
    r"attachments?|account|admin|badges?|whos-?online|online|staff|team|latest|newest|hot|top|unanswered|activity|"
    r"active|recent|popular|votes?|vote|flag|goto|last-?post|newposts|unread|mark-?read|quote|ucp|messenger|leaderboard"
)
_VARIES = re.compile(r"sort|order|dir|filter|view|tab|action|do|mode|show|order_?by|direction|style|lang(?:uage)?|q")
_POSTS = ("p", "pid", "post", "post_id", "postid", "mid", "comment_id")  # parts of a query that name a post
_PAGE = re.compile(
    r"[?&](?:page|pg|paged|pagina|seite)=(\d{1,7})|/page[/-]?(\d{1,7})|/p(\d{1,7})(?=/|$)|-page-?(\d{1,7})", re.I
)
_OFFSET = re.compile(r"[?&](?:start|offset|st|limitstart)=(\d{1,9})", re.I)
_TOP = re.compile(r"forums?|community|boards?|discussions?|questions?|index(?:\.php)?|home|foren|foros?", re.I)


def clean(url: str) -> str:
    """An address without session ids and the like, and without "page 1"."""
    names = [name for name in re.findall(r"[?&]([^=&]+)", url) if name.lower() in NOISE]
    url = without(url, *names) if names or "#" in url else url
    match = _PAGE.search(url)
    if match is None or int(next(filter(None, match.groups()))) > 1:
        return url
    rest = url[match.end() :]
    mark = "?" if match[0][0] == "?" and rest.startswith("&") else ""
    return f"{url[: match.start()]}{mark}{rest[1:] if mark else rest}"


def turned(url: str) -> int:
    """Which page of a list or a topic an address names, from 1; what counts posts gives a number above."""
    match = _PAGE.search(url) or _OFFSET.search(url)
    return max(1, int(next(filter(None, match.groups())))) if match else 1


def start(url: str) -> str:
    """The address of the first of the pages to which this one belongs."""
    url = clean(url)
    url = without(url, *_POSTS) if "&" in url else url
    match = _PAGE.search(url) or _OFFSET.search(url)
    if match is None:
        return url
    rest = url[match.end() :]
    return f"{url[: match.start()]}{'?' + rest[1:] if match[0][0] == '?' and rest.startswith('&') else rest}"


def key(url: str) -> str:
    """What tells a topic from others: its address, up to a number that stands alone, without the words after it."""
    parts = urlsplit(start(url))
    steps = [step for step in parts.path.split("/") if step]
    numbers = [at for at, step in enumerate(steps) if step.isdecimal()]
    if len(numbers) == 1 and not parts.query:
        at = numbers[0]
        if at == len(steps) - 2:
            steps = steps[:-1]
        elif at == len(steps) - 1 and at >= 2 and _TOPIC.fullmatch(steps[at - 2]):
            steps = [*steps[: at - 1], steps[at]]
    return "/".join(steps) + (f"?{parts.query}" if parts.query else "")


def following(page: Page) -> str:
    """The address of the page after this one, by `rel` or by its number; empty where there is none."""
    here, base, host = turned(page.url), start(page.url), urlsplit(page.url).netloc
    named = (clean(page.link(attribute(link, "href"))) for link in page.html.css("[rel~='next']"))
    found = next((url for url in named if turned(url) > here and urlsplit(url).netloc == host), "")
    if found:
        return found
    hrefs = {attribute(link, "href") for link in page.html.css("a[href]")}
    turning = {clean(page.link(href)) for href in hrefs if _PAGE.search(href) or _OFFSET.search(href)}
    return min((url for url in turning if turned(url) > here and start(url) == base), key=turned, default="")


def shape(url: str) -> str:
    """The pattern of an address: numbers as "#", words that vary as "*"."""
    parts = urlsplit(url)
    steps = [step if "." in step and step.endswith((".php", ".aspx", ".asp", ".cgi")) else _pattern(step)
             for step in parts.path.split("/") if step]  # fmt: skip
    names = sorted(f"{name}={_pattern(value)}" for name, _, value in (p.partition("=") for p in parts.query.split("&")))
    return f"/{'/'.join(steps)}{'?' + '&'.join(names) if parts.query else ''}"


def _pattern(step: str) -> str:
    if step.isdecimal():
        return "#"
    stem, dot, ending = step.rpartition(".")
    if dot and ending.isdecimal():
        return "*.#"
    if dot and ending in ("html", "htm"):
        return f"{_pattern(stem)}.html"
    if match := re.match(r"(\d+)[-_.]", step):
        return f"#{step[match.end() - 1]}*"
    if re.search(r"[-_]\d+$", step):
        return "*-#"
    return "*" if re.search(r"[-_%\d+]", step) or len(step) > 20 else step.lower()


def refused(url: str) -> bool:
    """Whether an address leads to what is never read: logins, profiles, calendars, forms, other orders of a list."""
    parts = urlsplit(url)
    steps = [step.partition(".")[0].lower() for step in parts.path.split("/") if step]
    names = [part.partition("=")[0].lower() for part in parts.query.split("&") if part]
    post = len(names) == 1 and names[0] in _POSTS
    return post or any(map(_NEVER.fullmatch, steps)) or any(map(_VARIES.fullmatch, names)) or parts.path.endswith((
        ".png", ".jpg", ".gif", ".zip", ".pdf", ".xml", ".json", ".webp",
    ))  # fmt: skip


def kind_of(pattern: str, groups: Iterable[str]) -> str:
    """Whether addresses of a shape are of topics or forums, as far as its words tell."""
    path, _, asked = pattern.partition("?")
    steps = [step for step in re.split(r"[/&]", path) if step]
    for name in (part.partition("=")[0] for part in asked.split("&") if part):
        if kind := word(name):
            return kind
    if not any(set(step) & {"#", "*"} for step in steps) and not asked:
        return ""
    for at in range(len(steps) - 1, -1, -1):
        if kind := word(steps[at].partition(".")[0]):
            deeper = kind == "forum" and any(
                other != pattern and pattern.startswith(f"{other}/") and set("#*") & set(other) for other in groups
            )
            return "topic" if deeper else kind
    return ""


def word(step: str) -> str:
    """What a word in an address says of it: "topic", "forum", or nothing."""
    return "topic" if _TOPIC.fullmatch(step) else "forum" if _FORUM.fullmatch(step) else ""


def is_top(url: str) -> bool:
    """Whether an address is named as those of whole boards are."""
    return _TOP.fullmatch(urlsplit(url).path.strip("/").rpartition("/")[2]) is not None
