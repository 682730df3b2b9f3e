"""What rules found, with the mentions and why; and the outbox: what waits to be sent, and what could not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from listening.alerts.message import title, why
from listening.config import Alert, spell
from listening.store import Incident, Message, Scope, Store, Told
from listening.web.access import Form, action, page, who, whole
from listening.web.pages import desk_of, go, refuse, render
from listening.web.visitor import zone

_PAGE, _BEST = 25, 3  # incidents of a page, and mentions of each
_MESSAGES = 500


@dataclass(frozen=True, slots=True)
class Found:
    """An incident as pages show it."""

    incident: Incident
    title: str
    why: str
    mentions: Sequence[Told]
    more: int  # mentions that are not shown here


def found(
    request: Request,
    store: Store,
    scope: Scope,
    *,
    rule: str = "",
    open_only: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Found]:
    """Incidents, the newest first, with their best mentions."""
    incidents = store.incidents(rule, open_only=open_only, limit=limit, offset=offset, scope=scope)
    return [_found(request, store, scope, incident, _BEST) for incident in incidents]


def _found(request: Request, store: Store, scope: Scope, incident: Incident, most: int) -> Found:
    config = desk_of(request).config
    rule = next((each for each in config.settings.alert if each.name == incident.rule), None)
    told = store.told(incident.data.get("mentions", ()), scope=scope)
    reason = why(incident, zone(request, config.settings.time_zone)) or _reason(incident, rule)
    return Found(incident, title(incident), reason, told[:most], max(0, len(told) - most))


def _reason(incident: Incident, rule: Alert | None) -> str:
    """Why a single mention, or a source, was told of."""
    data = incident.data
    asked = f"It fits the rule's query: {rule.query}" if rule and rule.query else "The rule tells of every mention."
    return {
        "new-site": f"Before, {incident.brand} was never named on {data.get('site', '')}.",
        "reach": f"{int(data.get('followers', 0)):,} followers"
        + (f"; the rule asks for {rule.followers:,}." if rule else "."),
        "unanswered": "Nobody had answered it"
        + (f" {spell(rule.after)} after it was published." if rule else " in time."),
        "broken": "What its runs brought is shown beside the source.",
    }.get(incident.kind, asked)


def incidents(request: Request) -> Response:
    """The history of what rules found."""
    given = request.query_params
    rule, on = given.get("rule", ""), bool(given.get("on"))
    offset = min(whole(given.get("from", "")), 100_000)
    desk = desk_of(request)
    with desk.store() as store:
        scope = who(request).scope(store)
        rows = found(request, store, scope, rule=rule, open_only=on, limit=_PAGE + 1, offset=offset)
        names = sorted(store.incident_counts(scope=scope), key=str.casefold)
    return render(
        request, "alerts/incidents.html", rows=rows[:_PAGE], rule=rule, on=on, names=names, offset=offset,
        older=offset + _PAGE if len(rows) > _PAGE else None, newer=max(0, offset - _PAGE) if offset else None,
        partly=bool(scope.hidden),
    )  # fmt: skip


def incident(request: Request) -> Response:
    """One incident with all its mentions, and the messages that told of it."""
    with desk_of(request).store() as store:
        scope = who(request).scope(store)
        chosen = store.incidents_by_id([whole(request.path_params["incident"])], scope=scope)
        if not chosen:
            return refuse(request, 404, "There is no such alert, or it is not yours to see.")
        one = _found(request, store, scope, chosen[0], 20)
        messages = [m for m in store.messages(open_only=False, limit=_MESSAGES) if chosen[0].id in m.incidents]
    return render(request, "alerts/incident.html", found=one, messages=messages, partly=bool(scope.hidden))


def outbox(request: Request) -> Response:
    """Messages that wait, are held back or could not be delivered, and why."""
    everything = bool(request.query_params.get("all"))
    with desk_of(request).store() as store:
        messages = _own(request, store, open_only=not everything)
        counts = Counter[str]()
        for (_, state), count in store.outbox_counts().items():
            counts[state] += count
    off = {channel.name for channel in desk_of(request).config.settings.channel if not channel.enabled}
    known = {channel.name for channel in desk_of(request).config.settings.channel}
    return render(
        request, "alerts/outbox.html", messages=messages, counts=counts, everything=everything, off=off, known=known
    )


def _own(request: Request, store: Store, *, open_only: bool) -> list[Message]:
    """The messages of rules that somebody may know of."""
    hidden = who(request).scope(store).hidden
    secret = {alert.name for alert in desk_of(request).config.settings.alert if alert.source in hidden and alert.source}
    return [m for m in store.messages(open_only=open_only, limit=_MESSAGES) if m.rule not in secret]


def retry(request: Request, form: Form) -> Response:
    """Send messages now: one, those of a rule, or all that wait."""
    chosen, rule = form.numbers("message"), form.text("rule")
    with desk_of(request).store() as store:
        own = [m.id for m in _own(request, store, open_only=True) if not rule or m.rule == rule]
        ids = [ident for ident in own if not chosen or ident in chosen]
        count = store.retry_messages(datetime.now(UTC), ids) if ids else 0
    said = f"{_counted(count)} tried again now, by `listening up`." if count else "Nothing waits to be sent."
    return go(request, "/alerts/outbox", said)


def drop(request: Request, form: Form) -> Response:
    """Let go of messages: they are never sent."""
    with desk_of(request).store() as store:
        own = {m.id for m in _own(request, store, open_only=True)}
        count = store.drop_messages([ident for ident in form.numbers("message") if ident in own])
    return go(request, "/alerts/outbox", f"{_counted(count)} let go: what they told of stays in the history.")


def _counted(count: int) -> str:
    return "1 message is" if count == 1 else f"{count:,} messages are"


ROUTES = (
    page("/alerts/incidents", incidents, "viewer", name="incidents"),
    page("/alerts/incidents/{incident}", incident, "viewer", name="incident"),
    page("/alerts/outbox", outbox, "viewer", name="outbox"),
    action("/alerts/outbox/retry", retry, "analyst", name="retry_messages"),
    action("/alerts/outbox/drop", drop, "analyst", name="drop_messages"),
)
