"""Anything in the graph by the names people type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from provenance_graph import cli
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import Ambiguous, NotFound
from provenance_graph.core.iris import minted_kind, short_id
from provenance_graph.core.terms import DCTERMS
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.store.embedded import EmbeddedStore


@pytest.fixture(scope="module")
def snapshot(shipped: Path) -> Iterator[AcceptedSnapshot]:
    with EmbeddedStore.open(shipped) as store:
        yield AcceptedSnapshot(store)


@pytest.mark.parametrize(
    ("text", "thing", "kind"),
    [
        ("black-forest-labs/FLUX.1-dev", "black-forest-labs/FLUX.1-dev", "model"),
        ("GPT-5", "openai/gpt-5", "model"),
        ("llama 3.1 8b", "meta-llama/Llama-3.1-8B", "model"),
        (
            "https://huggingface.co/meta-llama/Llama-3.1-8B/tree/main",
            "meta-llama/Llama-3.1-8B",
            "model",
        ),
        ("ultrachat_200k", "HuggingFaceH4/ultrachat_200k", "dataset"),
        ("Meta", "meta", "organization"),
        ("apache-2.0", "licence:Apache-2.0", "licence"),
        ("llama-3.1", "id:licence/llama-3.1", "licence"),
        ("eu-annex-xi", "id:rubric/eu-annex-xi", "rubric"),
    ],
)
def test_a_name_finds_its_thing(snapshot, text, thing, kind) -> None:
    entity = find_entity(snapshot, text)
    assert (short_id(entity.iri), entity.kind) == (thing, kind)


def test_a_model_that_only_another_record_mentions_is_a_model(snapshot) -> None:
    mentioned = find_entity(snapshot, "anthropic/claude-sonnet-4", {"model", "family"})
    assert mentioned.kind == "model"


def test_every_model_with_a_licence_is_typed(snapshot) -> None:
    untyped = {
        subject
        for subject, *_ in snapshot.quads(predicate=DCTERMS.license)
        if minted_kind(subject) == "model" and not snapshot.types(subject)
    }
    assert untyped == set()


def test_a_stub_does_not_hide_richer_things_of_its_name(snapshot) -> None:
    try:
        first = short_id(find_entity(snapshot, "mistral-7b").iri)
    except Ambiguous as told:
        first = told.candidates[0]
    assert first == "mistralai/Mistral-7B-v0.1"


def test_a_model_is_found_without_the_month_before_its_size(snapshot) -> None:
    assert short_id(find_entity(snapshot, "OLMo 2 7B").iri) == "allenai/OLMo-2-1124-7B"


def test_a_name_that_three_things_have_lists_them(snapshot) -> None:
    with pytest.raises(Ambiguous, match=r"dpi/model/alpaca"):
        find_entity(snapshot, "alpaca")


def test_kinds_narrow(snapshot) -> None:
    assert resolve(snapshot, "Meta", "organization").endswith("/organization/meta")
    with pytest.raises(NotFound):
        resolve(snapshot, "ultrachat_200k")


def test_what_is_not_there_offers_what_is(snapshot) -> None:
    with pytest.raises(NotFound, match="anthropic/claude-haiku-4-5"):
        find_entity(snapshot, "claude-haiku-4-6")


@pytest.mark.parametrize("thing", ["ultrachat_200k", "llama-3.1", "meta"])
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_anything_is_shown(shipped, monkeypatch, thing, form) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    invoke = CliRunner().invoke(
        cli.app,
        ["--store", str(shipped), "show", thing, "--format", form],
        standalone_mode=False,
        catch_exceptions=False,
    )
    if form == "json":
        assert json.loads(invoke.stdout)["iri"]
    elif form == "table":
        assert all(len(li) <= 80 or "https:" in li for li in invoke.stdout.splitlines())
        assert "pointed to by" in invoke.stdout
    else:
        assert invoke.stdout.startswith("property,value,label\n")


def test_claims_of_a_dataset_are_told(shipped) -> None:
    invoke = CliRunner().invoke(
        cli.app,
        ["--store", str(shipped), "claims", "ultrachat_200k", "--format", "json"],
        standalone_mode=False,
        catch_exceptions=False,
    )
    assert json.loads(invoke.stdout)
