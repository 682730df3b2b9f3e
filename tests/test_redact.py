"""What must not be kept is named instead of written; what only looks like it stays."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from listening.config import Brand, load
from listening.post import Author, Batch, Post, Quote, Reject
from listening.source import SourceOptions
from listening.store import Store
from pipelines.ingest import Ingest
from pipelines.redact import CARD, MAIL, PHONE, Redaction
from pipelines.understanding import Understanding

ALL, CARDS = Redaction(personal=True), Redaction()


@pytest.mark.parametrize(
    "number", ["4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111", "378282246310005", "5555555555554444"]
)
def test_card_numbers_always_go(number: str) -> None:
    assert CARDS.text(f"I paid with {number}, twice.") == f"I paid with {CARD}, twice."


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111 1111 1111 1112 is late", "serial 0000000000000000", "id=4111111111111111", "v4111111111111111",
        "3.14159265358979323846", "On 2026-11-20 at 12:30:00", "https://x.example/4111111111111111",
    ],
)  # fmt: skip
def test_other_long_numbers_stay(text: str) -> None:
    assert ALL.text(text) == text


@pytest.mark.parametrize("address", ["kim@example.com", "kim.lathe+acme@mail.example.co.uk", "KIM@EXAMPLE.COM"])
def test_addresses_go_where_it_is_asked_for(address: str) -> None:
    assert ALL.text(f"Write to {address}.") == f"Write to {MAIL}."
    assert CARDS.text(f"Write to {address}.") == f"Write to {address}."


@pytest.mark.parametrize("text", ["@acme help", "look at kim@home", "foo@bar", "a @ b.com"])
def test_what_is_no_address_stays(text: str) -> None:
    assert ALL.text(text) == text


@pytest.mark.parametrize(
    "number",
    ["+49 30 1234567", "+1 (555) 123-4567", "0049 151 12345678", "(030) 123 4567", "555-123-4567", "030 1234567",
     "0151/12345678", "+442071234567", "+33 1 23 45 67 89"],
)  # fmt: skip
def test_phone_numbers_go_where_it_is_asked_for(number: str) -> None:
    assert ALL.text(f"Call me: {number}, please") == f"Call me: {PHONE}, please"
    assert CARDS.text(f"Call me: {number}, please") == f"Call me: {number}, please"


@pytest.mark.parametrize(
    "text",
    ["2026-11-20", "20.11.2026", "12:30:45", "$1,299.00", "1 000 000", "version 10.0.19045.3448", "E17 error 0042",
     "192.168.100.200", "model 555-1234", "2019-2026", "ticket #5551234567", "1234567890", "0.123456789"],
)  # fmt: skip
def test_dates_prices_and_versions_stay(text: str) -> None:
    assert ALL.text(text) == text


def test_a_source_keeps_what_it_may(store: Store, now: datetime) -> None:
    raw = "kim@example.com, 4111 1111 1111 1111"
    post = Post(
        "forum.example.com", "1", "https://forum.example.com/1", f"Acme! {raw}", now, Author("kim"), title=raw,
        quotes=(Quote(raw, "bo"),),
    )  # fmt: skip
    for redact in (False, True):
        ingest = Ingest(store, "forum", Understanding([Brand(name="Acme")]), now=lambda: now, redact=redact)
        ingest.save([Batch([post], rejects=[Reject(f"broken {redact}", "", raw)])])
        kept = [f"{MAIL if redact else 'kim@example.com'}, {CARD}"]
        row = store.db.conn.execute("SELECT text, title, json_extract(quotes, '$[0].text') FROM posts").fetchone()
        assert list(row) == [f"Acme! {kept[0]}", *kept * 2]
        assert kept[0] in [row["raw"] for row in store.quarantine()]


def test_it_is_chosen_for_all_sources_or_for_one(tmp_path: Path) -> None:
    (tmp_path / "brands.toml").write_text('[[brand]]\nname = "Acme"\n')
    (tmp_path / "listening.toml").write_text("redact = true\n")
    sources = '[[source]]\nname = "a"\nkind = "x"\n[[source]]\nname = "b"\nkind = "x"\nredact = false\n'
    (tmp_path / "sources.toml").write_text(sources)
    config = load(tmp_path, {"x": SourceOptions})
    assert [config.redacts(source) for source in config.sources] == [True, False]
