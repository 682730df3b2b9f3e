"""Files and feeds over HTTP: all of a list, to whom it is due, streamed, and ended when nobody reads any longer."""

from __future__ import annotations

import asyncio
import base64
import csv
import http.client
import io
import json
import re
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import openpyxl
import pytest
from pyarrow import parquet
from starlette.testclient import TestClient

from listening.export import FORMATS
from listening.store import InboxFilter, Store
from listening.web.pipe import Left, Pipe
from listening.web.screens import takeaway
from tests.browser import serving
from tests.desk import PASSWORD, Installation, install


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("takeaway"), people=True)


@pytest.fixture(scope="module")
def viewer(desk: Installation) -> Iterator[TestClient]:
    with desk.visitor("viewer") as client:
        yield client


def idents(form: str, content: bytes) -> list[int]:
    """The mentions in a file, in its order."""
    if form in ("csv", "brandwatch"):
        column = "mention_id" if form == "csv" else "Resource Id"
        return [int(float(row[column])) for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]
    if form == "xlsx":
        rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, max_col=1, values_only=True)
        return [row[0] for row in rows]
    if form == "parquet":
        return list(parquet.read_table(io.BytesIO(content)).column("mention_id").to_pylist())
    if form == "jsonl":
        return [json.loads(line)["mention_id"] for line in content.splitlines()]
    return [int(entry.id.rpartition(":")[2]) for entry in feedparser.parse(content).entries]


@pytest.mark.parametrize("form", FORMATS)
def test_each_kind_of_file_holds_what_the_list_shows(desk: Installation, viewer: TestClient, form: str) -> None:
    answer = viewer.get(f"/export?brand=Acme&order=negative&copies=1&format={form}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[form].media
    assert re.fullmatch(
        rf'attachment; filename="mentions-[\d-]+\{FORMATS[form].suffix}"', answer.headers["content-disposition"]
    )
    with desk.store() as store:
        where = InboxFilter(brands=("Acme",), fold=False)
        wanted = list(store.listed(where, now=datetime.now(UTC), order="negative", scope=store.public_scope()))
    assert idents(form, answer.content) == wanted
    assert len(wanted) > 5


def test_private_sources_are_left_out(desk: Installation, viewer: TestClient) -> None:
    with desk.visitor("admin") as admin:
        sources = {row["source"] for row in csv.DictReader(io.StringIO(admin.get("/export").text))}
    assert sources == {"forum", "mail"}
    assert {row["source"] for row in csv.DictReader(io.StringIO(viewer.get("/export").text))} == {"forum"}
    assert idents("csv", viewer.get("/export?source=mail").content) == []


def test_the_first_so_many(viewer: TestClient) -> None:
    assert idents("csv", viewer.get("/export?limit=3").content) == idents("csv", viewer.get("/export").content)[:3]


@pytest.mark.parametrize("query", ["format=doc", "limit=0", "limit=x", "stat=open", "status=opn", "q=(", "since=soon"])
def test_mistakes_are_told_before_anything_is_written(viewer: TestClient, query: str) -> None:
    answer = viewer.get(f"/export?{query}")
    assert answer.status_code == 400
    assert "content-disposition" not in answer.headers


def test_what_goes_wrong_at_once_is_told(viewer: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Iterator[object]:
        raise takeaway.ListeningError("no room")

    monkeypatch.setattr(Store, "rows", broken)
    answer = viewer.get("/export")
    assert answer.status_code == 400
    assert "no room" in answer.text
    assert takeaway._TURNS._value == takeaway._AT_ONCE


def test_only_so_many_at_once(viewer: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeaway, "_TURNS", threading.BoundedSemaphore(1))
    with takeaway._TURNS:
        answer = viewer.get("/export")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
    assert viewer.get("/export").status_code == 200


def test_a_reader_that_goes_ends_the_writer(desk: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a real connection that is cut: the thread ends, its turn and its connection to the store are given back."""
    written, endless = threading.Event(), Store.rows
    ended: list[type[BaseException]] = []

    def rows(self: Store, *given: object, **how: object) -> Iterator[object]:
        (row,) = list(endless(self, InboxFilter(), now=datetime.now(UTC), limit=1))
        try:
            while True:
                written.set()
                yield row
        except BaseException as error:
            ended.append(type(error))
            raise

    threads: list[threading.Thread] = []
    start = threading.Thread.start

    def started(thread: threading.Thread) -> None:
        if thread.name == "export":
            threads.append(thread)
        start(thread)

    monkeypatch.setattr(Store, "rows", rows)
    monkeypatch.setattr(threading.Thread, "start", started)
    with serving(desk) as base:
        client = http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)
        client.request(
            "POST", "/login", f"name=viewer&password={PASSWORD.replace(' ', '+')}",
            {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        signed = client.getresponse()
        cookie = str(signed.getheader("set-cookie")).partition(";")[0]
        signed.read()
        client.request("GET", "/export", headers={"Cookie": cookie})
        answer = client.getresponse()
        assert answer.status == 200
        assert len(answer.read(3_000_000)) == 3_000_000
        assert written.is_set()
        answer.close()
        client.close()
        (thread,) = threads
        thread.join(20)
        assert not thread.is_alive()
    assert ended == [GeneratorExit]
    assert takeaway._TURNS._value == takeaway._AT_ONCE


def test_memory_stays_constant_however_long_the_file(desk: Installation) -> None:
    with desk.store() as store:
        (row,) = list(store.rows(InboxFilter(), now=datetime.now(UTC), limit=1))

    def write(count: int, pipe: Pipe) -> None:
        FORMATS["csv"].write((row for _ in range(count)), pipe)  # type: ignore[arg-type]
        pipe.end()

    def peak(count: int) -> float:
        pipe = Pipe()
        writer = threading.Thread(target=write, args=(count, pipe))
        tracemalloc.start()
        try:
            writer.start()
            assert asyncio.run(_sum(pipe)) > 100 * count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            writer.join()

    peak(10)
    assert peak(60_000) < 4e6


async def _sum(pipe: Pipe) -> int:
    total = 0
    async for chunk in pipe:
        total += len(chunk)
    return total


def test_a_pipe_gives_up_on_who_takes_nothing() -> None:
    pipe = Pipe(patience=0)
    for _ in range(11):  # a megabyte is held for a reader that is slow
        pipe.write(b"x" * 100_000)
    with pytest.raises(Left):
        pipe.write(b"x" * 100_000)
    with pytest.raises(Left):
        pipe.write(b"x")


def test_a_pipe_passes_on_what_went_wrong() -> None:
    pipe = Pipe()
    pipe.write(b"x" * 100_000)
    pipe.end(OSError("disk"))
    assert pipe.begun(0) is None  # something was written: it is told where it is read
    with pytest.raises(OSError, match="disk"):
        asyncio.run(_sum(pipe))
    broken = Pipe()
    broken.end(OSError("disk"))
    assert isinstance(broken.begun(0), OSError)


def saved(client: TestClient, name: str, *, shared: bool) -> int:
    client.post("/inbox/views", data={"name": name, "filters": "copies=1", **({"shared": "1"} if shared else {})})
    views = client.get("/api/v1/views").json()["views"]
    return next(int(view["id"]) for view in views if view["name"] == name)


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_view_is_a_feed_for_those_who_may_see_it(desk: Installation, viewer: TestClient, form: str) -> None:
    with desk.visitor("admin") as admin:
        own, shared = saved(admin, f"own {form}", shared=False), saved(admin, f"all <b>{form}</b>", shared=True)
        every = feedparser.parse(admin.get(f"/feeds/{own}.{form}").content).entries
    answer = viewer.get(f"/feeds/{shared}.{form}")
    assert answer.headers["content-type"] == FORMATS[form].media
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    sources = [{tag.term for tag in entry.tags} & {"forum", "mail"} for entry in every]
    assert {"mail"} in sources
    assert len(feed.entries) == sources.count({"forum"}) > 20  # not those of the private mailbox
    assert "<b>" not in feed.feed.title or form == "atom"
    assert feed.entries == sorted(feed.entries, key=lambda entry: entry.published_parsed, reverse=True)
    for missing in (own, 999999, "x", f"own {form}"):
        refused = viewer.get(f"/feeds/{missing}.{form}")
        assert refused.status_code == 404
        assert refused.json()["status"] == 404


def test_a_view_that_asks_for_an_intent_there_is_not_is_no_empty_feed(desk: Installation, viewer: TestClient) -> None:
    refused = viewer.post("/inbox/views", data={"name": "wrong", "filters": "q=intent:complain"})
    assert (refused.status_code, "did you mean complaint" in refused.text) == (400, True)
    with desk.store() as store:  # saved while there was one
        view, _ = store.save_view("wrong by now", "q=intent:complain", who="", now=datetime.now(UTC), shared=True)
    answer = viewer.get(f"/feeds/{view.id}.atom")
    assert (answer.status_code, "did you mean complaint" in answer.text) == (400, True)
    counts = {each["id"]: each["mentions"] for each in viewer.get("/api/v1/views").json()["views"]}
    assert counts[view.id] is None


def test_feeds_take_a_token_as_a_password(desk: Installation, viewer: TestClient) -> None:
    view = saved(viewer, "mine", shared=False)
    made = viewer.post("/settings/people/tokens", data={"name": "reader", "role": "viewer", "days": "1"})
    secret = re.findall(r"listening_[\w-]+", made.text)[0]

    def basic(password: str) -> dict[str, str]:
        return {"authorization": "Basic " + base64.b64encode(f"any:{password}".encode()).decode()}

    with desk.visitor("nobody") as reader:
        asked = reader.get(f"/feeds/{view}.atom")
        assert asked.status_code == 401
        assert asked.headers["www-authenticate"].startswith("Basic realm=")
        assert reader.get(f"/feeds/{view}.atom", headers=basic(secret)).status_code == 200
        assert reader.get(f"/feeds/{view}.atom", headers={"authorization": f"Bearer {secret}"}).status_code == 200
        for wrong in (basic(PASSWORD), basic(""), {"authorization": "Basic ?"}, {"authorization": "Basic"}):
            assert reader.get(f"/feeds/{view}.atom", headers=wrong).status_code == 401
        assert reader.get("/inbox", headers=basic(secret)).status_code == 303  # nowhere else
        assert reader.get("/api/v1/mentions", headers=basic(secret)).status_code == 401
        assert reader.get(f"/feeds/{view}.atom?token={secret}").status_code == 401  # addresses end up in logs
        assert reader.post("/inbox/act", headers=basic(secret)).status_code == 401


def test_a_file_is_asked_for_without_being_written(viewer: TestClient) -> None:
    answer = viewer.head("/export?format=xlsx")
    assert answer.status_code == 200
    assert answer.content == b""


def test_an_empty_list_is_an_empty_file(tmp_path: Path) -> None:
    desk = install(tmp_path, posts=0)
    with desk.visitor() as client:
        assert client.get("/export?source=none").text.startswith("\ufeff")
        assert idents("csv", client.get("/export?source=none").content) == []
        for form in FORMATS:
            assert client.get(f"/export?source=none&format={form}").status_code == 200
