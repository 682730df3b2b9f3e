"""A transformer model as the scorer: a text classifier in ONNX form, read from a local folder and never downloaded."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from listening.config import Config
from listening.errors import ConfigError, MissingExtra, Problem
from listening.post import Sentiment

_REMEDY = "Make one with: optimum-cli export onnx --task text-classification --model NAME FOLDER"
_MOST_TOKENS = 512
_MOST_READ = 2_000  # characters
_MOST_KEPT = 5_000  # texts
_THRESHOLD = 0.05  # beyond which a compound score is called positive or negative
_STARS = re.compile(r"([1-5]) stars?")
_NAMES = {"neg": 0, "neu": 1, "pos": 2}
_NUMBERED = {2: (0, 2), 3: (0, 1, 2)}  # what LABEL_0, LABEL_1, ... mean where a model has so many


class _Loaded(NamedTuple):
    session: Any
    tokenizer: Any
    inputs: Sequence[str]
    signs: Sequence[int]  # of each class: 0 negative, 1 neutral, 2 positive


class Transformer:
    """Scores texts with the model in `folder`; has the interface of pipelines.vader.Scorer, and reads many at a time.

    The folder holds tokenizer.json, config.json and model.onnx. It is opened where it is first used, once a process;
    then ConfigError tells what is missing in it, and MissingExtra that the optional part is not installed.
    """

    def __init__(
        self, folder: Path, languages: Collection[str] = (), batch: int = 32, named_in: str = "listening.toml"
    ) -> None:
        self.folder, self.languages, self.batch, self.named_in = folder, frozenset(languages), batch, named_in
        self._loaded: _Loaded | None = None
        self._kept: dict[str, Sentiment] = {}

    def __reduce__(self) -> tuple[type[Transformer], tuple[Path, frozenset[str], int, str]]:
        return type(self), (self.folder, self.languages, self.batch, self.named_in)

    @classmethod
    def of(cls, config: Config) -> Self | None:
        """As [scorer] in listening.toml says; None where no model is named."""
        scorer = config.settings.scorer
        if not scorer.model:
            return None
        folder = config.folder.parent / scorer.model
        return cls(folder, scorer.languages, scorer.batch, str(config.folder / "listening.toml"))

    def reads(self, language: str) -> bool:
        """Whether texts in a language are its own: in those that the config names, else in all."""
        return not self.languages or language in self.languages

    def score(self, text: str) -> Sentiment:
        """The chances of its being negative, neutral and positive; compound agrees with the likeliest of them."""
        if text not in self._kept:
            self.ahead([text])
        return self._kept[text]

    def ahead(self, texts: Sequence[str]) -> None:
        """Score texts together that will be asked for one by one."""
        if len(self._kept) > _MOST_KEPT:
            self._kept.clear()
        new = sorted({text for text in texts if text not in self._kept}, key=len)  # alike in length: little padding
        for start in range(0, len(new), self.batch):
            batch = new[start : start + self.batch]
            self._kept.update(zip(batch, self._scores(batch), strict=True))

    def load(self) -> None:
        """Open the model. Raises ConfigError or MissingExtra."""
        self._model()

    def _scores(self, texts: Sequence[str]) -> Iterator[Sentiment]:
        loaded = self._model()
        import numpy as np

        logits = self._logits(loaded, texts)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        for row in (powers / powers.sum(axis=1, keepdims=True)).tolist():
            chances = [
                sum(chance for chance, sign in zip(row, loaded.signs, strict=True) if sign == each) for each in range(3)
            ]
            yield _sentiment(*chances)

    def _logits(self, loaded: _Loaded, texts: Sequence[str]) -> Any:
        """What the model says of each text, for each of its classes."""
        import numpy as np

        session, tokenizer, inputs, _ = loaded
        encoded = tokenizer.encode_batch([_readable(text) for text in texts])
        fields = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        feed = {
            name: np.array([getattr(each, fields[name]) for each in encoded], dtype=np.int64)
            for name in inputs
            if name in fields
        }
        return np.asarray(session.run(None, feed)[0], dtype=np.float64)

    def _model(self) -> _Loaded:
        if self._loaded is None:
            loaded = self._opened()
            self._try(loaded)
            self._loaded = loaded
        return self._loaded

    def _try(self, loaded: _Loaded) -> None:
        """Score a text, so that a model that is no classifier is told at once, and not in the middle of a crawl."""
        try:
            shape = self._logits(loaded, ["a", "a longer text"]).shape
        except Exception as error:  # noqa: BLE001  # as above: errors of its own
            raise self._wrong(f"the model in {self.folder} scores no text ({_first_line(error)}).") from None
        if shape != (2, len(loaded.signs)):
            raise self._wrong(
                f"the model in {self.folder} does not give each of the {len(loaded.signs)} classes in config.json a "
                f"figure, but figures in the shape {shape}: it is no text classifier, or its config.json is another's."
            )

    def _opened(self) -> _Loaded:
        try:
            import numpy as np  # noqa: F401
            import onnxruntime
            import tokenizers
        except ImportError:
            raise MissingExtra("onnx", "A transformer model as the scorer") from None
        model = next((path for path in self._places() if path.is_file()), None)
        if model is None:
            raise self._wrong(f"the folder {self.folder} has no model.onnx.")
        try:
            about = json.loads((self.folder / "config.json").read_text(encoding="utf-8"))
            tokenizer = tokenizers.Tokenizer.from_file(str(self.folder / "tokenizer.json"))
            session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001  # each of these libraries has errors of its own
            raise self._wrong(f"the model in {self.folder} cannot be read ({_first_line(error)}).") from None
        try:
            tokenizer.enable_truncation(min(_MOST_TOKENS, about.get("max_position_embeddings", _MOST_TOKENS + 2) - 2))
            tokenizer.enable_padding(pad_id=about.get("pad_token_id") or 0)
            labels = _labels(about)
        except (AttributeError, TypeError, ValueError, OverflowError) as error:
            raise self._wrong(f"its config.json is not one of a classifier ({_first_line(error)}).") from None
        return _Loaded(session, tokenizer, [each.name for each in session.get_inputs()], self._signs(labels))

    def _places(self) -> Iterator[Path]:
        yield self.folder / "model.onnx"
        yield self.folder / "onnx" / "model.onnx"

    def _signs(self, labels: Sequence[str]) -> list[int]:
        """What each class of the model stands for, by the names in its config.json."""
        if len(labels) in _NUMBERED and labels == [f"label_{number}" for number in range(len(labels))]:
            return list(_NUMBERED[len(labels)])
        signs = [_sign(label) for label in labels]
        if None in signs or not {0, 2} <= set(signs):
            classes = ", ".join(labels) or "none at all"
            raise self._wrong(f"its classes are no feelings: {classes}.", "Take one that tells negative from positive.")
        return [sign for sign in signs if sign is not None]

    def _wrong(self, message: str, remedy: str = _REMEDY) -> ConfigError:
        return ConfigError([Problem(self.named_in, 0, 'scorer, key "model"', message, remedy)])


def _labels(about: dict[str, Any]) -> list[str]:
    """The names of the classes in config.json, in their order."""
    named = about.get("id2label") or {}
    return [str(named[number]).lower() for number in sorted(named, key=int)]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _readable(text: str) -> str:
    """Its beginning, without lone surrogates, which tokenizers refuse."""
    return text[:_MOST_READ].encode("utf-8", "replace").decode("utf-8") or " "


def _sign(label: str) -> int | None:
    if stars := _STARS.fullmatch(label):
        return (0, 0, 1, 2, 2)[int(stars[1]) - 1]
    return _NAMES.get(label[:3])


def _sentiment(negative: float, neutral: float, positive: float) -> Sentiment:
    lean = positive - negative
    if neutral >= max(negative, positive):
        compound = lean * _THRESHOLD * 0.99
    else:
        compound = max(lean, _THRESHOLD) if lean > 0 else min(lean, -_THRESHOLD)
    return Sentiment(round(negative, 3), round(neutral, 3), round(positive, 3), round(compound, 4))
