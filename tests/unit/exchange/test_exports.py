"""Exports of shipped models: valid, steady, and read back by our own readers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from exports_back import missing, not_strict, read_back

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.commands.documents import export as commands_export
from provenance_graph.core import iris, rdf
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.exchange.ledger import accepted
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.formats.document import Document
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers
from provenance_graph.model.bundles.gather import bundle, subject_named
from provenance_graph.model.bundles.results import Bundle
from provenance_graph.store.base import Store
from provenance_graph.store.opening import open_store
from tools import export_tables

DISTILLED = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
HAIKU = "anthropic/claude-haiku-4-5"
OLMO = "allenai/OLMo-2-1124-7B"
MIX = "allenai/olmo-mix-1124"
MODELS = (DISTILLED, HAIKU, OLMO)
FORMATS = tuple(exporters())


@pytest.fixture(scope="module")
def store(shipped: Path) -> Iterator[Store]:
    with open_store(str(shipped)) as opened:
        yield opened


def gathered(store: Store, *wanted: str) -> Bundle:
    return bundle(
        AcceptedSnapshot(store), [subject_named(AcceptedSnapshot(store), name) for name in wanted]
    )


@cache
def bundled(store: Store, *wanted: str) -> Bundle:
    """The bundle of some models, gathered once for all formats; nothing writes to it."""
    return gathered(store, *wanted)


def fits(format: str, model: str) -> str:
    """The entity to export: a format of datasets takes a dataset."""
    return MIX if format == "croissant" else model


def test_every_format_of_the_command_is_there() -> None:
    (option,) = [p for p in commands_export.command.params if p.name == "format"]
    assert list(option.type.choices) == list(exporters())
    assert {
        "spdx3",
        "spdx3.1",
        "cyclonedx",
        "cyclonedx-1.6",
        "croissant",
        "hf-card",
        "fair4ml",
        "prov",
        "jsonld",
        "turtle",
        "trig",
        "trig12",
        "mldcat-ap",
    } == set(exporters())


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("format", sorted({*FORMATS} - {"trig", "trig12"}))
def test_what_an_export_carries_its_reader_reads_back(
    store: Store, format: str, model: str
) -> None:
    one = bundled(store, fits(format, model))
    made = export(one, format)
    name = one.subjects[0].partition("/id/model/")[2].replace("/", "--") or "document"
    assert missing(one, format, made, name) == []
    assert made.written


@pytest.mark.parametrize("format", FORMATS)
def test_what_an_export_does_not_carry_is_a_loss_with_a_reason(store: Store, format: str) -> None:
    one = bundled(store, fits(format, HAIKU))
    made = export(one, format)
    about = one.subjects if exporters()[format].alone else ()
    if format == "fair4ml":
        about = one.models
    reported = {loss.property for loss in made.losses}
    for subject, predicate, value in accepted(one, about):
        lost = {predicate, value} if predicate == PG.inferred else {predicate}
        assert (subject, predicate, value) in made.written or lost & reported
    assert all(loss.reason for loss in made.losses)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_content_gives_the_same_bytes(store: Store, format: str) -> None:
    wanted = fits(format, DISTILLED)
    assert export(bundled(store, wanted), format) == export(gathered(store, wanted), format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_document_is_recognised_as_what_it_is(store: Store, format: str) -> None:
    from exports_back import READERS

    made = export(bundled(store, fits(format, OLMO)), format)
    document = Document(Iri("https://example.org/x"), made.text.encode(), "2026-01-31", "x")
    results = [name for name, reader in readers().items() if reader.recognises(document.features)]
    assert READERS[format] in results


@pytest.mark.parametrize("model", MODELS)
def test_the_bill_of_materials_passes_the_strict_validator(store: Store, model: str) -> None:
    for name, version in (("cyclonedx", "1.7"), ("cyclonedx-1.6", "1.6")):
        made = export(bundled(store, model), name)
        assert not_strict(made.text, version) is None


def problems(format: str, text: str) -> list[Problem]:
    document = Document(Iri("https://example.org/x"), text.encode(), "2026-01-31", "x")
    return [p for p in records_of(readers()[format], document) if isinstance(p, Problem)]


@pytest.mark.parametrize("model", MODELS)
def test_an_spdx_document_lacks_only_what_nobody_disclosed(store: Store, model: str) -> None:
    one = bundled(store, model)
    for problem in problems("spdx3", export(one, "spdx3").text):
        assert problem.what in {
            "no releaseTime",
            "no builtTime",
            "no suppliedBy",
            "no originatedBy",
        }


def test_a_licence_that_nobody_stated_is_no_assertion(store: Store) -> None:
    result = json.loads(export(bundled(store, DISTILLED), "spdx3").text)["@graph"]
    licensed = [e["to"] for e in result if e.get("relationshipType") == "hasDeclaredLicense"]
    assert ["https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"] in licensed


def test_spdx_holds_the_lineage_with_its_kinds(store: Store) -> None:
    result = json.loads(export(bundled(store, DISTILLED), "spdx3").text)["@graph"]
    named = {e["spdxId"]: e.get("name") for e in result if "spdxId" in e}
    edges = {
        (named[e["from"]], named[e["to"][0]]): e.get("comment")
        for e in result
        if e.get("relationshipType") == "descendantOf"
    }
    assert edges["DeepSeek-R1-Distill-Llama-8B", "DeepSeek-R1"] == "pg:distilledFrom"
    assert edges["DeepSeek-R1-Distill-Llama-8B", "Llama 3.1 8B"] == "pg:fineTunedFrom"
    (root,) = [e for e in result if e["type"] == "software_Sbom"]
    assert [named[r] for r in root["rootElement"]] == ["DeepSeek-R1-Distill-Llama-8B"]


def test_what_is_undisclosed_is_said_and_not_made_up(store: Store) -> None:
    made = export(bundled(store, HAIKU), "spdx3")
    assert "undisclosed:" in made.text
    assert "21000000000" not in made.text  # the estimate is no value


def test_a_card_is_written_as_the_hub_reads_it(store: Store) -> None:
    text = export(bundled(store, DISTILLED), "hf-card").text
    front = yaml.safe_load(text.split("---\n")[1])
    assert front["license"] == "mit"
    assert front["base_model"] == "meta-llama/Llama-3.1-8B"
    assert front["base_model_relation"] == "finetune"
    losses = {
        loss.property: loss.reason for loss in export(bundled(store, DISTILLED), "hf-card").losses
    }
    assert "only adapter, finetune, merge and quantized" in losses[PG.distilledFrom]


def test_scores_of_a_configuration_are_not_given_to_the_model(store: Store) -> None:
    made = export(bundled(store, HAIKU), "cyclonedx")
    card = json.loads(made.text)["metadata"]["component"]["modelCard"]
    metrics = card["quantitativeAnalysis"]["performanceMetrics"]
    reported = {(m["type"].casefold(), m["value"]) for m in metrics}
    assert ("swe-bench verified", "73.3") in reported
    assert not any("livebench" in name for name, _ in reported)
    assert PG.evaluationOf in {loss.property for loss in made.losses}


def test_trig_holds_every_claim_under_names_that_replace_no_record(store: Store) -> None:
    one = bundled(store, HAIKU)
    read = read_back("trig", export(one, "trig"), "haiku")
    assert {stored.claim for stored in one.claims} == set(read)
    results = [
        r.header.record for r in rdf.read_trig(rdf.write_trig(_records(export(one, "trig").text)))
    ]
    assert results
    assert not {stored.header.record for stored in one.claims} & set(results)


def _records(text: str) -> list[object]:
    document = Document(Iri("https://example.org/x"), text.encode(), "2026-01-31", "x.trig")
    return [r for r in records_of(readers()["rdf"], document) if not isinstance(r, Problem)]


def test_an_export_as_of_a_day_leaves_out_what_was_read_later(store: Store) -> None:
    subject = subject_named(AcceptedSnapshot(store), HAIKU)
    before = bundle(AcceptedSnapshot(store, as_of="2025-12-01"), [subject])
    assert before.stamp <= "2025-12-01"
    assert before.entity(subject).text(DCTERMS.issued) == "2025-10-01"


def test_one_dataset_a_document_is_chosen_or_asked_for(store: Store) -> None:
    with pytest.raises(UsageError, match=r"allenai/dolmino-mix-1124, allenai/olmo-mix-1124"):
        export(bundled(store, OLMO), "croissant")
    with pytest.raises(UsageError, match=r"Claude Haiku 4\.5 has none"):
        export(bundled(store, HAIKU), "croissant")
    chosen = export(bundled(store, DISTILLED), "croissant")
    assert "DeepSeek-R1-distillation-800k" in json.loads(chosen.text)["name"]


def test_one_model_a_card(store: Store) -> None:
    with pytest.raises(UsageError, match="describes one model"):
        export(bundled(store, OLMO, HAIKU), "hf-card")


def test_an_unknown_format_names_those_there_are(store: Store) -> None:
    with pytest.raises(UsageError, match=r"cyclonedx, cyclonedx-1\.6"):
        export(bundled(store, OLMO), "word")


def test_several_models_stand_in_one_document(store: Store) -> None:
    made = export(bundled(store, OLMO, HAIKU), "cyclonedx")
    whole = json.loads(made.text)
    assert whole["metadata"]["component"]["name"].startswith("OLMo")
    assert "Claude Haiku 4.5" in {part["name"] for part in whole["components"]}
    assert iris.ID in made.text


def test_the_manual_has_the_table_of_every_format(request: pytest.FixtureRequest) -> None:
    page = Path(__file__).parents[3] / "docs" / "exports.md"
    before, rest = page.read_text().split(export_tables.START)
    inside, after = rest.split(export_tables.END)
    wanted = f"\n\n{export_tables.tables()}\n"
    if request.config.getoption("--update-golden"):
        page.write_text(before + export_tables.START + wanted + export_tables.END + after)
        inside = wanted
    assert inside == wanted, "if this is right: pytest --update-golden"
