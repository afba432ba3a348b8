"""Records of many kinds in several collections: whose facts an import may change, and what an order or a day may.

The worlds are wider than in ``test_acceptance``: names that are one model, aliases, derivations,
silences, inferences, periods, confidence, several readings of one document, and people's decisions
about identity between the imports.
"""

from __future__ import annotations

from dataclasses import replace

from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_data import reference

from provenance_graph.acceptance.identity import RULE_AUTHOR
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import (
    Basis,
    Claim,
    Custody,
    Header,
    Literal,
    Precision,
    Record,
    Stance,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA, SKOS
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.identify import settle
from provenance_graph.ingest.update import update
from provenance_graph.matching.identify import identify
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY

DAY = "2026-06-01"
DAYS = ("2025-01-01", "2025-06-01", "2026-01-01")
COLLECTIONS = ("huggingface", "epoch", "osai", "mine", "yours")
HUB = iris.model("acme/swift-7b")
TUNED = iris.model("acme/swift-7b-instruct")
ENTRY = iris.entity("osai", "model", "swift-7b")
OFFERED = iris.entity("litellm", "model", "host/swift-7b")
DATED = iris.model("acme/swift-7b-20250101")
ALIAS = iris.mint("alias", "acme/swift")
MODELS = (HUB, TUNED, ENTRY, OFFERED, DATED)
LABELS = {HUB: "swift-7b", TUNED: "Swift 7B Instruct", ENTRY: "Swift 7B", OFFERED: "swift-7b"}
COUNTED = (PG.contextLength, PG.layerCount, PG.maxOutputTokens, PG.parameterCount)
DATES = (DCTERMS.issued, PG.knowledgeCutoff)
LINKS = (PG.fineTunedFrom, PG.postTrainedFrom, PG.quantizedFrom, PROV.wasDerivedFrom)
SINGLE = (*COUNTED, *DATES, *LINKS, DCTERMS.license, DCTERMS.creator, PG.hubRepository)
LEVELS = EvidenceLevels()
DECISIONS = (
    Mapping(ENTRY, SKOS.exactMatch, HUB, author="id:person/a"),
    Mapping(ENTRY, SKOS.exactMatch, HUB, negated=True, author="id:person/a"),
    Mapping(OFFERED, SKOS.exactMatch, TUNED, author="id:person/b"),
    Mapping(
        iris.organization("acme-labs"),
        SKOS.exactMatch,
        iris.organization("acme"),
        negated=True,
        author="id:person/a",
    ),
)

days = st.sampled_from(DAYS).map(lambda day: literals.day(day).literal)  # type: ignore[union-attr]
values = st.one_of(
    st.tuples(
        st.sampled_from(COUNTED), st.sampled_from([7, 7_000_000_000, 8192]).map(literals.integer)
    ),
    st.tuples(st.sampled_from(DATES), days),
    st.tuples(st.sampled_from(LINKS), st.sampled_from(MODELS)),
    st.tuples(
        st.just(DCTERMS.license),
        st.sampled_from([iris.mint("licence", "MIT"), iris.mint("licence", "x")]),
    ),
    st.tuples(
        st.just(DCTERMS.creator), st.sampled_from([*map(iris.organization, ("acme", "acme-labs"))])
    ),
    st.tuples(st.just(PG.hubRepository), st.just(Iri("https://huggingface.co/acme/swift-7b"))),
)


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    """A claim or a few that belong together."""
    subject = draw(st.sampled_from(MODELS))
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return [Claim(subject, draw(st.sampled_from(COUNTED)), None, draw(st.sampled_from(
            [Stance.NOT_STATED, Stance.REPORTS_UNDISCLOSED, Stance.DECLINES, Stance.DECLARED_EMPTY]
        )))]  # fmt: skip
    if kind == 1:
        return [
            Claim(ALIAS, RDF.type, PG.AliasBinding),
            Claim(ALIAS, PG.resolvesTo, draw(st.sampled_from([HUB, DATED]))),
            Claim(DATED, PROV.specializationOf, HUB),
        ]
    if kind < 5:
        typed = PG.OfferedModel if subject == OFFERED else PG.Model
        return [
            Claim(subject, RDF.type, typed),
            Claim(subject, SCHEMA.name, Literal(LABELS.get(subject, "swift-7b-20250101"))),
        ]
    predicate, value = draw(values)
    return [
        Claim(
            subject,
            predicate,
            value,
            draw(
                st.sampled_from([Stance.STATED, Stance.STATED, Stance.PARTLY_STATED, Stance.DENIES])
            ),
            basis=draw(st.sampled_from([None, None, *Basis])),
            precision=draw(st.sampled_from([None, Precision.MONTH]))
            if predicate in DATES
            else None,
            valid_from=draw(st.sampled_from(["", "2024-01-01", "2099-01-01"])),
            valid_until=draw(st.sampled_from(["", "", "2025-03-01"])),
            confidence=draw(st.sampled_from([None, None, 0.3, 0.9])),
        )
    ]


@st.composite
def records(draw: st.DrawFn, collections: tuple[str, ...] = COLLECTIONS) -> Record:
    """A reading of one of two documents of a collection."""
    collection, local = draw(st.sampled_from(collections)), draw(st.sampled_from("ab"))
    day = draw(st.sampled_from(DAYS))
    header = Header(
        iris.record(collection, local, day),
        Iri(f"https://example.org/{collection}/{local}"),
        iris.organization(draw(st.sampled_from(["acme", "other"]))),
        day,
        draw(st.sampled_from(["rdf", "osai", "huggingface", "epoch"])),
        draw(st.sampled_from(list(Basis))),
        custody=draw(st.sampled_from(list(Custody))),
        edition=draw(st.sampled_from(["", "2025-01-01", "2025-12-01"])),
    )
    stated = [one for some in draw(st.lists(claims(), min_size=1, max_size=4)) for one in some]
    return Record(header, tuple(dict.fromkeys(stated))).sort()


def built(held: list[Record], rows: list[Mapping] | None = None) -> MemoryStore:
    """A full build, with what the rules decide of these records."""
    by_hand = rows or []
    alone = MemoryStore(compile_quads(reference(), held, by_hand, day=DAY))
    pairs = {frozenset((row.subject, row.object)) for row in by_hand}
    decided = [
        row
        for row in identify(AcceptedSnapshot(alone)).mappings
        if frozenset((row.subject, row.object)) not in pairs
    ]
    quads = compile_quads(reference(), held, [*by_hand, *decided], derive=LEVELS, day=DAY)
    return MemoryStore(quads)


def contents(store: MemoryStore) -> set[object]:
    return {*store.quads(), *store.quads(graph=ANY)}


def accepted(store: MemoryStore) -> dict[tuple[Iri, Iri], list[object]]:
    """The accepted values of every name in every property with one decision."""
    snapshot = AcceptedSnapshot(store)
    return {
        (name, predicate): sorted(snapshot.values(snapshot.canonical(name), predicate), key=str)
        for name in (*MODELS, ALIAS)
        for predicate in SINGLE
    }


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), records()),
        st.tuples(st.just("drop"), st.integers(0, 9)),
        st.tuples(st.just("decide"), st.sampled_from(DECISIONS)),
    ),
    min_size=2,
    max_size=9,
)


@settings(max_examples=sample(6, 40), deadline=None)
@given(steps=steps)
def test_imports_retractions_and_decisions_in_any_order_are_a_full_build(steps) -> None:
    store = built([])
    held: dict[Iri, Record] = {}
    by_hand: dict[object, Mapping] = {}
    for what, given_ in steps:
        if what == "put":
            held[given_.header.record] = given_
            update(store, [given_], derive=LEVELS, day=DAY)
        elif what == "drop" and held:
            name = sorted(held)[given_ % len(held)]
            del held[name]
            update(store, drop=[name], derive=LEVELS, day=DAY)
        elif what == "decide":
            settle(store, [given_], derive=LEVELS)
            pair = {given_.subject, given_.object}
            by_hand = {k: r for k, r in by_hand.items() if {r.subject, r.object} != pair}
            by_hand[given_.key] = given_
    assert contents(store) == contents(built(list(held.values()), list(by_hand.values())))


@settings(max_examples=sample(6, 40), deadline=None)
@given(
    ours=st.lists(records(("mine", "huggingface")), min_size=1, max_size=4),
    theirs=st.lists(records(("yours", "osai", "epoch")), min_size=1, max_size=4),
    rows=st.lists(st.sampled_from(DECISIONS[1:]), max_size=2, unique=True),
)
def test_what_another_collection_brings_can_be_taken_back(ours, theirs, rows) -> None:
    """Our readings count on beside theirs, and without theirs all is as it was."""
    mine = {r.header.record: r for r in ours}
    store = built(list(mine.values()), rows)
    before, counting = contents(store), _counting(store, mine)
    theirs = list(
        {
            r.header.record: replace(
                r, header=replace(r.header, of_document=ours[0].header.of_document)
            )
            for r in theirs
        }.values()
    )
    update(store, theirs, derive=LEVELS, day=DAY)
    assert _counting(store, mine) == counting
    update(store, drop=[r.header.record for r in theirs], derive=LEVELS, day=DAY)
    assert contents(store) == before
    assert not any(row.author.startswith(RULE_AUTHOR) for row in rows)


def _counting(store: MemoryStore, held: dict[Iri, Record]) -> set[Iri]:
    snapshot = AcceptedSnapshot(store)
    return {name for name in held if snapshot.counts(name)}


@settings(max_examples=sample(8, 60), deadline=None)
@given(
    held=st.lists(records(), min_size=2, max_size=5, unique_by=lambda r: r.header.of_document),
    moved=st.integers(0, 4),
    day=st.sampled_from(["2020-01-01", "2026-05-31"]),
)
def test_a_retrieval_day_changes_no_accepted_value(held, moved, day) -> None:
    """Not of the document that moved, nor of another, whatever the kinds of claims."""
    position = moved % len(held)
    one = held[position].header
    collection, local = one.record[len(iris.ID) + 7 :].split("/")[:2]
    header = replace(one, record=iris.record(collection, local, day), retrieved=day)
    later = [replace(r, header=header) if n == position else r for n, r in enumerate(held)]
    assert accepted(built(held)) == accepted(built(later))
