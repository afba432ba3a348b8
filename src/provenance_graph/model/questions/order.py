"""The order of an answer, made in this process instead of the engine.

The engine reads two terms from its database per comparison: for an answer of some thousand rows
that is most of the time of a question. An answer is sorted here only where its terms are of kinds
whose order SPARQL defines (and every engine follows); otherwise the engine is asked for the order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import XSD
from provenance_graph.store.sparql.tokens import tokens
from provenance_graph.store.values import Rows

Conditions = tuple[tuple[str, bool], ...]
"""Names of columns, each with whether it goes down."""

_CONDITION: Final = re.compile(r"\s*(?:(DESC|ASC)\s*\(\s*\?(\w+)\s*\)|\?(\w+))", re.IGNORECASE)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_EXACT: Final = frozenset({XSD.integer, XSD.decimal})


def split(text: str) -> tuple[str, Conditions]:
    """A query without its last ORDER BY, and the conditions of that.

    There are no conditions where they are not plain columns, or columns that the answer does not
    have.

    >>> split("SELECT ?a ?b { ?a ?b ?c } ORDER BY DESC(?b) ?a")
    ('SELECT ?a ?b { ?a ?b ?c } ', (('b', True), ('a', False)))
    """
    depth, before, begin, end = 0, "", -1, -1
    projected: set[str] = set()
    opened = False  # whether the pattern has begun
    for kind, piece, position in tokens(text):
        depth += (kind == "open") - (kind == "close")
        opened |= piece == "{"
        word = piece.upper() if kind == "word" else ""
        if not opened and kind == "variable" and (not depth or before == "AS"):
            projected.add(piece[1:])
        if depth == 0 and word == "ORDER":
            begin = position
        if depth == 0 and (before, word) == ("ORDER", "BY"):
            end = position + len(piece)
        before = word
    conditions = []
    while end > 0 and (match := _CONDITION.match(text, end)):
        descends = (match[1] or "").upper() == "DESC"
        conditions.append((match[2] or match[3], descends))
        end = match.end()
    if text[end:].strip() or not projected.issuperset(name for name, _ in conditions):
        return text, ()
    return text[:begin], tuple(conditions)


def ordered(rows: Rows, conditions: Conditions) -> Rows | None:
    """The rows sorted by conditions, ties by further columns; None where SPARQL has no order."""
    names = {name for name, _ in conditions}
    further = ((name, False) for name in rows.names if name not in names)
    result = list(rows.rows)
    for name, descends in reversed((*conditions, *further)):
        position = rows.names.index(name)
        keys = _keys([row[position] for row in rows.rows])
        if keys is None:
            if name in names:
                return None
            continue
        result.sort(key=lambda row, p=position, k=keys: k[row[p]], reverse=descends)  # type: ignore[misc]
    return Rows(rows.names, result)


def _keys(values: Iterable[Value | None]) -> Mapping[Value | None, tuple[int, Any]] | None:
    """The sort key of each value: unbound before IRIs, IRIs before literals of one kind.

    None where the order of the values is not defined.
    """
    different = set(values)
    results: dict[Value | None, tuple[int, Any]] = {}
    literals: list[Literal] = []
    for value in different:
        if value is None:
            results[value] = (0, "")
        elif not isinstance(value, Iri):
            literals.append(value)
        elif value.startswith("_:"):
            return None
        else:
            results[value] = (1, str(value))
    read = _reader(literals)
    if read is None:
        return None
    results.update((one, (2, read(one.lexical))) for one in literals)
    return results


def _reader(literals: Sequence[Literal]) -> Callable[[str], Any] | None:
    """The function that reads literals of one kind for sorting; None where kinds differ."""
    kinds = {literal.datatype for literal in literals}
    if kinds <= {XSD.string}:
        return str
    if kinds <= _EXACT:
        return Decimal
    if kinds == {XSD.double} and not any("N" in one.lexical for one in literals):
        return float
    if kinds == {XSD.date} and all(_DAY.fullmatch(one.lexical) for one in literals):
        return str
    return None
