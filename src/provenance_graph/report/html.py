"""An audit report as one HTML file: no script, nothing from elsewhere, printable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.metadata import version
from typing import Any, Final

from provenance_graph.model.knowledge import headline, sentence
from provenance_graph.report.facts import ModelFacts, Report
from provenance_graph.report.picture import picture

Json = Mapping[str, Any]
STATES: Final = {
    "Disclosed": ("●", "disclosed"),
    "PartiallyDisclosed": ("◐", "partly disclosed"),
    "Undisclosed": ("○", "not disclosed"),
    "Withheld": ("⊘", "the developer declines"),
    "NotApplicable": ("▫", "not applicable"),
    "Contradicted": ("✕", "contradicted"),
}
GAPS: Final = ("Undisclosed", "Withheld", "PartiallyDisclosed", "Contradicted")
STYLE: Final = """
:root{color-scheme:light}body{font:14px/1.45 system-ui,"Segoe UI",Roboto,"Liberation Sans",sans-serif;
max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c2126;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.3rem;border-top:2px solid #8a949d;padding-top:1rem;margin-top:2rem}
h3{font-size:1.05rem;margin:1.3rem 0 .3rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #d9dee2;overflow-wrap:anywhere}
tbody th{font-weight:500}.n{text-align:right;white-space:nowrap}.soft{color:#55606b}code,pre{font-family:ui-monospace,
"Liberation Mono",monospace;font-size:.88em}code{overflow-wrap:anywhere}pre{background:#f1f3f4;padding:.6rem;
white-space:pre-wrap}a{color:#1f5a92}.lineage{overflow-x:auto}svg{max-width:100%;height:auto}svg rect{fill:#fff;
stroke:#8a949d}svg .self rect{fill:#e6eff8;stroke:#1f5a92;stroke-width:2}svg .dataset rect{fill:#eee9f9;stroke:#5b3f9e}
svg .unresolved rect{stroke-dasharray:4 3}svg text{font-size:11px}svg path{fill:none;stroke:#8a949d;stroke-width:1.4}
svg .influence{stroke:#5b3f9e}svg .inferred{stroke-dasharray:5 4}svg path.breach{stroke:#a3121f;stroke-width:2.5}svg text.breach{fill:#a3121f;font-weight:600;text-anchor:middle}
@media print{body{margin:0;max-width:none;font-size:10pt}tr,svg{break-inside:avoid}h2,h3{break-after:avoid}
a[href^="http"]::after{content:" <" attr(href) ">";font-size:.8em}}
"""


MOST_REASONS = 30
"""Reasons of one answer that are written out; the JSON holds all."""


def html(report: Report) -> str:
    """The whole file."""
    names = ", ".join(m.profile["name"] for m in report.models)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'\">",
            f'<meta name="generator" content="provenance-graph {escape(version("provenance-graph"))}">',
            f"<title>Audit report: {escape(names)}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
            "<main>\n<h1>Audit report</h1>",
            *_scope(report),
            *(line for model in report.models for line in _model(model)),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _scope(report: Report) -> Iterator[str]:
    rows = [
        ("Scope", ", ".join(f"<code>{escape(m.profile['id'])}</code>" for m in report.models)),
        ("Store version", f"<code>{escape(report.version)}</code>, last fed {escape(report.fed)}"),
        ("As known on", escape(report.as_of or f"{report.fed} (everything in the store)")),
        ("Licences in force on", escape(report.day)),
        ("SHA-256 of the facts", f"<code>{report.checksum}</code>"),
        (
            "How to read it",
            "A value is what the acceptance policy takes from the sources; every source is listed. "
            "Estimates are never accepted. A field that a catalogue leaves blank proves nothing "
            "about the developer.",
        ),
    ]
    yield _table((), [(f"<b>{name}</b>", value) for name, value in rows])


def _model(model: ModelFacts) -> Iterator[str]:
    profile = model.profile
    fields = [field for section in profile["sections"] for field in section["fields"]]
    yield f"<h2>{escape(profile['name'])} <code>{escape(profile['id'])}</code></h2>"
    yield "<h3>Verdict</h3>"
    yield _list(_verdict(model, fields))
    yield "<h3>Facts and their sources</h3>"
    facts = [field for field in fields if field["values"]]
    yield _table(
        ("Field", "Value", "Disclosure", "Said by"),
        [(escape(f["label"]), _values(f), _state(f), _said(model, f)) for f in facts],
    )
    yield "<h3>Gaps</h3>"
    gaps = [field for field in fields if _is_gap(field)]
    yield _table(
        ("Field", "State", "Estimates, not accepted", "On record by"),
        [(escape(f["label"]), _state(f), _estimates(f), _said(model, f)) for f in gaps],
    )
    yield "<h3>Conflicts</h3>"
    yield from _conflicts(model)
    yield "<h3>Lineage</h3>"
    yield from _lineage(model.lineage)
    yield "<h3>Licences</h3>"
    yield from _licences(model.licences)
    yield "<h3>Assessment</h3>"
    yield from _assessment(model.assessed)
    yield "<h3>Documents read</h3>"
    yield _documents(model)
    yield "<h3>Queries that give the same</h3>"
    for name, text in model.queries.items():
        yield f"<p>{escape(name)}:</p><pre>{escape(text)}</pre>"


def _verdict(model: ModelFacts, fields: Sequence[Json]) -> Iterator[str]:
    yield f"{escape(sentence(headline(f['knowledge'] for f in fields)))}, from {model.profile['records']} records"
    yield f"{len(model.conflicts)} conflicts between sources"
    yield f"<b>{escape(model.licences['sentence'])}</b>"
    violations = [f for f in model.licences["findings"] if f["severity"] == "Violation"]
    if violations:
        yield f"{len(violations)} licence rules violated: {escape(', '.join(f['rule'] for f in violations))}"
    total = model.assessed["total"]
    yield f"{escape(model.assessed['rubric']['label'])}: <b>{escape(total['shown'])}</b>"


def _is_blank(field: Json) -> bool:
    return field["status"] == "NotRecorded" and not field["values"] and field["sources"] > 0


def _is_gap(field: Json) -> bool:
    return field["status"] in GAPS or _is_blank(field)


def _state(field: Json) -> str:
    if field["inferred"]:
        glyph, word = "≈", "inferred, no source states it"
    elif field["status"] in STATES:
        glyph, word = STATES[field["status"]]
    elif field["values"]:
        glyph, word = "◇", "reported by others"
    else:
        glyph, word = "–", "left blank by a source"
    return f"{glyph} {word}{', <b>≠ contested</b>' if field['contested'] else ''}"


def _values(field: Json) -> str:
    unit = f" {escape(field['unit'])}" if field["unit"] else ""
    return ", ".join(escape(plain(value)) + unit for value in field["values"])


def _estimates(field: Json) -> str:
    return ", ".join(escape(plain(claim["value"])) for claim in field["estimates"])


def plain(value: Any) -> str:
    """A JSON value as text.

    >>> plain(200000), plain({"iri": "urn:a", "label": "A"}), plain(None), plain(True)
    ('200,000', 'A', '', 'yes')
    """
    if isinstance(value, dict):
        return str(value.get("label") or value.get("id") or value["iri"])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) > 9999 else str(value)
    if isinstance(value, float):
        return f"{value:,.10g}" if abs(value) < 1e15 else f"{value:.6g}"
    return "" if value is None else str(value)


def _said(model: ModelFacts, field: Json) -> str:
    found: dict[str, None] = {}
    for claim in model.claims:
        if claim["property"] == field["property"] and claim["standing"] != "Superseded":
            place = f" {escape(claim['locator'])}" if claim["locator"] else ""
            link = _link(claim["document"], claim["publisher"]["id"])
            found[f"{link}{place}, {escape(claim['retrieved'][:10])}"] = None
    return "; ".join(found)


def _link(href: str, text: str = "") -> str:
    shown = escape(text or href)
    if not href.startswith(("http://", "https://")):
        return shown
    return f'<a href="{escape(href)}" rel="noopener noreferrer">{shown}</a>'


def _conflicts(model: ModelFacts) -> Iterator[str]:
    if not model.conflicts:
        yield "<p>Sources that were read do not disagree.</p>"
        return
    rows = []
    for conflict in model.conflicts:
        sides = "<br>".join(
            f"{'✓' if side['accepted'] else '✗'} {escape(side['value'])} – "
            + ", ".join(dict.fromkeys(_link(c["document"], c["publisher"]["id"]) for c in side["claims"]))
            for side in conflict["sides"]
        )  # fmt: skip
        kind = f"{escape(conflict['kind'])}, severity {conflict['severity']}"
        rows.append((escape(conflict["label"]), kind, escape(conflict["explanation"]), sides))
    yield _table(("Field", "Kind", "Why", "Sides (✓ accepted)"), rows)


def _lineage(lineage: Json) -> Iterator[str]:
    if not lineage["edges"]:
        yield "<p>No lineage is recorded.</p>"
        return
    yield f"<p>{lineage['shown']} of {lineage['of']} shown.</p>"
    yield f'<div class="lineage">{picture(lineage)}</div>'
    labels = {node["iri"]: node["label"] for node in lineage["nodes"]}
    rows = []
    for edge in lineage["edges"]:
        evidence = "; ".join(
            f"{_link(s['document'], s['publisher']['label'])}, {escape(s['retrieved'][:10])}"
            for s in edge["evidence"]
        )
        standing = "inferred" if edge["inferred"] else "stated"
        child, parent = (escape(labels.get(edge[end], edge[end])) for end in ("child", "parent"))
        marks = "; ".join(
            f"{escape(b['rule'])}: it {escape(b['message'])} "
            f"<span class='soft'>[{escape(b['licence'])} {escape(b['clause'])}]</span>"
            for b in edge.get("breaches", ())
        )
        rows.append((child, escape(edge["relationLabel"]), parent, standing, marks, evidence))
    columns = ("What", "Relation", "To", "Standing", "Licence problems", "Said by")
    yield _table(columns, rows)


def _licences(found: Json) -> Iterator[str]:
    labels = [
        f"{escape(one['label'])} ({'accepted' if one['accepted'] else 'not accepted'}), "
        f"said by {escape(', '.join(s['label'] for s in one['sources']))}"
        for one in found["labels"]
    ]
    yield _list(labels) if labels else "<p>No source gives it a licence.</p>"
    for answer in reversed(found["answers"]):
        yield from _answer(answer)
    if found["findings"]:
        yield _table(
            ("Rule", "Severity", "Finding", "How to fix it"),
            [
                (escape(f"{f['rule']} {f['name']}"), escape(f["severity"]), escape(f["message"]), escape(f["fix"]))
                for f in found["findings"]
            ],
        )  # fmt: skip
    if found["notices"]:
        yield "<p>To ship with it:</p>"
        yield _list(
            f"{escape(n['text'])} <span class='soft'>({escape(n['licence']['label'])}"
            f"{', ' + escape(n['clause']) if n['clause'] else ''})</span>"
            for n in found["notices"]
        )
    yield f'<p class="soft">{escape(found["note"])}</p>'


def _answer(answer: Json) -> Iterator[str]:
    """Every use with its three answers and every reason, worst first."""
    when = f"{answer['occasion']}{', ' + answer['day'] if answer['day'] else ''}"
    yield f"<p>Uses ({escape(when)}; lineage {escape(answer['lineage']['state'])}):</p>"
    rows = []
    for use in answer["uses"]:
        asked = use["label"] + (f" ({use['number']:,})" if use["number"] is not None else "")
        for name, key in (("weights", "weights"), ("training data", "trainingData"), ("contract", "contract")):  # fmt: skip
            part = use[key]
            if not part["applies"]:
                continue
            why = _list(_reason(one) for one in part["reasons"][:MOST_REASONS])
            more = len(part["reasons"]) - MOST_REASONS
            why += f"<p class='soft'>{more} more</p>" if more > 0 else ""
            rows.append((escape(asked), name, f"<b>{escape(part['answer'])}</b>", why))
    yield _table(("Use", "As to", "Answer", "Because"), rows)


def _reason(reason: Json) -> str:
    licence = reason["licence"]["id"] if reason["licence"] else ""
    where = escape(" ".join(filter(None, (licence, reason["clause"]))))
    path = " → ".join(
        f"{escape(step['relationLabel'])} {escape(step['parent']['label'])}"
        for step in reason["path"]
        if "parent" in step
    )
    custody = f", custody {escape(reason['custody'])}" if reason["custody"] else ""
    source = f" <span class='soft'>[{where}{custody}]</span>" if where else ""
    return f"{escape(reason['effect'])}: {escape(reason['text'])}{source}{' (' + path + ')' if path else ''}"


def _assessment(found: Json) -> Iterator[str]:
    rubric = found["rubric"]
    yield (
        f"<p><b>{escape(found['total']['shown'])}</b> under {escape(rubric['label'])}, version "
        f"{escape(rubric['version'])}. Low counts what nobody looked at as nothing, high as full.</p>"
    )
    rows = [
        (escape(c["label"]), plain(c["low"]), plain(c["high"]), plain(c["maximum"]))
        for c in found["criteria"]
    ]
    yield _table(("Criterion", "Certain", "Not ruled out", "Of"), rows)
    for one in found["published"]:
        score = plain(one["score"]) if one["score"] is not None else (one["grade"] or "no total")
        most = f" of {plain(one['maximum'])}" if one["maximum"] else ""
        by = f" by {escape(one['evaluator']['label'])}" if one["evaluator"] else ""
        yield f"<p>Published{by}: {escape(one['scheme']['label'])} {escape(score)}{most}</p>"


def _documents(model: ModelFacts) -> str:
    rows = [
        (_link(h.document), escape(h.retrieved[:10]), escape(h.basis.label), escape(h.licence),
         f"<code>{escape(h.digest or 'not recorded')}</code>")
        for h in sorted(model.headers, key=lambda h: (h.document, h.retrieved))
    ]  # fmt: skip
    return _table(("Document", "Retrieved", "Basis", "Licence of the source", "Checksum"), rows)


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = f"<thead><tr>{''.join(f'<th>{escape(h)}</th>' for h in heads)}</tr></thead>"
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>\n'
        for row in rows
    )
    return f"<table>{head if heads else ''}<tbody>\n{body}</tbody></table>" if body else "<p>None on record.</p>"  # fmt: skip
