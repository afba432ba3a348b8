"""Identity resolution over the shipped records, and over any store in one commit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import StoreStatements
from provenance_graph.acceptance.identity import RULE_AUTHOR as RULES
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.changes.log import ChangeLog
from provenance_graph.core.errors import NotFound, RecordError, UsageError
from provenance_graph.core.iris import ID, Iri, short_id
from provenance_graph.core.terms import PG, RDF
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.decisions import Decisions, by_hand, rows_about
from provenance_graph.ingest.rules import names_in
from provenance_graph.ingest.shipped import mappings, reference_quads, shipped_records
from provenance_graph.ingest.touched import near
from provenance_graph.ingest.update import Deriver, Updated, update
from provenance_graph.matching.identify import IdentityOutcome, identify
from provenance_graph.matching.names import preference
from provenance_graph.matching.outcome import Pair, PairVerdict
from provenance_graph.matching.review_file import ACCEPT, REJECT, WITHDRAW, author_of, decided
from provenance_graph.store.base import ANY, Store, WritableStore
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.processes import uncollected


def decide(data: Path) -> IdentityOutcome:
    """Apply the identity rules to the records below ``data``, given the mappings made by hand."""
    by_hand = [row for row in mappings(data) if not row.author.startswith(RULES)]
    with uncollected():
        quads = compile_quads(list(reference_quads()), list(shipped_records(data)), by_hand)
        with MemoryStore(quads) as store:
            return identify(AcceptedSnapshot(store))


def stored_mappings(store: Store) -> list[Mapping]:
    """All mappings of a store, sorted."""
    return sorted(identity.from_quads(store.quads(graph=identity.GRAPH)))


def settle(
    store: WritableStore,
    rows: Iterable[Mapping] = (),
    derive: Deriver | None = None,
    *,
    withdrawn: Iterable[frozenset[Iri]] = (),
    log: ChangeLog | None = None,
) -> Updated:
    """Commit people's decisions to a store, and update identity by rule and the accepted view.

    The commit is atomic. A row replaces people's earlier decision on the same two names; decisions
    on ``withdrawn`` pairs are removed. Rows made by rule are not stored: the rules decide on their
    names again. ``log`` is the change log, as in ``update``. Raises NotFound if there is no
    decision on a withdrawn pair.
    """
    rows, withdrawn = list(rows), list(withdrawn)
    for pair in withdrawn:
        if not _of_pair(store, pair):
            names = " and ".join(map(short_id, sorted(pair)))
            raise NotFound(names, "decision of a person about", [])
    put = tuple(row for row in rows if by_hand(row))
    pairs = {frozenset((row.subject, row.object)) for row in put} | set(withdrawn)
    taken = tuple(row for pair in sorted(pairs, key=sorted) for row in _of_pair(store, pair))
    entities = frozenset(name for row in rows for name in (row.subject, row.object))
    decisions = Decisions(put, taken, entities | _names(pairs))
    return update(store, derive=derive, decided=decisions, log=log)


def _names(pairs: Iterable[frozenset[Iri]]) -> frozenset[Iri]:
    return frozenset(name for pair in pairs for name in pair)


def refresh(
    store: WritableStore, derive: Deriver | None = None, names: Iterable[Iri] | None = None
) -> Updated:
    """Apply the identity rules again to some names, by default to every name of a store."""
    entities = frozenset(names_in(store) if names is None else names)
    return update(store, derive=derive, decided=Decisions(entities=entities))


def _of_pair(store: Store, pair: frozenset[Iri]) -> list[Mapping]:
    """People's decisions on two names, in either order."""
    return [
        row
        for name in sorted(pair)
        for row in rows_about(store, name)
        if by_hand(row) and {row.subject, row.object} == pair
    ]


def settle_pair(
    store: WritableStore,
    names: tuple[Iri, Iri],
    decision: str,
    reason: str,
    author: str,
    day: str,
    derive: Deriver | None = None,
    log: ChangeLog | None = None,
    known: Store | None = None,
) -> Updated:
    """Commit one person's decision on two names to a store.

    ``decision`` is accept, reject or withdraw. ``known`` is the state that must hold both names, if
    it is not the store. Raises UsageError for another decision, for a missing reason or author, and
    for two names that cannot be one entity; NotFound for a name that the store does not hold;
    RecordError if a person decided the opposite before.
    """
    if decision not in (ACCEPT, REJECT, WITHDRAW):
        raise UsageError(f"decision {decision!r} is none of {ACCEPT}, {REJECT}, {WITHDRAW}")
    if not reason.strip() or not author.strip():
        raise UsageError("a decision needs a reason and an author")
    kinds = [_kind_of(known or store, name) for name in names]
    if names[0] == names[1] or kinds[0] != kinds[1]:
        text = " and ".join(map(short_id, names))
        raise UsageError(f"{text} cannot be one: name two {kinds[0]}s")
    pair = frozenset(names)
    if decision == WITHDRAW:
        return settle(store, derive=derive, withdrawn=[pair], log=log)
    for row in _of_pair(store, pair):
        if row.negated != (decision == REJECT):
            who = row.author or "hand"
            raise RecordError(
                f"{who} decided the opposite{f' on {row.date}' if row.date else ''}: "
                f"{row.comment or 'no reason given'}; withdraw that first"
            )
    other, head = sorted(names, key=preference, reverse=True)
    open_pair = Pair(other, head, PairVerdict.CANDIDATE, "", 1.0)
    row = decided(open_pair, decision, reason.strip(), author_of(author.strip()), day)
    return settle(store, [row], derive, log=log)


_KINDS = {
    PG.Model: "model",
    PG.OfferedModel: "model",
    PG.Dataset: "dataset",
    PG.Organization: "organization",
    PG.Licence: "licence",
}


def _kind_of(store: Store, name: Iri) -> str:
    """The kind of entity of a name, by the accepted types; raises NotFound if it has none."""
    subject = StoreStatements(store).canonical(name)
    for *_, value, _ in store.quads(subject, RDF.type):
        if isinstance(value, Iri) and value in _KINDS:
            return _KINDS[value]
    for segment, kind in (("organization/", "organization"), ("licence/", "licence")):
        if name.startswith(ID + segment) and any(True for _ in store.quads(object=name, graph=ANY)):
            return kind
    raise NotFound(short_id(name), "entity whose identity is decided", near(store, name))
