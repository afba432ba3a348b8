"""The choice between claims about a subject's parents across the kinds of derivation.

Each kind of derivation is a property of its own. Deciding property by property could accept two
kinds for one step. Here an inferred parent of no stated kind gives way to a stated one, and two
kinds that sources give for one parent become one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from provenance_graph.acceptance.criteria import best_of
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.resolve import refused, resolve
from provenance_graph.core.claims import AcceptanceStatus, Basis, Ruling, SourcedClaim
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DERIVATIONS, PG, PROV

Groups = dict[Iri, list[SourcedClaim]]
_KINDS = frozenset(DERIVATIONS)
_REFINED = {
    PG.postTrainedFrom: PG.fineTunedFrom,
    PG.continuedFrom: PG.fineTunedFrom,
    PG.adapterOf: PG.fineTunedFrom,
}
"""Kinds of training from another model's weights, each with the wider kind that it refines."""


def inferred_parents(groups: Groups, policy: Policy, as_of: str) -> list[SourcedClaim]:
    """Remove inferred parents of no stated kind from the groups where sources state other parents.

    Returns the removed claims, ruled as alternatives. A list that says what a model was adapted
    from, without how, gives way to a source that says how.
    """
    general = groups.get(PROV.wasDerivedFrom, [])
    if not any(item.basis is Basis.INFERENCE for item in general):
        return []
    stated = {
        item.value
        for predicate in _KINDS & groups.keys()
        for item in groups[predicate]
        if item.basis is not Basis.INFERENCE and refused(item, policy, as_of) is None
    }
    others = [i for i in general if stated and _is_guess(i) and i.value not in stated]
    _take(groups, PROV.wasDerivedFrom, others)
    why = "an inferred parent, while a source states one"
    ruling = Ruling(AcceptanceStatus.ALTERNATIVE, why)
    return [item.ruled(ruling) for item in others]


def _is_guess(item: SourcedClaim) -> bool:
    return item.basis is Basis.INFERENCE and item.value is not None


def one_kind_each(groups: Groups, policy: Policy, as_of: str) -> list[SourcedClaim]:
    """Remove from the groups the claims that give an accepted parent a second kind of derivation.

    A narrower kind that a source states replaces the wider (post-trained for fine-tuned); else the
    better source decides. Kinds that the best claim's record states side by side, on the same
    basis, are two steps, and both are accepted. Returns the removed claims, ruled as alternatives.
    """
    kinds = [one for one in DERIVATIONS if one in groups]
    if len(kinds) < 2:
        return []
    accepted: dict[Iri, dict[Iri, list[SourcedClaim]]] = defaultdict(dict)
    for kind in kinds:
        for item, ruling in resolve(groups[kind], kind, policy, as_of).claims:
            if ruling.status is AcceptanceStatus.ACCEPTED and isinstance(item.value, Iri):
                accepted[item.value].setdefault(kind, []).append(item)
    others: list[SourcedClaim] = []
    for parent, given in accepted.items():
        if len(given) < 2:
            continue
        accepted_kinds = _kinds_of_step(given, policy)
        words = " and ".join(local_name(kind) for kind in accepted_kinds)
        why = f"another term for the same step, accepted as {words}"
        for kind in [kind for kind in given if kind not in accepted_kinds]:
            taken = [item for item in groups[kind] if item.value == parent]
            _take(groups, kind, taken)
            others += [item.ruled(Ruling(AcceptanceStatus.ALTERNATIVE, why)) for item in taken]
    return others


def _kinds_of_step(given: dict[Iri, list[SourcedClaim]], policy: Policy) -> list[Iri]:
    """The kinds of derivation that are accepted of those given for one parent; at least one."""
    wider = {
        _REFINED[kind]
        for kind, items in given.items()
        if kind in _REFINED and any(item.basis is not Basis.INFERENCE for item in items)
    }
    left = {kind: items for kind, items in given.items() if kind not in wider}
    best, _ = best_of([one for items in left.values() for one in items], next(iter(left)), policy)
    return [kind for kind, items in left.items() if _from(best, items)]


def _from(best: SourcedClaim, items: Sequence[SourcedClaim]) -> bool:
    """Whether one of the claims is from the best claim's record, on the same basis."""
    return any(i.header.record == best.header.record and i.basis is best.basis for i in items)


def _take(groups: Groups, predicate: Iri, taken: Sequence[SourcedClaim]) -> None:
    """Remove claims from the group of a property, and the group itself when it is empty."""
    if not taken:
        return
    gone = {id(item) for item in taken}
    rest = [item for item in groups.pop(predicate) if id(item) not in gone]
    if rest:
        groups[predicate] = rest
