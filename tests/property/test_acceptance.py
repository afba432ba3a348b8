"""What must hold of acceptance for any records: who may change whose facts, and what decides."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from examples import sample
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference_data import reference

from provenance_graph.acceptance.agreement import COUNTS
from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.acceptance.resolve import resolve
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import (
    Basis,
    Claim,
    Custody,
    Header,
    Record,
    SourcedClaim,
    Stance,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.update import update
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY

DAY = "2026-06-01"
DAYS = ("2025-01-01", "2025-06-01", "2026-01-01")
PROPERTIES = (PG.contextLength, PG.layerCount, PG.maxOutputTokens, DCTERMS.license)
COLLECTIONS = ("epoch", "apx", "mot", "hub", "mine", "yours")


@st.composite
def records(draw: st.DrawFn, collections: tuple[str, ...] = COLLECTIONS) -> Record:
    collection, local = draw(st.sampled_from(collections)), draw(st.sampled_from("ab"))
    day = draw(st.sampled_from(DAYS))
    header = Header(
        iris.record(collection, local, day),
        Iri(f"https://example.org/{collection}/{local}"),
        iris.organization(draw(st.sampled_from(["org", "other"]))),
        day,
        "rdf",
        draw(st.sampled_from(list(Basis))),
        custody=draw(st.sampled_from(list(Custody))),
    )
    claims = draw(
        st.lists(
            st.builds(
                Claim,
                st.sampled_from([iris.model("org/m"), iris.model(f"{collection}/own")]),
                st.sampled_from(PROPERTIES),
                st.integers(1, 3).map(literals.integer),
                st.sampled_from([Stance.STATED, Stance.PARTLY_STATED, Stance.DENIES]),
                valid_from=st.sampled_from(["", "2024-01-01", "2099-01-01"]),
            ),
            min_size=1,
            max_size=4,
        )
    )
    return Record(header, tuple(claims)).sort()


def built(retained: dict[Iri, Record]) -> MemoryStore:
    return MemoryStore(compile_quads(reference(), list(retained.values()), [], day=DAY))


def contents(store: MemoryStore) -> set[object]:
    return {*store.quads(), *store.quads(graph=ANY)}


@settings(max_examples=sample(6, 25), deadline=None)
@given(
    ours=st.lists(records(("mine",)), min_size=1, max_size=4),
    theirs=st.lists(records(("yours", "epoch")), min_size=1, max_size=4),
)
def test_a_collection_supersedes_nothing_of_another(
    ours: list[Record], theirs: list[Record]
) -> None:
    """Whatever another collection brings, also under our documents' names, our readings stay."""
    mine = {r.header.record: r for r in ours}
    same = [
        replace(r, header=replace(r.header, of_document=ours[0].header.of_document)) for r in theirs
    ]
    alone = built(mine)
    before = {q for q in alone.quads() if q[0] == iris.model("mine/own")}
    update(alone, same)
    after = {q for q in alone.quads() if q[0] == iris.model("mine/own")}
    assert before == after


@settings(max_examples=sample(6, 25), deadline=None)
@given(
    steps=st.lists(st.tuples(st.booleans(), records()), min_size=2, max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_imports_and_retractions_in_any_order_give_the_same_view(steps, order) -> None:
    retained: dict[Iri, Record] = {}
    for put, record in steps:
        retained.setdefault(record.header.record, record)
        if not put:
            retained.pop(record.header.record, None)
    names = list(retained)
    order.shuffle(names)
    store = built({})
    extra = [record for put, record in steps if record.header.record not in retained]
    for record in extra:
        update(store, [record])
    for name in names:
        update(store, [retained[name]])
    for name in {record.header.record for record in extra}:
        update(store, drop=[name])
    assert contents(store) == contents(built(retained))


@settings(max_examples=sample(18, 60), deadline=None)
@given(
    held=st.lists(records(), min_size=2, max_size=6, unique_by=lambda r: r.header.of_document),
    moved=st.integers(0, 5),
    day=st.sampled_from(["2020-01-01", "2026-05-31"]),
)
def test_the_day_of_retrieval_decides_nothing_between_documents(
    held: list[Record], moved: int, day: str
) -> None:
    policy = _policy()
    position = moved % len(held)
    later = [
        replace(r, header=replace(r.header, retrieved=day)) if n == position else r
        for n, r in enumerate(held)
    ]
    for predicate in PROPERTIES:
        assert _accepted(held, predicate, policy) == _accepted(later, predicate, policy)


@settings(max_examples=sample(18, 60), deadline=None)
@given(
    predicate=st.sampled_from(sorted(COUNTS)),
    tenths=st.integers(1, 999),
    unit=st.sampled_from([10**6, 10**9]),
    further=st.integers(0, 10**5 // 2 - 1),
    sources=st.permutations(["gallery", "mot", "epoch", "mteb"]),
    same_basis=st.sampled_from([Basis.THIRD_PARTY, Basis.DEVELOPER]),
)
def test_a_coarser_rounding_never_beats_a_finer_one(
    predicate: Iri,
    tenths: int,
    unit: int,
    further: int,
    sources: list[str],
    same_basis: Basis,
) -> None:
    """Whoever rounds further: of one count in units, tenths and exactly, the exact is accepted."""
    fine = tenths * unit // 10
    exact = fine + further * (unit // 10**6)
    coarse = max(unit, (exact + unit // 2) // unit * unit)
    assume(abs(coarse - fine) < unit / 2)
    policy = _policy()
    for values in ((coarse, fine), (coarse, fine, exact)):
        claims = [
            _counted(predicate, value, source, same_basis)
            for value, source in zip(values, sources, strict=False)
        ]
        closest = min(claims, key=lambda item: policy.source(item).closeness_of(predicate))
        accepted = resolve(claims, predicate, policy)
        assert accepted.values == (literals.integer(values[-1]),), (values, closest)
        assert accepted.rivals == ()


def _counted(predicate: Iri, count: int, source: str, basis: Basis) -> SourcedClaim:
    model = iris.model("org/m")
    header = Header(
        iris.record(source, "m", DAY),
        Iri(f"https://example.org/{source}/m"),
        iris.organization(source),
        DAY,
        "rdf",
        basis,
    )
    return SourcedClaim(Claim(model, predicate, literals.integer(count)), header, model)


@cache
def _policy():
    return load_policy(MemoryStore(reference()), DAY)


def _accepted(stored: list[Record], predicate: Iri, policy) -> tuple[object, ...]:
    subject = iris.model("org/m")
    claims = [
        SourcedClaim(claim, record.header, subject)
        for record in stored
        for claim in record.claims
        if (claim.subject, claim.predicate) == (subject, predicate)
    ]
    return resolve(claims, predicate, policy).values
