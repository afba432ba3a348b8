"""What was accepted on a day: the same as a store built on that day, and nothing later."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from audit_store import MODEL, OLD, VERSION, records, store
from click.testing import CliRunner
from reference_data import everything
from reference_data import reference as small_reference
from waiting import PATIENCE

from provenance_graph import reference as reference_data
from provenance_graph.acceptance import identity, snapshot
from provenance_graph.acceptance.evidence import rule_mapping
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.assessment.evidence.gather import level_graph
from provenance_graph.cli import app
from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Quad, Record
from provenance_graph.core.errors import QueryTooLarge, UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.graph import Graph
from provenance_graph.ingest import day as days
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.rules import KEYS
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.model.profile import profile
from provenance_graph.store import embedded
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY, QuadSource

DAYS = ("2025-02-28", "2025-06-30", "2025-10-31", "2099-12-31")
PARENT = iris.model("base/model")


def reference() -> tuple[Quad, ...]:
    """Reference data of small stores, with the rubrics that the records are scored by."""
    return small_reference("facets", "kg-transparency", "osai")


def derived(day: str = "") -> list[Record]:
    """Records of a model that states its parent, and later its repository."""
    from audit_store import Basis, record

    tuned = iris.entity("t", "model", "tuned")
    page = Iri("https://huggingface.co/lab/tuned")
    stated = [
        record("one", "2025-04-01", Basis.THIRD_PARTY, Claim(tuned, RDF.type, PG.Model)),
        record("two", "2025-08-01", Basis.THIRD_PARTY, Claim(tuned, PG.fineTunedFrom, PARENT)),
        record("three", "2026-01-01", Basis.THIRD_PARTY, Claim(tuned, PG.hubRepository, page)),
    ]
    return [one for one in stated if not day or one.header.retrieved <= day]


@pytest.fixture(scope="module")
def kept() -> MemoryStore:
    return MemoryStore(
        compile_quads(reference(), [*records(), *derived()], [], derive=EvidenceLevels())
    )


def built(day: str) -> list[Quad]:
    known = [one for one in records() if one.header.retrieved[:10] <= day]
    quads = compile_quads(
        reference(), [*known, *derived(day)], [], derive=EvidenceLevels(), day=day
    )
    return [quad for quad in quads if quad[0] != reference_data.STAMP]


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_answered_as_a_store_built_on_that_day_would(kept: MemoryStore, day: str):
    then = AcceptedSnapshot(kept, day)
    wanted = {quad for quad in built(day) if quad[3] is None}
    assert set(then.quads()) == wanted
    fresh = AcceptedSnapshot(kept, day)
    for predicate in sorted({quad[1] for quad in wanted if str(quad[0]).startswith(iris.ID)}):
        results = set(fresh.quads(predicate=predicate))
        assert results == {quad for quad in wanted if quad[1] == predicate}, predicate
    reported = {q for q in wanted if q[0] in (MODEL, OLD, VERSION) or q[2] in (MODEL, PARENT)}
    for subject, predicate, value, _ in sorted(reported, key=str):
        assert set(AcceptedSnapshot(kept, day).quads(predicate=predicate, object=value)) == {
            quad for quad in wanted if quad[1:3] == (predicate, value)
        }
        assert set(fresh.quads(subject)) == {quad for quad in wanted if quad[0] == subject}
        assert set(fresh.quads(object=value)) == {quad for quad in wanted if quad[2] == value}


@pytest.mark.parametrize("day", DAYS)
def test_records_identity_and_levels_of_a_day_are_those_of_its_store(kept: MemoryStore, day: str):
    then = AcceptedSnapshot(kept, day)
    wanted = {
        quad
        for quad in built(day)
        if quad[3] not in (None, KEYS) and "graph/view" not in quad[3]  # keys are an index of now
    }
    results = {*then.quads(graph=ANY), *level_graph(then)}
    assert {quad for quad in results if quad[0] != reference_data.STAMP} == wanted


def test_the_identity_rule_is_applied_to_what_was_known(kept: MemoryStore):
    tuned, model = iris.entity("t", "model", "tuned"), iris.model("lab/tuned")
    assert AcceptedSnapshot(kept).canonical(tuned) == model
    assert AcceptedSnapshot(kept, "2026-01-01").canonical(tuned) == model
    then = AcceptedSnapshot(kept, "2025-12-31")
    assert then.canonical(tuned) == tuned
    assert rule_mapping(tuned, then.statements) is None
    assert set(then.quads(graph=identity.RULES)) == set()


def test_lineage_of_a_day_has_the_edges_of_that_day(kept: MemoryStore):
    tuned = iris.entity("t", "model", "tuned")
    assert LineageGraph(AcceptedSnapshot(kept, "2025-07-31")).ancestors(tuned) == []
    assert LineageGraph(AcceptedSnapshot(kept, "2025-08-01")).ancestors(tuned) == [PARENT]
    assert LineageGraph(AcceptedSnapshot(kept)).ancestors(iris.model("lab/tuned")) == [PARENT]


def test_a_model_of_a_day_in_python_has_the_lineage_and_facts_of_that_day(kept: MemoryStore):
    graph = Graph(kept)
    assert graph.model("lab/tuned", as_of="2025-07-31").lineage().ancestors() == []
    assert [m.iri for m in graph.model("lab/tuned").lineage().ancestors()] == [PARENT]
    assert graph.model("org/m", as_of="2000-01-01").facts == {}
    assert graph.model("org/m").facts["contextLength"] == 16000
    assert graph.models(as_of="2000-01-01") == []


def test_nothing_is_told_of_a_day_before_all_records(kept: MemoryStore):
    then = AcceptedSnapshot(kept, "2000-01-01")
    result = profile(then, MODEL).to_json()
    nodes = ("versions", "aliases", "scores", "ranks", "assessments", "offers", "replaces")
    assert not any(result[key] for key in nodes)
    assert result["records"] == 0
    assert result["describedAs"] == []
    assert result["unknown"].startswith("nothing was known about org/m on 2000-01-01; the first")
    assert profile(AcceptedSnapshot(kept), MODEL).to_json()["unknown"] is None


def test_a_query_of_a_day_needs_its_dataset(kept: MemoryStore):
    question = "SELECT ?m { ?m a <https://w3id.org/provenance-graph/ns#Model> }"
    then = AcceptedSnapshot(kept, "2000-01-01")
    with pytest.raises(UsageError, match="2000-01-01"):
        then.select(question)
    with days.dataset(then) as data:
        assert len(data.select(question)) == 0  # type: ignore[attr-defined]
    with days.dataset(AcceptedSnapshot(kept, "2099-12-31")) as data:
        now = AcceptedSnapshot(kept).select(question)
        assert sorted(data.select(question).rows) == sorted(now.rows)  # type: ignore[attr-defined]
    with pytest.raises(QueryTooLarge, match="more than 100 quads"):
        days.dataset(then, 100)


def test_datasets_of_days_are_kept_by_version_and_day(tmp_path: Path):
    embedded.build(tmp_path / "s", compile_quads(reference(), records(), []))
    with embedded.EmbeddedStore.open(tmp_path / "s") as opened:
        for day in ("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01"):
            then = AcceptedSnapshot(opened, day, folder=tmp_path / "s" / "derived")
            folder = days.materialised(then)
            assert folder is not None
            assert folder.name == f"{opened.version}.{day}"
            stamp = (folder / "CURRENT").stat().st_mtime_ns
            assert days.materialised(then) == folder
            assert (folder / "CURRENT").stat().st_mtime_ns == stamp
        assert len(list((tmp_path / "s" / "derived" / "days").iterdir())) == days.MAX_FOLDERS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("days") / "store"
    quads = compile_quads(everything(), records(), [], derive=EvidenceLevels())
    embedded.build(where, quads)
    return where


COMMANDS = (
    ("show", "org/m"),
    ("claims", "org/m"),
    ("conflicts", "org/m"),
    ("lineage", "org/m"),
    ("impact", "org/m"),
    ("licences", "org/m"),
    ("assess", "org/m"),
    ("compare", "org/m", "org/m-1"),
    ("report", "org/m"),
    ("export", "org/m", "--as", "turtle"),
    ("history", "org/m"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_says_that_nothing_was_known(folder: Path, command: tuple[str, ...]):
    done = CliRunner().invoke(app, ["--store", str(folder), *command, "--as-of", "2000-01-01"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "othing was known about org/m on 2000-01-01" in done.output
    for later in ("16000", "16,000", "20250301", "Arena", "m-latest", "spdx.org/licenses/MIT"):
        assert later not in done.output


def test_a_stored_question_is_asked_of_a_day(folder: Path):
    def asked(*more: str) -> list[object]:
        line = ["--store", str(folder), "ask", "undisclosed-compute", "--format", "json", *more]
        done = CliRunner().invoke(app, line)
        assert done.exit_code == 0, done.output
        result: list[object] = json.loads(done.stdout)
        return result

    assert asked()
    assert asked("--as-of", "2000-01-01") == []
    assert asked("--as-of", "2099-12-31") == asked()


def test_reference_data_is_parsed_once_for_all_versions_of_a_digest():
    quads = list(reference())
    stamped = [*quads, reference_data.stamp(quads)]
    seen = []

    def parse(source: QuadSource) -> int:
        seen.append(source)
        return sum(1 for _ in source.quads(predicate=RDF.type, object=PG.FactProperty))

    one, other = MemoryStore(stamped), MemoryStore(stamped)
    count = reference_data.parsed(one, parse)
    assert count > 50
    assert reference_data.parsed(AcceptedSnapshot(other, "2020-01-01"), parse) == count
    assert len(seen) == 1
    changed = [*quads, (MODEL, RDF.type, PG.FactProperty, reference_data.GRAPH)]
    third = MemoryStore([*changed, reference_data.stamp(changed)])
    assert reference_data.parsed(third, parse) == count + 1


def test_what_a_record_says_of_a_term_is_no_reference_data():
    quads = list(reference())
    name = (PG.parameterCount, SCHEMA.name, snapshot.literals.text("other"), None)
    claimed = MemoryStore([*quads, name, reference_data.stamp(quads)])

    def names(source: QuadSource) -> list[Quad]:
        return list(source.quads(PG.parameterCount, SCHEMA.name))

    assert reference_data.parsed(claimed, names) == []


def test_something_costly_is_made_once_and_other_things_beside_it():
    accepted_snapshot = AcceptedSnapshot(store())
    inside, go = threading.Event(), threading.Event()
    made = []

    def slow() -> str:
        inside.set()
        assert go.wait(PATIENCE)
        made.append("slow")
        return "slow"

    threads = [
        threading.Thread(target=accepted_snapshot.cached, args=("slow", slow)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    assert inside.wait(PATIENCE)
    assert accepted_snapshot.cached("quick", lambda: "quick") == "quick"
    go.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert made == ["slow"]


def test_names_are_escaped_in_notebooks():
    from audit_store import Basis, date, record

    from provenance_graph.core import literals

    evil = iris.model("x/<img src=a>")
    assert "<" not in evil
    claims = [
        Claim(evil, RDF.type, PG.Model),
        Claim(evil, SCHEMA.name, literals.text("<script>alert(1)</script>")),
        Claim(evil, DCTERMS.issued, date("2025-01-01").literal),
    ]
    made = record("card", "2025-02-01", Basis.DEVELOPER, *claims)
    with MemoryStore(compile_quads(reference(), [made], [])) as stored:
        graph = Graph(stored)
        model = graph.model(str(evil))
        shown = [
            model._repr_html_(),
            model.assess()._repr_html_(),
            graph.query("SELECT ?n { ?m <https://schema.org/name> ?n }")._repr_html_(),
        ]
    for text in shown:
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
