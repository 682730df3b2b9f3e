"""How many examples a property is tried on: few where all tests run, more by LISTENING_TEST_TIMES=10."""

from __future__ import annotations

import os

import pytest

_TIMES = float(os.environ.get("LISTENING_TEST_TIMES", "1"))
long = pytest.mark.skipif(_TIMES <= 1, reason="it takes a minute: LISTENING_TEST_TIMES=2 runs it")


def examples(few: int) -> int:
    """So many, times what the environment says."""
    return round(few * _TIMES)
