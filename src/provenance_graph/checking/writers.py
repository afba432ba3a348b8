"""Findings on documents as people, code hosts and build servers want them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from provenance_graph.checking.documents import Examined
from provenance_graph.core.iris import short_id
from provenance_graph.shapes import reports
from provenance_graph.shapes.findings import Finding

_LETTERS = {"Violation": "error", "Warning": "warning", "Info": "note"}


def lines(examined: Sequence[Examined]) -> str:
    """One line a finding, as compilers write them: ``file:line: error: what is wrong``."""
    return "".join(f"{_line(finding)}\n" for one in examined for finding in one.findings)


def _line(finding: Finding) -> str:
    parts = (finding.file, finding.line, finding.column if finding.line else 0)
    place = ":".join(str(part) for part in parts if part)
    about = str(finding.focus)
    subject = short_id(about) if about not in ("", finding.file) and "://" in about else ""
    path = f"{short_id(finding.path)}: " if finding.path and "://" in finding.path else ""
    tail = f" [{subject}]" if subject else ""
    return _one_line(f"{place}: {_LETTERS[finding.severity.label]}: {path}{finding.message}{tail}")


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def junit(examined: Sequence[Examined]) -> str:
    """JUnit's XML: a test case a document; what is graver than a note fails it."""
    suite = ET.Element("testsuite", name="provenance-graph")
    failures = errors = 0
    for one in examined:
        case = ET.SubElement(suite, "testcase", name=_xml(one.file), classname="provenance-graph")
        reported = [f for f in one.findings if f.severity.label != "Info"]
        notes = [f for f in one.findings if f.severity.label == "Info"]
        if reported:
            kind = "failure" if one.read else "error"
            failures, errors = failures + one.read, errors + (not one.read)
            first = ET.SubElement(
                case, kind, message=_xml(reported[0].message), type=reported[0].severity.label
            )
            first.text = _xml("\n".join(map(_line, reported)))
        if notes:
            ET.SubElement(case, "system-out").text = _xml("\n".join(map(_line, notes)))
    suite.set("tests", str(len(examined)))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _xml(text: str) -> str:
    """Text without what XML 1.0 cannot carry."""
    return "".join(
        c
        if c in "\n\t"
        or (c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and c < "\ufffe")
        or c > "\uffff"
        else "\ufffd"
        for c in text
    )


def _all(examined: Sequence[Examined]) -> list[Finding]:
    return [finding for one in examined for finding in one.findings]


WRITERS: Mapping[str, Callable[[Sequence[Examined]], str]] = MappingProxyType(
    {
        "table": lines,
        "json": lambda examined: reports.as_json(_all(examined)),
        "turtle": lambda examined: reports.as_turtle(_all(examined)),
        "sarif": lambda examined: reports.as_sarif(_all(examined)),
        "junit": junit,
    }
)
"""Writers by the name that ``--format`` takes."""
