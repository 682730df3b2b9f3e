"""What is unusual is found, and what is not is left alone: chance, what is usual, windows, replay."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from listening.alerts import Rule, replay
from listening.alerts.chance import at_least, at_most, share_at_least
from listening.alerts.quiet import quiet_until, release
from listening.alerts.scan import Scanner, Threshold
from listening.alerts.series import Counts, Heard, Series, hour_of, slots
from listening.alerts.usual import DAY, rhythm
from listening.config import Alert
from listening.post import Aspect, Author, Entry, Label, Mention, Post
from listening.store import Scope, Store
from tests.bench.alerts import measure
from tests.conftest import NOW
from tests.planted import poisson

BERLIN = ZoneInfo("Europe/Berlin")


def rule(kind: str, **options: object) -> Rule:
    alert = Alert.model_validate({"name": kind, "kind": kind, **options})
    return Rule(alert, ("Acme",), ZoneInfo("UTC"), BERLIN)


def entry(number: int, when: datetime, *, label: Label | None = None, aspect: str = "", **post: object) -> Entry:
    aspects = (Aspect(aspect, 0.0, "neutral"),) if aspect else ()
    given = {"text": f"Acme number {number} {number * 7919}", "url": f"https://example.com/{number}", **post}
    made = Post(platform="example.com", id=str(number), published=when, **given)  # type: ignore[arg-type]
    return Entry(made, "en", None, (Mention("Acme", ("Acme",), 0.0, label, aspects=aspects),))


def history(store: Store, days: int = 60, per_day: int = 24, until: datetime = NOW) -> int:
    """Mentions at an even pace from days ago to a moment; returns how many."""
    gap = timedelta(days=1) / per_day
    count = days * per_day
    store.save("feed", [entry(i, until - (count - i) * gap, label="neutral") for i in range(count)], now=until)
    return count


@pytest.mark.parametrize(("mean", "spread"), [(0.3, 1.0), (4.0, 1.0), (4.0, 1.8), (70.0, 3.0)])
def test_tails_are_what_summing_gives(mean: float, spread: float) -> None:
    def pmf(k: int) -> float:
        if spread == 1:
            return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
        r = mean / (spread - 1)
        log = math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1) - r * math.log(spread)
        return math.exp(log + k * math.log(1 - 1 / spread))

    for count in (0, 1, 3, 8, 60, 90, 140):
        below = sum(pmf(k) for k in range(count))
        assert at_least(count, mean, spread) == pytest.approx(1 - below, abs=1e-9)
        assert at_most(count, mean, spread) == pytest.approx(below + pmf(count), abs=1e-9)


def test_shares_are_binomial_or_spread_more() -> None:
    exact = sum(math.comb(30, k) * 0.2**k * 0.8 ** (30 - k) for k in range(14, 31))
    assert share_at_least(14, 30, 0.2, 1.0) == pytest.approx(exact)
    assert share_at_least(14, 30, 0.2, 2.0) > 5 * exact
    assert share_at_least(0, 30, 0.2, 2.0) == 1.0
    assert share_at_least(1, 30, 0.2, 2.0) == pytest.approx(1 - share_none(30, 0.2, 2.0), abs=1e-9)


def share_none(of: int, share: float, spread: float) -> float:
    alike = (spread - 1) / (of - 1)
    a, b = share * (1 - alike) / alike, (1 - share) * (1 - alike) / alike
    return math.exp(math.lgamma(of + b) - math.lgamma(b) + math.lgamma(a + b) - math.lgamma(of + a + b))


def test_the_hour_of_the_week_follows_the_clock_people_live_by() -> None:
    start = hour_of(datetime(2026, 10, 24, tzinfo=UTC))
    found = slots(start, 72, BERLIN)
    assert found[0] == 5 * DAY + 2  # Saturday, 2 in the morning
    local = [datetime.fromtimestamp((start + i) * 3600, BERLIN) for i in range(72)]
    assert found == [moment.weekday() * DAY + moment.hour for moment in local]


def test_the_rhythm_is_learnt_and_a_spike_in_it_is_not() -> None:
    chance = random.Random(1)
    when = slots(0, 56 * DAY, ZoneInfo("UTC"))
    means = [(8.0 if 8 <= slot % DAY < 20 else 2.0) * (1 if slot < 5 * DAY else 0.5) for slot in when]
    counts = [poisson(chance, mean) for mean in means]
    calm = rhythm(counts, when, 0, len(counts))
    for at in range(50 * DAY, 51 * DAY):
        counts[at] *= 5
    stormy = rhythm(counts, when, 0, len(counts))
    ratio = sum(means) / len(means)
    for mean in sorted(set(means)):
        alike = sorted({slot for slot, each in zip(when, means, strict=True) if each == mean})
        for learnt in (calm, stormy):
            assert ratio * sum(learnt.shape[slot] for slot in alike) / len(alike) == pytest.approx(mean, rel=0.12)
    assert calm.hourly < 1.4


def test_planted_events_are_found_and_little_else() -> None:
    assert measure(2, 3, sizes=((200, 24), (6000, 1))) == []


def flat(name: str, per_hour: int, hours: int) -> Counts:
    del name
    return Counts([per_hour] * hours, [0] * hours, [0] * hours)


def test_a_source_that_was_just_added_is_no_spike() -> None:
    hours = 40 * DAY
    series = Series("Acme", "Acme", 0, hours, {"old": flat("old", 5, hours), "new": Counts.zero(hours)})
    series.heard = {"old": Heard(0, ((0, 1 << 40),)), "new": Heard(38 * DAY, ((38 * DAY, 1 << 40),))}
    for at in range(38 * DAY, hours):
        series.sources["new"].mentions[at] = 20
    scanner = Scanner(series, slots(0, hours, ZoneInfo("UTC")), Threshold("up", 1.5, 5, 0.5))
    assert scanner.walk(30 * DAY, hours) == []
    assert series.joined(hours) == {"old"}


def test_a_source_nobody_asked_is_no_lull_and_a_silent_one_is() -> None:
    hours = 40 * DAY
    for heard, expected in ((((0, 38 * DAY),), 0), (((0, 1 << 40),), 1)):
        series = Series("Acme", "Acme", 0, hours, {"only": flat("only", 5, hours)}, {"only": Heard(0, heard)})
        for at in range(38 * DAY, hours):
            series.sources["only"].mentions[at] = 0
        scanner = Scanner(series, slots(0, hours, ZoneInfo("UTC")), Threshold("down", 1.5, 5, 0.5))
        found = scanner.walk(30 * DAY, hours)
        assert len(found) == expected
        if expected:
            assert 38 * DAY <= found[0].opened <= 38 * DAY + 3


def test_with_little_history_nothing_is_unusual() -> None:
    hours = 12 * DAY
    series = Series("Acme", "Acme", 0, hours, {"only": flat("only", 5, hours)})
    series.sources["only"].mentions[-1] = 500
    assert Scanner(series, slots(0, hours, ZoneInfo("UTC")), Threshold("up", 1.5, 5, 0.5)).at(hours) is None


def test_replay_says_when_a_spike_would_have_been_told_and_why(store: Store) -> None:
    count = history(store)
    peak = NOW - timedelta(days=3)
    burst = [entry(count + i, peak + timedelta(minutes=i)) for i in range(40)]
    store.save("feed", burst, now=NOW)
    (found,) = replay(store, rule("spike"), NOW - timedelta(days=30), NOW)
    assert found.series == "Acme"
    assert peak < found.opened < peak + timedelta(minutes=20)  # before the hour was over
    assert found.count > 30
    assert found.usual == pytest.approx(found.hours, abs=1.0)
    assert found.early is not None
    assert found.early > timedelta(minutes=40)
    assert len(found.mentions) == 3
    assert replay(store, rule("spike", query="nobody says this"), NOW - timedelta(days=30), NOW) == []
    assert len(replay(store, rule("spike", query="number"), NOW - timedelta(days=30), NOW)) == 1
    hidden = Scope(frozenset({"feed"}))
    assert replay(store, rule("spike"), NOW - timedelta(days=30), NOW, scope=hidden) == []


def test_replay_of_the_other_kinds_that_count(store: Store) -> None:
    count = history(store, per_day=48)
    when = NOW - timedelta(days=2)
    more = [entry(count + i, when + timedelta(minutes=20 * i), label="negative") for i in range(60)]
    more += [entry(count + 100 + i, when + timedelta(minutes=5 * i), aspect="price") for i in range(60)]
    old = [entry(count + 1000 + i, NOW - timedelta(hours=12 * i + 80), aspect="price") for i in range(90)]
    store.save("feed", [*more, *old], now=NOW)
    since = NOW - timedelta(days=20)
    (share,) = replay(store, rule("negative"), since, NOW)
    assert (share.direction, share.series) == ("share", "Acme")
    (aspect,) = replay(store, rule("aspect"), since, NOW)
    assert (aspect.direction, aspect.series) == ("up", "Acme, price")
    assert {found.series for found in replay(store, rule("source"), since, NOW)} == {"Acme, feed"}


def test_replay_finds_a_lull(store: Store) -> None:
    history(store, per_day=96, until=NOW - timedelta(hours=20))
    (found,) = replay(store, rule("lull"), NOW - timedelta(days=20), NOW)
    assert found.direction == "down"
    assert found.opened < NOW - timedelta(hours=12)
    assert replay(store, rule("lull", mentions=500), NOW - timedelta(days=20), NOW) == [], "there are never so many"


def test_a_share_of_what_was_hardly_ever_scored_is_not_unusual(store: Store) -> None:
    rows = [entry(i, NOW - timedelta(hours=i)) for i in range(60 * 24)]
    bad = [entry(5000 + i, NOW - timedelta(hours=5), label="negative") for i in range(30)]
    store.save("feed", [*rows, *bad], now=NOW)
    assert replay(store, rule("negative"), NOW - timedelta(days=10), NOW) == []


def test_copies_count_once(store: Store) -> None:
    count = history(store)
    text = "Acme announces a new anvil today, and everybody who forges iron will want to look at it at once"
    when = NOW - timedelta(hours=5)
    copied = [entry(count + i, when, text=text, author=Author(f"a{i}")) for i in range(40)]
    store.save("feed", copied, now=NOW)
    assert replay(store, rule("spike"), NOW - timedelta(days=10), NOW) == []


def test_replay_of_single_mentions(store: Store) -> None:
    loud = {"author": Author("kim", followers=50_000)}
    rows = [entry(1, NOW - timedelta(days=9)), entry(2, NOW - timedelta(days=3), **loud),
            entry(3, NOW - timedelta(days=1), url="https://new.example/3")]  # fmt: skip
    store.save("feed", rows, now=NOW)
    since = NOW - timedelta(days=5)
    assert [f.mentions for f in replay(store, rule("mention"), since, NOW)] == [(2,), (3,)]
    assert [f.mentions for f in replay(store, rule("reach"), since, NOW)] == [(2,)]
    assert [f.series for f in replay(store, rule("new-site"), since, NOW)] == ["Acme, new.example"]


def test_the_roll_up_agrees_with_the_mentions(store: Store) -> None:
    rows = [entry(i, NOW - timedelta(minutes=30 * i), label="negative" if i % 3 else None) for i in range(50)]
    store.save("feed", rows, now=NOW)
    store.save("feed", [entry(3, NOW, label="positive")], now=NOW)  # judged otherwise, published otherwise
    assert store.check() == []
    kept = store.db.conn.execute("SELECT * FROM hourly WHERE mentions > 0").fetchall()
    assert sum(row[3] for row in kept) == 50
    store.vacuum()
    assert store.db.conn.execute("SELECT * FROM hourly").fetchall() == kept


@pytest.mark.parametrize(
    ("options", "now", "expected"),
    [
        ({}, "2026-11-20T23:00+01:00", "2026-11-20T23:00+01:00"),
        ({"quiet_hours": "22:00-07:00"}, "2026-11-20T23:00+01:00", "2026-11-21T07:00+01:00"),
        ({"quiet_hours": "22:00-07:00"}, "2026-11-21T06:59+01:00", "2026-11-21T07:00+01:00"),
        ({"quiet_hours": "22:00-07:00"}, "2026-11-21T07:00+01:00", "2026-11-21T07:00+01:00"),
        ({"quiet_hours": "12:00-13:00"}, "2026-11-21T12:30+01:00", "2026-11-21T13:00+01:00"),
        ({"quiet_hours": "22:00-07:00", "quiet_days": ["sat", "sun"]}, "2026-11-20T23:00+01:00",
         "2026-11-23T07:00+01:00"),
        ({"quiet_hours": "22:00-07:00"}, "2026-10-25T01:00+02:00", "2026-10-25T07:00+01:00"),  # the clocks go back
        ({"quiet_days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "2026-11-20T23:00+01:00",
         "2026-11-20T23:00+01:00"),
    ],
)  # fmt: skip
def test_quiet_ends_when_it_says(options: dict[str, object], now: str, expected: str) -> None:
    assert quiet_until(rule("mention", **options), datetime.fromisoformat(now)) == datetime.fromisoformat(expected)


def test_after_a_message_the_next_waits_and_what_waits_waits_together() -> None:
    calm = rule("mention", cool_down="1h")
    assert release(calm, NOW, None, None) == NOW
    later = release(calm, NOW, NOW - timedelta(minutes=10), None)
    assert later == NOW + timedelta(minutes=50)
    assert release(calm, NOW, later, later) == later
    assert release(calm, NOW, NOW - timedelta(hours=2), None) == NOW
    assert release(calm, NOW, None, later) == later, "what is held back is told together"
