"""What a search finds beside entities: the stored questions, and the views of the web page by what they are for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provenance_graph.core.iris import ID, Iri
from provenance_graph.model.questions.stored import questions

_HELP = {
    "explore": ("Explore the graph", "picture neighbours shortest path timeline evidence minimap"),
    "disclosure": (
        "What is disclosed, and what is not",
        "heat map disclosure silent gaps unknown fields signs transparency training data",
    ),
    "conflicts": ("Where sources disagree", "conflicts contradictions contradictory differences"),
    "breaches": ("Licence findings", "licence breaches violations incompatible terms obligations"),
    "impact": (
        "What depends on a model or dataset",
        "impact withdrawn retired recall descendants downstream",
    ),
    "sparql": ("SPARQL workbench", "query chart saved queries history questions csv"),
    "check": (
        "Check a document",
        "validate model card config sbom cyclonedx spdx croissant elements g7 ntia",
    ),
    "compare": ("Compare models or days", "differences side by side as of two dates"),
    "report": ("Audit report", "print pdf verdict portfolio evidence checksum"),
    "basket": ("Basket", "selection list of models licence matrix portfolio"),
    "fleet": ("What we run", "fleet deployments systems inventory concerns"),
    "changes": ("What changed in the store", "commits versions history feed atom since"),
    "identity": ("Names that may be one", "identity duplicates aliases same review decide"),
    "terms": ("Terms of the graph", "ontology vocabulary classes properties codes schema"),
    "docs": ("API", "rest openapi http routes service"),
}
"""Views of the page by their address: what each is called, and words by which it is looked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question or a view: what it is called, and the texts by which it is found."""

    iri: Iri
    id: str
    name: str
    kind: str
    spoken: tuple[str, ...]


def entries() -> Iterator[Entry]:
    """Every stored question and every view of the page."""
    for question in questions().values():
        iri = Iri(f"{ID}question/{question.name}")
        spoken = (question.name, question.question, question.topic)
        yield Entry(iri, question.name, question.question, "question", spoken)
    for address, (name, words) in _HELP.items():
        iri = Iri(f"{ID}help/{address}")
        yield Entry(iri, address, name, "help", (address, name, *words.split()))
