"""What the wording of a text says of several questions at once, by weights learnt from posts of our own."""

from pipelines.wording.weights import UNIT, WORDED, Said, Wording, counted, shortness, stems, two, written

__all__ = ["UNIT", "WORDED", "Said", "Wording", "counted", "shortness", "stems", "two", "written"]
