"""From HTML to the author's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.post import Quote
from listening.text import plain, tidy, words


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain words", "plain words"),
        ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
        ("a &lt;script&gt; stays text", "a <script> stays text"),
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<ul><li>a<li><p>b</p></ul>after", "* a\n* b\n\nafter"),
        ("a<script>alert(1)</script><style>x{}</style>b", "ab"),
        ('well <img alt=":)" src="x.gif">', "well :)"),
        ('<a href="https://e.example/a/long/path">https://e.example/a/lo...path</a>', "https://e.example/a/long/path"),
        ('<a href="https://e.example/">the shop</a>', "the shop"),
        ("<table><tr><td>a<td>b</table>", "a b"),
        ("x\u00a0 y\x00\x1bz", "x yz"),
        ("", ""),
        ("<p>  </p>", ""),
    ],
)
def test_text(html: str, text: str) -> None:
    assert words(html).text == text
    assert "\x1d" not in plain(html)


def test_quotes_are_kept_apart_with_whom_they_quote() -> None:
    said = words(
        "<blockquote><div><cite>Bob wrote:</cite>outer<blockquote><cite>Al wrote:</cite>inner</blockquote>more</div>"
        "</blockquote>mine"
    )
    assert said.text == "mine"
    assert said.quotes == (Quote("outer\n\nmore", "Bob"), Quote("inner", "Al"))
    assert plain("<blockquote>theirs</blockquote>mine") == "theirs\n\nmine"


def test_what_is_not_the_authors_can_be_left_out() -> None:
    assert words('hello <div class="signature">Sent from <b>Globex</b></div>', ".signature").text == "hello"


@pytest.mark.parametrize(
    "hostile",
    ["<b>" * 200_000 + "x", "<div>" * 100_000 + "x" + "</div>" * 100_000, "<blockquote>" * 50_000, "<br>" * 60_000,
     f"<a href='x'>https://{'a...' * 40_000} b</a>", "<p>" * 100_000, "&lt;" * 100_000, "<" * 100_000],
    ids=["open", "balanced", "quotes", "breaks", "link", "paragraphs", "entities", "brackets"],
)  # fmt: skip
def test_hostile_markup_ends(hostile: str) -> None:
    words(hostile)
    plain(hostile)


@given(st.text(max_size=300))
def test_any_text_survives_and_is_tidy(text: str) -> None:
    said = words(text).text
    assert said == tidy(said)
    assert "\n\n\n" not in said
