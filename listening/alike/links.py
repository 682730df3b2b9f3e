"""Links as they are compared: one place, one spelling, without what trackers hang on."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+|(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,10}/[^\s<>\"]*", re.I)
_TRACKING = re.compile(
    r"(?:(?:utm|at|hsa|pk|mtm)_\w+|mc_[ce]id|[a-z]*clid|igshid|igsh|ref(?:_src|_url|errer|erral)?|source|src|share|si|"
    r"spm|cmpid|cid|ocid|ncid|feature|_ga|_gl|hss_channel|via|s|t|amp|sh|guccounter|smid|mbid|trk)",
    re.I,
)
_SHORTENERS = frozenset(
    "t.co bit.ly buff.ly ow.ly tinyurl.com dlvr.it ift.tt lnkd.in goo.gl is.gd trib.al fb.me youtu.be amzn.to "
    "shorturl.at rebrand.ly cutt.ly j.mp wp.me".split()
)


def plain_link(link: str) -> str:
    """`host/path?query` without scheme, "www.", fragment and tracking parameters; never an error."""
    try:
        parts = urlsplit(link.rstrip(").,;:!?'\"…") if "://" in link else f"https://{link.rstrip(').,;:!?…')}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    except ValueError:
        return link
    path = parts.path.rstrip("/").removesuffix("/amp")
    if not parts.query:
        return f"{host}{path}"
    kept = sorted((k, v) for k, v in parse_qsl(parts.query)[:50] if not _TRACKING.fullmatch(k))
    return f"{host}{path}?{urlencode(kept)}" if kept else f"{host}{path}"


def elsewhere(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two posts link to different pages of one site: then few equal words are about different things."""
    if not one or not other or set(one) & set(other):
        return False
    hosts = {link.partition("/")[0] for link in one} & {link.partition("/")[0] for link in other}
    return bool(hosts - _SHORTENERS)
