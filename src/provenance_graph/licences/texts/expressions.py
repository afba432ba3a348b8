"""Licence expressions with AND, OR and WITH: which of the licences bind a user of the work.

Of licences joined by AND all bind. Of licences joined by OR the user chooses; the answer is by the
choice with the fewest unknowns and conditions. An exception (WITH) only adds permissions, so the
licence is read without it. (SPDX 2.3, annex D.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

import license_expression

from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.formats.licences.names import normalise

MAX_CHOICES = 32
"""Choices that one expression may offer; one that offers more is not read."""

_JOINS = re.compile(r"(?i)\s(?:and|or|with)\s")
_NODES = tuple(f"{iris.ID}licence/{kind}/" for kind in ("expression", "stated"))

Choice = tuple[Iri, ...]
"""Licences that bind together."""


def expression_of(licence: Iri, label: str) -> str:
    """The licence expression of an entity; "" where the entity is one licence."""
    text = label or unquote(iris.local_name(licence))
    return text if licence.startswith(_NODES) and _JOINS.search(text) else ""


def choices(text: str, find: Callable[[str], Iri | None]) -> tuple[Choice, ...]:
    """The choices that an expression offers, in the order of the text; none for other text.

    ``find`` gives the licence of a name. A part that names none becomes an entity of which nothing
    is known; where that is every part, the text is a name and no expression.

    >>> [[one.rpartition("/")[2] for one in each] for each in choices("MIT OR (GPL-2.0-only AND X)", lambda name: None)]
    [['MIT'], ['GPL-2.0-only', 'x']]
    """
    try:
        tree = license_expression.Licensing().parse(text, validate=False)
    except (license_expression.ExpressionError, RecursionError):
        return ()
    known: set[Iri] = set()
    result = _choices(tree, find, known)
    return tuple(dict.fromkeys(result)) if known else ()


def _choices(tree: Any, find: Callable[[str], Iri | None], known: set[Iri]) -> Sequence[Choice]:
    if isinstance(tree, license_expression.LicenseWithExceptionSymbol):
        return _choices(tree.license_symbol, find, known)
    if isinstance(tree, license_expression.LicenseSymbol):
        licence = find(tree.key) or normalise(tree.key).value
        if licence is not None:
            known.add(licence)
        return [(licence or iris.mint("licence", "stated", iris.slug(tree.key)[:150]),)]
    parts = [_choices(each, find, known) for each in tree.args]
    if tree.operator.strip() == "OR":
        return [one for part in parts for one in part][: MAX_CHOICES + 1]
    result: list[Choice] = [()]
    for part in parts:
        result = [tuple(dict.fromkeys((*left, *right))) for left in result for right in part][
            : MAX_CHOICES + 1
        ]
    return result
