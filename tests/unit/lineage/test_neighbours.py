"""The graph around an entity, and paths between two."""

from __future__ import annotations

import pytest
import reference_data

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Basis, Claim, Header, Record
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri, dataset, mint, model, organization, record
from provenance_graph.core.literals import text
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.model.pages.neighbours import Neighbourhood, neighbours
from provenance_graph.model.pages.path import path
from provenance_graph.store.memory import MemoryStore

BASE, TUNED = model("meta/base"), model("acme/tuned")
CHAT, META, LONELY = dataset("acme/chat"), organization("meta"), model("acme/lonely")


def record_of(name: str, *claims: Claim) -> Record:
    header = Header(
        record("test", name, "2025-01-01"),
        Iri(f"https://example.org/{name}"),
        organization(name),
        "2025-01-01",
        "test",
        Basis.THIRD_PARTY,
        title=f"What {name} says",
    )
    return Record(header, claims)


@pytest.fixture(scope="module")
def snapshot():
    children = [
        claim
        for n in range(20)
        for claim in (
            Claim(model(f"acme/child-{n:02}"), RDF.type, PG.Model),
            Claim(model(f"acme/child-{n:02}"), PG.fineTunedFrom, BASE),
        )
    ]
    one = record_of(
        "one",
        Claim(BASE, RDF.type, PG.Model),
        Claim(BASE, SCHEMA.name, text("Base")),
        Claim(BASE, DCTERMS.creator, META),
        Claim(META, RDF.type, PG.Organization),
        Claim(META, SCHEMA.name, text("Meta")),
        Claim(TUNED, RDF.type, PG.Model),
        Claim(TUNED, PG.fineTunedFrom, BASE),
        Claim(TUNED, PG.trainedOn, CHAT),
        Claim(CHAT, RDF.type, PG.Dataset),
        Claim(LONELY, RDF.type, PG.Model),
        *children,
    )

    quads = compile_quads(reference_data.reference(), [one], [])
    with MemoryStore(quads) as store:
        yield AcceptedSnapshot(store)


def group(neighbourhood: Neighbourhood, name: str, direction: str):
    return next(g for g in neighbourhood.groups if (g.name, g.direction) == (name, direction))


def test_links_are_grouped_by_relation_and_direction_with_totals(snapshot):
    result = neighbours(snapshot, BASE)
    assert (result.node.label, result.node.kind) == ("Base", "model")
    creator = group(result, "creator", "out")
    assert [(e.label, e.kind) for e in creator.items] == [("Meta", "organization")]
    tuned = group(result, "fineTunedFrom", "in")
    assert (tuned.total, len(tuned.items), tuned.next) == (21, 12, "12")


def test_a_link_says_who_states_it_on_what_basis_and_since_when(snapshot):
    tuned = group(neighbours(snapshot, BASE, limit=50), "fineTunedFrom", "in")
    (source,) = tuned.sources[TUNED]
    assert (source.publisher, source.basis, source.retrieved) == (
        "one",
        "ThirdPartyReport",
        "2025-01-01",
    )
    assert source.record == record("test", "one", "2025-01-01")
    described = group(neighbours(snapshot, BASE), "describedIn", "out")
    assert described.sources == {described.items[0].iri: []}


def test_a_group_is_paged_to_its_end_without_loss_or_repeat(snapshot):
    seen: list[str] = []
    cursor = ""
    while True:
        page = neighbours(
            snapshot, BASE, relation="fineTunedFrom", direction="in", limit=8, cursor=cursor
        )
        (only,) = page.groups
        seen += [e.iri for e in only.items]
        if only.next is None:
            break
        cursor = only.next
    assert len(seen) == len(set(seen)) == 21


def test_super_properties_classes_and_codes_are_no_links(snapshot):
    names = {g.name for g in neighbours(snapshot, TUNED).groups}
    assert names == {"fineTunedFrom", "trainedOn", "describedIn", "about"}


def test_a_record_leads_to_what_it_describes_and_back(snapshot):
    (described,) = group(neighbours(snapshot, CHAT), "describedIn", "out").items
    assert described.kind == "record"
    assert described.label == "What one says (2025-01-01)"
    back = group(neighbours(snapshot, Iri(described.iri)), "describes", "out")
    assert back.total == 25


def test_claims_are_walked_to_from_what_they_are_about_and_from_their_record(snapshot):
    about = group(neighbours(snapshot, TUNED), "about", "in")
    assert (about.total, {item.kind for item in about.items}) == (3, {"claim"})
    claim = next(item for item in about.items if item.label == "fine-tuned from: Base")
    assert [source.publisher for source in about.sources[claim.iri]] == ["one"]
    onward = neighbours(snapshot, Iri(claim.iri))
    assert (onward.node.kind, onward.node.label) == ("claim", "fine-tuned from: Base")
    assert {(g.name, e.iri) for g in onward.groups for e in g.items} == {
        ("about", TUNED),
        ("value", BASE),
        ("inRecord", record("test", "one", "2025-01-01")),
        ("wasAttributedTo", organization("one")),
    }
    held = neighbours(snapshot, record("test", "one", "2025-01-01"))
    assert group(held, "inRecord", "in").total == 50
    assert {e.kind for e in group(held, "inRecord", "in").items} == {"claim"}
    assert [e.iri for e in group(held, "url", "out").items] == ["https://example.org/one"]


def test_a_claim_that_no_record_holds_is_not_found(snapshot):
    with pytest.raises(NotFound):
        neighbours(snapshot, Iri(record("test", "one", "2025-01-01") + "#c-0000000000000000"))


def test_a_claim_that_was_not_accepted_says_so():
    for_mit = record_of(
        "developer", Claim(BASE, RDF.type, PG.Model), Claim(BASE, SCHEMA.name, text("Right"))
    )
    against = record_of("other", Claim(BASE, SCHEMA.name, text("Wrong")))
    quads = compile_quads(reference_data.reference(), [for_mit, against], [])
    with MemoryStore(quads) as store:
        labels = [
            e.label for e in group(neighbours(AcceptedSnapshot(store), BASE), "about", "in").items
        ]
    assert sum(label.endswith("(not accepted)") for label in labels) == 1


def test_a_deployment_is_a_neighbour_of_what_it_runs():
    system = mint("deployment", "chat")
    kept = record_of(
        "operator",
        Claim(BASE, RDF.type, PG.Model),
        Claim(system, RDF.type, PG.Deployment),
        Claim(system, SCHEMA.name, text("Chat")),
        Claim(system, PROV.used, BASE),
    )
    with MemoryStore(compile_quads(reference_data.reference(), [kept], [])) as store:
        (used,) = group(neighbours(AcceptedSnapshot(store), BASE), "used", "in").items
    assert (used.label, used.kind) == ("Chat", "deployment")


def test_an_entity_without_links_is_found_and_one_that_nobody_knows_is_not(snapshot):
    assert [g.name for g in neighbours(snapshot, LONELY).groups] == ["about", "describedIn"]
    with pytest.raises(NotFound):
        neighbours(snapshot, model("acme/absent"))


def test_a_cursor_that_is_none_is_refused(snapshot):
    for bad in ("²", "-1", "x", "9" * 12):
        with pytest.raises(UsageError, match="cursor"):
            neighbours(snapshot, BASE, cursor=bad)


def test_the_shortest_path_says_each_link_as_it_is_stated(snapshot):
    result = path(snapshot, CHAT, META)
    assert [(s.subject.iri, s.relation, s.object.iri) for s in result.steps] == [
        (TUNED, "trainedOn", CHAT),
        (TUNED, "fineTunedFrom", BASE),
        (BASE, "creator", META),
    ]
    assert path(snapshot, BASE, BASE).steps == []


def test_records_join_nothing_and_no_path_is_said_plainly(snapshot):
    result = path(snapshot, LONELY, BASE)
    assert result.steps == []
    assert result.exhausted
