"""Coverage: where we listen, and where we are blind."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from listening.insight.coverage import coverage
from listening.web.access import page, who
from listening.web.chosen import PERIODS, chosen
from listening.web.pages import desk_of, render
from listening.web.screen import Screen
from listening.web.screens.overview import names
from listening.web.visitor import zone

_SITES = 25
MOODS = {"well": "good", "quiet": "", "never ran": "", "late": "warn", "reads less than announced": "warn"}


def show(request: Request) -> Response:
    """Sources, sites and gaps in the chosen period, for one brand or for all."""
    desk, now = desk_of(request), datetime.now(UTC)
    config = desk.config
    brands = names(config)
    picked = chosen(request.query_params, brands, zone(request, config.settings.time_zone), now)
    with desk.store() as store:
        found = coverage(
            store, picked.since, picked.until, now=now, scope=who(request).scope(store),
            brands=[picked.brand] if picked.brand else brands,
        )  # fmt: skip
    paused = [each for each in config.sources if not each.enabled and (who(request).private or not each.private)]
    announcing = [each.source for each in found.sources if each.source.expected]
    return render(
        request, "sources/coverage.html", found=found, brands=["", *brands], brand=picked.brand, picked=picked,
        announced=sum(each.expected for each in announcing), periods=PERIODS, moods=MOODS, most=_SITES,
        read=sum(min(each.found, each.expected) for each in announcing), paused=[each.name for each in paused],
    )  # fmt: skip


SCREEN = Screen(
    title="Coverage", path="/coverage", icon="coverage", group="set-up", routes=[page("/coverage", show, "viewer")]
)
