"""Receipts: the source of each value, so that a quotation can be checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import AcceptanceStatus, SourcedClaim
from provenance_graph.core.iris import ID, PREFIXES, Iri, local_name, short_id
from provenance_graph.core.rdf import claim_iri
from provenance_graph.core.results import AnswerObject, Cell
from provenance_graph.model.cells import value_json

MAX_RECEIPTS = 8
"""The most receipts of one value."""
MAX_CITED = 20
"""The most listed entities whose receipts are given; the number of all is given too."""
_ENTITIES = (ID, PREFIXES["licence"])
"""Beginnings of the IRIs of entities; an answer also names terms, documents and addresses."""
_SUBJECTS = ("iri", "subject", "model", "node", "name")


class Receipt(AnswerObject):
    """The evidence of a value: claim, record, document, basis, custody and retrieval.

    ``place`` is the location in the document, ``digest`` that of its bytes.
    """

    value: Cell
    asStated: str | None
    stance: str
    standing: str
    claim: str
    record: str
    document: str
    digest: str | None
    place: str | None
    basis: str
    custody: str
    publisher: str
    retrieved: str
    storeVersion: str


class ReceiptsOf(AnswerObject):
    """The receipts of an entity's accepted values, by property."""

    id: str
    iri: str
    storeVersion: str
    properties: dict[str, list[Receipt]]


def receipt(sourced: SourcedClaim, version: str) -> Receipt:
    """The receipt of one claim in one version of a store."""
    header = sourced.header
    return {
        "value": value_json(sourced.value),
        "asStated": sourced.claim.as_stated or None,
        "stance": sourced.claim.stance.label,
        "standing": sourced.status.label,
        "claim": claim_iri(header.record, sourced.claim),
        "record": header.record,
        "document": header.document,
        "digest": header.digest or None,
        "place": sourced.claim.locator or None,
        "basis": sourced.basis.label,
        "custody": header.custody.label,
        "publisher": short_id(header.publisher),
        "retrieved": header.retrieved,
        "storeVersion": version,
    }


def receipts(
    sourced: Iterable[SourcedClaim], version: str, limit: int = MAX_RECEIPTS
) -> list[Receipt]:
    """Receipts of claims, accepted ones first, at most ``limit``."""
    order = list(AcceptanceStatus)
    ranked = sorted(sourced, key=lambda one: (order.index(one.status), one.header.record))
    return [receipt(one, version) for one in ranked[:limit]]


def receipts_of(snapshot: AcceptedSnapshot, subjects: Sequence[Iri]) -> list[ReceiptsOf]:
    """For each entity, receipts of its accepted values and of rejected stances without a value."""
    return [_of(snapshot, subject) for subject in dict.fromkeys(subjects)]


def named_in(answer: object) -> Iterator[Iri]:
    """The entities that a JSON answer lists, in its order: the subject of each row."""
    if isinstance(answer, Mapping):
        for key in _SUBJECTS:
            own = answer.get(key)
            own = own.get("iri") if isinstance(own, Mapping) else own
            if isinstance(own, str) and own.startswith(("http://", "https://")):
                yield Iri(own)
                return
    inner: Iterable[object] = ()
    if isinstance(answer, Mapping):
        inner = answer.values()
    elif isinstance(answer, list | tuple):
        inner = answer
    for one in inner:
        yield from named_in(one)


class CitedAnswer(AnswerObject):
    """The receipts of the entities that an answer lists."""

    receipts: list[ReceiptsOf]
    receiptsOf: int  # of how many entities; receipts are of the first ones


def cited(snapshot: AcceptedSnapshot, subjects: Iterable[str]) -> CitedAnswer:
    """The receipts of the first entities that an answer lists, and the number of all."""
    listed = [Iri(one) for one in dict.fromkeys(subjects) if one.startswith(_ENTITIES)]
    return {
        "receipts": receipts_of(snapshot, listed[:MAX_CITED]),
        "receiptsOf": len(listed),
    }


def _of(snapshot: AcceptedSnapshot, subject: Iri) -> ReceiptsOf:
    subject = snapshot.canonical(subject)
    matches: dict[str, list[SourcedClaim]] = defaultdict(list)
    for sourced in snapshot.view(subject).claims:
        accepted = sourced.status is AcceptanceStatus.ACCEPTED
        if accepted or (
            sourced.claim.value is None and sourced.status is AcceptanceStatus.REJECTED
        ):
            matches[local_name(sourced.claim.predicate)].append(sourced)
    return {
        "id": short_id(subject),
        "iri": subject,
        "storeVersion": snapshot.version,
        "properties": {
            name: receipts(sourced, snapshot.version) for name, sourced in sorted(matches.items())
        },
    }
