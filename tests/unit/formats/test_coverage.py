"""Nothing is lost silently: every key has a treatment, and a key declared as read is read."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from reading import document

from provenance_graph.commands.models import show
from provenance_graph.core import iris
from provenance_graph.core.terms import PG
from provenance_graph.formats import coverage
from provenance_graph.formats.coverage import KeyTable, Leaf, Treatment, later, read, skip, text
from provenance_graph.formats.ledger import count
from provenance_graph.formats.registry import readers
from provenance_graph.ingest import intake
from provenance_graph.model.knowledge import headline
from tools.reading_coverage import Row, measure

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = [
    (name, path)
    for name, reader in readers().items()
    if reader.keys
    for path in sorted(GOLDEN.glob(f"{name}/*/input*.json"))
]


@pytest.mark.parametrize(("name", "path"), CASES, ids=lambda x: getattr(x, "parent", Path(x)).name)
def test_a_value_under_a_key_declared_as_read_changes_what_comes_of_the_document(
    name: str, path: Path
) -> None:
    row = Row()
    measure(document(path.read_bytes(), path.name), readers()[name], 150, row)
    assert row.stated > 0
    assert dict(row.keys) == {}


TABLE = KeyTable(
    (
        *read("its name", "model/name"),
        *text(PG.task, "model/task"),
        *skip("a picture", "model/logo/**"),
        *later("model/notes"),
    )
)
LEAVES = [
    Leaf(("model", "name"), "/name", "a"),
    Leaf(("model", "task"), "/task", "NOASSERTION"),
    Leaf(("model", "logo", "data"), "/logo/data", "…"),
    Leaf(("model", "notes"), "/notes", "b"),
    Leaf(("model", "colour"), "/colour/0", "red"),
    Leaf(("model", "colour"), "/colour/1", "blue"),
]


def test_the_ledger_counts_every_value_by_treatment_and_key() -> None:
    ledger = count(LEAVES, TABLE)
    assert {treatment: ledger.total(treatment) for treatment in Treatment} == {
        Treatment.READ: 2,
        Treatment.NOT_PROVENANCE: 1,
        Treatment.NOT_READ: 1,
        Treatment.UNKNOWN: 2,
        Treatment.NOT_UNDERSTOOD: 0,
    }
    assert ledger.by_key(Treatment.UNKNOWN) == {"model/colour": 2}


def test_what_has_no_property_is_kept_as_stated_and_a_blank_as_left_blank() -> None:

    claims = list(coverage.claims(iris.model("a/b"), LEAVES, TABLE))
    assert [str(c.value) for c in claims if c.predicate == PG.otherStatement] == [
        "notes: b",
        "colour: red",
        "colour: blue",
    ]
    assert [c.stance.label for c in claims if c.predicate == PG.task] == ["NotStated"]


def test_an_unknown_key_is_a_problem_once_with_its_count() -> None:
    (problem,) = coverage.unknown(LEAVES, TABLE, "the standard")
    assert problem.where == "/colour/0"
    assert problem.what == "'model/colour' is not a key of the standard (2 times)"


def test_a_long_text_is_cut_where_it_says_so() -> None:
    value = coverage.brief("x" * 5_000)
    assert len(value.lexical) == coverage.MAX_TEXT
    assert value.lexical.endswith(" …")


def test_a_report_names_every_treatment_with_its_keys() -> None:
    assert list(count(LEAVES, TABLE).lines()) == [
        "stated: 6 values: 2 read, 1 not provenance, 1 not read yet, 2 unknown key",
        "  read: model/name, model/task",
        "  not provenance: model/logo/data",
        "  not read yet: model/notes",
        "  unknown key: model/colour (2)",
    ]


MODEL = {
    "@context": {"@vocab": "https://schema.org/", "fair4ml": "https://w3id.org/fair4ml#"},
    "@type": "fair4ml:MLModel",
    "name": "Oak",
    "archivedAt": "https://example.org/archive/oak",
    "author": {"@type": "Organization", "name": "Example Lab", "url": "https://lab.example.org"},
}


def test_what_stands_under_a_key_that_is_read_and_comes_to_nothing_is_kept_as_stated() -> None:
    reading = intake.read(document(json.dumps(MODEL), "a.jsonld"), readers(), intake.Options())
    kept = {
        str(claim.value)
        for record in reading.records
        for claim in record.claims
        if claim.predicate == PG.otherStatement
    }
    assert {
        "archivedAt: https://example.org/archive/oak",
        "author.url: https://lab.example.org",
    } <= kept
    assert reading.ledger.by_key(Treatment.NOT_UNDERSTOOD) == {
        "model/archivedAt": 1,
        "model/author/url": 1,
    }
    assert reading.ledger.total() == 8


def test_a_reference_to_an_element_of_the_document_is_read() -> None:
    graph = {
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            {"type": "ai_AIPackage", "spdxId": "urn:a", "name": "Oak", "suppliedBy": "urn:org"},
            {"type": "Organization", "spdxId": "urn:org", "name": "Example Lab"},
            {
                "type": "Relationship",
                "spdxId": "urn:r",
                "from": "urn:x",
                "to": ["urn:y"],
                "relationshipType": "contains",
            },
        ],
    }
    reading = intake.read(document(json.dumps(graph), "a.spdx.json"), readers(), intake.Options())
    ledger = reading.ledger
    assert "model/suppliedBy" not in ledger.by_key(Treatment.NOT_UNDERSTOOD)
    assert ledger.by_key(Treatment.NOT_PROVENANCE)["unconnected/relationshipType"] == 1


def test_a_page_shows_what_is_stated_and_fills_no_field() -> None:
    shown = {
        "name": "Oak", "kinds": ["Model"], "id": "example/oak",
        "iri": iris.model("example/oak"), "asOf": "", "records": 1,
        "describedAs": [], "unknown": "", "knowledge": {}, "sections": [],
    }  # fmt: skip
    whole: dict[str, object] = defaultdict(list, shown)
    whole["knowledge"] = headline([])
    texts = [f"key {n}: text" for n in range(show.MAX_NOT_UNDERSTOOD + 2)]
    whole["otherFacts"] = [
        {"property": "otherStatement", "label": "x", "values": [{"label": text} for text in texts]},
        {
            "property": "learningApproach",
            "label": "learning approach",
            "values": [{"label": "supervised"}],
        },
    ]
    page = list(show.page(whole))
    assert page[page.index("Other facts") + 1] == "  learning approach: supervised"
    at = page.index("Stated, not understood")
    assert page[at + 1] == "  key 0: text"
    assert page[at + show.MAX_NOT_UNDERSTOOD + 1] == "  and 2 more (--all shows them)"
    assert "  key 9: text" in list(show.page(whole, True))


def test_a_field_whose_matter_stands_elsewhere_is_not_called_uncovered() -> None:
    row = {"knowledge": "notCovered", "values": [], "estimates": [], "rivals": []}
    fields = [
        row | {"property": name, "label": name}
        for name in ("version", "trainingMethod", "architecture")
    ]
    shown = {"name": "Oak", "kinds": ["Model"], "id": "example/oak",
        "iri": iris.model("example/oak"), "asOf": "", "records": 1,
             "sections": [{"name": "A", "fields": fields}], "unknown": "",
             "versions": [{"id": "v", "version": "2.0"}],
             "otherFacts": [{"property": "learningApproach", "label": "learning approach",
                             "values": [{"label": "supervised"}]}]}  # fmt: skip
    whole: dict[str, object] = defaultdict(list, shown)
    whole["knowledge"] = headline([])
    assert "No source covers: architecture" in list(show.page(whole))


def test_a_text_of_words_under_a_coded_key_is_not_lost() -> None:
    entry = {"litellm_provider": "acme", "mode": "some words", "max_tokens": 5}
    reading = intake.read(
        document(json.dumps({"acme/tiny": entry}), "m.json"), readers(), intake.Options("litellm")
    )
    assert reading.ledger.by_key(Treatment.NOT_UNDERSTOOD) == {"offer/mode": 1}
