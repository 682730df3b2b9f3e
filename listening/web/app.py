"""The application: screens, static files and the guard before them, and serving it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from listening.config import Config
from listening.errors import ListeningError
from listening.store import Store
from listening.web import api
from listening.web.access import page
from listening.web.desk import Desk
from listening.web.explore import Explore
from listening.web.guard import Guard
from listening.web.pages import refuse
from listening.web.problem import for_programs
from listening.web.screen import Screen
from listening.web.screens import (
    account,
    alerts,
    backup,
    brands,
    compare,
    coverage,
    digests,
    entrance,
    erasing,
    health,
    inbox,
    jobs,
    label,
    letters,
    mail_server,
    overview,
    people,
    person,
    privacy,
    queues,
    scorecard,
    settings,
    source_add,
    source_form,
    sources,
    takeaway,
)

# In the order of the navigation. A screen is one module in screens/ and one line here.
SCREENS: tuple[Screen, ...] = (
    overview.SCREEN,
    inbox.SCREEN,
    queues.COMPLAINTS,
    queues.OPPORTUNITIES,
    people.SCREEN,
    erasing.SCREEN,
    person.SCREEN,
    compare.SCREEN,
    scorecard.SCREEN,
    entrance.SCREEN,
    sources.SCREEN,
    coverage.SCREEN,
    brands.SCREEN,
    label.SCREEN,
    alerts.SCREEN,
    digests.SCREEN,
    Screen(title="Explore", path="/explore/", icon="explore", group="set-up", routes=()),
    letters.SCREEN,
    mail_server.SCREEN,
    source_add.SCREEN,
    source_form.SCREEN,
    account.SCREEN,
    jobs.SCREEN,
    takeaway.SCREEN,
    api.SCREEN,
    settings.SCREEN,
    privacy.SCREEN,
    backup.SCREEN,
    health.SCREEN,
)
_LAST_ANSWERS = 1  # second for what is being answered when everything ends; `listening up` gives all of it three
_THREADS = 8  # each may hold a connection with its own page cache


class _Files(StaticFiles):
    """Our files never change under their address: it holds their digest."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def application(folder: Path) -> Starlette:
    """The ASGI application of the installation that a config folder describes. Raises ConfigError and StoreError."""
    desk = Desk(folder)
    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(Guard, desk=desk)],
        exception_handlers={404: _not_found, 405: _not_found, ListeningError: _mistake, 500: _failure},
        lifespan=_lifespan,
    )
    app.state.desk = desk
    app.state.nav = [screen for screen in SCREENS if screen.title]
    return app


def _routes() -> list[BaseRoute]:
    home = page("/", _home, "viewer", name="home")
    files = Mount("/static", _Files(directory=Path(__file__).parent / "static"), name="static")
    explore = Mount("/explore", Explore(), name="explore")
    return [home, *(route for screen in SCREENS for route in screen.routes), files, explore]


def _home(request: Request) -> Response:
    return RedirectResponse(request.app.state.nav[0].path, 303)


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    try:
        yield
    finally:
        app.state.desk.close()


def _not_found(request: Request, error: Exception) -> Response:
    if for_programs(request.url.path) and isinstance(error, HTTPException):
        missing = "there is nothing here: /api/v1 lists what there is."
        said = {404: missing, 405: "this method is not for this address."}.get(error.status_code, "")
        told = error.detail if error.detail != HTTPStatus(error.status_code).phrase else said
        return refuse(request, error.status_code, told)
    return refuse(request, 404, "There is no such page.")


def _mistake(request: Request, error: Exception) -> Response:
    return refuse(request, 400, str(error))


def _failure(request: Request, _: Exception) -> Response:
    return refuse(request, 500, "Something went wrong here. The log of `listening up` says more.")


def listen(config: Config, host: str, port: int) -> socket.socket:
    """A socket for the desk. Raises ListeningError where the port is taken, or strangers could come in.

    Any other address than loopback asks for accounts first: `listening user add`.
    """
    if not _loopback(host):
        with Store(config.database) as store:
            if not store.guarded():
                raise ListeningError(
                    f"{host} can be reached from other machines, and nobody has a password yet. "
                    "Run `listening user add NAME` first."
                )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = "is taken by another program" if error.errno == 98 else f"cannot be used: {error.strerror}"
        raise ListeningError(f"port {port} of {host} {reason}; choose one with --port, or 0 for any") from None


def _loopback(host: str) -> bool:
    return host in {"127.0.0.1", "::1", "localhost"}


def serve(config: Config, listener: socket.socket) -> None:
    """Serve the desk on a socket that listens already, until SIGINT or SIGTERM."""
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(
            application(config.folder), log_level="warning", lifespan="on", access_log=False, server_header=False,
            timeout_graceful_shutdown=_LAST_ANSWERS,
        )
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):  # the way to end it, raised once more after an orderly end
        server.run(sockets=[listener])
