"""What LibreOffice makes of a file: which cells are formulas, links or more, and what each shows."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

# Which signs part the cells of UTF-8: each is some country's default, the last what its dialog offers.
BORDERS = {"comma": "44", "semicolon": "59", "tab": "9", "any": "44/59/9/124"}
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_ACTIVE = {
    "a", "dde-link", "table-source", "cell-range-source", "event-listener", "object", "object-ole", "plugin", "form",
}  # fmt: skip


def office() -> str | None:
    """The program, where it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def opened(files: Sequence[Path], borders: str = "") -> dict[Path, ET.Element]:
    """Each file as LibreOffice holds it once it is open; `borders` is one of BORDERS for CSV."""
    program = office()
    assert program is not None
    target = files[0].parent / (borders or "sheet")
    how = [f"--infilter=CSV:{BORDERS[borders]},34,76,1"] if borders else []
    home = f"-env:UserInstallation=file://{files[0].parent}/office"
    command = [program, "--headless", home, *how, "--convert-to", "fods", "--outdir", str(target), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return {file: ET.parse(target / f"{file.stem}.fods").getroot() for file in files}


def dangers(document: ET.Element) -> Iterator[str]:
    """What in a document would do anything."""
    for each in document.iter():
        if formula := each.get(f"{_TABLE}formula"):
            yield f"a formula: {formula[:80]}"
        name = each.tag.rpartition("}")[2]
        if name in _ACTIVE:
            yield f"<{name}> {' '.join(each.attrib.values())[:80]}"


def shown(document: ET.Element, rows: int) -> list[list[str]]:
    """What the first so many rows of each sheet show, cell by cell."""
    found: list[list[str]] = []
    for row in document.iter(f"{_TABLE}table-row"):
        if len(found) < rows:
            found.append([text for cell in row for text in _repeated(cell)])
    return found


def _repeated(cell: ET.Element) -> list[str]:
    times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
    return ["\n".join(_said(part) for part in cell.iter(f"{_TEXT}p"))] * min(times, 100)


def _said(part: ET.Element) -> str:
    signs = {"tab": "\t", "line-break": "\n", "s": " "}
    inner = (signs.get(each.tag.removeprefix(_TEXT), "") + _said(each) + (each.tail or "") for each in part)
    return (part.text or "") + "".join(inner)
