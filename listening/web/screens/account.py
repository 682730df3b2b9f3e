"""Settings: one's own password, the team's accounts and roles, and tokens for programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from listening import accounts
from listening.errors import ListeningError
from listening.store import Store
from listening.web.access import Form, action, page, who, whole
from listening.web.pages import desk_of, go, render
from listening.web.screen import Screen

_PATH = "/settings/people"
_LONGEST = 3650  # days that a token lasts


def people(request: Request, *, problem: str = "", secret: str = "", status: int = 200) -> Response:
    """Accounts and tokens; viewers see their own."""
    visitor = who(request)
    with desk_of(request).store() as store:
        known, tokens = store.accounts(), store.tokens()
    if not visitor.may("admin"):
        known = [account for account in known if account.name == visitor.name]
        tokens = [token for token in tokens if token.account == visitor.name]
    return render(
        request, "accounts.html", status, accounts=known, tokens=tokens, roles=accounts.ROLES, problem=problem,
        secret=secret, shortest=accounts.SHORTEST, longest=_LONGEST,
    )  # fmt: skip


def add_account(request: Request, form: Form) -> Response:
    """Add somebody; from the first account on everybody signs in."""

    def act(store: Store) -> str:
        name, role = form.text("name"), form.text("role", "viewer")
        accounts.add(store, name, form.text("password"), role, private=form.ticked("private"), now=datetime.now(UTC))
        return f"{name} can sign in now."

    return _try(request, act)


def change_account(request: Request, form: Form) -> Response:
    """Change a role, a password, whether private sources are seen, or switch an account off or on."""
    name = form.text("name")

    def act(store: Store) -> str:
        if form.text("password"):
            accounts.change_password(store, name, form.text("password"))
            return f"{name} has a new password, and is signed out everywhere."
        role = form.text("role") or None
        if role is not None and role not in accounts.ROLES:
            raise ListeningError(f'there is no role "{role}"')
        store.change_account(name, role=role, private=form.ticked("private"), active=form.ticked("active"))
        return f"{name} is changed, and signs in anew."

    return _try(request, act)


def remove_account(request: Request, form: Form) -> Response:
    """Remove an account; what it did stays, under its name."""

    def act(store: Store) -> str:
        store.remove_account(form.text("name"))
        return f"{form.text('name')} is removed."

    return _try(request, act)


def change_own_password(request: Request, form: Form) -> Response:
    """Change one's own password, by the old one."""
    name = who(request).name

    def act(store: Store) -> str:
        now = datetime.now(UTC)
        accounts.sign_out(store, accounts.sign_in(store, name, form.text("old"), agent="", now=now))
        accounts.change_password(store, name, form.text("password"))
        return "Your password is changed. Sign in with the new one."

    return _try(request, act)


def add_token(request: Request, form: Form) -> Response:
    """Make a token and show its secret, once."""
    visitor = who(request)
    with desk_of(request).store() as store:
        found = store.account(visitor.name)
        if found is None:
            return people(request, problem="Tokens belong to an account: add one first.", status=400)
        try:
            days, now = _days(form.text("days")), datetime.now(UTC)
            secret = accounts.add_token(
                store, found[0], form.text("name"), form.text("role", "viewer"), days=days, now=now
            )
        except ListeningError as error:
            return people(request, problem=str(error), status=400)
    return people(request, secret=secret)


def _days(text: str) -> int | None:
    """How many days a token lasts; None without a number: for good. Raises ListeningError for anything else."""
    if text and not 0 < whole(text) <= _LONGEST:
        raise ListeningError(f"a token lasts 1 to {_LONGEST:,} days, or for good where the field is empty")
    return whole(text) or None


def remove_token(request: Request, form: Form) -> Response:
    """Remove a token: one's own, or as an admin any."""
    visitor = who(request)

    def act(store: Store) -> str:
        own = {token.id for token in store.tokens() if visitor.may("admin") or token.account == visitor.name}
        for ident in form.numbers("token"):
            if ident not in own:
                raise ListeningError("that token is not yours")
            store.remove_token(ident)
        return "The token is removed: what uses it is refused from now on."

    return _try(request, act)


def _try(request: Request, act: Callable[[Store], str]) -> Response:
    """Do something with the store and say so; mistakes are shown on the page."""
    with desk_of(request).store() as store:
        try:
            said = act(store)
        except ListeningError as error:
            return people(request, problem=str(error), status=400)
    return go(request, _PATH, said)


SCREEN = Screen(
    routes=[
        page(_PATH, people, "viewer", name="accounts"),
        action(_PATH, add_account, "admin"),
        action(f"{_PATH}/change", change_account, "admin"),
        action(f"{_PATH}/remove", remove_account, "admin"),
        action(f"{_PATH}/password", change_own_password, "viewer"),
        action(f"{_PATH}/tokens", add_token, "viewer"),
        action(f"{_PATH}/tokens/remove", remove_token, "viewer"),
    ]
)
