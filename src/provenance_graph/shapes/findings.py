"""What validation found: one frozen type, and how findings are distinguished and ordered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from provenance_graph.core.claims import Value
from provenance_graph.core.iris import PREFIXES, Iri, short_id, shorten

SH = PREFIXES["sh"]


class Severity(IntEnum):
    """How grave a finding is; a graver one compares as more.

    >>> Severity.VIOLATION > Severity.WARNING
    True
    """

    INFO = 1
    WARNING = 2
    VIOLATION = 3

    @property
    def label(self) -> str:
        """The name as SHACL writes it."""
        return self.name.capitalize()

    @property
    def iri(self) -> Iri:
        """The term of SHACL."""
        return Iri(SH + self.label)

    @classmethod
    def named(cls, label: str) -> Severity:
        """The severity of that name, whatever its case; raises KeyError for another."""
        return cls[label.upper()]


@dataclass(frozen=True, slots=True)
class Finding:
    """One entity that breaks one constraint.

    ``path`` is the property (or path) that was looked at, ``value`` the value at fault where
    there is one, ``shape`` the shape that says so, ``record`` the record graph it stands in,
    empty for the accepted view. ``component`` is the SHACL component, by its local name.
    ``file``, ``line`` and ``column`` say where in a checked document it stands.
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
        """The finding with where it stands; as ``replace``, at a third of its cost."""
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
        """A total order: gravest first, then by place."""
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
    """Findings in one fixed order, gravest first."""
    return sorted(findings, key=lambda finding: finding.key)


def at_least(findings: Iterable[Finding], severity: Severity) -> Iterator[Finding]:
    """The findings that are as grave as that, or graver."""
    return (finding for finding in findings if finding.severity >= severity)
