"""Terms of the ontology and of the vocabularies it borrows, as attributes of namespaces.

``PG.contextLength`` is the IRI of our term ``contextLength``. Nothing lists the terms twice: the
ontology defines them, and a test checks every attribute that the code names against it.
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
        setattr(self, name, term)  # found without this method from now on
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
"""Sub-properties of ``prov:wasDerivedFrom``: weights of one came from the other."""

PARENT_RELATIONS: tuple[Iri, ...] = (*DERIVATIONS, PROV.wasDerivedFrom)
"""Those, and the property above them, which a source uses that does not say how."""

ALL_DERIVATIONS = frozenset(PARENT_RELATIONS)
"""The same, to look one up."""

TRANSFORMER_SIZES: tuple[Iri, ...] = (
    PG.layerCount,
    PG.hiddenSize,
    PG.feedForwardSize,
    PG.vocabularySize,
    PG.attentionHeadCount,
)
"""The sizes of a transformer from which its parameters can be counted."""

NUMERIC_TYPES = frozenset({XSD.integer, XSD.decimal, XSD.double})
"""The datatypes of numbers in values of facts."""

DATA_USES: tuple[Iri, ...] = (PG.trainedOn, PG.testedOn, PG.validatedOn)
"""What a model and a dataset may have to do with each other."""

INFLUENCES: tuple[Iri, ...] = (
    PG.trainedOn,
    PG.usedSyntheticDataFrom,
    PG.usedRewardModel,
    PG.usedJudge,
    PG.usesComponent,
    PG.generatedBy,
    PG.benchmarkDataSeen,
)
"""Sub-properties of ``prov:wasInfluencedBy``: no weights passed."""

TRAININGS: tuple[Iri, ...] = (PG.pretrainedOn, PG.finetunedOn, PG.preferenceTrainedOn)
"""Sub-properties of ``pg:trainedOn``: readers state it beside them, since lineage asks for it alone."""

DATASET_RELATIONS: tuple[Iri, ...] = (PG.subsetOf, PG.dedupedFrom, PG.adaptedFrom)
"""How one dataset is made from another: a part, without repeats, translated or reformatted."""

DISCLOSURES: dict[Iri, Iri] = {
    PG.Disclosed: PG.disclosed,
    PG.Undisclosed: PG.undisclosed,
    PG.Withheld: PG.withheld,
    PG.PartiallyDisclosed: PG.partlyDisclosed,
    PG.NotApplicable: PG.notApplicable,
    PG.Contradicted: PG.contradicted,
}
"""Disclosure status to the property that states it in the accepted view."""
