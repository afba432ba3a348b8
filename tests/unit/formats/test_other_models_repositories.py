"""A link to another model's repository is neither a place of weights nor a card of this one."""

from __future__ import annotations

import json

import pytest

from provenance_graph.core.claims import Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats.catalogues import mot, osai
from provenance_graph.formats.document import Document, Reader

HUB = "https://huggingface.co"


def claims(reader: Reader, text: str, name: str) -> dict[Iri, set[str]]:
    document = Document(Iri(f"https://example.org/{name}"), text.encode(), "2026-01-01")
    stated: dict[Iri, set[str]] = {}
    for item in reader.read(document):
        if isinstance(item, Claim) and item.predicate in (PG.modelCard, PG.weightsLocation):
            stated.setdefault(item.predicate, set()).add(str(item.value))
    return stated


def an_osai_system(name: str, weights: str, card: str) -> str:
    parts = {
        "system": {"name": name, "endmodelname": name, "basemodelname": "none"},
        "org": {"name": "Acme"},
        "weights_endmodel": {"class": "open", "link": f"{HUB}/{weights}"},
        "modelcard": {"class": "open", "link": f"{HUB}/{card}"},
    }
    return json.dumps(parts)


def a_mot_model(name: str, version: str, repository: str) -> str:
    release = {
        "name": name,
        "version": version,
        "huggingface": f"{HUB}/{repository}",
        "components": [],
    }
    framework = {"name": "Model Openness Framework", "version": "1.0"}
    return json.dumps({"framework": framework, "release": release})


@pytest.mark.parametrize(
    ("name", "repository", "holds"),
    [
        ("Stable-Vicuna-13B", "CarperAI/stable-vicuna-13b-delta", True),
        ("Llama-3.1-405B", "meta-llama/Meta-Llama-3.1-8B", False),
        ("CSM-8B", "sesame/csm-1b", False),
        ("DeepSeek-V3.1-Base", "deepseek-ai/DeepSeek-V3-Base", False),
        ("BiomedGPT", "stanford-crfm/BioMedLM", False),
    ],
)
def test_weights_lie_where_name_size_and_version_allow(
    name: str, repository: str, holds: bool
) -> None:
    system = an_osai_system(name, repository, f"acme/{name}")
    assert (PG.weightsLocation in claims(osai.READER, system, "a.yaml")) is holds
    stem, _, size = name.rpartition("-")
    model = a_mot_model(stem, size, repository) if stem else a_mot_model(name, "", repository)
    assert (PG.weightsLocation in claims(mot.READER, model, "a.yml")) is holds


@pytest.mark.parametrize(
    ("name", "repository", "own"),
    [
        ("Phi-4-reasoning", "microsoft/phi-4", False),
        ("Phi-4-reasoning", "microsoft/Phi-4-reasoning", True),
        ("DeepSeek-R1", "deepseek-ai/DeepSeek-V3-Base", False),
        ("Mudicldm", "ucsd-reach/musicldm", False),
    ],
)
def test_the_card_of_a_base_is_not_the_models(name: str, repository: str, own: bool) -> None:
    system = an_osai_system(name, "acme/elsewhere", repository)
    assert (PG.modelCard in claims(osai.READER, system, "a.yaml")) is own
