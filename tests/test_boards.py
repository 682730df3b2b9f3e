"""Message boards: what engines read, how the walker goes, what a killed run leaves, and pages made to hurt."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from spiders.boards import SURE, dates, engines, recognise
from spiders.boards.engine import Engine, Forum, Mark, Topic
from spiders.boards.page import Page, line, number, without
from tests.boards import score
from tests.cases import FIXTURES, as_json, cases
from tests.servers.phpbb import HOST
from tests.servers.phpbb import Board as Bulletin

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SHARED = Path(__file__).parents[2] / "shared" / "boards"


# What engines read


def _plain(value: Any) -> dict[str, Any]:
    """A dataclass as JSON, without what is at its default."""
    shown = {
        f.name: getattr(value, f.name)
        for f in fields(value)
        if f.default is MISSING or getattr(value, f.name) != f.default
    }
    found: dict[str, Any] = json.loads(json.dumps(shown, default=lambda v: v.isoformat()))
    return found


def _engine(case: Path) -> tuple[Engine, Page, dict[str, Any]]:
    told = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    source = next(case.glob("input.*"))
    page = Page(told["url"], source.read_bytes(), NOW, headers={"content-type": "text/html; charset=utf-8"})
    engine = engines()[case.name.partition("-")[0]](told["root"])
    engine.learn(page)
    return engine, page, told


def read_case(case: Path) -> dict[str, Any]:
    """What the engine that a case's folder is named for reads from its input."""
    engine, page, told = _engine(case)
    if told["reads"] == "topic":
        read = engine.read_topic(page, Topic(told["topic"], page.url, "As listed", posts=9, views=99), None)
        return {
            "posts": as_json(read.posts), "rejects": [reject.reason for reject in read.rejects],
            "expected": read.expected, "following": list(read.following),
            "total": read.total, "complete": read.complete,
        }  # fmt: skip
    listing = (
        engine.read_index(page)
        if told["reads"] == "index"
        else engine.read_forum(page, Forum("7", "Anvils", page.url, "The shop › Anvils"))
    )
    return {
        "forums": [_plain(forum) for forum in listing.forums], "topics": [_plain(topic) for topic in listing.topics],
        "next": listing.next, "total": listing.total,
        "everything": listing.everything.url if listing.everything else "",
    }  # fmt: skip


@pytest.mark.parametrize("case", cases("board"), ids=lambda case: case.name)
def test_cases(case: Path) -> None:
    told = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    given = ("url", "root", "reads", "topic")
    assert read_case(case) == {key: value for key, value in told.items() if key not in given}


def test_every_engine_has_a_case_and_a_name() -> None:
    for name, engine in engines().items():
        assert engine.label
        assert any(case.name.startswith(f"{name}-") for case in cases("board"))


@pytest.mark.parametrize("case", [c for c in cases("board") if (c / "input.html").exists()], ids=lambda case: case.name)
def test_no_engine_takes_the_pages_of_another(case: Path) -> None:
    engine, page, _ = _engine(case)
    sure = {name: other.recognise(page) for name, other in engines().items()}
    if engine.name not in ("generic", "schemaorg", "flarum") and "broken" not in case.name:  # these say little
        assert sure[engine.name] >= 0.7
    others = [share for name, share in sure.items() if name not in (engine.name, "generic", "schemaorg")]
    assert max(others) < SURE, sure
    assert sure[engine.name] == 0 or sure[engine.name] >= sure["generic"], sure


def test_what_a_discourse_topic_was_read_to_is_not_asked_for_again() -> None:
    engine, page, _ = _engine(FIXTURES / "board" / "discourse-topic")
    topic = Topic("57", page.url)
    assert [url.count("post_ids") for url in engine.read_topic(page, topic, Mark(last="915")).following] == [11]
    assert engine.read_topic(page, topic, Mark(last="926")).following == ()
    assert len(engine.read_topic(page, topic, Mark(last="gone")).following) == 2
    assert engine.resume(topic, Mark(page="t/57/posts.json?post_ids%5B%5D=1")) == page.url


def test_an_answer_names_the_opener_of_a_page_before() -> None:
    engine, page, _ = _engine(FIXTURES / "board" / "discourse-chunk")
    assert [post.reply_to for post in engine.read_topic(page, Topic("57", page.url), Mark(opener="900")).posts] == [
        "900",
        "925",
    ]


# Addresses, numbers, times


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://b.example/v.php?f=2&t=5&sid=1a#p3", "https://b.example/v.php?f=2&t=5"),
        ("https://b.example/v.php?sid=1a", "https://b.example/v.php"),
        ("https://b.example/v.php?12", "https://b.example/v.php?12"),
        ("https://b.example/t%C3%A4#p", "https://b.example/t%C3%A4"),
    ],
)
def test_addresses_lose_what_only_varies_the_view(url: str, left: str) -> None:
    assert without(url, "sid") == left


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>Müsli</p>".encode("latin-1"), "text/html; charset=iso-8859-1"),
        ('<meta charset="windows-1251"><p>Müsli</p>'.encode(), "text/html; charset=utf-8"),
        ('<meta charset="iso-8859-1"><p>Müsli</p>'.encode("latin-1"), "text/html"),
        ("<p>Müsli</p>".encode("latin-1"), "text/html"),
        ("\ufeff<p>Müsli</p>".encode("utf-16-le"), ""),
        ("<p>Müsli</p>".encode(), "text/html; charset=nonsense"),
    ],
)
def test_pages_of_any_encoding(body: bytes, kind: str) -> None:
    assert line(Page("https://b.example/", body, NOW, headers={"content-type": kind}).html.css_first("p")) == "Müsli"


def test_links_start_where_the_page_says() -> None:
    page = Page("https://b.example/a/v.php?x=1/2", b'<base href="/forum/">', NOW)
    assert [page.link(href) for href in ("./v.php?t=1", "v.php", "/x", "http://[", None)] == [
        "https://b.example/forum/v.php?t=1", "https://b.example/forum/v.php", "https://b.example/x", "",
        "https://b.example/forum/",
    ]  # fmt: skip
    assert Page("https://b.example/a/v.php?x=1/2", b"", NOW).link("./w.php") == "https://b.example/a/w.php"
    absolute = ("https://c.example/x", "//c.example/x", "/a/../x", "/x?y=/.z")
    assert [page.link(href) for href in absolute] == [
        "https://c.example/x", "https://c.example/x", "https://b.example/x", "https://b.example/x?y=/.z",
    ]  # fmt: skip


def test_numbers_as_boards_write_them() -> None:
    said = ("1,234 posts", "1.234", "1 234 Beiträge", "3.4K", "2M views", "52 posts • Page 2 of 6", "none")
    assert [number(text) for text in said] == [1234, 1234, 1234, 3400, 2_000_000, 52, None]


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Sat Nov 14, 2026 10:38 pm", "2026-11-14 21:38"),
        ("Yesterday, 03:15 PM", "2026-11-19 14:15"),
        ("Today at 9:02", "2026-11-20 08:02"),
        ("vor 2 Stunden", "2026-11-20 10:00"),
        ("Gestern um 14:05 Uhr", "2026-11-19 13:05"),
        ("21. Jul 2026, 14:05", "2026-07-21 12:05"),
        ("21.07.2026 14:05", "2026-07-21 12:05"),
        ("07/21/2026, 02:05 PM", "2026-07-21 12:05"),
        ("mar. 17 nov. 2026 10:38", "2026-11-17 09:38"),
        ("5 de noviembre de 2026, 20:11", "2026-11-05 19:11"),
        ("quinta-feira, 19 de novembro de 2026 às 15h20", "2026-11-19 14:20"),
        ("il y a 3 heures", "2026-11-20 09:00"),
        ("hace 2 días", "2026-11-18 12:00"),
        ("2 ore fa", "2026-11-20 10:00"),
        ("een uur geleden", "2026-11-20 11:00"),
        ("вчера, 15:20", "2026-11-19 14:20"),
        ("14 ноября 2026, 10:00", "2026-11-14 09:00"),
        ("2 часа назад", "2026-11-20 10:00"),
        ("Pon Lis 16, 2026 8:12 pm", "2026-11-16 19:12"),
        ("2026年11月14日 14:05", "2026-11-14 13:05"),
        ("1 week, 2 days ago", "2026-11-11 12:00"),
        ("a few seconds ago", "2026-11-20 12:00"),
        ("5m", "2026-11-20 11:55"),
        ("Nov. 14, 2026, noon", "2026-11-14 11:00"),
        ("Nov. 14, 2026, midnight", "2026-11-13 23:00"),
        ("Sept. 14, 2026, 4 p.m.", "2026-09-14 14:00"),
        ("Monday at 9:02", "2026-11-16 08:02"),
        ("12 Jan", "2026-01-11 23:00"),
        ("25 December", "2025-12-24 23:00"),
        ("20 Nov '25, 10:00", "2025-11-20 09:00"),
        ("14:05, 3 November 2026", "2026-11-03 13:05"),
        ("Sun, 15 Nov 2026 00:12:00 GMT", "2026-11-15 00:12"),
        ("2026-11-14T14:05:00+02:00", "2026-11-14 12:05"),
        ("2026-11-14 14:05", "2026-11-14 13:05"),
        ("2026-11-14, 02:05 PM", "2026-11-14 13:05"),
        ("2026-11-14 02:05 PM", "2026-11-14 13:05"),
        ("March 2, 2026, 8 a.m.", "2026-03-02 07:00"),
        ("March 2, 2026, noon", "2026-03-02 11:00"),
        ("March 2, 2026, midnight", "2026-03-01 23:00"),
        ("Last edited by BigFan99 on Sat Nov 14, 2026 10:38 pm, edited 1 time in total.", "2026-11-14 21:38"),
        ("Zuletzt geändert von rosa am Sa 14. Nov 2026, 22:38, insgesamt 2-mal geändert.", "2026-11-14 21:38"),
        ("Hier à 9h02", "2026-11-19 08:02"),
        ("I går, 15:20", "2026-11-19 14:20"),
        ("i dag kl. 09.02", "2026-11-20 08:02"),
        ("hace una hora", "2026-11-20 11:00"),
        ("un'ora fa", "2026-11-20 11:00"),
        ("godzinę temu", "2026-11-20 11:00"),
        ("час назад", "2026-11-20 11:00"),
        ("tänään klo 9.02", "2026-11-20 08:02"),
        ("19.11.2026 klo 15.20", "2026-11-19 14:20"),
        ("Bugün saat 09:02", "2026-11-20 08:02"),
        ("Χθες 15:20", "2026-11-19 14:20"),
        ("Astăzi la 09:02", "2026-11-20 08:02"),
        ("acum 5 minute", "2026-11-20 11:55"),
        ("오늘 09:02", "2026-11-20 08:02"),
        ("2026년 11월 19일 15:20", "2026-11-19 14:20"),
        ("5분 전", "2026-11-20 11:55"),
        ("昨天 下午 3:20", "2026-11-19 14:20"),
        ("Ontem às 15:20", "2026-11-19 14:20"),
        ("gisteren om 15:20", "2026-11-19 14:20"),
        ("czw lis 19, 2026 3:20 pm", "2026-11-19 14:20"),
        ("Thursday, November 19th, 2026 3:20 PM", "2026-11-19 14:20"),
    ],
)
def test_times_as_boards_write_them(text: str, utc: str) -> None:
    found = dates.parse(text, NOW, BERLIN)
    assert found is not None
    assert f"{found.astimezone(UTC):%Y-%m-%d %H:%M}" == utc


@pytest.mark.parametrize(
    "text", ["", "nothing here", "99/99/2026", "9:02", "page 2 of 6", "2026-13-45", "\u0660\u0661"]
)
def test_what_is_no_time(text: str) -> None:
    assert dates.parse(text, NOW, BERLIN) is None


def test_the_order_of_day_and_month() -> None:
    assert str(dates.parse("03/04/2026", NOW))[:10] == "2026-04-03"
    assert str(dates.parse("03/04/2026", NOW, month_first=True))[:10] == "2026-03-04"
    assert str(dates.parse("03/12/2026", NOW))[:10] == "2026-03-12", "the third of December is still to come"


def test_zones_and_epochs() -> None:
    shifts = [
        dates.zone(text) for text in ("UTC+01:00", "UTC + 1 hour [ DST ]", "GMT -5 hours", "Europa/Berlin UTC+1", "UTC")
    ]
    assert [NOW.astimezone(zone).hour for zone in shifts] == [13, 14, 7, 13, 12]
    assert dates.zone("Europe/Berlin") == BERLIN
    assert dates.zone("somewhere") is None
    assert dates.epoch(1795000000) == dates.epoch("1795000000") == dates.epoch(1795000000000)
    assert [dates.epoch(value) for value in (0, -1, True, "x", None, 1e30)] == [None] * 6


# Recognising a board


HOMES = {
    "mybb": '<link href="/f/syndication.php?type=atom1.0"><script>var my_post_key = "0";</script><b id="mark_read_2">',
    "phpbb": '<body id="phpbb"><a class="forumtitle" href="./viewforum.php?f=1">A</a></body>',
    "vbulletin": '<meta name="generator" content="vBulletin 4.2.5"><li id="forum2" class="forumbit_post old L2">',
    "nodebb": '<script>var config = JSON.parse(\'{"relative_path":"/nb","theme:id":"nodebb-theme-x"}\')</script>',
    "flaskbb": '<i class="flaskbb-header"></i><a href="/talk/forum/7-x">A</a><a href="https://flaskbb.org">B</a>',
    "hyperkitty": '<a class="list-name" href="/archives/list/a@b.example/">A</a><img alt="HyperKitty">',
    "pipermail": '<a href="2026-May/thread.html">T</a><i>Pipermail 0.09 (Mailman edition)</i>',
    "spirit": '<script>stModules.tab(1)</script><a class="header__logo" href="/talk/">A</a>',
    "smf": '<script>var smf_scripturl = "https://b.example/talk/index.php";</script><a href="?action=help">Help</a>',
    "fluxbb": '<div class="pun"><div id="brdmain"><a href="viewforum.php?id=1">A</a></div></div>',
    "discourse": '<meta name="generator" content="Discourse 3.4.0"><meta name="discourse-base-uri" content="/talk">',
}


@pytest.mark.parametrize(("name", "home"), HOMES.items())
def test_a_board_is_recognised_by_its_first_page(name: str, home: str) -> None:
    found = recognise(Page("https://b.example/", home.encode(), NOW))
    assert found is engines()[name]


def test_a_board_is_recognised_by_its_headers() -> None:
    for header, name in (("x-powered-by", "nodebb"), ("x-discourse-route", "discourse")):
        page = Page("https://b.example/", b"<html></html>", NOW, headers={header: "NodeBB"})
        assert recognise(page) is engines()[name]


@pytest.mark.parametrize("case", [c for c in cases("board") if c.name.startswith("generic")], ids=lambda c: c.name)
def test_a_board_of_unknown_make_is_recognised_by_what_repeats(case: Path) -> None:
    _, page, told = _engine(case)
    assert recognise(page) is engines()["generic"]
    assert engines()["generic"].root_of(page) == told["root"]


SHOP = "".join(
    f'<li class="product"><a href="/category/anvils/acme-{n}">Acme {n}</a> <b>{n} pounds</b> <i>{n} in stock</i></li>'
    for n in range(40, 60)
)
BLOG = "".join(
    f'<article><h2><a href="/2026/11/forge-{n}">Day {n}</a></h2><p class="byline">by <a href="/author/ivo">Ivo</a>'
    f' <time datetime="2026-11-{n}T09:00:00Z">{n} November</time></p><div class="entry">It was hot, number {n}.</div>'
    f' <a href="/category/forge">Forge</a> <a href="/2026/11/forge-{n}#comments">{n} comments</a></article>'
    for n in range(10, 20)
)
NEWS = (
    "<h1>Acme buys Globex</h1><p>By Rosa M., 19 November 2026</p><article>The smiths are not amused.</article>"
    + "".join(
        f'<div class="comment"><a class="user" href="/users/{n}">r{n}</a> <span class="date">19 Nov 2026, 10:{n}</span>'
        f'<div class="text">I have an opinion, number {n}.</div></div>'
        for n in range(10, 20)
    )
)


@pytest.mark.parametrize(
    "body", [SHOP, BLOG, NEWS, "", "<p>Hello</p>"], ids=["shop", "blog", "news", "nothing", "page"]
)
def test_other_pages_are_no_boards(body: str) -> None:
    url = "https://b.example/news/2026/acme-buys-globex" if body == NEWS else "https://b.example/"
    assert recognise(Page(url, f"<html><body><ul>{body}</ul></body></html>".encode(), NOW)) is None


@pytest.mark.parametrize(
    ("name", "url", "body", "root"),
    [
        ("phpbb", "https://b.example/forum/viewtopic.php?t=3&sid=1", "<html></html>", "https://b.example/forum/"),
        ("phpbb", "https://b.example/forum/app.php/help/faq", "<html></html>", "https://b.example/forum/"),
        (
            "phpbb", "https://b.example/a/b/viewtopic.php?t=3",
            '<a href="../index.php?sid=1" data-navbar-reference="index">x</a>', "https://b.example/a/",
        ),
        (
            "phpbb", "https://b.example/a/viewtopic.php?t=3",
            '<a href="https://other.example/index.php" data-navbar-reference="index">x</a>', "https://b.example/a/",
        ),
        ("mybb", "https://b.example/f/showthread.php?tid=1", HOMES["mybb"], "https://b.example/f/"),
        ("mybb", "https://b.example/f/thread-1.html", "<html></html>", "https://b.example/f/"),
        ("vbulletin", "https://b.example/f/showthread.php?t=1", "<html></html>", "https://b.example/f/"),
        ("vbulletin", "https://b.example/f/threads/12-x/page2", '<base href="https://b.example/f/">', "https://b.example/f/"),
        ("vbulletin", "https://b.example/f/threads/12-x/page2", "<html></html>", "https://b.example/f/"),
        ("vbulletin", "https://b.example/forum/showthread.php/12-x", "<html></html>", "https://b.example/forum/"),
        ("vbulletin", "https://b.example/forum/", "<html></html>", "https://b.example/forum/"),
        (
            "vbulletin", "https://b.example/q/hammers-12/x-345/page2.html",
            '<script src="https://b.example/q/clientscript/vbulletin_global.js"></script>', "https://b.example/q/",
        ),
        ("vbulletin", "https://b.example/forum/shop/12-x", "<base href='//b.example/'>", "https://b.example/"),
        ("nodebb", "https://b.example/nb/topic/3/x", HOMES["nodebb"], "https://b.example/nb/"),
        ("discourse", "https://b.example/talk/t/x/3", HOMES["discourse"], "https://b.example/talk/"),
        ("flaskbb", "https://b.example/talk/", HOMES["flaskbb"], "https://b.example/talk/"),
        ("flaskbb", "https://b.example/topic/2-x", "<html></html>", "https://b.example/"),
        ("hyperkitty", "https://b.example/archives/?sort=name", HOMES["hyperkitty"], "https://b.example/archives/"),
        ("hyperkitty", "https://b.example/hk/list/a@b.example/latest", "<p>", "https://b.example/hk/"),
        (
            "hyperkitty", "https://b.example/mailman3/lists/",
            ('<nav class="navbar"><a class="nav-link" href="/accounts/login/?next=/archives/">In</a><a class="nav-link"'
            ' href="/archives/">Archives</a></nav><a href="https://postorius.readthedocs.org">Docs</a>'),
            "https://b.example/archives/",
        ),
        ("pipermail", "https://b.example/p/list/", HOMES["pipermail"], "https://b.example/p/list/"),
        ("pipermail", "https://b.example/p/list/2026-May/000012.html", "<p>", "https://b.example/p/list/"),
        ("pipermail", "https://b.example/p/list/2026-May/thread.html", "<p>", "https://b.example/p/list/"),
        ("spirit", "https://b.example/talk/topic/3/x/", HOMES["spirit"], "https://b.example/talk/"),
        ("discourse", "https://b.example/latest", "<html></html>", "https://b.example/"),
        ("smf", "https://b.example/talk/index.php/topic,3.0.html", HOMES["smf"], "https://b.example/talk/"),
        ("fluxbb", "https://b.example/a/viewtopic.php?id=3", '<p id="navindex"><a href="index.php">', "https://b.example/a/"),
        (
            "fluxbb", "https://b.example/a/topic/3/x/", '<p id="navindex"><a href="https://b.example/a/">',
            "https://b.example/a/",
        ),
        ("smf", "https://b.example/old/index.php?topic=3.0", "<html></html>", "https://b.example/old/"),
    ],
)  # fmt: skip
def test_any_page_of_a_board_leads_to_its_root(name: str, url: str, body: str, root: str) -> None:
    assert engines()[name].root_of(Page(url, body.encode(), NOW)) == root


def test_the_boards_of_smf_may_stand_behind_a_portal() -> None:
    engine = engines()["smf"]("https://b.example/")
    assert engine.index() == "https://b.example/index.php"
    portal = b'<a href="https://b.example/index.php?PHPSESSID=1a&amp;action=forum">Forum</a>'
    engine.learn(Page("https://b.example/", portal, NOW))
    assert engine.index() == "https://b.example/index.php?action=forum"


def test_a_platform_is_the_host_with_what_is_unusual_about_it() -> None:
    roots = ("https://b.example/", "http://b.example:80/", "https://b.example:8443/forum/", "http://B.example/forum/")
    found = [engines()["phpbb"](root).platform for root in roots]
    assert found == ["b.example", "b.example", "b.example:8443/forum", "b.example/forum"]


def test_links_that_lead_away_are_not_followed() -> None:
    engine = engines()["phpbb"]("https://www.b.example/forum/")
    assert engine.home("http://b.example/forum/viewtopic.php?t=1") == "https://www.b.example/forum/viewtopic.php?t=1"
    assert engine.home("https://www.b.example/shop/") == engine.home("https://evil.example/forum/x") == ""


# Pages made to hurt


def test_a_post_that_swallowed_another_is_no_post() -> None:
    made = Bulletin(posts_per_page=12)
    subject = made.topic(made.place("First"), 3)
    url = f"{HOST}/viewtopic.php?t={subject.id}"
    first, second, third = (str(said.id) for said in subject.posts)
    html = made.page(url)[1]
    block = re.search(rf'<div id="p{second}".*?(?=<div id="p{third}")', html, re.S)
    assert block is not None
    inner = re.search(r'<div class="content">', html[html.index(f'id="p{first}"') :])
    assert inner is not None
    at = html.index(f'id="p{first}"') + inner.end()
    hurt = html.replace(block[0], "")
    read = engines()["phpbb"](f"{HOST}/").read_topic(
        Page(url, f"{hurt[:at]}{block[0]}{hurt[at:]}".encode(), NOW), Topic(str(subject.id), url), None
    )
    assert [post.id for post in read.posts] == [second, third]
    assert len(read.rejects) == 1


# Against the truth


FLOORS = {"recall": 0.995, "precision": 0.995, "exact": 0.99}


@pytest.mark.skipif(
    not SHARED.exists(), reason="the recorded boards are not beside the repository, in ../shared/boards"
)
@pytest.mark.parametrize("name", ["nodebb", "phpbb"])
def test_recorded_boards_are_read_as_their_databases_have_them(name: str) -> None:
    found = score(SHARED / name)
    assert found.recall >= FLOORS["recall"]
    assert found.precision >= FLOORS["precision"]
    for field in ("author", "time", "permalink", "words", "title", "position", "forum"):
        assert found.exact[field] >= FLOORS["exact"], (field, found.wrong[field][:3])
    assert found.second <= 0.03 * found.first
    assert not found.missing
    assert not found.degraded


def test_an_unknown_board_tells_its_zone_beside_its_clock_and_its_times_beside_their_days() -> None:
    posts = "".join(
        f'<div class="post" id="post_{n}"><a href="/user-{n}.html">Mia{n}</a><div class="body">Es brach {n}.</div>'
        f'<span class="date"><span title="21.11.2026">Gestern</span>, 04:4{n}</span></div>' for n in range(4)
    )  # fmt: skip
    clock = "<div><span id='clock'><strong>Es ist jetzt:</strong> 22.11.2026, 06:04</span></div>"
    body = f"<html><body>{posts}{clock}</body></html>".encode()
    page = Page("http://board.example/thread-7.html", body, datetime(2026, 11, 22, 4, 4, tzinfo=UTC))
    engine = engines()["generic"]("http://board.example/")
    engine.learn(page)
    read = engine.read_topic(page, Topic("7", page.url), None)
    assert [post.published for post in read.posts] == [datetime(2026, 11, 21, 2, 40 + n, tzinfo=UTC) for n in range(4)]


def test_what_follows_a_link_on_an_unknown_board_is_no_part_of_its_title() -> None:
    rows = "".join(
        f'<li><a href="/topic/{n}">Anvil no. {n}</a> by Mia<br>on <i>{n}.11.2026, 10:0{n}</i>, <b>{n} replies</b></li>'
        for n in range(2, 8)
    )
    page = Page("http://board.example/forum/3", f"<html><body><ul>{rows}</ul></body></html>".encode(), NOW)
    engine = engines()["generic"]("http://board.example/")
    engine.learn(page)
    titles = [topic.title for topic in engine.read_forum(page, Forum("3", "Anvils", page.url)).topics]
    assert titles == [f"Anvil no. {n}" for n in range(2, 8)]


def test_the_last_word_of_a_line_is_no_signature_however_often_it_is_said() -> None:
    posts = "".join(
        f'<div class="post" id="post_{n}"><a href="/user-{n % 2}.html">Mia{n % 2}</a>'
        f'<i class="date">2{n}.10.2026, 04:4{n}</i><div class="body">'
        f'It broke {n} times, <span style="color: red">really</span></div></div>'
        for n in range(6)
    )
    page = Page("http://board.example/thread-7.html", f"<html><body>{posts}</body></html>".encode(), NOW)
    engine = engines()["generic"]("http://board.example/")
    for _ in range(2):
        read = engine.read_topic(page, Topic("7", page.url), None)
    assert [post.text for post in read.posts] == [f"It broke {n} times, really" for n in range(6)]


def test_a_clock_without_a_zone_is_as_far_from_utc_in_summer_as_now() -> None:
    posts = "".join(
        f'<div class="post" id="post_{n}"><a href="/user-{n}.html">Mia{n}</a><i class="date">2{n}.07.2026, 04:4{n}</i>'
        f'<div class="body">Es brach {n}.</div></div>'
        for n in range(4)
    )
    body = f"<html><body>{posts}<p>Es ist jetzt: 22.11.2026, 06:04</p></body></html>".encode()
    page = Page("http://board.example/thread-7.html", body, datetime(2026, 11, 22, 4, 4, tzinfo=UTC))
    engine = engines()["generic"]("http://board.example/")
    engine.learn(page)
    read = engine.read_topic(page, Topic("7", page.url), None)
    assert [post.published for post in read.posts] == [
        datetime(2026, 7, 20 + n, 2, 40 + n, tzinfo=UTC) for n in range(4)
    ]
    configured = engines()["generic"]("http://board.example/", ZoneInfo("Asia/Tokyo"))
    configured.learn(page)
    read = configured.read_topic(page, Topic("7", page.url), None)
    assert read.posts[0].published == datetime(2026, 7, 19, 19, 40, tzinfo=UTC), "what is configured holds"


def test_where_the_first_reply_is_number_one_each_page_counts_so() -> None:
    topic = Topic("7", "http://board.example/thread-7.html")

    def page(url: str, ordinals: list[str]) -> Page:
        posts = "".join(
            f'<div class="post"><div class="head"><b class="nr">{ordinal}</b> <i class="date">2{n}.07.2026, 04:4{n}</i>'
            f'</div><a href="/user-{n}.html">Mia{n}</a><div class="body">Es brach {n}, {ordinal}.</div></div>'
            for n, ordinal in enumerate(ordinals)
        )
        return Page(url, f"<html><body>{posts}</body></html>".encode(), NOW)

    engine, positions = engines()["generic"]("http://board.example/"), []
    for url, ordinals in ((topic.url, ["Opener", "#1", "#2", "#3"]), (f"{topic.url}?page=2", ["#4", "#5", "#6", "#7"])):
        read = engine.read_topic(page(url, ordinals), topic, None)
        positions += [post.position for post in read.posts]
    assert positions == [1, 2, 3, 4, 5, 6, 7, 8]
