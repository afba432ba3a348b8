"""One fact of the curated list, and the makers that turn most facts into claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF, SCHEMA
from tools.curated import names as known


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: the model (short name and IRI), its property and value in the list's words."""

    short: str
    subject: Iri
    prop: str
    value: str
    basis: Basis | None
    place: str
    parent: Iri | None = None
    source: str = ""

    def claim(self, prop: Iri, value: Value | None, **more: object) -> Claim:
        """A claim about the model on this fact's basis."""
        return self.about(self.subject, prop, value, **more)

    def about(self, subject: Iri, prop: Iri, value: Value | None, **more: object) -> Claim:
        """A claim about another entity on this fact's basis, with the stated value."""
        same = value is not None and not isinstance(value, Iri) and value.lexical == self.value
        base = Claim(
            subject,
            prop,
            value,
            basis=self.basis,
            as_stated="" if same else self.value,
            locator=self.place,
        )
        return replace(base, **more)  # type: ignore[arg-type]

    def node(self, kind: str, local: str) -> Iri:
        """The IRI of a node below the model."""
        return iris.entity("curated", kind, f"{self.short}/{local}")


Made = Iterator[Claim | Problem]
Maker = Callable[[Fact], Made]


def unread(fact: Fact, why: str) -> Problem:
    """The problem for a fact whose value cannot be used, with its location."""
    return Problem(fact.place or fact.short, f"{fact.short}: {fact.prop} {fact.value!r} is {why}")


def amount(text: str) -> Decimal | None:
    """The number at the start of a text, after words such as ``up to``; None where there is none."""
    match = re.match(r"(?:up to |~)?(\d[\d.,]*\s?[kKMBT]?)(?![\w.])\+?", text.strip())
    return literals.number(match[1].rstrip(",.")) if match else None


def whole(prop: Iri) -> Maker:
    """Maker for whole numbers; a bound or a remark in brackets makes the claim partly stated."""

    def make(fact: Fact) -> Made:
        number = amount(fact.value)
        literal = literals.whole(number) if number is not None else None
        if literal is None:
            yield unread(fact, "not a whole number")
            return
        loose = fact.value.startswith("up to") or fact.value.endswith(")")
        yield fact.claim(prop, literal, stance=Stance.PARTLY_STATED if loose else Stance.STATED)

    return make


def decimal(prop: Iri) -> Maker:
    """Maker for decimal numbers."""

    def make(fact: Fact) -> Made:
        number = amount(fact.value)
        if number is None:
            yield unread(fact, "not a number")
            return
        yield fact.claim(prop, literals.decimal(number))

    return make


def double(prop: Iri) -> Maker:
    """Maker for numbers stored as doubles."""

    def make(fact: Fact) -> Made:
        number = amount(fact.value)
        if number is not None:
            yield fact.claim(prop, literals.double(float(number)))

    return make


def text(prop: Iri) -> Maker:
    """Maker for texts."""

    def make(fact: Fact) -> Made:
        yield fact.claim(prop, literals.text(fact.value))

    return make


def texts(prop: Iri) -> Maker:
    """Maker for texts separated by commas, one claim for each."""

    def make(fact: Fact) -> Made:
        for part in fact.value.split(","):
            yield fact.claim(prop, literals.text(part.strip()))

    return make


def date(prop: Iri) -> Maker:
    """Maker for dates; an invalid date is kept as stated."""

    def make(fact: Fact) -> Made:
        dated = literals.day(fact.value)
        if dated is None:
            yield fact.claim(prop, None, unusable="no such date")
            return
        retained = "" if dated.literal.lexical == fact.value else fact.value
        yield fact.claim(prop, dated.literal, precision=dated.precision, as_stated=retained)

    return make


def code(prop: Iri, codes: Mapping[str, Iri]) -> Maker:
    """Maker for code lists, by the first words of the value."""

    def make(fact: Fact) -> Made:
        for head, code in codes.items():
            if fact.value.casefold().startswith(head):
                yield fact.claim(prop, code)
                return
        yield fact.claim(prop, None, unusable="not in the code list")

    return make


def organization(prop: Iri, text: str, fact: Fact) -> Made:
    """Claims of an organization's relation to the model, and its class and name."""
    name = known.DEVELOPERS.get(text, text)
    maker = iris.organization(name)
    yield fact.claim(prop, maker, as_stated=text)
    yield Claim(maker, RDF.type, PG.Organization)
    yield Claim(maker, SCHEMA.name, literals.text(name))
