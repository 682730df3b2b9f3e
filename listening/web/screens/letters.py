"""A digest as it would be mailed now, and sending it to oneself before others get it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from listening.config.digests import Digest
from listening.digest.extract import Extract
from listening.digest.letter import Letter
from listening.digest.mail import alone, foretold, pages
from listening.digest.send import sender
from listening.digest.slot import last_slot
from listening.digest.work import gathered, scope_of, send
from listening.errors import ListeningError
from listening.store import Scope, Store
from listening.web.access import Form, action, page, who
from listening.web.pages import desk_of, go, refuse, render
from listening.web.screen import Screen
from listening.web.screens.digests import mail_problem

# The mail stands in a frame without scripts, forms and a site of its own; its styles are in place, as mails have them.
_FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; form-action 'none'; "
    "base-uri 'none'; sandbox"
)
_SAMPLE = Digest(name="digest")  # what one would look like


def _named(request: Request, name: str) -> Digest | None:
    there = desk_of(request).config.settings.digest
    if not name:
        return there[0] if there else _SAMPLE
    return next((each for each in there if each.name == name), None)


def _scope(request: Request, store: Store, digest: Digest) -> Scope:
    """What a digest may tell this visitor: never more than what they may see themselves."""
    config = desk_of(request).config
    return Scope(scope_of(config, digest).hidden | who(request).scope(store).hidden)


def _letter(request: Request, store: Store, digest: Digest) -> Letter | Extract:
    """The digest as it is now; kept for up to a minute, as a page and the frame in it both show it."""
    desk, now = desk_of(request), datetime.now(UTC)
    config, scope = desk.config, _scope(request, store, digest)
    slot = last_slot(digest, now, ZoneInfo(config.settings.time_zone))
    about = store.view(digest.view, digest.owner) if digest.view else [brand.name for brand in config.brands]
    key = f"{now:%Y-%m-%dT%H:%M} {digest.model_dump_json()} {slot.key} {about} {sorted(scope.hidden)}"
    return desk.previews.keep(
        f"{who(request).name}/digest", key, lambda: gathered(config, store, digest, slot, now, scope)
    )  # fmt: skip


def preview(request: Request) -> Response:
    """The digest of the address, or the first, around a frame with its mail."""
    digest = _named(request, request.query_params.get("name", ""))
    return _not_there(request) if digest is None else _preview(request, digest)


def _preview(request: Request, digest: Digest, problem: str = "", said: str = "", to: str = "") -> Response:
    values: dict[str, Any] = {"letter": None, "text": "", "attached": ""}
    with desk_of(request).store() as store:
        try:
            letter = _letter(request, store, digest)
            came = foretold(store, letter, _scope(request, store, digest)) if digest.csv else None
            _, text, _ = pages(letter, store.calendar().name, came)
            values = {"letter": letter, "text": text, "attached": came.says if came else ""}
        except ListeningError as error:
            problem = problem or str(error)
    mail = desk_of(request).config.settings.mail
    return render(
        request, "digests/preview.html", 400 if problem else 200, digest=digest, problem=problem, told=said, to=to,
        mail_problem=mail_problem(mail), sample=digest is _SAMPLE, **values,
    )  # fmt: skip


def letter_page(request: Request) -> Response:
    """The mail alone, for the frame: under a policy of its own, with its pictures inside."""
    if "name" not in request.query_params:
        return go(request, "/digests")
    digest = _named(request, request.query_params["name"])
    if digest is None:
        return _not_there(request)
    with desk_of(request).store() as store:
        letter = _letter(request, store, digest)
        came = foretold(store, letter, _scope(request, store, digest)) if digest.csv else None
        html, _, pictures = pages(letter, store.calendar().name, came)
    return HTMLResponse(alone(html, pictures), headers={"Content-Security-Policy": _FRAMED})


def send_test(request: Request, form: Form) -> Response:
    """Mail a digest to one address now; its readers get it when they would have got it anyway."""
    digest, to = _named(request, form.text("name")), form.text("to")
    if digest is None:
        return _not_there(request)
    desk, now = desk_of(request), datetime.now(UTC)
    config = desk.config
    try:
        reader = Digest.model_validate({"name": digest.name, "to": [to]}).to[0]
    except ValueError:
        return _preview(request, digest, f"“{to}” is not a mail address: write kim@example.com.", to=to)
    if not reader:
        return _preview(request, digest, "To whom? Write an address.")
    try:
        sender(config.settings.mail)
        with desk.store() as store:
            letter = _letter(request, store, digest)
            scope = _scope(request, store, digest)
            send(config, store, digest, letter, reader, f"test {now.isoformat()}", scope)
    except ListeningError as error:
        return _preview(request, digest, str(error), to=to)
    return _preview(request, digest, said=f"Sent to {reader}. Its readers get it when it is due.", to=to)


def _not_there(request: Request) -> Response:
    return refuse(request, 404, "There is no such digest in listening.toml (any more).")


SCREEN = Screen(
    routes=[
        page("/digests/preview", preview, "viewer", name="preview_digest"),
        page("/digests/letter", letter_page, "viewer", name="letter"),
        action("/digests/test", send_test, "analyst", name="test_digest"),
    ],
)
