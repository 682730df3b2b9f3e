"""How well the understanding agrees with people: labelled texts in, figures out."""

from listening.evaluate.figures import Bin, ClassFigures, Figures, calibration, measured, wilson
from listening.evaluate.judge import Judge, Judged, majority
from listening.evaluate.labelled import Labelled, Row, read
from listening.evaluate.report import Report, reports

__all__ = [
    "Bin",
    "ClassFigures",
    "Figures",
    "Judge",
    "Judged",
    "Labelled",
    "Report",
    "Row",
    "calibration",
    "majority",
    "measured",
    "read",
    "reports",
    "wilson",
]
