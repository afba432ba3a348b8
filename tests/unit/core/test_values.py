"""Values as sources write them, and the canonical form that the engine keeps."""

from __future__ import annotations

from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.core import literals, rdf
from provenance_graph.core.claims import Literal, Precision
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import XSD


@pytest.mark.parametrize(
    ("stated", "number"),
    [
        ("200K", "200000"), ("131.072K", "131072"), ("1T", "1000000000000"), ("7.3B", "7300000000"),
        ("~15T", "15000000000000"), ("15T+", "15000000000000"), ("1,234,567", "1234567"),
        ("200_000", "200000"), ("1 234", "1234"), ("21 billion", "21000000000"), ("0.590", "0.59"),
        ("−3", "-3"), ("1e3", "1000"), ("approx. 5 million", "5000000"), ("1.5e25", "15" + "0" * 24),
    ],
)  # fmt: skip
def test_a_quantity_is_read_as_people_write_it(stated: str, number: str) -> None:
    assert literals.number(stated) == Decimal(number)


@pytest.mark.parametrize(
    "stated", ["", "-", "soon", "12,34", "1.2.3", "7B-13B", "8K tokens", "x" * 100, "1e9999", "²"]
)
def test_what_is_no_quantity_is_none(stated: str) -> None:
    assert literals.number(stated) is None


@pytest.mark.parametrize("stated", ["1.5", "99999999999999999999", "1e30", "half", "0.5K tokens"])
def test_what_is_no_whole_number_of_64_bits_is_none(stated: str) -> None:
    assert literals.whole(stated) is None


@pytest.mark.parametrize(
    ("stated", "day", "precision"),
    [
        ("1 Oct 2025", "2025-10-01", Precision.DAY),
        ("2025-10-15", "2025-10-15", Precision.DAY),
        ("Oct 24, 2024", "2024-10-24", Precision.DAY),
        ("Feb 2025", "2025-02-28", Precision.MONTH),
        ("February 2024", "2024-02-29", Precision.MONTH),
        ("2023-08", "2023-08-31", Precision.MONTH),
        ("Q3 2025", "2025-09-30", Precision.QUARTER),
        ("2024", "2024-12-31", Precision.YEAR),
        ("20251001", "2025-10-01", Precision.DAY),
        ("29 Sept 2025", "2025-09-29", Precision.DAY),
        ("2024-05-13T10:00:00Z", "2024-05-13", Precision.DAY),
        ("2024-05-13T10:00:00.123456+05:30", "2024-05-13", Precision.DAY),
        ("2024-05-13 23:59", "2024-05-13", Precision.DAY),
        ("2024-05-13T235960Z", "2024-05-13", Precision.DAY),
        ("2024-05-13T24:00:00", "2024-05-13", Precision.DAY),
    ],
)
def test_a_date_ends_its_period(stated: str, day: str, precision: Precision) -> None:
    result = literals.day(stated)
    assert result is not None
    assert (result.literal.lexical, result.precision) == (day, precision)


@pytest.mark.parametrize(
    "stated",
    [
        *("2025-02-31", "31 Feb 2025", "13/2025", "soon", "Octember 2025", "", "0000", "Q5 2025"),
        *("2024-02-29T25:00:00", "2024-02-29T24:00:01", "2024-02-29T10:60", "2024-02-29T"),
        *("2024-02-29T10:00:61Z", "2024-02-29T10:00+15:00", "2024-02-29T...", "2024-02-29 1:2:3:4"),
    ],
)
def test_what_is_no_day_is_none(stated: str) -> None:
    assert literals.day(stated) is None


@pytest.mark.parametrize(
    ("stated", "first", "last"),
    [
        ("Oct 2025", "2025-10-01", "2025-10-31"),
        ("Q1 2024", "2024-01-01", "2024-03-31"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2025-10-15", "2025-10-15", "2025-10-15"),
    ],
)
def test_a_stated_date_means_a_period(stated: str, first: str, last: str) -> None:
    result = literals.day(stated)
    assert result is not None
    assert [d.isoformat() for d in literals.period(result.literal, result.precision)] == [
        first,
        last,
    ]


def kept(literal: Literal) -> Literal:
    """What the engine makes of a literal that it stores."""
    store = ox.Store()
    node = ox.NamedNode("https://example.org/x")
    store.add(ox.Quad(node, node, rdf.term(literal)))
    result = rdf.value(next(iter(store)).object)
    assert isinstance(result, Literal)
    return result


@pytest.mark.parametrize("value", [8796093022208.8125, -8796093022208.8125, 0.5, 1e300, 5e-324])
def test_a_double_half_way_between_two_is_written_as_the_engine_does(value: float) -> None:
    assert kept(literals.double(value)) == literals.double(value)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.integers(-(2**63), 2**63 - 1).map(literals.integer),
        st.decimals(-(10**9), 10**9, allow_nan=False, places=9).map(literals.decimal),
        st.floats(allow_nan=False, allow_infinity=False).map(literals.double),
        st.booleans().map(literals.boolean),
        st.text(max_size=20).map(literals.text),
        st.text(max_size=20).map(lambda text: literals.text(text, "zh-Hans")),
    )
)
def test_a_canonical_literal_is_what_the_engine_keeps(literal: Literal) -> None:
    assert kept(literal) == literal
    assert literals.canonical(literal) == literal


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_parsers_of_values(stated: str) -> None:
    literals.number(stated)
    literals.whole(stated)
    literals.day(stated)


def test_what_the_engine_cannot_hold_is_refused() -> None:
    for make in (
        lambda: literals.integer(2**63),
        lambda: literals.decimal("1e20"),
        lambda: literals.double(float("inf")),
    ):
        with pytest.raises(ValueError, match=r"\S"):
            make()


def test_a_number_is_a_plain_literal_of_its_kind() -> None:
    assert literals.whole("8K") == Literal("8000", XSD.integer)
    assert literals.double(2.5e24).lexical == "25" + "0" * 23


@pytest.mark.parametrize(
    ("lexical", "datatype"),
    [
        ("1_000", XSD.integer), ("٣", XSD.integer), ("1.0", XSD.integer), (" 1", XSD.integer),
        ("1e3", XSD.decimal), ("1_0.5", XSD.decimal), ("Infinity", XSD.decimal),
        ("1_0", XSD.double), ("infinity", XSD.double), ("nan", XSD.double), ("yes", XSD.boolean),
        ("True", XSD.boolean), ("2025-02-31", XSD.date), ("2025-2-3", XSD.date),
        ("٢٠٢٥-10-01", XSD.date), ("2025-10-01", XSD.dateTime), ("-1", XSD.nonNegativeInteger),
        ("25", XSD.gYear), ("2025-13", XSD.gYearMonth), ("99999999999", XSD.int),
        ("128", XSD.byte), ("-32769", XSD.short), ("9223372036854775808", XSD.long),
        ("-1", XSD.unsignedInt), ("256", XSD.unsignedByte), ("1_0", XSD.unsignedShort),
        ("18446744073709551616", XSD.unsignedLong), ("0", XSD.negativeInteger),
        ("+1", XSD.nonPositiveInteger), ("9" * 5000, XSD.int),
    ],
)  # fmt: skip
def test_what_is_no_lexical_form_is_no_value(lexical: str, datatype: Iri) -> None:
    stated = Literal(lexical, datatype)
    with pytest.raises(ValueError, match=r"is not|no such day|out of range"):
        literals.normalised(stated)
    assert literals.canonical(stated) == stated


@pytest.mark.parametrize(
    ("lexical", "datatype", "expected"),
    [
        ("+007", XSD.integer, "7"),
        ("1.", XSD.decimal, "1"),
        (".5", XSD.decimal, "0.5"),
        ("1e3", XSD.double, "1000"),
        ("1", XSD.boolean, "true"),
        ("2024-02-29", XSD.date, "2024-02-29"),
        ("2024-02-29Z", XSD.date, "2024-02-29Z"),
        ("2024", XSD.gYear, "2024"),
        ("-128", XSD.byte, "-128"),
        ("18446744073709551615", XSD.unsignedLong, "18446744073709551615"),
        ("-0", XSD.nonPositiveInteger, "-0"),
        ("2025-10-15T24:00:00+02:00", XSD.dateTime, "2025-10-15T24:00:00+02:00"),
    ],
)
def test_every_lexical_form_is_read(lexical: str, datatype: Iri, expected: str) -> None:
    assert literals.normalised(Literal(lexical, datatype)).lexical == expected


@pytest.mark.parametrize("stated", ["٣", "１２", "٢٠٢٥-10-01"])
def test_only_ascii_digits_are_numbers_and_days(stated: str) -> None:
    assert literals.number(stated) is None
    assert literals.day(stated) is None
