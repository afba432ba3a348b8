"""Evidence of lineage edges: sources for and against, merge weights, unresolved parents' texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.words import words_for
from provenance_graph.core.claims import Claim, Header, Literal, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV
from provenance_graph.lineage.results import Edge, EdgeSource
from provenance_graph.model.other_facts import parent_revision

_SINGLE = frozenset({PG.quantizedFrom, PG.convertedFrom, PG.adapterOf, PG.fineTunedFrom})
"""Relations that have one parent as a rule: a claim of another parent contradicts an edge."""


class Detail(NamedTuple):
    """The stated details of a derivation: weight in a merge, method, revision of the parent."""

    weight: str = ""
    method: str = ""
    revision: str = ""


class EdgeEvidence:
    """Looks up the claims about edges; caches the claims by child and relation."""

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self.snapshot = snapshot
        self._statements = snapshot.statements
        self._claims_of: dict[tuple[Iri, Iri], list[tuple[Claim, Header]]] = {}

    def prepare(self, edges: Collection[Edge]) -> None:
        """Prefetch the claims for many edges in one look-up."""
        relations = {edge.relation for edge in edges}
        children = dict.fromkeys(edge.child for edge in edges)
        names = (name for one in children for name in self._statements.names_of(one))
        self._statements.prepare(names, relations)

    def _stating(self, child: Iri, relation: Iri) -> list[tuple[Claim, Header]]:
        """The current claims on one relation of a child."""
        key = child, relation
        if key not in self._claims_of:
            self._claims_of[key] = [
                (claim, header)
                for name in self._statements.names_of(child)
                for claim, header in self._statements.stating(name, (relation,))
                if self.snapshot.latest.counts(header)
            ]
        return self._claims_of[key]

    def of(self, edge: Edge) -> tuple[tuple[EdgeSource, ...], tuple[EdgeSource, ...]]:
        """The sources for an edge and those against it, each sorted by retrieval and record."""
        pro, contra = set(), set()
        stating: set[Iri] = set()
        others: list[tuple[Iri, EdgeSource]] = []
        names = {edge.parent, *self._statements.names_of(edge.parent)}
        for claim, header in self._stating(edge.child, edge.relation):
            if not isinstance(claim.value, Iri):
                continue
            parent = self._statements.canonical(claim.value)
            if parent == edge.parent or words_for(parent, names):
                if claim.stance == Stance.DENIES:
                    contra.add(_source(claim, header))
                else:
                    pro.add(_source(claim, header))
                    stating.add(header.record)
            elif edge.relation in _SINGLE and claim.stance != Stance.DENIES:
                others.append((header.record, _source(claim, header, parent)))
        contra |= {source for record, source in others if record not in stating}
        return _ordered(pro), _ordered(contra)

    def details(self, child: Iri) -> dict[Iri, Detail]:
        """The stated details of the derivation from each parent, combined over all sources."""
        results: dict[Iri, Detail] = {}
        for _, _, node, _ in self.snapshot.quads(child, PROV.qualifiedDerivation):
            if not isinstance(node, Iri):
                continue
            stated = {p: o for _, p, o, _ in self.snapshot.quads(node)}
            parent = stated.get(PROV.entity)
            if isinstance(parent, Iri):
                method = stated.get(PG.mergeMethod) or stated.get(PG.derivationMethod)
                before = results.get(parent, Detail())
                results[parent] = Detail(
                    _text(stated.get(PG.mergeWeight)) or before.weight,
                    _text(method) or before.method,
                    parent_revision(self.snapshot, node) or before.revision,
                )
        return results


def unresolved_text(snapshot: AcceptedSnapshot, reference: Iri) -> str:
    """The text that a source wrote for an unresolved parent; empty if there is none."""
    texts = snapshot.quads(reference, PG.unresolvedText)
    return min((o.lexical for _, _, o, _ in texts if isinstance(o, Literal)), default="")


def _text(value: object) -> str:
    return str(value) if value is not None else ""


def _source(claim: Claim, header: Header, says: Iri | None = None) -> EdgeSource:
    return EdgeSource(
        header.record,
        header.document,
        header.publisher,
        header.retrieved,
        (claim.basis or header.basis).label,
        claim.stance.label,
        claim.locator,
        claim.as_stated,
        says,
        header.custody.label,
        header.edition,
    )


def _ordered(sources: Iterable[EdgeSource]) -> tuple[EdgeSource, ...]:
    return tuple(sorted(sources, key=lambda s: (s.retrieved, s.record, s.locator, s.says or "")))
