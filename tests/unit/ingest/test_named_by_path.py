"""Documents that name no model: each is a model of its own, whatever else has a file of that name."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import importing
import pytest
from importing import Take, write

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY

store, take = importing.store, importing.take  # fixtures


def safetensors(licence: str) -> bytes:
    header = json.dumps({"__metadata__": {"license": licence}}).encode()
    return struct.pack("<Q", len(header)) + header


MLMODEL = "artifact_path: model\nflavors:\n  transformers:\n    source_model_name: {}\nmlflow_version: 3.1.0\n"
NAMELESS: dict[str, tuple[str, str]] = {
    "config.json": ('{"model_type": "llama", "hidden_size": 64}', '{"model_type": "llama", "hidden_size": 96}'),
    "adapter_config.json": ('{"peft_type": "LORA", "base_model_name_or_path": "a/b"}', '{"peft_type": "LORA", "base_model_name_or_path": "a/c"}'),
    "mergekit_config.yml": ("merge_method: ties\nbase_model: a/b\nmodels: [{model: a/x}]\n", "merge_method: ties\nbase_model: a/c\nmodels: [{model: a/y}]\n"),
    "README.md": ("---\nlicense: mit\n---\n", "---\nlicense: apache-2.0\n---\n"),
    "Modelfile": ("FROM llama3.2:1b\n", "FROM qwen2.5:7b\n"),
    "MLmodel": (MLMODEL.format("a/b"), MLMODEL.format("a/c")),
    "model.safetensors": (safetensors("mit").decode("latin-1"), safetensors("apache-2.0").decode("latin-1")),
}  # fmt: skip


def facts(store: MemoryStore) -> dict[Iri, set[tuple[object, ...]]]:
    """What the records state of each model that a document describes, its node claims apart."""
    named = {s for s, *_ in store.quads(predicate=PG.hubRepository)}
    described = {
        s
        for s, *_, g in store.quads(predicate=RDF.type, object=PG.Model, graph=ANY)
        if s not in named and "/in/" in s and "qwen2" not in s and "llama3" not in s
    }
    return {s: {(p, o) for _, p, o, _ in store.quads(s)} for s in described}


@pytest.mark.parametrize("where", ["collections", "folders"])
@pytest.mark.parametrize("name", NAMELESS)
def test_two_documents_that_name_no_model_are_two_models(
    store: MemoryStore, take: Take, tmp_path: Path, name: str, where: str
) -> None:
    folders = [tmp_path / place / "deep" / "er" / "chat" for place in ("one", "two")]
    for folder, text in zip(folders, NAMELESS[name], strict=True):
        folder.mkdir(parents=True)
        (folder / name).write_bytes(text.encode("latin-1"))
    if where == "folders":
        take(tmp_path)
        assert len(facts(store)) == 2
        return
    take(folders[0], collection="ours")
    before = facts(store)
    take(folders[1], collection="theirs")
    after = facts(store)
    assert len(before) == 1
    assert len(after) == 2
    assert before.items() <= after.items()


def test_a_datasets_folder_as_the_hub_has_it_names_the_dataset(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    folder = tmp_path / "datasets" / "example-ear" / "speech"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-nd-4.0\n---\n# Speech\n")
    take(tmp_path)
    ours = {s for s, *_ in store.quads(predicate=RDF.type, object=PG.Dataset)}
    assert {s.rpartition("/dataset/")[2] for s in ours} == {"example-ear/speech"}


def _bom(licence: str) -> dict[str, Any]:
    terms = [{"license": {"id": licence}}]
    parts = [
        {"type": "machine-learning-model", "name": "chat", "licenses": terms},
        {"type": "data", "name": "train", "licenses": terms},
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": parts}


def _spdx(licence: str) -> dict[str, Any]:
    made = {"type": "CreationInfo", "@id": "_:i", "specVersion": "3.0.1"}
    chat = {"type": "ai_AIPackage", "spdxId": "urn:x#chat", "name": "chat", "creationInfo": "_:i"}
    terms = {
        "type": "simplelicensing_LicenseExpression",
        "spdxId": "urn:x#l",
        "simplelicensing_licenseExpression": licence,
        "creationInfo": "_:i",
    }
    tie = {
        "type": "Relationship",
        "spdxId": "urn:x#r",
        "from": "urn:x#chat",
        "relationshipType": "hasDeclaredLicense",
        "to": ["urn:x#l"],
        "creationInfo": "_:i",
    }
    context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    return {"@context": context, "@graph": [made, chat, terms, tie]}


def _croissant(licence: str) -> dict[str, Any]:
    context = {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"}
    whole = {"@type": "Dataset", "name": "chat", "license": licence}
    return {
        "@context": context,
        **whole,
        "dct:conformsTo": "http://mlcommons.org/croissant/1.0",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
    }


@pytest.mark.parametrize("where", ["collections", "folders"])
@pytest.mark.parametrize("make", [_bom, _spdx, _croissant])
def test_what_two_documents_only_name_alike_are_two_entities(
    store: MemoryStore,
    take: Take,
    tmp_path: Path,
    make: Callable[[str], dict[str, Any]],
    where: str,
) -> None:
    """Two services' `chat` with two licences: neither is the other's rival."""
    licences = ("MIT", "GPL-3.0-only")
    for place, licence in zip(("one", "two"), licences, strict=True):
        write(tmp_path / place / "bom.json", json.dumps(make(licence)))
    if where == "folders":
        take(tmp_path)
    else:
        for place in ("one", "two"):
            take(tmp_path / place, collection=place)
    labelled = [(s, str(o)) for s, _, o, _ in store.quads(predicate=DCTERMS.license)]
    known = {s for s, *_ in store.quads(predicate=RDF.type, object=PG.Licence)}
    of = [(s, o.rpartition("/")[2]) for s, o in labelled if s not in known and "/in/" in s]
    assert {licence for _, licence in of} == set(licences)
    assert len({s for s, _ in of}) == len(of) == (4 if make is _bom else 2)
    assert not list(store.quads(predicate=PG.contested))


def _fair4ml(licence: str, id_: str = "") -> str:
    context = {"@vocab": "https://schema.org/", "fair4ml": "https://w3id.org/fair4ml/"}
    model = {"@type": "fair4ml:MLModel", "name": "my-model", "license": licence}
    return json.dumps({"@context": context, "@id": id_ or "#model", **model})


def _crate(licence: str, id_: str = "") -> str:
    id_ = id_ or "#model"
    root = {"@id": "./", "@type": "Dataset", "name": "A run", "hasPart": [{"@id": id_}]}
    about = {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"}}
    model = {"@id": id_, "@type": "MLModel", "name": "my-model", "license": licence}
    context = "https://w3id.org/ro/crate/1.1/context"
    return json.dumps({"@context": context, "@graph": [about, root, model]})


def _kit(licence: str, id_: str = "") -> str:
    return f"manifestVersion: 1.0.0\npackage: {{name: my-model}}\nmodel: {{name: my-model, path: ./m.onnx, license: {licence}}}\n"


def _mldcat(licence: str, id_: str = "") -> str:
    subject = f"<{id_}>" if id_ else "_:m"
    return (
        "@prefix it6: <http://data.europa.eu/it6/> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"
        "@prefix schema: <http://schema.org/> .\n"
        f'{subject} a it6:MachineLearningModel ; schema:name "my-model" ; dcterms:title "my-model" ;\n'
        f"  dcterms:license <http://spdx.org/licenses/{licence}> .\n"
    )


LOCAL = {
    "m.jsonld": _fair4ml,
    "ro-crate-metadata.json": _crate,
    "Kitfile": _kit,
    "m.ttl": _mldcat,
}


def licensed(store: MemoryStore) -> dict[Iri, set[str]]:
    """The licences of what sources only name."""
    known = {s for s, *_ in store.quads(predicate=RDF.type, object=PG.Licence)}
    results: dict[Iri, set[str]] = {}
    for s, _, o, _ in store.quads(predicate=DCTERMS.license):
        if s not in known and "/in/" in s:
            results.setdefault(s, set()).add(str(o).rpartition("/")[2])
    return results


@pytest.mark.parametrize("where", ["collections", "folders"])
@pytest.mark.parametrize("file", LOCAL)
def test_a_local_name_of_two_documents_is_two_models(
    store: MemoryStore, take: Take, tmp_path: Path, file: str, where: str
) -> None:
    for place, licence in (("one", "MIT"), ("two", "GPL-3.0-only")):
        write(tmp_path / place / file, LOCAL[file](licence))
        if where == "collections":
            take(tmp_path / place, collection=place)
    if where == "folders":
        take(tmp_path)
    assert sorted(licensed(store).values(), key=sorted) == [{"GPL-3.0-only"}, {"MIT"}]
    assert not list(store.quads(predicate=PG.contested))


@pytest.mark.parametrize("file", [name for name in LOCAL if name != "Kitfile"])
def test_one_address_is_one_model_wherever_it_is_written(
    store: MemoryStore, take: Take, tmp_path: Path, file: str
) -> None:
    for place in ("one", "two"):
        write(tmp_path / place / file, LOCAL[file]("MIT", "https://models.example/a/my-model"))
        take(tmp_path / place, collection=place)
    assert list(licensed(store).values()) == [{"MIT"}]
