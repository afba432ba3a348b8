"""Validation of stores, nodes and records, and what is refused."""

import pytest
from shape_cases import HEAD, X, quads

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Record, Stance
from provenance_graph.core.errors import BadShape, Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.literals import day, integer, text
from provenance_graph.core.rdf import to_quads
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.shapes import (
    Severity,
    affected,
    user_shapes,
    validate_record,
    validate_store,
    validate_subjects,
)
from provenance_graph.shapes.parse import load_shapes, shipped_shapes
from provenance_graph.store.memory import MemoryStore
from tools.shacl_reference import validate_record_by_reference

MODEL = iris.model("org/model")
HEADER = Header(
    record=iris.record("test", "page", "2026-01-01"),
    document=Iri("https://example.org/page"),
    publisher=Iri("https://example.org/publisher"),
    retrieved="2026-01-01",
    reader="test",
)


def shape(text: str) -> bytes:
    return f"{HEAD}@prefix x: <{X}> .\n{text}".encode()


def record(*claims: Claim) -> Record:
    return Record(HEADER, claims)


def test_a_fault_in_a_record_graph_names_the_record() -> None:
    bad = record(Claim(MODEL, PG.contextLength, Literal("200K"), as_stated="200K"))
    with MemoryStore(to_quads(bad)) as store:
        (finding,) = [f for f in validate_store(store) if f.severity == Severity.VIOLATION]
    assert finding.record == HEADER.record
    assert finding.value == Literal("200K")
    assert "xsd:integer" in finding.message


def test_a_fault_in_the_view_names_no_record() -> None:
    with MemoryStore([(MODEL, PG.contextLength, Literal("200K"), None)]) as store:
        results = [f for f in validate_store(store) if f.severity == Severity.VIOLATION]
    assert {f.record for f in results} == {""}
    assert {f.component for f in results} == {"Datatype", "MinInclusive"}


def test_graphs_that_are_no_records_are_left_alone() -> None:
    other = Iri("https://example.org/graph")
    with MemoryStore([(MODEL, PG.contextLength, Literal("200K"), other)]) as store:
        assert validate_store(store) == []


def test_milder_findings_are_left_out_when_asked() -> None:
    data = quads("x:m a pg:Model . x:r a pg:RankEntry ; pg:rankOf x:m ; pg:rank 0 .")
    with MemoryStore(data) as store:
        counts = [len(validate_store(store, least)) for least in sorted(Severity)]
        gravest = validate_store(store, Severity.VIOLATION)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[1] > counts[2] == len(gravest) == 1


def test_findings_come_gravest_first_and_always_in_one_order() -> None:
    data = quads(
        "x:m a pg:Model . x:r a pg:RankEntry ; pg:rank 0 . x:s a pg:RankEntry ; pg:rank 0 ."
    )
    with MemoryStore(data) as store, MemoryStore(data[::-1]) as turned:
        result = validate_store(store)
        assert result == validate_store(turned)
    assert [f.severity for f in result] == sorted((f.severity for f in result), reverse=True)


def test_classes_count_with_their_subclasses() -> None:
    data = quads("x:Kind rdfs:subClassOf pg:RankEntry . x:r a x:Kind ; pg:rank 0 .")
    with MemoryStore(data) as store:
        assert any(f.focus == X + "r" for f in validate_store(store, Severity.VIOLATION))


def test_only_the_nodes_asked_for_are_validated() -> None:
    data = quads("x:r a pg:RankEntry ; pg:rank 0 . x:s a pg:RankEntry ; pg:rank 0 .")
    with MemoryStore(data) as store:
        result = validate_subjects(store, [Iri(X + "r")], Severity.VIOLATION)
        assert {f.focus for f in result} == {X + "r"}
        assert validate_subjects(store, [Iri(X + "unknown")]) == []


def test_a_change_affects_its_neighbours() -> None:
    with MemoryStore(quads("x:child prov:wasDerivedFrom x:m . x:m dcterms:license x:l .")) as store:
        assert affected(store, [Iri(X + "m")]) == {X + "m", X + "child", X + "l"}


def test_a_record_is_validated_alone_and_by_what_it_states() -> None:
    date = day("2025-06-30")
    release = day("2025-01-01")
    assert date is not None
    assert release is not None
    result = validate_record(
        record(
            Claim(MODEL, PG.knowledgeCutoff, date.literal, locator="L3"),
            Claim(MODEL, DCTERMS.issued, release.literal),
            Claim(MODEL, PG.layerCount, None),
        )
    )
    assert {f.record for f in result} == {HEADER.record}
    reported = " ".join(f.message for f in result)
    assert "cutoff 2025-06-30 lies after the release" in reported
    assert "needs pg:value" in reported


def test_an_estimate_is_no_statement_of_the_document() -> None:
    guess = Claim(MODEL, PG.parameterCount, integer(21), basis=Basis.ESTIMATE)
    claim = Claim(MODEL, PG.parameterCount, integer(42))
    other = Claim(MODEL, PG.parameterCount, integer(41))
    assert not any("State one" in f.message for f in validate_record(record(guess, claim)))
    assert any("State one" in f.message for f in validate_record(record(other, claim)))


def test_a_document_may_spell_a_name_in_two_ways() -> None:
    names = [Claim(MODEL, SCHEMA.name, text(n)) for n in ("Web data", "Web-data set")]
    assert not any(f.path == SCHEMA.name for f in validate_record(record(*names)))


def test_the_reference_finds_the_same_in_a_record() -> None:
    claims = (
        Claim(MODEL, PG.contextLength, Literal("200K"), as_stated="200K"),
        Claim(MODEL, PG.contextLength, integer(4096), stance=Stance.NOT_STATED),
        Claim(MODEL, PROV.wasDerivedFrom, MODEL),
    )

    def keys(result):
        return {(f.focus, f.path, f.value, f.shape, f.component, f.severity) for f in result}

    ours = validate_record(record(*claims))
    assert keys(ours) == keys(validate_record_by_reference(record(*claims)))
    assert len(ours) > 4


def test_the_reference_refuses_what_would_take_it_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_shapes, "MAX_TRIPLES", 2)
    with pytest.raises(Unreadable, match="too many"):
        validate_record_by_reference(record())


REFUSED = {
    "sh:qualifiedMinCount": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:property x:P . x:P sh:path x:p ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape x:P2 . x:P2 sh:class x:C .",
    "sh:rule": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:rule [ a sh:TripleRule ] .",
    "custom constraint": "x:S a sh:NodeShape ; sh:targetNode x:n . x:C a sh:ConstraintComponent .",
    "refers to itself": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:node x:S .",
    "xsd:integer": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:datatype xsd:byte .",
    "severity": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:severity x:Terrible ; sh:class x:C .",
    "blank node": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:hasValue [] .",
    "MINUS": 'x:S a sh:NodeShape ; sh:targetNode x:n ; sh:sparql [ sh:select "SELECT $this WHERE { $this a ?c MINUS { $this a ?d } }" ] .',
    "VALUES": 'x:S a sh:NodeShape ; sh:targetNode x:n ; sh:sparql [ sh:select "SELECT $this WHERE { VALUES ?c { 1 } $this a ?c }" ] .',
    "SELECT": 'x:S a sh:NodeShape ; sh:targetNode x:n ; sh:sparql [ sh:select "SELECT $this WHERE { { SELECT ?c WHERE { ?x a ?c } } $this a ?c }" ] .',
    "sh:select": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:sparql [ a sh:SPARQLConstraint ] .",
    "write the SPARQL": 'x:S a sh:NodeShape ; sh:targetNode x:n ; sh:sparql [ sh:select "ASK { $this a ?c }" ] .',
    "inside another shape": 'x:S a sh:NodeShape ; sh:targetNode x:n ; sh:not [ sh:sparql [ sh:select "SELECT $this WHERE { $this a ?c }" ] ] .',
    "may be empty": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:property [ sh:path [ sh:zeroOrMorePath x:p ] ; sh:minCount 2 ] .",
    "not a property path": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:property [ sh:path [ x:odd x:p ] ; sh:minCount 1 ] .",
    "one sh:path": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:property [ sh:path x:p, x:q ; sh:minCount 1 ] .",
    "does not end": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:in x:l .",
    "count to": "x:S a sh:NodeShape ; sh:targetNode x:n ; sh:property [ sh:path x:p ; sh:minCount 99 ] .",
    "line 34": "x:S a sh:NodeShape ;; oops",
}


@pytest.mark.parametrize(("words", "text"), REFUSED.items(), ids=REFUSED.keys())
def test_what_cannot_be_checked_is_refused_aloud(words: str, text: str) -> None:
    words = "line" if words.startswith("line") else words
    with MemoryStore() as store, pytest.raises(BadShape, match=words):
        validate_store(store, shapes=load_shapes([shape(text)]))


def test_a_deactivated_shape_checks_nothing() -> None:
    text = "x:S a sh:NodeShape ; sh:targetClass x:C ; sh:deactivated true ; sh:property [ sh:path x:p ; sh:minCount 1 ] ."
    with MemoryStore(quads("x:n a x:C .")) as store:
        assert validate_store(store, shapes=load_shapes([shape(text)])) == []


def test_a_shape_without_a_message_says_what_it_is() -> None:
    text = "x:S a sh:NodeShape ; sh:targetClass x:C ; sh:property x:P . x:P sh:path x:p ; sh:minCount 1 ."
    with MemoryStore(quads("x:n a x:C .")) as store:
        (finding,) = validate_store(store, shapes=load_shapes([shape(text)]))
    assert "MinCount" in finding.message
    assert "example.org/P" in finding.message


def test_our_shapes_all_have_a_severity_a_place_and_an_end() -> None:
    assert len(shipped_shapes()) > 35
    assert all(top.over for top in shipped_shapes())
