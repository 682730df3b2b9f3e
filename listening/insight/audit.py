"""Which answers of audits tell how often a brand's labels are right: its own, the team's, or none yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from listening.insight.net import LABELS, Net, Rates, net
from listening.store import EVERYTHING, Count, Days, Scope, Store

ENOUGH = 10  # answers for each label of ours, from which the audited figure is as near to the truth as the counted
_LENT = 10  # what answers about other brands count at most, for each label
_EVER = Days(date.min, date.max)


@dataclass(frozen=True, slots=True)
class Audit:
    """What is known of a brand's labels: `rates` are None where there are too few answers, and our labels count."""

    brand: str
    answers: int  # about this brand
    lent: int  # answers about other brands that stand in
    rates: Rates | None

    @property
    def told(self) -> str:
        """Whose answers are used, as a sentence; nothing where nobody was asked."""
        if self.lent:
            return (
                f"Too few answers about {self.brand} yet ({self.answers:,}): {self.lent:,} about other brands stand "
                f"in, and count for at most {_LENT} of each label."
            )
        if self.rates is not None:
            return f"{self.answers:,} answers in audits of {self.brand} say how often labels are right."
        if self.answers:
            return (
                f"Too few answers in audits yet ({self.answers:,}), so labels count as right: it takes {ENOUGH} for "
                "each label."
            )
        return ""


def audit(store: Store, brand: str) -> Audit:
    """The answers that tell how often labels are right of a brand's mentions.

    Net sentiment moves by how right each label is, so rates are used only where every label that the brand's
    mentions have was asked about ENOUGH times, or as often as there are mentions to ask about. With fewer answers the
    rates would be what was thought beforehand, for a label nobody was asked about that alone, and pull every brand to
    zero; and answers for one label alone would take away the errors to one side, where those to both sides cancel
    out. Ten it is because the answers' own chance must not be worse than the errors that they take away: among 1,000
    mentions, judged about as well as ours are (macro-F1 0.7 to 0.85), the figure by 5 answers a label is off by 0.11
    (root of the mean square), by 10 by 0.08, by 17 by 0.06, and the one that takes labels as right by 0.08; a single
    answer puts it off by 0.2.

    A brand with fewer borrows the answers about all brands, where these are enough by the same rule. Brands differ,
    so the borrowed weigh no more than _LENT answers for each label, however many there are (a prior from other groups
    with a bound on its weight, as in the power priors of Ibrahim and Chen, Statistical Science 15, 2000), which keeps
    the interval wide. Where there are too few of them, too, our labels count as right.
    """
    own = store.audited(brand)
    answers = _sum(own)
    if answers and _enough(store, brand, own):
        return Audit(brand, answers, 0, own)
    every = store.audited()
    lent = _sum(every) - answers
    if lent and _enough(store, "", every):
        return Audit(brand, answers, lent, {name: _with(own.get(name, {}), every.get(name, {})) for name in LABELS})
    return Audit(brand, answers, 0, None)


def audited_net(
    store: Store, known: Audit, count: Count, days: Days | None = None, *, scope: Scope = EVERYTHING
) -> Net | None:
    """Net sentiment of what was counted in some days, or ever, by what an audit found; None where none was scored."""
    corrected = store.corrected(known.brand, days, scope=scope) if known.rates is not None else {}
    return net(count.feelings, known.rates, corrected)


def ever(store: Store, brands: str | Sequence[str]) -> Count:
    """All mentions that figures ever counted."""
    return store.figures(brands, _EVER).get((), Count())


def _enough(store: Store, brand: str, answers: Rates) -> bool:
    """Whether each label of a brand, or of all, has answers enough."""
    counts = Counter(ever(store, brand or [name for name, _ in store.brand_names()]).feelings)
    counts -= store.corrected(brand)
    return all(sum(answers.get(name, {}).values()) >= min(ENOUGH, counts[name]) for name in LABELS)


def _with(own: Mapping[str, float], every: Mapping[str, float]) -> dict[str, float]:
    """A brand's own answers for one label, and with them those about others, as heavy as they may be."""
    others = {said: count - own.get(said, 0) for said, count in every.items()}
    weight = min(1.0, _LENT / (sum(others.values()) or 1.0))
    return {said: own.get(said, 0) + weight * count for said, count in others.items()}


def _sum(answers: Rates) -> int:
    return int(sum(sum(row.values()) for row in answers.values()))
