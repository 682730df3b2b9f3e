"""How many examples a property is tried on: few where all tests run, more by LISTENING_TEST_TIMES=10."""

from __future__ import annotations

import os


def examples(few: int) -> int:
    """So many, times what the environment says."""
    return round(few * float(os.environ.get("LISTENING_TEST_TIMES", "1")))
