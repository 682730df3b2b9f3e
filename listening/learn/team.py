"""A team's labels in the store: giving them, learning from them, and judging again what is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from listening.config import Config
from listening.learn.lesson import Example, Lesson, learn
from listening.post import Entry
from listening.store import Changed, Label, Open, Store, StoredPost
from pipelines.understanding import Understanding

_BATCH = 200  # posts in one transaction: a person's click never waits for longer than that
ENOUGH = 20  # new labels after which one learns without being asked
CHEAP = 1000  # labels that are learnt from so quickly that somebody may wait for it
_GROWN = 0.1  # part of all labels that is new, from which learning from more than that brings anything

Say = Callable[[str], None]


class Team:
    """What a team says about the mentions in its store, and what follows from it."""

    def __init__(self, store: Store, config: Config, understanding: Understanding | None = None) -> None:
        self.store, self.config = store, config
        self.understanding = understanding or Understanding.of(config, models=store.models())

    def say(self, mention: Open, values: Mapping[str, str], *, now: datetime, who: str = "") -> list[int]:
        """Correct a mention (kind -> value): what is shown changes at once. Returns what `take_back` takes."""
        ids = self.store.add_labels(mention.mention_id, values, now=now, who=who)
        self._again([mention.post_id], {mention.brand}, now)
        return ids

    def take_back(self, mention: Open, ids: Sequence[int], now: datetime) -> None:
        """As if it had never been said."""
        self.store.drop_labels(ids)
        self._again([mention.post_id], {mention.brand}, now)

    def examples(self, brand: str = "") -> list[Example]:
        """Everything that was said, with the mention as the rules alone judge it."""
        rules = Understanding.of(self.config)
        by_post: defaultdict[int, list[Label]] = defaultdict(list)
        for label in self.store.labels(brand):
            by_post[label.post_id].append(label)
        return [
            example
            for stored in self.store.read(list(by_post))
            for example in _examples(_understood(rules, stored), by_post[stored.id])
        ]

    def learn(self, now: datetime, brand: str = "", say: Say = lambda _: None) -> list[Lesson]:
        """Learn from all labels, or a brand's relevance from its own, and keep what is better than the rules."""
        floors = self.understanding.learned.shelves_below
        lessons = list(learn(self.examples(brand), say, kind="relevance" if brand else "", floors=floors))
        models = self._of_others(brand)
        models += [(one.brand, one.kind, one.model.json()) for one in lessons if one.better and one.model is not None]
        self._use(models, now, partly=bool(brand))
        return lessons

    def forget(self, now: datetime, brand: str = "") -> None:
        """Go back to the rules; the labels stay."""
        self._use(self._of_others(brand), now)

    def judge_again(self, now: datetime, progress: Callable[[int, int], None] = lambda *_: None) -> Changed:
        """Judge all stored mentions by the models in use. Where it is stopped, `learn_if_due` begins again."""
        names = {brand.name for brand in self.config.brands}
        found = list(dict.fromkeys(post for name in sorted(names) for post in self.store.mentioning(name)))
        changed, waiting = Changed(), iter(found)
        while batch := list(islice(waiting, _BATCH)):
            changed += self._again(batch, names, now)
            progress(changed.posts, len(found))
        self.store.models_applied()
        return changed

    def learn_if_due(
        self, now: Callable[[], datetime], say: Say = lambda _: None,
        progress: Callable[[int, int], None] = lambda *_: None, *, waiting: bool = True,
    ) -> list[Lesson] | None:  # fmt: skip
        """Learn where there are labels enough; judge again where that changes what is in use, or was stopped before.

        `waiting` as in `due`. None where there was nothing to learn.
        """
        lessons = self.learn(now(), "", say) if due(self.store, waiting=waiting) else None
        if self.store.models_wait():
            self.judge_again(now(), progress)
        return lessons

    def _of_others(self, brand: str) -> list[tuple[str, str, str]]:
        """The models in use that are not of this brand; none where no brand is named."""
        learned = self.understanding.learned
        shared = [model for model in (learned.sentiment, *learned.intents) if model is not None]
        found = [("", model.kind, model.json()) for model in shared]
        found += [(name, model.kind, model.json()) for name, model in learned.relevance.items() if name != brand]
        return found if brand else []

    def _use(self, models: Sequence[tuple[str, str, str]], now: datetime, *, partly: bool = False) -> None:
        self.store.keep_models(models, now, partly=partly)
        self.understanding = Understanding.of(self.config, models=self.store.models())

    def _again(self, posts: Sequence[int], brands: set[str], now: datetime) -> Changed:
        return self.store.understand_again(posts, lambda stored: _understood(self.understanding, stored), brands, now)


def due(store: Store, *, waiting: bool = True) -> bool:
    """Whether there are new labels enough to learn from; where somebody is `waiting`, few enough for it to be quick.

    Many labels take minutes to learn from, and all mentions are judged again after: that is done when a tenth of them
    is new, which from 1,000 to 10,000 happens some 25 times.
    """
    new, known = store.labels_since_training(), store.count_labels()
    if new < ENOUGH or known <= CHEAP:
        return new >= ENOUGH
    return not waiting and new >= _GROWN * known


def _understood(understanding: Understanding, stored: StoredPost) -> Entry:
    understanding.names.source = stored.source  # a query may ask for it
    return understanding.entry(stored.post)


def _examples(entry: Entry, labels: Sequence[Label]) -> Iterator[Example]:
    for mention in entry.mentions:
        said = {label.kind: label.value for label in labels if label.brand == mention.brand}
        if said:
            yield Example(entry, mention, said)
