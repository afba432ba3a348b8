"""When two claims can both be true: one date within another, an exact count within a rounded one."""

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
    """How much a claim leaves open: days of its period, or the breadth of its rounding."""
    result = span(item)
    return 0.0 if result is None else result[1] - result[0]


def span(item: SourcedClaim) -> tuple[float, float] | None:
    """What a claim says as an interval: of days for a date, else of numbers; None for others."""
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
    """First and last day of the period that a claim of a date names."""
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
    """What a count may be rounded from; only counts in whole or tenth millions or billions are.

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
    """What a limit may be: "128K" and 128000 leave 131,072 open.

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
    """A total order over values."""
    if isinstance(value, Iri):
        return ("", value)
    return (value.datatype, _sortable(value).rjust(24), value.language)


def _sortable(value: Literal) -> str:
    """A literal's text; of a number with a fraction or an exponent one that sorts as the number."""
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
