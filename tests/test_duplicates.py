"""Whether two texts say the same thing: what copies change, what no copy changes, and what is hostile."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.alike import Member, campaign, compare, keys, likeness, said
from listening.alike.links import plain_link
from listening.store import Store
from tests import duplicates
from tests.growth import LINEAR, growth

TEXT = "Acme is down again in the whole of town, third evening this week and nobody picks up the phone"
LONG = " ".join(f"{word}{i}" for i in range(12) for word in ("anvil", "hammer", "forge", "spark", "iron"))


def alike(one: str, other: str, kind: str = "post") -> bool:
    return compare(said("", one, kind), said("", other, kind)) is not None


@pytest.mark.parametrize(
    "copy",
    [
        TEXT.upper(),
        f"RT @kim: {TEXT}",
        f"RT @sam: RT @kim: {TEXT}",
        f"MT @kim {TEXT} https://t.co/abc",
        f".@acme @acmecare {TEXT}",
        f"{TEXT} (via @kim)",
        f"{TEXT} #acme #fail #down",
        f"{TEXT}… Read more",
        f"{TEXT} [+1204 chars]",
        f"{TEXT[:70]}…",
        TEXT.replace(" ", "  ").replace("town", "ｔｏｗｎ"),
        TEXT.replace("a", "\u0430"),
        TEXT.replace("again", "a\u200bgain"),
        TEXT.replace("again", "agian"),
        TEXT.replace(" third", " the third"),
        f"---------- Forwarded message ---------\nFrom: a@b.example\nSubject: x\n\n{TEXT}",
        f"> I agree with Acme\n> on all points\n{TEXT}",
        f"{TEXT}\n\nSent from my iPhone",
    ],
)
def test_what_copies_change_makes_no_other_text(copy: str) -> None:
    likeness = compare(said("", TEXT), said("", copy))
    assert likeness is not None
    assert not likeness.second_adds
    assert set(keys(said("", TEXT)).filed) & set(keys(said("", copy)).filed)


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("Acme is", "Acme is not"),
        TEXT.replace("nobody picks", "everybody picks"),
        TEXT.replace("week", "Christmas"),
        TEXT.replace("third", "3rd").replace("week", "1993"),
        "Nobody picks up the phone at Acme, and I have tried it three times this week in the evening",
    ],
)
def test_another_name_figure_or_a_negation_makes_another(other: str) -> None:
    assert not alike(TEXT, other)


def test_a_detail_of_a_long_text_does_not() -> None:
    assert alike(f"{LONG} in Leeds {LONG[:200]}", f"{LONG} in Bristol {LONG[:200]}")
    assert not alike(f"{LONG} not good {LONG[:40]}", LONG[300:])


words = st.lists(st.sampled_from("the price of an anvil in the shop is not right".split()), min_size=6, max_size=16)


@given(words, words)
def test_texts_that_are_hardly_looked_at_have_few_pairs_in_common(one: list[str], other: list[str]) -> None:
    if likeness._may_be_alike(one, other):
        return
    a, b = set(pairwise(one)), set(pairwise(other))
    assert len(a & b) < 0.58 * len(a | b)
    assert len(a & b) < 0.85 * min(len(a), len(b))


def test_texts_with_other_words_are_hardly_looked_at() -> None:
    assert not likeness._may_be_alike(TEXT.split(), LONG.split())


@pytest.mark.parametrize(
    ("added", "opinion"),
    [
        ("Wow! {}", False),
        ("THIS. So true: {}", False),
        ("FYI RT @kim: {}", False),
        ("Breaking news: {}", False),
        ("{} THIS IS SO TRUE, never again", True),
        ("RT @kim: {} I will cancel my contract tomorrow", True),
        ("Avoid them like the plague RT @kim: {}", True),
        ("I hate you all. RT @kim: {}", True),
        ("No. RT @kim: {}", True),
        ("Sigh... “@kim: {}”", False),
        ('"@kim: {}" and that is why I left them', True),
        ("{} Awful.", True),
        ("{} - Waterbury Morning Herald", False),
        ("I told you that it would happen. {}", True),
        ("{} #acme #neveragain", False),
    ],
)
def test_an_opinion_is_told_from_a_wow(added: str, opinion: bool) -> None:
    likeness = compare(said("", TEXT), said("", added.format(TEXT)))
    assert likeness is not None
    assert (likeness.first_adds, likeness.second_adds) == (False, opinion)


def test_what_an_article_adds_is_no_opinion() -> None:
    longer = f"LONDON (Agency) {LONG} This is a developing story and will be updated through the day."
    likeness = compare(said("Acme burns", LONG, "article"), said("Acme burns - The Daily Forge", longer, "article"))
    assert likeness is not None
    assert not likeness.second_adds


def test_a_summary_is_an_excerpt_of_its_article() -> None:
    article, summary = said("", f"{TEXT}. {LONG}", "article"), said("", f"{TEXT}…", "article")
    assert compare(article, summary) is not None
    assert set(keys(article).filed) & set(keys(summary).filed)


def test_a_title_counts_where_it_is_the_posts_own() -> None:
    title = "Acme anvil broke after only two weeks"
    assert said(title, "same here").words[:2] == ("acme", "anvil")
    for reply in (
        said(f"Re: {title}", "same here"),
        said(title, "same here", reply=True),
        said(title, "same here", "comment"),
    ):
        assert reply.words == ("same", "here")
    assert said(title, f"{title} and then some").headline == 0
    assert said("Acme raises prices for all anvils - The Daily Forge", "", "article").words[-1] == "anvils"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.acme.example/a/?utm_source=x&fbclid=1#top", "http://acme.example/a"),
        ("https://m.acme.example/a?b=2&a=1", "https://acme.example/a?a=1&b=2&ref=home"),
        ("www.acme.example/a).", "https://acme.example/a/amp"),
    ],
)
def test_links_are_compared_without_tracking(one: str, other: str) -> None:
    assert plain_link(one) == plain_link(other)


def test_few_words_about_different_pages_of_one_site_differ() -> None:
    text = "I added a video to a playlist {}"
    assert not alike(text.format("https://videos.example/1"), text.format("https://videos.example/2"))
    assert alike(text.format("https://t.co/1"), text.format("https://t.co/2"))


def test_scripts_without_spaces_are_compared_by_signs() -> None:
    text = "新しいアプリは起動するたびに落ちるので使うのをやめました"
    assert alike(text, f"{text}!!")
    assert alike(text, text.replace("使う", "つかう"))
    assert not alike(text, "新しい電話は写真がとても綺麗に撮れるので気に入っています")
    assert said("", "最高です").size < 6, "few signs are few words"


def test_keys_are_the_same_in_every_process() -> None:
    assert keys(said("", "one two three four five six")).filed == (
        30719393143088,
        78867564622343,
        88956420501163,
        101806308756169,
        82863270800634,
    )
    few = keys(said("", "Great service!"), "kim", "2026-11-20T12:00:00Z").filed
    assert few == (4991576023110, 139765714756836)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a " * 50_000,
        "@" * 100_000,
        "@a " * 30_000,
        "RT @a " * 16_000,
        "> " * 50_000,
        "#" * 100_000,
        "#a " * 33_000,
        "-" * 100_000,
        "--\n" * 33_000,
        "http://" * 14_000,
        "a.b/" * 25_000,
        "1,000" * 20_000,
        "via " * 25_000,
        "… " * 50_000,
        "read more " * 10_000,
        "the post " * 11_000,
        "\u200b" * 100_000,
        "\x00" * 100_000,
        "語" * 100_000,
        " " * 100_000,
        "\n" * 100_000,
        "forwarded message:\n" * 5_000,
        "'" * 100_000,
    ],
    ids=repr,
)
def test_no_text_takes_long(text: str) -> None:
    def work(text: str) -> None:
        one, other = said(text[:5000], text), said("", f"{text[:60_000]} and so on")
        keys(one, "kim", "2026-11-20T12:00:00Z")
        compare(one, other)

    assert growth(work, text) < LINEAR


@given(st.text(), st.text(), st.sampled_from(["post", "article", "email", "comment", "review"]))
def test_every_text_is_like_itself_and_likeness_has_no_direction(one: str, other: str, kind: str) -> None:
    a, b = said("", one, kind), said("", other, kind)
    assert compare(a, a) is not None or not a.words
    there, back = compare(a, b), compare(b, a)
    assert (there is None) == (back is None)
    if there and back:
        assert (there.alike, there.first_adds, there.second_adds) == (back.alike, back.second_adds, back.first_adds)


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def members(count: int, *, every: int = 10, known: int = 0, since: int = 400, **changes: bool) -> Sequence[Member]:
    """Copies by `count` authors, one every so many minutes, heard for `known` days in a place heard for `since`."""
    return [
        Member(
            f"author{i}", NOW + timedelta(minutes=every * i), 0.95,
            NOW - timedelta(days=known), NOW - timedelta(days=since), **changes,
        )
        for i in range(count)
    ]  # fmt: skip


def test_a_burst_of_copies_by_new_accounts_is_flagged_with_reasons() -> None:
    assert campaign(members(12)) == [
        "12 posts that say the same within 110 minutes",
        "by 12 different authors",
        "12 of them were first heard here less than 7 days before",
        "95% alike on average, and none says whose words they are",
    ]


def test_who_repeats_himself_on_another_day_hides_no_burst() -> None:
    one = [
        Member("spammer", NOW - timedelta(days=5, minutes=i), 1.0, NOW - timedelta(days=300), NOW - timedelta(days=400))
        for i in range(40)
    ]
    known = members(9, known=200, every=5)
    later = [
        Member(f"new{i}", NOW + timedelta(days=3, minutes=i), 0.9, NOW + timedelta(days=3), NOW - timedelta(days=400))
        for i in range(8)
    ]
    reasons = campaign([*one, *known, *later])
    assert reasons[:3] == [
        "8 posts that say the same within 7 minutes",
        "by 8 different authors",
        "8 of them were first heard here less than 7 days before",
    ]


@pytest.mark.parametrize(
    "innocent",
    [
        members(4),
        members(12, known=200),
        members(12, every=60 * 24),
        members(12, since=3),
        members(12, shared=True),
        members(12, article=True),
        [*members(12)[:1]] * 12,
        [*members(30, known=200), *members(6)],
    ],
    ids=[
        "few",
        "well-known authors",
        "over days",
        "all is new here",
        "retweets",
        "articles",
        "one author",
        "few of many",
    ],
)
def test_what_is_no_campaign(innocent: Sequence[Member]) -> None:
    assert campaign(innocent) == []


@pytest.mark.parametrize("part", ["tune", "held"])
def test_the_hand_made_set(store: Store, part: str) -> None:
    pairs = duplicates.evaluate(store, duplicates.rows(part))
    floor = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))["duplicates"]
    assert pairs.precision >= floor["precision"], pairs.joined_wrongly
    assert pairs.recall >= floor["recall"], pairs.missed
    assert len(duplicates.rows()) >= 300
    assert store.check() == []
