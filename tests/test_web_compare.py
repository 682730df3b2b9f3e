"""Compare and the scorecard on the desk: figures open what is behind them, private sources stay hidden."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from listening.post import Author, Post
from listening.store import Count, MentionFilter
from listening.web.screens.compare import pooled
from pipelines.understanding import Understanding
from tests.desk import Installation, install

HOSTILE = '<img src=x onerror="alert(1)">"><script>alert(1)</script>'


@pytest.fixture
def desk(tmp_path: Path) -> Installation:
    return install(tmp_path, people=True)


def series(page: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(html.unescape(re.findall(r'data-series="([^"]*)"', page)[0]))
    return found


def test_brands_stand_side_by_side_and_every_figure_opens(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        page = client.get("/compare?period=90d").text
        for part in ("Share of voice", "What they speak of", "Where they are spoken of", "Said of Acme", "why Zenith"):
            assert part in page
        lists = {html.unescape(each) for each in re.findall(r'href="(/inbox\?[^"]+)"', page)}
        assert len(lists) > 6
        for path in lists:
            answer = client.get(path)
            assert answer.status_code == 200
            assert "data-item" in answer.text, path
        brands = series(page)["brands"]
        assert isinstance(brands, list)
        assert [each["name"] for each in brands] == ["Acme", "Zenith"]
        assert sum(brands[0]["mentions"]) == 27
        assert client.get(f"/inbox?{brands[0]['opens'][-1]}").status_code == 200


def test_what_is_not_scored_is_drawn_as_such_and_never_as_neutral(desk: Installation) -> None:
    now = datetime.now(UTC)
    posts = [
        Post("forum", f"pl{day}", "", f"Acme to najgorsza firma, {own * 6}", now - timedelta(days=day), Author("Jan"))
        for day, own in enumerate(("nigdy ", "więcej ", "wcale ", "żart ", "szkoda "), 1)
    ]
    with desk.store() as store:
        store.save("forum", Understanding(desk.config.brands).entries(posts), now=now)
        (jan,) = store.find_people("Jan")
    with desk.visitor("viewer") as client:
        overview = client.get("/overview?brand=Acme&period=90d").text
        course = series(overview)
        compared, person = client.get("/compare?period=90d").text, client.get(f"/people/{jan.author_id}").text
    assert sum(course["unscored"]) == 5  # type: ignore[call-overload]
    assert sum(course["neutral"]) < 32 - 5  # type: ignore[call-overload]
    assert '<th class="num">Not scored</th>' in overview
    assert re.search(r'aria-label="\d+ negative, \d+ neutral, \d+ positive, 5 not scored"', compared)
    assert "0 neutral, 0 positive, 5 not scored of 5" in person


def test_what_is_compared_can_be_chosen(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        alone = client.get("/compare?brand=Zenith").text
        assert "Choose one more" in alone
        assert "Zenith stands alone" in alone
        assert "Nothing about these brands" in client.get("/compare?since=2020-01-01&until=2020-01-31").text
        weeks = client.get("/compare?period=365d").text
        assert series(weeks)["step"] == "week"
        assert "Mentions by week" in weeks


def test_one_brand_is_not_compared(desk: Installation) -> None:
    (desk.folder / "brands.toml").write_text('[[brand]]\nname = "Acme"\n', encoding="utf-8")
    with desk.visitor("analyst") as client:
        assert "Add a competitor" in client.get("/compare").text


def test_private_sources_stay_hidden(desk: Installation) -> None:
    with desk.visitor("admin") as client:
        assert "mail" in re.findall(r'<th scope="row">(\w+)</th>', client.get("/compare?period=90d").text)
    with desk.visitor("viewer") as client:
        page = client.get("/compare?period=90d").text
        assert "mail" not in re.findall(r'<th scope="row">(\w+)</th>', page)
        assert "(mail" not in page


def test_hostile_names_are_text(desk: Installation) -> None:
    (desk.folder / "brands.toml").write_text(
        f"[[brand]]\nname = \"Acme\"\n\n[[brand]]\nname = '''{HOSTILE}'''\nquery = 'zenith'\n", encoding="utf-8"
    )
    with desk.visitor("admin") as client:
        for page in (client.get("/compare"), client.get(f"/compare?brand=Acme&brand={quote(HOSTILE)}")):
            assert page.status_code == 200
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text


def test_points_of_net_are_of_several_days() -> None:
    assert [each.mentions for each in pooled([Count(1)] * 4, 3)] == [1, 2, 3, 3]


def test_the_scorecard_opens_what_it_counts(desk: Installation) -> None:
    with desk.store() as store:
        rows = list(store.mentions(MentionFilter(brand="Acme")))
        crash = next(row.mention_id for row in rows if "crashes" in row.full_text and row.source == "forum")
        store.triage([crash], who="kim", now=datetime.now(UTC), status="closed", outcome="sale")
    with desk.visitor("viewer") as client:
        page = client.get("/scorecard?months=3").text
        assert "Problems turned into sales" in page
        sales = [html.unescape(each) for each in re.findall(r'href="(/inbox\?[^"]*outcome=sale[^"]*)"', page)]
        assert sales
        assert f"/mentions/{crash}" in client.get(sales[0]).text
        table = client.get("/scorecard.csv?months=3")
        assert table.headers["content-type"].startswith("text/csv")
        assert "Sales noted" in table.text
        assert len(table.text.splitlines()) == 11
    with desk.visitor("nobody") as client:
        assert client.get("/scorecard.csv").status_code in (303, 401)


def test_the_scorecard_counts_no_private_mail_for_those_who_may_not(desk: Installation) -> None:
    def sites(page: str) -> int:
        row = page.partition("Sites heard")[2].partition("</tr>")[0]
        return max(int(each) for each in re.findall(r">(\d+)</a>", row))

    with desk.visitor("viewer") as client, desk.visitor("admin") as admin:
        assert sites(client.get("/scorecard").text) == 1
        assert sites(admin.get("/scorecard").text) == 2
