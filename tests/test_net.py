"""The interval of net sentiment holds the truth as often as it says."""

from __future__ import annotations

import random

import pytest

from listening.insight.net import LABELS, Net, net


def simulated(seed: int, mentions: int, audited: int, right: float, shares: tuple[float, float, float]) -> bool:
    """Whether the interval holds the true net sentiment of one made-up team."""
    chance = random.Random(seed)
    truth = chance.choices(LABELS, shares, k=mentions)
    lean = (0.6, 0.1, 0.3)  # errors are not even: they mostly fall on one side
    said = [one if chance.random() < right else chance.choices(LABELS, lean)[0] for one in truth]
    audit: dict[str, dict[str, int]] = {}
    for label in LABELS:
        ours = [i for i, one in enumerate(said) if one == label]
        for i in chance.sample(ours, min(audited // 3, len(ours))):
            row = audit.setdefault(label, {})
            row[truth[i]] = row.get(truth[i], 0) + 1
    found = net({label: said.count(label) for label in LABELS}, audit)
    assert found is not None
    return found.low <= shares[2] - shares[0] <= found.high


@pytest.mark.parametrize(
    ("mentions", "audited", "right", "shares"),
    [
        (400, 51, 0.7, (0.5, 0.3, 0.2)),
        (400, 51, 0.9, (0.2, 0.5, 0.3)),
        (2000, 51, 0.5, (0.6, 0.2, 0.2)),
        (100, 51, 0.8, (0.3, 0.3, 0.4)),
        (2000, 300, 0.7, (0.1, 0.1, 0.8)),
    ],
)
def test_the_interval_holds_the_truth_in_about_95_of_100_teams(
    mentions: int, audited: int, right: float, shares: tuple[float, float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listening.insight.net._DRAWS", 150)
    held = sum(simulated(seed, mentions, audited, right, shares) for seed in range(200))
    assert 0.90 <= held / 200 <= 0.995


def test_without_the_audit_the_interval_knows_sampling_alone_and_misses_a_lean() -> None:
    few = net({"negative": 5, "neutral": 10, "positive": 5})
    many = net({"negative": 500, "neutral": 1000, "positive": 500})
    assert few is not None
    assert many is not None
    assert few.low < few.counted == few.estimate == 0 < few.high
    assert many.high - many.low < (few.high - few.low) / 5


def test_an_audit_that_finds_our_positives_negative_moves_the_estimate_there() -> None:
    audit = {"positive": {"negative": 15, "positive": 2}, "neutral": {"neutral": 17}, "negative": {"negative": 17}}
    found = net({"negative": 100, "neutral": 100, "positive": 100}, audit)
    assert isinstance(found, Net)
    assert found.counted == 0
    assert found.low < found.estimate < found.high < 0
    assert -0.75 < found.estimate < -0.45


def test_what_is_not_about_the_brand_does_not_count() -> None:
    certain = {"negative": {"negative": 1e6}, "neutral": {"neutral": 1e6}}
    found = net({"negative": 100, "positive": 300}, {**certain, "positive": {"positive": 1e6, "unrelated": 2e6}})
    assert found is not None
    assert found.estimate == pytest.approx(0, abs=1e-4)
    assert found.counted == 0.5


def test_errors_are_of_what_nobody_corrected() -> None:
    wrong = {"positive": {"negative": 30}, "neutral": {"neutral": 30}, "negative": {"negative": 30}}
    counts = {"negative": 40, "neutral": 0, "positive": 60}
    all_of_them, none, some = (net(counts, wrong, corrected) for corrected in (counts, {}, {"positive": 60}))
    assert all_of_them is not None
    assert none is not None
    assert some is not None
    assert all_of_them.estimate == pytest.approx(0.2)  # what people said stands
    assert none.estimate < -0.9
    assert some.estimate == pytest.approx(0.6 - 0.4 * (30.5 - 0.25) / 31)
    assert some.low < some.estimate < some.high


def test_nothing_scored_has_no_net_sentiment() -> None:
    assert net({}) is None
    assert net({"negative": 0}, {"negative": {"negative": 3}}) is None


def test_the_same_counts_give_the_same_interval() -> None:
    assert net({"positive": 3, "negative": 1}) == net({"positive": 3, "negative": 1})
