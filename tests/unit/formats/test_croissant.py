"""Croissant metadata."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reading import document, read, recorded, values_of
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.formats.croissant import reader as croissant

DATASET = iris.entity("croissant", "dataset", "x")
CONTEXT = {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"}


def data(**more: Any) -> str:
    return json.dumps({"@context": CONTEXT, "@type": "Dataset", "name": "x", **more})


@pytest.mark.parametrize(
    "schema", ["https://schema.org/", "http://schema.org/", "http://www.schema.org/"]
)
def test_schema_org_is_one_vocabulary_whatever_its_scheme(schema: str) -> None:
    text = data(**{"@context": {"cr": CONTEXT["cr"], "s": schema}, "name": None, "s:name": "x"})
    claims, _ = read(croissant.READER, text, "x.json")
    assert values_of(claims, DATASET, SCHEMA.name) == ["x"]


def test_a_licence_map_and_a_link_are_read() -> None:
    licence = {"@type": "CreativeWork", "url": "https://creativecommons.org/licenses/by/4.0/"}
    claims, _ = read(croissant.READER, data(license=licence), "x.json")
    assert values_of(claims, DATASET, DCTERMS.license) == ["http://spdx.org/licenses/CC-BY-4.0"]


def test_texts_of_responsible_ai_give_only_that_they_are_there() -> None:
    text = data(**{"rai:dataCollection": "A long story."})
    claims, _ = read(croissant.READER, text, "x.json")
    [claim] = [claim for claim in claims if claim.predicate == PG.dataAcquisition]
    assert (claim.value, claim.stance, claim.as_stated) == (
        None,
        Stance.PARTLY_STATED,
        "described in a text",
    )


def test_a_digest_of_the_wrong_kind_is_a_problem_and_no_digest() -> None:
    file = {"@type": "cr:FileObject", "name": "f", "sha256": "0" * 32, "encodingFormat": "x"}
    claims, problems = read(croissant.READER, data(distribution=[file]), "x.json")
    assert not [claim for claim in claims if claim.predicate == PG.digest]
    assert "/distribution/0/sha256" in {problem.where for problem in problems}


def test_a_dataset_of_schema_org_alone_is_not_croissant() -> None:
    text = json.dumps({"@context": "https://schema.org/", "@type": "Dataset", "name": "x"})
    assert not croissant.READER.recognises(document(text, "x.json").features)


@needs_shared
def test_every_dataset_is_recognised_and_read_and_bad_ones_are_reported() -> None:
    assert SHARED is not None
    folder = SHARED / "sources" / "documents" / "croissant"
    files = sorted(folder.glob("*.json"))
    silent = []
    for path in files:
        assert croissant.READER.recognises(document(path.read_bytes(), path.name).features), (
            path.name
        )
        [record], problems = recorded(croissant.READER, path)
        assert any(claim.value == PG.Dataset for claim in record.claims)
        if "_bad_" in path.name or "_missing_" in path.name:
            faults = [p for p in problems if p.kind in ("schema", "reference")]
            silent += [] if faults else [path.name.split("__")[-2]]
    assert len(files) == 40
    assert silent == []
    for path in folder.glob("*.jsonld"):  # tasks, not datasets
        assert not croissant.READER.recognises(document(path.read_bytes(), path.name).features)


@pytest.mark.parametrize("value", [None, 3, "x", [], [None], [[]], {"a": None}, [{"@id": []}]])
@pytest.mark.parametrize(
    "key", ["name", "creator", "license", "url", "distribution", "recordSet", "conformsTo",
            "citeAs", "datePublished", "sameAs", "rai:dataCollection", "prov:wasDerivedFrom"],
)  # fmt: skip
def test_a_field_of_any_shape_makes_problems_not_crashes(key: str, value: object) -> None:
    claims, _ = read(croissant.READER, data(**{key: value}), "x.json")
    assert all(isinstance(claim, Claim) for claim in claims)
    croissant.READER.origin(document(data(**{key: value}), "x.json"))


def test_a_file_is_called_as_in_its_address_where_its_name_is_a_title() -> None:
    address = "https://example.org/d/rain_20250301.zip?download=true"
    part = {"@type": "cr:FileObject", "@id": "z", "name": "Rain of March", "contentUrl": address}
    claims, _ = read(croissant.READER, data(distribution=[part]), "x.json")
    assert {str(c.value) for c in claims if c.predicate == PG.fileName} == {"rain_20250301.zip"}
    assert "Rain of March" in {str(c.value) for c in claims if c.predicate == SCHEMA.name}


def test_a_licence_that_nobody_lists_is_one_by_its_name_and_address() -> None:
    node = {"@type": "CreativeWork", "name": "House Terms 2", "url": "https://o.example/terms"}
    claims, _ = read(croissant.READER, data(license=node), "x.json")
    [licence] = values_of(claims, DATASET, DCTERMS.license)
    assert values_of(claims, Iri(licence), SCHEMA.url) == ["https://o.example/terms"]


def test_an_id_that_is_another_address_than_the_page_is_kept() -> None:
    text = data(**{"@id": "https://o.example/id/7", "url": "https://o.example/page"})
    claims, _ = read(croissant.READER, text, "x.json")
    assert "@id: https://o.example/id/7" in values_of(claims, DATASET, PG.otherStatement)
