"""Renders the ontology as an HTML page: every term with definition, range and uses.

Made from the shipped files only: the modules of the ontology, the shapes (including derived ones)
and the stored queries. No store is read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from provenance_graph.acceptance.sssom import read_sssom
from provenance_graph.core.iris import NS, PREFIXES, local_name, shorten
from provenance_graph.core.resources import folder, shape_files
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SCHEMA, SKOS
from provenance_graph.model.questions.stored import questions
from provenance_graph.report.rendering import render
from provenance_graph.shapes.derive import derived_shapes

_SH, _OWL = PREFIXES["sh"], PREFIXES["owl"]
_KINDS = {
    _OWL + "Class": "class",
    _OWL + "ObjectProperty": "property that leads to an entity",
    _OWL + "DatatypeProperty": "property that takes a value",
    _OWL + "AnnotationProperty": "annotation",
    RDF.Property: "property",
    SKOS.ConceptScheme: "code list",
    SKOS.Concept: "code",
}
_MATCHES = {
    SKOS.exactMatch: "the same as",
    SKOS.closeMatch: "nearly the same as",
    SKOS.broadMatch: "narrower than",
    SKOS.narrowMatch: "broader than",
    SKOS.relatedMatch: "related to",
}
_FACTS = {
    PG.FactProperty: "a fact of a model: sources may disagree, makers may keep silent",
    PG.SingleValuedFact: "one value is right",
    PG.ExhaustiveFact: "who states it states all values",
}


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """One term of the ontology; IRIs are shortened (``pg:contextLength``), texts are verbatim.

    ``broader`` are its super-classes and super-properties. ``matches`` are pairs of a relation and
    the IRI of a term of another vocabulary. ``codes`` are the members of its code list, ``shapes``
    the SHACL shapes on it, ``questions`` the stored queries that name it.
    """

    name: str
    iri: str
    label: str
    kind: str
    definition: str = ""
    examples: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    unit: str = ""
    code_list: str = ""
    codes: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    matches: tuple[tuple[str, str], ...] = ()
    replaced_by: str = ""
    shapes: tuple[tuple[str, str], ...] = ()
    questions: tuple[tuple[str, str], ...] = ()

    @property
    def anchor(self) -> str:
        """The fragment of the term's IRI: ``contextLength``."""
        return local_name(self.iri)


@dataclass(frozen=True, slots=True)
class Module:
    """A file of the ontology: its title, its description, and its terms sorted by name."""

    title: str
    description: str
    terms: tuple[VocabularyTerm, ...]


@cache
def vocabulary_page() -> str:
    """The page as HTML, without scripts and external resources."""
    return render("vocabulary.html", modules=modules(), namespace=NS)


@cache
def modules() -> tuple[Module, ...]:
    """The modules that define terms, sorted by title."""
    graph = _Graph()
    results = [
        module
        for path in sorted(folder("ontology").glob("*.ttl"))
        if (module := graph.module(path.read_bytes()))
    ]
    return tuple(sorted(results, key=lambda module: module.title))


class _Graph:
    """An index of all modules, shapes and alignments."""

    def __init__(self) -> None:
        self._quads: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._codes: dict[str, list[str]] = defaultdict(list)
        root = folder("ontology")
        for path in sorted([*root.glob("*.ttl"), *root.glob("alignments/*.ttl")]):
            self._add(path.read_bytes())
        self._shapes = _shapes([*(path.read_bytes() for path in shape_files()), derived_shapes()])
        self._questions = _questions_by_term()
        self._matches = self._aligned(root / "alignments.sssom.tsv")

    def _add(self, data: bytes) -> None:
        for subject, predicate, value in _triples(data):
            if value not in self._quads[subject][predicate]:
                self._quads[subject][predicate].append(value)
            if predicate == SKOS.inScheme:
                self._codes[value].append(subject)

    def _aligned(self, table: Path) -> Mapping[str, list[tuple[str, str]]]:
        """Matches in other vocabularies by term: of classes and properties, then of codes."""
        rows: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in read_sssom(table.read_text(encoding="utf-8"), table.name):
            rows[row.subject].append((_MATCHES[row.predicate], row.object))
        for subject, values in self._quads.items():
            for predicate, words in _MATCHES.items():
                rows[subject] += [(words, value) for value in values.get(predicate, ())]
        return rows

    def module(self, data: bytes) -> Module | None:
        """The module in one file; None if it defines none of the project's terms."""
        own = {s: None for s, p, v in _triples(data) if p == RDFS.isDefinedBy and s.startswith(NS)}
        about = [s for s, p, v in _triples(data) if p == RDF.type and v == _OWL + "Ontology"]
        if not own or not about:
            return None
        terms = tuple(self._term(name) for name in sorted(own, key=str.casefold))
        return Module(
            self._text(about[0], DCTERMS.title), self._text(about[0], DCTERMS.description), terms
        )

    def _term(self, name: str) -> VocabularyTerm:
        kinds = self._quads[name][RDF.type]
        codes = self._quads[name][PG.codeList]
        above = [
            value
            for predicate in (RDFS.subClassOf, RDFS.subPropertyOf)
            for value in self._quads[name][predicate]
        ]
        ranges = [*self._quads[name][RDFS.range], *self._quads[name][SCHEMA.rangeIncludes]]
        return VocabularyTerm(
            name=shorten(name),
            iri=name,
            label=self._text(name, SKOS.prefLabel) or local_name(name),
            kind=next((_KINDS[kind] for kind in kinds if kind in _KINDS), "individual"),
            definition=self._text(name, SKOS.definition),
            examples=tuple(self._quads[name][SKOS.example]),
            facts=tuple(words for kind, words in _FACTS.items() if kind in kinds),
            ranges=tuple(map(shorten, ranges)),
            unit=self._text(name, PG.unit),
            code_list=shorten(codes[0]) if codes else "",
            codes=tuple(shorten(c) for c in sorted(self._codes[codes[0] if codes else name])),
            broader=tuple(map(shorten, above)),
            matches=tuple(self._matches.get(name, ())),
            replaced_by=", ".join(map(shorten, self._quads[name][DCTERMS.isReplacedBy])),
            shapes=tuple(self._shapes.get(name, ())),
            questions=tuple(self._questions.get(shorten(name), ())),
        )

    def _text(self, name: str, predicate: str) -> str:
        return next(iter(self._quads[name][predicate]), "")


def _triples(data: bytes) -> Iterable[tuple[str, str, str]]:
    for quad in ox.parse(data, format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(
            quad.object, ox.NamedNode | ox.Literal
        ):
            yield quad.subject.value, quad.predicate.value, quad.object.value


def _shapes(sources: Iterable[bytes]) -> Mapping[str, list[tuple[str, str]]]:
    """By property: the short name and message of each shape on it."""
    paths: dict[str, str] = {}
    messages: dict[str, str] = {}
    for data in sources:
        for subject, predicate, value in _triples(data):
            if predicate == _SH + "path":
                paths[subject] = value
            elif predicate == _SH + "message":
                messages[subject] = value
    rows: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for shape, path in sorted(paths.items()):
        rows[path].append((local_name(shape), messages.get(shape, "")))
    return rows


def _questions_by_term() -> Mapping[str, list[tuple[str, str]]]:
    """By short name of a term: the stored queries whose text names it."""
    rows: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for question in questions().values():
        for term in sorted(set(re.findall(r"\bpg:[\w-]+", question.text))):
            rows[term].append((question.name, question.question))
    return rows
