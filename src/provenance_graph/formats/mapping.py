"""Table-driven reading: rows that map the keys of a source to properties and value parsers.

A row names a key (steps joined by ``/``), the property it fills and the parser of its value. A
parser takes subject, property, value and location, and gives claims and problems. It never raises
on a value, and a value that it cannot parse is stored as stated. ``claims`` reads an entry row by
row, in the order of the table, so that two readings of one document give the same sequence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV
from provenance_graph.formats import statements
from provenance_graph.formats.catalogues import common
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import languages as spoken

Made = Iterable[Claim | Problem]
Parser = Callable[[Iri, Iri, Any, str], Made]
"""A function of subject, property, value and location that returns claims and problems."""


@dataclass(frozen=True, slots=True)
class Row:
    """One key of a source: the property it fills, its value parser, and its texts without a value.

    ``stances`` maps texts (in lower case) such as ``undisclosed`` and ``none`` to the stance of a
    claim without a value. A null, an empty text and a missing key yield no claim.
    """

    key: str
    property: Iri
    read: Parser
    stances: Mapping[str, Stance] = field(default_factory=lambda: MappingProxyType({}))


def claims(
    subject: Iri, entry: Mapping[Any, Any], rows: tuple[Row, ...], location: str
) -> list[Claim | Problem]:
    """The claims and problems that the rows make of an entry, in the order of the rows."""
    results: list[Claim | Problem] = []
    for row in rows:
        key = row.key
        value = entry.get(key) if "/" not in key else find(entry, key)
        if value is None:
            continue
        where = f"{location}/{key}"
        if row.stances:
            text = statements.scalar_text(value)
            stance = row.stances.get(text.casefold())
            if stance is not None:
                results.append(statements.not_given(subject, row.property, stance, text, where))
                continue
        if value != "":
            results += row.read(subject, row.property, value, where)
    return results


def find(entry: Mapping[Any, Any], key: str) -> Any:
    """The value at a key whose steps are followed through mappings; None where it is missing.

    >>> find({"a": {"b": 1}}, "a/b"), find({"a": 2}, "a/b")
    (1, None)
    """
    if "/" not in key:
        return entry.get(key)
    value: Any = entry
    for step in key.split("/"):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def count(kind: str = "a count") -> Parser:
    """Parser of a whole number above zero; zero means "none given", and problems name ``kind``."""

    def read(subject: Iri, property_: Iri, value: Any, where: str) -> Made:
        return common.tokens(subject, property_, value, where, kind)

    return read


def date(subject: Iri, property_: Iri, value: Any, where: str) -> Made:
    """Parser of a day, month or year; an impossible date is a problem and is stored as stated."""
    claim = statements.dated(subject, property_, value, where)
    if not claim.unusable:
        return (claim,)
    what = f"{claim.as_stated[:60]!r}: {claim.unusable}"
    return Problem(where, what, kind="impossible"), claim


def released(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of a release date of a catalogue that requires a day: the first means the whole month.

    Contributors who know only the month enter the first: in an index of notable models 12 % of the
    days are the first, where 3 % would be expected. The first of January states no more than the
    year, and the claim is an inference.
    """
    for item in date(subject, property_, value, where):
        stated = statements.scalar_text(value)
        first = re.fullmatch(r"(\d{4})-(\d\d)-01", stated)
        if first is None or not isinstance(item, Claim) or item.unusable:
            yield item
            continue
        january = first[2] == "01"
        period = literals.day(first[1] if january else stated[:7])
        assert period is not None
        yield replace(
            item,
            value=period.literal,
            precision=period.precision,
            basis=Basis.INFERENCE if january else item.basis,
            as_stated=stated,
            locator=where,
        )


def text(subject: Iri, property_: Iri, value: Any, where: str) -> Made:
    """Parser of a text, or of each text of a list."""
    if type(value) is str and (text := value.strip()):
        return (Claim(subject, property_, statements.literal(text)),)
    return _texts(subject, property_, value, where)


def _texts(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    for index, item in enumerate(statements.as_list(value)):
        text = statements.scalar_text(item)
        if text:
            yield Claim(subject, property_, statements.literal(text))
        elif item not in (None, ""):
            at = f"{where}/{index}" if isinstance(value, list) else where
            yield Problem(at, f"{common.brief(item)} is not a text", kind="shape")


def languages(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of languages by code or name; an unknown one is kept under its key as stated."""
    for item in text(subject, property_, value, where):
        if isinstance(item, Claim) and item.value is not None:
            yield spoken.stated(subject, str(item.value), where.rpartition("/")[2])
        else:
            yield item


def link(subject: Iri, property_: Iri, value: Any, where: str) -> Made:
    """Parser of a web address, or of each address of a list."""
    if type(value) is str and (text := value.strip()):
        return (statements.link(subject, property_, text, where),)
    return _links(subject, property_, value, where)


def _links(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    for index, item in enumerate(statements.as_list(value)):
        at = f"{where}/{index}" if isinstance(value, list) else where
        text = statements.scalar_text(item)
        if text:
            yield statements.link(subject, property_, text, at)
        elif item not in (None, ""):
            yield Problem(at, f"{common.brief(item)} is not a web address", kind="link")


def licence(subject: Iri, _: Iri, value: Any, where: str) -> Made:
    """Parser of a licence given by name, token or address."""
    if isinstance(value, str):
        return statements.licensed(subject, value, locator=where)
    return (Problem(where, f"{common.brief(value)} is not a licence's name"),)


def terms(subject: Iri, property_: Iri, value: Any, where: str) -> Made:
    """Parser of a licence, or of the address of unidentified terms: kept as a licence by address."""
    if isinstance(value, str) and re.fullmatch(r"https?://\S+", value.strip()):
        return statements.licensed(subject, "other", link=value.strip(), locator=where)
    return licence(subject, property_, value, where)


def flag(subject: Iri, property_: Iri, value: Any, where: str) -> Made:
    """Parser of a boolean as a boolean literal."""
    if isinstance(value, bool):
        return (Claim(subject, property_, literals.boolean(value)),)
    return (Problem(where, f"{common.brief(value)} is neither true nor false"),)


def either(yes: Iri, no: Iri) -> Parser:
    """Parser of a boolean as one of two concepts of a code list."""

    def read(subject: Iri, property_: Iri, value: Any, where: str) -> Made:
        if isinstance(value, bool):
            return (Claim(subject, property_, yes if value else no),)
        return (Problem(where, f"{common.brief(value)} is neither true nor false"),)

    return read


def codes(table: Mapping[str, Iri], kind: str) -> Parser:
    """Parser of a source's words as concepts; a word missing from the table is stored as stated."""

    def read(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
        for item in statements.as_list(value):
            text = statements.scalar_text(item)
            known = table.get(text.casefold())
            if known is not None:
                yield Claim(subject, property_, known)
            elif text:
                yield Problem(where, f"{text[:60]!r} is no {kind} that is known")
                yield Claim(
                    subject,
                    property_,
                    None,
                    as_stated=text[: statements.MAX_STATED],
                    locator=where,
                    unusable=f"no {kind} of the code list",
                )

    return read


def modalities(subject: Iri, property_: Iri, value: Any, where: str) -> Made:
    """Parser of modalities of content."""
    return common.modalities(subject, property_, value, where)


def makers(subject: Iri, _: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the developers of a model or dataset, one or several by name."""
    for index, item in enumerate(statements.as_list(value)):
        name = statements.stated_name(item)
        if name:
            yield from statements.made_by(subject, name)
        elif item not in (None, ""):
            yield Problem(f"{where}/{index}", f"{common.brief(item)} is not a name", kind="shape")


def price(*, million: bool = False) -> Parser:
    """Parser of a price in US dollars for a million tokens; ``million``: the source's is for one."""

    def read(subject: Iri, property_: Iri, value: Any, where: str) -> Made:
        return common.price(subject, property_, value, where, million=million)

    return read


def dataset_of(name: str, address: str) -> tuple[Iri, str]:
    """The IRI of a dataset (by its Hub address if any, else by name), and its Hub name or empty."""
    repository = hub.dataset_name(address) or hub.dataset_name(name)
    return iris.dataset(repository or name), repository


def derived_data(subject: Iri, _: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the datasets that a dataset was derived from, by name."""
    for item in statements.as_list(value):
        name = statements.stated_name(item)
        parent, _repository = dataset_of(name, name)
        if parent == subject:
            yield Problem(where, f"{name!r} is the dataset itself", kind="lineage")
        elif name:
            yield from statements.is_a(parent, PG.Dataset, name)
            yield Claim(subject, PROV.wasDerivedFrom, parent)
