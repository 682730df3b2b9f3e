"""When a source is asked: slots are pure, in order, once each, whatever the clocks of the world do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from listening.config import SourceEntry
from listening.timetable import FASTEST, SLOWEST, Pace, Timetable

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo")


def table(**options: object) -> Timetable:
    return Timetable.of(SourceEntry.model_validate({"name": "forum", "kind": "board", **options}), "Europe/Berlin")


def local(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def slots(timetable: Timetable, begin: datetime, end: datetime, level: int = 0) -> list[datetime]:
    found, slot = [], timetable.next(begin, level)
    while slot < end:
        found.append(slot)
        slot = timetable.next(slot, level)
    return found


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "every 1h"),
        ({"every": "15m", "jitter": "2m"}, "every 15m, up to 2m later"),
        ({"at": "7:30", "days": "Monday"}, "at 07:30, mon Europe/Berlin"),
        ({"at": ["19:00", "07:30"], "clock": "America/New_York"}, "at 07:30 19:00 America/New_York"),
        ({"every": "30m", "window": "8:00-20:00", "days": ["tue", "MON"]},
         "every 30m, mon tue, 08:00-20:00 Europe/Berlin"),
    ],
)  # fmt: skip
def test_a_timetable_says_itself_in_words(options: dict[str, object], words: str) -> None:
    assert str(table(**options)) == words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"at": "25:00"}, 'write "07:30"'),
        ({"at": 730}, 'write "07:30"'),
        ({"days": ["someday"]}, "is not a day of the week: there are mon, tue"),
        ({"window": "08:00"}, 'write "08:00-20:00"'),
        ({"window": "08:00-08:00"}, 'write "08:00-20:00"'),
        ({"at": "07:30", "every": "1h"}, 'has both "every" and "at"'),
        ({"at": "07:30", "window": "08:00-20:00"}, 'has both "at" and "window"'),
        ({"clock": "Mars/Olympus"}, "is not a time zone"),
    ],
)
def test_what_is_no_timetable_says_what_to_write(options: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        table(**options)


def test_times_of_day_are_the_teams_on_both_nights_on_which_clocks_change() -> None:
    daily = table(at=["02:30", "07:30"])
    spring = slots(daily, local("2026-03-28T12:00"), local("2026-03-30T12:00"))
    assert [f"{slot.astimezone(BERLIN):%d %H:%M}" for slot in spring] == [
        "29 03:00",
        "29 07:30",
        "30 02:30",
        "30 07:30",
    ]
    autumn = slots(daily, local("2026-10-24T12:00"), local("2026-10-26T12:00"))
    assert [f"{slot.astimezone(BERLIN):%d %H:%M %Z}" for slot in autumn] == [
        "25 02:30 CEST", "25 07:30 CET", "26 02:30 CET", "26 07:30 CET",
    ]  # fmt: skip


def test_a_day_that_a_zone_left_out_has_its_slot_where_the_clock_goes_on() -> None:
    apia = table(at="12:00", clock="Pacific/Apia")  # there was no 30 December 2011 there
    found = slots(apia, local("2011-12-28T13:00", "Pacific/Apia"), local("2012-01-01T00:00", "Pacific/Apia"))
    assert [f"{slot.astimezone(apia.zone):%d %H:%M}" for slot in found] == ["29 12:00", "31 00:00", "31 12:00"]


def test_days_and_windows_limit_an_interval() -> None:
    office = table(every="1h", days=["mon", "fri"], window="08:00-10:00")
    found = [slot.astimezone(BERLIN) for slot in slots(office, NOW, NOW + timedelta(days=14))]
    assert len(found) == 8
    assert {slot.weekday() for slot in found} == {0, 4}
    assert {slot.hour for slot in found} == {8, 9}
    assert not office.open(local("2026-11-20T10:00"))
    assert office.open(local("2026-11-20T09:59"))
    night = table(every="30m", window="22:00-02:00")
    assert {s.astimezone(BERLIN).hour for s in slots(night, NOW, NOW + timedelta(days=3))} == {22, 23, 0, 1}
    weekly = table(every="7d", days=["mon"])
    assert len({slot.date() for slot in slots(weekly, NOW, NOW + timedelta(days=70))}) == 10
    assert len(slots(table(every="2d", window="08:00-09:00"), NOW, NOW + timedelta(days=20))) == 10


_OPTIONS = st.one_of(
    st.fixed_dictionaries({"every": st.sampled_from(["10s", "1m", "7m", "15m", "1h", "5h", "1d", "3d", "4w"])}),
    st.fixed_dictionaries({
        "every": st.sampled_from(["15m", "1h", "5h", "1d", "3d", "2w"]),
        "window": st.sampled_from(["", "00:00-06:00", "08:00-20:00", "22:30-01:15", "02:30-03:30"]),
        "days": st.lists(st.sampled_from(["mon", "tue", "sat", "sun"]), max_size=3),
    }),
    st.fixed_dictionaries({
        "at": st.lists(st.sampled_from(["00:00", "01:59", "02:30", "03:00", "07:30", "23:59"]), min_size=1, max_size=3),
        "days": st.lists(st.sampled_from(["mon", "tue", "sat", "sun"]), max_size=3),
    }),
)  # fmt: skip
_MOMENTS = st.integers(0, 585_000_000).map(lambda each: datetime(2011, 6, 1, tzinfo=UTC) + timedelta(seconds=each))


@settings(max_examples=300, deadline=None)
@given(_OPTIONS, st.sampled_from(ZONES), st.sampled_from(["0s", "2m", "3h"]), _MOMENTS, st.integers(FASTEST, SLOWEST))
def test_next_and_last_agree_and_jitter_never_reorders_the_past(
    options: dict[str, object], zone: str, jitter: str, moment: datetime, level: int
) -> None:
    timetable = table(**options, clock=zone, jitter=jitter)
    following = timetable.next(moment, level)
    assert following > moment
    assert timetable.last(following, level) == following
    assert timetable.last(following - timedelta(microseconds=1), level) <= moment
    before = timetable.last(moment, level)
    assert before <= moment
    assert timetable.next(before, level) == following
    assert timetable.due(following, level) >= following
    reached = timetable.reached(moment, level)
    assert timetable.due(reached, level) <= moment
    assert timetable.due(timetable.next(reached, level), level) > moment
    if "at" in options:
        listed = {time.fromisoformat(str(at)) for at in options["at"]}  # type: ignore[attr-defined]
        assert following.astimezone(timetable.zone).time() in listed or _gap(following, timetable.zone)


def _gap(moment: datetime, zone: ZoneInfo) -> bool:
    before = (moment - timedelta(seconds=1)).astimezone(zone).utcoffset()
    return moment.astimezone(zone).utcoffset() != before


@settings(max_examples=100, deadline=None)
@given(_OPTIONS, _MOMENTS, st.integers(FASTEST, SLOWEST - 1))
def test_slower_levels_use_slots_of_faster_ones(options: dict[str, object], moment: datetime, level: int) -> None:
    timetable = table(**options)
    slow = timetable.next(moment, level + 1)
    assert timetable.last(slow, level) == slow or timetable.interval(level + 1) >= timedelta(days=1)


@given(_MOMENTS, st.integers(0, 400))
def test_every_day_of_a_zone_has_its_time_once(moment: datetime, days: int) -> None:
    daily = table(at="02:30")
    first = daily.next(moment)
    day = first.astimezone(BERLIN).date() + timedelta(days=days)
    assert date.fromordinal(day.toordinal()) == daily.last(local(f"{day}T12:00")).astimezone(BERLIN).date()


def test_sources_with_the_same_options_are_spread() -> None:
    names = [f"source {number}" for number in range(100)]
    firsts = {Timetable(name).next(NOW) for name in names}
    assert len(firsts) > 90


def test_what_produces_is_asked_more_often_and_what_is_quiet_more_seldom() -> None:
    timetable, pace, seen = table(every="1h"), Pace(), []
    for new in [1] * 8 + [0] * 20 + [3] * 4:
        pace, due, what = timetable.follow("ok" if new else "quiet", new, timedelta(seconds=9), NOW, pace)
        assert what == ""
        assert NOW < due <= NOW + timedelta(hours=4)
        seen.append(pace.level)
    assert (min(seen), max(seen)) == (-2, 2)
    assert seen[:8] == [0, -1, -1, -2, -2, -2, -2, -2]
    assert seen[-4:] == [2, 1, 1, 0]
    assert table(every="90s").interval(-2) == timedelta(seconds=90)
    assert table(every="1h", adaptive=False).follow("ok", 9, timedelta(), NOW, Pace(0, 0, 1))[0] == Pace()


def test_what_fails_is_asked_later_and_later() -> None:
    timetable, pace, waits = table(every="10m"), Pace(), []
    for _ in range(8):
        pace, due, _ = timetable.follow("failed", 0, timedelta(), NOW, pace)
        waits.append((due - NOW) / timedelta(minutes=10))
    assert [2**n - 1 <= wait <= 2**n for n, wait in zip([1, 2, 3, 4, 5, 5, 5, 5], waits, strict=True)] == [True] * 8
    pace, due, what = table(at="07:30").follow("failed", 0, timedelta(), NOW, Pace())
    assert (due, what) == (NOW + timedelta(minutes=15), "again")
    assert timetable.follow("ok", 1, timedelta(), NOW, pace)[0].failures == 0
    assert timetable.follow("interrupted", 0, timedelta(), NOW, pace) == (pace, NOW, "resume")


def test_a_stream_is_kept_alive_with_pauses() -> None:
    stream = Timetable("live", endless=True)
    pace, due, what = stream.follow("failed", 0, timedelta(seconds=3), NOW, Pace())
    assert (due, what) == (NOW + timedelta(seconds=10), "again")
    for _ in range(10):
        pace, due, _ = stream.follow("failed", 0, timedelta(seconds=3), NOW, pace)
    assert due == NOW + timedelta(minutes=5)
    assert stream.follow("failed", 0, timedelta(hours=3), NOW, pace)[1] == NOW + timedelta(seconds=5)
