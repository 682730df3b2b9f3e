"""Reddit's API as this program asks it: read-only, through PRAW, page by page, with its refusals in plain words."""

from __future__ import annotations

import configparser
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import praw
import requests
from praw.config import Config
from praw.exceptions import PRAWException
from prawcore.exceptions import (
    BadJSON,
    Forbidden,
    NotFound,
    OAuthException,
    PrawcoreException,
    Redirect,
    RequestException,
    ResponseException,
    UnavailableForLegalReasons,
)

from listening.errors import CredentialError, SourceError
from listening.fetch.address import Allowed, check
from listening.fetch.identity import user_agent
from listening.reddit import API, SITE
from listening.reddit.listing import Refused

_TIMEOUT = 30.0  # seconds
_LONGEST_WAIT = 900.0  # seconds; a server that asks for more is asked again by the next run
_TURNS = 3  # requests that a server which asks to wait gets before the run gives up
_KEYS = "LISTENING_REDDIT_CLIENT_ID and LISTENING_REDDIT_CLIENT_SECRET"
_POOL = re.compile(r"^\w+\([^)]*\): ")  # urllib3 begins its reasons with the object that had them
# PRAW and prawcore raise more than they name: KeyError for a 401 without a header, AssertionError for two fields.
_FAILURES = (PrawcoreException, PRAWException, ValueError, LookupError, TypeError, AttributeError, AssertionError)
_REFUSALS: Mapping[type[Exception], str] = {
    NotFound: "it does not exist, or was banned",
    Redirect: "it does not exist",  # Reddit leads on to a search for subreddits
    Forbidden: "it is private, quarantined or closed to this app",
    UnavailableForLegalReasons: "it is withheld for legal reasons",
}


@dataclass(frozen=True, slots=True)
class Access:
    """What it takes to ask: an app's keys, a contact for the user agent, and where the API is."""

    client_id: str
    client_secret: str
    contact: str = ""
    url: str = SITE
    oauth_url: str = API
    allow_private: tuple[str, ...] = ()  # "host" or "host:port" that may be on a private network


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing, newest first."""

    rows: list[object]
    after: str  # asks for the next page; empty where there is none


class Api:
    """Listings, page by page. Waits where Reddit asks to (HTTP 429), through `sleep`."""

    def __init__(self, access: Access, *, now: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        """Raises AddressError if the API's address is private and not allowed, SourceError if it has none."""
        for url in {access.url, access.oauth_url} - {SITE, API}:
            _permit(url, Allowed(access.allow_private))
        self._sleep, self._host = sleep, urlsplit(access.oauth_url).netloc
        self._praw = _client(access, _Session(now))

    def page(self, path: str, params: Mapping[str, str | int]) -> Page:
        """One page of the listing at `path`, such as "r/Tools/new".

        Raises Refused for a listing we may not read, CredentialError for keys that Reddit does not take, and
        SourceError where no listing came.
        """
        answer = self._ask(path, dict(params))
        data = answer.get("data") if isinstance(answer, dict) else None
        rows = data.get("children") if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise SourceError(f"{self._host} did not answer with a listing")
        after = data.get("after") if isinstance(data, dict) else None
        return Page(rows, after if isinstance(after, str) else "")

    def _ask(self, path: str, params: dict[str, str | int]) -> Any:
        for _ in range(_TURNS):
            try:
                return self._praw.request(method="GET", path=path, params=params)
            except _FAILURES as error:
                response = getattr(error, "response", None)
                if response is None or response.status_code != 429:
                    raise _meaning(error, self._host) from None
                wait = _wait(response)
            if wait > _LONGEST_WAIT:
                raise SourceError(f"{self._host} asks to wait {wait:.0f} seconds before the next request")
            self._sleep(wait)
        raise SourceError(f"{self._host} answered HTTP 429 {_TURNS} times in a row, and was waited for each time")


def _meaning(error: Exception, host: str) -> Exception:
    """The same failure in words for a person, as the error that says what to do about it."""
    for kind, words in _REFUSALS.items():
        if isinstance(error, kind):
            return Refused(words)
    status = error.response.status_code if isinstance(error, ResponseException) else 0
    # Of all refusals with 401 and 403, those left here are of the token and of the keys that ask for one.
    if isinstance(error, OAuthException) or status in (401, 403):
        return CredentialError(f"Reddit does not take the keys: check {_KEYS}")
    match error:
        case BadJSON():
            said = "did not answer with a listing"
        case ResponseException():
            said = f"answered with HTTP {status}"
        case RequestException():
            said = f"cannot be reached: {_cause(error.original_exception)}"
        case _:
            said = f"answered in a way that PRAW cannot read: {error}"
    return SourceError(f"{host} {said}")


class _Session(requests.Session):
    """HTTP for PRAW: no redirects, which could lead anywhere, one timeout, and Retry-After in seconds."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        response = super().send(request, **kwargs | {"timeout": _TIMEOUT, "allow_redirects": False})
        if asked := response.headers.get("Retry-After"):
            # prawcore takes seconds alone, and RFC 9110 (10.2.3) allows a date.
            response.headers["Retry-After"] = str(self._seconds(asked))
        return response

    def _seconds(self, asked: str) -> int:
        if asked.isascii() and asked.isdecimal():
            return int(asked[:9])
        try:
            return max(0, round((parsedate_to_datetime(asked) - self._now()).total_seconds()))
        except (ValueError, TypeError, OverflowError):  # neither, or a date without a zone
            return 60


def _client(access: Access, session: requests.Session) -> praw.Reddit:
    # Every setting is given here: no praw.ini in somebody's home or working directory may change or redirect them.
    Config.CONFIG = configparser.ConfigParser()
    return praw.Reddit(
        "DEFAULT",
        requestor_kwargs={"session": session},
        client_id=access.client_id, client_secret=access.client_secret, redirect_uri=None,
        username=None, password=None, refresh_token=None,
        user_agent=f"python:{user_agent(access.contact)}",
        reddit_url=access.url, oauth_url=f"{access.oauth_url}/", short_url=access.url,
        check_for_updates=False, check_for_async=False, ratelimit_seconds=0, timeout=int(_TIMEOUT), window_size=600,
        comment_kind="t1", redditor_kind="t2", submission_kind="t3", message_kind="t4", subreddit_kind="t5",
        trophy_kind="t6",
    )  # fmt: skip


def _permit(url: str, allowed: Allowed) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SourceError(f"{host} cannot be reached: {error.strerror or error}") from None
    for *_, place in found:
        check(host, port, str(place[0]), allowed)


def _wait(response: requests.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 60.0


def _cause(error: BaseException) -> str:
    """The innermost reason of a failed connection, without the objects around it."""
    while True:
        deeper = getattr(error, "reason", None) or error.__cause__ or (error.args[0] if error.args else None)
        if not isinstance(deeper, BaseException):
            return getattr(error, "strerror", None) or _POOL.sub("", str(error)) or type(error).__name__
        error = deeper
