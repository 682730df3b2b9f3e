"""Every page of a desk in Chromium: whether anything on it ran, leads away or does not fit."""

# ruff: noqa: E501 - selectors of one script line

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import Browser, Dialog, ViewportSize
from starlette.testclient import TestClient

from listening.web.access import Guarded
from tests.browser import Watched, watched
from tests.desk import Installation
from tests.hostile.findings import Findings


class Harmed:
    """A page, and whether anything on it ran."""

    def __init__(self, seen: Watched, findings: Findings) -> None:
        self.seen, self.findings = seen, findings
        seen.page.set_default_timeout(60_000)
        seen.page.on("dialog", self._dialog)
        seen.page.add_init_script("window.print = () => { window.__ran = 'print' }")

    def _dialog(self, dialog: Dialog) -> None:
        self.findings.faults.append(f"{self.seen.page.url}: a dialog says {dialog.message[:80]}")
        dialog.dismiss()

    def look(self, path: str) -> None:
        """Open a page and look for what came of the texts."""
        self.seen.page.goto(self.seen.base + path)
        self.seen.page.wait_for_selector("body:not(:has(.htmx-request))")  # parts that come after it
        self.check()

    def glance(self, path: str) -> None:
        """The same without waiting for what comes after the page: it is heard all the same."""
        self.seen.page.goto(self.seen.base + path)
        self.check()

    def check(self) -> None:
        """Look at the page as it is."""
        self.findings.pages += 1
        page = self.seen.page
        found = page.evaluate(_LOOK) + page.evaluate(_WIDE)
        size = page.viewport_size
        page.set_viewport_size(_PHONE)
        found += page.evaluate(_WIDE)
        if size:
            page.set_viewport_size(size)
        self.findings.faults += [f"{self.seen.page.url}: {each}" for each in found]
        self.findings.faults += self.seen.complaints
        self.seen.complaints.clear()


_LOOK = """() => {
  const found = []
  if (window.__ran !== undefined) found.push('it ran: ' + window.__ran)
  for (const each of document.querySelectorAll('iframe:not([sandbox=""][src^="/digests/letter?"]), object, embed, base, foreignObject, animate, style, template[shadowrootmode], marquee, math, video, audio'))
    found.push('an element of theirs: ' + each.outerHTML.slice(0, 120))
  for (const each of document.querySelectorAll('script, link, img, use, form, a, button')) {
    const to = each.href?.baseVal ?? each.src ?? each.href ?? (each.hasAttribute('action') ? each.getAttribute('action') : '')
    if (!to || each.tagName === 'A' && /^(https?|mailto):/.test(to)) continue
    if (/^data:image\\/|^#/.test(to)) continue
    if (new URL(to, location.href).origin !== location.origin) found.push('leads away: ' + each.outerHTML.slice(0, 120))
  }
  for (const each of document.querySelectorAll('*'))
    for (const { name, value } of each.attributes)
      if (name.startsWith('on') || name.startsWith('hx-on') || name.startsWith('data-hx-') || /^hx-/.test(name) && /evil|script|RUN|__ran/i.test(value))
        found.push('an attribute of theirs: ' + name + '=' + value.slice(0, 80))
  return found
}"""
_WIDE = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))  // what is drawn is drawn anew
  const width = document.documentElement.scrollWidth
  return width > window.innerWidth ? ['it is ' + width + ' pixels wide, the window ' + window.innerWidth] : []
}"""
_PHONE: ViewportSize = {"width": 390, "height": 800}


def visit(browser: Browser, base: str, desk: Installation, findings: Findings, details: int) -> None:
    """Open each screen as an admin, lists page by page, and so many mentions."""
    with watched(browser, base) as seen:
        seen.sign_in("admin")
        harmed = Harmed(seen, findings)
        for path in screens(desk):
            harmed.look(path)
        with desk.visitor("admin") as client:
            idents = _inbox(client, harmed)
            for brand in client.get("/api/v1/brands").json()["brands"][:3]:
                for half in ("overview", "overview/below"):
                    harmed.look(f"/{half}?brand={quote(brand['name'])}&period=365d")
                harmed.look(f"/brands/edit?name={quote(brand['name'])}")
        for ident in idents[:details]:
            harmed.glance(f"/mentions/{ident}")
        _by_keyboard(harmed)


def _inbox(client: TestClient, harmed: Harmed) -> list[int]:
    found: list[int] = []
    cursor = ""
    while True:
        page = client.get(f"/api/v1/mentions?copies=1&limit=30&cursor={cursor}").json()
        harmed.glance(f"/inbox?copies=1{f'&after={cursor}' if cursor else ''}")
        found += [each["id"] for each in page["mentions"] if each["brand"] == "Acme"]
        cursor = page["next"]
        if cursor is None:
            return found


def _by_keyboard(harmed: Harmed) -> None:
    """Cards that are opened in place: parts of pages are put in by scripts of ours."""
    page = harmed.seen.open("/inbox?copies=1")
    for number in range(1, 6):
        page.keyboard.press("j")
        card = page.wait_for_selector(f"#cards > [data-item]:nth-of-type({number})[aria-current]")
        assert card is not None
        page.wait_for_selector(f"#detail [data-of='{card.get_attribute('data-item')}']")
        harmed.check()


def screens(desk: Installation, role: str = "admin") -> list[str]:
    """All pages that stand alone."""
    paths = [
        route.path for route in desk.app.routes
        if isinstance(route, Guarded) and "GET" in (route.methods or ()) and "{" not in route.path
    ]  # fmt: skip
    with desk.visitor(role) as client:
        answers = {path: client.get(path) for path in paths if path not in ("/", "/login", "/export")}
    return [
        path for path, answer in answers.items()
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
        and "<html" in answer.text
    ]  # fmt: skip
