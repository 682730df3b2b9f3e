"""Signing in: who comes in, for how long, and who is kept out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from listening import accounts
from listening.errors import ListeningError
from listening.store import Store
from tests.desk import PASSWORD

HASHER = accounts._hasher  # as it is outside of tests


@pytest.fixture
def anna(store: Store, now: datetime) -> Store:
    accounts.add(store, "Anna", PASSWORD, "viewer", private=False, now=now)
    return store


def sign_in(store: Store, now: datetime, password: str = PASSWORD, name: str = "anna") -> str:
    return accounts.sign_in(store, name, password, agent="test", now=now)


def test_the_first_is_an_admin_who_sees_everything(anna: Store, now: datetime) -> None:
    accounts.add(anna, "Ben", PASSWORD, "viewer", private=False, now=now)
    assert [(a.name, a.role, a.private) for a in anna.accounts()] == [("Anna", "admin", True), ("Ben", "viewer", False)]


def test_no_secret_is_in_the_file(anna: Store, now: datetime) -> None:
    secret = sign_in(anna, now)
    token = accounts.add_token(anna, anna.accounts()[0], "report", "viewer", days=1, now=now)
    dump = "\n".join(anna.db.conn.iterdump())
    assert PASSWORD not in dump
    assert secret not in dump
    assert token not in dump
    assert "argon2id" in dump


def test_a_password_is_as_costly_as_the_rfc_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", HASHER)
    digest = accounts.hashed(PASSWORD, "anna")
    assert digest.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert accounts._fits(digest, PASSWORD)
    assert not accounts._fits(digest, PASSWORD + "x")


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [("Ben", "short", "viewer"), ("", PASSWORD, "viewer"), ("Ben", PASSWORD, "king"), ("anna", PASSWORD, "viewer"),
     ("Long enough name", "long enough name", "viewer"), ("B\x00", PASSWORD, "viewer")],
)  # fmt: skip
def test_what_cannot_be_an_account(anna: Store, now: datetime, name: str, password: str, role: str) -> None:
    with pytest.raises(ListeningError):
        accounts.add(anna, name, password, role, private=False, now=now)
    assert len(anna.accounts()) == 1


def test_a_session_is_renewed_and_its_old_secret_dies(anna: Store, now: datetime) -> None:
    secret = sign_in(anna, now)
    soon = accounts.recognise(anna, secret, now + timedelta(hours=1))
    assert soon is not None
    assert soon.fresh == ""
    later = now + timedelta(hours=14)
    renewed = accounts.recognise(anna, secret, later)
    assert renewed is not None
    assert renewed.fresh not in ("", secret)
    under_way = accounts.recognise(anna, secret, later + timedelta(seconds=30))
    assert under_way is not None
    assert under_way.fresh == ""
    assert accounts.recognise(anna, secret, later + timedelta(minutes=2)) is None
    assert accounts.recognise(anna, renewed.fresh, later + timedelta(minutes=2)) is not None


def test_a_session_ends_by_itself_by_signing_out_and_by_a_new_password(anna: Store, now: datetime) -> None:
    idle, left, changed = (sign_in(anna, now) for _ in range(3))
    assert accounts.recognise(anna, idle, now + timedelta(days=8)) is None
    accounts.sign_out(anna, left)
    assert accounts.recognise(anna, left, now) is None
    accounts.change_password(anna, "anna", "another long secret")
    assert accounts.recognise(anna, changed, now) is None
    with pytest.raises(accounts.SignInError):
        sign_in(anna, now)
    assert sign_in(anna, now, "another long secret")


def test_ten_tries_are_enough_and_a_quarter_of_an_hour_is_long_enough(anna: Store, now: datetime) -> None:
    for second in range(10):
        with pytest.raises(accounts.SignInError, match="wrong"):
            sign_in(anna, now + timedelta(seconds=second), "not the password")
    with pytest.raises(accounts.SignInError, match="Try again in 15 minutes"):
        sign_in(anna, now + timedelta(seconds=10))
    assert sign_in(anna, now + timedelta(minutes=15, seconds=5))
    assert anna.failed_tries("anna", now) == []


def test_a_name_that_is_not_there_is_told_the_same(anna: Store, now: datetime) -> None:
    messages = set()
    for name in ("anna", "nobody"):
        with pytest.raises(accounts.SignInError) as caught:
            sign_in(anna, now, "wrong password", name)
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_who_is_switched_off_is_out(anna: Store, now: datetime) -> None:
    accounts.add(anna, "Ben", PASSWORD, "viewer", private=False, now=now)
    secret = sign_in(anna, now, name="Ben")
    token = accounts.add_token(anna, anna.accounts()[1], "report", "viewer", days=None, now=now)
    anna.change_account("Ben", active=False)
    assert accounts.recognise(anna, secret, now) is None
    assert accounts.recognise_token(anna, token, now) is None
    with pytest.raises(accounts.SignInError):
        sign_in(anna, now, name="Ben")


def test_one_admin_stays(anna: Store) -> None:
    for change in ({"role": "viewer"}, {"active": False}):
        with pytest.raises(ListeningError, match="one admin"):
            anna.change_account("Anna", **change)  # type: ignore[arg-type]
    assert anna.accounts()[0].role == "admin"


def test_a_token_is_never_more_than_its_account(anna: Store, now: datetime) -> None:
    accounts.add(anna, "Ben", PASSWORD, "analyst", private=False, now=now)
    ben = anna.accounts()[1]
    with pytest.raises(ListeningError, match="at most"):
        accounts.add_token(anna, ben, "report", "admin", days=None, now=now)
    token = accounts.add_token(anna, ben, "report", "analyst", days=30, now=now)
    anna.change_account("Ben", role="viewer")
    found = accounts.recognise_token(anna, token, now)
    assert found is not None
    assert (found[0].name, found[0].role) == ("Ben", "viewer")
    assert accounts.recognise_token(anna, token, now + timedelta(days=31)) is None
    assert accounts.recognise_token(anna, "listening_made-up", now) is None
    assert anna.remove_token(found[1].id)
    assert accounts.recognise_token(anna, token, now) is None
