"""A transformer model as the scorer, with a tiny model made here: two words that it knows, and how it weighs them."""

from __future__ import annotations

import json
import pickle
import struct
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from listening.cli import main
from listening.config import Brand, load
from listening.errors import ConfigError, MissingExtra
from listening.post import Batch, Post
from listening.store import MentionFilter, Store
from pipelines.ingest import Ingest
from pipelines.sentiment import label
from pipelines.transformer import Transformer
from pipelines.understanding import Understanding

WORDS = {"[PAD]": 0, "[UNK]": 1, "bra": 2, "uselt": 3}
# For each word, how much it speaks for negative, neutral and positive.
WEIGHTS = [[0, 0, 0], [0, 0.1, 0], [0, 0, 4], [4, 0, 0]]
CLASSES = {"0": "negative", "1": "neutral", "2": "positive"}


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(number: int, value: int | str | bytes) -> bytes:
    """One field of a protocol buffer, which is what an ONNX file is."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def node(kind: str, inputs: list[str], output: str, **attributes: int | list[int]) -> bytes:
    parts = [field(1, name) for name in inputs] + [field(2, output), field(4, kind)]
    for name, value in attributes.items():
        given = (
            field(3, value) + field(20, 2)
            if isinstance(value, int)
            else b"".join(field(8, v) for v in value) + field(20, 7)
        )
        parts.append(field(5, field(1, name) + given))
    return field(1, b"".join(parts))


def tensor(name: str, element: int, dims: list[str | int]) -> bytes:
    shape = b"".join(field(1, field(1, dim) if isinstance(dim, int) else field(2, dim)) for dim in dims)
    return field(1, name) + field(2, field(1, field(1, element) + field(2, shape)))


def onnx_bytes() -> bytes:
    """A model that adds up the weights of the words: logits = sum(mask * weights[ids])."""
    floats, integers = 1, 7
    flat = [weight for word in WEIGHTS for weight in word]
    weights = field(1, len(WEIGHTS)) + field(1, 3) + field(2, floats) + field(8, "weights")
    weights += field(9, struct.pack(f"<{len(flat)}f", *flat))
    graph = (
        node("Gather", ["weights", "input_ids"], "found")
        + node("Cast", ["attention_mask"], "mask", to=floats)
        + node("Unsqueeze", ["mask"], "wide", axes=[2])
        + node("Mul", ["found", "wide"], "kept")
        + node("ReduceSum", ["kept"], "logits", axes=[1], keepdims=0)
        + field(2, "tiny")
        + field(5, weights)
        + field(11, tensor("input_ids", integers, ["batch", "tokens"]))
        + field(11, tensor("attention_mask", integers, ["batch", "tokens"]))
        + field(12, tensor("logits", floats, ["batch", 3]))
    )
    return field(1, 6) + field(7, graph) + field(8, field(1, "") + field(2, 11))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pytest.importorskip("onnxruntime", reason="listening[onnx] is not installed")
    tokenizers = pytest.importorskip("tokenizers", reason="listening[onnx] is not installed")
    made = tmp_path / "tiny"
    made.mkdir()
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.normalizer = tokenizers.normalizers.Lowercase()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(made / "tokenizer.json"))
    (made / "model.onnx").write_bytes(onnx_bytes())
    about(made, CLASSES)
    return made


def about(folder: Path, classes: dict[str, str], **more: Any) -> None:
    (folder / "config.json").write_text(json.dumps({"id2label": classes, "max_position_embeddings": 34, **more}))


def test_scores_agree_with_the_likeliest_class(folder: Path) -> None:
    model = Transformer(folder)
    assert label(model.score("Kaffet var bra").compound) == "positive"
    assert label(model.score("Kaffet var uselt, uselt och bra").compound) == "negative"
    nothing = model.score("Kaffet kom i en kopp och en till")
    assert label(nothing.compound) == "neutral"
    assert nothing.neg + nothing.neu + nothing.pos == pytest.approx(1, abs=0.002)


def test_many_are_read_together_and_as_if_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["bra", "uselt " * 5, "Ett kaffe", "bra " + "kaffe " * 100, "", "\ud800 bra", "a" * 100_000]
    alone = [Transformer(folder, batch=1).score(text) for text in texts]
    model, sizes = Transformer(folder, batch=4), []
    scores = model._scores
    monkeypatch.setattr(model, "_scores", lambda batch: (sizes.append(len(batch)), scores(batch))[1])
    model.ahead(texts)
    assert [model.score(text) for text in texts] == alone
    assert sizes == [4, 3], "each text once, four at a time"


def test_it_pickles_and_opens_again(folder: Path) -> None:
    model = Transformer(folder, ["sv"])
    model.load()
    again = pickle.loads(pickle.dumps(model))
    assert again.score("bra") == model.score("bra")
    assert again.reads("sv")
    assert not again.reads("en")


@pytest.mark.parametrize(
    ("classes", "named"),
    [
        ({"0": "POS", "1": "NEU", "2": "NEG"}, ("negative", "positive")),
        ({"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}, ("positive", "negative")),
        ({"0": "1 star", "1": "3 stars", "2": "5 stars"}, ("positive", "negative")),
    ],
)
def test_classes_by_any_usual_name(folder: Path, classes: dict[str, str], named: tuple[str, str]) -> None:
    about(folder, classes)
    model = Transformer(folder)
    assert (label(model.score("bra").compound), label(model.score("uselt").compound)) == named


def test_classes_that_are_no_feelings_are_refused(folder: Path) -> None:
    about(folder, {"0": "sport", "1": "politics", "2": "weather"})
    with pytest.raises(
        ConfigError, match=r'scorer, key "model": its classes are no feelings: sport, politics, weather'
    ):
        Transformer(folder).load()


@pytest.mark.parametrize("broken", ["model.onnx", "tokenizer.json", "config.json"])
def test_what_cannot_be_read_is_told(folder: Path, broken: str) -> None:
    (folder / broken).write_bytes(b"\0not one")
    with pytest.raises(ConfigError, match="cannot be read"):
        Transformer(folder).load()
    (folder / broken).unlink()
    with pytest.raises(ConfigError, match=r"has no model\.onnx|cannot be read"):
        Transformer(folder).load()


@pytest.mark.parametrize(
    "config",
    [
        "[]",
        '{"id2label": {"a": "negative", "b": "positive"}}',
        '{"id2label": {"0": "negative", "1": "positive"}, "max_position_embeddings": 1}',
        '{"id2label": {"0": "negative", "1": "positive"}, "max_position_embeddings": "many"}',
    ],
)
def test_a_config_json_of_something_else_is_told(folder: Path, config: str) -> None:
    (folder / "config.json").write_text(config)
    with pytest.raises(ConfigError, match=r"config\.json is not one of a classifier"):
        Transformer(folder).load()


def test_a_model_that_is_no_classifier_is_told_before_a_crawl(folder: Path) -> None:
    about(folder, {"0": "negative", "1": "positive"})
    with pytest.raises(ConfigError, match=r"each of the 2 classes .* in the shape \(2, 3\)"):
        Transformer(folder).load()
    about(folder, CLASSES)
    model = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(model.replace(b"attention_mask", b"position_index"))
    with pytest.raises(ConfigError, match="scores no text"):
        Transformer(folder).load()


def test_the_extra_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match=r"pip install 'listening\[onnx\]'"):
        Transformer(tmp_path).score("bra")


def test_what_understands_by_it_pickles_after_it_has_read(folder: Path) -> None:
    understanding = Understanding([Brand(name="Acme")], model=Transformer(folder, ["sv"]))
    post = Post("x", "1", "", "Kaffet hos Acme var riktigt bra och jag kommer gärna tillbaka.")
    first = understanding.entry(post)
    assert first.language == "sv"
    assert pickle.loads(pickle.dumps(understanding)).entry(post) == first


def test_ingest_scores_by_it(folder: Path, tmp_path: Path) -> None:
    understanding = Understanding([Brand(name="Acme"), Brand(name="Globex")], model=Transformer(folder, ["sv"]))
    posts = [
        Post("x", "1", "", "Kaffet hos Acme var riktigt bra och jag kommer gärna tillbaka."),
        Post("x", "2", "", "Kaffet hos Acme var bra och gott. Däremot var det uselt hos Globex i fredags."),
        Post("x", "3", "", "The coffee at Acme was great and I will be back."),
    ]
    with Store(tmp_path / "a.db") as store:
        Ingest(store, "x", understanding).save([Batch(posts)])
        found = {(m.brand, m.full_text.split()[-1]): (m.language, m.sentiment) for m in store.mentions(MentionFilter())}
    assert found == {
        ("Acme", "tillbaka."): ("sv", "positive"),
        ("Acme", "fredags."): ("sv", "positive"),
        ("Globex", "fredags."): ("sv", "negative"),
        ("Acme", "back."): ("en", "positive"),
    }


SETTINGS = """\
database = "a.db"
[scorer]
model = "models/none"
languages = ["sv"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    made = tmp_path / "config"
    made.mkdir()
    (made / "brands.toml").write_text("")
    (made / "sources.toml").write_text("")
    (made / "listening.toml").write_text(SETTINGS)
    return made


def test_the_config_names_it(config: Path) -> None:
    model = Transformer.of(load(config, {}))
    assert model is not None
    assert (model.folder, model.languages, model.batch) == (config.resolve().parent / "models" / "none", {"sv"}, 32)
    (config / "listening.toml").write_text("")
    assert Transformer.of(load(config, {})) is None


def test_check_tells_of_a_model_that_is_not_there(config: Path) -> None:
    pytest.importorskip("onnxruntime", reason="listening[onnx] is not installed")
    result = CliRunner().invoke(main, ["--config", str(config), "check", "--offline"])
    assert result.exit_code == 1
    assert 'listening.toml, scorer, key "model": the folder' in " ".join(result.output.split())
    assert "has no model.onnx. Make one with: optimum-cli" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'languages = ["Swedish"]',
            'listening.toml:4, scorer, key "languages": "Swedish" is not the code of a language',
        ),
        ("batch = 0", 'listening.toml:5, scorer, key "batch": input should be greater than or equal to 1'),
        ("modle = 1", 'listening.toml:5, scorer, key "modle": is not a key that is known here. Did you mean "model"?'),
    ],
)
def test_mistakes_in_the_config_are_placed(config: Path, line: str, said: str) -> None:
    named = line.startswith("languages")
    text = SETTINGS.replace('languages = ["sv"]', line) if named else f"{SETTINGS}{line}\n"
    (config / "listening.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(config, {})
    assert said in str(caught.value)
