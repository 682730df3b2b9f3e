"""Everything that can be taken away: nothing in it may be a formula, a link or markup, and all is well-formed."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
from click.testing import CliRunner
from openpyxl.utils.escape import unescape

from listening.cli import main
from listening.export import FORMATS
from tests.desk import Installation
from tests.hostile.findings import Findings
from tests.hostile.office import BORDERS, dangers, opened, shown


def take_away(desk: Installation, home: Path, findings: Findings) -> None:
    """Everything in every format, and the API."""
    _exported(desk, home, findings)
    _by_command(desk, home, findings)
    with desk.visitor("admin") as client:
        for view in client.get("/api/v1/views").json()["views"][:20]:
            for form in ("atom", "rss"):
                answer = client.get(f"/feeds/{view['id']}.{form}")
                findings.files += 1
                findings.faults += [f"feed {form}: {fault}" for fault in _faults(form, answer.content, findings)]
        for path in ("mentions?copies=1&limit=200", "figures?period=365d", "brands", "sources", "views", "health"):
            client.get(f"/api/v1/{path}").raise_for_status().json()
            findings.files += 1


def _exported(desk: Installation, home: Path, findings: Findings) -> None:
    """What the page gives; what spreadsheets open is kept."""
    with desk.visitor("admin") as client:
        for form in FORMATS:
            answer = client.get(f"/export?copies=1&format={form}")
            if answer.status_code != 200:
                findings.faults.append(f"/export as {form}: {answer.status_code} {answer.text[:200]}")
                continue
            findings.files += 1
            findings.faults += [f"{form}: {fault}" for fault in _faults(form, answer.content, findings)]
            if form in ("csv", "brandwatch", "xlsx"):
                (home / f"{form}-export{FORMATS[form].suffix}").write_bytes(answer.content)
        (home / "scorecard.csv").write_bytes(client.get("/scorecard.csv").content)


def _by_command(desk: Installation, home: Path, findings: Findings) -> None:
    """What commands write: a digest's table, and labels."""
    for name, command in (("digest", ("digest", "--since", "365d", "-o")), ("labels", ("label", "--export"))):
        path = home / f"{name}.csv"
        done = CliRunner().invoke(main, ["--config", str(desk.folder), *command, str(path)])
        if done.exit_code:
            findings.faults.append(f"listening {name}: {done.output[-200:]}")
            continue
        findings.files += 1
        findings.faults += [f"{name}: {fault}" for fault in _faults("csv", path.read_bytes(), findings)]


def in_libreoffice(home: Path, findings: Findings) -> None:
    """What LibreOffice takes for a formula or a link once it has opened the files there, and what it does not show."""
    tables, books = sorted(home.glob("*.csv")), sorted(home.glob("*.xlsx"))
    for borders in BORDERS:
        for file, document in opened(tables, borders).items():
            findings.faults += [f"{file.name} in LibreOffice, {borders}: {each}" for each in dangers(document)]
            if borders == "comma":
                findings.faults += _lost(file, _table(file), document, findings)
    for file, document in (opened(books) if books else {}).items():
        findings.faults += [f"{file.name} in LibreOffice: {each}" for each in dangers(document)]
        findings.faults += _lost(file, _book(file), document, findings)
    findings.opened += len(BORDERS) * len(tables) + len(books)


def _table(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


def _book(file: Path) -> list[list[str]]:
    rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    return [[unescape(each) if isinstance(each, str) else "" for each in row] for row in rows]


_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufffe\uffff\ufffd\ufeff]+")


def _lost(file: Path, rows: Sequence[Sequence[str]], document: ET.Element, findings: Findings) -> Iterator[str]:
    """Texts that are not shown as they stand in the file; numbers and times may look otherwise."""
    seen = shown(document, len(rows))
    for number, (row, cells) in enumerate(zip(rows, seen, strict=True), 1):
        findings.cells += len(row)
        for name, text, sees in zip(rows[0], row, cells, strict=False):
            if name in ("date", "Date", "made", "collected_at", "Added") or not re.search(r"[^\d.,:%\s-]", text):
                continue
            if _UNSEEN.sub("", text) != _UNSEEN.sub("", sees):
                yield f"{file.name}, row {number}, {name}: {text[:60]!r} shows as {sees[:60]!r}"


def _runs(text: str) -> bool:
    """Whether a spreadsheet may run a cell, once it has skipped what it does not show."""
    return text[:1] in {"\t", "\r"} or "".join(c for c in text if c.isprintable()).strip()[:1] in {*"=+-@＝＋－＠"}


def _faults(form: str, content: bytes, findings: Findings) -> Iterator[str]:
    if form in ("csv", "brandwatch"):
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
            findings.cells += len(row)
            numbers = ("sentiment_score",)
            yield from (f"{k} begins {v[:20]!r}" for k, v in row.items() if k not in numbers and _runs(v))
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
