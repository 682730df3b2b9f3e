"""Learning from what people said: which questions have labels enough, and whether a model answers them better."""

from listening.learn.lesson import Example, Lesson, learn
from listening.learn.team import Team, due

__all__ = ["Example", "Lesson", "Team", "due", "learn"]
