"""Loads assessment schemes from the graph and checks them.

A scheme is a file of triples. A scheme that cannot be applied is refused with the place of each
fault: nothing is guessed, and no item is silently left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache

from provenance_graph import reference
from provenance_graph.assessment.rubrics.rubric import (
    COMPUTED,
    LEVELS,
    RULES,
    Criterion,
    Facet,
    Item,
    Pillar,
    Rubric,
    Rubrics,
)
from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.errors import BadRubric
from provenance_graph.core.iris import Iri, shorten
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG, RDF, SKOS
from provenance_graph.store.values import QuadSource


@cache
def _terms() -> frozenset[str]:
    return frozenset(
        result[0]
        for path in folder("ontology").glob("*.ttl")
        for result in re.finditer(r"^[a-z]+:\w+(?= a )", path.read_text(encoding="utf-8"), re.M)
    )


def _known(name: Iri) -> bool:
    """Whether the ontology describes a property (each term's block starts a line)."""
    return shorten(name) in _terms()


def from_store(source: QuadSource) -> Rubrics:
    """The schemes of a store; raises BadRubric with every fault and its place.

    Only the reference data counts: claims of sources about a scheme do not change it. A store
    without reference data has no schemes.
    """
    return reference.parsed(source, read_rubrics)


def read_rubrics(source: QuadSource) -> Rubrics:
    """Parse the schemes of reference data."""
    quads = list(_rubric_quads(source))
    return load(quads, "the store") if quads else Rubrics({}, {})


def extended(source: QuadSource, quads: Iterable[Quad], where: str) -> Rubrics:
    """The schemes of a store and one more, to try a scheme before it is built into a store.

    Raises BadRubric with every fault and its place, and if a scheme of the store would be replaced.
    """
    added = [quad for quad in quads if quad[3] is None]
    if not any(p == RDF.type and o == PG.AssessmentScheme for _, p, o, _ in added):
        raise BadRubric(
            f"{where}: it describes no pg:AssessmentScheme, so there is nothing to apply"
        )
    stored = list(reference.parsed(source, _stored_quads))
    schemes = from_store(source).schemes
    for subject, *_ in added:
        if subject in schemes:
            raise BadRubric(f"{where}: {shorten(subject)} is already in the store: use another IRI")
    return load([*stored, *added], where)


def _stored_quads(source: QuadSource) -> tuple[Quad, ...]:
    return tuple(_rubric_quads(source))


def _rubric_quads(source: QuadSource) -> Iterator[Quad]:
    def members(kind: Iri) -> set[Iri]:
        return {s for s, *_ in source.quads(predicate=RDF.type, object=kind)}

    schemes = members(PG.AssessmentScheme)
    if not schemes:
        return
    nodes = set(schemes)
    for kind in (PG.EvidenceFacet, PG.LevelFactor, PG.FactProperty):
        nodes |= members(kind)
    for scheme in schemes:
        nodes.update(s for s, *_ in source.quads(predicate=SKOS.inScheme, object=scheme))
    for node in sorted(nodes):
        yield from source.quads(node)
    for link in (PG.usesProperty, PG.property):
        used = {o for _, _, o, _ in source.quads(predicate=link)}
        for name in sorted(o for o in used - nodes if isinstance(o, Iri)):
            yield from source.quads(name, SKOS.prefLabel)


def load(quads: Iterable[Quad], where: str = "rubric") -> Rubrics:
    """Parse schemes and facets from triples; raises BadRubric with every fault and its place."""
    reader = _RubricReader(where)
    for subject, predicate, value, _ in quads:
        values = reader.statements[subject].setdefault(predicate, [])
        if value not in values:
            values.append(value)
    rubrics = reader.read()
    if reader.faults:
        raise BadRubric("\n".join(sorted(reader.faults)))
    return rubrics


class _RubricReader:
    """Parses and checks schemes; collects every fault with the node at fault."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.statements: dict[Iri, dict[Iri, list[Value]]] = defaultdict(dict)
        self.faults: list[str] = []
        self.facets: dict[Iri, Facet] = {}

    def fault(self, node: Iri, what: str) -> None:
        self.faults.append(f"{self.where}: {shorten(node)}: {what}")

    def read(self) -> Rubrics:
        for node in self._all(PG.EvidenceFacet):
            self.facets[node] = self._facet(node)
        schemes = {node: self._scheme(node) for node in self._all(PG.AssessmentScheme)}
        if not schemes:
            self.faults.append(f"{self.where}: no pg:AssessmentScheme in it")
        labels = {
            node: text for node in self.statements if (text := self._text(node, SKOS.prefLabel))
        }
        return Rubrics(schemes, self.facets, labels)

    # ---- one node ------------------------------------------------------------------------

    def _all(self, kind: Iri) -> list[Iri]:
        return sorted(
            n for n, stated in self.statements.items() if kind in stated.get(RDF.type, ())
        )

    def _is(self, node: Iri, kind: Iri) -> bool:
        return kind in self.statements[node].get(RDF.type, ())

    def _values(self, node: Iri, predicate: Iri) -> list[Value]:
        return self.statements[node].get(predicate, [])

    def _iris(self, node: Iri, predicate: Iri) -> tuple[Iri, ...]:
        result = self._values(node, predicate)
        for value in result:
            if not isinstance(value, Iri):
                self.fault(node, f"{shorten(predicate)} must be an IRI, not {str(value)!r}")
        return tuple(sorted(value for value in result if isinstance(value, Iri)))

    def _text(self, node: Iri, predicate: Iri) -> str:
        return str(min(map(str, self._values(node, predicate)), default=""))

    def _flag(self, node: Iri, predicate: Iri) -> bool:
        return self._text(node, predicate) == "true"

    def _number(self, node: Iri, predicate: Iri) -> Fraction | None:
        result = self._values(node, predicate)
        if len(result) != 1:
            self.fault(node, f"needs one {shorten(predicate)}; it has {len(result)}")
            return None
        try:
            return Fraction(str(result[0]))
        except (ValueError, ZeroDivisionError):
            self.fault(node, f"{shorten(predicate)} is not a number: {str(result[0])!r}")
            return None

    def _order(self, node: Iri) -> int:
        text = self._text(node, PG.order)
        return int(text) if is_digits(text) else 0

    # ---- facets --------------------------------------------------------------------------

    def _facet(self, node: Iri) -> Facet:
        properties = self._iris(node, PG.property)
        if not properties:
            self.fault(node, "a facet needs pg:property")
        for name in properties:
            if not _known(name):
                self.fault(node, f"unknown property {shorten(name)}")
        return Facet(
            iri=node,
            label=self._text(node, SKOS.prefLabel),
            properties=properties,
            values=frozenset(str(v) for v in self._values(node, PG.acceptsValue)),
            prefixes=tuple(sorted(str(v) for v in self._values(node, PG.acceptsPrefix))),
            bases=frozenset(self._iris(node, PG.acceptsBasis)),
            unmet_otherwise=self._flag(node, PG.unmetOtherwise),
            must_agree=self._flag(node, PG.mustAgree),
        )

    # ---- schemes -------------------------------------------------------------------------

    def _scheme(self, scheme: Iri) -> Rubric:
        kinds = self._iris(scheme, PG.schemeKind)
        kind = kinds[0] if len(kinds) == 1 else PG.PublishedScheme
        if len(kinds) != 1 or kind not in COMPUTED | {PG.PublishedScheme}:
            self.fault(scheme, "needs one pg:schemeKind of pg:SchemeKindScheme")
        if not self._text(scheme, PG.rubricVersion):
            self.fault(scheme, "needs pg:rubricVersion: a changed rubric is another rubric")
        members = sorted(
            node
            for node in self.statements
            if scheme in self.statements[node].get(SKOS.inScheme, ())
        )
        for node in members:
            self._reaches(node, scheme)
        items = self._items(members)
        criteria = self._criteria(scheme, members, items, kind)
        pillars = self._pillars(members, criteria, kind)
        reading = self._iris(scheme, PG.readingOf)
        return Rubric(
            iri=scheme,
            label=self._text(scheme, SKOS.prefLabel),
            definition=self._text(scheme, SKOS.definition),
            kind=kind,
            version=self._text(scheme, PG.rubricVersion),
            maximum=self._maximum(scheme, criteria),
            factors=self._factors(scheme) if kind in COMPUTED else {},
            pillars=pillars,
            criteria=criteria,
            reading_of=reading[0] if reading else None,
            sources=tuple(sorted(str(v) for v in self._values(scheme, DCTERMS.source))),
            licence=self._text(scheme, PG.sourceLicence),
            attribution=self._text(scheme, PG.attribution),
        )

    def _reaches(self, node: Iri, scheme: Iri) -> None:
        """Check that a node and its ancestors have one parent each, up to the scheme."""
        seen: list[Iri] = []
        here = node
        while here != scheme:
            if here in seen:
                self.fault(node, f"pg:partOf has a cycle through {shorten(here)}")
                return
            seen.append(here)
            parents = self._iris(here, PG.partOf)
            if len(parents) != 1:
                reported = "overlaps: it is part of several" if parents else "is part of nothing"
                self.fault(here, f"{reported} ({len(parents)} pg:partOf; one is needed)")
                return
            here = parents[0]

    def _items(self, members: Iterable[Iri]) -> dict[Iri, list[Item]]:
        result: dict[Iri, list[Item]] = defaultdict(list)
        for node in members:
            if self._is(node, PG.Item):
                item = self._item(node)
                result[item.criterion].append(item)
        for items in result.values():
            seen: dict[tuple[object, ...], Item] = {}
            for item in sorted(items, key=lambda item: (item.order, item.iri)):
                same = (item.uses, item.rule, item.not_applicable_when)
                if item.uses and same in seen:
                    self.fault(
                        item.iri, f"overlaps {shorten(seen[same].iri)}: the same rule on the same"
                    )
                seen[same] = item
        return result

    def _item(self, node: Iri) -> Item:
        weight = self._number(node, PG.weight)
        if weight is not None and weight <= 0:
            self.fault(node, f"pg:weight must be above 0, not {weight}")
        rules = self._iris(node, PG.evidenceRule)
        rule = rules[0] if len(rules) == 1 else PG.Unrepresented
        if len(rules) != 1 or rule not in RULES:
            self.fault(node, "needs one pg:evidenceRule of pg:EvidenceRuleScheme")
        uses = self._iris(node, PG.usesProperty)
        if not uses and rule != PG.Unrepresented:
            self.fault(node, "is empty: it names no pg:usesProperty (or pg:Unrepresented)")
        if uses and rule == PG.Unrepresented:
            self.fault(node, "is pg:Unrepresented and yet names pg:usesProperty")
        conditions = self._iris(node, PG.notApplicableWhen)
        for name in (*uses, *conditions):
            if name not in self.facets and not _known(name):
                self.fault(node, f"unknown property {shorten(name)}")
        parents = self._iris(node, PG.partOf)
        itself = self._is(node, PG.Criterion)
        criterion = node if itself or not parents else parents[0]
        if self._iris(node, PG.criterion) != (criterion,):
            self.fault(node, f"pg:criterion must be {shorten(criterion)}, as queries need it")
        return Item(
            iri=node,
            label=self._text(node, SKOS.prefLabel),
            criterion=criterion,
            weight=weight or Fraction(0),
            rule=rule,
            uses=uses,
            order=self._order(node),
            not_applicable_when=conditions,
            required=self._flag(node, PG.requiredItem),
            notation=self._text(node, SKOS.notation),
        )

    def _criteria(
        self, scheme: Iri, members: Iterable[Iri], items: Mapping[Iri, list[Item]], kind: Iri
    ) -> tuple[Criterion, ...]:
        nodes = [node for node in members if self._is(node, PG.Criterion)]
        for parent in items.keys() - set(nodes):
            self.fault(parent, "has items and is not a pg:Criterion")
        results = []
        for node in nodes:
            own = tuple(sorted(items.get(node, ()), key=lambda item: (item.order, item.iri)))
            maximum = self._number(node, PG.maxScore) or Fraction(0)
            if kind in COMPUTED and not own:
                self.fault(node, "is empty: a criterion of a computed scheme needs items")
            total = sum((item.weight for item in own), Fraction(0))
            if own and total != maximum:
                self.fault(
                    node, f"weights of its items add up to {float(total):g}, not {float(maximum):g}"
                )
            parents = self._iris(node, PG.partOf)
            pillar = parents[0] if parents and parents[0] != scheme else None
            label = self._text(node, SKOS.prefLabel)
            results.append(Criterion(node, label, maximum, own, pillar, self._order(node)))
        if not results:
            self.fault(scheme, "is empty: it has no pg:Criterion")
        order = {c.pillar: self._order(c.pillar) if c.pillar else 0 for c in results}
        return tuple(sorted(results, key=lambda c: (order[c.pillar], c.order, c.iri)))

    def _pillars(
        self, members: Iterable[Iri], criteria: Iterable[Criterion], kind: Iri
    ) -> tuple[Pillar, ...]:
        results = []
        for node in members:
            if not self._is(node, PG.Pillar):
                continue
            own = [c for c in criteria if c.pillar == node]
            if not own:
                self.fault(node, "is empty: no criterion is part of it")
            if self._values(node, PG.maxScore):
                stated = self._number(node, PG.maxScore) or Fraction(0)
                total = sum((c.maximum for c in own), Fraction(0))
                if total != stated:
                    self.fault(node, f"criteria add up to {float(total):g}, not {float(stated):g}")
            grade = self._text(node, PG.grade)
            if kind == PG.ClassScheme and not grade:
                self.fault(node, "a class needs pg:grade")
            label = self._text(node, SKOS.prefLabel)
            results.append(Pillar(node, label, self._order(node), grade))
        return tuple(sorted(results, key=lambda pillar: (pillar.order, pillar.iri)))

    def _maximum(self, scheme: Iri, criteria: Iterable[Criterion]) -> Fraction:
        stated = self._number(scheme, PG.maxScore) or Fraction(0)
        total = sum((c.maximum for c in criteria), Fraction(0))
        if stated != total:
            self.fault(scheme, f"criteria add up to {float(total):g}, not {float(stated):g}")
        return stated

    def _factors(self, scheme: Iri) -> dict[Iri, tuple[Fraction, Fraction]]:
        results: dict[Iri, tuple[Fraction, Fraction]] = {}
        for node in self._all(PG.LevelFactor):
            if scheme not in self._iris(node, PG.partOf):
                continue
            levels = self._iris(node, PG.level)
            low, high = (self._number(node, p) for p in (PG.factorLow, PG.factorHigh))
            if len(levels) != 1 or levels[0] not in LEVELS or levels[0] in results:
                self.fault(node, "needs one pg:level, which no other factor of the scheme has")
            elif low is None or high is None or not 0 <= low <= high <= 1:
                self.fault(node, "needs 0 ≤ pg:factorLow ≤ pg:factorHigh ≤ 1")
            else:
                results[levels[0]] = low, high
        for level in set(LEVELS) - results.keys() - {PG.LevelNotApplicable}:
            self.fault(scheme, f"no pg:LevelFactor for {shorten(level)}")
        return results
