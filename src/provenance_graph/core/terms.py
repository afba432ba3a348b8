"""Terms of the ontology and of the vocabularies it reuses, as attributes of namespaces.

``PG.contextLength`` is the IRI of the project's term ``contextLength``. The terms are not listed in
code: the ontology defines them, and a test checks every attribute that the code names against it.
"""

from __future__ import annotations

from provenance_graph.core.iris import PREFIXES, Iri


class Namespace:
    """The terms of one vocabulary as attributes.

    >>> Namespace("https://example.org/ns#").title
    Iri('https://example.org/ns#title')
    """

    def __init__(self, base: str) -> None:
        self._base = base

    def __getattr__(self, name: str) -> Iri:
        if name.startswith("__"):
            raise AttributeError(name)
        term = Iri(self._base + name)
        setattr(self, name, term)  # later look-ups do not call this method
        return term


DCTERMS = Namespace(PREFIXES["dcterms"])
DQV = Namespace(PREFIXES["dqv"])
PAV = Namespace(PREFIXES["pav"])
PG = Namespace(PREFIXES["pg"])
PROV = Namespace(PREFIXES["prov"])
RDF = Namespace(PREFIXES["rdf"])
RDFS = Namespace(PREFIXES["rdfs"])
SCHEMA = Namespace(PREFIXES["schema"])
SKOS = Namespace(PREFIXES["skos"])
XSD = Namespace(PREFIXES["xsd"])

# Groups the code reasons with

DERIVATIONS: tuple[Iri, ...] = (
    PG.fineTunedFrom,
    PG.adapterOf,
    PG.quantizedFrom,
    PG.mergedFrom,
    PG.distilledFrom,
    PG.continuedFrom,
    PG.convertedFrom,
    PG.prunedFrom,
    PG.postTrainedFrom,
)
"""Sub-properties of ``prov:wasDerivedFrom``: the child's weights come from the parent's."""

PARENT_RELATIONS: tuple[Iri, ...] = (*DERIVATIONS, PROV.wasDerivedFrom)
"""DERIVATIONS and their super-property, which sources use when they do not say how."""

ALL_DERIVATIONS = frozenset(PARENT_RELATIONS)
"""PARENT_RELATIONS as a set."""

TRANSFORMER_SIZES: tuple[Iri, ...] = (
    PG.layerCount,
    PG.hiddenSize,
    PG.feedForwardSize,
    PG.vocabularySize,
    PG.attentionHeadCount,
)
"""The sizes of a transformer from which its parameters can be counted."""

NUMERIC_TYPES = frozenset({XSD.integer, XSD.decimal, XSD.double})
"""The numeric datatypes of fact values."""

DATA_USES: tuple[Iri, ...] = (PG.trainedOn, PG.testedOn, PG.validatedOn)
"""Properties from a model to a dataset that it uses."""

INFLUENCES: tuple[Iri, ...] = (
    PG.trainedOn,
    PG.usedSyntheticDataFrom,
    PG.usedRewardModel,
    PG.usedJudge,
    PG.usesComponent,
    PG.generatedBy,
    PG.benchmarkDataSeen,
)
"""Sub-properties of ``prov:wasInfluencedBy``: relations in which no weights are passed on."""

TRAININGS: tuple[Iri, ...] = (PG.pretrainedOn, PG.finetunedOn, PG.preferenceTrainedOn)
"""Sub-properties of ``pg:trainedOn``; readers state both, since lineage reads only the latter."""

DATASET_RELATIONS: tuple[Iri, ...] = (PG.subsetOf, PG.dedupedFrom, PG.adaptedFrom)
"""Relations between datasets: subset, deduplicated copy, translation or reformatting."""

DISCLOSURES: dict[Iri, Iri] = {
    PG.Disclosed: PG.disclosed,
    PG.Undisclosed: PG.undisclosed,
    PG.Withheld: PG.withheld,
    PG.PartiallyDisclosed: PG.partlyDisclosed,
    PG.NotApplicable: PG.notApplicable,
    PG.Contradicted: PG.contradicted,
}
"""Disclosure status to the property that states it in the accepted view."""
