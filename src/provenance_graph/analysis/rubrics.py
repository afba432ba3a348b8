"""Assessment schemes as data: read from the graph, checked, ready to be applied.

A scheme is a file of triples. What cannot be applied is refused with its place: nothing is
guessed, and no item is left out in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from weakref import WeakKeyDictionary

from provenance_graph import vocab
from provenance_graph.analysis.rubric_model import (
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
from provenance_graph.claims import Quad, Value
from provenance_graph.errors import BadRubric
from provenance_graph.names import Iri, mint, shorten
from provenance_graph.store.base import Store

REFERENCE = mint("graph", "reference")
_TERMS = frozenset(value for value in vars(vocab).values() if isinstance(value, Iri))
_cache: WeakKeyDictionary[Store, tuple[str, Rubrics]] = WeakKeyDictionary()


def from_store(store: Store) -> Rubrics:
    """The schemes of a store; raises BadRubric with every place at fault.

    Read once per version of the store. A store without reference data has none.
    """
    known = _cache.get(store)
    if known is None or known[0] != store.version:
        version = store.version
        quads = list(_rubric_quads(store))
        known = version, load(quads, "the store") if quads else Rubrics({}, {})
        _cache[store] = known
    return known[1]


def extended(store: Store, quads: Iterable[Quad], where: str) -> Rubrics:
    """The schemes of a store and one more, to try it before it is built in.

    Raises BadRubric with every place at fault; a scheme of the store is not replaced.
    """
    added = [quad for quad in quads if quad[3] is None]
    held = list(_rubric_quads(store))
    schemes = from_store(store).schemes
    for subject, *_ in added:
        if subject in schemes:
            raise BadRubric(f"{where}: {shorten(subject)} is in the store: give yours another IRI")
    return load([*held, *added], where)


def _rubric_quads(store: Store) -> Iterator[Quad]:
    """Only the reference data counts: what a source says about a scheme changes no scheme.

    Where reference data stands alone, not beside records, it is the default graph.
    """

    def members(kind: Iri, graph: Iri | None) -> set[Iri]:
        return {s for s, *_ in store.quads(predicate=vocab.RDF_TYPE, object=kind, graph=graph)}

    graph: Iri | None = REFERENCE
    schemes = members(vocab.ASSESSMENT_SCHEME_CLASS, graph)
    if not schemes:
        graph = None
        schemes = members(vocab.ASSESSMENT_SCHEME_CLASS, graph)
    if not schemes:
        return
    nodes = set(schemes)
    for kind in (
        vocab.EVIDENCE_FACET_CLASS,
        vocab.LEVEL_FACTOR_CLASS,
        vocab.FACT_PROPERTY_CLASS,
    ):
        nodes |= members(kind, graph)
    for scheme in schemes:
        found = store.quads(predicate=vocab.IN_SCHEME, object=scheme, graph=graph)
        nodes.update(subject for subject, *_ in found)
    for node in sorted(nodes):
        yield from store.quads(node, graph=graph)
    for link in (vocab.USES_PROPERTY, vocab.PROPERTY):
        used = {o for _, _, o, _ in store.quads(predicate=link, graph=graph)}
        for name in sorted(o for o in used - nodes if isinstance(o, Iri)):
            yield from store.quads(name, vocab.PREF_LABEL, graph=graph)


def load(quads: Iterable[Quad], where: str = "rubric") -> Rubrics:
    """Schemes and facets from their triples; raises BadRubric with every place at fault."""
    reader = _Reader(where)
    for subject, predicate, value, _ in quads:
        values = reader.said[subject].setdefault(predicate, [])
        if value not in values:
            values.append(value)
    rubrics = reader.read()
    if reader.faults:
        raise BadRubric("\n".join(sorted(reader.faults)))
    return rubrics


class _Reader:
    """Reads and checks; every fault is kept with the node it stands on."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.said: dict[Iri, dict[Iri, list[Value]]] = defaultdict(dict)
        self.faults: list[str] = []
        self.facets: dict[Iri, Facet] = {}

    def fault(self, node: Iri, what: str) -> None:
        self.faults.append(f"{self.where}: {shorten(node)}: {what}")

    def read(self) -> Rubrics:
        for node in self._all(vocab.EVIDENCE_FACET_CLASS):
            self.facets[node] = self._facet(node)
        schemes = {node: self._scheme(node) for node in self._all(vocab.ASSESSMENT_SCHEME_CLASS)}
        if not schemes:
            self.faults.append(f"{self.where}: no pg:AssessmentScheme in it")
        labels = {node: text for node in self.said if (text := self._text(node, vocab.PREF_LABEL))}
        return Rubrics(schemes, self.facets, labels)

    # ---- one node ------------------------------------------------------------------------

    def _all(self, kind: Iri) -> list[Iri]:
        return sorted(n for n, said in self.said.items() if kind in said.get(vocab.RDF_TYPE, ()))

    def _is(self, node: Iri, kind: Iri) -> bool:
        return kind in self.said[node].get(vocab.RDF_TYPE, ())

    def _values(self, node: Iri, predicate: Iri) -> list[Value]:
        return self.said[node].get(predicate, [])

    def _iris(self, node: Iri, predicate: Iri) -> tuple[Iri, ...]:
        found = self._values(node, predicate)
        for value in found:
            if not isinstance(value, Iri):
                self.fault(node, f"{shorten(predicate)} must be an IRI, not {str(value)!r}")
        return tuple(sorted(value for value in found if isinstance(value, Iri)))

    def _text(self, node: Iri, predicate: Iri) -> str:
        return str(min(map(str, self._values(node, predicate)), default=""))

    def _flag(self, node: Iri, predicate: Iri) -> bool:
        return self._text(node, predicate) == "true"

    def _number(self, node: Iri, predicate: Iri) -> Fraction | None:
        found = self._values(node, predicate)
        if len(found) != 1:
            self.fault(node, f"needs one {shorten(predicate)}; it has {len(found)}")
            return None
        try:
            return Fraction(str(found[0]))
        except (ValueError, ZeroDivisionError):
            self.fault(node, f"{shorten(predicate)} is no number: {str(found[0])!r}")
            return None

    def _order(self, node: Iri) -> int:
        text = self._text(node, vocab.ORDER)
        return int(text) if text.isdigit() else 0

    # ---- facets --------------------------------------------------------------------------

    def _facet(self, node: Iri) -> Facet:
        properties = self._iris(node, vocab.PROPERTY)
        if not properties:
            self.fault(node, "a facet needs pg:property")
        for name in properties:
            if name not in _TERMS:
                self.fault(node, f"unknown property {shorten(name)}")
        return Facet(
            iri=node,
            label=self._text(node, vocab.PREF_LABEL),
            properties=properties,
            values=frozenset(str(v) for v in self._values(node, vocab.ACCEPTS_VALUE)),
            prefixes=tuple(sorted(str(v) for v in self._values(node, vocab.ACCEPTS_PREFIX))),
            bases=frozenset(self._iris(node, vocab.ACCEPTS_BASIS)),
            unmet_otherwise=self._flag(node, vocab.UNMET_OTHERWISE),
            must_agree=self._flag(node, vocab.MUST_AGREE),
        )

    # ---- schemes -------------------------------------------------------------------------

    def _scheme(self, scheme: Iri) -> Rubric:
        kinds = self._iris(scheme, vocab.SCHEME_KIND)
        kind = kinds[0] if len(kinds) == 1 else vocab.PUBLISHED_SCHEME
        if len(kinds) != 1 or kind not in COMPUTED | {vocab.PUBLISHED_SCHEME}:
            self.fault(scheme, "needs one pg:schemeKind of pg:SchemeKindScheme")
        if not self._text(scheme, vocab.RUBRIC_VERSION):
            self.fault(scheme, "needs pg:rubricVersion: a changed rubric is another rubric")
        members = sorted(
            node for node in self.said if scheme in self.said[node].get(vocab.IN_SCHEME, ())
        )
        for node in members:
            self._reaches(node, scheme)
        items = self._items(members)
        criteria = self._criteria(scheme, members, items, kind)
        pillars = self._pillars(members, criteria, kind)
        reading = self._iris(scheme, vocab.READING_OF)
        return Rubric(
            iri=scheme,
            label=self._text(scheme, vocab.PREF_LABEL),
            definition=self._text(scheme, vocab.SKOS_DEFINITION),
            kind=kind,
            version=self._text(scheme, vocab.RUBRIC_VERSION),
            maximum=self._maximum(scheme, criteria),
            factors=self._factors(scheme) if kind in COMPUTED else {},
            pillars=pillars,
            criteria=criteria,
            reading_of=reading[0] if reading else None,
            sources=tuple(sorted(str(v) for v in self._values(scheme, vocab.SOURCE))),
            licence=self._text(scheme, vocab.SOURCE_LICENCE),
            attribution=self._text(scheme, vocab.ATTRIBUTION),
        )

    def _reaches(self, node: Iri, scheme: Iri) -> None:
        """Every node has one parent, and its parents end at the scheme."""
        seen: list[Iri] = []
        here = node
        while here != scheme:
            if here in seen:
                self.fault(node, f"pg:partOf goes in a circle through {shorten(here)}")
                return
            seen.append(here)
            parents = self._iris(here, vocab.PART_OF)
            if len(parents) != 1:
                told = "overlaps: it is part of several" if parents else "is part of nothing"
                self.fault(here, f"{told} ({len(parents)} pg:partOf; one is needed)")
                return
            here = parents[0]

    def _items(self, members: Iterable[Iri]) -> dict[Iri, list[Item]]:
        found: dict[Iri, list[Item]] = defaultdict(list)
        for node in members:
            if self._is(node, vocab.ITEM_CLASS):
                item = self._item(node)
                found[item.criterion].append(item)
        for items in found.values():
            seen: dict[tuple[object, ...], Item] = {}
            for item in sorted(items, key=lambda item: (item.order, item.iri)):
                same = (item.uses, item.rule, item.not_applicable_when)
                if item.uses and same in seen:
                    self.fault(
                        item.iri, f"overlaps {shorten(seen[same].iri)}: the same rule on the same"
                    )
                seen[same] = item
        return found

    def _item(self, node: Iri) -> Item:
        weight = self._number(node, vocab.WEIGHT)
        if weight is not None and weight <= 0:
            self.fault(node, f"pg:weight must be above 0, not {weight}")
        rules = self._iris(node, vocab.EVIDENCE_RULE)
        rule = rules[0] if len(rules) == 1 else vocab.UNREPRESENTED
        if len(rules) != 1 or rule not in RULES:
            self.fault(node, "needs one pg:evidenceRule of pg:EvidenceRuleScheme")
        uses = self._iris(node, vocab.USES_PROPERTY)
        if not uses and rule != vocab.UNREPRESENTED:
            self.fault(node, "is empty: it names no pg:usesProperty (or say pg:Unrepresented)")
        if uses and rule == vocab.UNREPRESENTED:
            self.fault(node, "is pg:Unrepresented and yet names pg:usesProperty")
        conditions = self._iris(node, vocab.NOT_APPLICABLE_WHEN)
        for name in (*uses, *conditions):
            if name not in self.facets and name not in _TERMS:
                self.fault(node, f"unknown property {shorten(name)}")
        parents = self._iris(node, vocab.PART_OF)
        itself = self._is(node, vocab.CRITERION_CLASS)
        criterion = node if itself or not parents else parents[0]
        if self._iris(node, vocab.CRITERION) != (criterion,):
            self.fault(node, f"pg:criterion must be {shorten(criterion)}, as queries need it")
        return Item(
            iri=node,
            label=self._text(node, vocab.PREF_LABEL),
            criterion=criterion,
            weight=weight or Fraction(0),
            rule=rule,
            uses=uses,
            order=self._order(node),
            not_applicable_when=conditions,
            required=self._flag(node, vocab.REQUIRED_ITEM),
            notation=self._text(node, vocab.NOTATION),
        )

    def _criteria(
        self, scheme: Iri, members: Iterable[Iri], items: Mapping[Iri, list[Item]], kind: Iri
    ) -> tuple[Criterion, ...]:
        nodes = [node for node in members if self._is(node, vocab.CRITERION_CLASS)]
        for parent in items.keys() - set(nodes):
            self.fault(parent, "has items and is no pg:Criterion")
        found = []
        for node in nodes:
            own = tuple(sorted(items.get(node, ()), key=lambda item: (item.order, item.iri)))
            maximum = self._number(node, vocab.MAX_SCORE) or Fraction(0)
            if kind in COMPUTED and not own:
                self.fault(node, "is empty: a criterion of a computed scheme needs items")
            total = sum((item.weight for item in own), Fraction(0))
            if own and total != maximum:
                self.fault(
                    node, f"weights of its items add up to {float(total):g}, not {float(maximum):g}"
                )
            parents = self._iris(node, vocab.PART_OF)
            pillar = parents[0] if parents and parents[0] != scheme else None
            label = self._text(node, vocab.PREF_LABEL)
            found.append(Criterion(node, label, maximum, own, pillar, self._order(node)))
        if not found:
            self.fault(scheme, "is empty: it has no pg:Criterion")
        place = {c.pillar: self._order(c.pillar) if c.pillar else 0 for c in found}
        return tuple(sorted(found, key=lambda c: (place[c.pillar], c.order, c.iri)))

    def _pillars(
        self, members: Iterable[Iri], criteria: Iterable[Criterion], kind: Iri
    ) -> tuple[Pillar, ...]:
        found = []
        for node in members:
            if not self._is(node, vocab.PILLAR_CLASS):
                continue
            own = [c for c in criteria if c.pillar == node]
            if not own:
                self.fault(node, "is empty: no criterion is part of it")
            if self._values(node, vocab.MAX_SCORE):
                stated = self._number(node, vocab.MAX_SCORE) or Fraction(0)
                total = sum((c.maximum for c in own), Fraction(0))
                if total != stated:
                    self.fault(node, f"criteria add up to {float(total):g}, not {float(stated):g}")
            grade = self._text(node, vocab.GRADE)
            if kind == vocab.CLASS_SCHEME and not grade:
                self.fault(node, "a class needs pg:grade")
            label = self._text(node, vocab.PREF_LABEL)
            found.append(Pillar(node, label, self._order(node), grade))
        return tuple(sorted(found, key=lambda pillar: (pillar.order, pillar.iri)))

    def _maximum(self, scheme: Iri, criteria: Iterable[Criterion]) -> Fraction:
        stated = self._number(scheme, vocab.MAX_SCORE) or Fraction(0)
        total = sum((c.maximum for c in criteria), Fraction(0))
        if stated != total:
            self.fault(scheme, f"criteria add up to {float(total):g}, not {float(stated):g}")
        return stated

    def _factors(self, scheme: Iri) -> dict[Iri, tuple[Fraction, Fraction]]:
        found: dict[Iri, tuple[Fraction, Fraction]] = {}
        for node in self._all(vocab.LEVEL_FACTOR_CLASS):
            if scheme not in self._iris(node, vocab.PART_OF):
                continue
            levels = self._iris(node, vocab.LEVEL)
            low, high = (self._number(node, p) for p in (vocab.FACTOR_LOW, vocab.FACTOR_HIGH))
            if len(levels) != 1 or levels[0] not in LEVELS or levels[0] in found:
                self.fault(node, "needs one pg:level, which no other factor of the scheme has")
            elif low is None or high is None or not 0 <= low <= high <= 1:
                self.fault(node, "needs 0 ≤ pg:factorLow ≤ pg:factorHigh ≤ 1")
            else:
                found[levels[0]] = low, high
        for level in set(LEVELS) - found.keys() - {vocab.LEVEL_NOT_APPLICABLE}:
            self.fault(scheme, f"no pg:LevelFactor for {shorten(level)}")
        return found
