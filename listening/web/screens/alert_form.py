"""A rule's form: what it may say, its mistakes beside it, and saving it into listening.toml."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from listening.config import Alert
from listening.config.edit import Editor
from listening.errors import ConfigError, QueryError
from listening.query import parse
from listening.store import Scope
from listening.web.access import Form, action, page, who
from listening.web.pages import desk_of, go, refuse, render, tell
from listening.web.screens.alert_preview import look_back
from listening.web.undoing import undo_path
from pipelines.intents import names

TITLES: Mapping[str, tuple[str, str]] = {
    "spike": ("More mentions than usual", "far more than on the same hours and weekdays of the weeks before"),
    "lull": ("Fewer mentions than usual", "far fewer, though the sources were asked"),
    "negative": ("More negative than usual", "a larger share of the mentions is negative"),
    "aspect": ("An aspect out of the ordinary", "far more or fewer mentions of delivery, price, support …"),
    "source": ("A source out of the ordinary", "far more or fewer mentions on one source"),
    "mention": ("Every mention that fits", "each one at once; give it a query, or it tells all"),
    "reach": ("Somebody with many followers", "a mention by a person of reach"),
    "new-site": ("First mention on a site", "a brand is named where it never was"),
    "unanswered": ("A complaint that waits", "still open after a while"),
    "broken": ("A source that broke or went quiet", "it fails, or brings nothing for longer than ever"),
}
_TEXTS = (
    "name", "kind", "brand", "query", "source", "intent", "times", "mentions", "false_alarms", "followers", "after",
    "newest", "cool_down", "quiet_hours", "time_zone",
)  # fmt: skip
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEY = re.compile(r'key "(\w+)"$')
Mistakes = dict[str, str]  # by field; "" holds what belongs to none


def given(form: Form) -> dict[str, Any]:
    """What the form holds, as it was typed."""
    found: dict[str, Any] = {key: form.text(key) for key in _TEXTS}
    found["aspects"] = [part.strip() for part in re.split(r"[,\n]", form.text("aspects")) if part.strip()]
    found |= {key: [one for one in form.all(key) if one] for key in ("channels", "quiet_days")}
    return found | {key: form.ticked(key) for key in ("when_over", "enabled")}


def alert_of(typed: Mapping[str, Any], intents: Sequence[str]) -> Alert:
    """The rule that was typed; what was left empty is as by default. Raises ValidationError and QueryError.

    `intents` are those that its query may name.
    """
    alert = Alert.model_validate({key: value for key, value in typed.items() if value not in ("", [])})
    if alert.query:
        parse(alert.query, stored=True, intents=intents)
    return alert


def typed_of(alert: Alert) -> dict[str, Any]:
    """A rule as its form shows it: lengths of time and numbers as people write them, defaults left empty."""
    values = alert.model_dump()
    for key in ("times", "false_alarms"):
        values[key] = f"{values[key]:g}" if values[key] is not None else ""
    return {key: "" if value is None else value for key, value in values.items()}


def new_alert(request: Request) -> Response:
    """An empty form; its kind and brand may come from the address."""
    kind, brand = request.query_params.get("kind", "spike"), request.query_params.get("brand", "")
    kind = kind if kind in TITLES else "spike"
    channels = [channel.name for channel in desk_of(request).config.settings.channel][:1]
    blank = Alert.model_validate({"name": TITLES[kind][0], "kind": kind, "brand": brand, "channels": channels})
    return _form(request, typed_of(blank), "", "")


def edit_alert(request: Request) -> Response:
    """A rule's form, as its file says."""
    name = request.query_params.get("name", "")
    if not name:
        return go(request, "/alerts")
    try:
        entry = desk_of(request).editor().entry("alert", name)
        alert = Alert.model_validate(entry.values)
    except (ConfigError, ValidationError):
        return refuse(request, 404, f"There is no alert “{name}” in listening.toml (any more).")
    if alert.source in _scope(request).hidden:
        return refuse(request, 404, f"There is no alert “{name}” in listening.toml (any more).")
    return _form(request, typed_of(alert), entry.version, entry.name if entry.name == alert.name else alert.name)


def _scope(request: Request) -> Scope:
    with desk_of(request).store() as store:
        return who(request).scope(store)


def _form(
    request: Request, typed: Mapping[str, Any], seen: str, was: str, mistakes: Mistakes | None = None
) -> Response:
    config, scope = desk_of(request).config, _scope(request)
    draft = secrets.token_hex(6)
    return render(
        request, "alerts/form.html", 400 if mistakes else 200, typed=typed, seen=seen, was=was, kinds=TITLES,
        mistakes=mistakes or {}, draft=draft, days=DAYS, channels=[each.name for each in config.settings.channel],
        brands=[brand.name for brand in config.brands],
        sources=[source.name for source in config.sources if source.name not in scope.hidden],
        **_preview(request, typed, draft, scope),
    )  # fmt: skip


def preview(request: Request) -> Response:
    """The part of the form that shows how often the rule, as it is being typed, would have fired."""
    form = Form(FormData([*request.query_params.multi_items()]))
    draft = re.sub(r"\W", "", form.text("draft"))[:16]
    return render(request, "alerts/_preview.html", **_preview(request, given(form), draft, _scope(request)))


def _preview(request: Request, typed: Mapping[str, Any], draft: str, scope: Scope) -> dict[str, Any]:
    shown: dict[str, Any] = {"mistake": "", "looked": None, "asks": "", "job": None}
    try:
        alert = alert_of({**typed, "name": typed["name"] or "new", "channels": []}, names(desk_of(request).folder))
    except QueryError as error:
        return shown | {"mistake": str(error)}
    except ValidationError as error:
        return shown | {"mistake": "\n".join(f"{key}: {said}" for key, said in _mistakes(error).items())}
    if alert.source in scope.hidden:
        return shown | {"mistake": f"There is no source “{alert.source}”."}
    found = look_back(desk_of(request), alert, scope, f"{who(request).name}/{draft}")
    if not found.ready.is_set():
        pairs = FormData(
            [(k, v) for k, value in typed.items() for v in (value if isinstance(value, list) else [value])]
        )
        return shown | {"job": found.job, "asks": [*pairs.multi_items(), ("draft", draft)]}
    return shown | {"looked": found.found, "mistake": found.job.says}


def save_alert(request: Request, form: Form) -> Response:
    """Write a rule into listening.toml."""
    seen, was, typed = form.text("seen"), form.text("was"), given(form)
    try:
        alert = alert_of(typed, names(desk_of(request).folder))
        if alert.source in _scope(request).hidden:
            return _form(request, typed, seen, was, {"source": "There is no such source."})
        undo = _write(desk_of(request).editor(), alert, was, seen)
    except QueryError as error:
        return _form(request, typed, seen, was, {"query": str(error)})
    except ValidationError as error:
        return _form(request, typed, seen, was, _mistakes(error))
    except ConfigError as error:
        return _form(request, typed, seen, was, mistakes_of(error, "alert", typed["name"]))
    return go(request, "/alerts", f"{alert.name} is saved." if undo else "Nothing changed.")


def _write(editor: Editor, alert: Alert, was: str, seen: str) -> str:
    if not seen:
        return editor.add("alert", {k: v for k, v in changes(alert, None).items() if v is not None}).undo
    old = Alert.model_validate(editor.entry("alert", was).values)
    return editor.change("alert", was, changes(alert, old), seen=seen).undo


def changes(new: BaseModel, old: BaseModel | None) -> dict[str, Any]:
    """What an entry's keys have to become: only those that differ; None for what is as by default now."""
    values = new.model_dump()
    usual = {key: field.get_default() for key, field in type(new).model_fields.items()}
    found = {}
    for key in values:
        if old is None or getattr(old, key) != getattr(new, key):
            found[key] = None if getattr(new, key) == usual[key] else values[key]
    return found


def _mistakes(error: ValidationError) -> Mistakes:
    found: Mistakes = {}
    for each in error.errors(include_input=False, include_url=False):
        key = str(each["loc"][0]) if each["loc"] else ""
        said = each["msg"].removeprefix("Value error, ")
        found[key] = "is needed" if each["type"] == "missing" else said[:1].lower() + said[1:]
    return found


def mistakes_of(error: ConfigError, table: str, name: str) -> Mistakes:
    """The editor's mistakes, by the fields they are about."""
    found: Mistakes = {}
    for problem in error.problems:
        key = _KEY.search(problem.key)
        own = key is not None and problem.key.startswith(f'{table} "{name}"')
        field, said = (key[1], f"{problem.message} {problem.remedy}") if own and key else ("", str(problem))
        found[field] = "\n".join(filter(None, (found.get(field, ""), said.strip())))
    return found


def remove_alert(request: Request, form: Form) -> Response:
    """Take a rule out of listening.toml; what it found stays."""
    name = form.text("name")
    edited = desk_of(request).editor().remove("alert", name, seen=form.text("seen"))
    answer = render(request, "alerts/_removed.html", what=name, back="/alerts", all="All rules")
    return tell(answer, f"{name} is removed.", undo=undo_path("/alerts", edited.undo))


ROUTES = (
    page("/alerts/new", new_alert, "analyst"),
    page("/alerts/edit", edit_alert, "analyst"),
    page("/alerts/preview", preview, "analyst", name="preview_alert"),
    action("/alerts/save", save_alert, "analyst"),
    action("/alerts/remove", remove_alert, "analyst"),
)
