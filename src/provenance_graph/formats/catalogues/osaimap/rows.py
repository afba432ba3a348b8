"""Claims that the tables of the AI Stack Map share: a repository, and a base given as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.formats import statements
from provenance_graph.formats.catalogues import common
from provenance_graph.formats.document import ReaderOutput

SOURCE = "osaimap"
Row = Mapping[str, str]
"""A row of a table: the text of each cell by column name."""


def described(name: str) -> Iterator[Claim]:
    """Yield a model, its Hub page, and the owner of its repository as its creator."""
    subject = iris.model(name)
    yield Claim(subject, RDF.type, PG.Model)
    yield Claim(subject, PG.hubRepository, statements.hub_page(name))
    if "/" in name:
        owner = name.partition("/")[0]
        maker = common.organization(owner)
        yield from statements.is_a(maker, PG.Organization, owner)
        yield Claim(subject, DCTERMS.creator, maker)


def unresolved(subject: Iri, relation: Iri, text: str, where: str) -> ReaderOutput:
    """Yield a base that is only a text: an unresolved reference, and a problem."""
    node = iris.entity(SOURCE, "unresolved", iris.slug(text)[:120])
    yield Claim(node, RDF.type, PG.UnresolvedReference)
    yield Claim(node, PG.unresolvedText, literals.text(text[: statements.MAX_STATED]))
    yield Claim(subject, relation, node, basis=Basis.INFERENCE, locator=where)
    yield Problem(where, f"base {text[:60]!r} is not a repository", "owner/name", kind="lineage")
