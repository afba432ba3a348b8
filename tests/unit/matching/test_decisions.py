"""Decisions on pairs of names: made from a store, written to the review file, held to a sample."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import StoreStatements
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping, read_sssom
from provenance_graph.core import iris
from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA, SKOS
from provenance_graph.matching.candidates import candidates, decisions
from provenance_graph.matching.outcome import COLUMNS
from provenance_graph.matching.review_file import rewrite
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore

SAMPLE = Path(__file__).parents[1] / "data" / "identity_sample.tsv"
META = iris.organization("Meta")


@pytest.mark.parametrize("label", ["<UNKNOWN>", "n/a", "A shared label"])
def test_a_label_that_many_ids_carry_is_no_name(label: str) -> None:
    google = frozenset({iris.organization("google")})
    quads = _quads(
        *(
            (iris.model(f"google/{name}"), label, min(google))
            for name in ("gemini-2.5-pro", "gemini-2.5-flash", "gemini-embedding-001", "veo-3")
        )
    )
    with MemoryStore(quads) as store:
        assert decisions(candidates(AcceptedSnapshot(store))) == []


def _quads(*models: tuple[Iri, str, Iri]) -> list[Quad]:
    return [
        quad
        for iri, name, developer in models
        for quad in (
            (iri, RDF.type, PG.Model, None),
            (iri, SCHEMA.name, Literal(name), None),
            (iri, DCTERMS.creator, developer, None),
        )
    ]


def test_decisions_lead_all_names_to_the_one_in_our_scheme() -> None:
    ours = iris.model("meta-llama/Galactica")
    mot, epoch = (iris.entity(s, "model", "galactica") for s in ("mot", "epoch"))
    with MemoryStore(_quads(*((i, "Galactica", META) for i in (ours, mot, epoch)))) as store:
        result = candidates(AcceptedSnapshot(store))
        rows = decisions(result)
    assert {(row.subject, row.object) for row in rows} == {(mot, ours), (epoch, ours)}
    assert all(len(candidate.row()) == len(COLUMNS) for candidate in result)


def test_nothing_is_decided_where_a_third_name_is_neither_of_two() -> None:
    one, two = iris.model("a/galactica"), iris.model("b/galactica")
    hub = [
        (i, PG.hubRepository, Iri(f"https://huggingface.co/{i[-11:]}"), None) for i in (one, two)
    ]
    epoch = iris.entity("epoch", "model", "galactica")
    quads = _quads(*((i, "Galactica", META) for i in (one, two, epoch)))
    with MemoryStore([*quads, *hub]) as store:
        assert decisions(candidates(AcceptedSnapshot(store))) == []


def test_a_pair_that_somebody_denied_is_no_candidate() -> None:
    ours, mot = iris.model("x/galactica"), iris.entity("mot", "model", "galactica")
    apart = Mapping(mot, SKOS.exactMatch, ours, negated=True)
    quads = [*_quads((ours, "Galactica", META), (mot, "Galactica", META)), *identity.quads([apart])]
    with MemoryStore(quads) as store:
        assert candidates(AcceptedSnapshot(store)) == []


def test_rows_made_by_hand_stay_and_the_rules_are_replaced() -> None:
    hand = "id:in/apx/model/a\t\tskos:exactMatch\t\tid:model/x/a\t\tsemapv:ManualMappingCuration"
    text = (
        "# mapping_set_id: https://example.org/s\n# license: https://example.org/l\n"
        "# curie_map:\n#   id: https://w3id.org/provenance-graph/id/\n"
        "subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tobject_label"
        "\tmapping_justification\n" + hand + "\n"
    )
    row = Mapping(
        iris.entity("mot", "model", "b"),
        SKOS.exactMatch,
        iris.model("x/b"),
        "semapv:LexicalMatching",
        "0.95",
        author="id:rule/same-developer-and-name",
    )
    once = rewrite(text, [row])
    assert hand in once
    assert rewrite(once, [row]) == once
    assert len(read_sssom(rewrite(once, []))) == 1


def _iri(stated: str) -> Iri:
    source, _, rest = stated.partition("/model/")
    return iris.entity(source, "model", rest) if rest and "/" not in source else iris.model(stated)


def test_precision_and_recall_on_the_sample_judged_by_hand(shipped: Path) -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    counts: Counter[tuple[bool, bool]] = Counter()
    with EmbeddedStore.open(shipped) as store:
        statements = StoreStatements(store)
        for row in rows:
            merged = statements.canonical(_iri(row["name"])) == statements.canonical(
                _iri(row["other"])
            )
            counts[merged, row["same"] == "yes"] += 1
    assert len(rows) >= 200
    precision = counts[True, True] / (counts[True, True] + counts[True, False])
    recall = counts[True, True] / (counts[True, True] + counts[False, True])
    assert precision >= 0.99, counts
    assert recall >= 0.95, counts
