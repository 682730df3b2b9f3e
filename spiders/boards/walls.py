"""Pages that stand where posts should be: a login, a robot check, a closed board."""

from __future__ import annotations

import re

from spiders.boards.page import Page
from spiders.boards.shape import items, record, words

_CHALLENGE = re.compile(
    rb"<title>\s*(?:just a moment|attention required|ddos-guard|please wait|access denied|security check)"
    rb"|checking your browser|verify (?:that )?you are (?:a )?human|cf-chl-|g-recaptcha|h-captcha|hcaptcha\.com"
    rb"|anubis_challenge|cf-turnstile|_incapsula_resource",
    re.I,
)
_PASSWORD = re.compile(rb"type\s*=\s*[\"']?password", re.I)
_NOT_LOGGED_IN = re.compile(r"logged.?in|log.?in|not.?authori[sz]ed|forbidden|invalid_access", re.I)
_CLOSED = re.compile(
    rb"board (?:is )?(?:currently )?(?:disabled|offline|closed)|down for maintenance|maintenance mode", re.I
)


def wall(page: Page) -> str:
    """What a page without posts shows instead: "login", "robot check", "closed", or "" for nothing known.

    Ask only of pages without posts: many boards show a login form beside everything else.
    """
    if isinstance(page.json, dict):
        said = " ".join(map(words, items(page.json.get("errors"))))
        said += words(page.json.get("error_type")) + words(page.json.get("error"))
        said += words(record(page.json, "status").get("code"))
        return "login" if _NOT_LOGGED_IN.search(said) or page.status == 401 else ""
    if _CHALLENGE.search(page.body):
        return "robot check"
    if _CLOSED.search(page.body):
        return "closed"
    return "login" if _PASSWORD.search(page.body) or page.status == 401 else ""
