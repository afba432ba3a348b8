"""A licence's permissions, duties and prohibitions as an ODRL 2.2 policy, in JSON-LD.

ODRL has no action for most terms of model licences: those keep our own IRIs as actions, which are
declared as parts of ``odrl:use`` with their label, so that nothing is lost. Such a policy names our
vocabulary as its profile (2.1). The target is every asset under the licence (2.6.1). Clauses on the
end of the licence, or left to the licensor, are no rules for users of the model: they are listed
beside the rules as ``pg:restricts``. https://www.w3.org/TR/odrl-model/
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from provenance_graph.core.iris import ID, mint
from provenance_graph.core.json_values import JsonObject
from provenance_graph.licences.texts.catalogue import Catalogue, Licence

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "use": "use",
        "modify": "modify",
        "distribute": "distribute",
        "commercial": "cc:CommercialUse",
        "sublicense": "grantUse",
        "attribution": "attribute",
        "share-alike": "cc:ShareAlike",
        "keep-notices": "cc:Notice",
        "source-disclosure": "cc:SourceCode",
        "non-commercial": "cc:CommercialUse",
        "no-derivatives-shared": "cc:DerivativeWorks",
    }
)
"""Terms of ours that have an action in ODRL or its Creative Commons profile."""

NO_RULES = frozenset(
    {
        "aup-latest-version-binds",
        "guardrail-bypass-terminates",
        "litigation-termination",
        "output-data-covered",
        "output-owned-by-licensor",
        "patent-retaliation",
        "remote-restriction-right",
        "revocable-at-any-time",
    }
)
"""Restrictions that forbid no action: how rights end, what the licensor may do, what is covered."""

_THRESHOLDS = {
    "users-above-threshold": ("thresholdUsers", "users"),
    "revenue-above-threshold": ("thresholdRevenueUSD", "revenue"),
    "royalty-above-revenue": ("thresholdRevenueUSD", "revenue"),
}

PROFILE = "https://w3id.org/provenance-graph/ns"
"""The vocabulary whose terms a policy uses beside those of ODRL."""


def as_odrl(licence: Licence, catalogue: Catalogue) -> JsonObject:
    """The ODRL policy of a licence as JSON-LD; empty for a licence whose terms are not described.

    A policy without a rule is not valid.
    """
    policy = _Policy(licence, catalogue)
    rules = policy.rules()
    if not rules:
        return {}
    json: JsonObject = {
        "@context": [
            "http://www.w3.org/ns/odrl.jsonld",
            {
                "pg": "https://w3id.org/provenance-graph/ns#",
                "cc": "http://creativecommons.org/ns#",
                "dcterms": "http://purl.org/dc/terms/",
                "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            },
        ],
        "@type": "Set",
        "uid": licence.iri,
        "profile": PROFILE,
        "dcterms:title": licence.label or licence.name,
        "target": {
            "@type": "AssetCollection",
            "source": ID,
            "refinement": [
                {
                    "leftOperand": "dcterms:license",
                    "operator": "eq",
                    "rightOperand": {"@id": licence.iri},
                }
            ],
        },
        **rules,
    }
    others = [policy.clause(key) for key in licence.restrictions if key in NO_RULES]
    if others:
        json["pg:restricts"] = others
    json["@included"] = [policy.declared[iri] for iri in sorted(policy.declared)]
    return json


class _Policy:
    """The rules of one licence, with declarations of the terms of our own that they use."""

    def __init__(self, licence: Licence, catalogue: Catalogue) -> None:
        self._licence = licence
        self._catalogue = catalogue
        self.declared: dict[str, JsonObject] = {
            "dcterms:license": {"@id": "dcterms:license", "@type": "LeftOperand"}
        }

    def rules(self) -> JsonObject:
        """Permissions with their duties, prohibitions, and duties without a permission."""
        licence = self._licence
        actions = {
            key: self._action("permission", key, key.replace("-", " "))
            for key in sorted(licence.grants)
        }
        duties: dict[str, list[JsonObject]] = {use: [] for use in actions}
        alone: list[JsonObject] = []
        for key in licence.duties:
            rule = self._rule("duty", key)
            uses = self._catalogue.conditions[key].conditions
            of = [duties[use] for use in sorted(uses) if use in duties]
            if not of and "use" in duties:
                of = [duties["use"]]
            for duties_of_use in of or [alone]:
                duties_of_use.append(rule)
        rules: dict[str, list[JsonObject]] = {
            "permission": [
                {"action": action, "duty": duties[use]} if duties[use] else {"action": action}
                for use, action in actions.items()
            ],
            "prohibition": [
                self._rule("restriction", key)
                for key in licence.restrictions
                if key not in NO_RULES
            ],
            "obligation": alone,
        }
        return {kind: some for kind, some in rules.items() if some}

    def clause(self, key: str) -> JsonObject:
        """A clause that is no rule, as JSON-LD with its label and place."""
        label = self._catalogue.conditions[key].label
        return {"@id": str(mint("restriction", key)), "rdfs:label": label, **self._informative(key)}

    def _informative(self, key: str) -> JsonObject:
        clause = self._licence.clause(key)
        text = ": ".join(filter(None, (clause.location, clause.text)))
        return {"dcterms:description": text} if text else {}

    def _action(self, kind: str, key: str, label: str) -> str:
        if key in ACTIONS:
            return ACTIONS[key]
        iri = str(mint(kind, key))
        self.declared[iri] = {
            "@id": iri,
            "@type": "Action",
            "includedIn": "use",
            "rdfs:label": label,
        }
        return iri

    def _rule(self, kind: str, key: str) -> JsonObject:
        label = self._catalogue.conditions[key].label
        json: JsonObject = {"action": self._action(kind, key, label), **self._informative(key)}
        term, field = _THRESHOLDS.get(key, ("", ""))
        limit = getattr(self._licence, field) if field else None
        if limit is not None:
            operand = f"pg:{term}"
            self.declared[operand] = {"@id": operand, "@type": "LeftOperand"}
            json["constraint"] = [{"leftOperand": operand, "operator": "gt", "rightOperand": limit}]
        return json
