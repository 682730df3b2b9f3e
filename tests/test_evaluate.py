"""`listening evaluate` measures what ingest does, in figures that are right, and says what is wrong with a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from listening.cli import main
from listening.evaluate import Judge, calibration, measured, read, reports, wilson
from pipelines.understanding import Understanding


def evaluate(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(folder / "none"), "evaluate", *options])


def written(folder: Path, text: str, name: str = "set.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_figures_are_what_a_pencil_finds() -> None:
    found = measured([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b"), ("c", "?")], ["a", "b", "c"])
    assert found.n == 5
    assert found.accuracy == 3 / 5
    a, b, c = found.classes.values()
    assert (a.precision, a.recall, a.f1) == (1.0, 0.5, pytest.approx(2 / 3))
    assert (b.precision, b.recall, b.f1) == (pytest.approx(2 / 3), 1.0, pytest.approx(0.8))
    assert (c.precision, c.recall, c.f1) == (0.0, 0.0, 0.0)
    assert found.macro_f1 == pytest.approx((2 / 3 + 0.8) / 3)
    assert found.confusion["c"] == {"a": 0, "b": 0, "c": 0, "?": 1}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd"))))
def test_figures_hold_together(pairs: list[tuple[str, str]]) -> None:
    found = measured(pairs)
    assert sum(sum(row.values()) for row in found.confusion.values()) == len(pairs) == found.n
    assert 0 <= found.macro_f1 <= 1
    assert sum(one.both for one in found.classes.values()) == pytest.approx(found.accuracy * found.n)


def test_intervals_of_shares() -> None:
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.490, abs=1e-3), pytest.approx(0.943, abs=1e-3))
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 5)[0] == 0.0


def test_calibration_is_the_distance_of_claims_from_what_was_right() -> None:
    error, bins = calibration([(0.95, True), (0.95, False), (0.15, False), (1.0, True)])
    assert [(one.n, one.right) for one in bins] == [(1, 0.0), (3, pytest.approx(2 / 3))]
    assert error == pytest.approx((0.15 * 1 + (2.9 / 3 - 2 / 3) * 3) / 4)
    assert calibration([]) == (0.0, [])


def test_a_file_is_judged_by_the_code_that_judges_posts(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Tweet,Airline,airline_sentiment\n"
        '"Acme is great, I love it",Acme,positive\n'
        "Acme was awful and terrible,Acme,Negative\n"
        '"Acme was awful, but Zenith is wonderful",Acme,-1\n'
        '"Acme was awful, but Zenith is wonderful",Zenith,1\n'
        "they open at nine,Acme,neu\n",
    )
    result = evaluate(tmp_path, str(path), "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["tasks"]["sentiment"]
    assert found["n"] == 5
    assert found["accuracy"] == 1.0
    assert found["rows_that_do_not_name_their_brand"] == 1
    assert found["others"]["vaderSentiment"]["accuracy"] < 1
    assert found["others"]["majority"]["accuracy"] == 0.4
    shared = found["texts_that_brands_share"]
    assert {name: (one["n"], one["accuracy"]) for name, one in shared.items()} == {
        "listening": (2, 1.0), "vaderSentiment": (2, 0.5), "majority": (2, 0.5),
    }  # fmt: skip


def test_tables_show_the_figures_and_the_worst(tmp_path: Path) -> None:
    path = written(tmp_path, "text;brand;sentiment\nAcme is great;Acme;negative\nAcme is awful;Acme;negative\n")
    result = evaluate(tmp_path, str(path))
    assert result.exit_code == 0, result.output
    for part in ("sentiment", "macro-F1", "vaderSentiment", "majority", "line 2: people negative, we positive"):
        assert part in result.output


def test_a_brand_is_the_same_in_capitals_and_not(tmp_path: Path) -> None:
    rows = "Acme is great,Acme,positive\nthey are awful,acme,negative\nACME lies,ACME,negative\n"
    result = evaluate(tmp_path, str(written(tmp_path, "text,brand,sentiment\n" + rows)), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["tasks"]["sentiment"]["accuracy"] == 1.0


def test_texts_that_brands_share_are_shown_apart(tmp_path: Path) -> None:
    text = "Acme is great. Zenith is awful"
    both = f"text,brand,sentiment\n{text},Acme,positive\n{text},Zenith,negative\n"
    one = written(tmp_path, both + "Acme is awful,Acme,negative\n")
    assert "texts that brands share, 2 rows" in evaluate(tmp_path, str(one)).output
    all_shared = written(tmp_path, both)
    assert "texts that brands share" not in evaluate(tmp_path, str(all_shared)).output


@pytest.mark.parametrize(
    "written_as", ["complaint;leaving", "complaint leaving", "Complaint, leaving", "complaint|leaving"]
)
def test_intents_in_one_cell_are_parted_by_any_usual_mark(tmp_path: Path, written_as: str) -> None:
    path = written(tmp_path, f'text,brand,intents\nAcme keeps crashing and I want my money back,Acme,"{written_as}"\n')
    found = json.loads(evaluate(tmp_path, str(path), "--json").stdout)["tasks"]
    assert set(found) == {"intent:complaint", "intent:leaving"}


def test_vadersentiment_is_given_the_title_too(tmp_path: Path) -> None:
    path = written(tmp_path, "title,text,brand,sentiment\nAcme is awful,Anyone else?,Acme,negative\n")
    found = json.loads(evaluate(tmp_path, str(path), "--json").stdout)["tasks"]["sentiment"]
    assert (found["accuracy"], found["others"]["vaderSentiment"]["accuracy"]) == (1.0, 1.0)


def test_each_task_is_measured(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "text,brand,relevant,intents,language,part\n"
        "Acme keeps crashing on me and I want my money back,Acme,yes,complaint;leaving,en-US,held\n"
        "nobody speaks of it here at all,Acme,no,,en,held\n"
        "Ich finde das Gerät von Acme wirklich sehr gut,Acme,yes,praise,de,tune\n",
    )
    found = json.loads(evaluate(tmp_path, str(path), "--json").stdout)["tasks"]
    assert set(found) == {"relevance", "language", "intent:complaint", "intent:leaving", "intent:praise"}
    assert found["relevance"]["accuracy"] == 1.0
    assert found["language"]["confusion"]["de"]["de"] == 1
    only = json.loads(evaluate(tmp_path, str(path), "--json", "--part", "held", "--task", "intents").stdout)
    assert set(only["tasks"]) == {"intent:complaint", "intent:leaving", "intent:praise"}
    assert only["rows"] == 2


def test_a_column_for_each_intent(tmp_path: Path) -> None:
    path = written(tmp_path, "text,Complaint,idea\nit broke,1,0\nplease add a dark mode,,yes\n")
    rows = read(path).rows
    assert [row.gold for row in rows] == [
        {"intent:complaint": "yes", "intent:idea": "no"},
        {"intent:complaint": "no", "intent:idea": "yes"},
    ]


def test_queries_are_measured_by_the_matcher(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "query,title,text,matches\n"
        '"acme NEAR/3 anvil",,an anvil by acme,yes\n'
        '"acme NEAR/3 anvil",,acme makes a lot of things but never an anvil,no\n'
        "acme,Acme,no name in the text,yes\n",
    )
    found = json.loads(evaluate(tmp_path, str(path), "--json").stdout)["tasks"]["matching"]
    assert found["accuracy"] == 1.0


def test_numbers_that_do_not_tell_which_is_negative_are_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "text,label\nbad,0\ngood,2\n")
    result = evaluate(tmp_path, str(path))
    assert result.exit_code == 1
    assert "--labels 0=negative,1=neutral,2=positive" in result.output
    told = json.loads(evaluate(tmp_path, str(path), "--labels", "0=negative,1=neutral,2=positive", "--json").stdout)
    assert told["tasks"]["sentiment"]["classes"]["negative"]["n"] == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1: the file is empty"),
        ("text,sentiment\n", ":2: there is no row"),
        ("text,when\nhello,now\n", 'no column holds labels; there are "text", "when"'),
        ("author,sentiment\nme,negative\n", "--column text=NAME"),
        ("text,sentiment\nfine,positive\nhm,so-so\n", ':3: column "sentiment": "so-so" is no sentiment'),
        ("text,relevant\nfine,perhaps\n", ':2: column "relevant": "perhaps" is neither yes nor no'),
        ("text,sentiment\nfine, I guess,positive\n", ":2: it has 3 cells, and the header names 2"),
        ("text,matches\nfine,yes\n", "without a column query"),
        ("query,text,matches\n(acme,fine,yes\n", ":2: column query: this parenthesis"),
        ("PK\x03\x04rubbish", "it is an Excel workbook or an archive"),
        ('text,sentiment\n"fine,positive\nbad,negative\n', ':2: a quote (") opens here and is not closed'),
        ('text,sentiment\nbad,negative\n"fine,positive', ':3: a quote (") opens here and is not closed'),
        ("text,sentiment\nfine,\nbad,\n", "none of its 2 rows has a label"),
        (f"text,sentiment\n{'x' * 1_100_000},negative\n", ":2: a cell is longer than 1,048,576 characters"),
        ("text,language\nfine,English\n", ':2: column "language": "English" is no code of a language. Write en,'),
        ("text,brand,sentiment\nfine,...,negative\n", ':2: "..." cannot be a brand'),
        (f"text,brand,sentiment\nfine,{'a' * 201},negative\n", "cannot be a brand: it is longer than 200"),
    ],
)
def test_mistakes_in_a_file_are_named_with_their_place(tmp_path: Path, text: str, says: str) -> None:
    result = evaluate(tmp_path, str(written(tmp_path, text)))
    assert result.exit_code == 1
    assert says in " ".join(result.output.split())
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\ntext;sentiment\r\nfine, I guess;positive\r\n",
        "\ufeffsep=;\r\ntext;sentiment\r\nfine, I guess;positive\r\n",
        "\r\n\r\ntext;sentiment\r\nfine, I guess;positive\r\n",
        "text;sentiment\rfine, I guess, or, not, quite;positive\r",
        'text;sentiment;;\r\n"fine; ""I"" guess"; "positive" ;;;;\r\n',
    ],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(text.encode())
    (row,) = read(path).rows
    assert (row.text[:4], row.gold) == ("fine", {"sentiment": "positive"})


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = evaluate(tmp_path, str(tmp_path / "no.csv"))
    assert result.exit_code == 1
    assert "cannot be read (No such file or directory)" in result.output


def test_tasks_parts_and_columns_that_are_not_there(tmp_path: Path) -> None:
    path = str(written(tmp_path, "text,sentiment,part\nfine,positive,tune\n"))
    assert "It has: sentiment." in evaluate(tmp_path, path, "--task", "language").output
    assert "There are: tune." in evaluate(tmp_path, path, "--part", "held").output
    assert 'there is no column "Tweet"' in evaluate(tmp_path, path, "--column", "text=Tweet").output
    assert "should be NAME=VALUE" in evaluate(tmp_path, path, "--column", "text").output
    assert "should be numbers" in evaluate(tmp_path, path, "--curve", "many").output
    assert "leaves too few" in evaluate(tmp_path, path, "--curve", "1").output


def test_learning_from_a_file_shows_before_and_after(tmp_path: Path) -> None:
    def rows(start: int, stop: int) -> str:
        good, bad = "the sick trick number", "the plain trick number"
        return "text,brand,sentiment\n" + "".join(
            f"Acme {good if i % 2 else bad} {i},Acme,{'positive' if i % 2 else 'negative'}\n"
            for i in range(start, stop)
        )

    train, test = written(tmp_path, rows(0, 60), "train.csv"), written(tmp_path, rows(60, 100), "test.csv")
    found = json.loads(evaluate(tmp_path, str(test), "--train", str(train), "--json").stdout)
    before, after = (one["tasks"]["sentiment"]["macro_f1"] for one in found["learning"])
    assert before < 0.5
    assert after > 0.9
    shown = evaluate(tmp_path, str(test), "--train", str(train), "--curve", "10,40")
    assert shown.exit_code == 0, shown.output
    assert "by labels" in shown.output
    assert "learnt" in shown.output


def test_what_is_measured_is_not_learnt_from(tmp_path: Path) -> None:
    path = written(
        tmp_path, "text,brand,relevant\n" + "".join(f"Acme {i},Acme,{'yes' if i % 2 else 'no'}\n" for i in range(60))
    )
    result = evaluate(tmp_path, str(path), "--train", str(path), "--json")
    found = json.loads(result.stdout)
    assert found["learning"][0]["tasks"] == found["learning"][1]["tasks"]
    assert "60 of 60 rows are not learnt from, as their texts are measured" in result.stderr


def test_a_row_without_a_text_is_no_mistake(tmp_path: Path) -> None:
    path = written(tmp_path, "text,brand,sentiment\nAcme is great,Acme,positive\n,Acme,negative\n \t,Acme,positive\n")
    result = evaluate(tmp_path, str(path), "--json")
    found = json.loads(result.stdout)
    assert (found["rows"], found["rows_without_text"], found["tasks"]["sentiment"]["n"]) == (1, 2, 1)
    assert "2 rows without a text are left out" in result.stderr
    path = written(tmp_path, "text,brand,sentiment\n,Acme,positive\n")
    assert "no row has a text" in evaluate(tmp_path, str(path)).output


def test_a_sorted_file_teaches_as_well_as_a_mixed_one(tmp_path: Path) -> None:
    def rows(start: int, stop: int) -> str:
        words = {"sick": "positive", "plain": "negative"}
        return "text,brand,sentiment\n" + "".join(
            f"Acme the {word} trick number {i},Acme,{label}\n"
            for word, label in words.items()
            for i in range(start, stop)
        )

    train, test = written(tmp_path, rows(0, 40), "train.csv"), written(tmp_path, rows(40, 60), "test.csv")
    found = json.loads(evaluate(tmp_path, str(test), "--train", str(train), "--curve", "40", "--json").stdout)
    assert found["learning"][1]["labels"] == 40
    assert found["learning"][1]["tasks"]["sentiment"]["macro_f1"] > 0.9


def test_the_worst_are_those_we_were_surest_of(tmp_path: Path) -> None:
    path = written(tmp_path, "text,brand,relevant\nAcme one,Acme,no\nAcme two,Acme,yes\n")
    (report,) = reports(Judge((), Understanding).judge(read(path).rows, ["relevance"]), worst=5)
    assert [one.row.text for one in report.worst] == ["Acme one"]


def test_copies_are_found_by_the_store(tmp_path: Path) -> None:
    said = "Acme is down again in the whole of Leeds, third evening this week and nobody picks up the phone"
    other = "My new anvil from Acme arrived on Tuesday in a box that was twice as large as it had to be"
    path = written(tmp_path, f'text,cluster\n"{said}",a\n"RT @kim: {said}",a\n"{other}",\n"{said.upper()}",\n')
    result = evaluate(tmp_path, str(path), "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["tasks"]["duplicates"]
    assert (found["classes"]["yes"]["recall"], found["n"]) == (1.0, 3)
    assert found["confusion"]["no"]["yes"] == 2


def test_texts_are_judged_by_the_config_whatever_the_case_of_their_brand(tmp_path: Path) -> None:
    config = tmp_path / "none"
    config.mkdir()
    (config / "brands.toml").write_text('[[brand]]\nname = "Acme"\naliases = ["ACM Tools"]\n', encoding="utf-8")
    (config / "sources.toml").write_text("", encoding="utf-8")
    (config / "listening.toml").write_text('[lexicon]\nfridge = 3.5\n"dead on arrival" = -3\n', encoding="utf-8")
    path = written(
        tmp_path,
        "text,brand,sentiment\nmy Acme is a fridge,acme,positive\nAcme came dead on arrival,ACME,negative\n"
        "ACM Tools are a fridge,acm tools,positive\nZenith is a fridge,zenith,positive\n"
        "ZENITH is a fridge,ZENITH,positive\n",
    )
    result = evaluate(tmp_path, str(path), "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["tasks"]["sentiment"]
    assert (found["accuracy"], found["rows_that_do_not_name_their_brand"]) == (1.0, 0)
