"""Whatever a list shows, taken away: as a file of any kind, streamed, or as the feed of a saved view."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from listening.errors import ListeningError
from listening.export import FORMATS, Format, write_atom, write_rss
from listening.store import MentionRow, Store, View, read_filters
from listening.web.access import page, who
from listening.web.desk import Desk
from listening.web.filters import Asked, exactly
from listening.web.pages import desk_of, refuse
from listening.web.pipe import Left, Pipe
from listening.web.screen import Screen
from listening.web.visitor import Visitor, zone
from pipelines.intents import names
from pipelines.language import detect

_AT_ONCE = 4  # each holds a thread and a connection as long as it takes
_TURNS = threading.BoundedSemaphore(_AT_ONCE)
_FIRST = 2.0  # seconds in which most mistakes show, so that the answer can tell of them
_ENTRIES = 100  # of a feed


def export(request: Request) -> Response:
    """The mentions that pass the filters, as a file."""
    wanted = exactly(request, ("format", "limit"))
    name, limit = request.query_params.get("format") or "csv", request.query_params.get("limit", "")
    if name not in FORMATS:
        raise ListeningError(f'there is no format "{name[:40]}"; there are {", ".join(FORMATS)}.')
    if limit and not (limit.isascii() and limit.isdigit() and len(limit) < 10 and int(limit)):
        raise ListeningError('"limit": it is a whole number from 1.')
    form, now = FORMATS[name], datetime.now(UTC)
    here = now.astimezone(zone(request, desk_of(request).config.settings.time_zone))
    headers = {"Content-Disposition": f'attachment; filename="mentions-{here:%Y-%m-%d-%H%M}{form.suffix}"'}
    if request.method == "HEAD":
        return Response(media_type=form.media, headers=headers)
    if not _TURNS.acquire(blocking=False):
        answer = refuse(request, 503, f"{_AT_ONCE} files are being written already. Try again in a minute.")
        answer.headers["Retry-After"] = "60"
        return answer
    pipe, most = Pipe(), int(limit) if limit else None
    job = (desk_of(request), who(request), wanted, now, most, form, pipe)
    threading.Thread(target=_write, args=job, name="export", daemon=True).start()
    if (error := pipe.begun(_FIRST)) is not None:
        raise error
    return StreamingResponse(pipe, media_type=form.media, headers=headers)


def _write(
    desk: Desk, visitor: Visitor, wanted: Asked, now: datetime, limit: int | None, form: Format, pipe: Pipe
) -> None:
    try:
        with desk.store() as store:
            scope = visitor.scope(store)
            rows = store.rows(wanted.where, now=now, order=wanted.order, scope=scope, limit=limit)
            form.write(_while_read(rows, pipe), pipe)  # type: ignore[arg-type]
    except Left:
        pass
    except Exception as error:  # noqa: BLE001 - it is raised where the answer is made
        pipe.end(error)
    else:
        pipe.end()
    finally:
        _TURNS.release()


def _while_read(rows: Iterable[MentionRow], pipe: Pipe) -> Iterator[MentionRow]:
    """The rows as long as somebody waits for them: some files are written only when all rows are known."""
    for row in rows:
        if pipe.left:
            raise Left
        yield row


def atom(request: Request) -> Response:
    """A saved view as an Atom feed."""
    rows, title, ident = _view(request)
    target = io.BytesIO()
    write_atom(rows, target, title=title, ident=ident)
    return Response(target.getvalue(), media_type=FORMATS["atom"].media)


def rss(request: Request) -> Response:
    """A saved view as RSS."""
    rows, title, ident = _view(request)
    target = io.BytesIO()
    write_rss(rows, target, title=title, ident=ident)
    return Response(target.getvalue(), media_type=FORMATS["rss"].media)


def _view(request: Request) -> tuple[list[MentionRow], str, str]:
    """The newest mentions of a view that somebody may see, its name, and what tells its feed from others."""
    asked, visitor, now = str(request.path_params["view"]), who(request), datetime.now(UTC)
    settings = desk_of(request).config.settings
    with desk_of(request).store() as store:
        view = _named(store, asked, visitor)
        intents = names(desk_of(request).folder)
        where, _ = read_filters(view.filters, now, zone(request, settings.time_zone), detect, intents)
        rows = list(store.rows(where, now=now, order="newest", scope=visitor.scope(store), limit=_ENTRIES))
    return rows, view.name, f"urn:listening:view:{view.id}"


def _named(store: Store, asked: str, visitor: Visitor) -> View:
    view = store.view(asked, visitor.name) if asked.isdecimal() else None
    if view is None:
        raise HTTPException(404, "there is no such view of yours, nor a shared one: /api/v1/views lists them.")
    return view


SCREEN = Screen(
    routes=[
        page("/export", export, "viewer"),
        page("/feeds/{view}.atom", atom, "viewer", name="feed_atom"),
        page("/feeds/{view}.rss", rss, "viewer", name="feed_rss"),
    ]
)
