"""Vectors of words, with which what is learnt of a word is learnt of those like it, too."""

from __future__ import annotations

from pathlib import Path


def vectors_of(path: Path) -> dict[str, list[float]]:
    """The vectors of a file's words in its order, each of length 1.

    It has a line "word v1 v2 ..." for each of the most common words, as GloVe's own files have them (Pennington, Socher
    and Manning, GloVe: Global Vectors for Word Representation, 2014; public domain).
    """
    found = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            word, *numbers = line.split(" ")
            vector = list(map(float, numbers))
            size = sum(number * number for number in vector) ** 0.5 or 1.0
            found[word] = [number / size for number in vector]
    return found
