"""Search entries besides entities: stored questions, views of the web page, manual pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provenance_graph.core.iris import ID, Iri
from provenance_graph.model.questions.stored import questions

_HELP = {
    "explore": (
        "Explore the graph",
        "picture neighbours shortest path timeline evidence minimap who builds on whom licence flow organisations",
    ),
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
    "policy": (
        "What the policy decided",
        "acceptance rules accepted rejected why trust closer source stronger basis",
    ),
    "terms": ("Terms of the graph", "ontology vocabulary classes properties codes schema"),
    "docs": ("API", "rest openapi http routes service"),
}
"""Views of the web page by address, with name and search words."""
_MANUAL = {
    "tutorial": ("Tutorial: ten minutes", "first steps start begin introduction"),
    "howto/use": ("How to decide whether we may use a model", "ship commercial permission"),
    "howto/audit": ("How to audit a model", "evidence report disclosure"),
    "howto/watch": ("How to watch what we run", "fleet alerts retirement webhooks"),
    "howto/ci": ("How to check documents in CI", "sarif pipeline pull request"),
    "howto/own": ("How to record and import our own", "private claims import"),
    "howto/link": ("How to link and reconcile", "wikidata ror openrefine"),
    "howto/research": ("How to do research with Python", "notebook dataframe polars"),
    "howto/sync": ("How to keep it up to date", "sync fetch follow"),
    "acceptance": ("What is accepted, and why", "policy rules claims rejected"),
    "assessment": ("Assessment", "score rubric transparency levels"),
    "checks": ("Lists of elements", "g7 bsi ntia fsct eu"),
    "commands": ("Commands", "command line options help"),
    "exports": ("Exports", "spdx cyclonedx croissant prov model card losses"),
    "forms": ("Forms, filled from claims", "annex xi xii ab 2013 eu ai act"),
    "history": ("History and comparison", "as of day versions"),
    "identity": ("Identity: which names mean one entity", "sssom mapping same alias"),
    "licences": ("Licences along lineage", "rules clauses obligations repair"),
    "lineage": ("Lineage", "derivation ancestors descendants kinship"),
    "ontology": ("The ontology", "terms classes properties shapes"),
    "questions": ("Stored questions", "sparql answers"),
    "receipts": ("Receipts: evidence that travels", "bundle signature verify proof"),
    "rubrics": ("Rubrics", "criteria items weights"),
    "service": ("The HTTP service", "serve deploy settings tokens limits"),
    "store": ("The store", "build backup checkpoint formats"),
    "validation": ("Validation", "shacl shapes findings"),
    "web": ("The web page", "views explorer basket workbench"),
}
"""Pages of the manual by address, with name and search words."""


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """A question, view or manual page, with the texts by which a search finds it."""

    iri: Iri
    id: str
    name: str
    kind: str
    spellings: tuple[str, ...]


def entries() -> Iterator[HelpEntry]:
    """A search entry for every stored question, every view of the page, and every manual page."""
    for question in questions().values():
        iri = Iri(f"{ID}question/{question.name}")
        spellings = (question.name, question.question, question.topic)
        yield HelpEntry(iri, question.name, question.question, "question", spellings)
    for address, (name, words) in _HELP.items():
        iri = Iri(f"{ID}help/{address}")
        yield HelpEntry(iri, address, name, "help", (address, name, *words.split()))
    for page, (name, words) in _MANUAL.items():
        iri = Iri(f"{ID}help/manual/{page}.html")
        yield HelpEntry(iri, f"manual/{page}", name, "help", (page, name, "manual", *words.split()))
