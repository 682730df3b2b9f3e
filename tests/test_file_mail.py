"""Mails: quotes, signatures, charsets, machines, and whatever else is sent."""

from __future__ import annotations

import contextlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.mail import read_mail
from listening.mail.charset import decoded, decoded_words
from listening.mail.mbox import Mbox
from listening.mail.reply import own_words
from listening.post import Author, Post, Quote
from tests.cases import FIXTURES
from tests.growth import LINEAR, growth

MBOXES = sorted(FIXTURES.glob("file/mbox-*/input.mbox"))


def read(text: str | bytes) -> Post:
    raw = text if isinstance(text, bytes) else text.encode()
    return read_mail(raw, "test", "test")


def mail(body: str, *headers: str) -> Post:
    return read("\n".join(["From: a@example.com", *headers, "", body]))


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("Anna Lee <Anna@Example.com>", "Anna Lee", "anna@example.com"),
        ('"Lee, Anna" <anna@example.com>', "Lee, Anna", "anna@example.com"),
        ('"Anna \\"Anvil\\" Lee" <anna@example.com>', 'Anna "Anvil" Lee', "anna@example.com"),
        ("=?utf-8?q?Lee=2C_Anna?= <anna@example.com>", "Lee, Anna", "anna@example.com"),
        ("anna@example.com", "anna@example.com", "anna@example.com"),
        ("anna@example.com (Anna Lee)", "Anna Lee", "anna@example.com"),
        ("<anna@example.com>", "anna@example.com", "anna@example.com"),
        ("anna at example.com (Anna)", "Anna", "anna@example.com"),
        ("a@x.com, b@y.com", "a@x.com", "a@x.com"),
        ("Just a name", "Just a name", ""),
        ("Anna\n <anna@example.com>", "Anna", "anna@example.com"),
    ],
)
def test_authors(written: str, name: str, address: str) -> None:
    assert read(f"From: {written}\nSubject: x\n\nwords").author == Author(name, address)


def test_the_sender_stands_in_for_a_missing_author() -> None:
    assert read("Sender: Bob <bob@example.com>\n\nwords").author == Author("Bob", "bob@example.com")
    assert read("Subject: x\n\nwords").author is None


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8?b?w4Q=?=\n =?iso-8859-1?q?=FC?=", "Äü"),
        ("=?utf-8?b?w4?=", "Ã"),
        ("=?gb2312?b?xOO6ww==?=", "你好"),
        ("=?utf-8*en?q?lang?=", "lang"),
        ("=?utf-7?q?+2AA-?=", "\ufffd"),
        ("plain  spaces", "plain spaces"),
        ("tab\tbell\x07", "tab bell"),
        ("=?a?q?", "=?a?q?"),
    ],
)
def test_encoded_words(written: str, text: str) -> None:
    assert decoded_words(written) == text


def test_charsets_that_are_wrong_or_dangerous() -> None:
    assert decoded(b"gr\xfc\xdfe \x80", "us-ascii") == "grüße €"
    assert decoded(b"\x93quoted\x94", "iso-8859-1") == "“quoted”"
    assert decoded("ü".encode(), "unknown-8bit") == "ü"
    assert decoded(b"\\xff", "unicode_escape") == "\\xff"
    assert decoded(b"x" * 10, "idna") == "x" * 10
    for name in ("", "\0", "rot13", "base64", "x" * 5000, "../etc"):
        assert decoded(b"abc", name) == "abc"


def test_threads() -> None:
    post = mail(
        "words", "Message-ID: <3@x>", "In-Reply-To: <2@x>", "References: <1@x> <2@x>", "Subject: Re: AW: Fwd: x"
    )
    assert (post.id, post.reply_to, post.position) == ("3@x", "2@x", None)
    assert post.thread
    assert (post.thread.id, post.thread.title, post.title) == ("1@x", "x", "Re: AW: Fwd: x")
    only_references = mail("words", "Message-ID: <3@x>", "References: <1@x> <2@x>")
    assert only_references.reply_to == "2@x"
    only_answer = mail("words", "Message-ID: <3@x>", 'In-Reply-To: "Anna\'s message" <2@x>')
    assert only_answer.thread
    assert only_answer.thread.id == "2@x"
    vague = mail("words", "Message-ID: bare@x", "In-Reply-To: Your message of Tuesday")
    assert (vague.id, vague.reply_to, vague.position) == ("bare@x", "", 1)
    assert len(mail("words", f"Message-ID: <{'i' * 5000}@x>").id) == 32


def test_quotes_are_not_the_authors_words() -> None:
    said = own_words(
        "Mine.\n\n> Theirs.\n> More.\n\nMine again.\n\nOn 2 Mar 2026, at 9:00, Bob <b@x> wrote:\nRest\n> deep"
    )
    assert said.text == "Mine.\n\nMine again."
    assert said.quotes == (Quote("Theirs.\nMore."), Quote("Rest\ndeep", "Bob"))


@pytest.mark.parametrize(
    "text",
    [
        "From: the beginning to the end it was bad.\nTo: be honest, I want my money back.",
        "On Monday 3 March 2026 the courier came:\nnothing was in the box.",
        "I wrote:\nplease help",
        "Le service a écrit n'importe quoi",
        "Sent from my point of view to you, this is the worst anvil that I have ever bought in my whole life.",
        "a -- b\n--- three dashes ---\nend",
        "Privacy notice: you sell my data!",
        "-- I begin a line with two dashes",
        "5 > 4\nand > is a sign",
        "Date: tomorrow\nSubject to change",
    ],
)
def test_words_that_look_like_quotes_or_signatures_stay(text: str) -> None:
    assert own_words(f"Hello,\n\n{text}").text == f"Hello,\n\n{text}"


def test_a_signature_ends_where_a_quote_begins_and_two_dashes_alone_may_be_a_break() -> None:
    assert own_words("a\n-- \nsig\n\n> q\n\nb").text == "a\n\nb"
    long = "\n".join(f"line {number}" for number in range(20))
    assert own_words(f"a\n--\n{long}").text == f"a\n--\n{long}"
    assert own_words("a\n--\nsig").text == "a"


def test_html_is_read_where_there_is_no_plain_text_and_never_run() -> None:
    post = mail("<p>a <b>b</b></p><script>alert(1)</script>", "Content-Type: text/html")
    assert post.text == "a b"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Auto-Submitted: auto-generated", "automatic reply, not a customer"),
        ("Precedence: auto_reply", "automatic reply, not a customer"),
        ("Subject: Automatic reply: Order", "automatic reply, not a customer"),
        ("Content-Type: multipart/report; boundary=x", "a delivery report, not a customer"),
    ],
)
def test_machines_are_no_customers(header: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        mail("words", header)
    assert mail("words", "Auto-Submitted: no", "Precedence: bulk", "List-Id: <x.y>").text == "words"


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("Tue, 3 Mar 2026 10:00:00 +0100 (CET)", "2026-03-03T09:00:00+00:00"),
        ("Tue, 3 Mar 2026 10:00:00 -0000", "2026-03-03T10:00:00+00:00"),
        ("3 Mar 26 10:00 EST", "2026-03-03T15:00:00+00:00"),
        ("2026-03-03 10:00", "2026-03-03T10:00:00+00:00"),
        ("Thu, 1 Jan 1970 00:00:00 +0000", None),
        ("Tue, 3 Mar 99999 10:00:00", None),
        ("x" * 5000, None),
    ],
)
def test_dates(written: str, iso: str | None) -> None:
    found = mail("words", f"Date: {written}").published
    assert (found.isoformat() if found else None) == iso


def test_mails_without_an_empty_line_between_them() -> None:
    box = (
        "From a@b Tue Mar  3 10:00:00 2026\nFrom: a@b.c\n\nfirst\n" * 2 + "\nFrom Monday on, at 10:00, all was well.\n"
    )
    found = [record.found for record in Mbox(BytesIO(box.encode()), read).records()]
    assert [post.text for post in found if isinstance(post, Post)] == [
        "first",
        "first\n\nFrom Monday on, at 10:00, all was well.",
    ]


def test_a_mail_without_a_readable_date_has_that_of_its_arrival() -> None:
    received = "Received: from a by b; Tue, 3 Mar 2026 10:00:00 +0000"
    for headers in ([received], ["Date: yesterday", received], ["Date: Thu, 1 Jan 1970 00:00:00 +0000", received]):
        assert str(mail("words", *headers).published) == "2026-03-03 10:00:00+00:00"


# ---- hostile mails


def _timed(raw: str | bytes) -> None:
    def work(part: str | bytes) -> None:
        with contextlib.suppress(ValueError):
            read(part)

    assert growth(work, raw) < LINEAR


def nested(depth: int) -> str:
    parts = [f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(depth)]
    return "From: a@b.c\n" + "".join(parts) + "\ndeep words\n"


@pytest.mark.parametrize("depth", [20, 200, 5000])
def test_parts_within_parts(depth: int) -> None:
    _timed(nested(depth))


@pytest.mark.parametrize(
    "raw",
    [
        'From: a@b.c\nContent-Type: text/plain; x="' + ";" * 1_000_000 + "\n\nwords",
        "From: " + "(" * 1_000_000 + "\n\nwords",
        "From: " + '"' * 1_000_000 + "@\n\nwords",
        "From: a@b.c\nSubject: " + "=?utf-8?q?a?= " * 100_000 + "\n\nwords",
        "From: a@b.c\nReferences: " + "<a@b> " * 200_000 + "\n\nwords",
        "From: a@b.c\n" + "X: y\n" * 300_000 + "\nwords",
        "From: a@b.c\n\n" + "> q\nown\n" * 50_000,
        "From: a@b.c\n\n" + ">" * 2_000_000,
        "From: a@b.c\n\n> q\n" + "\n" * 300_000 + "> q\n",
        "From: a@b.c\n\n" + "On 3 March 2026\n" * 30_000,
        "From: a@b.c\n\n" + "On 3 March 2026 x" * 100_000,
        "From: a@b.c\n\n" + "--\n" * 300_000,
        "From: a@b.c\n\n" + "From: x\nSent: y\n" * 100_000,
        "From: a@b.c\n\nwords\n\n" + "this email is " * 100_000,
        "From: a@b.c\nContent-Type: text/html\n\n" + "<div>" * 300_000,
        "From: a@b.c\nContent-Type: text/html\n\n" + "<blockquote>a</blockquote>" * 30_000,
        "From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 100_000,
    ],
    ids=range(17),
)  # fmt: skip
def test_hostile_mails_take_linear_time(raw: str) -> None:
    _timed(raw)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_mail_or_refused(raw: bytes) -> None:
    for head in (b"", b"From: ", b"Subject: =?utf-8?q?", b"From: a@b.c\nContent-Type: ", b"From: a@b.c\n\n"):
        try:
            post = read(head + raw)
        except ValueError:
            continue
        "".join([post.text, post.id, post.title, post.author.name if post.author else ""]).encode()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MBOXES), st.integers(0, 5000), st.integers(0, 60), st.binary(max_size=12))
def test_damaged_mails_are_read_or_refused(path: object, at: int, length: int, patch: bytes) -> None:
    whole = path.read_bytes()  # type: ignore[attr-defined]
    at %= len(whole)
    for part in (whole[:at] + patch + whole[at + length :]).split(b"\n\nFrom "):
        try:
            read(part)
        except ValueError:
            continue


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["> a", "--", "-- ", "On 1.1.2026 A wrote:", "x", "", "From: a"])).map("\n".join)
)
def test_any_text_has_own_words(text: str) -> None:
    said = own_words(text)
    assert said.text == said.text.strip()
