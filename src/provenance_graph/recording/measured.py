"""Converts a comparison of weights to a record with claims of basis Measurement.

A confirmed parent is stated, a contradicted one denied (stance ``Denies``). A parent that is only
compatible or undetermined gives no claim.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Record, Stance
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG, PROV
from provenance_graph.formats import statements
from provenance_graph.formats.weights.kinship import Kinship, KinshipVerdict

COLLECTION = "measurements"
READER = "kinship"
_CONFIDENCE = Decimal("0.99")
"""The accuracy of the comparison on families of known descent.

Measured in ``tests/unit/formats/test_kinship.py``.
"""


def to_record(
    child: Iri, kinships: Mapping[Iri, Kinship], who: str, today: str, relation: Iri | None = None
) -> Record | None:
    """The record of the measurements of one model; None if no claim follows.

    ``relation`` is the declared derivation of the child; without it, the measured one is used.
    """
    claims = [
        claim
        for parent, kin in sorted(kinships.items())
        if (claim := _claim(child, parent, kin, relation)) is not None
    ]
    if not claims:
        return None
    publisher = iris.agent(who)
    claims += [
        *statements.is_a(publisher, PROV.Agent, who),
        *statements.is_a(child, PG.Model),
        *(claim for parent in kinships for claim in statements.is_a(parent, PG.Model)),
    ]
    key = hashlib.sha256("\x1f".join(sorted(kinships)).encode()).hexdigest()[:10]
    header = Header(
        record=iris.record(COLLECTION, f"{short_id(child)}/{key}", today),
        document=Iri(f"urn:provenance-graph:measurement:{key}"),
        publisher=publisher,
        retrieved=today,
        reader=READER,
        basis=Basis.MEASUREMENT,
        title=f"Weights compared by {who}",
        custody=Custody.ASSERTED,
    )
    return Record(header, tuple(claims)).sort()


def _claim(child: Iri, parent: Iri, kin: Kinship, relation: Iri | None) -> Claim | None:
    location = f"{kin.sampled} tensors sampled"
    if kin.verdict is KinshipVerdict.CONFIRMED:
        seen = relation or kin.relation or PROV.wasDerivedFrom
        return Claim(
            child, seen, parent, as_stated=kin.how, locator=location, confidence=_CONFIDENCE
        )
    if kin.verdict is KinshipVerdict.CONTRADICTED:
        denied = relation or PROV.wasDerivedFrom
        return Claim(
            child,
            denied,
            parent,
            Stance.DENIES,
            as_stated=kin.how,
            locator=location,
            confidence=_CONFIDENCE,
        )
    return None
