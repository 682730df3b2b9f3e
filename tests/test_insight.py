"""What the overview, the comparison and the coverage say, and that every figure opens what it was counted from."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listening.insight import chance
from listening.insight.compare import compare
from listening.insight.coverage import coverage
from listening.insight.overview import Makeup, Overview, makeup, overview
from listening.insight.period import last_days
from listening.insight.telling import counted, excerpt, telling, words
from listening.insight.why import Why
from listening.post import Aspect, Author, Entry, Intent, Label, Mention, Post
from listening.store import Count, Days, Scope, Store
from tests.conftest import NOW

_FILL = "quiet plain weather garden bench kettle window ladder basket corner candle hammer".split()


def said(
    number: int, when: datetime, text: str, *, brand: str = "Acme", label: Label | None = "neutral", author: str = "",
    intents: tuple[str, ...] = (), aspects: tuple[tuple[str, Label], ...] = (), site: str = "a.example",
) -> Entry:  # fmt: skip
    name = author or f"member{number % 40}"
    post = Post("forum.example", str(number), f"https://{site}/p/{number}", text, when, Author(name))
    mention = Mention(
        brand, (brand,), {"negative": -0.5, "positive": 0.5}.get(label or "", 0.0), label,
        intents=tuple(Intent(each, 0.9) for each in intents),
        aspects=tuple(Aspect(name, 0.1, feels) for name, feels in aspects),
    )  # fmt: skip
    return Entry(post, "en", None, (mention,))


def fill(store: Store, days: int = 80, a_day: int = 6, brand: str = "Acme", begin: int = 0) -> int:
    """Plain days in which nothing changes; returns the next number."""
    chance_of = random.Random(begin)
    number, entries = begin, []
    for ago in range(days):
        for _ in range(a_day + chance_of.choice((-2, -1, 0, 1, 2))):
            number += 1
            when = NOW.replace(hour=10) - timedelta(days=ago, minutes=chance_of.randrange(500))
            text = f"{brand} {' '.join(chance_of.choices(_FILL, k=30))} {number}"
            label = chance_of.choice(("negative", "neutral", "positive"))
            entries.append(said(number, when, text, brand=brand, label=label))
    store.save("forum", entries, now=NOW)
    return number


def month(store: Store, scope: Scope = Scope(), days: int = 30) -> Overview:  # noqa: B008
    since, until = last_days(store, days, NOW)
    return overview(store, "Acme", since, until, now=NOW, scope=scope)


def made_of(store: Store, scope: Scope = Scope(), days: int = 30) -> Makeup:  # noqa: B008
    since, until = last_days(store, days, NOW)
    return makeup(store, "Acme", since, until, now=NOW, scope=scope)


def number_of(store: Store, why: Why) -> int:
    return int(store.db.conn.execute(why.sql).fetchone()[0])


def test_an_empty_store_has_an_empty_overview(store: Store) -> None:
    found = month(store)
    assert [(figure.value, figure.p) for figure in found.figures.values()] == [
        (0, None), (None, None), (None, None), (0, None), (None, None),
    ]  # fmt: skip
    assert not found.comparable
    assert found.aspects == found.voice == made_of(store).topics == ()
    assert len(found.course) == 30
    assert found.unfinished == "2026-11-20"


def test_nothing_changed_is_said_when_it_is_true(store: Store) -> None:
    fill(store)
    found = month(store)
    assert found.comparable
    assert not [figure.name for figure in found.figures.values() if figure.real]
    assert found.figures["mentions"].value == sum(day.count.mentions for day in found.course)
    assert not [day for day in found.course if day.spike]


def test_a_change_is_found_and_a_spike_is_told(store: Store) -> None:
    last = fill(store)
    burst = [
        said(last + i, NOW.replace(hour=9) - timedelta(days=5, minutes=i),
             f"the Acme hinge snapped off after {i} days, the hinge is junk {' '.join(_FILL[i % 7 : i % 7 + 4])}",
             label="negative", intents=("complaint",), aspects=(("quality", "negative"),))
        for i in range(1, 100)
    ]  # fmt: skip
    store.save("forum", burst, now=NOW)
    found = month(store)
    assert found.figures["mentions"].real
    assert found.figures["net"].real
    (spike,) = [day.spike for day in found.course if day.spike]
    assert spike.day == "2026-11-15"
    assert any("hinge" in word.text for word in spike.words[:3])
    assert spike.example is not None
    assert "hinge" in spike.example.excerpt
    made = made_of(store)
    assert any("hinge" in topic.text for topic in made.topics[:4])
    assert found.aspects[0].name == "quality"
    assert made.heat.cells["quality", "forum"].count.negative == 99
    assert found.figures["open"].value == 99


def test_a_spike_does_not_hide_the_next_one(store: Store) -> None:
    last = fill(store)
    for ago, more in ((8, 200), (5, 14)):
        when = NOW.replace(hour=9) - timedelta(days=ago)
        words = [" ".join(random.Random(f"{ago} {i}").choices(_FILL, k=30)) for i in range(more)]
        store.save("forum", [said(last + i, when, f"Acme {each}") for i, each in enumerate(words, 1)], now=NOW)
        last += more
    assert [day.day for day in month(store).course if day.spike] == ["2026-11-12", "2026-11-15"]


def test_what_was_open_then_and_how_long_people_waited(store: Store) -> None:
    last = fill(store)
    ago = {"new": 3, "waited": 40, "done before": 40, "never answered": 40, "of a mountain": 10}
    entries = [
        said(last + at, NOW - timedelta(days=days), f"Acme broke, {name}", intents=("complaint",))
        for at, (name, days) in enumerate(ago.items(), 1)
    ]
    store.save("forum", entries, now=NOW)
    ids = [row[0] for row in store.db.conn.execute("SELECT id FROM mentions ORDER BY id DESC LIMIT 5")][::-1]
    for at, days, status in (
        (1, 5, "answered"), (2, 35, "answered"), (3, 5, "closed"), (4, 9, "answered"), (4, 8, "not relevant")
    ):  # fmt: skip
        store.triage([ids[at]], who="kim", now=NOW - timedelta(days=days), status=status)
    figures = month(store).figures
    assert (figures["open"].value, figures["open"].before) == (1, 2)
    assert figures["wait"].value == 35 * 24


def test_every_figure_is_what_its_sql_counts(store: Store) -> None:
    last = fill(store)
    fill(store, brand="Globex", begin=last + 1000, a_day=4)
    more = [
        said(9000 + i, NOW - timedelta(hours=i), f"o'reilly said Acme {i} {_FILL[i % 9]}", label="negative",
             site="b.example", intents=("complaint", "idea"), aspects=(("price", "negative"), ("app", "positive")))
        for i in range(12)
    ]  # fmt: skip
    store.save("o'reilly's", more, now=NOW)
    for scope in (Scope(), Scope(frozenset({"forum"})), Scope(frozenset({"o'reilly's"}))):
        found, made = month(store, scope), made_of(store, scope)
        assert number_of(store, found.figures["mentions"].why) == found.figures["mentions"].value
        assert number_of(store, found.figures["open"].why) == found.figures["open"].value
        for part in (*found.aspects, *found.intents, *made.sources, *made.sites, *found.voice):
            assert number_of(store, part.why) == part.count.mentions, part
        for day in found.course:
            assert number_of(store, day.why) == day.count.mentions
        for cell in made.heat.cells.values():
            assert number_of(store, cell.why) == cell.count.negative


def test_private_sources_are_left_out_everywhere(store: Store) -> None:
    fill(store)
    secret = [said(9000 + i, NOW - timedelta(hours=i), f"Acme zebra affair {i}", label="positive", site="s.example",
                   intents=("advocacy",), aspects=(("price", "negative"),), author=f"insider{i}")
              for i in range(20)]  # fmt: skip
    store.save("secret", secret, now=NOW)
    told = repr(month(store, Scope(frozenset({"secret"}))))
    for word in ("zebra", "insider", "s.example", "price"):
        assert word not in told
    assert "insider" in repr(month(store))


def test_copies_count_once_and_the_shelf_not_at_all(store: Store) -> None:
    text = "the parcel from acme came three weeks late and nobody ever answered my letters about it"
    store.save("forum", [said(i, NOW - timedelta(hours=i), text) for i in range(1, 6)], now=NOW)
    one = said(9, NOW, "acme again")
    store.save("forum", [replace(one, mentions=tuple(replace(m, shelved=True) for m in one.mentions))], now=NOW)
    assert month(store).figures["mentions"].value == 1


def test_the_unfinished_day_is_not_compared(store: Store) -> None:
    fill(store)
    with store.writing() as conn:
        conn.execute("DELETE FROM figures WHERE day = '2026-11-20'")
    assert not month(store, days=3).figures["mentions"].real


def test_words_that_set_texts_apart() -> None:
    here = [f"the hinge broke {word}" for word in _FILL]
    there = [f"the kettle boils {word}" for word in _FILL] * 5
    found = telling(counted(here), counted(there), len(here), len(there))
    assert found[0].text == "hinge broke"
    assert "kettle" not in [word.text for word in found]
    assert words("ACME's https://acme.example/x price, 2026 ok", frozenset({"acme's"})) == {"price"}
    assert excerpt("a " * 300 + "hinge " + "b " * 300, ["hinge"], 60).count("hinge") == 1


@pytest.mark.parametrize(("x", "a", "b", "value"), [(0.5, 2, 3, 0.6875), (0.2, 5, 1.5, 0.0013), (0.9, 50, 4, 0.22)])
def test_the_incomplete_beta_function(x: float, a: float, b: float, value: float) -> None:
    steps = 20_000
    points = [(i + 0.5) / steps for i in range(steps)]
    density = [p ** (a - 1) * (1 - p) ** (b - 1) for p in points]
    below = sum(d for p, d in zip(points, density, strict=True) if p < x) / sum(density)
    assert chance.beta(x, a, b) == pytest.approx(below, abs=1e-3)
    assert chance.beta(x, a, b) == pytest.approx(1 - chance.beta(1 - x, b, a), abs=1e-9)


def test_chance_is_as_rare_as_it_says() -> None:
    rnd = random.Random(4)
    found = []
    for _ in range(400):
        day = {
            f"2026-{m:02}-{d:02}": sum(rnd.random() < 0.1 for _ in range(80)) for m in (8, 9, 10) for d in range(1, 29)
        }
        days = list(day)
        known = chance.waves(day, [days[:56], days[56:70], days[70:]])
        one, two = sum(day[d] for d in days[70:]), sum(day[d] for d in days[56:70])
        found.append(chance.of_counts(one, two, known.exposure(days[70:]), known.exposure(days[56:70]), known))
    assert sum(p < 0.05 for p in found) <= 24
    assert sum(p < 0.5 for p in found) >= 120


def test_series_that_are_alike_tell_how_one_of_them_varies() -> None:
    rnd = random.Random(8)
    days = [f"2026-{m:02}-{d:02}" for m in (8, 9) for d in range(1, 29)]
    levels, flat = [days[:28], days[28:]], (1.0,) * 7

    def drawn(echo: float) -> dict[str, int]:
        lately, found = 0.0, {}
        for day in days:
            lately = echo * lately + rnd.gauss(0, (1 - echo * echo) ** 0.5)
            found[day] = max(0, round(40 + 40**0.5 * lately))
        return found

    calm = [drawn(0.0) for _ in range(30)]
    known = chance.kin(calm, levels, flat)
    assert known.spread == pytest.approx(1.0, abs=0.1)
    assert known.echo < 0.06
    own = [chance.waves(each, levels, flat).spread for each in calm]
    leaning = [chance.waves(each, levels, flat, known).spread for each in calm]
    assert 1.0 <= sum(leaning) < sum(own), "what chance made of one of them is taken back"
    assert chance.waves(drawn(0.8), levels, flat, known).spread > 1.3, "one that is not like them keeps its own"
    assert chance.kin(calm[:2], levels, flat) == chance.Kin(), "a hundred days tell too little"


def test_days_of_another_zone_begin_at_its_midnight(store: Store) -> None:
    store.use_zone("America/Los_Angeles")
    since, until = last_days(store, 1, datetime(2026, 11, 20, 3, tzinfo=UTC))
    assert (since.isoformat(), until.isoformat()) == ("2026-11-19T08:00:00+00:00", "2026-11-20T08:00:00+00:00")
    assert len(Days(since.date(), until.date())) == 2


def test_brands_side_by_side(store: Store) -> None:
    last = fill(store)
    last = fill(store, brand="Globex", begin=last + 1000, a_day=4)
    leaks = [
        said(9000 + i, NOW - timedelta(hours=i), f"the Globex lid leaks {_FILL[i % 9]} {i}", brand="Globex",
             aspects=(("quality", "negative"),)) for i in range(20)
    ]  # fmt: skip
    store.save("forum", leaks, now=NOW)
    since, until = last_days(store, 30, NOW)
    found = compare(store, ["Acme", "Globex", "Nobody"], since, until, now=NOW)
    acme, globex, nobody = found.sides
    assert (found.step, found.unfinished) == ("day", "2026-11-20")
    assert acme.share + globex.share == pytest.approx(1)
    assert any(word.text == "lid leaks" for word in globex.words)
    assert globex.example is not None
    assert "lid leaks" in globex.example.excerpt
    assert (nobody.count, nobody.net, nobody.words) == (Count(), None, ())
    assert found.aspects == ("quality",)
    assert number_of(store, acme.why) == acme.count.mentions == sum(count.mentions for _, count in acme.course)
    year = compare(store, ["Acme"], since - timedelta(days=200), until, now=NOW)
    assert year.step == "week"
    assert year.sides[0].count.mentions > acme.count.mentions
    assert datetime.fromisoformat(year.sides[0].course[0][0]).weekday() == 0


def test_coverage_tells_where_nothing_listens(store: Store) -> None:
    store.know(
        [{"name": "forum", "kind": "board", "url": "https://forum.example.com/"}, {"name": "news", "kind": "rss"},
         {"name": "idle", "kind": "reddit"}],
        [{"name": "Acme"}, {"name": "Globex"}],
    )  # fmt: skip
    links = "https://www.gadgets.example.net/review"
    entries = [
        said(i, NOW - timedelta(hours=i), f"Acme {i} instantly, as on {links} and TikTok", site="forum.example.com")
        for i in range(1, 6)
    ]
    for name, new, found in (("forum", entries, 5), ("news", [], 3)):
        run = store.start_run(name, NOW - timedelta(hours=2))
        store.save(name, new, now=NOW, run=run, expected=5)
        with store.writing() as conn:
            conn.execute("UPDATE runs SET found = ? WHERE id = ?", [found, run])
        store.finish_run(run, "ok", "", errors=0, pages=1, now=NOW - timedelta(hours=1))
    since, until = last_days(store, 7, NOW)
    told = coverage(store, since, until, now=NOW)
    assert {each.source.name: each.state for each in told.sources} == {
        "forum": "well", "idle": "never ran", "news": "reads less than announced",
    }  # fmt: skip
    blind = [(each.site, each.links, each.named) for each in told.blind]
    assert blind == [("example.net", 5, 0), ("tiktok.com", 0, 5)]
    assert [(each.brand, each.kind) for each in told.missing] == [("Globex", "board")]
    assert told.kinds[0] == ("board", 1, 5)
    assert (told.expected, told.found) == (10, 8)
    open_to_all = coverage(store, since, until, now=NOW, scope=Scope(frozenset({"forum"})))
    assert [each.source.name for each in open_to_all.sources] == ["idle", "news"]
    assert not open_to_all.blind


def test_words_stand_out_by_the_formula() -> None:
    """Monroe, Colaresi and Quinn 2008, equations 16 and 22, with a prior of 500 spread as in both lots together."""
    (found,) = telling(Counter(hinge=30, door=10), Counter(hinge=5, door=55), 40, 60)
    prior = 500 * 35 / 100  # "hinge" is 35 of the 100 words of both
    one, other = 30 + prior, 5 + prior
    delta = math.log(one / (40 + 500 - one)) - math.log(other / (60 + 500 - other))
    assert (found.text, found.here, found.there) == ("hinge", 30, 5)
    assert found.z == pytest.approx(delta / math.sqrt(1 / one + 1 / other))
