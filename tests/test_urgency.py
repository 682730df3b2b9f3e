"""Urgency: points from 0 to 100, as a sum whose parts are shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.post import Author, Intent, Post, Urgency
from listening.urgency import reached, urgency, waited
from pipelines.intents import load

POINTS = load().points


def audience(followers: int | None = None, views: int | None = None) -> int:
    return reached(Post("test", "1", "", "text", author=Author("someone", followers=followers), views=views))


def total(*names: str, score: float | None = 0.0, followers: int | None = None) -> int:
    return urgency(audience(followers), [Intent(name, 1.0) for name in names], score, POINTS).total


def test_parts_are_shown_and_add_up() -> None:
    one = urgency(audience(10_000), [Intent("complaint", 0.9), Intent("leaving", 0.8)], -0.6, POINTS)
    assert one.parts == (("leaving", 32), ("complaint", 9), ("feeling", 9), ("reach", 10))
    assert one.total == 60


def test_what_must_not_wait_comes_first() -> None:
    order = [total("safety"), total("legal"), total("leaving"), total("complaint"), total("buying"), total("question")]
    assert order == sorted(order, reverse=True)
    assert total("praise", followers=1_000_000) == 0
    assert total("spam", "complaint") == 0
    assert total("complaint", score=-1.0) > total("complaint") == total("complaint", score=None)


@pytest.mark.parametrize(("people", "points"), [(0, 0), (100, 0), (1_000, 5), (10_000, 10), (5_000_000, 20)])
def test_reach_counts_followers_or_views(people: int, points: int) -> None:
    with_followers = urgency(audience(followers=people), [Intent("complaint", 1.0)], 0.0, POINTS)
    with_views = urgency(audience(views=people), [Intent("complaint", 1.0)], 0.0, POINTS)
    assert dict(with_followers.parts).get("reach", 0) == dict(with_views.parts).get("reach", 0) == points


def test_waiting_adds_with_the_hours_up_to_a_limit() -> None:
    one = Urgency((("complaint", 30),))
    assert waited(one, timedelta(hours=10)).parts == (("complaint", 30), ("wait", 5))
    assert waited(one, timedelta(days=30)).total == 55
    assert waited(one, timedelta(0)) == waited(one, timedelta(hours=-5)) == one
    assert waited(Urgency(), timedelta(days=30)) == Urgency()
    assert waited(Urgency((("question", 3),)), timedelta(days=9)).total == 6


@given(
    st.lists(st.tuples(st.sampled_from(sorted(POINTS)), st.floats(0, 1)), max_size=6, unique_by=lambda one: one[0]),
    st.none() | st.floats(-1, 1), st.none() | st.integers(0, 10**10), st.timedeltas(timedelta(-9), timedelta(99)),
)  # fmt: skip
def test_it_is_never_outside_its_scale(
    found: list[tuple[str, float]], score: float | None, followers: int | None, wait: timedelta
) -> None:
    one = urgency(audience(followers), [Intent(name, confidence) for name, confidence in found], score, POINTS)
    assert 0 <= one.total <= waited(one, wait).total <= 100
    assert all(points for _, points in one.parts)
