"""`python -m tests.bench NAME`: measure, print the figures, exit with 1 below the floor."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

_NOT_BENCHMARKS = {
    "__main__", "corpus", "crawling", "drawn", "filled", "obvious", "obvious_spider", "repeated", "served", "visits",
}  # fmt: skip


def main() -> int:
    names = sorted({m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)])} - _NOT_BENCHMARKS)
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        print(f"usage: python -m tests.bench NAME, one of: {', '.join(names)}")
        return 2
    found: int = importlib.import_module(f"tests.bench.{sys.argv[1]}").main(sys.argv[2:])
    return found


if __name__ == "__main__":
    sys.exit(main())
