"""What `listening query explain` shows: the tree, what each word stands for, and why a text does not match."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from listening.cli import main
from listening.config import Brand
from listening.post import Author, Post
from listening.query import PostFacts, doubts, parse
from listening.query.explain import Part, explain
from pipelines.match import tree

DESIGN = '"acme anvil" OR acme NEAR/5 (anvil OR tools) NOT "acme of"'


def reasons(query: str, text: str, title: str = "") -> tuple[str, ...]:
    return explain(parse(query), title, text, PostFacts(Post("p", "1", "", text, title=title))).reasons


def leaves(part: Part) -> dict[str, Part]:
    found = {part.query: part}
    for each in part.parts:
        found |= leaves(each)
    return found


def test_shows_which_words_satisfy_which_part() -> None:
    parts = leaves(explain(parse(DESIGN), "Acme", "acme makes fine Tools").root)
    assert parts["acme NEAR/5 (anvil OR tools)"].holds
    assert parts["acme"].words == ("Acme", "acme")
    assert parts["tools"].words == ("Tools",)
    assert parts["anvil"].holds is False
    assert parts['"acme of"'].holds is False
    assert parts['NOT "acme of"'].holds
    assert parts["acme NEAR/5 (anvil OR tools)"].words == ("acme", "Tools")


def test_a_query_may_begin_with_a_minus_and_a_text_with_a_dash() -> None:
    arguments = ["query", "explain", "-pie acme", "--text", "- acme tart"]
    assert "It matches" in CliRunner().invoke(main, arguments).output


def test_without_a_text_nothing_is_judged() -> None:
    parts = leaves(explain(parse(DESIGN)).root)
    assert {part.holds for part in parts.values()} == {None}
    assert {part.words for part in parts.values()} == {()}
    assert explain(parse(DESIGN)).reasons == ()


@pytest.mark.parametrize(
    ("query", "means"),
    [
        ("anvil", "anvil or anvils"),
        ("Zörbig", "zorbig"),
        ('"acme of"', "acme or acmes, then of"),
        ("@acme", "acme as a handle"),
        ("#acme", "acme as a hashtag"),
        ("C++", "c with ++ after it"),
        ("AT&T", "at, then t joined by &"),
        ("refund*", "words that begin with refund"),
        ("raw:Apple", "Apple, in exactly this case and with these accents"),
        ("acme NEAR/1 b", "at most 1 word apart, in any order"),
        ("acme ONEAR/4 b", "at most 4 words apart, in this order"),
        ('"acme b"~3', "any two at most 3 apart, in any order: acme or acmes, then b"),
        ("title:acme", "in the title alone"),
        ("site:acme.com", "host of the site, with its subdomains"),
    ],
)
def test_says_what_a_part_stands_for(query: str, means: str) -> None:
    assert explain(parse(query)).root.means == means


def test_plurals_can_be_off() -> None:
    assert explain(parse("anvil"), plurals=False).root.means == "anvil"
    assert explain(parse("anvil"), "", "anvils", plurals=False).root.holds is False


@pytest.mark.parametrize(
    ("query", "title", "text", "why"),
    [
        ("acme anvil", "", "anvil", ["acme does not occur"]),
        ("acme (anvil OR tool)", "", "acme", ["anvil does not occur", "tool does not occur"]),
        ("acme NOT of", "", "acme of", ['NOT takes it away: of occurs as "of"']),
        ('"acme anvil"', "", "anvil acme", ['"acme anvil": all of it occurs, but not in this order and together']),
        ('"acme anvil"', "", "anvil", ['"acme anvil" needs acme: not there']),
        ("acme NEAR/2 anvil", "", "acme x x x anvil", ["acme NEAR/2 anvil: all of it occurs, but 4 words apart"]),
        (
            "acme ONEAR/2 anvil",
            "",
            "anvil acme",
            ["acme ONEAR/2 anvil: all of it occurs, but not as near as that and in this order"],
        ),
        ("acme NEAR/2 anvil", "acme", "anvil", ["acme NEAR/2 anvil: all of it occurs, but not as near as that"]),
        ("title:acme", "anvil", "acme", ["acme holds, but not in the title alone"]),
        ("title:acme", "x", "anvil", ["acme does not occur in the title"]),
        ("raw:Apple", "", "apple", ["raw:Apple: it occurs, but not in this case or with these accents"]),
        ("acme -site:b.com lang:de", "", "acme", ["lang:de is not so, or not known of this text"]),
        ('"a b c"~3', "", "a b", ['"a b c"~3 needs c: not there']),
    ],
)
def test_says_why_a_text_does_not_match(query: str, title: str, text: str, why: list[str]) -> None:
    assert list(reasons(query, text, title)) == why


def test_a_text_that_matches_has_no_reasons() -> None:
    assert reasons(DESIGN, "acme anvil") == ()


# ----------------------------------------------------------------------------------------------- the command


def told(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["query", "explain", *arguments])


def test_draws_the_tree() -> None:
    result = told(DESIGN, "--text", "Acme makes\x1b[31m tools")
    assert result.exit_code == 0
    assert "✓ any of these" in result.output
    assert '✓ acme  acme or acmes  "Acme"' in result.output
    assert 'It matches, by "Acme", "tools".' in result.output


def test_tells_why_not() -> None:
    result = told("acme NOT [bold]", "--text", "acme bold")
    assert result.exit_code == 0
    assert 'NOT takes it away: [bold] occurs as "bold"' in result.output


def test_points_at_what_is_wrong_with_a_query() -> None:
    result = told("acme (anvil OR")
    assert result.exit_code == 1
    assert "  acme (anvil OR\n       ^" in result.output
    result = told("acme (anvil OR", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["position"] == 5


def test_knows_where_a_text_stood_and_who_wrote_it() -> None:
    query = 'site:acme.com author:"jane doe" lang:en'
    text = "and this is what they would have said about it"
    yes = told(query, "--text", text, "--url", "https://www.acme.com/1", "--author", "Jane Doe", "--json")
    assert json.loads(yes.output)["root"]["holds"] is True
    no = told(query, "--text", text, "--json")
    assert json.loads(no.output)["reasons"][0].startswith("site:acme.com is not so")


def test_explains_a_brands_own_query(tmp_path: Path) -> None:
    (tmp_path / "brands.toml").write_text(
        '[[brand]]\nname = "Acme"\nquery = "anvil"\nplurals = false\n[[brand]]\nname = "Globex Corp"\n', "utf-8"
    )
    (tmp_path / "sources.toml").touch()
    (tmp_path / "listening.toml").touch()
    at = ["--config", str(tmp_path), "query", "explain", "--json"]
    assert json.loads(CliRunner().invoke(main, [*at, "--brand", "acme"]).output)["root"]["means"] == "anvil"
    globex = json.loads(CliRunner().invoke(main, [*at, "--brand", "globex corp"]).output)
    assert globex["query"] == '"Globex Corp" OR GlobexCorp'
    assert CliRunner().invoke(main, [*at, "--brand", "initech"]).exit_code == 2
    assert CliRunner().invoke(main, at).exit_code == 2


def test_a_search_of_what_is_stored_can_be_explained() -> None:
    assert told("after:7d -refund").exit_code == 1
    assert told("after:7d -refund", "--stored").exit_code == 0
    result = told("intent:complain", "--stored")
    assert (result.exit_code, "did you mean complaint" in result.output) == (1, True), result.output


def test_a_handle_is_found_by_the_authors_id() -> None:
    post = Post("p", "1", "", "acme", author=Author("Jane", "jane_d"))
    assert explain(parse("author:@jane_d"), "", post.text, PostFacts(post)).root.holds


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("acme or globex", ["or"]),
        ("(acme And globex) OR (acme not pie)", ["And", "not"]),
        ("acme NOT (pie or cake)", ["or"]),
        ('acme OR globex "or"', []),
        ("acme NOT pie", []),
        ("or", []),
    ],
)
def test_operators_in_small_letters_are_pointed_out(query: str, words: list[str]) -> None:
    assert [note.split('"')[1] for note in doubts(parse(query))] == words


def test_explain_and_check_point_them_out_but_not_in_names(tmp_path: Path) -> None:
    assert doubts(tree(Brand(name="Black and Decker", aliases=["Not on the High Street"]))) == []
    result = told("acme or globex", "--text", "acme")
    assert 'Note: "or" is looked for as a word: write OR for either of two' in " ".join(result.output.split())
    assert json.loads(told("acme or globex", "--json").output)["notes"] == doubts(parse("acme or globex"))
    for name in ("sources.toml", "listening.toml"):
        (tmp_path / name).write_text("")
    (tmp_path / "brands.toml").write_text('[[brand]]\nname = "Acme"\nquery = "acme or globex"\n')
    checked = CliRunner().invoke(main, ["--config", str(tmp_path), "check", "--offline"])
    assert 'Brand "Acme": "or" is looked for as a word' in checked.output
