"""A document is recognised by its content, by one reader or by none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from reading import document
from shared import SHARED, needs_shared

from provenance_graph.core.errors import SourceError
from provenance_graph.formats.registry import readers, readers_of

MINE = ("croissant", "cyclonedx", "epoch", "fair4ml", "fmti", "mot", "osai", "spdx3")
EXPECTED = {
    "epoch": "epoch",
    "fmti": "fmti",
    "mot/models": "mot",
    "osai-index": "osai",
    "documents/croissant": "croissant",
    "documents/cyclonedx-mlbom": "cyclonedx",
    "documents/spdx3-ai": "spdx3",
}
OTHER = ("documents/ro-crate-mlflow", "documents/sigstore-model-signing", "documents/model-catalogs",
         "documents/hf-configs", "documents/hf-cards", "fair4ml", "models.dev", "mteb", "litellm",
         "hub-docs", "owasp-aibom")  # fmt: skip


def recognised(path: Path) -> list[str]:
    """The formats that a file is recognised as, this module's readers asked alone."""
    try:
        features = document(path.read_bytes(), path.name).features
    except SourceError:
        return []
    return [name for name in MINE if readers()[name].recognises(features)]


@needs_shared
@pytest.mark.parametrize("folder", sorted(EXPECTED))
def test_files_of_a_kind_are_recognised_as_that_kind_or_not_at_all(folder: str) -> None:
    assert SHARED is not None
    results = {
        path.name: recognised(path)
        for path in (SHARED / "sources" / folder).rglob("*.*")
        if path.is_file()
    }
    wrong = {
        name: kinds for name, kinds in results.items() if kinds not in ([], [EXPECTED[folder]])
    }
    assert not wrong
    assert sum(bool(kinds) for kinds in results.values()) >= 0.8 * len(
        results
    ) or folder.startswith("documents/")


@needs_shared
@pytest.mark.parametrize("folder", OTHER)
def test_files_of_other_kinds_are_not_taken_for_ours(folder: str) -> None:
    assert SHARED is not None
    files = [path for path in (SHARED / "sources" / folder).rglob("*") if path.is_file()]
    assert files
    results = {path.name: kinds for path in files if (kinds := recognised(path))}
    # one of a converter's outputs is Croissant, and says so
    assert results in (
        {},
        {"pypi_fairscape-conversion__plugins__croissant__golden.json": ["croissant"]},
    )


@pytest.mark.parametrize(
    "value",
    [
        {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [{"@type": "Dataset"}]},
        {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {}},
        {"system": "windows", "org": "x"},
        {"framework": {"name": "PyTorch"}, "release": {"name": "2.0"}},
        {"spdxVersion": "SPDX-2.3", "packages": []},
        {"@type": "Dataset", "@context": "https://schema.org", "name": "x"},
        {"components": [{"type": "machine-learning-model"}]},
        [],
        [[]],
        3,
        "x",
        None,
    ],
)
@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_what_only_looks_alike_is_not_recognised(value: object, suffix: str) -> None:
    features = document(json.dumps(value), f"x.{suffix}").features
    assert [name for name in MINE if readers()[name].recognises(features)] == []


GOLDEN = Path(__file__).parents[2] / "golden"


def test_a_document_is_recognised_alike_where_only_readers_of_its_syntax_are_loaded() -> None:
    paths = [path for path in sorted(GOLDEN.rglob("*")) if path.is_file()]
    assert len(paths) > 100
    seen = set()
    for path in paths:
        data = path.read_bytes()
        for name in (path.name, path.stem, f"{path.stem}.md", f"{path.stem}.json"):
            try:
                features = document(data, name).features
            except SourceError:
                continue
            few = readers_of(features.syntax)
            fitting = {name for name, one in readers().items() if one.recognises(features)}
            assert fitting <= few.keys(), (path, name)
            seen |= fitting
    assert len(seen) > 25


def test_a_card_loads_few_readers() -> None:
    assert len(readers_of("markdown")) < 6
    assert len(readers()) > 30


def test_a_check_of_a_document_loads_no_models_of_answers() -> None:
    """Loading pydantic takes as long as the rest of the check of one card."""
    loaded = "import sys, provenance_graph.checking.upstream; print('pydantic' in sys.modules)"
    line = [sys.executable, "-c", loaded]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("MLmodel", "artifact_path: model\nflavors:\n  sklearn: {}\nrun_id: a\n", ["mlflow"]),
        ("m/MLmodel", "flavors:\n  sklearn:\n    code: x\nmlflow_version: 2.9.2\n", ["mlflow"]),
        ("menu.yaml", "flavors:\n  vanilla: {}\nrun_id: a\n", []),
        ("MLmodel", "name: x\nflavours: {}\n", []),
        ("MLmodel", "{artifact_path: model, flavors: {sklearn: {}}}\n", ["mlflow"]),
        ("MLmodel", "flavors: {sklearn: {code: x}}\nmlflow_version: 2.9.2\n", ["mlflow"]),
        ("m.yml", "{flavors: {sklearn: {}}, mlflow_version: 2.9.2}\n", ["mlflow"]),
        ("Kitfile", "model: {name: x}\nmanifestVersion: 1.0.0\n", ["modelpack"]),
        ("a/Kitfile", '{"manifestVersion": "1.0.0", "model": {"name": "x"}}', ["modelpack"]),
    ],
)
def test_a_model_of_an_early_mlflow_is_known_by_its_files_name(
    name: str, text: str, expected: list[str]
) -> None:
    features = document(text, name).features
    assert [key for key, reader in readers().items() if reader.recognises(features)] == expected


@pytest.mark.parametrize(
    ("text", "name", "is_modelfile"),
    [
        ("FROM python:3.11-slim\nWORKDIR /app\nRUN pip install .\n", "build/Dockerfile", False),
        ("FROM ubuntu:24.04\n", "Containerfile", False),
        ("FROM ubuntu:24.04\nCOPY . /srv\n", "base.txt", False),
        ("From the shore\n", "poem.txt", False),
        ("FROM llama3.2:1b\nQUANTIZE q4_K_M\n", "tuned.txt", True),
        ('LICENSE """\nRUN no weapons.\n"""\nFROM "./a b.gguf"\n', "oak/Modelfile", True),
    ],
)
def test_a_modelfile_is_told_from_a_file_that_builds_a_container(
    text: str, name: str, is_modelfile: bool
) -> None:
    features = document(text, name).features
    found = [each for each, reader in readers().items() if reader.recognises(features)]
    assert found == (["ollama"] if is_modelfile else [])
