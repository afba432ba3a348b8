"""Reports of findings on documents, for people, code hosts and build servers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType

from provenance_graph.checking.documents import Examined
from provenance_graph.core.iris import short_id
from provenance_graph.core.texts import one_line
from provenance_graph.shapes import reports
from provenance_graph.shapes.findings import Finding

_LETTERS = {"Violation": "error", "Warning": "warning", "Info": "note"}


def lines(examined: Sequence[Examined]) -> str:
    """One line per finding, as compilers write them: ``file:line: error: message``."""
    return "".join(f"{_line(finding)}\n" for one in examined for finding in one.findings)


def _line(finding: Finding) -> str:
    parts = (finding.file, finding.line, finding.column if finding.line else 0)
    location = ":".join(str(part) for part in parts if part)
    about = str(finding.focus)
    subject = short_id(about) if about not in ("", finding.file) and "://" in about else ""
    path = f"{short_id(finding.path)}: " if finding.path and "://" in finding.path else ""
    tail = f" [{subject}]" if subject else ""
    return one_line(
        f"{location}: {_LETTERS[finding.severity.label]}: {path}{finding.message}{tail}"
    )


def junit(examined: Sequence[Examined]) -> str:
    """JUnit XML: a test case per document, which fails on a warning or violation."""
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
    """A text with the characters that XML 1.0 forbids replaced."""
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


_TITLES = {"Violation": "violation", "Warning": "warning", "Info": "note"}
_STYLE = """:root{color-scheme:light}body{font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;
background:#fff;margin:0 auto;max-width:64rem;padding:1.5rem}table{border-collapse:collapse;
width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem .5rem;text-align:left;
vertical-align:top;overflow-wrap:anywhere}th{white-space:nowrap}.violation{color:#8c0013}
.note{color:#444}h2{margin-top:2rem;overflow-wrap:anywhere}@page{size:A4;margin:16mm}"""


def page(examined: Sequence[Examined]) -> str:
    """One printable HTML page with a table per document; all text is escaped."""
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Check of {len(examined)} documents</title>\n<style>{_STYLE}</style>\n</head>",
        "<body>\n<h1>Documents checked</h1>",
    ]
    for one in examined:
        counts = Counter(_TITLES[f.severity.label] for f in one.findings)
        text = ", ".join(f"{n} {kind}{'s' * (n != 1)}" for kind, n in sorted(counts.items()))
        parts.append(f"<h2>{escape(one.file)}</h2>\n<p>{text or 'nothing found'}</p>")
        if one.findings:
            rows = "".join(_row(finding) for finding in one.findings)
            parts.append(
                f"<table><tr><th>severity</th><th>line</th><th>what</th></tr>{rows}</table>"
            )
    return "\n".join([*parts, "</body>\n</html>\n"])


def _row(finding: Finding) -> str:
    kind = _TITLES[finding.severity.label]
    cells = (kind, str(finding.line or ""), one_line(finding.message))
    inner = "".join(f"<td>{escape(_xml(cell))}</td>" for cell in cells)
    return f'<tr class="{kind}">{inner}</tr>'


WRITERS: Mapping[str, Callable[[Sequence[Examined]], str]] = MappingProxyType(
    {
        "table": lines,
        "json": lambda examined: reports.as_json(_all(examined)),
        "csv": lambda examined: reports.as_csv(_all(examined)),
        "turtle": lambda examined: reports.as_turtle(_all(examined)),
        "sarif": lambda examined: reports.as_sarif(_all(examined)),
        "junit": junit,
        "html": page,
    }
)
"""Writers by the name that ``--format`` takes."""
