"""How well the understanding agrees with people: labelled texts in, figures out."""

from listening.evaluate.curve import Point, after, apart, curve, mixed, parted
from listening.evaluate.judge import Judge, Judged, majority
from listening.evaluate.labelled import Labelled, Row, read
from listening.evaluate.report import OURS, Report, reports
from listening.insight.agreement import Bin, ClassFigures, Figures, calibration, measured, wilson

__all__ = [
    "OURS",
    "Bin",
    "ClassFigures",
    "Figures",
    "Judge",
    "Judged",
    "Labelled",
    "Point",
    "Report",
    "Row",
    "after",
    "apart",
    "calibration",
    "curve",
    "majority",
    "measured",
    "mixed",
    "parted",
    "read",
    "reports",
    "wilson",
]
