"""Lineage over small hand-made views, and its bad inputs."""

from __future__ import annotations

import itertools
import json

import networkx as nx
import pytest

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import rdf
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Record, Stance
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri, dataset, entity, mint, model, organization, record
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SKOS, XSD
from provenance_graph.lineage.arrays import RELATIONS
from provenance_graph.lineage.evidence import EdgeEvidence
from provenance_graph.lineage.formats import FORMATS
from provenance_graph.lineage.graph import LISTED, SOURCED, LineageGraph, relation
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.lineage.names import PackedNames
from provenance_graph.store.base import Change
from provenance_graph.store.memory import MemoryStore

BASE, TUNED, QUANT, MERGE, TEACHER = map(
    model, ("meta/base", "acme/tuned", "acme/tuned-gguf", "acme/merge", "openai/chatgpt")
)
CHAT = dataset("acme/chat")
LOST = entity("hub", "unresolved", "gpt-3-some-differences")
WEIGHTS = mint("in", "test", "derivation", "merge-base")
MIT = Iri("http://spdx.org/licenses/MIT")


def record_of(name: str, *claims: Claim, basis: Basis = Basis.DEVELOPER) -> Record:
    return Record(
        Header(
            record("test", name, "2025-01-01"),
            Iri(f"https://example.org/{name}"),
            organization(name),
            "2025-01-01",
            "test",
            basis,
        ),
        claims,
    )


@pytest.fixture
def store():
    view = [
        (TUNED, PG.fineTunedFrom, BASE),
        (QUANT, PG.quantizedFrom, TUNED),
        (MERGE, PG.mergedFrom, TUNED),
        (MERGE, PG.mergedFrom, BASE),
        (MERGE, PROV.qualifiedDerivation, WEIGHTS),
        (WEIGHTS, PROV.entity, BASE),
        (WEIGHTS, PG.mergeWeight, Literal("0.3", XSD.decimal)),
        (WEIGHTS, PG.mergeMethod, Literal("slerp")),
        (TUNED, PG.trainedOn, CHAT),
        (CHAT, PG.generatedBy, TEACHER),
        (TEACHER, PG.continuedFrom, LOST),
        (LOST, RDF.type, PG.UnresolvedReference),
        (LOST, PG.unresolvedText, Literal("GPT-3, some differences")),
        (BASE, DCTERMS.license, MIT),
    ]
    records = [
        record_of("acme", Claim(TUNED, PG.fineTunedFrom, BASE, locator="/base_model")),
        record_of(
            "hub",
            Claim(TUNED, PG.fineTunedFrom, BASE, basis=Basis.INFERENCE),
            Claim(QUANT, PG.quantizedFrom, TUNED, basis=Basis.INFERENCE),
        ),
        record_of("critic", Claim(TUNED, PG.fineTunedFrom, BASE, stance=Stance.DENIES)),
    ]
    quads = [(*triple, None) for triple in view]
    for one in records:
        quads += rdf.to_quads(one)
    return MemoryStore(quads)


@pytest.fixture
def lineage(store):
    return LineageGraph(AcceptedSnapshot(store))


def test_ancestors_come_nearest_first(lineage):
    assert lineage.ancestors(QUANT) == [TUNED, BASE]


def test_descendants_come_nearest_first(lineage):
    assert lineage.descendants(BASE) == [TUNED, MERGE, QUANT]


def test_datasets_and_their_writers_are_shown_on_request_and_apart(lineage):
    plain = lineage.of(TUNED, direction="up")
    rich = lineage.of(TUNED, direction="up", influences=True)
    assert plain.ancestors() == [BASE]
    assert set(rich.ancestors()) == {BASE, CHAT, TEACHER, LOST}
    assert {e.relation for e in rich.edges if e.group == "influence"} == {
        PG.trainedOn,
        PG.generatedBy,
    }


def test_an_edge_names_its_sources_and_who_denies_it(lineage):
    (edge,) = lineage.of(TUNED, direction="up").edges
    assert [(s.publisher, s.basis) for s in edge.sources] == [
        (organization("acme"), "DeveloperStatement"),
        (organization("hub"), "Inference"),
    ]
    assert [s.publisher for s in edge.against] == [organization("critic")]
    assert not edge.inferred


def test_an_edge_that_only_the_hub_infers_says_so(lineage):
    edges = {e.child: e for e in lineage.of(QUANT, direction="up").edges}
    assert edges[QUANT].inferred


def test_a_merge_shows_its_weights_and_method(lineage):
    edges = {e.parent: e for e in lineage.of(MERGE, direction="up", depth=1).edges}
    assert (edges[BASE].weight, edges[BASE].method) == ("0.3", "slerp")


@pytest.mark.parametrize("evidence", [True, False])
def test_an_unresolved_parent_is_shown_by_its_text(lineage, evidence):
    result = lineage.of(TEACHER, direction="up", evidence=evidence)
    assert [node.label for node in result.unresolved] == ["GPT-3, some differences"]


def test_generations_count_the_longest_way(lineage):
    assert [lineage.generation(m) for m in (BASE, TUNED, MERGE)] == [0, 1, 2]


def test_two_models_share_their_nearest_ancestor(lineage):
    shared = lineage.shared(QUANT, MERGE)
    assert shared.nearest == (TUNED,)
    assert shared.datasets == (CHAT,)


def test_all_ways_between_two_models_are_found(lineage):
    ways = lineage.paths(MERGE, BASE)
    assert [len(way) for way in ways.paths] == [1, 2]
    assert ways.total == 2


def test_impact_goes_from_a_writer_through_its_dataset_to_models(lineage):
    impact = lineage.impact(TEACHER)
    assert {node.iri for node in impact.nodes} == {CHAT, TUNED, QUANT, MERGE}
    assert (impact.hit, impact.datasets) == (3, 1)
    assert impact.inferred_only == 1
    assert [(d, n) for d, n in impact.by_distance] == [(2, 1), (3, 2)]


def test_impact_of_something_unknown_is_empty(lineage):
    assert lineage.impact(model("no/where")).hit == 0


def test_cycles_are_reported_with_their_level():
    a, b = model("x/a"), model("x/b")
    loop = [(a, PG.fineTunedFrom, b, None), (b, PG.fineTunedFrom, a, None)]
    types = [(m, RDF.type, PG.ModelFamily, None) for m in (a, b)]
    result = LineageGraph(AcceptedSnapshot(MemoryStore(loop + types))).of(a)
    assert [(cycle.level, cycle.members) for cycle in result.cycles] == [("family", (a, b))]
    assert result.generation is None


def test_a_self_loop_is_a_circle_of_one():
    a = model("x/a")
    result = LineageGraph(AcceptedSnapshot(MemoryStore([(a, PG.fineTunedFrom, a, None)]))).of(a)
    assert [cycle.members for cycle in result.cycles] == [(a,)]
    assert result.total == 0


def test_a_model_without_lineage_is_answered(lineage):
    result = lineage.of(model("nobody/knows"))
    assert result.extent == "no lineage is known"


def test_a_name_without_lineage_points_at_its_versions_and_theirs():
    undated, first, second = map(model, ("acme/chat", "acme/chat-0101", "acme/chat-0202"))
    below = [(one, PROV.specializationOf, undated, None) for one in (second, first)]
    silent = LineageGraph(AcceptedSnapshot(MemoryStore(below))).of(undated)
    assert silent.extent == (
        "no lineage is known of this name or of its versions (acme/chat-0101, acme/chat-0202)"
    )
    graph = LineageGraph(
        AcceptedSnapshot(MemoryStore([*below, (second, PG.fineTunedFrom, BASE, None)]))
    )
    result = graph.of(undated)
    assert result.extent == (
        "no lineage is known of this name itself; "
        "of its versions: acme/chat-0202 (1 in its lineage)"
    )
    assert [(one["label"], one["of"]) for one in result.to_json()["versions"]] == [
        ("acme/chat-0101", 0),
        ("acme/chat-0202", 1),
    ]
    assert graph.of(undated, direction="down").versions == ((first, 0), (second, 0))
    assert graph.of(second).to_json()["versions"] == []
    assert result.to_json()["of"] == 0


def test_a_depth_below_one_is_refused(lineage):
    with pytest.raises(UsageError, match="give 1 or more"):
        lineage.of(TUNED, depth=0)


def test_an_unknown_relation_is_refused_with_near_ones(lineage):
    with pytest.raises(NotFound, match="fineTunedFrom"):
        lineage.of(TUNED, relations=["finetunedform"])


def test_relations_are_known_by_several_spellings():
    spellings = ("fineTunedFrom", "pg:fineTunedFrom", "fine-tuned-from", PG.fineTunedFrom)
    assert {relation(name) for name in spellings} == {PG.fineTunedFrom}


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"csv"}))
def test_every_format_but_a_plain_table_says_how_much_is_shown(lineage, name):
    text = FORMATS[name](lineage.of(MERGE, influences=True))
    assert "shown" in text
    assert text.endswith("\n")


def test_graphml_is_read_back_by_networkx(lineage, tmp_path):
    path = tmp_path / "lineage.graphml"
    path.write_text(FORMATS["graphml"](lineage.of(MERGE, influences=True)))
    graph = nx.read_graphml(path)
    assert graph.has_edge(MERGE, BASE)
    assert graph.nodes[CHAT]["kind"] == "dataset"


def test_cytoscape_elements_join_known_nodes(lineage):
    stored = json.loads(FORMATS["cytoscape"](lineage.of(MERGE)))["elements"]
    ids = {node["data"]["id"] for node in stored["nodes"]}
    assert {edge["data"][end] for edge in stored["edges"] for end in ("source", "target")} <= ids


def test_labels_from_outside_cannot_break_a_drawing():
    evil = model('x/"]; evil -> [label="\n<b>')
    view = [(evil, PG.fineTunedFrom, BASE, None)]
    result = LineageGraph(AcceptedSnapshot(MemoryStore(view))).of(BASE)
    assert "\n<b>" not in FORMATS["mermaid"](result)
    assert r'label="x/\"]; evil -> [label=\" <b>"' in FORMATS["dot"](result)


def test_the_whole_graph_goes_to_networkx(lineage):
    graph = lineage.to_networkx()
    assert graph.number_of_edges() == 7
    assert nx.has_path(graph, QUANT, TEACHER)


def test_an_index_is_kept_by_version_and_built_anew_after_a_commit(store, tmp_path):
    folder = tmp_path / "lineage"
    first = LineageIndex.open(AcceptedSnapshot(store, folder=folder.parent))
    load = LineageIndex.load(folder)
    assert load is not None
    assert load.version == first.version
    assert LineageGraph(AcceptedSnapshot(store), load).ancestors(QUANT) == [TUNED, BASE]
    store.commit(Change(add=[(model("new/one"), PG.fineTunedFrom, QUANT, None)]))
    again = LineageIndex.open(AcceptedSnapshot(store, folder=folder.parent))
    assert LineageGraph(AcceptedSnapshot(store), again).descendants(QUANT) == [model("new/one")]


def test_an_updated_index_survives_saving(store, tmp_path):
    index = LineageIndex.build(AcceptedSnapshot(store))
    new = model("a-first/in-order")
    store.commit(
        Change(add=[(new, PG.fineTunedFrom, QUANT, None), (new, DCTERMS.license, MIT, None)])
    )
    index = index.update(AcceptedSnapshot(store), [new])
    index.save(tmp_path / "lineage")
    load = LineageIndex.load(tmp_path / "lineage")
    assert load is not None
    assert LineageGraph(AcceptedSnapshot(store), load).ancestors(new) == [QUANT, TUNED, BASE]
    number = load.names.find(new)
    assert number is not None
    assert load.licences_of(number) == (MIT,)


def test_a_damaged_index_is_built_anew(store, tmp_path):
    folder = tmp_path / "lineage"
    LineageIndex.build(AcceptedSnapshot(store)).save(folder)
    (folder / "up-other.npy").write_bytes(b"not an array")
    assert LineageIndex.load(folder) is None
    assert len(LineageIndex.open(AcceptedSnapshot(store, folder=folder.parent))) > 0


def test_a_table_finds_every_name_it_holds():
    names = [model(f"n/{n}") for n in range(300)] + [Iri("urn:x:é"), Iri("https://example.org/")]
    table = PackedNames.of(names)
    assert all(table[table.find(name)] == name for name in names)
    assert table.find("urn:x:f") is None


def test_an_edge_is_inferred_by_a_whole_record_of_guesses_and_under_other_names():
    alias = entity("hub", "model", "tuned")
    guess = record_of("guesser", Claim(alias, PG.fineTunedFrom, BASE), basis=Basis.INFERENCE)
    view = [
        (TUNED, PG.fineTunedFrom, BASE, None),
        (TUNED, PG.describedAs, alias, None),
        (alias, SKOS.exactMatch, TUNED, identity.RULES),
    ]
    store = MemoryStore([*view, *rdf.to_quads(guess)])
    index = LineageIndex.build(AcceptedSnapshot(store))
    (edge,) = (
        LineageGraph(AcceptedSnapshot(store), index).of(TUNED, direction="up", evidence=False).edges
    )
    assert edge.inferred
    again = index.update(AcceptedSnapshot(store), [TUNED])
    (edge,) = (
        LineageGraph(AcceptedSnapshot(store), again).of(TUNED, direction="up", evidence=False).edges
    )
    assert edge.inferred


def test_the_text_tree_shows_the_custody_of_what_states_an_edge(lineage):
    text = FORMATS["tree"](lineage.of(TUNED, direction="up"))
    assert "[2 sources: DeveloperStatement (Assumed), Inference (Assumed); " in text


def test_words_for_an_edge_s_parent_support_it_and_are_not_against_it():
    row, words = entity("t", "model", "base-7b"), entity("t", "unresolved", "base-7b")
    child = model("acme/child")
    records = [
        record_of("whole", Claim(child, PG.fineTunedFrom, row)),
        record_of("row", Claim(child, PG.fineTunedFrom, words)),
    ]
    view = [(child, PG.fineTunedFrom, row, None)]
    quads = [*view, *(quad for one in records for quad in rdf.to_quads(one))]
    with MemoryStore(quads) as store:
        (edge,) = LineageGraph(AcceptedSnapshot(store)).of(child, direction="up").edges
    assert len(edge.sources) == 2
    assert not edge.against


def test_sources_are_the_same_looked_up_at_once_or_edge_by_edge(lineage, store):
    edges = lineage.of(TUNED, evidence=False).edges
    prepared, single = (EdgeEvidence(AcceptedSnapshot(store)) for _ in range(2))
    prepared.prepare(edges)
    assert any(prepared._statements._annotated.values())
    assert [prepared.of(edge) for edge in edges] == [single.of(edge) for edge in edges]


def test_without_a_limit_fewer_nodes_of_a_large_lineage_are_shown_with_sources():
    for count, shown in ((LISTED, LISTED), (LISTED + 1, SOURCED)):
        edges = [(model(f"acme/tuned-{n}"), PG.fineTunedFrom, BASE, None) for n in range(count)]
        lineage = LineageGraph(AcceptedSnapshot(MemoryStore(edges)))
        with_sources, without = lineage.of(BASE), lineage.of(BASE, evidence=False)
        assert len(with_sources.nodes) == shown + 1
        assert len(without.nodes) == LISTED + 1
        assert with_sources.total == without.total == count


def test_a_relation_of_no_stated_kind_is_an_edge_where_no_kind_is_stated():
    kinds = {
        (TUNED, CHAT): (PG.trainedOn, PROV.wasInfluencedBy),
        (MERGE, CHAT): (PROV.wasInfluencedBy,),
        (TUNED, BASE): (PG.fineTunedFrom, PROV.wasDerivedFrom),
        (MERGE, BASE): (PROV.wasDerivedFrom, PG.trainedOn),
    }
    quads = [(c, relation, p, None) for (c, p), every in kinds.items() for relation in every]
    snapshot = AcceptedSnapshot(MemoryStore(quads))
    expected = {
        TUNED: {(CHAT, PG.trainedOn), (BASE, PG.fineTunedFrom)},
        MERGE: {(CHAT, PROV.wasInfluencedBy), (BASE, PROV.wasDerivedFrom), (BASE, PG.trainedOn)},
    }
    built = LineageIndex.build(snapshot)
    for index in (built, built.update(snapshot, [TUNED, MERGE])):
        for child, edges in expected.items():
            row = index.row(index.names.find(child))
            assert {(index.names[parent], RELATIONS[code]) for parent, code, _ in row} == edges


def test_names_prepared_for_one_property_are_read_anew_for_others(store):
    prepared, single = (AcceptedSnapshot(store).statements for _ in range(2))
    names = [name for one in (TUNED, QUANT) for name in single.names_of(one)]
    for asked in ([PG.fineTunedFrom], [PG.quantizedFrom, PG.mergedFrom]):
        prepared.prepare(names, asked)
        for name, predicate in itertools.product(names, RELATIONS):
            assert prepared.stating(name, [predicate]) == single.stating(name, [predicate])
