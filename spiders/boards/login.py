"""Logging in to a board with an account that a person has there: its own form, filled in like a browser would."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from scrapy.http import Request, Response, TextResponse

from spiders.boards.page import Page, attribute

_LOGIN = re.compile(r"log-?_?in(?!g)|sign-?_?in|log-?on|anmelde|connexion", re.I)
_LOGOUT = re.compile(r"log-?_?out|sign-?_?out|log-?off|abmelde|deconnexion", re.I)
_FORM = '//form[.//input[@type="password"]]'
_HIDDEN = './/input[@type="password"]/@name'
_NAME = './/input[not(@type) or @type="text" or @type="email"]/@name'


def link(page: Page) -> str:
    """Where the board's login page is; empty where no link of the board's own leads to one."""
    for node in page.html.css("a[href]"):
        href = attribute(node, "href")
        url = page.link(href)
        if _LOGIN.search(href) and not _LOGOUT.search(href) and urlsplit(url).netloc == urlsplit(page.url).netloc:
            return url
    return ""


def filled(response: Response, secrets: Mapping[str, SecretStr], then: Callable[..., Any]) -> Request | None:
    """The login form of a page with the account in it; None where there is none that may be trusted with it.

    It must lead to the same host, by POST, and not from an encrypted page to an open one.
    """
    from form2request import form2request  # with what it needs, a tenth of a second at every start

    forms = response.xpath(_FORM) if isinstance(response, TextResponse) else []
    names = [forms[0].xpath(path).get("") for path in (_NAME, _HIDDEN)] if forms else []
    if not names or not all(names):
        return None
    account = {name: secrets[kind].get_secret_value() for name, kind in zip(names, ("name", "password"), strict=True)}
    request: Request = form2request(forms[0], account).to_scrapy(callback=then, dont_filter=True)
    here, there = urlsplit(response.url), urlsplit(request.url)
    safe = here.netloc == there.netloc and (here.scheme, there.scheme) != ("https", "http")
    return request if safe and request.method == "POST" else None


def succeeded(page: Page) -> bool:
    """Whether the answer to a login is not that of a guest."""
    if page.status >= 400:
        return False
    out = any(_LOGOUT.search(attribute(node, "href")) for node in page.html.css("a[href], form[action]"))
    return out or page.html.css_first('input[type="password"]') is None
