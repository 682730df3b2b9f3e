"""Pages from templates: everything that comes from outside is escaped, everything from here is formatted one way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from listening.web.desk import Desk
from listening.web.problem import Problem, for_programs
from listening.web.visitor import zone as zone_of

_FILES = Path(__file__).parent
_SAID = "said"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FILES / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {
        "number": number, "compact": compact, "percent": percent, "signed": signed, "marked": marked, "site": site,
        "excerpt": excerpt, "outside": outside, "size": size, "zip": zip,
    }  # fmt: skip
    made.globals["static"] = static
    return made


def desk_of(request: Request) -> Desk:
    """The installation that is served."""
    return cast("Desk", request.app.state.desk)


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page. Templates know `visitor`, `desk_config`, `nav`, `zone` and `when(iso)` besides what they are given."""
    desk = desk_of(request)
    zone = zone_of(request, desk.config.settings.time_zone)
    said = unquote(request.cookies.get(_SAID, ""))
    common = {
        "request": request, "visitor": request.state.visitor, "config": desk.config, "mistake": desk.mistake,
        "zone": zone, "when": lambda stamp, **how: when(stamp, zone, **how), "said": said,
        "nav": request.app.state.nav, "theme": request.cookies.get("theme", ""), "path": request.url.path,
    }  # fmt: skip
    page = HTMLResponse(_environment().get_template(template).render(common | values), status)
    if said:
        page.delete_cookie(_SAID)
    return page


def refuse(request: Request, status: int, message: str) -> Response:
    """A page that says why not; a line where only part of a page was asked for; a problem object for programs."""
    if for_programs(request.url.path):
        return Problem(status, message)
    if "hx-request" in request.headers:
        return tell(Response(status_code=status, headers={"HX-Reswap": "none"}), message, bad=True)
    return render(request, "refused.html", status, code=status, message=message)


def go(request: Request, path: str, said: str = "") -> Response:
    """Send the browser to another page of ours, which shows what was `said` once."""
    partial = "hx-request" in request.headers
    answer = Response(headers={"HX-Redirect": path}) if partial else RedirectResponse(path, 303)
    if said:
        answer.set_cookie(_SAID, quote(said[:500]), max_age=60, httponly=True, samesite="lax")
    return answer


def tell(answer: Response, text: str, *, undo: str = "", bad: bool = False) -> Response:
    """Let the page show a line for a while, with a way to undo what was done: the path to post to."""
    event = {"said": {"text": text, "undo": undo, "bad": bad}}
    answer.headers["HX-Trigger"] = json.dumps(event)  # ASCII: headers hold nothing else
    return answer


def local(path: str, default: str = "/") -> str:
    """A path of this site, and never another site's address: where to go after signing in."""
    parts = urlsplit(path)
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if fine and path.isprintable() and "\\" not in path else default


@lru_cache(maxsize=256)
def static(name: str) -> str:
    """The address of one of our files, with its digest: browsers may keep it for ever."""
    digest = hashlib.sha256((_FILES / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def when(stamp: str | datetime | None, zone: ZoneInfo, *, day: bool = False, ago: bool = False) -> Markup:
    """A time where the reader is, with its exact form to hover over; "–" for none. `ago` tells how long since."""
    if not stamp:
        return Markup("–")
    moment = datetime.fromisoformat(stamp) if isinstance(stamp, str) else stamp
    there = moment.astimezone(zone)
    full = f"{there:%A, %-d %B %Y, %H:%M} {there.tzname() or ''}".strip()
    if ago:
        text = since(moment, datetime.now(UTC))
    else:
        year = "" if there.year == datetime.now(zone).year else f" {there:%Y}"
        text = f"{there:%-d %b}{year}" + ("" if day else f", {there:%H:%M}")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.astimezone(UTC).isoformat(), full, text)


def since(moment: datetime, now: datetime) -> str:
    """How long ago, or in how long, in one unit."""
    seconds = (now - moment).total_seconds()
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(abs(seconds) // size)
        if count:
            span = f"{count} {name}{'s' if count > 1 else ''}"
            return f"{span} ago" if seconds > 0 else f"in {span}"
    return "just now" if seconds >= 0 else "in a moment"


def number(value: float | None, digits: int = 0) -> str:
    """A number with its thousands apart; "–" for none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def compact(value: float | None) -> str:
    """A number in a few characters: 940, 12.3k, 4.1M."""
    if value is None:
        return "–"
    for size, unit in ((1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if unit == 'k' else size):.1f}{unit}".replace(".0", "")
    return f"{value:,.0f}"


def size(count: float) -> str:
    """Bytes in a unit that people know."""
    unit, digits = (1e9, 1) if count >= 1e9 else (1e6, 1 if count < 1e8 else 0)
    return f"{count / unit:,.{digits}f} {'GB' if unit == 1e9 else 'MB'}"


def percent(value: float | None, digits: int = 0) -> str:
    """A share, 0 to 1, as per cent."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def signed(value: float | None, digits: int = 2) -> str:
    """A number with its sign, the minus as typesetters write it."""
    if value is None:
        return "–"
    return f"{value:+.{digits}f}".replace("-", "−")


def site(url: str) -> str:
    """The site of an address, without "www."."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def outside(url: str) -> str:
    """An address that may be linked to: http, https or mailto; "" for any other, which could run in the page."""
    try:
        return url if urlsplit(url).scheme.lower() in ("http", "https", "mailto") else ""
    except ValueError:
        return ""


def marked(text: str, spans: Iterable[tuple[int, int]], kind: str = "") -> Markup:
    """A text with some of its spans highlighted; everything is escaped."""
    out, at = [], 0
    for start, end in sorted(spans):
        if start < at or end > len(text):
            continue
        out += [escape(text[at:start]), Markup('<mark class="{}">{}</mark>').format(kind, text[start:end])]
        at = end
    return Markup("").join([*out, escape(text[at:])])


def excerpt(text: str, spans: Sequence[tuple[int, int]], length: int = 400) -> Markup:
    """So many characters of a text, highlighted as by `marked`: its beginning, or what stands around the first span."""
    first = min(spans, default=(0, 0))
    start = first[0] - length // 4 if first[1] > length else 0
    end = start + length
    shown = marked(text[start:end], [(begin - start, stop - start) for begin, stop in spans if begin >= start])
    return Markup("{}{}{}").format("…" if start else "", shown, "…" if end < len(text) else "")
