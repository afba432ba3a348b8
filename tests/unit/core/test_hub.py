"""Addresses of the Hugging Face Hub, whichever way they are written."""

from __future__ import annotations

import pytest

from provenance_graph.acceptance import identity
from provenance_graph.core import hub
from provenance_graph.core.hub import Repository, RepositoryKind
from provenance_graph.core.iris import Iri
from provenance_graph.formats.huggingface.names import named_by
from provenance_graph.model.bundles.gather import hub_repository

COMMIT = "26bca36bde8333b5d7f72e9ed20ccda6a618af24"


@pytest.mark.parametrize(
    "address",
    [
        "https://huggingface.co/org/name", "http://huggingface.co/org/name/",
        "https://www.huggingface.co/org/name", "HTTPS://HuggingFace.co/org/name",
        "hf.co/org/name", "https://hf.co/org/name?library=vllm", "huggingface.co/org/name#files",
        "https://huggingface.co/org/name.git", "https://huggingface.co/api/models/org/name",
        "https://huggingface.co/api/models/org/name/revision/main", "hf:org/name", "hf://org/name",
        "https://huggingface.co/org/name/resolve/main/config.json",
        "https://huggingface.co/org/name/blob/main/README.md", "https://hf.co/org/name/tree/v1",
        "https://huggingface.co/org/name/discussions/3", "https://huggingface.co:443/org/name",
        "https://huggingface.co/org/name@v1", "https://huggingface.co/org%2Fname/tree/main",
        "git@hf.co:org/name", "git@huggingface.co:org/name.git", "ssh://git@hf.co/org/name",
        "git+https://huggingface.co/org/name", "//huggingface.co/org/name",
        "https://user:secret@huggingface.co/org/name", "ssh://git@hf.co:22/org/name.git",
    ],
)  # fmt: skip
def test_every_spelling_of_a_model_names_it(address: str) -> None:
    result = hub.address(address.replace("%2F", "/"))
    assert result is not None
    assert (result.kind, result.name) == (RepositoryKind.MODEL, "org/name")


@pytest.mark.parametrize(
    "address",
    [
        "https://huggingface.co/collections/google/gemma-3", "https://huggingface.co/papers/2401.1",
        "https://huggingface.co/settings/tokens", "https://huggingface.co/organizations/foo/activity",
        "https://huggingface.co/tasks/text-generation", "https://huggingface.co/docs/transformers",
        "https://huggingface.co/blog/llama31", "https://huggingface.co/google",
        "https://huggingface.co/", "https://huggingface.co/models?search=x/y",
        "https://huggingface.co/api/models", "https://huggingface.co/api/whoami-v2/x",
        "https://huggingface.co/models/org/name", "https://huggingface.co.evil.org/org/name",
        "https://example.org/huggingface.co/org/name", "https://huggingface.co/a/..",
        "https://huggingface.co/google/models", "https://huggingface.co/google/datasets",
        "https://hf.co/google/collections", "https://huggingface.co/google/buckets",
        "https://huggingface.co/subscribe/pro", "https://huggingface.co/pro/x",
        "https://huggingface.co/buckets/org/bucket", "hf://buckets/org/bucket/model.safetensors",
        "https://huggingface.co/static/bigscience/license/index.html",
        "https://huggingface.co/avatars/0cf4c75a0531f337f0b3319faced4f65.svg",
        "https://huggingface.co/hardware/aws", "https://huggingface.co/mcp/x",
        "https://huggingface.co/google/activity/all",
        "https://huggingface.co/google/spaces?sort=new", "https://huggingface.co@evil.org/org/name",
        "https://evil.org/@huggingface.co/org/name", "https://huggingface.co:8443/org/name",
        "mailto:x@hf.co/org/name", "hf.coorg/name", "https://huggingface.co:org/name",
        "https://huggingface.co/join/now", "https://huggingface.co/learn/nlp-course", "hf:", "",
        "https://huggingface.co/org/" + "x" * 1000,
    ],
)  # fmt: skip
def test_what_is_no_repository_is_refused(address: str) -> None:
    assert hub.address(address) is None
    assert hub.model_name(address) == hub.dataset_name(address) == ""


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"https://huggingface.co/org/name/resolve/{COMMIT}/a/b.json",
         Repository(RepositoryKind.MODEL, "org/name", COMMIT, "a/b.json")),
        ("https://huggingface.co/org/name/tree/refs%2Fpr%2F1/a",
         Repository(RepositoryKind.MODEL, "org/name", "refs/pr/1", "a")),
        ("https://huggingface.co/datasets/squad/tree/refs/convert/parquet",
         Repository(RepositoryKind.DATASET, "squad", "refs/convert/parquet")),
        ("hf://datasets/org/data@v1.2/train.csv",
         Repository(RepositoryKind.DATASET, "org/data", "v1.2", "train.csv")),
        ("https://huggingface.co/api/datasets/org/data/tree/main",
         Repository(RepositoryKind.DATASET, "org/data", "main")),
        ("https://huggingface.co/spaces/org/demo", Repository(RepositoryKind.SPACE, "org/demo")),
        ("https://huggingface.co/gpt2", Repository(RepositoryKind.MODEL, "openai-community/gpt2")),
        ("https://huggingface.co/bert-base-uncased/blob/main/config.json",
         Repository(RepositoryKind.MODEL, "google-bert/bert-base-uncased", "main", "config.json")),
        ("https://huggingface.co/bookcorpus/tree/main", Repository(RepositoryKind.MODEL, "bookcorpus", "main")),
    ],
)  # fmt: skip
def test_revision_and_file_are_kept(address: str, expected: Repository) -> None:
    assert hub.address(address) == expected


def test_a_commit_is_told_from_a_branch() -> None:
    assert Repository(RepositoryKind.MODEL, "a/b", COMMIT).commit == COMMIT
    assert Repository(RepositoryKind.MODEL, "a/b", "main").commit == ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "~/.cache/huggingface/hub/models--org--name/snapshots/abc/config.json",
            Repository(RepositoryKind.MODEL, "org/name", "abc", "config.json"),
        ),
        (
            "hub/datasets--org--data/snapshots/def",
            Repository(RepositoryKind.DATASET, "org/data", "def"),
        ),
        ("hub/models--gpt2/refs/main", Repository(RepositoryKind.MODEL, "openai-community/gpt2")),
        (
            r"C:\hub\models--org--name\snapshots\abc",
            Repository(RepositoryKind.MODEL, "org/name", "abc"),
        ),
    ],
)
def test_a_cached_folder_names_its_repository(path: str, expected: Repository) -> None:
    assert hub.cached(path) == expected


@pytest.mark.parametrize("path", ["models/org/name", "models--a--b--c", "x--y/README.md"])
def test_other_folders_are_no_cache(path: str) -> None:
    assert hub.cached(path) is None


@pytest.mark.parametrize(
    ("stated", "name", "revision"),
    [
        ("org/name", "org/name", ""),
        ("org/name@v2", "org/name", "v2"),
        ("gpt2-xl", "openai-community/gpt2-xl", ""),
        ("hf.co/org/name/tree/v1", "org/name", "v1"),
        ("/data/models--org--name/snapshots/abc", "org/name", "abc"),
    ],
)
def test_a_field_names_a_repository(stated: str, name: str, revision: str) -> None:
    reference = hub.reference(stated)
    assert reference is not None
    assert (reference.name, reference.revision) == (name, revision)


@pytest.mark.parametrize(
    "stated", ["./out/merged", "some model", "/abs/path/x", "a/b/c", "papers/2401.1", "llama", ""]
)
def test_other_texts_name_none(stated: str) -> None:
    assert hub.reference(stated) is None


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://huggingface.co/api/models/org/name", "org/name"),
        ("https://www.huggingface.co/org/name", "org/name"),
        ("http://hf.co/org/name", "org/name"),
        ("https://huggingface.co/settings/tokens", ""),
        ("https://huggingface.co/papers/2401.1", ""),
        ("https://huggingface.co/organizations/foo", ""),
        ("https://huggingface.co/collections/google/x", ""),
        ("https://huggingface.co/datasets/org/data", ""),
    ],
)
def test_identity_exports_and_readers_agree(address: str, name: str) -> None:
    assert identity.hub_name(address) == hub_repository(address) == named_by(address, "") == name
    merged = identity.repository_model([Iri(address)])
    assert (merged is not None) is bool(name)


@pytest.mark.parametrize("kind", ["", "datasets/", "spaces/", "models/"])
def test_an_address_without_scheme_and_with_it_name_the_same(kind: str) -> None:
    steps = ("a", "A_b", "datasets", "api", "tree", "gpt2", "x.git", "a..b", "-a", "papers", "Blob")
    for one in steps:
        for two in steps:
            path = f"{kind}{one}/{two}"  # the usual page is read at once, the others step by step
            usual = hub.address(f"https://huggingface.co/{path}")
            assert usual == hub.address(f"http://www.hf.co/{path}"), path
