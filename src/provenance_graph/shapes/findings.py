"""Findings of validation: their type, comparison and order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from provenance_graph.core.claims import Value
from provenance_graph.core.iris import PREFIXES, Iri, short_id, shorten

SH = PREFIXES["sh"]


class Severity(IntEnum):
    """The severity of a finding; a graver one compares as greater.

    >>> Severity.VIOLATION > Severity.WARNING
    True
    """

    INFO = 1
    WARNING = 2
    VIOLATION = 3

    @property
    def label(self) -> str:
        """The local name of the SHACL severity."""
        return self.name.capitalize()

    @property
    def iri(self) -> Iri:
        """The IRI of the SHACL severity."""
        return Iri(SH + self.label)

    @classmethod
    def named(cls, label: str) -> Severity:
        """The severity with that name in any case; raises KeyError for another."""
        return cls[label.upper()]


@dataclass(frozen=True, slots=True)
class Finding:
    """One entity that breaks one constraint.

    ``path`` is the property (or path) that was tested, ``value`` the value at fault if any,
    ``shape`` the shape that failed, ``record`` the record graph, empty for the accepted view.
    ``component`` is the local name of the SHACL component. ``file``, ``line`` and ``column`` are
    the place in a validated document.
    """

    severity: Severity
    focus: Value
    path: str
    value: Value | None
    message: str
    shape: str
    record: str = ""
    component: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    def at(self, file: str, line: int, column: int) -> Finding:
        """A copy with another place; as ``replace``, at a third of its cost."""
        return Finding(
            self.severity,
            self.focus,
            self.path,
            self.value,
            self.message,
            self.shape,
            self.record,
            self.component,
            file,
            line,
            column,
        )

    @property
    def key(self) -> tuple[object, ...]:
        """The sort key: a total order by falling severity, then by place."""
        return (
            -self.severity,
            self.file,
            self.line,
            self.record,
            str(self.focus),
            self.path,
            str(self.value or ""),
            self.shape,
            self.component,
            self.message,
        )

    def __str__(self) -> str:
        where = short_id(str(self.focus))
        path = f" {shorten(self.path)}" if self.path else ""
        return f"{self.severity.label}: {where}{path}: {self.message}"


def order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings by falling severity, in a total order."""
    return sorted(findings, key=lambda finding: finding.key)


def at_least(findings: Iterable[Finding], severity: Severity) -> Iterator[Finding]:
    """Yield the findings of at least a severity."""
    return (finding for finding in findings if finding.severity >= severity)
