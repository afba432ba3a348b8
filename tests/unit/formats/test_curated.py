"""The curated list: every fact kept, odd properties in their place, files regenerated."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache

import pytest
from shared import SHARED, needs_shared

from provenance_graph.core import iris, rdf
from provenance_graph.core.claims import Basis, Claim, Problem, Record, Stance
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from tools import regenerate
from tools.curated import names as known
from tools.curated import reader as curated

LISTS = ("curated_models.json", "seed_benchmark_check.json", "rubrics/apx-transparency.json")
HAIKU = iris.model("anthropic/claude-haiku-4-5")


def document(value: object) -> Document:
    return Document(Iri("urn:file:x.json"), json.dumps(value).encode(), "2026-11-01", "x.json")


def listed(**model: object) -> list[Record | Problem]:
    entry = {"id": "llama-2-7b", "name": "Llama 2 7B", **model}
    return list(curated.records(document({"made": "2026-11", "rule": "", "models": [entry]})))


def fact(prop: str, value: object, level: str = "developer") -> list[Claim]:
    source = "https://github.com/meta-llama/llama-models/blob/main/README.md"
    items = [
        {"property": "developer", "value": "Meta", "source": source, "level": "developer"},
        {"property": prop, "value": value, "source": source, "level": level},
    ]
    (record,) = [item for item in listed(facts=items) if isinstance(item, Record)]
    return [c for c in record.claims if c.predicate not in (RDF.type, SCHEMA.name)]


def one(claims: list[Claim], predicate: Iri) -> Claim:
    (claim,) = [c for c in claims if c.predicate == predicate]
    return claim


@cache
def shipped() -> tuple[Record, ...]:
    return tuple(
        record
        for path in sorted((folder("data") / "records").rglob("*.trig"))
        if path.parent.name in ("apx", "curated", "livebench")
        for record in rdf.read_trig(path.read_bytes())
    )


def test_a_licence_until_a_day_is_valid_until_that_day() -> None:
    claim = one(fact("license (until 2023-05-31)", "falcon-llm-1.0-early"), DCTERMS.license)
    assert (claim.value, claim.valid_until) == (
        iris.mint("licence", "falcon-llm-1.0-early"),
        "2023-05-31",
    )


def test_a_licence_before_a_commit_is_that_version_s() -> None:
    claims = fact("license (before commit c7165ec)", "apache-2.0")
    claim = one(claims, DCTERMS.license)
    assert one(claims, SCHEMA.version).subject == claim.subject
    assert one(claims, PROV.specializationOf).value == iris.model("meta-llama/Llama-2-7b")


def test_a_series_figure_is_the_family_s() -> None:
    claim = one(fact("familyEmissionsKgCO2e", "11250"), PG.trainingCO2eTonnes)
    assert (claim.subject, str(claim.value)) == (iris.mint("family", "meta/llama-2"), "11.25")


def test_an_upper_bound_is_partly_stated() -> None:
    claim = one(fact("trainingTokens", "up to 18T"), PG.trainingTokenCount)
    assert (claim.stance, claim.as_stated) == (Stance.PARTLY_STATED, "up to 18T")


def test_rows_of_an_embedding_are_an_inference_about_the_vocabulary() -> None:
    claim = one(fact("vocabularySizeEmbedding", 32000), PG.vocabularySize)
    assert (claim.basis, str(claim.value)) == (Basis.INFERENCE, "32000")


def test_months_become_days_by_our_inference() -> None:
    claim = one(fact("trainingDuration", "2 months"), PG.trainingDurationDays)
    assert (str(claim.value), claim.as_stated, claim.basis) == ("61", "2 months", Basis.INFERENCE)


def test_a_library_default_is_an_inference() -> None:
    level = "third-party transcription of developer config (litgpt default)"
    assert one(fact("layers", 32, level), PG.layerCount).basis is Basis.INFERENCE


def test_a_developer_s_own_document_needs_no_basis_of_its_own() -> None:
    assert one(fact("layers", 32), PG.layerCount).plain


def test_an_unknown_property_is_a_problem() -> None:
    items = [{"property": "smell", "value": "nice", "source": "https://example.org/", "level": ""}]
    (problem,) = [item for item in listed(facts=items) if isinstance(item, Problem)]
    assert "no row knows 'smell'" in str(problem)


def test_an_unnamed_parent_is_kept_as_unresolved() -> None:
    edge = {"relation": "distilledFrom", "target": "someone (unnamed)", "source": "https://a.org/b"}
    (record,) = [item for item in listed(lineage=[edge]) if isinstance(item, Record)]
    claim = one(list(record.claims), PG.unresolvedText)
    assert str(claim.value) == "someone (unnamed)"
    assert one(list(record.claims), PG.distilledFrom).value == claim.subject


def test_another_shape_of_json_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="not a curated list"):
        list(curated.records(document({"a": 1})))


def test_no_short_name_stands_for_two_models() -> None:
    assert len(set(known.MODELS.values())) == len(known.MODELS)


# ---- the shipped records ----------------------------------------------------------------


@needs_shared
def test_the_shipped_records_are_what_the_reader_makes_of_the_lists() -> None:
    assert SHARED is not None
    result: list[Record] = []
    for name in LISTS:
        data = (SHARED / "knowledge" / name).read_bytes()
        it = Document(Iri(f"urn:file:{name}"), data, "2026-11-01", name)
        assert curated.READER.recognises(it.features)
        assert [r.format for r in readers().values() if r.recognises(it.features)] == []
        result += [item for item in curated.records(it) if isinstance(item, Record)]
    files: dict[str, list[Record]] = defaultdict(list)  # records of one model share a file
    for record in result:
        files["/".join(iris.record_path(record.header.record).split("/")[:2])].append(record)
    root = folder("data") / "records"
    entries = regenerate.hand_written(folder("data") / "sources.toml")
    for name, records in files.items():
        folder_of = name.partition("/")[0]
        stamped = [regenerate.by_entry(record, folder_of, entries) for record in records]
        assert (root / f"{name}.trig").read_bytes() == rdf.write_trig(stamped), name
    retained = {p.relative_to(root).as_posix() for p in (root / "curated").rglob("*.trig")}
    assert retained == {f"{name}.trig" for name in files if name.startswith("curated/")}


@needs_shared
def test_every_fact_edge_and_dataset_of_the_list_has_a_row() -> None:
    assert SHARED is not None
    value = json.loads((SHARED / "knowledge" / "curated_models.json").read_text())
    problems = [str(p) for p in curated.records(document(value)) if isinstance(p, Problem)]
    assert problems == []
    by_model: dict[str, set[str]] = {}
    for record in shipped():
        if record.header.reader == "curated":
            local = record.header.record.removeprefix(iris.ID + "record/curated/").split("/")[0]
            by_model.setdefault(local, set()).add(record.header.document)
    for model in value["models"]:
        for item in model["facts"] + model["lineage"] + model["training_data"]:
            if not item["source"].startswith(("seed/", "https://apxml.com/")):
                assert known.document(item["source"])[0] in by_model[model["id"]], model["id"]


@needs_shared
def test_facts_of_the_seed_in_the_list_are_in_the_seed_s_own_record() -> None:
    haiku = iris.entity("apx", "model", "claude-haiku-45")
    stated = {
        (c.predicate, str(c.value))
        for record in shipped()
        for c in record.claims
        if c.subject == haiku and record.header.document.endswith("claude-haiku-45-thinking")
    }
    assert {
        (DCTERMS.issued, "2025-10-01"),
        (PG.inputModality, PG.Text),
        (DCTERMS.license, iris.mint("licence", "proprietary")),
        (PG.parameterCount, "21000000000"),
        (PG.sparsity, PG.Dense),
        (PG.dataAcquisition, PG.SyntheticData),
    } <= stated


def test_the_developer_s_facts_about_the_seed_s_model_are_shipped() -> None:
    stated = {
        (iris.local_name(c.predicate), str(c.value))
        for record in shipped()
        for c in record.claims
        if c.subject == HAIKU and record.header.reader == "curated"
    }
    assert {
        ("issued", "2025-10-15"),
        ("issued", "2025-10-31"),
        ("contextLength", "200000"),
        ("maxOutputTokens", "64000"),
        ("knowledgeCutoff", "2025-02-28"),
        ("safetyLevel", "ASL-2"),
        ("inputModality", PG.Image),
        ("replaces", iris.model("anthropic/claude-3-5-haiku")),
    } <= stated


def test_every_rank_of_the_checked_table_has_list_date_and_population() -> None:
    ranks = [
        record
        for record in shipped()
        if record.header.publisher == iris.organization("LiveBench")
        and "/ranks-" in record.header.record
    ]
    assert len(ranks) == 3
    for record in ranks:
        nodes = {c.subject for c in record.claims if c.predicate == PG.rank}
        for needed in (PG.ranking, PG.population, DCTERMS.date, PG.rankOf):
            assert nodes <= {c.subject for c in record.claims if c.predicate == needed}


def test_the_silent_correction_is_two_retrievals_of_one_document() -> None:
    scores = {
        record.header.retrieved: (record.header.of_document, str(c.value))
        for record in shipped()
        for c in record.claims
        if "/table-" in record.header.record and c.predicate == PG.score
    }
    assert [(day, score) for day, (_, score) in sorted(scores.items())] == [
        ("2026-01-14", "69.33"),
        ("2026-01-19", "59.3"),
    ]
    assert len({series for series, _ in scores.values()}) == 1


def test_no_shipped_record_stands_twice() -> None:
    results = [record.header.record for record in shipped()]
    assert len(results) == len(set(results))
