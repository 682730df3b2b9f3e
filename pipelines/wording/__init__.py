"""What the wording of a text says of several questions at once, by weights learnt from posts of our own."""

from pipelines.wording.weights import UNIT, Said, Wording, counted, shortness, two, written

__all__ = ["UNIT", "Said", "Wording", "counted", "shortness", "two", "written"]
