"""Bundles that come in: whose word they are, and that their order does not matter."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import audit_store
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from examples import sample

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Custody, Problem
from provenance_graph.core.iris import Iri, organization
from provenance_graph.core.terms import PG, RDF
from provenance_graph.formats.bundles.keys import NO_KEYS, KeyList, PublicKey
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import ImportReport, import_documents
from provenance_graph.ingest.update import update
from provenance_graph.receipts.make import make
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY

MODEL, OTHER = audit_store.MODEL, audit_store.SIBLING


def key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


MAKER, SENDER = key("the developer"), key("somebody else")
MAKERS = PublicKey(MAKER.public_key())
BOUND = KeyList(
    {MAKERS.id: MAKERS, PublicKey(SENDER.public_key()).id: PublicKey(SENDER.public_key())},
    {MAKERS.id: frozenset({organization("Org")})},
)


@cache
def sent(signing: Ed25519PrivateKey | None, length: int, day: str, model: Iri = MODEL) -> bytes:
    """A bundle of a store of its own, in which the developer states a context length."""
    card = audit_store.record(
        "card",
        day,
        Basis.DEVELOPER,
        Claim(model, RDF.type, PG.Model),
        Claim(model, PG.contextLength, literals.integer(length)),
    )
    update(base(), [card])
    try:
        return make(AcceptedSnapshot(base()), [model], key=signing)
    finally:
        update(base(), drop=[card.header.record])


def taken(
    store: MemoryStore, *bundles: bytes, keys: KeyList = NO_KEYS
) -> tuple[ImportReport, list[Problem]]:
    problems: list[Problem] = []
    documents = [
        Document(Iri(f"urn:bundle:{n}"), data, "2026-02-01", f"{n}.json", folder="mail")
        for n, data in enumerate(bundles)
    ]
    report = import_documents(
        store, documents, readers(), Options(keys=keys), lambda _, p: problems.append(p)
    )
    return report, problems


@cache
def base() -> MemoryStore:
    """The reference data in a store, from which each test takes out what it put in."""
    return MemoryStore(compile_quads(audit_store.reference(), [], []))


@contextmanager
def empty() -> Iterator[MemoryStore]:
    try:
        yield base()
    finally:
        graphs = {r for r, *_ in base().quads(predicate=PG.ofDocument, graph=ANY)}
        update(base(), drop=graphs)


def accepted(store: MemoryStore, model: Iri = MODEL) -> set[str]:
    view = AcceptedSnapshot(store).view(model)
    return {str(value) for _, p, value, _ in view.quads if p == PG.contextLength}


def test_a_bundle_of_nobody_known_is_a_third_partys_report() -> None:
    with empty() as store:
        report, problems = taken(store, sent(None, 9000, "2025-05-01"))
        assert not problems
        assert report.records > 0
        (claim,) = AcceptedSnapshot(store).claims(MODEL, PG.contextLength)
        assert claim.header.custody is Custody.ASSUMED
        assert claim.basis is Basis.THIRD_PARTY
        assert claim.header.collection.endswith("/mail")


def test_a_listed_key_proves_who_sent_it_and_not_that_the_publisher_said_it() -> None:
    with empty() as store:
        taken(store, sent(SENDER, 9000, "2025-05-01"), keys=BOUND)
        (claim,) = AcceptedSnapshot(store).claims(MODEL, PG.contextLength)
        assert claim.header.custody is Custody.ASSUMED
        assert claim.basis is Basis.THIRD_PARTY
        assert "/received-" in claim.header.collection


def test_a_key_bound_to_the_publisher_makes_it_the_publishers_own_word() -> None:
    with empty() as store:
        taken(store, sent(MAKER, 9000, "2025-05-01"), keys=BOUND)
        (claim,) = AcceptedSnapshot(store).claims(MODEL, PG.contextLength)
        assert claim.header.custody is Custody.VERIFIED


def test_a_forged_signature_of_a_bound_key_earns_nothing() -> None:
    data = sent(SENDER, 9000, "2025-05-01").decode()
    forged = data.replace(PublicKey(SENDER.public_key()).id, MAKERS.id)
    with empty() as store:
        taken(store, forged.encode(), keys=BOUND)
        (claim,) = AcceptedSnapshot(store).claims(MODEL, PG.contextLength)
        assert claim.header.custody is Custody.ASSUMED


def test_a_changed_bundle_is_not_taken() -> None:
    data = sent(MAKER, 9000, "2025-05-01").replace(b'\\"9000\\"', b'\\"9999\\"')
    with empty() as store:
        report, problems = taken(store, data, keys=BOUND)
        assert report.failed == 1
        assert "changed since it was made" in problems[0].what
        assert accepted(store) == set()


def test_bundles_of_several_signers_give_the_same_view_in_any_order() -> None:
    bundles = [
        sent(MAKER, 9000, "2025-05-01"),
        sent(MAKER, 9500, "2025-08-01"),
        sent(SENDER, 7000, "2026-01-01"),
        sent(None, 6000, "2026-01-15"),
        sent(MAKER, 100, "2025-09-01", OTHER),
    ]
    views = set()
    orders = random.Random(3).sample(list(itertools.permutations(bundles)), sample(8, 14))
    for order in orders:
        with empty() as store:
            for data in order:
                taken(store, data, keys=BOUND)
            snapshot = AcceptedSnapshot(store)
            views.add(tuple(snapshot.view(model).quads for model in (MODEL, OTHER)))
    (quads,) = views
    assert {str(v) for _, p, v, _ in quads[0] if p == PG.contextLength} == {"9500"}


def test_a_bundle_about_one_model_ends_nothing_about_another() -> None:
    with empty() as store:
        taken(store, sent(MAKER, 9000, "2025-05-01"), keys=BOUND)
        taken(store, sent(MAKER, 100, "2025-09-01", OTHER), keys=BOUND)
        assert accepted(store) == {"9000"}
        assert accepted(store, OTHER) == {"100"}


def test_the_same_bundle_twice_adds_nothing() -> None:
    data = sent(MAKER, 9000, "2025-05-01")
    with empty() as store:
        first, _ = taken(store, data, keys=BOUND)
        again, problems = taken(store, data, keys=BOUND)
        assert first.records
        assert again.records == 0
        assert not problems


def test_a_bundle_of_records_that_are_here_adds_nothing() -> None:
    with audit_store.store() as store:
        data = make(AcceptedSnapshot(store), [MODEL], key=MAKER)
        before = AcceptedSnapshot(store).view(MODEL).quads
        report, problems = taken(store, data, keys=BOUND)
        assert (report.records, problems) == (0, [])
        assert report.own_exports > 0
        assert AcceptedSnapshot(store).view(MODEL).quads == before


def test_two_senders_of_one_record_are_one_independent_source() -> None:
    with empty() as store:
        taken(store, sent(SENDER, 7000, "2025-05-01"), keys=BOUND)
        taken(store, sent(None, 7000, "2025-05-01"), keys=BOUND)
        snapshot = AcceptedSnapshot(store)
        origins = {snapshot.policy.origin(c) for c in snapshot.claims(MODEL, PG.contextLength)}
        assert len(origins) == 1


@pytest.mark.parametrize("basis", [Basis.DEVELOPER, Basis.ARTIFACT])
def test_no_basis_of_a_forwarded_record_outranks_what_is_here(basis: Basis) -> None:
    with empty() as store:
        taken(store, sent(SENDER, 7000, "2026-01-01"), keys=BOUND)
        own = audit_store.record(
            "own",
            "2025-01-01",
            basis,
            Claim(MODEL, RDF.type, PG.Model),
            Claim(MODEL, PG.contextLength, literals.integer(8000)),
        )

        update(store, [own])
        assert accepted(store) == {"8000"}
