"""Names and texts that turn the direction of what stands after them: our own words there must stay as they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from listening.post import Author, Batch, Post, Quote, Thread
from listening.store import InboxFilter
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from tests.browser import Watched
from tests.desk import TEXTS, Installation, install
from tests.hostile.pages import screens

TURN = "abc\u202eolleh"  # an override that nothing ends

# Words of ours that would be turned: what follows the override in the same line of direction. Blocks, and whatever
# isolates, end it.
TURNED = """() => {
  const inline = (each) => /^(inline|contents|ruby)$/.test(getComputedStyle(each).display)
  const open = (each) => inline(each) && !/isolate|plaintext/.test(getComputedStyle(each).unicodeBidi)
  const found = []
  let seen = 0
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const text = texts.currentNode
    if (!text.data.includes('\\u202e') || text.parentElement.closest('script, template')) continue
    seen++
    let root = text.parentElement
    while (open(root)) root = root.parentElement
    let after = text.data.slice(text.data.lastIndexOf('\\u202eolleh') + 6)
    const rest = document.createTreeWalker(root)
    rest.currentNode = text
    while (rest.nextNode()) {
      const next = rest.currentNode
      if (next.nodeType === 1 && (next.tagName === 'BR' || !inline(next))) break
      if (next.nodeType === 3) after += next.data
    }
    if (/[\\p{L}\\p{N}]/u.test(after)) found.push(`${root.tagName}.${root.className}: ${after.trim().slice(0, 60)} (${text.parentElement.tagName})`)
  }
  return [seen, [...new Set(found)]]
}"""  # noqa: E501


def turned_desk(home: Path) -> Installation:
    """A desk in which every text from outside ends with it, and some of the team's."""
    desk, now = install(home, posts=0), datetime.now(UTC).replace(microsecond=0)
    with desk.store() as store:
        understanding = Understanding(desk.config.brands)
        Ingest(store, "forum", understanding).save([Batch([_post(number, now) for number in range(12)])])
        run = store.start_run("forum", now - timedelta(minutes=5))
        store.finish_run(run, "failed", TURN, errors=1, pages=1, now=now)
        for ident in list(store.listed(InboxFilter(fold=False), now=now))[:6]:
            store.triage([ident], who="kim", now=now, note=TURN)
    return desk


def _post(number: int, now: datetime) -> Post:
    return Post(
        platform="forum.example", id=str(number), url=f"https://forum.example/{number}#{TURN}",
        text=f"{TEXTS[number % len(TEXTS)]} {TURN}", title=TURN, likes=3, channel=TURN,
        author=Author(f"{number % 3}{TURN}", f"{number % 3}{TURN}", f"https://forum.example/{TURN}", 5000),
        thread=Thread("1", TURN, "https://forum.example/t"), position=number + 1,
        quotes=(Quote(TURN, TURN),), published=now - timedelta(hours=30 * number + 30),
    )  # fmt: skip


def look(seen: Watched, desk: Installation) -> tuple[int, list[str]]:
    """How many such texts the pages show, and each word of ours that one of them turns."""
    with desk.store() as store:
        mentions = sorted(store.listed(InboxFilter(sources=("forum",), fold=False), now=datetime.now(UTC)))
        person = store.cards(mentions[:1], datetime.now(UTC))[0].author
    assert person is not None
    paths = [*screens(desk, "machine"), f"/mentions/{mentions[0]}", f"/mentions/{mentions[-1]}", "/inbox?copies=1"]
    paths += [f"/people/{person.id}", f"/people/{person.id}/erase", "/people?q=abc"]
    paths += ["/sources/one?name=forum", "/brands/edit?name=Acme", "/brands/label?name=Acme", "/digests/letter?name="]
    paths += [
        f"/{name}?period=365d&brand={quote('Acme')}" for name in ("overview", "overview/below", "people", "compare")
    ]
    paths += ["/alerts/new?kind=mention", "/settings/privacy?who=abc"]
    count, found = 0, []
    for path in paths:
        seen.page.goto(seen.base + path)
        seen.page.wait_for_selector("body:not(:has(.htmx-request))")
        if path.startswith("/alerts/new?"):
            seen.page.wait_for_selector("#preview li")
        more, turned = seen.page.evaluate(TURNED)
        count += more
        found += [f"{path}: {each}" for each in turned]
    return count, found
