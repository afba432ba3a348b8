"""A licence's permissions, duties and prohibitions as an ODRL 2.2 policy, in JSON-LD.

ODRL has no word for most terms of model licences: those keep our own IRIs as actions, which are
declared as parts of ``odrl:use`` with their label, so that nothing is lost.
https://www.w3.org/TR/odrl-model/
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph.core.iris import mint
from provenance_graph.licences.texts.catalogue import Catalogue, Licence

Json = dict[str, Any]
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "use": "use",
        "modify": "modify",
        "distribute": "distribute",
        "commercial": "commercialize",
        "sublicense": "grantUse",
        "attribution": "attribute",
        "share-alike": "cc:ShareAlike",
        "keep-notices": "cc:Notice",
        "source-disclosure": "cc:SourceCode",
        "non-commercial": "commercialize",
        "no-derivatives-shared": "cc:DerivativeWorks",
    }
)
"""Our terms that ODRL and its Creative Commons profile have a word for."""

_THRESHOLDS = {
    "users-above-threshold": ("thresholdUsers", "users"),
    "revenue-above-threshold": ("thresholdRevenueUSD", "revenue"),
    "royalty-above-revenue": ("thresholdRevenueUSD", "revenue"),
}


def as_odrl(licence: Licence, catalogue: Catalogue) -> Json:
    """The policy of a licence; raises nothing, an unread licence has no rules."""
    own: dict[str, Json] = {}

    def action(kind: str, key: str, label: str) -> str:
        if key in ACTIONS:
            return ACTIONS[key]
        iri = str(mint(kind, key))
        own[iri] = {"@id": iri, "@type": "Action", "includedIn": "use", "rdfs:label": label}
        return iri

    def rule(kind: str, key: str) -> Json:
        clause = licence.clause(key)
        json: Json = {"action": action(kind, key, catalogue.conditions[key].label)}
        if clause.place or clause.text:
            json["dcterms:description"] = ": ".join(filter(None, (clause.place, clause.text)))
        if key in _THRESHOLDS:
            term, field = _THRESHOLDS[key]
            limit = getattr(licence, field)
            if limit is not None:
                json["constraint"] = [
                    {"leftOperand": f"pg:{term}", "operator": "gt", "rightOperand": limit}
                ]
        return json

    duties = [rule("duty", key) for key in licence.duties]
    permissions: list[Json] = [
        {"action": ACTIONS.get(key, str(mint("permission", key)))} for key in sorted(licence.grants)
    ]
    for one in permissions:
        if one["action"] == "distribute" and duties:
            one["duty"] = duties
    policy: Json = {
        "@context": [
            "http://www.w3.org/ns/odrl.jsonld",
            {
                "pg": "https://w3id.org/provenance-graph/ns#",
                "dcterms": "http://purl.org/dc/terms/",
                "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            },
        ],
        "@type": "Set",
        "uid": licence.iri,
        "dcterms:title": licence.label or licence.name,
        "permission": permissions,
        "prohibition": [rule("restriction", key) for key in licence.restrictions],
    }
    if not any(one["action"] == "distribute" for one in permissions):
        policy["obligation"] = duties
    if own:
        policy["@included"] = [own[iri] for iri in sorted(own)]
    return {key: value for key, value in policy.items() if value != []}
