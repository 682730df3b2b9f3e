"""Digests: who gets which mail when, what became of those that were sent, and editing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from listening.config import Config
from listening.config.digests import Digest, Mail
from listening.digest.send import PASSWORD, sender
from listening.digest.slot import next_slot
from listening.digest.work import about_of
from listening.errors import ConfigError, ListeningError
from listening.store import Sent, Store, View
from listening.web.access import Form, action, page, who
from listening.web.pages import desk_of, go, refuse, render, tell
from listening.web.screen import Screen
from listening.web.undoing import undo_path, undoing

_LOG = 60  # letters that are shown
_KEEPS_PRIVATE = "It tells what private sources brought: only who may see those changes it. Ask an admin."


@dataclass(frozen=True, slots=True)
class Row:
    """A digest in the list; `due` is when its next letters go, and `last` those that went last."""

    digest: Digest
    about: str  # the brand or the saved view
    due: datetime | None
    last: Sequence[Sent]
    problem: str

    @property
    def waiting(self) -> Sequence[Sent]:
        """Letters that the mail server did not take yet."""
        return [each for each in self.last if each.sent is None and each.error]


def digests(request: Request) -> Response:
    """All digests and the letters that were sent or wait."""
    desk, now = desk_of(request), datetime.now(UTC)
    config = desk.config
    with desk.store() as store:
        log = store.letters(limit=_LOG)
        rows = [_row(config, store, digest, now) for digest in config.settings.digest]
    return render(
        request, "digests/list.html", rows=rows, log=log, state=lambda sent: state(config, sent, now),
        mail=config.settings.mail, mail_problem=mail_problem(config.settings.mail), secret=secret(), period=period,
    )  # fmt: skip


def _row(config: Config, store: Store, digest: Digest, now: datetime) -> Row:
    sent = store.letters(digest.name, 12)
    live = digest.enabled and digest.to
    due = next_slot(digest, now, ZoneInfo(config.settings.time_zone)).due if live else None
    last = [each for each in sent if each.slot == sent[0].slot]
    about, problem = digest.view or digest.brand, ""
    try:
        about = about_of(config, store, digest)
    except ListeningError as error:
        problem = str(error)
    if digest.enabled and not digest.to:
        problem = problem or "Nobody gets it: it names no address."
    return Row(digest, about, due, last, problem)


def mail_problem(mail: Mail) -> str:
    """Why no mail can be sent; empty where nothing is known against it."""
    try:
        sender(mail)
    except ListeningError:
        return "No mail server is set up: digests are made, but not sent."
    return ""


def secret() -> str:
    """Whether the mail server's password is set, in words; never the password."""
    try:
        return f"{PASSWORD.env} is set." if PASSWORD.read() else f"{PASSWORD.env} is not set."
    except ListeningError as error:
        return str(error)


def period(slot: str) -> str:
    """The period that a slot is of, in words: "week from 2026-11-16"."""
    every, _, first = slot.partition(" ")
    begin = first[:10]
    return {"daily": begin, "weekly": f"week from {begin}", "monthly": begin[:7]}.get(every, slot)


def state(config: Config, sent: Sent, now: datetime) -> tuple[str, str]:
    """What became of a letter, in words, and whether that is good or bad."""
    if sent.sent:
        return "sent", "good"
    known = {each.name: each for each in config.settings.digest if each.enabled}
    if sent.digest not in known or sent.reader not in known[sent.digest].to:
        return "held back: the digest is paused, or does not name this address any more", "warn"
    if sent.given_up(now):
        return f"given up after {sent.tries} tries", "bad"
    if sent.tries:
        return f"failed {sent.tries}×, will be tried again", "bad"
    return "waits to be sent", ""


def new_digest(request: Request) -> Response:
    """An empty form."""
    return _form(request, {"view": request.query_params.get("view", "")}, "")


def edit_digest(request: Request) -> Response:
    """A digest's form, as its file says."""
    name = request.query_params.get("name", "")
    if not name:
        return go(request, "/digests")
    try:
        entry = desk_of(request).editor().entry("digest", name)
    except ConfigError:
        return refuse(request, 404, f"There is no digest “{name}” in listening.toml (any more).")
    return _form(request, entry.values, entry.version)


def _form(request: Request, values: Mapping[str, Any], seen: str, problem: str = "", status: int = 200) -> Response:
    desk, visitor = desk_of(request), who(request)
    with desk.store() as store:
        views = store.views(visitor.name)
    standard = {name: each.get_default() for name, each in Digest.model_fields.items() if name != "name"}
    filled = {"name": "", **standard, "was": values.get("name", "") if seen else "", **values}
    chosen = next((each for each in views if _is_of(filled, each, visitor.name)), None)
    return render(
        request, "digests/form.html", status, values=filled, seen=seen, problem=problem, views=views, chosen=chosen,
        brands=[brand.name for brand in desk.config.brands], time_zone=desk.config.settings.time_zone,
        may_private=visitor.private, help={name: each.description for name, each in Digest.model_fields.items()},
    )  # fmt: skip


def _is_of(values: Mapping[str, Any], view: View, visitor: str) -> bool:
    """Whether a digest is of a view: a shared one by its name, one's own by both."""
    named = values["view"].casefold() in (view.name.casefold(), str(view.id))
    return named and (values["owner"] == view.owner if values["owner"] else view.shared or view.owner == visitor)


def _view(request: Request, form: Form, was: str) -> dict[str, str]:
    """The saved view that was chosen, as listening.toml names it; "kept" is the one that the digest had."""
    asked = form.text("view")
    if asked == "kept":
        there = next((each for each in desk_of(request).config.settings.digest if each.name == was), None)
        return {"view": there.view, "owner": there.owner} if there else {"view": "", "owner": ""}
    with desk_of(request).store() as store:
        view = store.view(asked, who(request).name) if asked else None
    if view is None:
        return {"view": "", "owner": ""}
    return {"view": view.name, "owner": "" if view.shared else view.owner}


def save(request: Request, form: Form) -> Response:
    """Write a digest into listening.toml; whatever says the same as the default is left out."""
    seen, was, name = form.text("seen"), form.text("was"), form.text("name")
    given: dict[str, Any] = {
        "name": name, "brand": form.text("brand"), "every": form.text("every"), "at": form.text("at"),
        "to": _addresses(form.text("to")), "csv": form.ticked("csv"), "enabled": form.ticked("enabled"),
        "private": form.ticked("private"), **_view(request, form, was),
    }  # fmt: skip
    standard = {key: field.get_default() for key, field in Digest.model_fields.items()}
    values = {key: None if key != "name" and value == standard[key] else value for key, value in given.items()}
    editor = desk_of(request).editor()
    try:
        if not who(request).private and (given["private"] or _is_private(request, was)):
            return _form(request, {**given, "was": was}, seen, _KEEPS_PRIVATE, 403)
        if seen:
            edited = editor.change("digest", was, values, seen=seen)
        else:
            edited = editor.add("digest", {key: value for key, value in values.items() if value is not None})
    except ConfigError as error:
        return _form(request, {**given, "was": was}, seen, str(error), 400)
    return go(request, f"/digests/preview?{urlencode({'name': name})}", "Saved." if edited.undo else "Nothing changed.")


def _is_private(request: Request, name: str) -> bool:
    return any(each.name == name and each.private for each in desk_of(request).config.settings.digest)


def _addresses(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in text.replace(",", " ").replace(";", " ").split() if part))


def remove(request: Request, form: Form) -> Response:
    """Take a digest out of listening.toml; what was sent stays in the log."""
    name = form.text("name")
    edited = desk_of(request).editor().remove("digest", name, seen=form.text("seen"))
    undo = undo_path("/digests", edited.undo)
    return tell(render(request, "digests/_removed.html", name=name), f"{name} is removed.", undo=undo)


def retry(request: Request, form: Form) -> Response:
    """Try letters again at once that the mail server did not take."""
    desk, now = desk_of(request), datetime.now(UTC)
    with desk.store() as store:
        count = sum(store.retry_letter(letter, now) for letter in form.numbers("letter"))
    told = f"{count} letter{'s' if count != 1 else ''} will be tried again within a minute, if `listening up` runs."
    return go(request, "/digests", told if count else "There is nothing to try again.")


SCREEN = Screen(
    title="Digests", path="/digests", icon="digests", group="set-up",
    routes=[
        page("/digests", digests, "viewer"),
        page("/digests/new", new_digest, "analyst"),
        page("/digests/edit", edit_digest, "analyst"),
        action("/digests/save", save, "analyst", name="save_digest"),
        action("/digests/remove", remove, "analyst", name="remove_digest"),
        undoing("/digests", "listening.toml", "analyst", only=("digest",)),
        action("/digests/retry", retry, "analyst", name="retry_letters"),
    ],
)  # fmt: skip
