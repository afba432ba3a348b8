"""Results of a function of one text that are remembered, in memory that cannot run away.

A bound on entries alone bounds nothing where a client chooses the texts: 65,536 names of eight
kilobytes each are half a gigabyte.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

LONGEST: Final = 300
"""The longest text whose result is remembered: IRIs and names are seldom half as long."""

S = TypeVar("S", bound=str)
T = TypeVar("T")


class Remembered(dict[S, T]):
    """The results of a function, by its text; a text that is not there yet is worked out.

    What is asked for a hundred times in a commit is better asked of the bound ``__getitem__``, which
    is no call in Python where the result is known. All are forgotten at ``entries``, and those of long
    texts are never kept.

    >>> calls = []
    >>> double = Remembered(lambda text: calls.append(text) or 2 * text, 8).__getitem__
    >>> double("a"), double("a"), len(double("b" * 900)), len(double("b" * 900)), len(calls)
    ('aa', 'aa', 1800, 1800, 3)
    """

    __slots__ = ("_entries", "_function")

    def __init__(self, function: Callable[[S], T], entries: int) -> None:
        super().__init__()
        self._function, self._entries = function, entries

    def __missing__(self, text: S) -> T:
        result = self._function(text)
        if len(text) <= LONGEST:
            if len(self) >= self._entries:
                self.clear()
            self[text] = result
        return result


def remembered(entries: int) -> Callable[[Callable[[S], T]], Callable[[S], T]]:
    """Remember the results of a function with a documentation of its own: see ``Remembered``."""

    def around(function: Callable[[S], T]) -> Callable[[S], T]:
        known = Remembered(function, entries)

        @wraps(function)
        def of(text: S) -> T:
            return known[text]

        return of

    return around
