"""Memoization of functions of one text, with bounded memory.

A bound on the number of entries alone is no bound on memory where a client chooses the texts:
65,536 names of eight kilobytes each are half a gigabyte.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

LONGEST: Final = 300
"""The longest text, in characters, whose result is kept: IRIs are seldom half as long."""

S = TypeVar("S", bound=str)
T = TypeVar("T")


class Remembered(dict[S, T]):
    """A cache of a function's results by its argument, a text; missing results are computed.

    Code that looks up hundreds of texts per commit should call the bound ``__getitem__``, which for
    a cached result costs no Python call. At ``entries`` results the cache is emptied. Results of
    texts longer than LONGEST are not kept.

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
    """Decorator that caches results as ``Remembered`` does and keeps the function's docstring."""

    def around(function: Callable[[S], T]) -> Callable[[S], T]:
        known = Remembered(function, entries)

        @wraps(function)
        def of(text: S) -> T:
            return known[text]

        return of

    return around
