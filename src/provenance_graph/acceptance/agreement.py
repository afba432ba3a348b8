"""When two claims can both be true: a date within a period, an exact count within a rounded one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from provenance_graph.core.claims import Literal, Precision, SourcedClaim, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.literals import period
from provenance_graph.core.terms import PG, SCHEMA, XSD

COUNTS = frozenset(
    {
        PG.parameterCount,
        PG.activeParameterCount,
        PG.embeddingParameterCount,
        PG.nominalParameterCount,
        PG.trainingTokenCount,
        PG.trainingDatapointCount,
    }
)
"""Counts that are commonly given rounded, in billions or millions.

A nominal size is a rounding by its definition, and one catalogue rounds further than another.
"""

LIMITS = frozenset({PG.contextLength, PG.maxInputTokens, PG.maxOutputTokens})
"""Limits that are commonly given in K, which is 1,000 to some and 1,024 to others."""

_DIGITS = 309
"""Digits before the point of the greatest number that a double holds."""
_IN_K = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[kKmM]\b")


def agree(one: SourcedClaim, other: SourcedClaim) -> bool:
    """Whether two claims can both be true: the same value, or one within the other.

    An entity may have many names; no two of them disagree.
    """
    if one.value == other.value or one.claim.predicate == SCHEMA.name:
        return True
    mine, yours = span(one), span(other)
    if mine is None or yours is None:
        return False
    return (mine[0] <= yours[0] and yours[1] <= mine[1]) or (
        yours[0] <= mine[0] and mine[1] <= yours[1]
    )


def width(item: SourcedClaim) -> float:
    """The width of a claim's interval (``span``): days for a date, else a number; 0 without one.

    0 also for a single day and an exact number.
    """
    result = span(item)
    return 0.0 if result is None else result[1] - result[0]


def span(item: SourcedClaim) -> tuple[float, float] | None:
    """The least and greatest value that a claim allows; None where its value has no interval.

    Day ordinals for a date; numbers for a count that may be rounded and a limit that may be given
    in K. None for all other values, and for a date that cannot be read.
    """
    value = item.value
    if not isinstance(value, Literal):
        return None
    if value.datatype == XSD.date:
        days = date_span(item)
        return None if days is None else (days[0].toordinal(), days[1].toordinal())
    if value.datatype != XSD.integer:
        return None
    predicate = item.claim.predicate
    if predicate in COUNTS:
        return _rounded(int(value.lexical))
    if predicate in LIMITS:
        return _in_thousands(int(value.lexical), item.claim.as_stated)
    return None


def date_span(item: SourcedClaim) -> tuple[date, date] | None:
    """First and last day of the period that a claim's date names; None for any other value."""
    value = item.value
    if not isinstance(value, Literal) or value.datatype != XSD.date:
        return None
    return _period(value, item.claim.precision or Precision.DAY)


@lru_cache(maxsize=8192)
def _period(value: Literal, precision: Precision) -> tuple[date, date] | None:
    try:
        return period(value, precision)
    except ValueError:
        return None


@lru_cache(maxsize=8192)
def _rounded(count: int) -> tuple[float, float]:
    """The least and greatest exact count that a stated count may be rounded from.

    A count is taken as rounded if it is a multiple of 100,000 or a greater power of ten, and has
    fewer than 1,000 of that unit (a million, billion or trillion at most, by its size). Half a unit
    is left open on either side. For any other count both bounds are the count itself.

    >>> _rounded(8_000_000_000), _rounded(70_600_000_000), _rounded(8_030_261_248)
    ((7500000000.0, 8500000000.0), (70550000000.0, 70650000000.0), (8030261248, 8030261248))
    """
    powers = (12, 11, 10, 9, 8, 7, 6, 5)
    unit = next((10**power for power in powers if count and count % 10**power == 0), 0)
    largest = next((10**power for power in (12, 9) if count >= 10**power), 10**6)
    unit = min(unit, largest)
    if not unit or unit * 1000 <= count:
        return count, count
    return count - unit / 2, count + unit / 2


@lru_cache(maxsize=8192)
def _in_thousands(limit: int, as_stated: str) -> tuple[float, float]:
    """The least and greatest limit (tokens) that a limit may mean: 128000 and "128K" allow 131,072.

    >>> _in_thousands(128_000, ""), _in_thousands(131_072, "128K"), _in_thousands(8192, "")
    ((128000, 131072.0), (128000.0, 131072), (8192, 8192))
    """
    if limit and limit % 1_000_000 == 0:
        return limit, limit * 1.048576
    if limit and limit % 1_000 == 0:
        return limit, limit * 1.024
    if _IN_K.fullmatch(as_stated):
        return min(float(limit), limit / 1.024), limit
    return limit, limit


def value_key(value: Value) -> tuple[str, ...]:
    """A sort key of values: IRIs first, then literals by datatype, text and language."""
    if isinstance(value, Iri):
        return ("", value)
    return (value.datatype, _sortable(value).rjust(24), value.language)


def _sortable(value: Literal) -> str:
    """A literal's lexical form; of an unsigned decimal or double one that sorts as the number."""
    if value.datatype not in (XSD.decimal, XSD.double) or not value.lexical[:1].isdecimal():
        return value.lexical
    whole, _, fraction = format(Decimal(value.lexical), "f").partition(".")
    return f"{whole.rjust(_DIGITS)}.{fraction}"


def distinct(stored: Iterable[SourcedClaim]) -> list[SourcedClaim]:
    """One claim of each group of claims that agree, the most precise first."""
    sourced_claims: list[SourcedClaim] = []
    for item in sorted(stored, key=lambda item: (width(item), value_key(item.value or Iri("")))):
        if not any(agree(item, other) for other in sourced_claims):
            sourced_claims.append(item)
    return sourced_claims
