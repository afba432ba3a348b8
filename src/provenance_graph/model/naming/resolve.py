"""Resolution of a user's text to an entity of one kind: IRI, ``namespace/name``, or a name."""

from __future__ import annotations

from collections import defaultdict

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import SKOS
from provenance_graph.model.naming.entities import find_entity

_TOGETHER = {
    "model": ("model", "family"),
    "described": ("model", "family", "dataset"),
    "anything": (),
}


def resolve(snapshot: AcceptedSnapshot, text: str, kind: str = "model") -> Iri:
    """The entity that a text names; raises NotFound (with similar names) or Ambiguous.

    The text is looked up in the present store whatever the snapshot's day: that discloses no fact.
    ``kind`` is one of ``entities.KINDS``, where a family counts as a model; ``described`` is a
    model, family or dataset, ``anything`` any of them.
    """
    kinds = _TOGETHER.get(kind, (kind,))
    return find_entity(snapshot, text, kinds).iri


def organization_named(snapshot: AcceptedSnapshot, text: str) -> Iri:
    """The organisation that a text names, by IRI or name; a new IRI of that name if unknown.

    Raises Ambiguous.
    """
    if iris.is_iri(text):
        return Iri(text)
    try:
        return resolve(snapshot, text, "organization")
    except NotFound:
        return iris.organization(text)


def parts_of_organizations(snapshot: AcceptedSnapshot) -> dict[Iri, list[Iri]]:
    """Each organisation that has parts, with these at any depth, the nearest first."""
    below: dict[Iri, set[Iri]] = defaultdict(set)
    for part, _, whole, _ in snapshot.quads(predicate=SKOS.broadMatch, graph=identity.GRAPH):
        if isinstance(whole, Iri):
            below[snapshot.canonical(whole)].add(snapshot.canonical(part))
    return {whole: _all_below(below, whole) for whole in list(below)}


def _all_below(below: dict[Iri, set[Iri]], whole: Iri) -> list[Iri]:
    """All organisations below one, the nearest first; cycles are allowed."""
    found: dict[Iri, None] = {whole: None}
    waiting = [whole]
    for one in waiting:
        new = [part for part in sorted(below.get(one, ())) if part not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    return list(found)[1:]
