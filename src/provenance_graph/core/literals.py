"""Parses values as sources write them into canonical literals: numbers, dates and booleans.

The canonical forms are those of the engine (it rewrites ``0.590`` to ``0.59``), so that a literal
reads back as it was written. Callers keep the verbatim text in ``Claim.as_stated``.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation, localcontext

from provenance_graph.core import lexical_forms
from provenance_graph.core.claims import Literal, Precision
from provenance_graph.core.memo import remembered
from provenance_graph.core.terms import RDF, XSD

UNWRITABLE = re.compile("[\x00\ud800-\udfff]")  # NUL, halves of characters
INT64 = lexical_forms.INTEGERS[XSD.long]

_SCALE = {
    "": 0,
    "k": 3,
    "thousand": 3,
    "m": 6,
    "mm": 6,
    "million": 6,
    "mn": 6,
    "b": 9,
    "bn": 9,
    "billion": 9,
    "g": 9,
    "t": 12,
    "tn": 12,
    "trillion": 12,
}
_NUMBER = re.compile(
    r"[~≈<>≤≥]?\s*(?:about |around |approx\.? |circa )?"
    r"(?P<sign>[-+−]?)(?P<digits>[0-9]{1,3}(?:[,_ \u202f][0-9]{3})+|[0-9]+)(?P<frac>\.[0-9]+)?"
    r"(?P<exp>[eE][-+]?[0-9]{1,3})?\s*(?P<unit>[A-Za-z]*)\+?"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}


def text(value: str, language: str = "") -> Literal:
    """Make a string literal; a language tag becomes lower case, as in the engine.

    Characters that XML and RDF cannot carry (NUL, lone surrogates) are replaced by U+FFFD.
    """
    clean = UNWRITABLE.sub("\ufffd", value)
    if language:
        return Literal(clean, RDF.langString, language.lower())
    return Literal(clean)


def integer(value: int) -> Literal:
    """Make an xsd:integer.

    Raises ValueError beyond 64 bits, where the engine no longer compares.
    """
    if value not in INT64:
        raise ValueError(f"{value} does not fit 64 bits")
    return Literal(str(value), XSD.integer)


def decimal(value: Decimal | int | str) -> Literal:
    """Make an xsd:decimal without needless zeros.

    Raises ValueError for infinity and for numbers beyond the range that the engine can store.

    >>> decimal("0.590").lexical
    '0.59'
    """
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 15 or abs(number) >= Decimal(10) ** 18:
        raise ValueError(f"{value} is not a decimal that the engine can store")
    number = number.quantize(Decimal(1).scaleb(-18)) if _exponent(number) < -18 else number
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Literal("0" if text in ("-0", "") else text, XSD.decimal)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def double(value: float) -> Literal:
    """Make an xsd:double in the engine's form: shortest digits, no exponent.

    Raises ValueError for infinity and NaN.

    >>> double(2.5e24).lexical, double(0.1).lexical
    ('2500000000000000000000000', '0.1')
    """
    if math.isnan(value) or math.isinf(value):
        raise ValueError(f"{value} is not a number")
    text = format(_shortest(float(value)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Literal("0" if text == "-0" else text, XSD.double)


def _shortest(value: float) -> Decimal:
    """The shortest digits that parse to the same double; of two at equal distance, the larger.

    Python takes the even one there (8796093022208.8125: ``.812``), the engine ``.813``.
    """
    digits = Decimal(repr(value))
    last = Decimal(1).scaleb(_exponent(digits)).copy_sign(digits)
    with localcontext(prec=800):  # exact: a double has at most 767 significant digits
        half_way = 2 * (Decimal(value) - digits) == last
    return digits + last if half_way and float(digits + last) == value else digits


def boolean(value: bool) -> Literal:
    """An xsd:boolean."""
    return Literal("true" if value else "false", XSD.boolean)


def normalised(literal: Literal) -> Literal:
    """Convert a literal to the form that the engine keeps.

    Raises ValueError if its text is not a lexical form of its datatype, or if the engine cannot
    hold the value.

    >>> normalised(Literal("1.0", XSD.decimal)).lexical
    '1'
    >>> normalised(Literal("1_000", XSD.integer))
    Traceback (most recent call last):
    ValueError: '1_000' is not an xsd:integer
    """
    if (
        literal.datatype == XSD.string and not literal.language
    ):  # most literals of a store; any text is valid
        return literal
    lexical_forms.check(literal)
    match literal.datatype:
        case XSD.decimal:
            return decimal(literal.lexical)
        case XSD.integer:
            if len(literal.lexical) > 40:
                raise ValueError(f"{literal.lexical[:20]}… does not fit 64 bits")
            return integer(int(literal.lexical))
        case XSD.double:
            return double(float(literal.lexical))
        case XSD.boolean:
            return boolean(literal.lexical in ("true", "1"))
    if literal.language:
        return Literal(literal.lexical, literal.datatype, literal.language.lower())
    return literal


def canonical(literal: Literal) -> Literal:
    """Convert a literal to the form that the engine keeps; an invalid literal stays as it is.

    >>> canonical(Literal("1.0", XSD.decimal)).lexical
    '1'
    """
    try:
        return normalised(literal)
    except (ValueError, InvalidOperation):
        return literal


def number(stated: str) -> Decimal | None:
    """Parse a quantity as people write it; None if the text is not a quantity.

    >>> number("200K"), number("131.072K"), number("~15T"), number("1,234"), number("soon")
    (Decimal('200000'), Decimal('131072'), Decimal('15000000000000'), Decimal('1234'), None)
    """
    match = _NUMBER.fullmatch(stated.strip()) if len(stated) <= 80 else None
    if match is None or match["unit"].lower() not in _SCALE:
        return None
    digits = re.sub(r"[,_ \u202f]", "", match["digits"])
    sign = "-" if match["sign"] in ("-", "−") else ""
    try:
        value = Decimal(sign + digits + (match["frac"] or "") + (match["exp"] or ""))
    except InvalidOperation:  # pragma: no cover - the pattern admits only numbers
        return None
    value = value.scaleb(_SCALE[match["unit"].lower()])
    if value == value.to_integral_value() and abs(value) < Decimal(10) ** 30:
        return Decimal(int(value))
    return value


def whole(stated: str | int | float | Decimal) -> Literal | None:
    """Make an xsd:integer from a stated quantity; None if it is not a whole number of 64 bits.

    >>> whole("200K")
    Literal(lexical='200000', datatype=Iri('http://www.w3.org/2001/XMLSchema#integer'), language='')
    """
    if isinstance(stated, bool):
        return None
    if isinstance(stated, float) and not math.isfinite(stated):
        return None
    result = number(stated) if isinstance(stated, str) else Decimal(stated)
    if result is None or result != result.to_integral_value() or int(result) not in INT64:
        return None
    return integer(int(result))


@dataclass(frozen=True, slots=True)
class Dated:
    """A stated date: the last day of its period, and the length of the period."""

    literal: Literal
    precision: Precision


_TIME = (
    r"(?:24(?::?00){1,2}(?:[.,]0+)?"  # ISO 8601's end of the day
    r"|(?:[01]?[0-9]|2[0-3])(?::?[0-5][0-9](?::?(?:[0-5][0-9]|60)(?:[.,][0-9]+)?)?)?)"
    r"(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?"
)
_ISO_DATE = re.compile(rf"([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}})(?:[T ]{_TIME})?")


def day(stated: str | date) -> Dated | None:
    """Parse a date in the forms that sources use; None if there is no such day.

    Understood: ``2025-10-15``, ``2025-10``, ``2025``, ``15 Oct 2025``, ``Oct 15, 2025``, ``October
    2025``, ``Q3 2025``, ``2025Q3``, ``20251001``, and ISO dateTimes (only the day is used, but the
    time must be one). Years outside 1900 to 2199 give None.

    >>> day("Feb 2025").literal.lexical, day("2025-02-31"), day("2024").precision.label
    ('2025-02-28', None, 'Year')
    >>> day("2025-02-28T25:00:00")
    """
    if isinstance(stated, date):
        return _dated(stated.year, stated.month, stated.day)
    return _written_day(stated)


@remembered(8_192)
def _written_day(stated: str) -> Dated | None:
    text = stated.strip().rstrip(".")
    if len(text) > 40:
        return None
    if m := _ISO_DATE.fullmatch(text):
        return _dated(int(m[1]), int(m[2]), int(m[3]))
    if m := re.fullmatch(r"([0-9]{4})[-/]([0-9]{1,2})", text):
        return _dated(int(m[1]), int(m[2]))
    if m := re.fullmatch(r"([0-9]{4})", text):
        return _dated(int(m[1]))
    if m := re.fullmatch(r"((?:19|20)[0-9][0-9])([0-9][0-9])([0-9][0-9])", text):
        return _dated(int(m[1]), int(m[2]), int(m[3]))
    if m := re.fullmatch(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})", text):
        return _dated(int(m[1]), int(m[2]), int(m[3]))
    if m := re.fullmatch(r"[Qq]([1-4])[ /-]?([0-9]{4})|([0-9]{4})[ -]?[Qq]([1-4])", text):
        return _quarter(int(m[2] or m[3]), int(m[1] or m[4]))
    return _from_words(text)


def _from_words(text: str) -> Dated | None:
    words = [w for w in re.split(r"[\s,]+", re.sub(r"([0-9])(st|nd|rd|th)\b", r"\1", text)) if w]
    names = [w for w in words if w.casefold().rstrip(".") in _MONTHS]
    numbers = [int(w) for w in words if re.fullmatch(r"[0-9]{1,4}", w)]
    if len(names) != 1 or len(names) + len(numbers) != len(words):
        return None
    month = _MONTHS[names[0].casefold().rstrip(".")]
    years = [n for n in numbers if n > 31]
    days = [n for n in numbers if n <= 31]
    if len(years) != 1 or len(days) > 1:
        return None
    return _dated(years[0], month, days[0] if days else None)


def _dated(year: int, month: int | None = None, day_: int | None = None) -> Dated | None:
    if not 1900 <= year <= 2199:
        return None
    if month is None:
        return Dated(Literal(f"{year:04}-12-31", XSD.date), Precision.YEAR)
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    if day_ is None:
        return Dated(Literal(f"{year:04}-{month:02}-{last:02}", XSD.date), Precision.MONTH)
    if not 1 <= day_ <= last:
        return None
    return Dated(Literal(f"{year:04}-{month:02}-{day_:02}", XSD.date), Precision.DAY)


def _quarter(year: int, quarter: int) -> Dated | None:
    end = _dated(year, quarter * 3)
    return Dated(end.literal, Precision.QUARTER) if end else None


def date_text(lexical: str, precision: Precision | None) -> str:
    """Format a date to its stated precision, by ISO 8601 except for quarters.

    >>> [date_text("2025-09-30", Precision(p)) for p in Precision]
    ['2025-09-30', '2025-09', '2025-Q3', '2025']
    """
    match precision:
        case Precision.YEAR:
            return lexical[:4]
        case Precision.QUARTER:
            return f"{lexical[:4]}-Q{(int(lexical[5:7]) + 2) // 3}"
        case Precision.MONTH:
            return lexical[:7]
        case _:
            return lexical


def period(literal: Literal, precision: Precision | None) -> tuple[date, date]:
    """The first and last day of the period that a stated date denotes.

    >>> period(*[(d := day("Oct 2025")).literal, d.precision])[0].isoformat()
    '2025-10-01'
    """
    last = date.fromisoformat(literal.lexical[:10])
    match precision:
        case Precision.YEAR:
            return last.replace(month=1, day=1), last
        case Precision.QUARTER:
            return last.replace(month=last.month - 2, day=1), last
        case Precision.MONTH:
            return last.replace(day=1), last
        case _:
            return last, last
