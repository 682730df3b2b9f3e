"""What engines make of pages that were hurt; `python -m tests.boards hurt` is the long form."""

from __future__ import annotations

import pytest

from spiders.boards import engines
from tests.board_hurt import hurt

SHORT = 120
# Of markup torn this badly the rest may say that an answer's author wrote the question.
KNOWN = {"generic": 2, "schemaorg": 3}


@pytest.mark.parametrize("engine", sorted(engines()))
def test_no_hurt_page_puts_words_into_the_wrong_mouth(engine: str) -> None:
    harm = hurt(engine, SHORT)
    assert len(harm.wrong) <= KNOWN.get(engine, 0), harm.wrong
    assert harm.posts > harm.whole / 3, "most pages still give most posts"
    assert harm.slowest < 1000
