"""What an evaluation says of each task: figures, beside those of vaderSentiment alone and of the majority."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from listening.evaluate.judge import UNSCORED, Judged, majority
from listening.evaluate.labelled import SENTIMENTS
from listening.insight.agreement import Bin, Figures, calibration, measured, wilson

OURS = "listening"
_CLASSES = {"sentiment": SENTIMENTS, "duplicates": ("no", "yes"), "relevance": ("no", "yes"), "matching": ("no", "yes")}


@dataclass(frozen=True, slots=True)
class Report:
    """One task: how we did, how the others do, whether confidence means something, and where we are most wrong."""

    task: str
    ours: Figures
    others: dict[str, Figures]
    shared: dict[str, Figures]  # everybody's, of texts labelled toward several brands; empty where there are none
    error: float | None  # expected calibration error; None where no confidence is claimed
    bins: Sequence[Bin]
    worst: Sequence[Judged]
    unnamed: int  # rows whose text does not name the brand they are about

    def data(self) -> dict[str, Any]:
        """As JSON has it; shares from 0 to 1, intervals of 95 %."""
        return {
            **_figures(self.ours),
            "others": {name: _figures(figures) for name, figures in self.others.items()},
            "texts_that_brands_share": {name: _figures(figures) for name, figures in self.shared.items()},
            "calibration": None if self.error is None else {
                "error": round(self.error, 4),
                "bins": [{"n": b.n, "claimed": round(b.claimed, 4), "right": round(b.right, 4)} for b in self.bins],
            },
            "rows_that_do_not_name_their_brand": self.unnamed,
            "worst": [_example(one) for one in self.worst],
        }  # fmt: skip


def reports(judged: Sequence[Judged], worst: int = 5) -> list[Report]:
    """A report for each task, in the order of the rows' labels."""
    tasks = dict.fromkeys(one.task for one in judged)
    return [_report(task, [one for one in judged if one.task == task], worst) for task in tasks]


def _report(task: str, judged: Sequence[Judged], worst: int) -> Report:
    classes = ("no", "yes") if task.startswith("intent:") else _CLASSES.get(task, ())
    said = _said(judged)
    shared = _shared(judged)
    claims = [(one.confidence, one.said == one.gold) for one in judged if one.confidence is not None]
    error, bins = calibration(claims) if claims else (None, [])
    wrong = [one for one in judged if one.said != one.gold]
    wrong.sort(key=lambda one: (one.said != UNSCORED, one.confidence or 0.0, len(one.why)), reverse=True)
    return Report(
        task=task,
        ours=measured(said.pop(OURS), classes),
        others={name: measured(pairs, classes) for name, pairs in said.items()},
        shared={name: measured(pairs, classes) for name, pairs in _said(shared).items()} if shared else {},
        error=error,
        bins=bins,
        worst=wrong[:worst],
        unnamed=sum(not one.named for one in judged if one.row.brand),
    )


def _said(judged: Sequence[Judged]) -> dict[str, list[tuple[str, str]]]:
    """What people said of each row, and what we, vaderSentiment where it answers, and the majority did."""
    found = {OURS: [(one.gold, one.said) for one in judged]}
    if any(one.baseline for one in judged):
        found["vaderSentiment"] = [(one.gold, one.baseline) for one in judged]
    found["majority"] = [(one.gold, said) for one, said in zip(judged, majority(judged), strict=True)]
    return found


def _shared(judged: Sequence[Judged]) -> list[Judged]:
    """Those whose text is labelled toward several brands."""
    brands: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in judged:
        brands[one.row.title, one.row.text].add(one.row.brand)
    return [one for one in judged if len(brands[one.row.title, one.row.text]) > 1]


def _figures(figures: Figures) -> dict[str, Any]:
    right = sum(one.both for one in figures.classes.values())
    return {
        "n": figures.n,
        "accuracy": round(figures.accuracy, 4),
        "accuracy_interval": [round(edge, 4) for edge in wilson(right, figures.n)],
        "macro_f1": round(figures.macro_f1, 4),
        "classes": {
            label: {
                "n": one.people, "precision": round(one.precision, 4),
                "precision_interval": [round(edge, 4) for edge in wilson(one.both, one.ours)],
                "recall": round(one.recall, 4),
                "recall_interval": [round(edge, 4) for edge in wilson(one.both, one.people)],
                "f1": round(one.f1, 4),
            }
            for label, one in figures.classes.items()
        },
        "confusion": figures.confusion,
    }  # fmt: skip


def _example(one: Judged) -> dict[str, Any]:
    return {
        "line": one.row.line, "text": one.row.text, "brand": one.row.brand, "people": one.gold, "ours": one.said,
        "confidence": one.confidence, "why": [{"rule": why.rule, "words": list(why.words)} for why in one.why],
    }  # fmt: skip
