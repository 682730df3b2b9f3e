"""Dates as people and programs write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.dates import Dates


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2026-03-04", "2026-03-04T00:00:00"),
        ("2026-03-04T10:15:30.1234567Z", "2026-03-04T10:15:30.123456"),
        ("2026-03-04 10:15:30 +0530", "2026-03-04T04:45:30"),
        ("2026-03-04 10:15:30 +0000 UTC", "2026-03-04T10:15:30"),
        ("2026/3/4 9:05", "2026-03-04T09:05:00"),
        ("4.3.2026", "2026-03-04T00:00:00"),
        ("04.03.26, 10:15 Uhr", "2026-03-04T10:15:00"),
        ("31/12/2026", "2026-12-31T00:00:00"),
        ("12-31-2026 11:59 p.m.", "2026-12-31T23:59:00"),
        ("12/31/26", "2026-12-31T00:00:00"),
        ("4/4/2026 12:00 AM", "2026-04-04T00:00:00"),
        ("20260304", "2026-03-04T00:00:00"),
        ("20260304101530", "2026-03-04T10:15:30"),
        ("Mar 4, 2026", "2026-03-04T00:00:00"),
        ("Wednesday, March 4th, 2026 at 10:15 AM", "2026-03-04T10:15:00"),
        ("4-Mar-2026", "2026-03-04T00:00:00"),
        ("Mi., 4. März 2026 um 10:15 Uhr", "2026-03-04T10:15:00"),
        ("4 mars 2026 à 10h15", "2026-03-04T10:15:00"),
        ("4 de marzo de 2026, 10:15 a. m.", "2026-03-04T10:15:00"),
        ("1 août 2026", "2026-08-01T00:00:00"),
        ("Wed, 4 Mar 2026 10:15:30 GMT", "2026-03-04T10:15:30"),
        ("Wed Mar  4 10:15:30 2026", "2026-03-04T10:15:30"),
        ("Wed Mar 04 2026 10:15:30 GMT+0100 (Central European Standard Time)", "2026-03-04T09:15:30"),
        (1772619330, "2026-03-04T10:15:30"),
        (1772619330.5, "2026-03-04T10:15:30.500000"),
        ("1772619330000", "2026-03-04T10:15:30"),
        (1772619330000000, "2026-03-04T10:15:30"),
        (1772619330000000000, "2026-03-04T10:15:30"),
        ("2000-02-29", "2000-02-29T00:00:00"),
    ],
)
def test_a_date_is_understood(written: object, iso: str) -> None:
    found = Dates().read(written)
    assert found
    assert found.isoformat() == f"{iso}+00:00"


@pytest.mark.parametrize("written", [None, "", " ", "-", "N/A", "null", "NaT", float("nan")])
def test_no_date_is_none(written: object) -> None:
    assert Dates().read(written) is None


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("03/04/2026", "can be read in two ways: set day_first = true or day_first = false"),
        ("3-4-26", "can be read in two ways"),
        ("13/04/26", "can be read in two ways"),  # 26 April 2013 in some places
        ("soon", 'is no date that can be read; describe it: date_format = "'),
        ("32/12/2026", "is no date"),
        ("2026-02-29", "is no date"),
        ("13:15", "is no date"),
        ("4 jui 2026", "is no date"),  # June or July
        ("46085", "is no date"),
        (True, "is no date"),
        ("x" * 10_000, "is no date"),
        ("1/1/2026 13:00 PM", "is no date"),
        ("2026-03-04 10:15 +9999", "is no date"),
        ("0001-01-01", "its year is 1"),
        ("9999-12-31 23:59", "its year is 9999"),
        ([1], "is no date"),
    ],
)
def test_what_is_no_date_is_told(written: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Dates().read(written)


def test_a_pattern_is_the_only_form() -> None:
    dates = Dates("Europe/Berlin", pattern="%d|%m|%Y %H:%M")
    found = dates.read("04|07|2026 12:00")
    assert found
    assert found.isoformat() == "2026-07-04T10:00:00+00:00"
    with pytest.raises(ValueError, match="does not fit date_format"):
        dates.read("2026-07-04")


def test_the_time_zone_is_that_of_dates_without_one() -> None:
    dates = Dates("America/New_York", day_first=True)
    assert str(dates.read("03/04/2026 12:00")) == "2026-04-03 16:00:00+00:00"
    assert str(dates.read("2026-04-03T12:00Z")) == "2026-04-03 12:00:00+00:00"


@given(
    st.text(max_size=120) | st.integers() | st.floats() | st.from_regex(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}.*")
)
def test_anything_is_a_date_or_refused(written: object) -> None:
    for dates in (Dates(), Dates("Asia/Kathmandu", day_first=False)):
        try:
            found = dates.read(written)
        except ValueError:
            continue
        assert found is None or found.utcoffset() is not None
