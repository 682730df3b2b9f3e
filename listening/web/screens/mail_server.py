"""The server that digests are mailed by: its settings, whether its password is set, and whether it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from listening.config.digests import Mail
from listening.digest.send import sender, server
from listening.errors import ConfigError, ListeningError
from listening.web.access import Form, action, page
from listening.web.pages import desk_of, go, render
from listening.web.screen import Screen
from listening.web.screens.digests import secret


def show(request: Request) -> Response:
    """The form, as listening.toml says."""
    values, seen = _now(request)
    return _form(request, values, seen)


def _now(request: Request) -> tuple[Mapping[str, Any], str]:
    try:
        entry = desk_of(request).editor().entry("mail")
    except ConfigError:  # there is no [mail] yet
        return {}, ""
    return entry.values, entry.version


def _form(
    request: Request, values: Mapping[str, Any], seen: str, problem: str = "", status: int = 200, well: str = ""
) -> Response:
    standard = {name: each.get_default() for name, each in Mail.model_fields.items()}
    return render(
        request, "digests/mail.html", status, values={**standard, **values}, seen=seen, problem=problem, well=well,
        secret=secret(), help={name: each.description for name, each in Mail.model_fields.items()},
    )  # fmt: skip


def save(request: Request, form: Form) -> Response:
    """Write [mail] into listening.toml."""
    port = form.text("port")
    given: dict[str, Any] = {
        "host": form.text("host"), "port": int(port) if port.isascii() and port.isdigit() and len(port) < 8 else port,
        "security": form.text("security"), "user": form.text("user"), "sender": form.text("sender"),
    }  # fmt: skip
    standard = {key: field.get_default() for key, field in Mail.model_fields.items()}
    values = {key: None if value == standard[key] else value for key, value in given.items()}
    try:
        if not form.text("seen"):  # a new table takes no empty keys
            values = {key: value for key, value in values.items() if value is not None}
        desk_of(request).editor().change("mail", "", values, seen=form.text("seen"))
    except ConfigError as error:
        return _form(request, given, form.text("seen"), str(error), 400)
    return go(request, "/digests/mail", "Saved. Check the connection now.")


def check(request: Request, _: Form) -> Response:
    """Connect and sign in as a digest would, and send nothing."""
    values, seen = _now(request)
    mail = desk_of(request).config.settings.mail
    try:
        sender(mail)
        with server(mail):
            pass
    except ListeningError as error:
        return _form(request, values, seen, str(error), 400)
    signed = f" and lets {mail.user} in" if mail.user else ""
    told = f"{mail.host} answers{signed}. Send a digest to yourself to see it arrive."
    return _form(request, values, seen, well=told)


SCREEN = Screen(
    routes=[
        page("/digests/mail", show, "admin", name="mail_server"),
        action("/digests/mail/save", save, "admin", name="save_mail_server"),
        action("/digests/mail/check", check, "admin", name="check_mail_server"),
    ],
)
