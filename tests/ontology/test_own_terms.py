"""The ontology keeps to its own words: domains, ranges, code lists, alignments, retired terms."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from parsed_ontology import graph_of
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from provenance_graph.acceptance.sssom import read_sssom
from provenance_graph.core.iris import NS, PREFIXES
from provenance_graph.core.resources import folder, ontology_files
from provenance_graph.core.terms import PG as TERMS
from provenance_graph.exchange import fair4ml
from provenance_graph.exchange.spdx3 import terms as spdx3
from provenance_graph.shapes.parse import shipped_shapes

PG = rdflib.Namespace(NS)
ROOT = Path(__file__).resolve().parents[2]


def written_fields() -> dict[tuple[str, str], str]:
    """What our writers put into a field of another vocabulary: the property and the field."""
    spaces = {"ai": "AI", "dataset": "Dataset"}
    texts = [*spdx3.MODEL_TEXTS.items(), *spdx3.DATA_TEXTS.items()]
    found = {
        (prop, f"https://spdx.org/rdf/3.0.1/terms/{spaces[space]}/{name}"): key
        for prop, (key, _) in texts
        for space, _, name in (key.partition("_"),)
    }
    found |= {
        (prop, key.replace("fair4ml:", fair4ml.CONTEXT["fair4ml"])): key
        for prop, key in fair4ml.TERMS.items()
        if re.fullmatch(r"fair4ml:\w+", key)
    }
    return found


def test_what_is_written_into_a_field_of_another_vocabulary_is_aligned_with_it() -> None:
    table = folder("ontology") / "alignments.sssom.tsv"
    rows = read_sssom(table.read_text(encoding="utf-8"), table.name)
    aligned = {(str(row.subject), str(row.object)) for row in rows}
    fields = written_fields()
    assert len(fields) > 25
    assert {key: field for key, field in fields.items() if key not in aligned} == {}


@pytest.fixture(scope="module")
def everything() -> rdflib.Graph:
    """The whole ontology, licences and rubrics included, without shapes."""
    return graph_of(ontology_files())


def _types(graph: rdflib.Graph, node: rdflib.term.Node) -> set[rdflib.term.Node]:
    stated = set(graph.objects(node, RDF.type))
    return {t for one in stated for t in graph.transitive_objects(one, RDFS.subClassOf)}


def test_our_terms_are_used_on_what_their_domain_says(everything: rdflib.Graph) -> None:
    """Else an engine that infers types from domains would take a rubric for a record."""
    amiss = {
        (prop, node)
        for prop, domain in everything.subject_objects(RDFS.domain)
        for node in set(everything.subjects(prop))
        if domain not in _types(everything, node)
    }
    assert sorted(amiss) == []


def test_our_terms_lead_to_what_their_range_says(everything: rdflib.Graph) -> None:
    numbers = {"decimal": {"decimal", "integer"}}
    kinds = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, PG.FactProperty}
    amiss = set()
    for prop, wanted in everything.subject_objects(RDFS.range):
        if not str(prop).startswith(NS) or wanted == RDFS.Resource:
            continue
        for value in set(everything.objects(None, prop)):
            if isinstance(value, rdflib.Literal):
                given = value.datatype or (RDF.langString if value.language else "string")
                name = wanted.rpartition("#")[2]
                fits = given.rpartition("#")[2] in numbers.get(name, {name})
            elif wanted == RDF.Property:
                borrowed = not str(value).startswith(NS)
                fits = borrowed or bool(_types(everything, value) & {*kinds, RDF.Property})
            else:
                known = (value, RDF.type, None) in everything
                fits = not known or wanted in _types(everything, value)
            if not fits:
                amiss.add((prop, value))
    assert sorted(amiss) == []


def test_every_code_that_a_term_of_ours_takes_is_in_its_list(everything: rdflib.Graph) -> None:
    listed = dict(everything.subject_objects(PG.codeList))
    assert {PG.carryMode, PG.licenceFamily, PG.openness, PG.level} <= listed.keys()
    amiss = {
        (prop, value)
        for prop, scheme in listed.items()
        for value in set(everything.objects(None, prop))
        if (value, SKOS.inScheme, scheme) not in everything
    }
    assert sorted(amiss) == []


def test_no_two_terms_are_defined_alike(everything: rdflib.Graph) -> None:
    seen: dict[rdflib.term.Node, rdflib.term.Node] = {}
    for term, definition in everything.subject_objects(SKOS.definition):
        if not str(term).startswith(NS):
            continue
        assert seen.setdefault(definition, term) == term, (definition, term, seen[definition])


def test_every_typed_fact_is_checked_where_an_annotated_claim_gives_its_value() -> None:
    (values,) = (s for s in shipped_shapes() if s.name.endswith("#Claim-values"))
    checked = {
        PREFIXES[prefix] + name
        for constraint in values.constraints
        for prefix, name in re.findall(r"\b(pg|dcterms|schema):(\w+)", constraint.text)
    }
    typed = {
        shape.path.predicate
        for top in shipped_shapes()
        if top.name.endswith("#Values")
        for shape in top.property_shapes()
        for constraint in shape.constraints
        if shape.path and constraint.component in ("Datatype", "In", "NodeKind")
        if not any("string" in str(term) or "Literal" in str(term) for term in constraint.terms)
    }
    assert {TERMS.nominalParameterCount, TERMS.adapterRank, TERMS.benchmarkDataSeen} <= typed
    assert sorted(typed - checked) == []


def test_a_retired_term_is_used_by_nothing(everything: rdflib.Graph) -> None:
    retired = set(everything.subjects(OWL.deprecated, rdflib.Literal(True)))
    terms_of_ours = {term for term in retired if str(term).startswith(NS)}
    assert PG.factRange in terms_of_ours
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    named = {NS + name for name in re.findall(r"\bPG\.(\w+)", code)}
    assert {term for term in terms_of_ours if str(term) in named} == set()
    assert {p for p in everything.predicates() if p in terms_of_ours} == set()


RETIRED = {
    "carryMode": ('<urn:t> pg:carryMode "firm"', "<urn:t> pg:carryMode mode:firm"),
    "licenceClasses": (
        '<urn:t> pg:licenceFamily "qwen" ; pg:openness "open"',
        "<urn:t> pg:licenceFamily family:qwen ; pg:openness openness:open",
    ),
    "factRange": ("<urn:t> pg:factRange <urn:x>", "<urn:t> schema:rangeIncludes <urn:x>"),
    "derivation": ("<urn:t> pg:derivation <urn:x>", "<urn:t> prov:qualifiedDerivation <urn:x>"),
}
"""By the name of the update: data of a retired term, and what becomes of them."""


@pytest.mark.parametrize(
    "update", sorted((folder("ontology") / "retired").glob("*.rq")), ids=lambda path: path.stem
)
def test_data_of_a_retired_term_are_written_anew(update: Path) -> None:
    old, new = RETIRED[update.stem]
    own = {"mode": "carry-mode", "family": "licence-family", "openness": "openness"}
    spaces = {
        **PREFIXES,
        **{p: f"https://w3id.org/provenance-graph/id/{n}/" for p, n in own.items()},
    }
    head = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in spaces.items())
    store = ox.Store()
    store.load(f"{head}{old} .".encode(), format=ox.RdfFormat.TURTLE)
    store.update(update.read_text(encoding="utf-8"))
    wanted = ox.parse(f"{head}{new} .".encode(), format=ox.RdfFormat.TURTLE)
    assert {str(quad.triple) for quad in store} == {str(quad.triple) for quad in wanted}
