"""Results of a function of one text that are remembered, in memory that cannot run away.

A bound on entries alone bounds nothing where a client chooses the texts: 65,536 names of eight
kilobytes each are half a gigabyte.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

LONGEST: Final = 300
"""The longest text whose result is remembered: IRIs and names are seldom half as long."""

S = TypeVar("S", bound=str)
T = TypeVar("T")


def remembered(entries: int) -> Callable[[Callable[[S], T]], Callable[[S], T]]:
    """Remember the results for the texts asked for last; those of long texts are worked out anew.

    >>> calls = []
    >>> double = remembered(8)(lambda text: calls.append(text) or 2 * text)
    >>> double("a"), double("a"), len(double("b" * 900)), len(double("b" * 900)), len(calls)
    ('aa', 'aa', 1800, 1800, 3)
    """

    def around(function: Callable[[S], T]) -> Callable[[S], T]:
        known = lru_cache(maxsize=entries)(function)

        @wraps(function)
        def of(text: S) -> T:
            return known(text) if len(text) <= LONGEST else function(text)

        return of

    return around
