"""Signing in and out."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listening.accounts import SignInError, sign_in, sign_out
from listening.web.access import Form, action, page, who
from listening.web.guard import keep
from listening.web.pages import desk_of, local, render
from listening.web.screen import Screen
from listening.web.visitor import COOKIE


def login(request: Request) -> Response:
    """The page to sign in on; who is in already goes on."""
    onward = local(request.query_params.get("next", "/"))
    if who(request).may("viewer"):
        return RedirectResponse(onward, 303)
    with desk_of(request).store() as store:
        guarded = store.guarded()
    return render(request, "login.html", onward=onward, name="", problem="", guarded=guarded)


def enter(request: Request, form: Form) -> Response:
    """Sign in, with a new session."""
    onward, name = local(form.text("next", "/")), form.text("name")
    agent, now = request.headers.get("user-agent", ""), datetime.now(UTC)
    with desk_of(request).store() as store:
        try:
            secret = sign_in(store, name, form.text("password"), agent=agent, now=now)
        except SignInError as error:
            problem = str(error)
            status = 429 if problem.startswith("Too many") else 401
            return render(request, "login.html", status, onward=onward, name=name, problem=problem, guarded=True)
        if old := request.cookies.get(COOKIE):
            sign_out(store, old)
    answer = RedirectResponse(onward, 303)
    keep(answer, secret, secure=request.url.scheme == "https")
    return answer


def leave(request: Request, _: Form) -> Response:
    """Sign out: the session ends here and in the browser."""
    if secret := request.cookies.get(COOKIE):
        with desk_of(request).store() as store:
            sign_out(store, secret)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


SCREEN = Screen(
    routes=[page("/login", login, "nobody"), action("/login", enter, "nobody"), action("/logout", leave, "viewer")]
)
