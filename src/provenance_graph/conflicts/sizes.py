"""Models that third parties derive from a clearly larger one, by a step that keeps the size.

Fine-tuning, further training and post-training do not change the number of parameters. If the
accepted counts of child and parent differ by more than a size in a name may, the parent is an
implausible value: another member of its family, or a part or teacher of the base.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.plausibility import KEEPS_SIZE
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.kinds import SEVERITY
from provenance_graph.conflicts.results import Conflict
from provenance_graph.core import terms
from provenance_graph.core.claims import AcceptanceStatus, Basis, Literal, SourcedClaim
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG

_TRAINED = frozenset(KEEPS_SIZE) - {PG.adapterOf}
"""An adapter's count is its own or includes its base, so it gives no evidence."""
_CHANGES_SIZE = frozenset(terms.DERIVATIONS) - frozenset(KEEPS_SIZE)


def outgrown(
    snapshot: AcceptedSnapshot, subjects: Collection[Iri] | None = None
) -> Iterator[Conflict]:
    """Yield a conflict for each accepted, clearly larger parent that only third parties state.

    ``subjects`` are the children to check, None for all.
    """
    chosen: Collection[Iri | None] = [None] if subjects is None else set(subjects)
    edges = {
        (child, relation, parent)
        for one in chosen
        for relation in _TRAINED
        for child, _, parent, _ in snapshot.quads(one, relation)
        if isinstance(parent, Iri)
    }
    suspects = {  # fast: reads two values
        edge: counts for edge in edges if (counts := _too_small(snapshot, edge[0], edge[2]))
    }
    claims = _claims(snapshot, suspects)
    for (child, relation, parent), counts in sorted(suspects.items(), key=itemgetter(0)):
        if stated := _third_parties(snapshot, child, relation, parent, claims[child]):
            own, other = (
                (count, _counts(claims[model], count))
                for model, count in zip((child, parent), counts, strict=True)
            )
            small, large = (int(count.lexical) for count in counts)
            why = (
                f"{small:,} parameters, and what it is tuned from has {large:,}: "
                "fine-tuning does not change the size"
            )
            name = label(snapshot, child) or short_id(child)
            kind = "implausible"
            sides = ((parent, stated), own, other)
            yield Conflict(child, relation, "parent", kind, SEVERITY[kind], why, sides, name)


def _claims(
    snapshot: AcceptedSnapshot, edges: Iterable[tuple[Iri, Iri, Iri]]
) -> dict[Iri, list[SourcedClaim]]:
    """The claims on parents and sizes about the ends of some edges, read together."""
    ends = {end for child, _, parent in edges for end in (child, parent)}
    wanted = {*_TRAINED, PG.parameterCount}
    return {
        subject: [item for item in seen.claims if item.claim.predicate in wanted]
        for subject, seen in snapshot.views(sorted(ends))
    }


def _third_parties(
    snapshot: AcceptedSnapshot,
    child: Iri,
    relation: Iri,
    parent: Iri,
    claims: Iterable[SourcedClaim],
) -> tuple[SourcedClaim, ...]:
    """The accepted claims of a parent if only third parties state it, and no step that resizes."""
    if any(True for kind in _CHANGES_SIZE for _ in snapshot.quads(child, kind, parent)):
        return ()  # distilled or pruned as well
    stated = tuple(
        item
        for item in claims
        if item.claim.predicate == relation
        and item.status is AcceptanceStatus.ACCEPTED
        and item.value == parent
    )
    return stated if all(item.basis is Basis.THIRD_PARTY for item in stated) else ()


def _too_small(
    snapshot: AcceptedSnapshot, child: Iri, parent: Iri
) -> tuple[Literal, Literal] | None:
    """The counts of child and parent if the child's is smaller than the policy allows, or None."""
    own, other = (snapshot.value(one, PG.parameterCount) for one in (child, parent))
    if not isinstance(own, Literal) or not isinstance(other, Literal):
        return None
    if not (own.lexical.isdigit() and other.lexical.isdigit()):
        return None
    if int(own.lexical) >= snapshot.policy.plausible.least_size_in_name * int(other.lexical):
        return None
    return own, other


def _counts(claims: Iterable[SourcedClaim], count: Literal) -> tuple[SourcedClaim, ...]:
    return tuple(
        item
        for item in claims
        if item.claim.predicate == PG.parameterCount and item.claim.value == count
    )
