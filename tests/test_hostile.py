"""Texts that want to do harm, in every field: nothing runs, nothing is asked elsewhere, nothing is a formula."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from listening.post import Author, Batch, Post, Quote, Thread
from listening.store import InboxFilter
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from tests.browser import Watched, chromium, serving, watched
from tests.desk import install
from tests.hostile.__main__ import run
from tests.hostile.files import in_libreoffice, take_away
from tests.hostile.filled import fill
from tests.hostile.findings import Findings
from tests.hostile.office import office
from tests.hostile.pages import Harmed
from tests.hostile.texts import fitted, texts
from tests.hostile.turning import TURN, TURNED, look, turned_desk

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_each_text_is_another_and_they_are_always_the_same() -> None:
    assert len(set(texts(1000))) == 1000
    assert texts(1000) == texts(1000)
    assert sum("\ud800" in text for text in texts(1000)) > 5


def test_nothing_of_thirty_runs(tmp_path: Path) -> None:
    findings = Findings()
    hostile = texts(189)[::9] + [text for text in texts(189) if "\x00" in text or "\ud800" in text]
    with chromium() as browser:
        run(browser, tmp_path, hostile, 12, findings)
    assert len(hostile) >= 30
    assert findings.faults == []
    assert findings.pages > 40
    assert findings.cells > 1000


def test_nothing_is_a_formula_in_libreoffice(tmp_path: Path) -> None:
    if office() is None:
        pytest.skip("there is no LibreOffice here: apt-get install libreoffice-calc-nogui")
    findings = Findings()
    desk = fill(tmp_path, [text for text in texts(240) if "=" in text or "@" in text or "_x" in text])
    take_away(desk, tmp_path, findings)
    in_libreoffice(tmp_path, findings)
    assert findings.faults == []
    assert findings.opened > 20
    assert findings.cells > 10_000


def test_what_libreoffice_would_run_is_found(tmp_path: Path) -> None:
    if office() is None:
        pytest.skip("there is no LibreOffice here: apt-get install libreoffice-calc-nogui")
    (tmp_path / "a.csv").write_text('text\n"=1+1"\n"two\nlines"\n', encoding="utf-8")
    findings = Findings()
    in_libreoffice(tmp_path, findings)
    assert any("a formula: of:=1+1" in fault for fault in findings.faults)
    assert any("'=1+1' shows as '2'" in fault for fault in findings.faults)
    assert not any("two" in fault for fault in findings.faults)


def test_what_runs_is_found() -> None:
    """The watch itself: a page that lets a text through is told of."""
    with chromium() as browser:
        page = browser.new_page()
        findings = Findings()
        harmed = Harmed(Watched(page, "http://127.0.0.1"), findings)
        page.set_content("<p onclick=x style=width:9999px>x</p><style>p{}</style>")
        with page.expect_event("dialog"):
            page.evaluate("() => { window.__ran = 1; setTimeout(() => alert(1)) }")
        harmed.check()
    told = " ".join(findings.faults)
    for sign in ("it ran: 1", "a dialog says 1", "onclick", "pixels wide", "an element of theirs"):
        assert sign in told


def test_lone_surrogates_in_any_field_are_stored_as_question_marks(tmp_path: Path) -> None:
    bad = "x\ud800"
    fields = {
        "text": {"text": f"Acme {bad}"}, "title": {"title": bad}, "channel": {"channel": bad}, "url": {"url": bad},
        "author": {"author": Author(bad, bad, bad)}, "handle": {"author": Author("a", bad)},
        "thread": {"thread": Thread(bad, bad, bad)}, "title of the thread": {"thread": Thread("1", bad)},
        "quote": {"quotes": (Quote(bad),)}, "quoted": {"quotes": (Quote("x", bad),)}, "reply": {"reply_to": bad},
    }  # fmt: skip
    desk = install(tmp_path, posts=0)
    with desk.store() as store:
        ingest = Ingest(store, "forum", Understanding(desk.config.brands), now=lambda: NOW)
        posts = [
            Post(**({"platform": "f", "id": name, "url": "https://f.example/", "text": "Acme"} | given))  # type: ignore[arg-type]
            for name, given in fields.items()
        ]
        assert ingest.save([Batch(posts)]).new == len(fields)
        cards = store.cards(list(store.listed(InboxFilter(sources=("forum",), fold=False), now=NOW)), NOW)
    assert len(cards) == len(fields)
    assert "\ud800" not in repr(cards)
    assert sum(card.thread_title == "x?" for card in cards) == 2
    assert sum(quote.text == "x?" or quote.author == "x?" for card in cards for quote in card.quotes) == 2


def test_no_name_turns_our_words_beside_it(tmp_path: Path) -> None:
    desk = turned_desk(tmp_path)
    with chromium() as browser, serving(desk) as base, watched(browser, base) as seen:
        count, turned = look(seen, desk)
        assert turned == []
        assert count > 100
        seen.page.set_content(f"<p>by {TURN} on <b>Monday</b></p><p><bdi>{TURN}</bdi> on Monday</p>")
        assert seen.page.evaluate(TURNED) == [2, ["P.: on Monday (P)"]]


@pytest.mark.parametrize(("text", "most", "name"), [("a\x00b", 9, "a b"), ("=1+1", 3, "=1+"), ("\n", 5, "plain")])
def test_names_are_what_the_desk_takes(text: str, most: int, name: str) -> None:
    assert fitted(text, most) == name
