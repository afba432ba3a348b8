"""Questions on all that lineage leads to: the first entities, counted by the index, in the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import audit_store
import numpy as np
import pytest

from provenance_graph import asking
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Record, Value
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.day import at_hand, dataset
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.lineage.reach import first_names, path, reached
from provenance_graph.model.questions import stored
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.values import Selects

REACHING = [one for one in stored.questions().values() if one.reach is not None]
DATASETS = ("openai/gsm8k", "HuggingFaceH4/ultrachat_200k", "mlfoundations/datacomp_pools")
MODELS = (
    "meta-llama/Llama-3.1-8B",
    "mistralai/Mistral-7B-v0.1",
    "HuggingFaceH4/zephyr-7b-beta",
    "openai/clip-vit-large-patch14",
    "deepseek-ai/DeepSeek-R1",
)


@pytest.fixture(scope="module")
def snapshot(shipped: Path, tmp_path_factory) -> Iterator[AcceptedSnapshot]:
    with EmbeddedStore.open(shipped) as opened:
        result = AcceptedSnapshot(opened, folder=tmp_path_factory.mktemp("derived"))
        LineageIndex.open(result)
        yield result


def starts(question: stored.Question) -> list[Iri]:
    if question.name == "impact-of-dataset":
        return [iris.dataset(name) for name in DATASETS]
    return [iris.model(name) for name in MODELS]


CASES = [(question, start) for question in REACHING for start in starts(question)]
NAMED = pytest.mark.parametrize(
    ("question", "start"), CASES, ids=[f"{q.name}-{iris.short_id(s)}" for q, s in CASES]
)


def plainly(
    source: Selects, question: stored.Question, start: Iri
) -> list[tuple[Value | None, ...]]:
    """The rows that the text gives an engine, as if it had been copied."""
    assert question.reach is not None
    return source.select(question.text, {question.reach.parameter: start}).rows


def test_there_are_such_questions() -> None:
    assert {"impact", "impact-of-dataset", "shared-ancestry"} <= {one.name for one in REACHING}


@NAMED
def test_the_index_leads_to_what_the_text_finds(snapshot, question, start) -> None:
    index = LineageIndex.open(snapshot)
    nodes = reached(index, start, path(question.reach.path))
    found = {index.names[node] for node in nodes.tolist()}
    if question.reach.exclude_start:
        found -= {start}
    rows = plainly(snapshot, question, start)
    assert found == {row[0] for row in rows}


@NAMED
@pytest.mark.parametrize("limit", [1, 7, 1_000, 0])
def test_the_first_entities_are_those_of_the_whole_answer(snapshot, question, start, limit) -> None:
    whole = plainly(snapshot, question, start)
    names = list(dict.fromkeys(row[0] for row in whole))
    answer = asking.ask(
        snapshot, question.name, {question.reach.parameter: iris.short_id(start)}, limit=limit
    )
    shown = set(names[:limit] if limit else names)
    assert answer.rows == [row for row in whole if row[0] in shown]
    if limit and len(names) > limit:
        assert answer.share is not None
        assert (answer.share.count, answer.share.of) == (limit, len(names))
        assert f"{len(names):,} models" in question.summed_up(answer)
        assert f"the first {limit:,}" in question.summed_up(answer)
    else:
        assert answer.share is None


@NAMED
def test_without_an_index_the_answer_is_cut_alike(snapshot, question, start) -> None:
    given = {question.reach.parameter: iris.short_id(start)}
    bare = AcceptedSnapshot(snapshot._store)
    assert asking.ask(bare, question.name, given, limit=3) == asking.ask(
        snapshot, question.name, given, limit=3
    )


def family(day: str, *children: str) -> Record:
    """A record of a day that says of some models what they were made from."""
    claims = [
        claim
        for child in children
        for claim in (
            Claim(iris.model(child), RDF.type, PG.Model),
            Claim(iris.model(child), PG.fineTunedFrom, iris.model("org/root")),
        )
    ]
    root = Claim(iris.model("org/root"), RDF.type, PG.Model)
    return audit_store.record(f"family-{day}", day, Basis.THIRD_PARTY, root, *claims)


def test_a_past_day_is_cut_alike(tmp_path) -> None:
    early, late = [f"org/c{n}" for n in range(8)], [f"org/b{n}" for n in range(5)]
    records = [family("2025-03-01", *early), family("2026-01-01", *late)]
    quads = compile_quads(audit_store.reference(), records, [])
    embedded.build(tmp_path / "store", quads)
    given = {"thing": "org/root"}
    with EmbeddedStore.open(tmp_path / "store") as opened:
        now = AcceptedSnapshot(opened, folder=tmp_path / "derived")
        past = now.at("2025-10-01")
        with dataset(past) as data:
            over = at_hand(past)
            assert over is not None
            answers = [asking.ask(one, "impact", given, data=data, limit=5) for one in (past, over)]
            LineageIndex.open(over)
            answers.append(asking.ask(over, "impact", given, limit=5))
        before = asking.ask(now, "impact", given, limit=5)
        assert LineageIndex.stored(now) is None, "a question makes no index"
        LineageIndex.open(now)
        present = asking.ask(now, "impact", given, limit=5)
        assert present == before
    assert [row[0] for row in present.rows] == sorted(map(iris.model, [*early, *late]))[:5]
    assert (present.share and present.share.of) == 13
    for answer in answers:
        assert [row[0] for row in answer.rows] == sorted(map(iris.model, early))[:5]
        assert (answer.share and answer.share.of) == 8


@pytest.mark.parametrize("question", REACHING, ids=lambda one: one.name)
def test_an_answer_is_in_the_order_of_what_is_counted(question) -> None:
    assert question._split[1][0] == (question.reach.variable, False)


@pytest.mark.parametrize(
    "text",
    ["", "pg:trainedOn+/", "schema:name", "(pg:trainedOn", "pg:trainedOn++", "pg:trainedOn*"],
)
def test_what_is_no_path_of_lineage_is_refused(text) -> None:
    with pytest.raises(UsageError, match="lineage"):
        path(text)


def test_a_bounded_question_does_not_follow_the_path_again() -> None:
    impact = stored.find("impact")
    assert "+ ?thing" in impact.text
    assert "+ ?thing" not in impact.bounded.text
    assert impact.bounded.unordered


@pytest.mark.parametrize("line", ["# reach hit thing", "# reach hit: other pg:trainedOn"])
def test_a_header_that_is_not_understood_is_refused(tmp_path, line) -> None:
    file = tmp_path / "topic" / "name.rq"
    file.parent.mkdir()
    file.write_text(f"# Which?\n# param thing: model — it\n{line}\nSELECT ?hit {{ ?hit ?p ?o }}\n")
    with pytest.raises(UsageError, match="reach"):
        stored.read(file)


def test_first_names_are_first_in_the_order_of_text() -> None:
    pairs = [
        ("https://a.example/x", "https://z.example/r"),
        (iris.model("o/b"), "https://z.example/r"),
    ]
    index = LineageIndex.of_edges([(c, iris.PREFIXES["pg"] + "trainedOn", p) for c, p in pairs])
    later = Iri("https://b.example/later")
    index.names.add(later)
    every = sorted(index.names)
    nodes = np.arange(len(index.names), dtype=np.int32)
    for count in range(len(every) + 1):
        assert first_names(index, nodes, count) == every[:count]
