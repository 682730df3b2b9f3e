"""The desk in Debian's Chromium, as three roles: every screen, by keyboard, without a complaint or a barrier."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from listening.store import MentionFilter
from listening.web.access import Guarded
from tests.browser import chromium, serving, watched
from tests.desk import Installation, install
from tests.servers.board import BoardServer

QUERY = {  # pages that need to be told of what
    "/brands/edit": "?name=Acme",
    "/brands/label": "?name=Acme",
    "/sources/one": "?name=forum",
    "/sources/edit": "?name=forum",
    "/sources/new": "?kind=board",
}


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


def shared_out(desk: Installation, role: str) -> list[str]:
    """The screens that only this role has, and its third of those that others have, too."""
    roles = ("viewer", "analyst", "admin")
    place = roles.index(role)
    below = screens(desk, roles[place - 1]) if place else []
    return [path for at, path in enumerate(screens(desk, role)) if at % 3 == place or (below and path not in below)]


LOOKS = [(role, how) for role in ("viewer", "analyst", "admin") for how in ("light", "dark", "phone")]
SOME = [("viewer", "phone"), ("analyst", "light"), ("admin", "dark")]  # all nine with LISTENING_TEST_LOOKS=all


ALL = os.environ.get("LISTENING_TEST_LOOKS") == "all"


@pytest.mark.parametrize(("role", "how"), LOOKS if ALL else SOME)
def test_every_screen_is_free_of_complaints_and_barriers(
    browser: Browser, base: str, desk: Installation, role: str, how: str
) -> None:
    viewport = {"width": 390, "height": 800} if how == "phone" else {"width": 1280, "height": 900}
    scheme = "dark" if how == "dark" else "light"
    found: list[str] = []
    with watched(browser, base, viewport=viewport, color_scheme=scheme) as seen:
        seen.sign_in(role)
        for path in screens(desk, role) if ALL else shared_out(desk, role):
            page = seen.open(path)
            found += seen.find_barriers()
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"], f"{path} is {width} pixels wide"
    assert found == []


@pytest.mark.parametrize("width", [1280, 390])
def test_menus_are_not_cut_off(browser: Browser, base: str, width: int) -> None:
    fits = """panel => {
      const { left, right, height } = panel.getBoundingClientRect(), around = panel.closest(".scroll")
      return around ? around.clientHeight > height : left >= 0 && right <= document.documentElement.clientWidth
    }"""
    with watched(browser, base, viewport={"width": width, "height": 900}) as seen:
        seen.sign_in("admin")
        page = seen.open("/overview?period=365d")
        for summary in page.locator("section.figures summary").all():
            summary.evaluate("each => each.click()")
            page.wait_for_selector("details.drop[open] > .panel[style]")  # moved to where it fits
            assert page.eval_on_selector("details.drop[open] > .panel", fits)
            summary.evaluate("each => each.click()")
        page = seen.open("/settings/people")
        page.click("summary:has-text('Change') >> nth=-1")
        assert page.eval_on_selector("details.drop[open] > .panel", fits)


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
        page.wait_for_url(re.compile(r"/brands\?edit="))
        assert "Anvils" in page.inner_text("main")
        page.click("button:has-text('Undo')")
        page.wait_for_url("**/brands")
        assert "Anvils" not in page.inner_text("main table")


def test_a_rule_is_made_with_a_look_back(browser: Browser, base: str) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("analyst")
        page = seen.open("/alerts/new")
        page.wait_for_selector("#preview h2:has-text('fired')")
        assert page.is_hidden("input[name=followers]")
        page.select_option("select[name=kind]", "mention")
        assert page.is_hidden("input[name=times]")
        page.fill("input[name=name]", "Refunds")
        page.fill("textarea[name=query]", "refund*")
        page.wait_for_selector("#preview:has-text('without the query') li a[href^='/mentions/']")
        page.click("button:has-text('Save')")
        page.wait_for_url("**/alerts")
        page.click("button:has-text('Pause')")
        page.wait_for_selector("#rules button:has-text('Turn on')")
        page.keyboard.press("u")
        page.wait_for_selector("#rules button:has-text('Pause')")


def test_twenty_labels_by_keyboard(browser: Browser, base: str) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("analyst")
        page = seen.open("/brands/label?name=Acme")
        for number in range(20):
            with page.expect_navigation():
                page.keyboard.press("n" if number % 4 == 0 else "y")
        assert "20 labelled" in page.inner_text("main")


def test_a_setting_is_changed_and_undone_and_a_backup_made(browser: Browser, base: str, desk: Installation) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("admin")
        page = seen.open("/settings/general")
        page.fill("#top-jobs", "8")
        page.press("#top-jobs", "Enter")
        page.wait_for_selector(".toast:has-text('Saved')")
        assert desk.config.settings.jobs == 8
        with page.expect_navigation():
            page.keyboard.press("Escape")
            page.keyboard.press("u")
        assert desk.config.settings.jobs == 4
        seen.open("/settings/privacy?who=person2")
        page.click("a:has-text('Erase…')")
        page.wait_for_selector("input[name=confirm]")
        assert seen.find_barriers() == []
        seen.open("/settings/backup")
        page.click("button:has-text('Make a backup')")
        page.wait_for_selector(".notice.good:has-text('is made and checked')")
        seen.open("/settings/backup")
        with page.expect_download() as download:
            page.click("a:has-text('Download')")
        assert download.value.suggested_filename.startswith("listening-")


def test_a_person_is_found_and_two_handles_joined(browser: Browser, base: str, desk: Installation) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("analyst")
        page = seen.open("/people")
        page.keyboard.press("/")
        page.keyboard.type("person")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=8 persons")
        for row in (1, 2):
            page.check(f"tbody tr:nth-of-type({row}) input[name=author]")
        page.click("button:has-text('Those chosen are one person')")
        page.wait_for_selector(".handles > li:nth-of-type(2)")
        assert seen.find_barriers() == []
        page.click(".toast button:has-text('Undo')")
        page.wait_for_selector(".handles > li:only-of-type")
        page = seen.open("/complaints")
        page.keyboard.press("j")
        page.wait_for_selector("#detail [data-of]")
        page.keyboard.press("s")
        page.wait_for_selector(".clock button[aria-pressed=true]")
        assert seen.find_barriers() == []


def test_a_board_is_added_by_its_address(browser: Browser, base: str, desk: Installation) -> None:
    with BoardServer(1, 3) as board, watched(browser, base) as seen:
        settings = f'database = "listening.db"\nallow_private = ["{board.address}"]\n'
        (desk.folder / "listening.toml").write_text(settings, encoding="utf-8")
        seen.sign_in("analyst")
        page = seen.open("/sources")
        page.keyboard.press("n")
        page.wait_for_url("**/sources/add")
        page.fill("input[name=url]", board.url)
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Newest posts, as they would be stored", timeout=60_000)
        assert seen.find_barriers() == []
        page.fill("input[name=name]", "anvil-board")
        page.click("button:has-text('Add it')")
        page.wait_for_selector("h1:text-is('anvil-board')")
        page.click("button:has-text('Run now')")
        page.wait_for_selector("text=anvil-board: ok, 3 posts read", timeout=60_000)


def test_signing_out(browser: Browser, base: str) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("viewer")
        seen.page.click("button:has-text('Sign out')")
        seen.page.wait_for_url("**/login")
        seen.page.goto(f"{base}/inbox")
        assert "/login" in seen.page.url


def test_a_digest_is_made_and_seen_as_it_is_mailed(browser: Browser, base: str) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("analyst")
        page = seen.open("/digests/new")
        page.fill("input[name=name]", "monday")
        page.fill("textarea[name=to]", "kim@example.com")
        page.click("button:has-text('Save and preview')")
        page.wait_for_url("**/digests/preview?name=monday")
        mail = page.frame_locator("iframe[title='The mail']")
        mail.locator("text=What changed").wait_for()
        assert mail.locator("img").first.evaluate("image => image.naturalWidth") > 0
        page = seen.open("/digests")
        assert "kim@example.com" in page.inner_text("main")


def test_brands_are_compared_and_a_figure_opens(browser: Browser, base: str) -> None:
    with watched(browser, base) as seen:
        seen.sign_in("viewer")
        page = seen.open("/compare?period=90d")
        page.wait_for_selector("[data-lines=net] canvas")
        page.click("text=why Zenith")
        page.click("details[open] >> text=The mentions behind it")
        page.wait_for_url("**/inbox?*brand=Zenith*")
