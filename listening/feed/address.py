"""Addresses in feeds: the pages they lead to, without the wrappings and tracking marks that change with each visit."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_\w+|[fgy]clid|gclsrc|dclid|msclkid|igshid|mc_[ce]id|_hs(?:enc|mi)|wt_mc|at_(?:medium|campaign)"
)
_WRAPPERS = {("www.google.com", "/url"): ("url", "q"), ("www.bing.com", "/news/apiclick.aspx"): ("url",)}
_LONGEST = 2_000  # characters; no server takes more


def web_address(text: str, base: str = "") -> str:
    """The http or https address that a link leads to from `base`; empty for anything else.

    Search sites wrap the addresses they find: those are unwrapped. Tracking parameters are dropped.
    """
    try:
        text = "".join(c for c in text.strip() if c.isprintable()).replace(" ", "%20")
        address = urljoin(base, text)
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host or len(address) > _LONGEST:
            return ""
        for name in _WRAPPERS.get((host, parts.path), ()):
            wrapped = parse_qs(parts.query).get(name, [""])[0]
            if wrapped.startswith(("http://", "https://")):
                return web_address(wrapped)
        if _TRACKING.search(parts.query):
            kept = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(n)]
            parts = parts._replace(query=urlencode(kept))
        return urlunsplit(parts)
    except ValueError:  # brackets that are no IPv6 address, characters that NFKC turns into slashes
        return ""


def address_key(address: str) -> str:
    """What stays of a web address when a site moves to https, or links to a place on the page.

    A fragment with a number in it stays, since it names one comment of many on a page.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return address
    host = (parts.hostname or "").rstrip(".")
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    fragment = parts.fragment if any(c.isdigit() for c in parts.fragment) else ""
    return urlunsplit(("https", place, parts.path or "/", parts.query, fragment))


def host_of(address: str) -> str:
    """The host of a web address, without "www."."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
