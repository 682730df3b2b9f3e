"""What the README shows works as it stands there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.servers.http import HttpServer, Reply, Seen

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

RUN = """
import json, sys
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings
import appstore
from listening.source import Context

class Collect:
    def process_item(self, item):
        rows.extend({"id": p.id, "text": p.text, "rating": p.rating, "at": p.published.isoformat()} for p in item.posts)
        return item

rows = []
settings = get_project_settings()
settings.setmodule("listening.settings")
settings.update({"ITEM_PIPELINES": {Collect: 1}, "DOWNLOAD_DELAY": 0, "LISTENING_ALLOW_PRIVATE": [sys.argv[2]],
                 "LOG_LEVEL": "ERROR"})
process = CrawlerProcess(settings)
process.crawl(appstore.AppStore, context=Context("reviews"), url=sys.argv[1], app=7)
process.start()
print(json.dumps(rows))
"""


def _example() -> str:
    return re.findall(r"```python\n(.*?)```", README, re.S)[0]


def _entry(number: int) -> dict[str, object]:
    return {
        "author": {"name": {"label": "kim"}}, "updated": {"label": "2026-11-01T09:00:00-07:00"},
        "im:rating": {"label": "4"}, "id": {"label": str(number)}, "title": {"label": "Good"},
        "content": {"label": f"review {number}"},
        "link": {"attributes": {"href": "https://itunes.apple.com/us/review?id=7"}},
    }  # fmt: skip


def test_the_example_source_is_forty_lines_and_crawls(tmp_path: Path) -> None:
    example = _example()
    assert len(example.splitlines()) <= 50
    assert len([line for line in example.splitlines() if line.strip()]) <= 40
    (tmp_path / "appstore.py").write_text(example)

    def reviews(seen: Seen) -> Reply:
        page = int(re.findall(r"/page=(\d+)/", seen.path)[0])
        entries = [_entry(page * 100 + i) for i in range(3)] if page <= 2 else []
        return Reply(json.dumps({"feed": {"entry": entries}}).encode(), type="application/json")

    with HttpServer({"*": reviews, "/robots.txt": Reply(status=404)}) as server:
        command = [sys.executable, "-c", RUN, server.url("/").rstrip("/"), f"127.0.0.1:{server.port}"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=None, check=False)
    assert result.returncode == 0, result.stderr
    rows = json.loads(result.stdout.splitlines()[-1])
    assert sorted(row["id"] for row in rows) == ["100", "101", "102", "200", "201", "202"]
    assert rows[0]["rating"] == 4.0


def test_both_commands_stand_alone_on_a_line() -> None:
    assert len(re.findall(r"^python3 -m venv .*listening demo$", README, re.M)) == 1
    assert len(re.findall(r"^python3 -m venv .*pytest -n auto$", README, re.M)) == 1
