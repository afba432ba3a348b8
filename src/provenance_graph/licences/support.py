"""The claims that support an answer on licences, and the weakest custody among them."""

from __future__ import annotations

from dataclasses import dataclass

from provenance_graph.core.iris import Iri
from provenance_graph.licences.answers import (
    SupportAnswer,
)
from provenance_graph.lineage.results import named


@dataclass(frozen=True, slots=True)
class Support:
    """A claim that supports an answer: its document, publisher, basis, custody and property."""

    record: Iri
    document: Iri
    publisher: Iri
    retrieved: str
    basis: str
    custody: str
    property: str
    locator: str = ""

    def to_json(self) -> SupportAnswer:
        """As JSON."""
        return {
            "record": self.record,
            "document": self.document,
            "publisher": named(self.publisher),
            "retrieved": self.retrieved,
            "basis": self.basis,
            "custody": self.custody,
            "property": self.property,
            "locator": self.locator,
        }


CUSTODY = ("verified", "asserted", "assumed", "derived")
"""Kinds of custody, strongest first."""


def weakest_custody(support: tuple[Support, ...]) -> str:
    """The weakest custody among the claims an answer rests on; "" where none is recorded."""
    known = [one.custody for one in support if one.custody in CUSTODY]
    return max(known, key=CUSTODY.index, default="")
