"""Lexical forms and value bounds of XML Schema datatypes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, shorten
from provenance_graph.core.terms import XSD

_SIGNED = r"[-+]?[0-9]+"
_FRACTION = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_ZONE = r"(?:Z|[-+](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_CALENDAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
INTEGERS: Mapping[Iri, range] = MappingProxyType(
    {
        XSD.byte: range(-(2**7), 2**7),
        XSD.short: range(-(2**15), 2**15),
        XSD.int: range(-(2**31), 2**31),
        XSD.long: range(-(2**63), 2**63),
        XSD.unsignedByte: range(2**8),
        XSD.unsignedShort: range(2**16),
        XSD.unsignedInt: range(2**32),
        XSD.unsignedLong: range(2**64),
    }
)
"""The value ranges of the bounded integer datatypes."""
_LEXICAL: Mapping[Iri, re.Pattern[str]] = MappingProxyType(
    {
        datatype: re.compile(pattern)
        for datatype, pattern in (
            (XSD.integer, _SIGNED),
            *((datatype, _SIGNED) for datatype in INTEGERS),
            (XSD.nonNegativeInteger, r"\+?[0-9]+|-0+"),
            (XSD.positiveInteger, r"\+?0*[1-9][0-9]*"),
            (XSD.nonPositiveInteger, r"-[0-9]+|\+?0+"),
            (XSD.negativeInteger, r"-0*[1-9][0-9]*"),
            (XSD.decimal, _FRACTION),
            (XSD.double, rf"{_FRACTION}(?:[eE][-+]?[0-9]+)?|[-+]?INF|NaN"),
            (XSD.float, rf"{_FRACTION}(?:[eE][-+]?[0-9]+)?|[-+]?INF|NaN"),
            (XSD.boolean, "true|false|0|1"),
            (XSD.date, _CALENDAR + _ZONE),
            (XSD.dateTime, f"{_CALENDAR}T{_CLOCK}{_ZONE}"),
            (XSD.time, _CLOCK + _ZONE),
            (XSD.gYear, rf"-?(?:[1-9][0-9]{{3,}}|0[0-9]{{3}}){_ZONE}"),
            (XSD.gYearMonth, rf"-?(?:[1-9][0-9]{{3,}}|0[0-9]{{3}})-(?:0[1-9]|1[0-2]){_ZONE}"),
        )
    }
)
"""The lexical forms of XML Schema 1.1 part 2, section 3.3, for the datatypes that sources use."""


def is_digits(text: str) -> bool:
    """Whether a text is a number in ASCII digits; ``str.isdigit`` accepts more than ``int`` does.

    >>> is_digits("12"), is_digits("²"), is_digits("٣"), is_digits("1_0"), is_digits("")
    (True, False, False, False, False)
    """
    return text.isascii() and text.isdigit()


_MOST: Final = 10**18 - 1


def stated_count(text: str) -> int | None:
    """Parse a count in ASCII digits; None for any other text, at most 10**18 - 1.

    Larger counts are capped, since Python refuses to parse more than some thousand digits, leading
    zeros included.

    >>> stated_count("12"), stated_count("0" * 9000 + "7"), stated_count("+1"), stated_count("")
    (12, 7, None, None)
    >>> stated_count("9" * 9000) == 10**18 - 1
    True
    """
    if not is_digits(text):
        return None
    digits = text.lstrip("0")
    return int(digits or "0") if len(digits) <= 18 else _MOST


def check(literal: Literal) -> None:
    """Raise ValueError where a literal's text is not a lexical form of its datatype.

    >>> check(Literal("300", XSD.byte))
    Traceback (most recent call last):
    ValueError: 300 is out of range for xsd:byte
    """
    lexical, datatype = literal.lexical, literal.datatype
    form = _LEXICAL.get(datatype)
    if form is not None and not form.fullmatch(lexical):
        raise ValueError(f"{lexical[:80]!r} is not an {shorten(datatype)}")
    values = INTEGERS.get(datatype)
    if values is not None and (len(lexical) > 40 or int(lexical) not in values):
        raise ValueError(f"{lexical[:40]} is out of range for {shorten(datatype)}")
    if datatype in (XSD.date, XSD.dateTime) and not _is_day(lexical):
        raise ValueError(f"{lexical[:80]!r}: no such day")


def _is_day(lexical: str) -> bool:
    """Whether the day of a date or dateTime exists; years beyond four digits are not checked."""
    if not re.match(r"[0-9]{4}-", lexical):
        return True
    try:
        return lexical.startswith("0000") or date.fromisoformat(lexical[:10]) is not None
    except ValueError:
        return False
