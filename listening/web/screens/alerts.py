"""Alerts: the rules, whether they look, what they found last, and what of it waits to be sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from listening.config import Alert, Config, spell
from listening.config.alerts import COUNTED
from listening.store import RuleState, Scope, Store
from listening.web.access import Form, action, page, who
from listening.web.pages import desk_of, go, refuse, render, tell
from listening.web.screen import Screen
from listening.web.screens import alert_channels, alert_form, alert_history
from listening.web.screens.alert_form import TITLES
from listening.web.undoing import undo_path, undoing

_ASLEEP = timedelta(minutes=15)  # without a look, after which nobody seems to look any more


@dataclass(frozen=True, slots=True)
class Row:
    """A rule in the list. `waits` counts its messages that are not sent, by state."""

    alert: Alert
    title: str
    about: Sequence[str]
    state: str  # looking, paused, not started, failed
    error: str
    found: int
    on: int
    last: str
    waits: Mapping[str, int]


def visible(config: Config, scope: Scope) -> list[Alert]:
    """The rules that somebody may know of: those for a hidden source are not theirs to see."""
    return [alert for alert in config.settings.alert if alert.source not in scope.hidden]


def alerts(request: Request) -> Response:
    """All rules with what became of them."""
    desk, now = desk_of(request), datetime.now(UTC)
    config = desk.config
    with desk.store() as store:
        scope = who(request).scope(store)
        chosen = visible(config, scope)
        rows = _rows(store, chosen, scope)
        recent = alert_history.found(request, store, scope, limit=5)
        asleep = _asleep(store, chosen, now)
        unsent = sum(
            count for (channel, state), count in store.outbox_counts().items() if state == "failed" and channel
        )
    return render(
        request, "alerts/list.html", rows=rows, recent=recent, asleep=asleep, unsent=unsent,
        channels=config.settings.channel, kinds=TITLES,
    )  # fmt: skip


def _rows(store: Store, chosen: Sequence[Alert], scope: Scope) -> list[Row]:
    states, counts, waiting = store.rule_states(), store.incident_counts(scope=scope), store.outbox_by_rule()
    found = []
    for alert in chosen:
        total, on, last = counts.get(alert.name, (0, 0, ""))
        state = states.get(alert.name)
        said, error = _state(alert, state)
        waits = waiting.get(alert.name, {})
        found.append(Row(alert, TITLES[alert.kind][0], about(alert), said, error, total, on, last, waits))
    return found


def _state(alert: Alert, state: RuleState | None) -> tuple[str, str]:
    if not alert.enabled:
        return "paused", ""
    if state is None:
        return "not started", ""
    return ("failed", state.error) if state.error else ("looking", "")


def _asleep(store: Store, chosen: Sequence[Alert], now: datetime) -> str:
    """When a rule looked last, where none seems to look any more; "" otherwise, "never" where none ever did."""
    on = [alert for alert in chosen if alert.enabled]
    states = {name: state for name, state in store.rule_states().items() if name and state.looked}
    if not on:
        return ""
    if not states:
        return "never"
    last = max(state.looked for state in states.values())
    missed = store.last_mention() > min(state.checkpoint for state in states.values())
    due = missed or any(alert.kind in COUNTED for alert in on)
    return last if due and now - datetime.fromisoformat(last) > _ASLEEP else ""


def about(alert: Alert) -> list[str]:
    """What a rule looks at and asks for, in a few words each."""
    parts = [] if alert.kind == "broken" else [alert.brand or "each of our brands"]
    parts += [part for part in (alert.source, ", ".join(alert.aspects) if alert.kind == "aspect" else "") if part]
    if alert.kind in COUNTED:
        parts.append(f"{alert.times:g} times {'fewer' if alert.kind == 'lull' else 'the usual'} at least")
    if alert.kind == "reach":
        parts.append(f"{alert.followers:,} followers at least")
    if alert.kind in ("unanswered", "broken"):
        parts.append(f"for {spell(alert.after)}")
    if alert.pause:
        parts.append(f"one message in {spell(alert.pause)}")
    quiet = ", ".join(part for part in (alert.quiet_hours, " ".join(alert.quiet_days)) if part)
    return [*parts, *([f"quiet {quiet}"] if quiet else [])]


def switch(request: Request, form: Form) -> Response:
    """Pause a rule, or let it go on."""
    name, on = form.text("name"), form.ticked("on")
    with desk_of(request).store() as store:
        chosen = visible(desk_of(request).config, who(request).scope(store))
    if name not in [alert.name for alert in chosen]:
        return refuse(request, 404, f"There is no alert “{name}” (any more).")
    edited = desk_of(request).editor().change("alert", name, {"enabled": None if on else False})
    said = f"{name} {'looks again' if on else 'is paused: it looks at nothing until you turn it on'}."
    if "hx-request" not in request.headers:
        return go(request, "/alerts", said)
    answer = alerts(request)
    return tell(answer, said, undo=undo_path("/alerts", edited.undo))


SCREEN = Screen(
    title="Alerts", path="/alerts", icon="alerts", group="set-up",
    routes=[
        page("/alerts", alerts, "viewer"),
        action("/alerts/switch", switch, "analyst", name="switch_alert"),
        undoing("/alerts", "listening.toml", "analyst", only=("alert", "channel")),
        *alert_form.ROUTES,
        *alert_history.ROUTES,
        *alert_channels.ROUTES,
    ],
)  # fmt: skip
