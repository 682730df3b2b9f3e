"""The schedule: each slot once, whatever happens to clocks, machines, runs and schedulers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.config import Config, SourceEntry
from listening.errors import ConfigError, Problem, StoreError
from listening.privacy import Tidied
from listening.schedule import hold
from listening.schedule.tidying import Tidying, told
from listening.store import Store
from tests.clockwork import Killed, World, double_start, many

SPRING = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def source(**options: Any) -> SourceEntry:
    return SourceEntry.model_validate({"name": "forum", "kind": "rss", "adaptive": False, **options})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Any]:
    made: list[World] = []

    def make(*sources: SourceEntry, start: datetime = NOW, **more: Any) -> World:
        made.append(World(tmp_path, start, list(sources), **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


def taken(world: World) -> list[tuple[str, str, int]]:
    return world.rows("SELECT slot, why, tries FROM slots ORDER BY slot")


@pytest.mark.parametrize("start", [SPRING, AUTUMN])
def test_a_night_on_which_clocks_change_with_faults_and_kills(world: Any, start: datetime) -> None:
    night = world(*many(20), start=start, faults=0.05, seed=start.month)
    night.run(timedelta(hours=6), step=20, kills=8)
    assert night.kills >= 6
    assert night.doubled() == []
    assert night.never_run() == []
    assert night.lost([each.name for each in night.sources]) == []
    assert len(taken(night)) > 150


def test_after_days_asleep_each_source_is_made_up_for_once(world: Any) -> None:
    sleeper = world(*many(10), start=datetime(2026, 5, 4, 0, 0, tzinfo=UTC))
    sleeper.run(timedelta(hours=2), step=30)
    fell = sleeper.clock.wall
    sleeper.clock.set(timedelta(days=3))
    woke = sleeper.clock.wall
    before = sleeper.started.copy()
    sleeper.run(timedelta(seconds=90), step=30)
    assert max((sleeper.started - before).values()) == 1
    assert any("or this machine slept" in line for line in sleeper.said)
    slept = sleeper.rows(
        "SELECT count(*) FROM slots WHERE slot > ? AND slot <= ? GROUP BY source_id", fell.isoformat(), woke.isoformat()
    )
    assert {count for (count,) in slept} == {1}
    sleeper.run(timedelta(hours=2), step=30)
    assert sleeper.lost([each.name for each in sleeper.sources]) == []


def test_a_clock_that_is_set_on_and_back_repeats_and_skips_nothing(world: Any) -> None:
    jumpy = world(source(every="10m"), source(name="daily", at="12:30", clock="UTC"))
    jumpy.run(timedelta(hours=1), step=20)
    first = len(taken(jumpy))
    jumpy.clock.set(timedelta(days=400))  # a wrong battery
    jumpy.run(timedelta(minutes=5), step=20)
    assert len(taken(jumpy)) in (first + 2, first + 3)
    jumpy.clock.set(timedelta(days=-400))
    jumpy.awake.clear()
    jumpy.run(timedelta(hours=3), step=20)
    assert jumpy.lost(["forum", "daily"]) == []
    jumpy.clock.set(timedelta(hours=-1))
    count = len(taken(jumpy))
    jumpy.run(timedelta(minutes=59), step=20)
    assert len(taken(jumpy)) == count, "the hour that is lived twice has been done"
    jumpy.run(timedelta(minutes=30), step=20)
    assert len(taken(jumpy)) in (count + 3, count + 4)
    assert jumpy.doubled() == []


def test_a_new_source_is_asked_at_once_and_a_changed_timetable_holds_at_once(world: Any) -> None:
    new = world(source(at="07:30"))
    new.run(timedelta(minutes=2))
    assert [why for _, why, _ in taken(new)] == ["first"]
    new.config = new.config.model_copy(update={"sources": [source(at="12:10", clock="UTC")]})
    new.changed = True
    new.run(timedelta(minutes=20))
    assert [(slot[-9:], why) for slot, why, _ in taken(new)] == [("12:00:10Z", "first"), ("12:10:00Z", "")]
    new.config = new.config.model_copy(update={"sources": [source(every="1m", enabled=False)]})
    new.changed = True
    new.run(timedelta(minutes=20))
    assert len(taken(new)) == 2


def test_what_is_old_is_let_go_once_a_day_and_never_by_a_clock_that_was_just_set(world: Any) -> None:
    tidy = world(source(every="1d"))
    tidy.run(timedelta(days=2, hours=1), step=300)
    first = tidy.tidied[0]
    assert first - NOW == timedelta(minutes=5), "not while everything starts"
    assert [day - first for day in tidy.tidied] == [timedelta(days=number) for number in range(3)]
    tidy.clock.set(timedelta(days=4000))
    tidy.run(timedelta(minutes=30), step=60)
    tidy.clock.set(timedelta(days=-4000))
    tidy.run(timedelta(days=2), step=300)
    assert all(day < NOW + timedelta(days=6) for day in tidy.tidied[3:])
    assert len(tidy.tidied) == 5


def test_letting_go_says_what_went_and_what_went_wrong(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    said: list[str] = []
    tidying = Tidying(said.append)
    config = Config(folder=tmp_path / "config")
    Store(config.database).close()
    tidying(config, NOW)
    tidying.wait()
    assert said == []
    assert told(Tidied(3, 0, 2, False)) == (
        "let go: 3 posts without a mention, 2 people of whom nothing is left; "
        "traces of erased people wait in free pages, because somebody is reading"
    )
    config.database.write_bytes(b"no database at all" * 99)
    tidying(config, NOW)
    tidying.wait()
    assert [line[:53] for line in said] == ["letting go of what is old failed, and is tried again "]


def test_a_window_is_kept_even_when_something_was_missed(world: Any) -> None:
    office = world(source(every="1h", window="12:00-14:00", clock="UTC"))
    office.run(timedelta(minutes=30))
    office.clock.set(timedelta(hours=4))
    office.run(timedelta(hours=1))
    assert taken(office)[0][1] == "first"
    assert len(taken(office)) <= 2
    assert all("12:00" <= slot[11:16] < "14:00" for slot, _, _ in taken(office))


def test_a_run_that_hangs_is_ended_written_down_and_asked_later(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = world(source(every="10m"), faults=1.0)
    monkeypatch.setattr(stuck.chance, "choice", lambda _: "hangs")
    stuck.run(timedelta(minutes=32))
    (run,) = stuck.store.runs("forum", limit=9)
    assert (run.verdict, run.reason) == ("failed", "showed no sign of life for 30m, and was ended")
    assert stuck.store.known_sources()[0].errors_in_row == 1
    assert any("failed once: asked less often, next at 2026-11-20 12:" in line for line in stuck.said)
    assert not stuck.store.held("forum")


def test_a_run_longer_than_its_longest_is_stopped_and_is_no_failure(world: Any) -> None:
    long = world(source(every="10m", longest="2m"))
    long.run(timedelta(seconds=30))
    long.processes["forum"].ends = float("inf")
    long.run(timedelta(minutes=3))
    run = long.store.runs("forum", limit=9)[-1]
    assert (run.verdict, run.reason) == ("degraded", "stopped after 2m, its longest; the next run goes on from there")
    assert long.store.known_sources()[0].errors_in_row == 0


def test_a_paused_source_is_stopped_where_it_is(world: Any) -> None:
    paused = world(source(every="10m"))
    paused.run(timedelta(seconds=30))
    paused.processes["forum"].ends = float("inf")
    paused.config = paused.config.model_copy(update={"sources": []})
    paused.changed = True
    paused.run(timedelta(minutes=1))
    assert "was paused or removed while it ran" in paused.store.runs("forum")[0].reason


def test_a_slot_that_was_taken_and_never_begun_is_begun_by_the_next_scheduler(world: Any) -> None:
    cut = world(source(every="10m"), orphans=False)
    cut.begin()
    cut.deadline = 1  # `current`, then the start of the run
    with pytest.raises(Killed):
        cut.scheduler.step()
    cut.kill()
    cut.deadline = None
    assert [tries for *_, tries in taken(cut)] == [1]
    assert cut.store.runs("forum") == []
    cut.run(timedelta(minutes=1))
    assert [tries for *_, tries in taken(cut)] == [2]
    assert [run.verdict for run in cut.store.runs("forum")] == ["quiet"] or len(cut.store.runs("forum")) == 1


def test_a_mistake_in_the_configuration_leaves_the_one_before(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = world(source(every="10m"))
    wrong.run(timedelta(seconds=20))

    def mistaken() -> None:
        raise ConfigError([Problem("sources.toml", 3, "", "is not valid TOML.")])

    wrong.scheduler.current = mistaken
    wrong.run(timedelta(minutes=30))
    assert sum("has a mistake" in line for line in wrong.said) == 1
    assert len(taken(wrong)) >= 3


def test_asking_now_pays_no_heed_to_the_timetable(world: Any) -> None:
    asked = world(source(at="07:30"))
    asked.run(timedelta(minutes=2))
    asked.store.ask("forum", asked.clock.wall)
    asked.run(timedelta(minutes=2))
    assert [why for _, why, _ in taken(asked)] == ["first", "asked"]
    (shown,) = asked.store.schedule()
    assert (shown.timetable, shown.next_due) == ("at 07:30 Europe/Berlin", "2026-11-21T06:30:00Z")
    with pytest.raises(StoreError, match='source "nobody" is paused or not known yet'):
        asked.store.ask("nobody", NOW)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), seed=st.integers(0, 10**6))
def test_whatever_happens_no_slot_is_run_twice(data: st.DataObject, seed: int, tmp_path_factory: Any) -> None:
    begin = data.draw(st.sampled_from([SPRING, AUTUMN, NOW]))
    some = World(tmp_path_factory.mktemp("world"), begin, many(10, adaptive=data.draw(st.booleans())), 0.2, seed)
    try:
        for _ in range(data.draw(st.integers(1, 4))):
            some.run(timedelta(minutes=data.draw(st.integers(10, 90))), step=60, kills=data.draw(st.integers(0, 3)))
            some.clock.set(timedelta(minutes=data.draw(st.integers(-180, 4000))))
        assert some.doubled() == []
        assert some.never_run() == []
    finally:
        some.close()


# -- real processes


@pytest.mark.parametrize("killed", [False, True])
def test_of_two_schedulers_started_together_one_runs_each_slot_once(tmp_path: Path, killed: bool) -> None:
    for number in range(3):
        assert double_start(tmp_path / str(number), number, killed=killed) == []


def test_who_holds_the_schedule_is_named_and_the_dead_let_go(tmp_path: Path) -> None:
    path = tmp_path / "listening.db"
    with Store(path) as one, Store(path) as other:
        first = hold(one, NOW)
        with pytest.raises(StoreError, match=rf"another process runs the schedule \(process {os.getpid()} on .*One is"):
            hold(other, NOW)
        first.renew(NOW, 0.0)
        first.release(NOW)
        second = hold(other, NOW)
        with pytest.raises(StoreError, match="another process has taken over: schedule"):
            first.renew(NOW, 99.0)
        second.release(NOW)


def test_another_machine_waits_until_the_lease_has_run_out(tmp_path: Path) -> None:
    path = tmp_path / "listening.db"
    with Store(path) as one, Store(path) as other:
        os.close(hold(one, NOW, host="a").lock)  # died, and left the lease
        with pytest.raises(StoreError, match="on a, since"):
            hold(other, NOW + timedelta(seconds=59), host="b")
        hold(other, NOW + timedelta(seconds=61), host="b").release(NOW)
