"""What reading a page costs: that it is told alike on slow and on busy machines, and what keeps it low."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from spiders.boards import engines
from spiders.boards.engine import Topic, TopicPage
from spiders.boards.mining.outline import Outline
from spiders.boards.page import Page
from spiders.boards.undisturbed import undisturbed
from tests import boards
from tests.board_hurt import NOW
from tests.board_speed import Spent, at_twenty
from tests.growth import LINEAR, growth

URL = "http://board.example/topic/7"


def _page(posts: int) -> str:
    """A page with many posts, as software might write it that nobody knows."""
    blocks = (
        f'<div class="entry" id="entry-{800 + n}"><a class="who" href="/user/{n % 9}">Mia{n % 9}</a>'
        f'<a href="/topic/7#entry-{800 + n}"><time datetime="2026-11-01T{n // 60:02}:{n % 60:02}:00Z">then</time></a>'
        f'<div class="said">It broke {"again " * (n % 5)}and I wrote about it in line {n}.</div></div>'
        for n in range(posts)
    )
    return f"<html><body><h1>An anvil</h1>{''.join(blocks)}</body></html>"


def _read(html: str) -> TopicPage:
    return engines()["generic"]("http://board.example/").read_topic(
        Page(URL, html.encode(), NOW), Topic("7", URL), None
    )


def test_a_busy_machine_comes_to_the_same_figures() -> None:
    assert Spent(20, 6, 0.5, 1).quiet == pytest.approx(Spent(20, 18, 1.5, 3).quiet)


def test_the_page_from_which_a_board_is_learnt_does_not_count_for_the_others() -> None:
    pages = [Spent(posts, 1 + posts / 4, 0) for posts in (10, 10, 9, 7, 4, 2, 1)]
    assert at_twenty([Spent(10, 40, 0), *pages], lambda row: row.read) == pytest.approx(6)


@pytest.mark.parametrize("much", [True, False])
def test_a_board_that_costs_too_much_fails_the_command(
    much: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "truth.jsonl.xz").touch()
    monkeypatch.setattr(boards, "described", lambda _: False)
    monkeypatch.setattr(boards, "report", lambda *_: ("a board", much))
    assert boards.main(["speed", str(tmp_path)]) == much


def test_the_generic_engine_walks_a_page_once(monkeypatch: pytest.MonkeyPatch) -> None:
    walked = []
    walk = Outline._walk
    monkeypatch.setattr(Outline, "_walk", lambda outline, *given: (walked.append(outline), walk(outline, *given)))
    assert (len(_read(_page(20)).posts), len(walked)) == (20, 1)


def test_work_grows_with_the_posts_of_a_page_and_no_faster() -> None:
    page = _page(400)
    assert len(_read(page).posts) == 400
    assert growth(_read, page) < LINEAR


def test_the_collector_rests_while_a_page_is_read_and_no_longer() -> None:
    seen: list[bool] = []

    @undisturbed
    def read(page: str) -> str:
        seen.append(gc.isenabled())
        if not page:
            raise ValueError(page)
        return read("") if page == "nested" else page

    assert read("one") == "one"
    assert gc.isenabled()
    with pytest.raises(ValueError, match=r"^$"):
        read("nested")
    assert gc.isenabled()
    assert seen == [False, False, False]
