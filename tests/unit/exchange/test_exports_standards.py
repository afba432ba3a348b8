"""What the standards' own files say of the exports; but for CycloneDX's, they are beside the checkout."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from shared import SHARED, needs_shared

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.exchange.registry import export
from provenance_graph.model.bundles.gather import bundle, subject_named
from provenance_graph.store.opening import open_store

MODELS = (
    "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
    "anthropic/claude-haiku-4-5",
    "allenai/OLMo-2-1124-7B",
)


def exported(shipped: Path, model: str, format: str) -> str:
    with open_store(str(shipped)) as store:
        return export(
            bundle(AcceptedSnapshot(store), [subject_named(AcceptedSnapshot(store), model)]), format
        ).text


@needs_shared
@pytest.mark.parametrize("model", MODELS)
def test_spdx_documents_conform_to_the_models_own_shapes(shipped: Path, model: str) -> None:
    assert SHARED is not None
    folder = SHARED / "vocabularies" / "spdx"
    document = json.loads(exported(shipped, model, "spdx3"))
    context = json.loads((folder / "spdx-context.jsonld").read_text())["@context"]
    whole = json.dumps({**document, "@context": context})
    triples = ox.serialize(ox.parse(whole, ox.RdfFormat.JSON_LD), format=ox.RdfFormat.N_QUADS)
    assert triples is not None
    data = rdflib.Graph().parse(data=triples, format="nt")
    assert len(data) > 50
    shapes = rdflib.Graph().parse(folder / "spdx-model.ttl")
    conforms, _, text = pyshacl.validate(data, shacl_graph=shapes, ont_graph=shapes)
    assert conforms, text


@needs_shared
@pytest.mark.parametrize("model", MODELS)
def test_every_term_of_an_spdx_document_is_in_its_context(shipped: Path, model: str) -> None:
    assert SHARED is not None
    text = (SHARED / "vocabularies" / "spdx" / "spdx-context.jsonld").read_text()
    known = set(json.loads(text)["@context"]) | {"@id"}
    for element in json.loads(exported(shipped, model, "spdx3"))["@graph"]:
        assert {*element} <= known
        assert element["type"] in known


@pytest.mark.parametrize("model", MODELS)
def test_bills_of_materials_fit_the_schema_as_published(shipped: Path, model: str) -> None:
    import jsonschema  # here, since it takes a second to load

    published = files("cyclonedx.schema") / "_res" / "bom-1.7.SNAPSHOT.schema.json"
    schema = json.loads(published.read_text())
    document = json.loads(exported(shipped, model, "cyclonedx"))
    card = {**schema["definitions"]["modelCard"], "definitions": schema["definitions"]}
    for part in (document["metadata"]["component"], *document.get("components", ())):
        if "modelCard" in part:
            jsonschema.Draft7Validator(card).validate(part["modelCard"])
    assert document["$schema"] == schema["$id"]


@needs_shared
@pytest.mark.parametrize("model", MODELS)
def test_every_term_of_fair4ml_is_in_its_context(shipped: Path, model: str) -> None:
    assert SHARED is not None
    text = (SHARED / "vocabularies" / "fair4ml" / "fair4ml-0.1.0.jsonld").read_text()
    whole = json.loads(text)
    terms = [*whole["@context"], *(node.get("@id", "") for node in whole.get("@graph", ()))]
    known = {re.split(r"[:#/]", term)[-1] for term in terms}
    known |= {"creditText", "isBasedOn", "sdPublisher", "softwareRequirements"}  # schema.org's
    for node in json.loads(exported(shipped, model, "fair4ml"))["@graph"]:
        for key in node:
            if not key.startswith("@"):
                assert key.rpartition(":")[2] in known, key
