"""Definitions of MLDCAT-AP 3.1's classes and fields, and of how each kind of value is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from provenance_graph.core.iris import Iri
from provenance_graph.formats.fields.jsonld import DCT, PROV
from provenance_graph.formats.mldcat.vocabularies import (
    BIRO,
    DCAT,
    DQV,
    FOAF,
    IT6,
    LPWC,
    MLS,
    ODRL,
    SKOS,
    SPDX,
)


class ValueKind(Enum):
    """The kind of a field's value, which determines how it is read and written."""

    TEXT = "text"
    TITLE = "title"
    DATE = "date"
    COUNT = "count"
    LANGUAGE = "language"
    LINK = "link"
    LICENCE = "licence"
    AGENT = "agent"
    MODEL = "model"
    DATASET = "dataset"
    MODALITY = "modality"
    FILE = "file"
    REFERENCE = "reference"
    REPOSITORY = "repository"
    RISK = "risk"
    DISTRIBUTION = "distribution"
    IDENTITY = "identity"
    PART = "part"
    """A value of a part, such as a file, which is read with the node that refers to the part."""
    STATED = "as stated"
    NOT_PROVENANCE = "not provenance"


@dataclass(frozen=True, slots=True)
class ProfileField:
    """A property of a class: its key in the context, its IRI, our term, and its kind of value."""

    name: str
    iri: Iri
    kind: ValueKind
    term: Iri | None = None
    note: str = ""

    @property
    def is_node(self) -> bool:
        """Whether the value is a node or an address rather than a literal."""
        return self.name in _NODES or self.kind in _NODE_KINDS


_NODE_KINDS = frozenset(
    {
        ValueKind.LINK,
        ValueKind.LICENCE,
        ValueKind.AGENT,
        ValueKind.MODEL,
        ValueKind.DATASET,
        ValueKind.MODALITY,
        ValueKind.FILE,
        ValueKind.REFERENCE,
        ValueKind.REPOSITORY,
        ValueKind.RISK,
        ValueKind.DISTRIBUTION,
    }
)
_NODE_VALUED = """
Agent.actedOnBehalfOf Algorithm.hasAlgorithmType Algorithm.hasLearningMethodType
BibliographicReference.references Catalogue.creator Catalogue.dataset Catalogue.homepage
Catalogue.licence Catalogue.publisher Catalogue.record Catalogue.service
CatalogueRecord.primaryTopic Checksum.algorithm Collection.hasUploader Collection.visibility
ComputerInfrastructure.hasHardware ComputerInfrastructure.hasLibrary DataService.endpointUrl
DataService.servesDataset DataService.servesModel Dataset.accessRights Dataset.contributor
Dataset.geographicalCoverage Dataset.hasVersion Dataset.isVersionOf Dataset.language
Dataset.status Dataset.theme Dataset.type Dataset.visibility Dataset.wasGeneratedBy
Distribution.accessService Distribution.accessUrl Distribution.checksum
Distribution.downloadUrl Distribution.format Distribution.hasData Distribution.hasFeature
Distribution.hasPolicy Distribution.hasQualityMeasurement Distribution.language
Distribution.licence Distribution.linkedSchemas Distribution.mediaType
EstimationProcedure.hasParameter EstimationProcedure.hasSplit EstimationProcedure.type
Evaluation.hasFlow Feature.type File.checksum File.format File.url Flow.hasDependency
Flow.hasFlowParameter Flow.hasUploader Flow.status FlowParameter.type HarmRisk.nature
HarmRisk.source HarmRisk.type Library.isExecutedBy Library.licence
MachineLearningModel.hasBenchmark MachineLearningModel.hasEngagement
MachineLearningModel.hasPrediction MachineLearningModel.hasRegisteredUser
MachineLearningModel.hasVariation MachineLearningModel.isFundedBy
MachineLearningModel.language MachineLearningModel.logo MachineLearningModel.ranOn
MachineLearningModel.type MachineLearningModel.contributor Modality.classification
OutputFileDescription.url Paper.creator Paper.hasDocument Paper.hasModel Paper.hasRepository
Paper.references Prediction.format Prediction.hasPredictionFeature PredictionFeature.type
QualityMeasurement.dataset QualityMeasurement.featureIndex QualityMeasurement.type
Repository.hasFile Run.executes Run.hasEvaluation Run.hasFlow Run.hasInferencingImpact
Run.hasOutputFileDescription Run.hasOutputFilePrediction Run.hasParameter Run.hasTask
Run.hasTrainingImpact Run.hasUploader RunCollection.hasRun Split.isAppliedTo Split.type
Task.hasCostMatrix Task.hasEstimationProcedure Task.hasEvaluationMeasure Task.hasOutput
Task.hasTaskType Task.sourceData Task.targetFeature TaskCollection.hasTask
"""
_NODES = frozenset(_NODE_VALUED.split())

CLASSES: Mapping[str, Iri] = MappingProxyType(
    {
        name: Iri(base + local)
        for base, names in (
            (
                IT6,
                "Benchmark Collection ComputerInfrastructure CostMatrix DataQuality Engagement "
                "EnvironmentalImpact EstimationProcedure Evaluation EvaluationMeasure Feature "
                "File Flow FlowParameter Hardware HarmRisk Library MachineLearningModel Measure "
                "Modality OutputFileDescription Parameter Prediction PredictionFeature Run "
                "RunCollection Split Task TaskCollection TaskType",
            ),
            (
                DCAT,
                "Catalogue=Catalog CatalogueRecord=CatalogRecord CataloguedResource=Resource "
                "DataService Dataset Distribution",
            ),
            (
                DCT,
                "LicenceDocument=LicenseDocument LinguisticSystem Location MediaType "
                "MediaTypeOrExtent RightsStatement Standard",
            ),
            (FOAF, "Agent Document"),
            (SPDX, "Checksum ChecksumAlgorithm"),
            (BIRO, "BibliographicReference"),
            (LPWC, "Paper=paper Repository=repository"),
            (DQV, "QualityMeasurement QualityMeasurementDataset"),
            (ODRL, "Policy"),
            (PROV, "Activity"),
            (MLS, "Algorithm"),
            (SKOS, "Concept"),
        )
        for entry in names.split()
        for name, _, renamed in [entry.partition("=")]
        for local in [renamed or name]
    }
)
"""The profile's classes by their name in its context."""
