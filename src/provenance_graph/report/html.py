"""Renders an audit report as one printable HTML file without scripts and external resources.

The layout is ``templates/report.html``; this module has the texts for values and states.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from provenance_graph.core.claims import Header
from provenance_graph.licences.results import CONDITIONAL
from provenance_graph.model.disclosure.states import STATES
from provenance_graph.model.display import value_text, with_unit
from provenance_graph.model.knowledge import sentence
from provenance_graph.report.facts import USES, AuditReport, ModelFacts
from provenance_graph.report.picture import picture
from provenance_graph.report.rendering import render

if TYPE_CHECKING:
    from provenance_graph.licences.answers import FindingAnswer
    from provenance_graph.model.answers import ClaimAnswer, FieldAnswer
    from provenance_graph.model.receipt import ReceiptsOf

GAPS: Final = ("Undisclosed", "Withheld", "PartiallyDisclosed", "Contradicted")


def html(report: AuditReport, receipts: Sequence[ReceiptsOf] = ()) -> str:
    """Render the whole file, with receipts if given; the same report gives the same bytes."""
    parts = ["provenance-graph", "report", *(model.profile["id"] for model in report.models)]
    for use in report.uses if report.uses != USES else ():
        parts += ["--use", use]
    parts += ["--as-of", report.as_of] if report.as_of else []
    parts += ["--receipts"] if receipts else []
    parts += ["--today", report.day, "-o", "report.html"]
    return render(
        "report.html",
        FILTERS,
        models=report.models,
        version=report.version,
        last_retrieved=report.last_retrieved,
        as_of=report.as_of,
        day=report.day,
        checksum=report.checksum,
        receipts=receipts,
        software=version("provenance-graph"),
        command=shlex.join(parts),
    )


def answer_text(answer: str) -> str:
    """The text for the answer on a use."""
    return "with conditions" if answer == CONDITIONAL else answer


def state_text(field: FieldAnswer) -> str:
    """The disclosure state of a field: glyph and label."""
    state = STATES[field["state"]]
    return f"{state.glyph} {state.label}"


def fields(model: ModelFacts) -> Iterator[FieldAnswer]:
    """Yield every field of a profile, in order."""
    for section in model.profile["sections"]:
        yield from section["fields"]


def gaps(model: ModelFacts) -> list[FieldAnswer]:
    """The fields without a full value on which some source makes a statement."""
    return [
        field
        for field in fields(model)
        if field["status"] in GAPS
        or (field["status"] == "NotRecorded" and not field["values"] and field["sources"])
    ]


def sources_of(model: ModelFacts, property: str) -> list[tuple[str, str, str, str, str]]:
    """Document, publisher, place, day and custody of every current claim on a property."""
    results = {
        (
            c["document"],
            c["publisher"]["id"],
            c["locator"] or "",
            f"edition of {c['edition']}, read {c['retrieved'][:10]}"
            if c["edition"]
            else c["retrieved"][:10],
            c["custody"].lower(),
        ): None
        for c in model.claims
        if c["property"] == property and c["standing"] != "Superseded"
    }
    return list(results)


def violations(model: ModelFacts) -> list[FindingAnswer]:
    """The findings on licence rules that the model breaks."""
    return [f for f in model.licences["findings"] if f["severity"] == "Violation"]


def publishers(claims: Iterable[ClaimAnswer]) -> list[tuple[str, str]]:
    """Document and publisher of claims, without duplicates."""
    return list(dict.fromkeys((c["document"], c["publisher"]["id"]) for c in claims))


def documents(model: ModelFacts) -> list[Header]:
    """The headers of the records, sorted by document and day."""
    return sorted(model.headers, key=lambda h: (h.document, h.retrieved))


def label_of(model: ModelFacts, iri: str) -> str:
    """The label of a node of the lineage."""
    return next((n["label"] for n in model.lineage["nodes"] if n["iri"] == iri), iri)


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "plain": value_text,
    "with_unit": with_unit,
    "answer_words": answer_text,
    "state_words": state_text,
    "fields": fields,
    "gaps": gaps,
    "sources_of": sources_of,
    "violations": violations,
    "publishers": publishers,
    "documents": documents,
    "label_of": label_of,
    "known_words": sentence,
    "picture": lambda model: Markup(picture(model.lineage)),  # noqa: S704 - it escapes its names
    "css": lambda text: re.sub(r"[^\w.-]", "", text),
}
"""Filters of the template, by name."""
