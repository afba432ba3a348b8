"""A document against the store: its parents, data and their licences.

The document's statements are laid over the accepted view as if it had been imported, in memory and
only for its subjects. The licence rules then apply to it as to any model of the store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from itertools import chain, islice
from typing import cast

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking.spelling import RepositoryNames, meant, unlisted
from provenance_graph.core.claims import Quad, Record, Value
from provenance_graph.core.iris import ID, Iri, local_name, mint, short_id
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.licences.context import LicenceContext
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.recorded import bearing_on
from provenance_graph.licences.rules.breaches import as_validation
from provenance_graph.licences.texts.catalogue import Catalogue
from provenance_graph.licences.texts.reading import load
from provenance_graph.licences.uses import term_text
from provenance_graph.lineage.arrays import RELATIONS
from provenance_graph.lineage.index import DATASET, LineageIndex
from provenance_graph.shapes.findings import Finding, Severity
from provenance_graph.shapes.setbased import statements
from provenance_graph.store.base import ANY, AnyGraph, Store

_OPEN_DATA = "LR-15"  # an unknown licence somewhere upstream: no fault of the document


MAX_REMEMBERED = 200_000
"""Reads that are cached while documents are checked."""
MAX_LINKS = 200
"""The most links to one entity that are cached; entities with more, such as a class, are not."""


class Upstream:
    """A checker of records against a store, by the licence texts of the snapshot's day.

    The lineage index, the licence texts and the names of the snapshot's version are made once,
    however many documents are checked.
    """

    of_whole_documents = True
    """Records of one document are joined: a form may give licence and data from two sources."""

    def __init__(self, store: Store, snapshot: AcceptedSnapshot) -> None:
        self._store, self._snapshot, self._today = store, snapshot, snapshot.day
        self._index = LineageIndex.open(snapshot)
        self._canonical = cache(snapshot.canonical)
        self._reads = RememberedQuads(store)
        self._likely: dict[Iri, Iri] = {}

    @cached_property
    def _catalogue(self) -> Catalogue:
        return self._snapshot.cached("licence catalogue", lambda: load(self._snapshot))

    def __call__(self, records: Sequence[Record]) -> list[list[Finding]]:
        """The findings of each record, in their order."""
        reported = [self._upstream_quads(record) for record in records]
        findings: list[list[Finding]] = [[] for _ in records]
        for group in _disjoint_groups(reported):
            over = {s: q for n in group for s, q in reported[n].items()}
            overlay = AcceptedSnapshot(
                cast(Store, DocumentOverlay(self._reads, over)), today=self._today
            )
            index = self._near(over).update(overlay, over)
            graph = LicenceGraph(overlay, index, self._catalogue)
            for n in group:
                for subject, quads in reported[n].items():
                    findings[n] += self._references(subject, quads)
                    findings[n] += self._lineage(index, subject)
                    findings[n] += self._licences(graph, subject, quads)
        return findings

    def _near(self, over: Mapping[Iri, Sequence[Quad]]) -> LineageIndex:
        """The part of the store's lineage that decides about some entities."""
        find = self._index.names.find
        stated = (o for quads in over.values() for _, p, o, _ in quads if p in RELATIONS)
        named = (find(one) for one in (*over, *stated) if isinstance(one, Iri))
        nodes = [node for node in named if node is not None]
        return self._index.among(bearing_on(self._index, nodes))

    def _upstream_quads(self, record: Record) -> dict[Iri, list[Quad]]:
        """A record's quads for each entity that it gives parents, data or a licence."""
        by_subject: dict[Iri, list[Quad]] = {}
        for subject, predicate, value, _ in statements(record):
            subject = self._canonical(subject)
            stored = self._canonical(value) if isinstance(value, Iri) else value
            by_subject.setdefault(subject, []).append((subject, predicate, stored, None))
        for claim in record.claims:  # a misspelt licence is read as the one it likely means
            if unlisted(claim):
                likely = licence_names.normalise(meant(claim)).value
                if likely is not None:
                    subject = self._canonical(claim.subject)
                    by_subject.setdefault(subject, []).append(
                        (subject, DCTERMS.license, likely, None)
                    )
                    self._likely[subject] = likely
        wanted = {*RELATIONS, DCTERMS.license}
        return {
            subject: quads
            for subject, quads in by_subject.items()
            if any(predicate in wanted for _, predicate, _, _ in quads)
        }

    # ---- names ----------------------------------------------------------------------

    @cached_property
    def _known(self) -> Mapping[str, RepositoryNames]:
        """The repositories and datasets of the store, by the names that documents use."""
        return self._snapshot.cached("repository names", self._repositories)

    def _repositories(self) -> Mapping[str, RepositoryNames]:
        results: dict[str, list[str]] = {"model": [], "dataset": []}
        for number, name in enumerate(self._index.names):
            kind = "dataset" if self._index.kind[number] == DATASET else "model"
            if name.startswith(f"{ID}{kind}/"):
                results[kind].append(short_id(name))
        return {kind: RepositoryNames(names) for kind, names in results.items()}

    def _references(self, subject: Iri, quads: Iterable[Quad]) -> Iterator[Finding]:
        """Findings on parents and datasets that the store does not know."""
        seen = set()
        for _, predicate, value, _ in quads:
            if predicate not in RELATIONS or not isinstance(value, Iri) or value in seen:
                continue
            seen.add(value)
            kind = "dataset" if predicate == PG.trainedOn else "model"
            if not value.startswith(f"{ID}{kind}/") or self._is_known(value):
                continue
            name = short_id(value)
            near = self._known[kind].near(name)
            likely = [one for one, very in near if very]
            message = f"nothing is known of {name}"
            if likely or near:
                message += f"; did you mean {' or '.join(likely or [one for one, _ in near])}?"
            else:
                message += ", so its licence cannot be checked"
            yield Finding(
                severity=Severity.WARNING if likely else Severity.INFO,
                focus=subject,
                path=predicate,
                value=value,
                message=message,
                shape=mint("check", "unknown-reference"),
                component="UnknownReference",
            )

    def _is_known(self, entity: Iri) -> bool:
        return (
            self._index.names.find(entity) is not None
            or any(True for _ in self._reads.quads(entity))
            or any(True for _ in self._reads.quads(entity, graph=ANY))
        )

    # ---- lineage --------------------------------------------------------------------

    def _lineage(self, index: LineageIndex, subject: Iri) -> Iterator[Finding]:
        """A finding for an entity that would descend from itself."""
        start = index.names.find(subject)
        if start is None:
            return
        derived = len(DERIVATIONS)
        seen, todo = {start}, [start]
        while todo:
            for parent, code, _ in index.row(todo.pop()):
                if code >= derived:
                    continue
                if parent == start:
                    yield Finding(
                        severity=Severity.VIOLATION,
                        focus=subject,
                        path=RELATIONS[0],
                        value=None,
                        message=f"{short_id(subject)} would descend from itself",
                        shape=mint("check", "circle"),
                        component="Circle",
                    )
                    return
                if parent not in seen:
                    seen.add(parent)
                    todo.append(parent)

    # ---- licences -------------------------------------------------------------------

    def _licences(
        self, graph: LicenceGraph, subject: Iri, quads: Sequence[Quad]
    ) -> Iterator[Finding]:
        """Findings of the licence rules, and on duties that the parents' licences impose."""
        node = graph.index.names.find(subject)
        if node is None or graph.index.kind[node] == DATASET:
            return
        now = graph.context(subject, day=self._today)
        findings = graph.findings_in(now)
        likely = self._likely.get(subject)
        for result in as_validation(one for one in findings if one.rule.id != _OPEN_DATA):
            if likely is not None:
                text = f"if {local_name(likely)} is meant: {result.message}"
                result = replace(result, message=text)
            yield result
        stated = {value for _, predicate, value, _ in quads if predicate == DCTERMS.license}
        parts = (graph.catalogue.binding(one) for one in stated if isinstance(one, Iri))
        declared = stated.union(*parts)
        yield from self._duties(now, declared)

    def _duties(self, now: LicenceContext, declared: Collection[Value]) -> Iterator[Finding]:
        """Findings on the duties of inherited licences that an entity does not declare."""
        subject = now.subject
        by_licence: dict[Iri, list[str]] = {}
        names: dict[Iri, str] = {}
        for term in now.terms:
            inherited = term.holder is not None and term.holder != subject
            if inherited and term.holder and term.licence.iri not in declared:
                names[term.licence.iri] = f"{term.licence.name} of {short_id(term.holder)}"
                by_licence.setdefault(term.licence.iri, []).append(term_text(term))
        for licence, duties in by_licence.items():
            text = "; ".join(dict.fromkeys(duties))
            yield Finding(
                severity=Severity.WARNING,
                focus=subject,
                path=DCTERMS.license,
                value=None,
                message=f"{names[licence]} comes down to it and asks: {text}"
                if declared
                else f"it states no licence that we know, and {names[licence]} comes down to "
                f"it: {text}",
                shape=mint("check", "inherited-duties" if declared else "unlabelled-derivative"),
                component="InheritedDuties" if declared else "UnlabelledDerivative",
            )


def _disjoint_groups(reported: Sequence[Mapping[Iri, object]]) -> Iterator[list[int]]:
    """Positions of records in groups in which no two records concern the same entity."""
    todo = [n for n, one in enumerate(reported) if one]
    while todo:
        group: list[int] = []
        seen: set[Iri] = set()
        later: list[int] = []
        for n in todo:
            if seen.isdisjoint(reported[n]):
                seen.update(reported[n])
                group.append(n)
            else:
                later.append(n)
        yield group
        todo = later


class RememberedQuads:
    """A store that caches reads of single entities: documents of a batch share parents.

    Reads by subject are cached, and reads of the links to an entity unless these are many.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.version = store.version
        self._known: dict[tuple[object, ...], tuple[Quad, ...]] = {}

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match a pattern."""
        if subject is None and (predicate is None or not isinstance(object, Iri)):
            return self._store.quads(subject, predicate, object, graph)
        key = subject, predicate, object, graph
        quads = self._known.get(key)
        if quads is not None:
            return iter(quads)
        matching = iter(self._store.quads(subject, predicate, object, graph))
        quads = tuple(matching if subject is not None else islice(matching, MAX_LINKS + 1))
        if subject is None and len(quads) > MAX_LINKS:
            return chain(quads, matching)
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        self._known[key] = quads
        return iter(quads)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


class DocumentOverlay:
    """A store whose accepted view is overlaid by a document's statements.

    For a subject and property that the document states, its values replace those of the store;
    everything else is the store's.
    """

    def __init__(self, store: RememberedQuads, over: Mapping[Iri, Sequence[Quad]]) -> None:
        self._store, self._over = store, over
        self._stated = {s: {p for _, p, _, _ in quads} for s, quads in over.items()}
        self._by_predicate: dict[Iri, list[Quad]] = {}
        for quads in over.values():
            for quad in quads:
                self._by_predicate.setdefault(quad[1], []).append(quad)
        self.version = f"{store.version}+checked"

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match, of the store and the document; the document's are accepted ones."""
        stored = self._store.quads(subject, predicate, object, graph)
        if graph is not None:
            yield from stored
            return
        stated = self._stated
        for quad in stored:
            if quad[1] not in stated.get(quad[0], ()):
                yield quad
        mine: Sequence[Quad]
        if subject is not None:
            mine = self._over.get(subject, ())
        elif predicate is not None:
            mine = self._by_predicate.get(predicate, ())
        else:
            mine = [quad for quads in self._over.values() for quad in quads]
        for quad in mine:
            if predicate in (None, quad[1]) and object in (None, quad[2]):
                yield quad

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)
