"""A real browser in front of a real desk: what it complains of, whom it asks, and what axe finds."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from listening.web.app import listen
from tests.desk import PASSWORD, Installation

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


@contextmanager
def serving(desk: Installation) -> Iterator[str]:
    """The desk on a free port of this machine; it ends with the block."""
    listener = listen(desk.config, "127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(desk.app, log_level="error", lifespan="on", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; the test is skipped with a word where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page, and what must not happen on it."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._ask)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _ask(self, request: Any) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.base).netloc and not request.url.startswith(
            ("data:", "blob:")
        ):
            self.complaints.append(f"{self.page.url} asked {request.url}")

    def open(self, path: str) -> Page:
        """Open a page of the desk and wait until it is at rest."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        self.page.wait_for_selector("body:not(:has(.htmx-request))")  # parts that come after it
        return self.page

    def sign_in(self, role: str) -> None:
        """Sign in as one of the people of the installation."""
        self.open("/login")
        self.page.fill("input[name=name]", role)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button:text('Sign in')")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def find_barriers(self) -> list[str]:
        """What axe calls serious or critical on the page as it is."""
        found = Axe().run(self.page, options=_RULES).response["violations"]
        return [
            f"{self.page.url} {each['id']}: {each['help']} ({each['nodes'][0]['html'][:160]})"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]


@contextmanager
def watched(browser: Browser, base: str, **how: Any) -> Iterator[Watched]:
    """A fresh window; in the end nothing may have been complained of."""
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | how))
    seen = Watched(context.new_page(), base)
    try:
        yield seen
    finally:
        context.close()
    assert seen.complaints == []
