"""Real board software is read as it was filled: only where LISTENING_LIVE is set, since it has to be installed."""

from __future__ import annotations

import os

import pytest

from tests.live import SOFTWARE
from tests.live.compare import compare


@pytest.mark.skipif(
    not os.environ.get("LISTENING_LIVE"),
    reason="installs board software from its registries: set LISTENING_LIVE=1, or run `python -m tests.live`",
)
@pytest.mark.parametrize("name", SOFTWARE)
def test_a_real_board_is_read_as_it_was_filled(name: str) -> None:
    software = SOFTWARE[name]()
    software.install()
    result = compare(software)
    assert not result.wrong
    assert result.exact == result.found == result.posts
