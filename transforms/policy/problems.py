"""What is wrong with a policy file, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

Place = tuple[str | int, ...]
PlacedFault = tuple[Place, str]


class PlacedFaults(ValueError):
    """Several mistakes inside one model, each with its place below it (records, 0, columns, fine_fen)."""

    def __init__(self, faults: Iterable[PlacedFault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("; ".join(message for _, message in self.faults))


@dataclass(frozen=True)
class Problem:
    """One mistake: where it stands, what was found, what was expected, the nearest right word.

    `line` counts from 1; `path` is the place in the document (items[2].award). `expected` and `nearest`
    are empty where there is nothing to say.
    """

    file: str
    line: int
    path: str
    value: str
    expected: str
    nearest: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " + (f"{self.path}: " if self.path else "")
        expected = f"; expected {self.expected}" if self.expected else ""
        nearest = f"; did you mean '{self.nearest}'?" if self.nearest else ""
        return f"{place}{self.message}{expected}{nearest}"


class PolicyProblems(ValueError):
    """A policy file is refused; `problems` holds every mistake found, by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda p: (p.file, p.line, p.path, p.message)))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of `words` that is most like `word`; empty where none is alike.

    In a vocabulary (code to Chinese word) the Chinese word is as good as its code.
    """
    by_fold = {option.casefold(): option for option in words}
    if isinstance(words, Mapping):
        by_fold |= {str(label).casefold(): code for code, label in words.items()}
    found = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.55)
    return by_fold[found[0]] if found else ""


def one_of(words: Iterable[str]) -> str:
    """`one of a, b, c`, for `expected`."""
    return "one of " + ", ".join(sorted(words))
