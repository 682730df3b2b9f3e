"""What learning from labelled rows brings: judgements before and after, and how many labels bring how much."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from listening.config import Brand, Config
from listening.errors import ListeningError
from listening.evaluate.judge import Judge, Judged, Progress
from listening.evaluate.labelled import Row
from listening.learn import Lesson, learn
from pipelines.learned import Learned
from pipelines.understanding import Understanding

_FEWEST = 0.2  # of the rows must be left to measure on


@dataclass(frozen=True, slots=True)
class Point:
    """What was learnt from so many rows, and how the rest is judged then."""

    labels: int
    lessons: Sequence[Lesson]
    judged: Sequence[Judged]


def after(
    config: Config, labelled: Sequence[Row], rows: Sequence[Row], tasks: Sequence[str],
    progress: Progress = lambda *_: None, say: Callable[[str], None] = lambda _: None,
) -> Point:  # fmt: skip
    """Learn from `labelled`, but not from what is measured, use what is better than the rules, and judge `rows`."""
    labelled = apart(labelled, rows)
    floors = Learned.of(config, ()).shelves_below
    lessons = list(learn(list(_judge(config).examples(labelled, progress)), say, floors=floors))
    models = [(one.brand, one.model.json()) for one in lessons if one.model is not None and one.better]
    return Point(len(labelled), lessons, _judge(config, models).judge(rows, tasks, progress))


def apart(labelled: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """Those of `labelled` whose text is in none of the `rows` that are measured."""
    measured = {(row.title, row.text) for row in rows}
    return [row for row in labelled if (row.title, row.text) not in measured]


def mixed(rows: Sequence[Row], seed: int = 0) -> list[Row]:
    """The rows in an order that tells nothing: the first of a sorted file are all alike."""
    order = list(rows)
    random.Random(seed).shuffle(order)
    return order


def _judge(config: Config, models: Sequence[tuple[str, str]] = ()) -> Judge:
    """Who judges as a crawl does: with the lexicon, the intents, the scorer and the floors of the config.

    Without what the team's labels taught, for texts that were learnt from are not to be measured on.
    """

    def understand(brands: Sequence[Brand]) -> Understanding:
        return Understanding.of(config.model_copy(update={"brands": list(brands)}), models=models)

    return Judge(config.brands, understand)


def parted(rows: Sequence[Row], most: int, seed: int = 0) -> tuple[Sequence[Row], Sequence[Row]]:
    """`most` rows drawn at random to learn from, and the others. Raises ListeningError where too few are left."""
    if len(rows) - most < _FEWEST * len(rows):
        raise ListeningError(
            f"there are {len(rows):,} rows: learning from {most:,} leaves too few to measure on. "
            f"Learn from at most {int((1 - _FEWEST) * len(rows)):,}, or name a file of their own: --train FILE."
        )
    order = mixed(rows, seed)
    return order[:most], order[most:]


def curve(
    config: Config, pool: Sequence[Row], rows: Sequence[Row], tasks: Sequence[str], sizes: Sequence[int],
    progress: Progress = lambda *_: None, say: Callable[[str], None] = lambda _: None,
) -> Iterator[Point]:  # fmt: skip
    """A point for no label at all, and for each of `sizes`: always the first of `pool`, measured on the same `rows`."""
    for size in (0, *sorted(sizes)):
        yield after(config, pool[:size], rows, tasks, progress, say)
