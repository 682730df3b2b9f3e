"""What engines make of pages that were hurt; `python -m tests.boards hurt` is the long form."""

from __future__ import annotations

import pytest

from spiders.boards import engines
from tests.board_hurt import hurt

SHORT = 120


@pytest.mark.parametrize("engine", sorted(engines()))
def test_no_hurt_page_puts_words_into_the_wrong_mouth(engine: str) -> None:
    harm = hurt(engine, SHORT)
    assert harm.wrong == []
    assert harm.posts > harm.whole / 3, "most pages still give most posts"
    assert harm.slowest < 1000


@pytest.mark.parametrize(
    ("engine", "seed"),
    [("generic", 740), ("schemaorg", 194)],
    ids=["its own id lost, and the post before ends with a link", "its own type lost, and another topic beside it"],
)
def test_what_is_torn_away_is_not_taken_from_beside(engine: str, seed: int) -> None:
    assert hurt(engine, 1, first=seed).wrong == []
