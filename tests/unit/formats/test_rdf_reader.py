"""Our own RDF, other people's, and what must be refused before the engine sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from provenance_graph.core import iris, rdf
from provenance_graph.core.claims import Claim, Problem, Record
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats.document import Document
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers
from tests import importing

READER = readers()["rdf"]
store, take = importing.store, importing.take  # fixtures
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "rdf"
CASES = sorted(GOLDEN.glob("*/input.*"))


def document(text: str | bytes, name: str) -> Document:
    raw = text.encode() if isinstance(text, str) else text
    return Document(Iri(f"https://example.org/{name}"), raw, "2026-01-31", name)


def read(text: str, name: str) -> list[Record | Problem]:
    return list(records_of(READER, document(text, name)))


def only(result: list[Record | Problem]) -> Record:
    (record,) = [item for item in result if isinstance(item, Record)]
    return record


_CLAIM = """
@prefix pg: <https://w3id.org/provenance-graph/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://example.org/c> a pg:Claim ; pg:about <https://w3id.org/provenance-graph/id/model/acme/m> ;
    pg:property pg:contextLength ; pg:value 4096 ; pg:validUntil BOUND .
"""


@pytest.mark.parametrize(
    "bound",
    [
        '"2026"^^xsd:gYear',
        '"soon"',
        '"2026-02-30"^^xsd:date',
        '"12026-01-01"^^xsd:date',
        '"2026-01-01T12:00:00Z"^^xsd:dateTime',
    ],
)
def test_a_validity_that_is_no_day_is_a_problem(bound: str) -> None:
    results = read(_CLAIM.replace("BOUND", bound), "c.ttl")
    assert any("pg:validUntil" in str(one) for one in results if isinstance(one, Problem))
    assert not any(item.claims for item in results if isinstance(item, Record))


@pytest.mark.parametrize("bound", ['"2026-02-28"', '"2026-02-28Z"^^xsd:date'])
def test_a_validity_is_a_day_without_a_time_zone(bound: str) -> None:
    (claim,) = only(read(_CLAIM.replace("BOUND", bound), "c.ttl")).claims
    assert claim.valid_until == "2026-02-28"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_a_file_gives_the_records_and_the_problems_of_its_golden_case(
    path: Path, golden: Callable[[Path, bytes], None]
) -> None:
    it = document(path.read_bytes(), path.name)
    assert [r.format for r in readers().values() if r.recognises(it.features)] == ["rdf"]
    results = list(records_of(READER, it))
    records = [item for item in results if isinstance(item, Record)]
    problems = [str(item) for item in results if isinstance(item, Problem)]
    golden(path.parent / "records.trig", rdf.write_trig(records))
    golden(path.parent / "problems.txt", "".join(f"{line}\n" for line in problems).encode())


def test_what_we_write_we_read_with_its_own_header() -> None:
    source = only(read((GOLDEN / "plain" / "input.ttl").read_text(), "plain.ttl"))
    again = only(read(rdf.write_trig([source]).decode(), "again.trig"))
    assert again == source


def test_nquads_and_ntriples_are_read() -> None:
    line = '<https://example.org/m> <https://schema.org/name> "M" .\n'
    claim = Claim(Iri("https://example.org/m"), SCHEMA.name, rdf.Literal("M"))
    assert only(read(line, "x.nt")).claims == (claim,)


def test_json_ld_with_its_context_inside_is_read() -> None:
    text = json.dumps(
        {
            "@context": {"pg": iris.NS, "schema": "https://schema.org/"},
            "@id": "https://example.org/m",
            "@type": "pg:Model",
            "pg:contextLength": 8192,
        }
    )
    it = document(text, "m.json")
    assert [r.format for r in readers().values() if r.recognises(it.features)] == ["rdf"]
    assert len(only(list(records_of(READER, it))).claims) == 2


@pytest.mark.parametrize(
    "context",
    ["https://example.org/ctx", ["https://example.org/ctx"], {"@import": "https://example.org/c"}],
    ids=["text", "list", "import"],
)
def test_a_context_that_stands_elsewhere_is_refused(context: object) -> None:
    text = json.dumps({"@graph": [{"@context": context, "@id": "https://example.org/m"}]})
    with pytest.raises(Unreadable, match="put the context into the document"):
        read(text, "m.json")


def test_a_syntax_error_names_its_line() -> None:
    with pytest.raises(Unreadable, match="line 2"):
        read("@prefix pg: <https://w3id.org/provenance-graph/ns#> .\npg:a pg:b", "x.ttl")


def test_an_iri_with_a_space_is_refused_with_its_line() -> None:
    with pytest.raises(Unreadable, match="line 1"):
        read('<https://example.org/a b> <https://schema.org/name> "M" .', "x.ttl")


@pytest.mark.parametrize("mark", ["[ <p:p> ", "( ", "<<( "], ids=["nodes", "lists", "triples"])
def test_deep_nesting_is_refused_before_the_parser_recurses(mark: str) -> None:
    with pytest.raises(Unreadable, match="nested deeper"):
        read("<https://example.org/m> <p:p> " + mark * 5_000, "x.ttl")


def test_deep_json_ld_is_refused() -> None:
    with pytest.raises(Unreadable, match="nested deeper"):
        read('{"@id":"https://example.org/m","p:p":' * 5_000, "x.json")


def test_blank_nodes_get_the_same_names_at_every_reading() -> None:
    text = '[] <https://schema.org/name> "a" . [] <https://schema.org/name> "b" .'
    first, second = only(read(text, "x.ttl")), only(read(text, "x.ttl"))
    assert first == second
    assert all(c.subject.startswith(first.header.record) for c in first.claims)


def test_a_file_without_triples_is_a_problem() -> None:
    (problem,) = read("# nothing here\n", "x.ttl")
    assert "no triples" in str(problem)


def test_a_kind_of_training_is_training_on_that_data() -> None:
    head = "@prefix pg: <https://w3id.org/provenance-graph/ns#> . "
    alone = "<urn:m> pg:pretrainedOn <urn:d> ; pg:finetunedOn <urn:e> . "
    for text in (alone, f"{alone} <urn:m> pg:trainedOn <urn:d> . "):
        claims = only(read(head + text, "a.ttl")).claims
        trained = [str(c.value) for c in claims if c.predicate == PG.trainedOn]
        assert sorted(trained) == ["urn:d", "urn:e"]
        assert len(claims) == 4


def test_a_name_of_our_namespace_that_it_does_not_define_is_a_problem() -> None:
    head = "@prefix pg: <https://w3id.org/provenance-graph/ns#> . "
    result = read(f"{head} <urn:m> a pg:Modell ; pg:fineTunedOn <urn:d>, <urn:e> .", "a.ttl")
    problems = [str(item) for item in result if isinstance(item, Problem)]
    assert len(problems) == 2
    assert any("pg:fineTunedOn" in text and "pg:finetunedOn" in text for text in problems)
    assert any("pg:Modell" in text and "did you mean pg:Model," in text for text in problems)
    assert len(only(result).claims) == 3


def test_a_text_that_its_datatype_refuses_is_kept_as_stated() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    text = (
        f'<urn:m> <urn:p> "1_000"^^<{xsd}integer> . <urn:m> <urn:q> "٣"^^<{xsd}integer> .'
        f'<urn:m> <urn:r> "1e3"^^<{xsd}decimal> . <urn:m> <urn:s> "+7"^^<{xsd}integer> .'
    )
    result = read(text, "a.ttl")
    claims = {claim.predicate: claim for claim in only(result).claims}
    assert {str(p): (c.value is None, c.as_stated) for p, c in claims.items()} == {
        "urn:p": (True, "1_000"),
        "urn:q": (True, "٣"),
        "urn:r": (True, "1e3"),
        "urn:s": (False, ""),
    }
    assert all("not a xsd:" in claims[Iri(f"urn:{p}")].unusable for p in "pqr")
    assert sum(isinstance(item, Problem) for item in result) == 3


def test_a_value_of_a_record_that_is_none_is_kept_as_stated() -> None:
    record = (
        "@prefix pg: <https://w3id.org/provenance-graph/ns#> .\n<urn:r> { <urn:r> a pg:SourceRecord ;"
        " <https://schema.org/url> <urn:d> ; <http://www.w3.org/ns/prov#wasAttributedTo> <urn:o> ;"
        ' <http://purl.org/pav/retrievedOn> "2026-01-01" .'
        ' <urn:m> pg:contextLength "1_000"^^<http://www.w3.org/2001/XMLSchema#integer> . }'
    )
    result = read(record, "a.trig")
    (claim,) = only(result).claims
    assert (claim.value, claim.as_stated) == (None, "1_000")
    assert [str(p) for p in result if isinstance(p, Problem)]


PERIODS = """
@prefix pg: <https://w3id.org/provenance-graph/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix id: <https://w3id.org/provenance-graph/id/> .
<https://w3id.org/provenance-graph/id/alias/acme/swift> a pg:AliasBinding ; pg:alias "swift" .
[] a pg:Claim ; pg:about <https://w3id.org/provenance-graph/id/alias/acme/swift> ;
    pg:property pg:resolvesTo ; pg:value <https://w3id.org/provenance-graph/id/model/acme/swift-1> ;
    pg:validUntil "2025-06-30"^^xsd:date .
[] a pg:Claim ; pg:about <https://w3id.org/provenance-graph/id/alias/acme/swift> ;
    pg:property pg:resolvesTo ; pg:value <https://w3id.org/provenance-graph/id/model/acme/swift-2> ;
    pg:validFrom "2025-06-30"^^xsd:date .
[] a pg:Claim ; pg:property pg:resolvesTo .
"""


def test_a_node_of_a_claim_outside_a_record_is_that_claim(tmp_path, store, take) -> None:
    (tmp_path / "alias.ttl").write_text(PERIODS)
    _, reported = take(tmp_path / "alias.ttl")
    alias = Iri("https://w3id.org/provenance-graph/id/alias/acme/swift")
    bound = [o for _, _, o, _ in store.quads(alias, PG.resolvesTo)]
    assert bound == [Iri("https://w3id.org/provenance-graph/id/model/acme/swift-2")]
    assert any("needs pg:about and pg:property" in text for text in reported)
