"""The ontology is whole: house style, terms in code and Turtle, page layout, policy, shapes."""

import re
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from parsed_ontology import graph_of
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from shape_cases import quads, sampled_shapes_graph

from provenance_graph.acceptance.sssom import read_sssom
from provenance_graph.core import terms
from provenance_graph.core.claims import Basis, Quad
from provenance_graph.core.iris import NS, PREFIXES, Iri
from provenance_graph.core.resources import folder, ontology_files
from provenance_graph.core.terms import PROV
from provenance_graph.shapes.findings import Finding, Severity
from provenance_graph.shapes.model import ACCEPTED_VIEW, RECORD_GRAPHS, SHAPES
from provenance_graph.shapes.parse import load_shapes, shipped_shapes
from provenance_graph.shapes.setbased import find_in_graph
from tools.shacl_reference import reference_findings

PG = rdflib.Namespace(NS)
HOUSE_STYLE = folder("ontology") / "shapes" / "house-style.ttl"

ROOT = Path(__file__).resolve().parents[2]


def vocabulary_files() -> list[Path]:
    """The files of the ontology that define terms and codes."""
    return [
        path
        for path in ontology_files()
        if not path.stem.startswith(("licences", "spdx")) and path.parent.name != "rubrics"
    ]


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    """Everything but the licences, of which there are thousands of lines without terms."""
    return graph_of(vocabulary_files())


def house_style(quads: list[Quad]) -> list[Finding]:
    """What breaks the house style, by our own validator, which others hold to pyshacl's answers."""
    return find_in_graph(quads, load_shapes([HOUSE_STYLE]), f"{SHAPES}Ontology", Severity.INFO)


def test_every_term_is_labelled_defined_shown_and_at_home() -> None:
    terms = [quad for path in vocabulary_files() for quad in quads(path.read_text("utf-8"))]
    assert [str(finding) for finding in house_style(terms)] == []
    unnamed = [
        q for q in terms if not (q[0].endswith("#contextLength") and q[1] == str(SKOS.prefLabel))
    ]
    assert {finding.path for finding in house_style(unnamed)} == {str(SKOS.prefLabel)}


def test_another_validator_finds_a_module_in_house_style() -> None:
    module = rdflib.Graph().parse(folder("ontology") / "architecture.ttl")
    assert [str(f) for f in reference_findings(module, rdflib.Graph().parse(HOUSE_STYLE))] == []


def terms_in_code() -> dict[str, str]:
    """Every term of ours that the code names as ``PG.term``, with a file that does."""
    results = {}
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]:
        for name in re.findall(r"\bPG\.(\w+)", path.read_text(encoding="utf-8")):
            results[NS + name] = path.name
    return results


def test_every_term_that_the_code_names_is_in_the_ontology(ontology: rdflib.Graph) -> None:
    defined = {str(term) for term in ontology.subjects(RDFS.isDefinedBy)}
    unknown = {term: file for term, file in terms_in_code().items() if term not in defined}
    assert unknown == {}


@pytest.mark.parametrize("path", ontology_files(), ids=lambda path: path.stem)
def test_a_module_reads_and_holds_no_blank_nodes(path: Path) -> None:
    for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
        assert not isinstance(quad.subject, ox.BlankNode), quad
        assert not isinstance(quad.object, ox.BlankNode), quad


@pytest.mark.parametrize(
    "path",
    [p for p in folder("ontology").rglob("*.ttl") if "licences" not in p.stem],
    ids=lambda path: path.stem,
)
def test_a_module_stays_under_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_term_of_ours_is_used_that_is_not_defined(ontology: rdflib.Graph) -> None:
    defined = set(ontology.subjects(RDFS.isDefinedBy))
    used = {t for triple in ontology for t in triple if str(t).startswith(NS) and str(t) != NS}
    assert sorted(used - defined) == []


def test_every_code_is_in_a_scheme_and_its_notation_is_its_name(ontology: rdflib.Graph) -> None:
    for scheme in ontology.subjects(RDF.type, SKOS.ConceptScheme):
        assert (None, SKOS.inScheme, scheme) in ontology or scheme == PG.AssessmentScheme, scheme
    for code, scheme in ontology.subject_objects(SKOS.inScheme):
        if str(code).startswith(NS):
            assert (scheme, RDF.type, SKOS.ConceptScheme) in ontology, code


def test_lineage_is_under_prov_and_succession_is_not(ontology: rdflib.Graph) -> None:
    derived, influenced = (
        rdflib.URIRef(PROV.wasDerivedFrom),
        rdflib.URIRef(PROV.wasInfluencedBy),
    )
    for term in terms.DERIVATIONS:
        assert (rdflib.URIRef(term), RDFS.subPropertyOf, derived) in ontology, term
    for term in terms.TRAININGS:
        assert (rdflib.URIRef(term), RDFS.subPropertyOf, rdflib.URIRef(PG.trainedOn)) in ontology
    for term in terms.INFLUENCES:
        assert (rdflib.URIRef(term), RDFS.subPropertyOf, influenced) in ontology, term
    under = {str(t) for t in ontology.transitive_subjects(RDFS.subPropertyOf, derived)}
    assert under == {*terms.DERIVATIONS, *terms.DATASET_RELATIONS, PROV.wasDerivedFrom}


def test_the_default_policy_prefers_files_to_statements_and_never_takes_an_estimate(
    ontology: rdflib.Graph,
) -> None:
    policy = PG.DefaultPolicy
    order = ontology.items(ontology.value(policy, PG.basisOrder))
    assert [Basis(Iri(basis)) for basis in order] == [
        Basis.ARTIFACT,
        Basis.DEVELOPER,
        Basis.MEASUREMENT,
        Basis.THIRD_PARTY,
        Basis.INFERENCE,
    ]
    assert list(ontology.objects(policy, PG.neverAccepted)) == [PG.Estimate]
    assert list(ontology.items(ontology.value(policy, PG.tieBreak))) == [
        PG.CloserSource,
        PG.MoreIndependentSources,
        PG.BetterCustody,
        PG.LaterStatement,
        PG.LowestInOrder,
    ]


def test_no_two_fact_properties_share_a_place_on_the_page(ontology: rdflib.Graph) -> None:
    places: dict[tuple[object, object], rdflib.term.Node] = {}
    for fact in ontology.subjects(RDF.type, PG.FactProperty):
        place = ontology.value(fact, PG.section), ontology.value(fact, PG.order)
        assert places.setdefault(place, fact) == fact, (place, fact)


def test_the_seed_page_reads_in_its_own_order(ontology: rdflib.Graph) -> None:
    attention = sorted(
        ontology.subjects(PG.section, PG.AttentionSection),
        key=lambda fact: int(ontology.value(fact, PG.order)),
    )
    shown = [fact.removeprefix(NS) for fact in attention if "Rank" not in fact]
    assert shown == [
        "attentionMechanism",
        "attentionHeadCount",
        "keyValueHeadCount",
        "headDimension",
        "positionEmbedding",
        "ropeTheta",
        "ropeScaling",
        "slidingWindowAttention",
        "slidingWindowSize",
        "normalization",
        "activationFunction",
    ]


def test_every_fact_property_has_a_shape_for_its_values(ontology: rdflib.Graph) -> None:
    shaped = {
        shape.path.predicate
        for top in shipped_shapes()
        if top.over & {ACCEPTED_VIEW, RECORD_GRAPHS}
        for shape in top.property_shapes()
        if shape.path is not None
    }
    free = {PREFIXES["schema"] + "sameAs", PREFIXES["schema"] + "url"}
    loose = {PREFIXES["schema"] + n for n in ("description", "alternateName")} | {
        PREFIXES["dcterms"] + "identifier"
    }
    facts = {str(fact) for fact in ontology.subjects(RDF.type, PG.FactProperty)}
    assert sorted(facts - shaped - free - loose) == []


def test_single_values_have_a_count_and_codes_their_list(ontology: rdflib.Graph) -> None:
    counted, listed = set(), {}
    for top in shipped_shapes():
        for shape in top.property_shapes():
            for constraint in shape.constraints:
                if shape.path and constraint.component == "MaxCount" and ACCEPTED_VIEW in top.over:
                    counted.add(shape.path.predicate)
                if shape.path and constraint.component == "In":
                    listed[shape.path.predicate] = {term.value for term in constraint.terms}
    single = {str(fact) for fact in ontology.subjects(RDF.type, PG.SingleValuedFact)}
    assert sorted(single - counted) == []
    for fact, scheme in ontology.subject_objects(PG.codeList):
        if (fact, RDF.type, PG.FactProperty) in ontology:
            codes = {str(code) for code in ontology.subjects(SKOS.inScheme, scheme)}
            assert listed[str(fact)] == codes, fact


def test_the_ontology_states_its_version(ontology: rdflib.Graph) -> None:
    whole = rdflib.URIRef(NS.rstrip("#"))
    assert (whole, RDF.type, OWL.Ontology) in ontology
    assert ontology.value(whole, OWL.versionIRI) is not None


def test_our_shapes_are_well_formed_shacl() -> None:
    conforms, _, reported = pyshacl.validate(
        rdflib.Graph(), shacl_graph=sampled_shapes_graph(), meta_shacl=True, advanced=False
    )
    assert conforms, reported


MATCHES = (
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
)


def test_only_concepts_are_matched_by_skos(ontology: rdflib.Graph) -> None:
    """Classes and properties are aligned in an SSSOM table, or by what RDFS says of them."""
    concepts = {*ontology.subjects(RDF.type, SKOS.Concept), *ontology.subjects(SKOS.inScheme)}
    matched = {s for match in MATCHES for s in ontology.subjects(rdflib.URIRef(match))}
    assert matched
    assert matched - concepts == set()


def test_alignments_are_of_terms_that_are_defined_and_imply_nothing_twice(
    ontology: rdflib.Graph,
) -> None:
    table = folder("ontology") / "alignments.sssom.tsv"
    rows = read_sssom(table.read_text(encoding="utf-8"), table.name)
    assert len(rows) == len({(row.subject, row.object) for row in rows}) > 100
    defined = set(ontology.subjects(RDFS.isDefinedBy))
    assert {row.subject for row in rows} - set(map(str, defined)) == set()
    assert {row.predicate for row in rows} <= set(map(str, MATCHES))
    above = {
        (str(s), str(o))
        for p in (RDFS.subClassOf, RDFS.subPropertyOf)
        for s in defined
        for o in ontology.transitive_objects(s, p)
    }
    assert {(row.subject, row.object) for row in rows} & above == set()


def test_every_property_says_what_it_leads_to(ontology: rdflib.Graph) -> None:
    includes = rdflib.URIRef(PREFIXES["schema"] + "rangeIncludes")
    ours = {
        name
        for kind in (OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)
        for name in ontology.subjects(RDF.type, kind)
        if name.startswith(NS) and (name, OWL.deprecated, None) not in ontology
    }
    ranged = {*ontology.subjects(RDFS.range), *ontology.subjects(includes)}
    assert len(ours) > 200
    assert ours - ranged == set()
