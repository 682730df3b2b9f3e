"""Files: each case, resuming, growing, replacing, bad rows, big and hostile ones."""

from __future__ import annotations

import csv
import io
import json
import os
import tracemalloc
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from listening.errors import SourceError
from listening.post import Checkpoint, Post, Reject
from listening.source import Context, batches, find
from listening.tabular.columns import NAMES, Columns, bare
from listening.tabular.table import Table
from listening.text import tidy
from spiders.file import File, FileOptions
from tests.cases import as_json, cases, expected

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEFORE = datetime(1980, 1, 1, tzinfo=UTC)  # no file has rested yet
HEAD = "From a@example.com Tue Mar  3 10:00:00 2026\n"
FORMATS = ("csv", "jsonl", "mbox")


def source(path: Path | str, stored: Mapping[str, str] | None = None, now: datetime = BEFORE, **options: Any) -> File:
    folder = path.parent if isinstance(path, Path) else Path()
    name = path.name if isinstance(path, Path) else path
    context = Context(source="test", checkpoints=stored or {}, folder=folder, now=lambda: now)
    return File(FileOptions(path=name, **options), context)


class Kept:
    """What a store would hold after reading: posts and checkpoints of whole batches."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.rejects: list[Reject] = []
        self.marks: dict[str, str] = {}

    def read(self, path: Path, now: datetime = BEFORE, **options: Any) -> Kept:
        """Read what is new; `self.posts` and `self.rejects` are then this reading's."""
        items = list(source(path, self.marks, now, **options).collect())
        self.posts = [item for item in items if isinstance(item, Post)]
        self.rejects = [item for item in items if isinstance(item, Reject)]
        self.marks |= {item.key: item.value for item in items if isinstance(item, Checkpoint)}
        return self

    @property
    def texts(self) -> list[str]:
        return [post.text for post in self.posts]


def written(path: Path, text: str | bytes, mtime: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    if mtime:
        os.utime(path, (mtime, mtime))
    return path


def rows(format_: str, numbers: Iterable[int]) -> str:
    """Rows of a file; each seventh cannot be read, and some take several lines."""
    if format_ == "csv":
        return "".join(f'{n},"text {n}\nend",{"soon" if n % 7 == 0 else "2026-03-04"}\n' for n in numbers)
    if format_ == "jsonl":
        return "".join(f'{{"id": {n}, "text": "text {n}"}}\n' if n % 7 else "{broken\n" for n in numbers)
    return "".join(
        f"{HEAD}From: a{n}@example.com\nMessage-ID: <{n}@x>\n\n{f'text {n}' if n % 7 else ''}\n\n" for n in numbers
    )


def beginning(format_: str) -> str:
    return "id,text,date\n" if format_ == "csv" else ""


# ---- cases


@pytest.mark.parametrize("case", cases("file"), ids=lambda case: case.name)
def test_a_case(case: Path) -> None:
    options = json.loads((case / "options.json").read_text(encoding="utf-8"))
    kept = Kept().read(next(case.glob("input*")), **options)
    posts = sorted(kept.posts, key=lambda post: post.id) if case.name.startswith("eml") else kept.posts
    assert as_json(posts) == expected(case)
    rejects = case / "rejects.json"
    wanted = json.loads(rejects.read_text(encoding="utf-8")) if rejects.exists() else []
    assert [{"reason": reject.reason, "url": reject.url} for reject in kept.rejects] == wanted
    assert all(reject.raw for reject in kept.rejects)


def test_it_is_found_by_its_kind() -> None:
    assert find("file") is File


def test_no_name_stands_for_two_fields() -> None:
    names = [name for known in NAMES.values() for name in known]
    assert len(names) == len(set(names))
    assert names == [bare(name) for name in names]


def test_usual_names_are_known_however_they_are_written() -> None:
    names = [
        "Créé le",
        "TWEET_CREATED",
        "Post Title",
        "reviewText",
        "user.name",
        "postcode",
        "Überschrift",
        "message id",
    ]
    assert Columns({"date": "Créé le"}).of_header(names) == {"text": 3, "title": 6, "author": 4, "id": 7, "date": 0}
    assert Columns({}).of_header(names[1:3]) == {"date": 0, "title": 1}


# ---- resuming


@pytest.mark.parametrize("format_", FORMATS)
def test_stopped_anywhere_and_run_again_it_yields_every_record_once(tmp_path: Path, format_: str) -> None:
    path = written(tmp_path / f"x.{format_}", beginning(format_) + rows(format_, range(1000)))
    whole = list(source(path).collect())
    wanted = [item for item in whole if not isinstance(item, Checkpoint)]
    assert len(wanted) == 1000
    assert sum(isinstance(item, Reject) for item in wanted) == 143
    assert sum(isinstance(item, Checkpoint) for item in whole) >= 5
    for stop in {at for at, item in enumerate(whole) if isinstance(item, Checkpoint)} | {3, 250, 777}:
        stored: list[Any] = []
        marks: dict[str, str] = {}
        waiting: list[Any] = []
        for item in whole[: stop + 1]:
            waiting.append(item)
            if isinstance(item, Checkpoint):  # only what stands before a checkpoint is in its transaction
                stored, waiting, marks = [*stored, *waiting[:-1]], [], {item.key: item.value}
        again = [item for item in source(path, marks).collect() if not isinstance(item, Checkpoint)]
        assert [*stored, *again] == wanted


@pytest.mark.parametrize("format_", FORMATS)
def test_an_unchanged_file_costs_nothing(tmp_path: Path, format_: str) -> None:
    path = written(tmp_path / f"x.{format_}", beginning(format_) + rows(format_, range(1, 4)))
    kept = Kept().read(path)
    assert len(kept.posts) == 3
    assert list(source(path, kept.marks).collect()) == []


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_that_grew_is_read_on(tmp_path: Path, format_: str) -> None:
    path = written(tmp_path / f"x.{format_}", beginning(format_) + rows(format_, range(1, 4)))
    kept = Kept().read(path)
    with path.open("a") as file:
        file.write(rows(format_, range(4, 7)))
    assert kept.read(path).texts == [f"text {n}\nend" if format_ == "csv" else f"text {n}" for n in (4, 5, 6)]
    assert kept.rejects == []


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("cut", range(1, 12))
def test_rows_that_are_still_being_written_are_read_when_they_are_whole(tmp_path: Path, format_: str, cut: int) -> None:
    text = beginning(format_) + rows(format_, range(1, 4))
    path = written(tmp_path / f"x.{format_}", text[:-cut])
    kept = Kept()
    found = {post.id: post.text for post in kept.read(path).posts}
    written(path, text)
    found |= {post.id: post.text for post in kept.read(path).posts}
    end = "\nend" if format_ == "csv" else ""
    known = {id_: text for id_, text in found.items() if id_ in "123"}
    known |= {id_.removesuffix("@x"): text for id_, text in found.items() if id_.endswith("@x")}
    assert known == {n: f"text {n}{end}" for n in ("1", "2", "3")}


def test_a_last_row_without_a_line_end_is_read_at_once_and_not_again(tmp_path: Path) -> None:
    for format_ in ("csv", "jsonl", "mbox"):
        text = (beginning(format_) + rows(format_, range(1, 3))).rstrip("\n")
        path = written(tmp_path / f"x.{format_}", text)
        kept = Kept()
        assert len(kept.read(path).posts) == 2
        assert kept.read(path).posts == []
        written(path, text + ("\n\n" if format_ == "mbox" else "\n") + rows(format_, [3]))
        assert [text.split()[1] for text in kept.read(path).texts] == ["3"]


def test_an_unfinished_jsonl_row_waits_and_is_broken_after_an_hour(tmp_path: Path) -> None:
    path = written(tmp_path / "x.jsonl", '{"text": "one"}\n{"text": "tw', mtime=1_000_000_000)
    kept = Kept().read(path, now=datetime.fromtimestamp(1_000_000_010, UTC))
    assert (kept.texts, kept.rejects) == (["one"], [])
    kept.read(path, now=datetime.fromtimestamp(1_000_003_601, UTC))
    assert [reject.reason for reject in kept.rejects] == ["the file ends within this row"]
    assert kept.rejects[0].url == "x.jsonl:2"
    assert list(source(path, kept.marks, datetime.fromtimestamp(1_000_009_999, UTC)).collect()) == []
    written(path, '{"text": "one"}\n{"text": "two"}\n')
    assert kept.read(path).texts == ["two"]


def test_an_open_quote_does_not_swallow_rows_and_is_read_again_once_it_is_closed(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", 'text,id\n"open\nplain,2\n')
    kept = Kept().read(path)
    assert kept.texts == ["plain"]
    assert [reject.url for reject in kept.rejects] == ["x.csv:2"]
    with path.open("a") as file:
        file.write('now closed",1\nlast,3\n')
    assert kept.read(path).texts == ["open\nplain,2\nnow closed", "last"]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_replaced_file_is_read_from_its_beginning(tmp_path: Path, format_: str) -> None:
    path = written(tmp_path / f"x.{format_}", beginning(format_) + rows(format_, range(1, 4)), mtime=1_000)
    kept = Kept().read(path)
    for numbers in ([8, 9, 10, 11, 12], [1, 2], [2, 3]):  # longer, shorter, as long
        written(path, beginning(format_) + rows(format_, numbers), mtime=1_000 + numbers[0])
        assert len(kept.read(path).posts) == len(numbers)


def test_a_file_sorted_newest_first_is_read_again_and_its_posts_are_the_same(tmp_path: Path) -> None:
    rows_ = [f"Anna,2026-03-0{n},text {n}\n" for n in range(1, 6)]
    path = written(tmp_path / "x.csv", "author,date,text\n" + "".join(rows_[:3][::-1]))
    kept = Kept()
    first = {post.id for post in kept.read(path).posts}
    written(path, "author,date,text\n" + "".join(rows_[::-1]))
    second = {post.id for post in kept.read(path).posts}
    assert len(first) == 3
    assert first < second
    assert len(second) == 5


def test_new_options_read_the_file_again(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "text,date\none,03/04/2026\n")
    kept = Kept().read(path)
    assert len(kept.rejects) == 1
    assert kept.read(path, day_first=True).posts[0].published == datetime(2026, 4, 3, tzinfo=UTC)


def test_ratings_are_kept_in_stars_of_five(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "text,rating\none,8\ntwo,4/5\n")
    kept = Kept().read(path)
    assert [post.rating for post in kept.posts] == [8.0, 4.0]
    assert [post.rating for post in kept.read(path, rating_of=10).posts] == [4.0, 4.0]


def test_a_checkpoint_that_cannot_be_understood_is_none(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "text\none\n")
    for value in ("", "12", "[1]", '{"what": 1}', "{"):
        assert len(list(source(path, {"file:x.csv": value}).collect())) == 2


# ---- bad files and rows


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", "Foo,Bar\n1,2\n", 'line 1: no column is known to hold the text; there are "Foo", "Bar"; name it'),
        ("x.csv", "\n\n \n", "line 1: it has no header that can be read as CSV"),
        ("x.csv", ",".join(map(str, range(6000))), "6,000 columns"),
        ("x.csv", b"PK\x03\x04rest", "Excel"),
        ("x.xlsx", b"PK\x03\x04rest", "save it as CSV UTF-8"),
        ("x.csv.gz", b"\x1f\x8brest", "unpack it first"),
        ("x.json", '[{"text": "a"}]\n', "one JSON document"),
        ("x.json", '{\n "text": "a"\n}\n', "one JSON document"),
        ("x.txt", "just words\n", "its format cannot be recognised"),
        ("x.mbox", "no mbox\n", 'does not begin with "From "'),
        ("x.csv", "text\na\n".encode("utf-32"), "UTF-32"),
    ],
)
def test_a_file_that_cannot_be_used_names_the_remedy(
    tmp_path: Path, name: str, text: str | bytes, message: str
) -> None:
    path = written(tmp_path / name, text)
    for call in (lambda: list(source(path).collect()), lambda: source(path).check()):
        with pytest.raises(SourceError, match="x") as error:
            call()
        assert str(error.value).startswith(f"{name}, ")
        assert message in str(error.value)


def test_joined_exports_repeat_their_header(tmp_path: Path) -> None:
    assert Kept().read(written(tmp_path / "x.csv", "text,id\na,1\ntext,id\nb,2\n")).texts == ["a", "b"]


def test_a_missing_column_a_missing_file_and_what_is_no_file(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "text,b\n1,2\n")
    with pytest.raises(SourceError, match='there is no column "Day" for date; there are "text", "b"'):
        list(source(path, columns={"date": "Day"}).collect())
    with pytest.raises(SourceError, match=r"no\.csv: there is no such file; put it there"):
        list(source(tmp_path / "no.csv").collect())
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(SourceError, match="no regular file"):
        list(source(tmp_path / "pipe.csv").collect())


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.mbox", "x"])
def test_an_empty_file_has_no_posts(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, "")
    assert list(source(path).collect()) == []
    assert source(path).check() == f"{name} is empty"


def test_the_format_is_recognised_by_what_is_in_a_file(tmp_path: Path) -> None:
    for name, text in (("a", rows("jsonl", [1])), ("b", rows("mbox", [1])), ("c", "sep=;\nid;text\n1;text 1\n")):
        assert Kept().read(written(tmp_path / name, text)).texts == ["text 1"]


@pytest.mark.parametrize(
    "options",
    [
        {"columns": {"words": "x"}}, {"delimiter": "::"}, {"delimiter": '"'}, {"encoding": "klingon"},
        {"encoding": "rot13"}, {"time_zone": "Mars/Base"}, {"format": "xlsx"}, {"path": ""}, {"post_kind": "tweet"},
    ],
)  # fmt: skip
def test_wrong_options_are_told(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FileOptions(**{"path": "x.csv", **options})


# ---- several files


def test_a_pattern_is_read_in_the_order_of_names_and_one_bad_file_stops_no_other(tmp_path: Path) -> None:
    written(tmp_path / "in/b.csv", "text\nsecond\n")
    written(tmp_path / "in/a.csv", "text\nfirst\n")
    written(tmp_path / "in/c.csv", "nothing,known\n1,2\n")
    written(tmp_path / "in/d.jsonl", '{"text": "no csv"}\n')
    context = Context(source="test", folder=tmp_path)
    items = list(File(FileOptions(path="in/*.csv"), context).collect())
    assert [item.text for item in items if isinstance(item, Post)] == ["first", "second"]
    assert [item.key for item in items if isinstance(item, Checkpoint)] == ["file:in/a.csv", "file:in/b.csv"]
    assert [item.url for item in items if isinstance(item, Reject)] == ["in/c.csv"]
    folder = list(File(FileOptions(path="in"), context).collect())
    assert [item.text for item in folder if isinstance(item, Post)] == ["first", "second", "no csv"]
    absolute = list(File(FileOptions(path=str(tmp_path / "in" / "[ab].csv")), context).collect())
    assert len(absolute) == 4
    with pytest.raises(SourceError, match="no column is known"):
        list(File(FileOptions(path="in/[c]*.csv"), context).collect())


def test_a_folder_or_pattern_without_files_is_quiet_but_its_check_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    context = Context(source="test", folder=tmp_path)
    for path in ("in", "in/*.csv"):
        assert list(File(FileOptions(path=path), context).collect()) == []
        with pytest.raises(SourceError, match="no file is there"):
            File(FileOptions(path=path), context).check()


def test_names_with_brackets_are_names(tmp_path: Path) -> None:
    folder = tmp_path / "a[1]"
    written(folder / "x [2].csv", "text\none\n")
    for path in ("x [2].csv", "x*.csv"):
        assert len(list(File(FileOptions(path=path), Context(source="s", folder=folder)).collect())) == 2


def test_mails_in_files_of_their_own_are_read_once_each(tmp_path: Path) -> None:
    box = tmp_path / "box"
    for part in ("cur", "new", "tmp"):
        (box / part).mkdir(parents=True)
    mail = "From: a@example.com\nMessage-ID: <{0}@x>\n\ntext {0}\n"
    for number in range(450):
        written(box / "new" / f"{number}.host", mail.format(number))
    written(box / "tmp" / "9.host", mail.format("being written"))
    whole = list(source(box).collect())
    assert len([item for item in whole if isinstance(item, Post)]) == 450
    marks = [at for at, item in enumerate(whole) if isinstance(item, Checkpoint)]
    assert len(marks) == 3
    for at in marks:
        mark = whole[at]
        assert isinstance(mark, Checkpoint)
        again = list(source(box, {mark.key: mark.value}).collect())
        assert [item for item in again if isinstance(item, Post)] == [i for i in whole[at:] if isinstance(i, Post)]
    kept = Kept().read(box)
    assert kept.read(box).posts == []
    written(box / "new" / "0.late", mail.format("late"), mtime=1_000)  # an old date, but new here
    assert kept.read(box).texts == ["text late"]
    assert source(box).check() == "box: 451 mails"


def test_a_mail_file_that_cannot_be_read_is_kept_aside(tmp_path: Path) -> None:
    written(tmp_path / "a.eml", "")
    written(tmp_path / "b.eml", "From: a@example.com\n\nwords\n")
    context = Context(source="test", folder=tmp_path)
    items = list(File(FileOptions(path="*.eml"), context).collect())
    assert [type(item) for item in items] in ([Reject, Post, Checkpoint], [Post, Reject, Checkpoint])


def test_mails_can_be_posts_of_another_kind(tmp_path: Path) -> None:
    for path in (tmp_path / "x.mbox", tmp_path / "x.eml"):
        written(path, (HEAD if path.suffix == ".mbox" else "") + "From: a@example.com\n\nwords\n")
        assert [post.kind for post in Kept().read(path, post_kind="post").posts] == ["post"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "text\na\n")
    path.chmod(0)
    with pytest.raises(SourceError, match="correct the path or its permissions"):
        list(source(path).collect())


def test_a_disk_that_fails_is_a_source_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "x.csv", "text\na\n")

    def failing(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Table, "records", failing)
    with pytest.raises(SourceError, match=r"x\.csv: cannot be read \(Input/output error\)"):
        list(source(path).collect())


# ---- check


def test_check_says_what_was_recognised(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "Name;Datum;Sterne;Kommentar\nAnna;03.04.2026 10:15;4;Sehr gut\n")
    assert source(path).check() == (
        'x.csv: CSV with semicolons, author = "Name", date = "Datum", rating = "Sterne", text = "Kommentar"; '
        'the first: Anna, 2026-04-03 10:15 UTC, rated 4 of 5, "Sehr gut".'
    )
    written(path, "text,date\na,soon\n")
    assert "the first row cannot be used: " in source(path).check()
    written(path, "text,date\n")
    assert source(path).check().endswith("there is no complete row yet.")
    written(tmp_path / "y.csv", "text\n")
    assert File(FileOptions(path="*.csv"), Context(folder=tmp_path, source="s")).check().endswith("There are 1 more.")


# ---- whatever is in a file

CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\",;\t|\\ '"), max_size=30)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.tuples(CELL, CELL, CELL), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path: Path, table: list[tuple[str, str, str]], delimiter: str, encoding: str, line_end: str, quoting: Any
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerow(["id", "text", "author"])
    for number, (text, author, _) in enumerate(table):
        writer.writerow([number, f"x{text}".replace("<", "").replace("&", ""), author])
    path = written(tmp_path / "x.csv", out.getvalue().encode(encoding))
    kept = Kept().read(path)
    assert kept.rejects == []
    assert kept.texts == [tidy(f"x{text}".replace("<", "").replace("&", "")) for text, _, _ in table]
    names = [" ".join(tidy(author).split()) for _, author, _ in table]
    assert [post.author.name if post.author else "" for post in kept.posts] == names


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), format_=st.sampled_from(FORMATS), cut=st.integers(0, 300))
def test_any_bytes_are_read_or_refused_and_can_be_gone_on_with(
    tmp_path: Path, data: bytes, format_: str, cut: int
) -> None:
    start = {"csv": b"text,id\n", "jsonl": b'{"text": "a"}\n', "mbox": HEAD.encode()}[format_]
    path = written(tmp_path / f"x.{format_}", start + data[:cut])
    kept = Kept()
    try:
        kept.read(path)
        written(path, start + data)
        kept.read(path)
        for batch in batches(source(path).collect()):
            "".join(post.text + post.id for post in batch.posts).encode()  # what a database needs: no half characters
    except SourceError:
        return


# ---- big and hostile


@pytest.mark.parametrize("format_", FORMATS)
def test_a_big_file_takes_no_more_memory_than_a_small_one(tmp_path: Path, format_: str) -> None:
    filler = "x" * 200_000
    one = {
        "csv": f'n,"{filler}",text\n',
        "jsonl": f'{{"filler": "{filler}", "text": "text"}}\n',
        "mbox": f"{HEAD}From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\n"
        f"Content-Type: image/png\n\n{filler}\n--b--\n\n",
    }[format_]
    count = 100 if format_ == "mbox" else 250  # 20 and 50 MB
    path = tmp_path / f"x.{format_}"
    with path.open("w") as file:
        file.write("name,filler,text\n" if format_ == "csv" else "")
        for _ in range(count):
            file.write(one)
    tracemalloc.start()
    try:
        assert sum(isinstance(item, Post) for item in source(path).collect()) == count
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024**2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path, format_: str, encoding: str) -> None:
    long = "y" * (11 * 1024**2)
    lines = (
        f"id,text\n1,{long}\n2,next\n" if format_ == "csv" else f'{{"id": 1, "text": "{long}"}}\n{{"text": "next"}}\n'
    )
    kept = Kept().read(written(tmp_path / f"x.{format_}", lines.encode(encoding)))
    assert kept.texts == ["next"]
    assert [reject.reason for reject in kept.rejects] == ["it is longer than 10 MiB"]
    assert len(kept.rejects[0].raw) == 300


def test_a_cell_a_record_or_a_text_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", f"id,text\n1,{'y' * (2 * 1024**2)}\n2,next\n")
    kept = Kept().read(path)
    assert kept.texts == ["next"]
    assert "field larger than field limit" in kept.rejects[0].reason
    lines = ("y" * 999 + "\n") * 2_000
    kept = Kept().read(written(tmp_path / "y.csv", f'id,text\n1,"{lines}"\n2,next\n'))
    assert kept.texts == ["next"]
    assert "a quote" in kept.rejects[0].reason
    path = written(tmp_path / "x.jsonl", f'{{"text": "{"y" * (2 * 1024**2)}"}}\n')
    assert "longer than 1,048,576 characters" in Kept().read(path).rejects[0].reason


def test_a_million_columns_are_too_many_cells(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", f"id,text\n1,{'a,' * 1_000_000}\n2,next\n")
    kept = Kept().read(path)
    assert kept.texts == ["next"]
    assert "1,000,002 cells" in kept.rejects[0].reason


@pytest.mark.parametrize(
    "line",
    [
        "[" * 200_000,
        '{"a":' * 200_000,
        '{"text": "x", "a": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"text": 1e999}',
        '{"n": ' + "9" * 5000 + "}",
        json.dumps({f"key{n}": n for n in range(100_000)}),
    ],
)
def test_hostile_json_is_a_bad_row(tmp_path: Path, line: str) -> None:
    kept = Kept().read(written(tmp_path / "x.jsonl", f'{{"text": "first"}}\n{line}\n{{"text": "next"}}\n'))
    assert (kept.texts[0], kept.texts[-1]) == ("first", "next")
    assert len(kept.posts) + len(kept.rejects) == 3


def test_quotes_that_open_on_each_line_are_read_in_linear_time(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "id,text\n" + 'a,"b"c""\nd,"\n' * 5_000)
    kept = Kept().read(path)
    assert len(kept.posts) + len(kept.rejects) > 5_000
