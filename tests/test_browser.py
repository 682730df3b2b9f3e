"""The desk in Debian's Chromium, as three roles: every screen, by keyboard, without a complaint or a barrier."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from listening.store import MentionFilter
from listening.web.access import Guarded
from tests.browser import chromium, serving, watched
from tests.desk import Installation, install

QUERY = {"/brands/edit": "?name=Acme", "/brands/label": "?name=Acme"}  # pages that need to be told of what


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("browser"), posts=60, people=True)


@pytest.fixture(scope="module")
def base(desk: Installation) -> Iterator[str]:
    with serving(desk) as address:
        yield address


def screens(desk: Installation, role: str) -> list[str]:
    """Every page of its own that a role may open; parts of pages are seen within them."""
    paths = [
        route.path + QUERY.get(route.path, "")
        for route in desk.app.routes
        if isinstance(route, Guarded) and "GET" in (route.methods or ()) and "{" not in route.path
    ]
    with desk.visitor(role) as client:
        answers = {path: client.get(path) for path in paths if path not in ("/", "/login")}
    return [path for path, answer in answers.items() if answer.status_code == 200 and "<body" in answer.text]


LOOKS = [(role, how) for role in ("viewer", "analyst", "admin") for how in ("light", "dark", "phone")]
SOME = [("viewer", "phone"), ("analyst", "light"), ("admin", "dark")]  # all nine with LISTENING_TEST_LOOKS=all


@pytest.mark.parametrize(("role", "how"), LOOKS if os.environ.get("LISTENING_TEST_LOOKS") == "all" else SOME)
def test_every_screen_is_free_of_complaints_and_barriers(
    browser: Browser, base: str, desk: Installation, role: str, how: str
) -> None:
    viewport = {"width": 390, "height": 800} if how == "phone" else {"width": 1280, "height": 900}
    scheme = "dark" if how == "dark" else "light"
    found: list[str] = []
    with watched(browser, base, viewport=viewport, color_scheme=scheme) as seen:
        seen.sign_in(role)
        for path in screens(desk, role):
            page = seen.open(path)
            found += seen.find_barriers()
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"], f"{path} is {width} pixels wide"
    assert found == []


def test_twenty_mentions_by_keyboard_alone(browser: Browser, base: str, desk: Installation) -> None:
    with desk.store() as store:
        before = store.count_mentions(MentionFilter(status="closed"))
    with watched(browser, base) as seen:
        seen.sign_in("analyst")
        page = seen.open("/inbox")
        for number in range(20):
            page.keyboard.press("j")
            page.wait_for_selector(f"#cards > [data-item]:nth-of-type({number + 1})[aria-current]")
            page.keyboard.press("c")
            page.wait_for_selector("[data-item][aria-current].done")
        page.keyboard.press("u")
        page.wait_for_selector("[data-item][aria-current]:not(.done)")
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open] kbd")
    with desk.store() as store:
        assert store.count_mentions(MentionFilter(status="closed")) == before + 19


def test_a_brand_is_made_with_a_preview(browser: Browser, base: str, desk: Installation) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("analyst")
        page = seen.open("/brands/new")
        page.fill("input[name=name]", "Anvils")
        page.fill("textarea[name=query]", "anvil*")
        page.wait_for_selector("#preview mark:text-is('anvil')")
        page.fill("textarea[name=query]", "anvil AND (")
        page.wait_for_selector("#preview pre:has-text('^')")
        page.fill("textarea[name=query]", "anvil*")
        page.click("button:has-text('Save and look back')")
        page.wait_for_url("**/brands")
        assert "Anvils" in page.inner_text("main")


def test_twenty_labels_by_keyboard(browser: Browser, base: str) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("analyst")
        page = seen.open("/brands/label?name=Acme")
        for number in range(20):
            with page.expect_navigation():
                page.keyboard.press("n" if number % 4 == 0 else "y")
        assert "20 labelled" in page.inner_text("main")


def test_signing_out(browser: Browser, base: str) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("viewer")
        seen.page.click("button:has-text('Sign out')")
        seen.page.wait_for_url("**/login")
        seen.page.goto(f"{base}/inbox")
        assert "/login" in seen.page.url
