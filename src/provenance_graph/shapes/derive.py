"""Derives shapes from the ontology: the permitted values of each fact, and single-valued facts.

The ontology states for every ``pg:FactProperty`` its range (``rdfs:range``, or
``schema:rangeIncludes`` on a borrowed term), its code list (``pg:codeList``), its bounds (the
facets ``xsd:minInclusive`` and ``xsd:minExclusive``) and whether it takes one value
(``pg:SingleValuedFact``). The shapes are generated from these, so that nothing is stated twice:
shapes for plain triples, and for the values of annotated claims.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from provenance_graph.core.iris import NS, PREFIXES, SHAPES, local_name, shorten
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG, PROV, RDF, RDFS, SCHEMA, SKOS, XSD

_OWL_OBJECT = PREFIXES["owl"] + "ObjectProperty"
_HEAD = "".join(
    f"@prefix {prefix}: <{namespace}> .\n"
    for prefix, namespace in {**PREFIXES, "pgs": SHAPES}.items()
    if prefix in ("dcterms", "pg", "pgs", "rdfs", "schema", "sh", "xsd")
)
_PREFIXES_OF = "https://w3id.org/provenance-graph/shapes/claims"
"""The shapes graph that declares the prefixes of queries."""
_EARLIEST = "1950-01-01"
"""The earliest plausible date of a fact: a date before it is a misread number."""


@dataclass(frozen=True, slots=True)
class _Form:
    """The constraints on one property's values as Turtle, and the message for a violation."""

    constraints: str
    message: str


@cache
def derived_shapes() -> bytes:
    """The derived shapes as Turtle, sorted by property; the same bytes every time."""
    return derive(sorted(folder("ontology").glob("*.ttl")))


def derive(files: Iterable[Path]) -> bytes:
    """Derive the shapes of ontology modules, as Turtle."""
    vocabulary = _Vocabulary(files)
    forms = {name: form for name in vocabulary.facts if (form := vocabulary.form(name))}
    ones = [name for name in vocabulary.facts if vocabulary.single(name)]
    once = [name for name in ones if name != SCHEMA.name]  # a document may spell a name in two ways
    kinds = vocabulary.kinds()
    everywhere = ("RecordGraphs", "DocumentAlone", "AcceptedView")
    blocks = [
        _HEAD,
        *_group("Value", "Values of facts", forms, everywhere),
        *(_property("Value", name, form) for name, form in forms.items()),
        *_group("One", "One value where one is right", ones, ("AcceptedView",)),
        *(_property("One", name, vocabulary.one(name)) for name in ones),
        *_group("Once", "One value where one is right, in a document", once, ("DocumentAlone",)),
        *(_property("Once", name, vocabulary.once(name)) for name in once),
        *_claimed(kinds),
    ]
    return "\n".join(blocks).encode()


def _group(kind: str, label: str, names: Iterable[str], graphs: tuple[str, ...]) -> Iterator[str]:
    """Yield the node shape that holds the property shapes of one kind."""
    names = list(names)
    over = ", ".join(f"pgs:{graph}" for graph in graphs)
    targets = ", ".join(shorten(name) for name in names)
    parts = ", ".join(f"pgs:{kind}-{local_name(name)}" for name in names)
    yield (
        f'pgs:{kind}s a sh:NodeShape ; rdfs:label "{label}"@en ; pgs:over {over} ;\n'
        f"    sh:severity sh:Violation ;\n    sh:targetSubjectsOf {targets} ;\n"
        f"    sh:property {parts} .\n"
    )


def _property(kind: str, name: str, form: _Form) -> str:
    return (
        f"pgs:{kind}-{local_name(name)} a sh:PropertyShape ; sh:path {shorten(name)} ;\n"
        f"    {form.constraints} ;\n    sh:severity sh:Violation ;\n"
        f'    sh:message "{form.message}" .\n'
    )


def _claimed(kinds: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the shapes for values of annotated claims, one per kind of value."""
    parts = ", ".join(f"pgs:Claim-value-{local_name(kind)}" for kind in kinds)
    yield (
        'pgs:Claim-values a sh:NodeShape ; rdfs:label "Values that claims give of facts"@en ;\n'
        "    pgs:over pgs:RecordGraphs ; sh:severity sh:Violation ;\n"
        f"    sh:targetClass pg:Claim ;\n    sh:sparql {parts} .\n"
    )
    for kind, names in kinds.items():
        what, instead, breach = _CLAIMED.get(kind) or (
            f"an {shorten(kind)}",
            "convert it, or leave it out",
            f"(!isLiteral(?value) || DATATYPE(?value) != {shorten(kind)})",
        )
        listed = ", ".join(map(shorten, names))
        yield (
            f"pgs:Claim-value-{local_name(kind)} a sh:SPARQLConstraint ;\n"
            f"    sh:prefixes <{_PREFIXES_OF}> ;\n"
            f'    sh:message "The value of {{?property}} must be {what}: {instead} and keep '
            'the text in pg:valueAsStated with pg:unusable." ;\n    sh:select """\n'
            "SELECT DISTINCT $this ?value ?property WHERE {\n"
            "  $this pg:property ?property ; pg:value ?value .\n"
            f'  FILTER (?property IN ({listed}) && {breach})\n}}\n""" .\n'
        )


class _Vocabulary:
    """The fact properties of the ontology, with their statements about values."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._quads: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._members: dict[str, list[str]] = defaultdict(list)
        for path in files:
            data = path.read_bytes()
            if b"pg:FactProperty" in data or b"skos:inScheme" in data:
                for quad in ox.parse(data, format=ox.RdfFormat.TURTLE):
                    self._add(quad)
        kinds = {name: self._values(name, RDF.type) for name in self._quads}
        self.facts = sorted(name for name, result in kinds.items() if PG.FactProperty in result)

    def _add(self, quad: ox.Quad) -> None:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, ox.NamedNode) or isinstance(value, ox.BlankNode | ox.Triple):
            return
        self._quads[subject.value][quad.predicate.value].append(value)
        if quad.predicate.value == SKOS.inScheme:
            self._members[value.value].append(subject.value)

    def _values(self, name: str, predicate: str) -> list[str]:
        return [value.value for value in self._quads[name][predicate]]

    def single(self, name: str) -> bool:
        """Whether a fact property takes one value."""
        return PG.SingleValuedFact in self._values(name, RDF.type)

    def kinds(self) -> dict[str, list[str]]:
        """The fact properties by kind of value: a datatype other than text, or an IRI."""
        results: dict[str, list[str]] = defaultdict(list)
        for name in self.facts:
            ranges = {*self._values(name, RDFS.range), *self._values(name, SCHEMA.rangeIncludes)}
            datatypes = sorted(ranges & _DATATYPES.keys())
            is_link = _OWL_OBJECT in self._values(name, RDF.type) or RDFS.Resource in ranges
            if (is_link or not ranges) and not datatypes:  # borrowed ones without range are links
                results[RDFS.Resource].append(name)
            elif len(ranges) == 1 and datatypes and datatypes != [XSD.string]:
                results[datatypes[0]].append(name)
        return dict(sorted(results.items()))

    def one(self, name: str) -> _Form:
        """The constraint of a single-valued fact in the accepted view."""
        return _Form(
            "sh:maxCount 1",
            f"Accept one {self._label(name)}: rebuild the view, "
            "or record wrongly merged names as different.",
        )

    def once(self, name: str) -> _Form:
        """The constraint of a single-valued fact in a document."""
        return _Form("sh:maxCount 1", f"State one {self._label(name)}: the document gives several.")

    def form(self, name: str) -> _Form | None:
        """The constraints on a fact's values; None if the ontology states none."""
        label = self._label(name)
        for codes in self._values(name, PG.codeList):
            members = " ".join(shorten(code) for code in sorted(self._members[codes]))
            return _Form(
                f"sh:in ( {members} )", f"Give the {label} as one of the codes of {shorten(codes)}."
            )
        ranges = {*self._values(name, RDFS.range), *self._values(name, SCHEMA.rangeIncludes)}
        if XSD.string in ranges and len(ranges) > 1:
            return _Form(
                "sh:minLength 1", f"Give the {label} as an IRI or a text that is not empty."
            )
        if XSD.string in ranges and not name.startswith(NS):  # borrowed: a language tag is allowed
            text = "sh:nodeKind sh:Literal ; sh:minLength 1"
            return _Form(text, f"Give the {label} as a text that is not empty.")
        for datatype in ranges & _DATATYPES.keys():
            return self._literal(name, label, datatype)
        if _OWL_OBJECT in self._values(name, RDF.type) or RDFS.Resource in ranges:
            return _Form("sh:nodeKind sh:IRI", self._link(name, label))
        return None

    def _link(self, name: str, label: str) -> str:
        above = self._values(name, RDFS.subPropertyOf)
        if PROV.wasDerivedFrom in above or PROV.wasInfluencedBy in above:
            return (
                f"{shorten(name)} leads to an entity: give its IRI, or a "
                "pg:UnresolvedReference with the text."
            )
        return (
            f"Give the {label} as an IRI; put text that identifies no entity into pg:valueAsStated."
        )

    def _literal(self, name: str, label: str, datatype: str) -> _Form:
        kind = f"sh:datatype {shorten(datatype)}"
        words = _DATATYPES[datatype]
        if datatype == XSD.string:
            return _Form(f"{kind} ; sh:minLength 1", f"Give the {label} as {words} (xsd:string).")
        if datatype == XSD.boolean:
            return _Form(kind, f"Give true or false (xsd:boolean) for {label}.")
        if datatype == XSD.date:
            bound = f'sh:minInclusive "{_EARLIEST}"^^xsd:date'
            return _Form(f"{kind} ; {bound}", f"Give the {label} as {words} (xsd:date).")
        for facet, phrase in (("minInclusive", "of at least"), ("minExclusive", "above")):
            for value in self._quads[name][getattr(XSD, facet)]:
                bound = f'sh:{facet} "{value.value}"^^{shorten(datatype)}'
                words += f" {phrase} {value.value}"
                return _Form(
                    f"{kind} ; {bound}", f"Give the {label} as {words} ({shorten(datatype)})."
                )
        return _Form(kind, f"Give the {label} as {words} ({shorten(datatype)}).")

    def _label(self, name: str) -> str:
        return next(iter(self._values(name, SKOS.prefLabel)), local_name(name)).replace('"', "'")


_CLAIMED: dict[str, tuple[str, str, str]] = {
    RDFS.Resource: (
        "an IRI",
        "name the entity or the code, or leave the value out",
        "!isIRI(?value)",
    ),
}
"""For values that are not literals: the requirement, the remedy, and the test of a violation."""
_DATATYPES: dict[str, str] = {
    XSD.string: "a text that is not empty",
    XSD.integer: "a whole number",
    XSD.decimal: "a decimal",
    XSD.double: "a double",
    XSD.date: "the last day of the stated period, not before 1950",
    XSD.boolean: "true or false",
}
