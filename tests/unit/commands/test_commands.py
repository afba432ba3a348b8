"""The command line from outside: what it prints, what it keeps, how it exits."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import built_stores
import pytest
from typed import run
from waiting import wait_until

from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate
from provenance_graph.core.resources import folder
from provenance_graph.ingest.build import STAGING, build
from provenance_graph.store.embedded import EmbeddedStore

HAIKU = "anthropic/claude-haiku-4-5"


@pytest.fixture
def copy(curated: Path, tmp_path: Path) -> Path:
    return built_stores.copied(curated, tmp_path / "graph")


def test_show_gives_the_seed_models_accepted_facts(shipped: Path) -> None:
    results = json.loads(run(shipped, "show", HAIKU, "--format", "json").stdout)
    fields = {f["property"]: f for s in results["sections"] for f in s["fields"]}
    assert fields["contextLength"]["values"] == [200_000]
    assert fields["maxOutputTokens"]["values"] == [64_000]
    assert fields["issued"]["values"] == ["2025-10-15"]
    assert "2025-10-01" in [r["value"] for r in fields["issued"]["rivals"]]
    assert fields["issued"]["reason"].startswith("within the month that the DeveloperStatement")
    assert fields["knowledgeCutoff"]["values"] == ["2025-02"]
    assert fields["parameterCount"]["values"] == []
    assert fields["parameterCount"]["status"] == "Undisclosed"
    assert [e["value"] for e in fields["parameterCount"]["estimates"]] == [21_000_000_000]
    assert fields["license"]["values"] == []  # a word for a kind names no licence, and is shown
    assert "roprietary" in fields["license"]["rivals"][0]["value"]["label"]
    assert results["replaces"][0]["id"] == "anthropic/claude-3-5-haiku"
    assert any("Thinking" in str(c["name"]) for c in results["configurations"])
    (total,) = [a for a in results["assessments"] if "apx" in str(a["scheme"]).lower()]
    assert (total["score"], total["maxScore"]) == (33, 100)
    assert len(total["results"]) == 10
    assert not any("score" in result for result in total["results"])


def test_show_as_of_a_day_leaves_out_what_was_read_later(shipped: Path) -> None:
    result = json.loads(
        run(shipped, "show", HAIKU, "--as-of", "2025-12-01", "--format", "json").stdout
    )
    fields = {f["property"]: f for s in result["sections"] for f in s["fields"]}
    assert fields["issued"]["values"] == ["2025-10-01"]


def test_claims_say_who_and_why(shipped: Path) -> None:
    stored = json.loads(run(shipped, "claims", HAIKU, "issued", "--format", "json").stdout)
    assert {c["standing"] for c in stored} >= {"Accepted", "Alternative"}
    assert all(c["document"] and c["reason"] for c in stored)


def test_conflicts_hold_the_known_ones(shipped: Path) -> None:
    result = json.loads(run(shipped, "conflicts", HAIKU, "--all", "--format", "json").stdout)
    assert {("issued", "announcement"), ("contextLength", "provider-limit")} <= {
        (c["property"], c["kind"]) for c in result
    }


def test_an_unknown_model_offers_near_names(shipped: Path) -> None:
    wrong = run(shipped, "show", "claude-haiku-4-6")
    assert wrong.returncode == 2
    assert "did you mean" in wrong.stderr
    assert HAIKU in wrong.stderr


def test_a_store_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    gone = run(tmp_path / "none", "show", HAIKU)
    assert gone.returncode == 3
    assert "provenance-graph build" in gone.stderr


def test_a_query_of_ones_own_is_answered(shipped: Path) -> None:
    text = "SELECT ?m { ?m pg:undisclosed pg:trainingComputeFLOP ; schema:name 'Claude Haiku 4.5' }"
    result = run(shipped, "query", "--format", "csv", given=text)
    assert result.stdout.splitlines()[1].endswith(HAIKU)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * { ?s ?p }", "line 1, column 12: '?s ?p' is not a pattern"),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "SERVICE"),
        ("{" * 5000, "not an empty text"),
        ("SELECT * " + "{" * 5000, "deep"),
        ("DROP ALL", "not DROP"),
    ],
)
def test_a_bad_query_is_refused_in_one_line(shipped: Path, text: str, said: str) -> None:
    wrong = run(shipped, "query", given=text)
    assert wrong.returncode == 2
    assert said in wrong.stderr
    assert len(wrong.stderr.splitlines()) == 1


def test_a_record_comes_and_goes_and_the_view_follows(copy: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.trig"
    page.write_text(
        """@prefix pg: <https://w3id.org/provenance-graph/ns#> .
        @prefix id: <https://w3id.org/provenance-graph/id/> .
        @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix pav: <http://purl.org/pav/> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <https://w3id.org/provenance-graph/id/record/test/haiku/2026-11-20> {
          <https://w3id.org/provenance-graph/id/record/test/haiku/2026-11-20> a pg:SourceRecord ;
            <https://schema.org/url> <https://example.org/haiku> ;
            prov:wasAttributedTo id:organization\\/anthropic ;
            pav:retrievedOn "2026-11-20"^^xsd:date ; pg:defaultBasis pg:DeveloperStatement .
          id:model\\/anthropic\\/claude-haiku-4-5 pg:contextLength 222222 .
        }"""
    )
    assert run(copy, "import", str(page)).returncode == 0
    assert context(copy) == [200_000]  # a file says that Anthropic says so
    assert run(copy, "retract", "test/haiku/2026-11-20").returncode == 0
    anthropic = "https://w3id.org/provenance-graph/id/organization/anthropic"
    done = run(copy, "import", str(page), "--publisher", anthropic)
    assert done.returncode == 0, done.stderr
    assert context(copy) == [222_222]  # the importer says so
    once = EmbeddedStore.open(copy).version.partition("-")[2]
    assert run(copy, "import", str(page)).returncode == 0
    assert EmbeddedStore.open(copy).version.partition("-")[2] == once
    assert run(copy, "retract", "id:record/test/haiku/2026-11-20").returncode == 0
    assert context(copy) == [200_000]
    assert run(copy, "retract", "test/haiku/2026-11-20").returncode == 2


def context(store: Path) -> list[int]:
    result = json.loads(run(store, "show", HAIKU, "--format", "json").stdout)
    (field,) = [
        f for s in result["sections"] for f in s["fields"] if f["property"] == "contextLength"
    ]
    return field["values"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.md", b"", ""),
        ("odd.xyz.txt", b"just words\n", "no reader recognises it"),
        ("latin.json", b'{"a": "\xe9"}', "not UTF-8"),
        ("cut.json", b'{"a": [1, 2', "line 1"),
        ("deep.json", b"[" * 5000 + b"]" * 5000, "nested deeper"),
        ("bad.trig", b"@prefix pg: <x> . <a b> pg:c 1 .", "line 1"),
        ("long.json", b'{"a": "' + b"x" * 10_000_000 + b'"}', "no reader recognises it"),
    ],
)
def test_a_bad_document_is_reported_and_changes_nothing(
    copy: Path, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    before = EmbeddedStore.open(copy).version
    (tmp_path / name).write_bytes(content)
    wrong = run(copy, "import", str(tmp_path / name))
    assert wrong.returncode == 2, wrong.stderr
    assert name in wrong.stderr
    assert said in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert EmbeddedStore.open(copy).version == before


def test_an_empty_folder_is_said_to_be_empty(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    wrong = run(copy, "import", str(tmp_path / "nothing"))
    assert wrong.returncode == 2
    assert "nothing" in wrong.stderr


def test_one_bad_document_does_not_stop_the_rest(copy: Path, tmp_path: Path) -> None:
    folder_ = tmp_path / "documents"
    folder_.mkdir()
    (folder_ / "a.json").write_bytes(b"{")
    (folder_ / "b.md").write_text(
        "---\nlicense: mit\nlanguage: en\nbase_model: org/base\n---\n# B\n"
    )
    done = run(copy, "import", str(folder_))
    assert done.returncode == 1, done.stderr
    assert "2 documents: 1 record with" in done.stderr


def test_a_build_that_is_killed_leaves_the_old_store_in_use(copy: Path) -> None:
    before = EmbeddedStore.open(copy).version
    line = [sys.executable, "-m", "provenance_graph", "--store", str(copy), "build"]
    with subprocess.Popen(line, stderr=subprocess.DEVNULL) as building:
        wait_until(lambda: any((copy / STAGING).glob("*/*")), "the first stage")
        building.kill()
    assert building.returncode == -signal.SIGKILL
    assert EmbeddedStore.open(copy).version == before
    assert context(copy) == [200_000]


def test_a_rebuild_keeps_what_was_imported(tmp_path: Path) -> None:
    data, store, card = tmp_path / "data", tmp_path / "graph", tmp_path / "c.md"
    shutil.copytree(folder("data") / "records" / "licences", data / "records" / "licences")
    build(data, store)
    card.write_text("---\nlicense: mit\nlanguage: en\nbase_model: org/base\n---\n# C\n")
    assert run(store, "import", str(card)).returncode in (0, 1)
    assert build(data, store).carried_over == 1
    assert build(data, store, fresh=True).carried_over == 0


def test_a_build_checks_the_store_that_it_makes(tmp_path: Path) -> None:
    hub, store = tmp_path / "hub", tmp_path / "graph"
    generate(Hub(250, 1), hub)  # with planted faults of every kind
    built = run(store, "build", "--data", str(hub / "data"), "--validate")
    checked = run(store, "validate", "--no-licences")
    summary = checked.stderr.strip().splitlines()[-1]
    assert "violation" in summary
    assert f"shapes: {summary}; `validate` lists them" in built.stderr
    assert built.returncode == 1
    assert any((store / "derived").glob("catalogue-*"))  # its indexes are made all the same
    for record in (hub / "data" / "records").rglob("*.trig"):
        record.unlink()
    licences = folder("data") / "records" / "licences"
    shutil.copytree(licences, hub / "data" / "records" / "licences")
    sound = run(
        store, "build", "--data", str(hub / "data"), "--fresh", "--no-indexes", "--validate"
    )
    assert sound.returncode == 0, sound.stderr
    assert "shapes: no findings" in sound.stderr


def test_the_readers_load_no_library_that_only_signed_documents_need() -> None:
    loads = (
        "import sys; from provenance_graph import checking; "
        "from provenance_graph.formats.registry import readers; readers(); "
        "print(*sorted({'cryptography', 'pydantic_core'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", loads], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    "words",
    [("models",), ("search", "m"), ("conflicts",), ("breaches",), ("policy",)],
)
def test_of_a_day_before_anything_was_known_that_is_said(
    audited_indexed: Path, words: tuple[str, ...]
) -> None:
    done = run(audited_indexed, *words, "--as-of", "2000-01-01")
    said = "Nothing was known on 2000-01-01; the first record was retrieved on 2025-04-01."
    assert said in done.stderr


def test_an_empty_answer_of_such_a_day_is_not_explained_by_facts(audited_indexed: Path) -> None:
    done = run(
        audited_indexed,
        "ask",
        "single-source-facts",
        "--set",
        "model=org/m",
        "--as-of",
        "2000-01-01",
    )
    assert "Nothing was known about org/m on 2000-01-01" in done.stderr
    assert "every fact of this model" not in done.stderr


def test_a_parameter_without_its_option_is_told_where_it_belongs(audited_indexed: Path) -> None:
    done = run(audited_indexed, "ask", "single-source-facts", "model=org/m")
    assert done.returncode == 2
    assert "'model=org/m' is an unexpected argument; a parameter is --set NAME=VALUE" in done.stderr


def test_a_query_is_read_from_a_pipe_that_a_shell_opened(audited_indexed: Path) -> None:
    there, into = os.pipe()
    os.write(into, b"SELECT (COUNT(*) AS ?n) { ?m a pg:Model }")
    os.close(into)
    done = run(audited_indexed, "query", f"/dev/fd/{there}", "--format", "csv")
    os.close(there)
    assert (done.returncode, done.stdout.split()) == (0, ["n", "3"])


@pytest.mark.parametrize("command", ["show", "lineage", "licences-of", "search", "claims"])
def test_an_argument_that_is_no_text_is_refused_in_a_sentence(shipped: Path, command: str) -> None:
    done = run(shipped, command, "a\udcffb")
    assert (done.returncode, done.stderr) == (2, "provenance-graph: b'a\\xffb' is not UTF-8\n")


@pytest.mark.parametrize(
    "words",
    [
        ("export", "openai/gpt-4", "--as", "cyclonedx"),
        ("form", "openai/gpt-4", "--as", "eu-annex-xii"),
        ("bundle", "openai/gpt-4"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_in_a_sentence(
    shipped: Path, words: tuple[str, ...]
) -> None:
    done = run(shipped, *words, "-o", "/nonexistent/file")
    assert done.returncode == 2
    assert done.stderr.endswith("provenance-graph: /nonexistent/file: No such file or directory\n")


def test_stats_as_of_a_day_count_what_was_known_then(shipped: Path) -> None:
    now, then = (
        json.loads(run(shipped, "stats", *day, "--format", "json").stdout)["things"]["Model"]
        for day in ((), ("--as-of", "2026-01-01"))
    )
    assert 0 < then < now
