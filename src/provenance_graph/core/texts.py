"""Text utilities: one-line form, folding for comparison, and parsing into typed literals."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from provenance_graph.core import literals
from provenance_graph.core.claims import Literal

S = TypeVar("S", bound=str)
_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


def one_line(text: str) -> str:
    r"""The text with a blank for each character that cannot be printed, line ends among them.

    >>> one_line("two\nlines")
    'two lines'
    """
    return "".join(c if c.isprintable() else " " for c in text)


_DIRECTIONS: Final[Mapping[int, str]] = MappingProxyType(
    {
        code: f"⟪{name}⟫"
        for code, name in (
            *zip(range(0x202A, 0x202F), ("LRE", "RLE", "PDF", "LRO", "RLO"), strict=True),
            *zip(range(0x2066, 0x206A), ("LRI", "RLI", "FSI", "PDI"), strict=True),
        )
    }
)
"""Characters that change the order in which others are shown, and how Unicode names them."""


def in_order(text: S) -> S:
    """Replace characters that change the display order of a text by their names.

    A text in which ``gnp.exe`` would be displayed as ``exe.png`` becomes readable in its true
    order; scripts written from right to left need no such characters. The type of the text is kept.

    >>> in_order("‮gnp.exe")
    '⟪RLO⟫gnp.exe'
    """
    if text.isascii() or not any(chr(code) in text for code in _DIRECTIONS):
        return text
    return type(text)(text.translate(_DIRECTIONS))


def displayed(value: object) -> object:
    """The display form of a template's value: ``in_order`` for a text, other values unchanged."""
    return in_order(value) if isinstance(value, str) else value


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
