"""Result types of a filled form: each field with its value, status and claims."""

from __future__ import annotations

from dataclasses import field, replace

from pydantic.dataclasses import dataclass

from provenance_graph.core.results import RESULT, Cell
from provenance_graph.model.disclosure.states import STATES
from provenance_graph.model.receipt import Receipt

STATUSES = {
    "stated": f"{STATES['disclosed'].glyph} stated by the developer",
    "mixed": "◑ stated by the developer in part, in part by others as marked",
    "reported": f"{STATES['reported'].glyph} reported by others",
    "inferred": f"{STATES['inferred'].glyph} inferred",
    "derived": "∴ derived by a rule",
    "partly": "◔ partly filled",
    "declined": f"{STATES['withheld'].glyph} the developer declines to say",
    "undisclosed": f"{STATES['undisclosed'].glyph} searched for, not disclosed",
    "leftBlank": f"{STATES['notStated'].glyph} left blank by the developer",
    "notApplicable": f"{STATES['notApplicable'].glyph} not applicable",
    "partlyDisclosed": f"{STATES['partlyDisclosed'].glyph} partly disclosed, without a value",
    "notAccepted": "× stated, and not accepted",
    "unreadable": "? stated, and not readable",
    "empty": "□ no source states it",
}
"""The glyph and text of each field status."""
BASES = {
    "developer": "stated by the developer",
    "others": "reported by others",
    "inferred": "inferred",
    "derived": "derived by a rule",
}
"""The text for the origin of a value, by its basis."""
_OF_ONE_BASIS = frozenset({"stated", "reported", "inferred", "derived"})


@dataclass(frozen=True, config=RESULT)
class FilledValue:
    """One value with its property, the other entity it belongs to (if any), and its footnotes."""

    property: str
    iri: str
    label: str
    text: str
    value: Cell
    of: str = ""
    of_iri: str = ""
    basis: str = ""
    contested: bool = False
    footnotes: list[int] = field(default_factory=list)


@dataclass(frozen=True, config=RESULT)
class FilledField:
    """One field with its values; ``ask`` names who could fill a field without a value.

    ``labelled``: several properties may answer, so that each value is shown with its property.
    """

    id: str
    title: str
    help: str
    status: str
    values: list[FilledValue]
    missing: list[str]
    notes: list[str]
    footnotes: list[int]
    ask: str
    binds: str = ""
    labelled: bool = False

    @property
    def distinct_values(self) -> list[FilledValue]:
        """The values without duplicates; equal values are merged with the footnotes of all."""
        merged: dict[tuple[str, str, str, str], FilledValue] = {}
        for value in self.values:
            key = value.iri, value.of, value.text, value.basis
            if before := merged.get(key):
                notes = sorted({*before.footnotes, *value.footnotes})
                disputed = before.contested or value.contested
                value = replace(before, footnotes=notes, contested=disputed)
            merged[key] = value
        return list(merged.values())

    def mark(self, value: FilledValue) -> str:
        """The origin of a value, if it does not follow from the field's status; else ""."""
        return "" if self.status in _OF_ONE_BASIS else BASES[value.basis]


@dataclass(frozen=True, config=RESULT)
class FilledSection:
    """The fields under one heading."""

    title: str
    note: str
    fields: list[FilledField]


@dataclass(frozen=True, config=RESULT)
class Footnote:
    """A claim behind values, by the number that they cite."""

    number: int
    receipt: Receipt


@dataclass(frozen=True, config=RESULT)
class FilledForm:
    """A form filled for one model, with the data to reproduce it byte for byte."""

    form: str
    title: str
    authority: str
    edition: str
    source: str
    note: str
    model: str
    iri: str
    name: str
    developer: str
    as_of: str
    day: str
    store: str
    policy: str
    software: str
    command: str
    counts: dict[str, int]
    """Fields by status, in the order of ``STATUSES``."""
    sections: list[FilledSection]
    footnotes: list[Footnote]
    unknown: str = ""

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in self.counts.items())
        return f"<{self.form} of {self.model}: {counts}>"
