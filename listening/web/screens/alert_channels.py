"""Channels: where alerts go, whether their secrets are set, and a test of each. Secrets are named here, never shown."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from listening.alerts.trial import send_test
from listening.config import Channel, Config
from listening.errors import ConfigError, CredentialError, ListeningError
from listening.source import Credential
from listening.web.access import Form, action, page, who
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, refuse, render, tell
from listening.web.screens.alert_form import Mistakes, changes, mistakes_of
from listening.web.undoing import undo_path

_PATH = "/alerts/channels"
_TEXTS = ("name", "kind", "url", "url_env", "secret_env")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by the name of its variable: whether it is set, and what is wrong with it."""

    env: str
    set: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A channel in the list; `rules` go to it, `waits` counts its messages by state."""

    channel: Channel
    address: Secret
    signing: Secret
    rules: Sequence[str]
    waits: dict[str, int]
    test: Job | None

    @property
    def ready(self) -> bool:
        """Whether something can be sent there."""
        return bool(self.channel.url) or self.address.set


def secret(env: str) -> Secret:
    """Whether a secret is set, in the environment or in a file of its own."""
    try:
        return Secret(env, bool(Credential(env, env, "").read()))
    except CredentialError as error:
        return Secret(env, False, str(error))


def channels(request: Request) -> Response:
    """All channels, with what they still need."""
    return render(request, "alerts/channels.html", rows=_rows(request))


def _rows(request: Request) -> list[Row]:
    desk = desk_of(request)
    with desk.store() as store:
        counts, hidden = store.outbox_counts(), who(request).scope(store).hidden
    found = []
    for channel in desk.config.settings.channel:
        waits = {state: count for (name, state), count in counts.items() if name == channel.name and state != "sent"}
        rules = users(desk.config, channel.name, hidden)
        found.append(
            Row(
                channel, secret(channel.address_env), secret(channel.signing_env), rules, waits, _test(request, channel)
            )
        )
    return found


def users(config: Config, channel: str, hidden: frozenset[str] = frozenset()) -> list[str]:
    """The rules that go to a channel."""
    return [a.name for a in config.settings.alert if channel in a.channels and a.source not in hidden]


def _test(request: Request, channel: Channel) -> Job | None:
    return desk_of(request).jobs.find(f"test of {channel.name}")


def new_channel(request: Request) -> Response:
    """An empty form."""
    name = "" if desk_of(request).config.settings.channel else "care"
    return _form(request, {"name": name, "kind": "apprise", "enabled": True}, "", "")


def edit_channel(request: Request) -> Response:
    """A channel's form, as its file says."""
    name = request.query_params.get("name", "")
    if not name:
        return go(request, _PATH)
    try:
        entry = desk_of(request).editor().entry("channel", name)
        channel = Channel.model_validate(entry.values)
    except (ConfigError, ValidationError):
        return refuse(request, 404, f"There is no channel “{name}” in listening.toml (any more).")
    return _form(request, channel.model_dump(), entry.version, channel.name)


def _form(request: Request, typed: dict[str, Any], seen: str, was: str, mistakes: Mistakes | None = None) -> Response:
    values = {**dict.fromkeys(_TEXTS, ""), "enabled": True, **typed}
    if values["kind"] == "apprise":
        values["url"] = ""  # an address typed there holds passwords: it is not shown again
    try:
        shown = Channel.model_validate({"name": values["name"] or "NAME", "url_env": values["url_env"]})
    except ValidationError:
        shown = Channel(name="NAME")
    status = 400 if mistakes else 200
    return render(
        request, "alerts/channel.html", status, typed=values, seen=seen, was=was, mistakes=mistakes or {},
        address=secret(shown.address_env), signing=secret(values["secret_env"] or f"{shown.address_env}_SECRET"),
        rules=users(desk_of(request).config, was) if was else [],
    )  # fmt: skip


def save_channel(request: Request, form: Form) -> Response:
    """Write a channel into listening.toml."""
    seen, was = form.text("seen"), form.text("was")
    typed: dict[str, Any] = {key: form.text(key) for key in _TEXTS} | {"enabled": form.ticked("enabled")}
    editor = desk_of(request).editor()
    try:
        channel = Channel.model_validate({key: value for key, value in typed.items() if value != ""})
        if seen:
            old = Channel.model_validate(editor.entry("channel", was).values)
            edited = editor.change("channel", was, changes(channel, old), seen=seen)
        else:
            values = changes(channel, None)
            edited = editor.add("channel", {key: value for key, value in values.items() if value is not None})
    except ValidationError as error:
        return _form(request, typed, seen, was, _mistakes(error))
    except ConfigError as error:
        return _form(request, typed, seen, was, mistakes_of(error, "channel", typed["name"]))
    return go(request, _PATH, f"{channel.name} is saved." if edited.undo else "Nothing changed.")


def _mistakes(error: ValidationError) -> Mistakes:
    found: Mistakes = {}
    for each in error.errors(include_input=False, include_url=False):
        said = "is needed" if each["type"] == "missing" else each["msg"].removeprefix("Value error, ")
        found[str(each["loc"][0]) if each["loc"] else "url"] = said
    return found


def remove_channel(request: Request, form: Form) -> Response:
    """Take a channel out of listening.toml, unless a rule goes to it."""
    name, desk = form.text("name"), desk_of(request)
    if rules := users(desk.config, name):
        return refuse(request, 400, f"{', '.join(rules)} goes to “{name}”: take it out of there first.")
    edited = desk.editor().remove("channel", name, seen=form.text("seen"))
    answer = render(request, "alerts/_removed.html", what=name, back=_PATH, all="All channels")
    return tell(answer, f"{name} is removed.", undo=undo_path("/alerts", edited.undo))


def test_channel(request: Request, form: Form) -> Response:
    """Send a test to a channel; the page shows what became of it."""
    desk, name = desk_of(request), form.text("name")
    config = desk.config
    chosen = next((each for each in config.settings.channel if each.name == name), None)
    if chosen is None:
        return refuse(request, 404, f"There is no channel “{name}” (any more).")

    def work(_: Job) -> str:
        with desk.store() as store:
            send_test(config, chosen, store, datetime.now(UTC))
        return f"The test is sent. Look whether it arrived at “{name}”."

    with suppress(ListeningError):  # one is being sent: that is shown
        desk.jobs.start(f"test of {name}", f"Sending a test to {name}", who(request).name, work)
    if "hx-request" not in request.headers:
        return go(request, _PATH)
    return render(request, "alerts/_test.html", row_test=_test(request, chosen), name=name)


def tested(request: Request) -> Response:
    """What became of the test of a channel."""
    name = request.query_params.get("name", "")
    chosen = next((each for each in desk_of(request).config.settings.channel if each.name == name), None)
    if chosen is None:
        return go(request, _PATH)
    return render(request, "alerts/_test.html", row_test=_test(request, chosen), name=name)


ROUTES = (
    page(_PATH, channels, "viewer", name="alert_channels"),
    page(f"{_PATH}/new", new_channel, "analyst"),
    page(f"{_PATH}/edit", edit_channel, "analyst"),
    page(f"{_PATH}/tested", tested, "analyst", name="tested_channel"),
    action(f"{_PATH}/save", save_channel, "analyst"),
    action(f"{_PATH}/remove", remove_channel, "analyst"),
    action(f"{_PATH}/test", test_channel, "analyst"),
)
