"""Text utilities: one-line form, folding for comparison, and parsing into typed literals."""

from __future__ import annotations

from provenance_graph.core import literals
from provenance_graph.core.claims import Literal

_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


def one_line(text: str) -> str:
    r"""The text with a blank for each character that cannot be printed, line ends among them.

    >>> one_line("two\nlines")
    'two lines'
    """
    return "".join(c if c.isprintable() else " " for c in text)


def letters_and_digits(text: str) -> str:
    """The case-folded letters and digits of a text, to compare spellings of a name.

    >>> letters_and_digits("Mixture-of-Experts")
    'mixtureofexperts'
    """
    return "".join(c for c in text.casefold() if c.isalnum())


def decimal(text: str) -> Literal | None:
    """Parse a written number as ``xsd:decimal``; None if it is not a number.

    >>> decimal("0.5").lexical, decimal("half")
    ('0.5', None)
    """
    number = literals.number(text)
    return None if number is None else literals.decimal(number)


def double(text: str) -> Literal | None:
    """Parse a written number as ``xsd:double``; None if it is not a number."""
    number = literals.number(text)
    return None if number is None else literals.double(float(number))


def boolean(text: str) -> Literal | None:
    """Parse ``yes``, ``no``, ``true`` or ``false`` as ``xsd:boolean``; None for any other word."""
    result = _BOOLEANS.get(text.casefold())
    return None if result is None else literals.boolean(result)
