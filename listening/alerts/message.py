"""The words of a message: what happened, the figures behind it, the best mentions with links, and the rule.

They are put together when a message is sent, from figures and the mentions as they are then: what was erased meanwhile
is in no message.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from listening.config import Alert, spell
from listening.store import Incident, Message, Store, Told

Campaigns = Mapping[int, Sequence[str]]  # cluster -> the reasons to take it for one
_BEST = 3  # mentions of an incident that are shown
_MOST = 20  # incidents of a message that are shown
_EXCERPT = 280  # characters of a mention
_PINGS = re.compile(r"@(?=everyone|here|channel|all\b)|<(?=[!@#&])", re.I)  # what chat programs take for a call to all


@dataclass(frozen=True, slots=True)
class Words:
    """A message as people read it, and as programs do."""

    title: str
    body: str
    data: dict[str, Any]


def words(store: Store, message: Message, alert: Alert | None, zone: tzinfo) -> Words:
    """Put a message into words; `alert` is its rule as configured now, None where it is gone."""
    if message.event == "test":
        body = "A test, as it was asked for: alerts of listening arrive here."
        return Words("listening: this channel works", body, {"event": "test", "key": message.key, "incidents": []})
    incidents = store.incidents_by_id(message.incidents)
    shown = incidents[:_MOST]
    best = {each.id: _best(store, each, 1 if len(shown) > 1 else _BEST) for each in shown}
    pushed = store.campaigns(told.cluster for some in best.values() for told in some)
    titles = {each.id: title(each) for each in incidents}
    over = "Over: " if message.event == "over" else ""
    if len(incidents) == 1:
        head = over + titles[incidents[0].id]
        parts = [why(incidents[0], zone)]
    else:
        head = f"{over}{len(incidents)} alerts: {clean(message.rule)}"
        parts = []
    for each in shown:
        parts.append("\n".join([*([over + titles[each.id]] if len(incidents) > 1 else []),
                                *(_mention(told, zone, pushed) for told in best[each.id])]))  # fmt: skip
    if len(incidents) > len(shown):
        parts.append(f"And {len(incidents) - len(shown):,} more: listening alerts")
    parts.append(f"Rule: {clean(message.rule)}{_rule(alert)}")
    body = "\n\n".join(part for part in parts if part)
    return Words(head, body, _data(message, incidents, titles, best, pushed))


def title(incident: Incident) -> str:
    """What happened, in a line."""
    data, about = incident.data, clean(incident.series.removesuffix(", fewer"))
    best = data.get("best")
    if best is not None:
        usual, window = _number(best["usual"]), _hours(best["window"])
        if best["direction"] == "share":
            return f"{about}: {best['count']:,} of {best['of']:,} negative in {window}, usually {usual}"
        return f"{about}: {best['count']:,} mentions in {window}, usually {usual}"
    brand, site = clean(incident.brand), clean(str(data.get("site", "")))
    named = {
        "broken": f"Source {about}: {clean(str(data.get('why', '')))}",
        "new-site": f"{brand}: first mention on {site}",
        "reach": f"{brand}: named by somebody with {int(data.get('followers', 0)):,} followers",
        "unanswered": f"{brand}: a complaint waits for an answer",
    }
    return named.get(incident.kind) or f"{brand}: a mention on {site or clean(str(data.get('source', '')))}"


def why(incident: Incident, zone: tzinfo) -> str:
    """Why counts were unusual, in figures; "" for what is not counted."""
    data = incident.data
    best = data.get("best")
    if best is None:
        return ""
    chance = max(float(best["chance"]), 1e-9)
    opened = datetime.fromisoformat(incident.opened).astimezone(zone)
    times = best["count"] / max(best["usual"], 0.1)
    size = f"{times:.1f} times the usual" if times >= 1 else f"{100 * times:.0f} % of the usual"
    return (
        f"{size} of the same hours and weekday in the weeks before; by chance that happens once in {1 / chance:,.0f} "
        f"such windows. Since {opened:%Y-%m-%d %H:%M}."
    )


def clean(text: str) -> str:
    """Text from outside on one line: without what steers a program, and without what calls everybody in a chat."""
    plain = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf")
    )
    return _PINGS.sub(lambda found: found[0] + "\u200b", re.sub(" +", " ", plain).strip())


def _best(store: Store, incident: Incident, most: int) -> list[Told]:
    return store.told(incident.data.get("mentions", ()))[:most]


def _mention(told: Told, zone: tzinfo, pushed: Campaigns) -> str:
    text = clean(" ".join(part for part in (told.title, told.text) if part))
    excerpt = text if len(text) <= _EXCERPT else text[: _EXCERPT - 1].rsplit(" ", 1)[0] + "…"
    when = datetime.fromisoformat(told.published).astimezone(zone)
    author = f"{clean(told.author)}, " if told.author else ""
    followers = f"{told.followers:,} followers, " if told.followers else ""
    said = ", ".join(part for part in (told.label or "", told.intents) if part)
    facts = f"{author}{followers}{clean(told.source)}, {when:%Y-%m-%d %H:%M}{f' ({said})' if said else ''}"
    link = told.url if told.url.startswith(("https://", "http://")) else ""
    reasons = pushed.get(told.cluster or 0)
    campaign = f"Possible campaign: {'; '.join(reasons)}." if reasons else ""
    return "\n".join(part for part in (f"“{excerpt}”", facts, campaign, link) if part)


def _rule(alert: Alert | None) -> str:
    """What a rule looks for, in brackets."""
    if alert is None:
        return ""
    parts: list[str] = [alert.kind]
    if alert.brand:
        parts.append(clean(alert.brand))
    if alert.query:
        parts.append(clean(alert.query))
    if alert.kind in ("spike", "lull", "negative", "aspect", "source"):
        parts.append(f"at least {alert.times:g} times {'fewer' if alert.kind == 'lull' else 'the usual'}")
    if alert.kind in ("unanswered", "broken"):
        parts.append(f"for {spell(alert.after)}")
    if alert.kind == "reach":
        parts.append(f"{alert.followers:,} followers")
    return f" ({', '.join(parts)})"


def _data(
    message: Message,
    incidents: Sequence[Incident],
    titles: dict[int, str],
    best: dict[int, list[Told]],
    pushed: Campaigns,
) -> dict[str, Any]:
    """What a webhook gets: every incident, with figures and links; words of mentions of the first ones."""
    rows = []
    for each in incidents:
        sign = each.data.get("best") or {}
        rows.append(
            {
                "id": each.id, "kind": each.kind, "brand": each.brand, "about": each.series, "title": titles[each.id],
                "opened": each.opened, "closed": each.closed,
                "count": sign.get("count"), "usual": round(sign["usual"], 2) if sign else None,
                "hours": sign.get("window"), "chance": sign.get("chance"), "mention_ids": each.data.get("mentions", []),
                "mentions": [
                    {"id": m.id, "url": m.url, "title": m.title, "text": m.text[:_EXCERPT], "author": m.author,
                     "source": m.source, "sentiment": m.label, "intents": m.intents, "published": m.published,
                     "campaign": list(pushed.get(m.cluster or 0, ()))}
                    for m in best.get(each.id, [])
                ],
            }
        )  # fmt: skip
    return {"event": message.event, "key": message.key, "rule": message.rule, "created": message.created,
            "incidents": rows}  # fmt: skip


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _hours(window: int) -> str:
    return "an hour" if window == 1 else f"{window} hours"
