"""Reports of findings: table, JSON, CSV, a SHACL report, SARIF 2.1.0."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.iris import PREFIXES, Iri, is_iri, short_id, shorten
from provenance_graph.core.rdf import term
from provenance_graph.shapes.findings import Finding, Severity, order
from provenance_graph.shapes.model import Shape, ShapePath
from provenance_graph.shapes.parse import shipped_shapes

if TYPE_CHECKING:
    from provenance_graph.shapes.answers import ShapeFinding

_SARIF_LEVEL = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def summarize(findings: Iterable[Finding]) -> str:
    """The number of findings of each severity, in words.

    >>> summarize([])
    'no findings'
    """
    counts = Counter(finding.severity for finding in findings)
    parts = [
        f"{counts[severity]} {severity.label.lower()}{'s' if counts[severity] != 1 else ''}"
        for severity in sorted(Severity, reverse=True)
        if counts[severity]
    ]
    return ", ".join(parts) or "no findings"


def rows(findings: Iterable[Finding]) -> Iterator[tuple[str, ...]]:
    """Yield findings as table rows: severity, entity, property, value, what to do, record."""
    for finding in order(findings):
        yield (
            finding.severity.label,
            short_id(str(finding.focus)),
            shorten(finding.path) if is_iri(finding.path) else finding.path,
            _plain(finding.value),
            finding.message,
            short_id(finding.record) if finding.record else "",
        )


COLUMNS = ("severity", "thing", "property", "value", "what to do", "record")
"""The column headings of ``rows``."""


def table(findings: Iterable[Finding]) -> str:
    """Format findings as aligned text, by falling severity, with a summary as last line."""
    results = list(findings)
    lines = [COLUMNS, *rows(results)]
    widths = [min(48, max(len(line[n]) for line in lines)) for n in range(len(COLUMNS))]
    details = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*(details if results else []), summarize(results), ""])


def as_json(findings: Iterable[Finding]) -> str:
    """Serialise findings as a JSON object: conformance, counts, and one object per finding."""
    from pydantic_core import to_json  # slow to import; the table format does not need it

    result = order(findings)
    counts = Counter(finding.severity.label for finding in result)
    document = {
        "conforms": not any(finding.severity == Severity.VIOLATION for finding in result),
        "counts": {severity.label: counts[severity.label] for severity in sorted(Severity)},
        "findings": [as_object(finding) for finding in result],
    }
    return to_json(document, indent=2).decode() + "\n"


def as_object(finding: Finding) -> ShapeFinding:
    """Convert one finding to plain values for JSON."""
    value = finding.value
    shape_finding: ShapeFinding = {
        "severity": finding.severity.label,
        "focus": str(finding.focus),
        "path": finding.path or None,
        "value": None if value is None else _plain(value),
        "datatype": value.datatype if isinstance(value, Literal) else None,
        "message": finding.message,
        "shape": finding.shape,
        "component": finding.component,
        "record": finding.record or None,
    }
    if finding.file:
        shape_finding["file"], shape_finding["line"] = finding.file, finding.line or None
    return shape_finding


def as_turtle(findings: Iterable[Finding], shapes: Sequence[Shape] | None = None) -> str:
    """Serialise findings as a ``sh:ValidationReport``; any finding means non-conformance.

    The rule is that of SHACL, section 3.6.
    """
    result = order(findings)
    paths = _paths(shipped_shapes() if shapes is None else shapes)
    used = ("sh", "pg", "xsd")
    head = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in used)
    results = ",\n".join(_result(finding, paths) for finding in result)
    conforms = "false" if result else "true"
    tail = f" ;\n  sh:result {results}" if results else ""
    return f"{head}\n[] a sh:ValidationReport ;\n  sh:conforms {conforms}{tail} .\n"


def _result(finding: Finding, paths: Mapping[str, ShapePath]) -> str:
    lines = [
        "a sh:ValidationResult",
        f"sh:resultSeverity sh:{finding.severity.label}",
        f"sh:focusNode {_term(finding.focus)}",
        f"sh:resultMessage {_term(Literal(finding.message))}",
    ]
    if finding.component:
        lines.append(f"sh:sourceConstraintComponent sh:{finding.component}ConstraintComponent")
    path = paths.get(finding.shape)
    if path is not None and str(path) == finding.path:
        lines.append(f"sh:resultPath {path.turtle}")
    elif is_iri(finding.path):
        lines.append(f"sh:resultPath {_term(Iri(finding.path))}")
    if finding.value is not None:
        lines.append(f"sh:value {_term(finding.value)}")
    if is_iri(finding.shape):
        lines.append(f"sh:sourceShape {_term(Iri(finding.shape))}")
    if finding.record:
        lines.append(f"<http://purl.org/dc/terms/isPartOf> {_term(Iri(finding.record))}")
    return "[ " + " ;\n    ".join(lines) + " ]"


def _paths(shapes: Iterable[Shape]) -> dict[str, ShapePath]:
    paths: dict[str, ShapePath] = {}
    for shape in shapes:
        if shape.path is not None:
            paths[shape.name] = shape.path
        paths |= _paths(shape.property_shapes())
    return paths


def as_sarif(findings: Iterable[Finding], version: str = "0.1.0") -> str:
    """Serialise findings as SARIF 2.1.0, which code hosts and editors show beside the file.

    A finding on a document names its file, relative to the working directory, and the line. For a
    finding on a store, the record or else the entity takes the place of the file.
    """
    result = order(findings)
    rules = sorted({finding.shape for finding in result})
    driver = {
        "name": "provenance-graph",
        "version": version,
        "informationUri": "https://w3id.org/provenance-graph/ns",
        "rules": [_rule(name, result) for name in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(finding, rules) for finding in result],
    }
    document = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _rule(name: str, findings: Sequence[Finding]) -> dict[str, Any]:
    first = next(finding for finding in findings if finding.shape == name)
    return {
        "id": _rule_id(name),
        "shortDescription": {"text": first.message},
        "helpUri": name,
        "defaultConfiguration": {"level": _SARIF_LEVEL[first.severity]},
    }


def _rule_id(name: str) -> str:
    return name.rsplit("#", 1)[-1]


def _sarif_result(finding: Finding, rules: Sequence[str]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(finding)}
    if finding.line:
        physical["region"] = {"startLine": finding.line}
        if finding.column:
            physical["region"]["startColumn"] = finding.column
    path = f" {shorten(finding.path)}" if finding.path else ""
    value = f" is {_plain(finding.value)}:" if finding.value is not None else ":"
    return {
        "ruleId": _rule_id(finding.shape),
        "ruleIndex": rules.index(finding.shape),
        "level": _SARIF_LEVEL[finding.severity],
        "message": {"text": f"{short_id(str(finding.focus))}{path}{value} {finding.message}"},
        "locations": [
            {
                "physicalLocation": physical,
                "logicalLocations": [
                    {"fullyQualifiedName": str(finding.focus), "kind": "resource"}
                ],
            }
        ],
    }


def _artifact(finding: Finding) -> dict[str, str]:
    """The location of a finding: a file below the working directory, or a record or entity IRI."""
    if not finding.file:
        return {"uri": finding.record or str(finding.focus)}
    if finding.file.startswith("/"):
        return {"uri": f"file://{quote(finding.file)}"}
    return {"uri": quote(finding.file), "uriBaseId": "%SRCROOT%"}


def _plain(value: Value | None) -> str:
    if value is None:
        return ""
    return value.lexical if isinstance(value, Literal) else shorten(value)


def _term(value: Value) -> str:
    return "[]" if isinstance(value, Iri) and value.startswith("_:") else str(term(value))


def as_csv(findings: Iterable[Finding]) -> str:
    """Serialise findings as CSV, one row each, with file, line and column in a document."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("file", "line", "column", *COLUMNS))
    for one in order(findings):
        (row,) = rows([one])
        writer.writerow((one.file, one.line or "", one.column or "", *row))
    return out.getvalue()


FORMATS: Mapping[str, Callable[[Iterable[Finding]], str]] = MappingProxyType(
    {"table": table, "json": as_json, "csv": as_csv, "turtle": as_turtle, "sarif": as_sarif}
)
"""Writers by the format names of ``validate --format``."""
