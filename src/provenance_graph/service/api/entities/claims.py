"""Claims about an entity of any kind, as the API answers them."""

from __future__ import annotations

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.model.answers import ClaimsAnswer
from provenance_graph.model.cells import claim_json, claim_labels
from provenance_graph.model.fields import property_named
from provenance_graph.recording import flags


def claims_about(snapshot: AcceptedSnapshot, subject: Iri, property: str) -> ClaimsAnswer:
    """The claims about an entity, or about one ``property`` of it, each with its flags.

    Raises NotFound or UsageError for an unknown property, as ``property_named`` does.
    """
    predicate = property_named(snapshot, property) if property else None
    stored = snapshot.claims(subject, predicate)
    labels = claim_labels(snapshot, stored)
    answer: ClaimsAnswer = {
        "id": short_id(subject),
        "iri": subject,
        "asOf": snapshot.as_of or None,
        "claims": [claim_json(one, labels) for one in stored],
    }
    for one in answer["claims"]:
        one["flags"] = flags(snapshot, Iri(one["claim"]), Iri(one["record"]))
    return answer
