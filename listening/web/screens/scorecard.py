"""Scorecard: what surveys find missing elsewhere, as this team's own figures, month by month."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

from starlette.requests import Request
from starlette.responses import Response

from listening.export.table import write_table
from listening.insight.scorecard import Scorecard, scorecard
from listening.web.access import page, who
from listening.web.pages import desk_of, render
from listening.web.screen import Screen

LENGTHS = (3, 6, 12)


def show(request: Request) -> Response:
    """The table, the newest month last."""
    months, found = _found(request)
    names = [f"{date.fromisoformat(f'{month}-01'):%b %Y}" for month in found.months]
    return render(request, "scorecard/scorecard.html", found=found, names=names, months=months, lengths=LENGTHS)


def as_csv(request: Request) -> Response:
    """The same for spreadsheets: a column for each month, and of how many."""
    _, found = _found(request)
    columns = ["figure", "meaning", "of others, surveys say"]
    columns += [name for month in found.months for name in (month, f"{month} of")]
    target = BytesIO()
    write_table(
        columns, ([row.name, row.means, row.survey, *(each for pair in row.values for each in pair)]
                  for row in found.rows), target,
    )  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="scorecard.csv"'}
    return Response(target.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _found(request: Request) -> tuple[int, Scorecard]:
    asked = request.query_params.get("months", "")
    months = int(asked) if asked in {str(each) for each in LENGTHS} else 6
    with desk_of(request).store() as store:
        return months, scorecard(store, months, now=datetime.now(UTC), scope=who(request).scope(store))


SCREEN = Screen(
    routes=[
        page("/scorecard", show, "viewer", name="scorecard"),
        page("/scorecard.csv", as_csv, "viewer", name="scorecard_csv"),
    ],
)
