"""Terms of the ontology and of the vocabularies it borrows, as constants.

A test holds this module and ``ontology/*.ttl`` equal: every term of ours is in both.
"""

from __future__ import annotations

from provenance_graph.names import NS, PREFIXES, Iri


def _pg(name: str) -> Iri:
    return Iri(NS + name)


# Classes: things and identity
MODEL_FAMILY_CLASS = _pg("ModelFamily")
MODEL_CLASS = _pg("Model")
MODEL_VERSION_CLASS = _pg("ModelVersion")
CONFIGURATION_CLASS = _pg("Configuration")
ARTIFACT_CLASS = _pg("Artifact")
ALIAS_BINDING_CLASS = _pg("AliasBinding")
ORGANIZATION_CLASS = _pg("Organization")
DATASET_CLASS = _pg("Dataset")
LICENCE_CLASS = _pg("Licence")
TOKENIZER_CLASS = _pg("Tokenizer")
TRAINING_STAGE_CLASS = _pg("TrainingStage")
UNRESOLVED_REFERENCE_CLASS = _pg("UnresolvedReference")
OFFER_CLASS = _pg("Offer")

# Classes: claims and records
SOURCE_RECORD_CLASS = _pg("SourceRecord")
CLAIM_CLASS = _pg("Claim")
ACCEPTANCE_POLICY_CLASS = _pg("AcceptancePolicy")
FACT_PROPERTY_CLASS = _pg("FactProperty")
SINGLE_VALUED_FACT_CLASS = _pg("SingleValuedFact")
EXHAUSTIVE_FACT_CLASS = _pg("ExhaustiveFact")

# Classes: evaluation and assessment
BENCHMARK_CLASS = _pg("Benchmark")
EVALUATION_RESULT_CLASS = _pg("EvaluationResult")
RANK_ENTRY_CLASS = _pg("RankEntry")
RANKING_CLASS = _pg("Ranking")
ASSESSMENT_SCHEME_CLASS = _pg("AssessmentScheme")
PILLAR_CLASS = _pg("Pillar")
CRITERION_CLASS = _pg("Criterion")
ITEM_CLASS = _pg("Item")
ASSESSMENT_CLASS = _pg("Assessment")
CRITERION_RESULT_CLASS = _pg("CriterionResult")

# Classes: licence terms
PERMISSION_CLASS = _pg("Permission")
DUTY_CLASS = _pg("Duty")
RESTRICTION_CLASS = _pg("Restriction")
PASS_THROUGH_CLASS = _pg("PassThrough")
LICENCE_RULE_CLASS = _pg("LicenceRule")
PLANNED_USE_CLASS = _pg("PlannedUse")
LICENCE_CLAUSE_CLASS = _pg("LicenceClause")
DERIVATION_KIND_CLASS = _pg("DerivationKind")
CARRY_CLASS = _pg("Carry")
CONDITION_GROUP_CLASS = _pg("ConditionGroup")

# Class: qualified derivation
DERIVATION_CLASS = _pg("Derivation")

# The specification: size and limits
PARAMETER_COUNT = _pg("parameterCount")
ACTIVE_PARAMETER_COUNT = _pg("activeParameterCount")
EMBEDDING_PARAMETER_COUNT = _pg("embeddingParameterCount")
CONTEXT_LENGTH = _pg("contextLength")
MAX_INPUT_TOKENS = _pg("maxInputTokens")
MAX_OUTPUT_TOKENS = _pg("maxOutputTokens")

# The specification: what goes in and out
INPUT_MODALITY = _pg("inputModality")
OUTPUT_MODALITY = _pg("outputModality")
TASK = _pg("task")
REASONING_MODE = _pg("reasoningMode")
TOOL_USE = _pg("toolUse")

# The specification: architecture
ARCHITECTURE_FAMILY = _pg("architectureFamily")
ARCHITECTURE_CLASS = _pg("architectureClass")
MODEL_TYPE = _pg("modelType")
SPARSITY = _pg("sparsity")
EXPERT_COUNT = _pg("expertCount")
ACTIVE_EXPERT_COUNT = _pg("activeExpertCount")
SHARED_EXPERT_COUNT = _pg("sharedExpertCount")
EXPERT_INTERMEDIATE_SIZE = _pg("expertIntermediateSize")
DENSE_LAYER_COUNT = _pg("denseLayerCount")
ATTENTION_MECHANISM = _pg("attentionMechanism")
ATTENTION_HEAD_COUNT = _pg("attentionHeadCount")
KEY_VALUE_HEAD_COUNT = _pg("keyValueHeadCount")
HEAD_DIMENSION = _pg("headDimension")
KEY_VALUE_LORA_RANK = _pg("keyValueLoraRank")
QUERY_LORA_RANK = _pg("queryLoraRank")
POSITION_EMBEDDING = _pg("positionEmbedding")
ROPE_THETA = _pg("ropeTheta")
ROPE_SCALING = _pg("ropeScaling")
SLIDING_WINDOW_ATTENTION = _pg("slidingWindowAttention")
SLIDING_WINDOW_SIZE = _pg("slidingWindowSize")
NORMALIZATION = _pg("normalization")
ACTIVATION_FUNCTION = _pg("activationFunction")
HIDDEN_SIZE = _pg("hiddenSize")
LAYER_COUNT = _pg("layerCount")
FEED_FORWARD_SIZE = _pg("feedForwardSize")
EMBEDDING_DIMENSION = _pg("embeddingDimension")
MULTI_TOKEN_PREDICTION_HEAD_COUNT = _pg("multiTokenPredictionHeadCount")
TOKENIZER = _pg("tokenizer")
VOCABULARY_SIZE = _pg("vocabularySize")
TIED_EMBEDDINGS = _pg("tiedEmbeddings")
WEIGHT_PRECISION = _pg("weightPrecision")
QUANTIZATION_METHOD = _pg("quantizationMethod")
QUANTIZATION_BITS = _pg("quantizationBits")
FILE_FORMAT = _pg("fileFormat")

# The specification: knowledge, data and training
KNOWLEDGE_CUTOFF = _pg("knowledgeCutoff")
TRAINING_DATA_CUTOFF = _pg("trainingDataCutoff")
TRAINING_TOKEN_COUNT = _pg("trainingTokenCount")
TRAINING_COMPUTE_FLOP = _pg("trainingComputeFLOP")
TRAINING_HARDWARE = _pg("trainingHardware")
ACCELERATOR_COUNT = _pg("acceleratorCount")
ACCELERATOR_HOURS = _pg("acceleratorHours")
COMPUTE_PROVIDER = _pg("computeProvider")
TRAINING_DURATION_DAYS = _pg("trainingDurationDays")
TRAINING_ENERGY_M_WH = _pg("trainingEnergyMWh")
TRAINING_CO2E_TONNES = _pg("trainingCO2eTonnes")
TRAINING_COST_USD = _pg("trainingCostUSD")
TRAINING_METHOD = _pg("trainingMethod")
TRAINING_STAGE = _pg("trainingStage")
TRAINING_FRAMEWORK = _pg("trainingFramework")
CHECKPOINT_COUNT = _pg("checkpointCount")
DATA_ACQUISITION = _pg("dataAcquisition")
DATA_DOMAIN_SHARE = _pg("dataDomainShare")
DATA_LANGUAGE_SHARE = _pg("dataLanguageShare")
DATA_FILTERING = _pg("dataFiltering")
DATA_OBTAINABLE = _pg("dataObtainable")
PERSONAL_DATA_HANDLING = _pg("personalDataHandling")

# The specification: access and operation
WEIGHTS_AVAILABILITY = _pg("weightsAvailability")
MINIMUM_MEMORY_GB = _pg("minimumMemoryGB")
MINIMUM_HARDWARE = _pg("minimumHardware")
FRAMEWORK = _pg("framework")
SAFETY_LEVEL = _pg("safetyLevel")
LIFECYCLE = _pg("lifecycle")
DEPRECATION_DATE = _pg("deprecationDate")
RETIREMENT_DATE = _pg("retirementDate")
VERSIONING_SCHEME = _pg("versioningScheme")
CHANGELOG = _pg("changelog")
WEIGHTS_LOCATION = _pg("weightsLocation")
TRAINING_CODE = _pg("trainingCode")
INFERENCE_CODE = _pg("inferenceCode")
EVALUATION_CODE = _pg("evaluationCode")
PAPER = _pg("paper")
MODEL_CARD = _pg("modelCard")
HOMEPAGE = _pg("homepage")
CODE_REPOSITORY = _pg("codeRepository")
HUB_REPOSITORY = _pg("hubRepository")
TERMS_OF_USE = _pg("termsOfUse")
SYSTEM_CARD = _pg("systemCard")
USAGE_POLICY = _pg("usagePolicy")

# Claims
ABOUT = _pg("about")
PROPERTY = _pg("property")
VALUE = _pg("value")
VALUE_AS_STATED = _pg("valueAsStated")
STANCE = _pg("stance")
BASIS = _pg("basis")
LOCATOR = _pg("locator")
CONFIDENCE = _pg("confidence")
DATE_PRECISION = _pg("datePrecision")
VALID_FROM = _pg("validFrom")
VALID_UNTIL = _pg("validUntil")
UNUSABLE = _pg("unusable")
DEFAULT_BASIS = _pg("defaultBasis")
OF_DOCUMENT = _pg("ofDocument")
DIGEST = _pg("digest")
READER = _pg("reader")
READER_VERSION = _pg("readerVersion")
SOURCE_LICENCE = _pg("sourceLicence")
ATTRIBUTION = _pg("attribution")
PROBLEM_COUNT = _pg("problemCount")

# Identity
DESCRIBED_AS = _pg("describedAs")
SOURCE_NAME = _pg("sourceName")
MAPPING_STATE = _pg("mappingState")
ALIAS = _pg("alias")
RESOLVES_TO = _pg("resolvesTo")

# Disclosure
UNDISCLOSED = _pg("undisclosed")
WITHHELD = _pg("withheld")
PARTLY_DISCLOSED = _pg("partlyDisclosed")
NOT_APPLICABLE = _pg("notApplicable")
CONTESTED = _pg("contested")
CONTRADICTED = _pg("contradicted")

# Lineage
FINE_TUNED_FROM = _pg("fineTunedFrom")
ADAPTER_OF = _pg("adapterOf")
QUANTIZED_FROM = _pg("quantizedFrom")
MERGED_FROM = _pg("mergedFrom")
DISTILLED_FROM = _pg("distilledFrom")
CONTINUED_FROM = _pg("continuedFrom")
CONVERTED_FROM = _pg("convertedFrom")
PRUNED_FROM = _pg("prunedFrom")
POST_TRAINED_FROM = _pg("postTrainedFrom")
USES_COMPONENT = _pg("usesComponent")
TRAINED_ON = _pg("trainedOn")
USED_SYNTHETIC_DATA_FROM = _pg("usedSyntheticDataFrom")
USED_REWARD_MODEL = _pg("usedRewardModel")
USED_JUDGE = _pg("usedJudge")
GENERATED_BY = _pg("generatedBy")
DERIVATION = _pg("derivation")
MERGE_WEIGHT = _pg("mergeWeight")
MERGE_METHOD = _pg("mergeMethod")
DERIVATION_METHOD = _pg("derivationMethod")
UNRESOLVED_TEXT = _pg("unresolvedText")

# Licences
OSI_APPROVED = _pg("osiApproved")
LICENCE_FAMILY = _pg("licenceFamily")
OPENNESS = _pg("openness")
GRANTS = _pg("grants")
REQUIRES = _pg("requires")
RESTRICTS = _pg("restricts")
PASS_THROUGH = _pg("passThrough")
DERIVATION_KIND = _pg("derivationKind")
CARRIES = _pg("carries")
CONDITION_TEXT = _pg("conditionText")
THRESHOLD_USERS = _pg("thresholdUsers")
THRESHOLD_REVENUE_USD = _pg("thresholdRevenueUSD")
NAME_PREFIX = _pg("namePrefix")
DISPLAY_TEXT = _pg("displayText")
TEXT_SEEN = _pg("textSeen")
TEXT_VERSION = _pg("textVersion")
HUB_TOKEN = _pg("hubToken")
SCANCODE_KEY = _pg("scancodeKey")
CLAUSE = _pg("clause")
SEVERITY = _pg("severity")
RATIONALE = _pg("rationale")
REMEDY = _pg("remedy")
CAVEAT = _pg("caveat")
CONDITION_GROUP = _pg("conditionGroup")
PASSES_GROUP = _pg("passesGroup")
CARRY_MODE = _pg("carryMode")
COVERS_RELATION = _pg("coversRelation")
BINDS_DERIVATIVES = _pg("bindsDerivatives")
BLOCKS_USE = _pg("blocksUse")
CONDITIONS_USE = _pg("conditionsUse")
NEEDS_PERMISSION = _pg("needsPermission")
COMPARED_WITH = _pg("comparedWith")
NOTICE_TEXT = _pg("noticeText")
TERMS_LIKE = _pg("termsLike")

# Evaluation and ranks
EVALUATION_OF = _pg("evaluationOf")
BENCHMARK = _pg("benchmark")
SCORE = _pg("score")
MAX_SCORE = _pg("maxScore")
METRIC = _pg("metric")
SETUP = _pg("setup")
EVALUATOR = _pg("evaluator")
METRIC_UNIT = _pg("metricUnit")
RANK_OF = _pg("rankOf")
RANK = _pg("rank")
RANKING = _pg("ranking")
POPULATION = _pg("population")
HARNESS = _pg("harness")
INDEPENDENCE = _pg("independence")

# Offers of providers
OFFER_OF = _pg("offerOf")
PROVIDER = _pg("provider")
INPUT_PRICE_USD = _pg("inputPriceUSD")
OUTPUT_PRICE_USD = _pg("outputPriceUSD")
PROVIDER_MODEL_ID = _pg("providerModelId")

# Assessment
ASSESSMENT_OF = _pg("assessmentOf")
SCHEME = _pg("scheme")
CRITERION = _pg("criterion")
ITEM = _pg("item")
WEIGHT = _pg("weight")
LEVEL = _pg("level")
VERDICT = _pg("verdict")
RUBRIC_VERSION = _pg("rubricVersion")
USES_PROPERTY = _pg("usesProperty")
EVIDENCE_RULE = _pg("evidenceRule")
CRITERION_TEXT = _pg("criterionText")
ASSESSED_SUBJECT = _pg("assessedSubject")
SCHEME_KIND = _pg("schemeKind")
PART_OF = _pg("partOf")
ORDER = _pg("order")
GRADE = _pg("grade")

# Artifacts
ARTIFACT_OF = _pg("artifactOf")
FILE_NAME = _pg("fileName")
BYTE_SIZE = _pg("byteSize")

# Policy
BASIS_ORDER = _pg("basisOrder")
NEVER_ACCEPTED = _pg("neverAccepted")
TIE_BREAK = _pg("tieBreak")

# Code lists: a scheme, then its members
STANCE_SCHEME = _pg("StanceScheme")
STATED = _pg("Stated")
PARTLY_STATED = _pg("PartlyStated")
NOT_STATED = _pg("NotStated")
REPORTS_UNDISCLOSED = _pg("ReportsUndisclosed")
DECLINES_TO_DISCLOSE = _pg("DeclinesToDisclose")
REPORTS_INAPPLICABLE = _pg("ReportsInapplicable")
DECLARED_EMPTY = _pg("DeclaredEmpty")
DENIES = _pg("Denies")

BASIS_SCHEME = _pg("BasisScheme")
ARTIFACT_READING = _pg("ArtifactReading")
DEVELOPER_STATEMENT = _pg("DeveloperStatement")
MEASUREMENT = _pg("Measurement")
THIRD_PARTY_REPORT = _pg("ThirdPartyReport")
INFERENCE = _pg("Inference")
ESTIMATE = _pg("Estimate")

STANDING_SCHEME = _pg("StandingScheme")
ACCEPTED = _pg("Accepted")
ALTERNATIVE = _pg("Alternative")
REJECTED = _pg("Rejected")
SUPERSEDED = _pg("Superseded")

DISCLOSURE_SCHEME = _pg("DisclosureScheme")
DISCLOSED = _pg("Disclosed")
PARTIALLY_DISCLOSED = _pg("PartiallyDisclosed")
UNDISCLOSED_CODE = _pg("Undisclosed")
WITHHELD_CODE = _pg("Withheld")
NOT_APPLICABLE_CODE = _pg("NotApplicable")
CONTRADICTED_CODE = _pg("Contradicted")
NOT_RECORDED = _pg("NotRecorded")

PRECISION_SCHEME = _pg("PrecisionScheme")
DAY = _pg("Day")
MONTH = _pg("Month")
QUARTER = _pg("Quarter")
YEAR = _pg("Year")

MODALITY_SCHEME = _pg("ModalityScheme")
TEXT = _pg("Text")
IMAGE = _pg("Image")
AUDIO = _pg("Audio")
VIDEO = _pg("Video")
SPEECH = _pg("Speech")
DOCUMENT = _pg("Document")
EMBEDDING = _pg("Embedding")
ACTION = _pg("Action")
CODE = _pg("Code")

SPARSITY_SCHEME = _pg("SparsityScheme")
DENSE = _pg("Dense")
MIXTURE_OF_EXPERTS = _pg("MixtureOfExperts")

ATTENTION_SCHEME = _pg("AttentionScheme")
MULTI_HEAD_ATTENTION = _pg("MultiHeadAttention")
GROUPED_QUERY_ATTENTION = _pg("GroupedQueryAttention")
MULTI_QUERY_ATTENTION = _pg("MultiQueryAttention")
MULTI_HEAD_LATENT_ATTENTION = _pg("MultiHeadLatentAttention")
LINEAR_ATTENTION = _pg("LinearAttention")
HYBRID_ATTENTION = _pg("HybridAttention")

POSITION_SCHEME = _pg("PositionScheme")
ROTARY_POSITION_EMBEDDING = _pg("RotaryPositionEmbedding")
ABSOLUTE_POSITION_EMBEDDING = _pg("AbsolutePositionEmbedding")
LEARNED_ABSOLUTE_POSITION_EMBEDDING = _pg("LearnedAbsolutePositionEmbedding")
SINUSOIDAL_POSITION_EMBEDDING = _pg("SinusoidalPositionEmbedding")
ALIBI_POSITION_BIAS = _pg("AlibiPositionBias")
RELATIVE_POSITION_BIAS = _pg("RelativePositionBias")
NO_POSITION_EMBEDDING = _pg("NoPositionEmbedding")

NORMALIZATION_SCHEME = _pg("NormalizationScheme")
RMS_NORMALIZATION = _pg("RmsNormalization")
LAYER_NORMALIZATION = _pg("LayerNormalization")

ACTIVATION_SCHEME = _pg("ActivationScheme")
SI_LU = _pg("SiLU")
SWI_GLU = _pg("SwiGLU")
GELU = _pg("GELU")
GE_GLU = _pg("GeGLU")
RE_LU = _pg("ReLU")
SQUARED_RE_LU = _pg("SquaredReLU")

PRECISION_FORMAT_SCHEME = _pg("PrecisionFormatScheme")
FLOAT32 = _pg("Float32")
FLOAT16 = _pg("Float16")
B_FLOAT16 = _pg("BFloat16")
FLOAT8 = _pg("Float8")
FLOAT4 = _pg("Float4")
INT8 = _pg("Int8")
INT4 = _pg("Int4")
MIXED_PRECISION = _pg("MixedPrecision")

AVAILABILITY_SCHEME = _pg("AvailabilityScheme")
OPEN_WEIGHTS = _pg("OpenWeights")
GATED_WEIGHTS = _pg("GatedWeights")
API_ONLY = _pg("ApiOnly")

LIFECYCLE_SCHEME = _pg("LifecycleScheme")
ACTIVE = _pg("Active")
PREVIEW = _pg("Preview")
DEPRECATED = _pg("Deprecated")
RETIRED = _pg("Retired")

REASONING_SCHEME = _pg("ReasoningScheme")
REASONING = _pg("Reasoning")
NON_REASONING = _pg("NonReasoning")
HYBRID_REASONING = _pg("HybridReasoning")

TRAINING_METHOD_SCHEME = _pg("TrainingMethodScheme")
PRETRAINING = _pg("Pretraining")
SUPERVISED_FINE_TUNING = _pg("SupervisedFineTuning")
REINFORCEMENT_LEARNING_FROM_HUMAN_FEEDBACK = _pg("ReinforcementLearningFromHumanFeedback")
REINFORCEMENT_LEARNING_FROM_AI_FEEDBACK = _pg("ReinforcementLearningFromAIFeedback")
DIRECT_PREFERENCE_OPTIMIZATION = _pg("DirectPreferenceOptimization")
REINFORCEMENT_LEARNING_FROM_VERIFIABLE_REWARDS = _pg("ReinforcementLearningFromVerifiableRewards")
INSTRUCTION_TUNING = _pg("InstructionTuning")
CONTINUED_PRETRAINING = _pg("ContinuedPretraining")
KNOWLEDGE_DISTILLATION = _pg("KnowledgeDistillation")
QUANTIZATION_AWARE_TRAINING = _pg("QuantizationAwareTraining")
MODEL_MERGING = _pg("ModelMerging")

DATA_ACQUISITION_SCHEME = _pg("DataAcquisitionScheme")
PUBLIC_DATASET = _pg("PublicDataset")
WEB_CRAWL = _pg("WebCrawl")
LICENSED_DATA = _pg("LicensedData")
USER_DATA = _pg("UserData")
HUMAN_CREATED_DATA = _pg("HumanCreatedData")
SYNTHETIC_DATA = _pg("SyntheticData")
THIRD_PARTY_DATA = _pg("ThirdPartyData")

LEVEL_SCHEME = _pg("LevelScheme")
LEVEL_VERIFIED = _pg("LevelVerified")
LEVEL_DISCLOSED = _pg("LevelDisclosed")
LEVEL_PARTIAL = _pg("LevelPartial")
LEVEL_ESTIMATE = _pg("LevelEstimate")
LEVEL_UNDISCLOSED = _pg("LevelUndisclosed")
LEVEL_CONTRADICTED = _pg("LevelContradicted")
LEVEL_NOT_ASSESSED = _pg("LevelNotAssessed")
LEVEL_NOT_APPLICABLE = _pg("LevelNotApplicable")

# Scoring: classes
EVIDENCE_FACET_CLASS = _pg("EvidenceFacet")
LEVEL_FACTOR_CLASS = _pg("LevelFactor")

# Scoring: properties
FACTOR_LOW = _pg("factorLow")
FACTOR_HIGH = _pg("factorHigh")
ACCEPTS_VALUE = _pg("acceptsValue")
ACCEPTS_BASIS = _pg("acceptsBasis")
UNMET_OTHERWISE = _pg("unmetOtherwise")
ACCEPTS_PREFIX = _pg("acceptsPrefix")
MUST_AGREE = _pg("mustAgree")
NOT_APPLICABLE_WHEN = _pg("notApplicableWhen")
READING_OF = _pg("readingOf")
REQUIRED_ITEM = _pg("requiredItem")
EVIDENCE_PROPERTY = _pg("evidenceProperty")

# Scoring: evidence levels of a model, about a property or facet
EVIDENCE_VERIFIED = _pg("evidenceVerified")
EVIDENCE_DISCLOSED = _pg("evidenceDisclosed")
EVIDENCE_PARTIAL = _pg("evidencePartial")
EVIDENCE_ESTIMATE = _pg("evidenceEstimate")
EVIDENCE_UNDISCLOSED = _pg("evidenceUndisclosed")
EVIDENCE_CONTRADICTED = _pg("evidenceContradicted")
EVIDENCE_NOT_APPLICABLE = _pg("evidenceNotApplicable")
EVIDENCE_UNMET = _pg("evidenceUnmet")

# Scoring: rules of items
EVIDENCE_RULE_SCHEME = _pg("EvidenceRuleScheme")
ANY_PROPERTY = _pg("AnyProperty")
ALL_PROPERTIES = _pg("AllProperties")
SHARED_PROPERTIES = _pg("SharedProperties")
UNREPRESENTED = _pg("Unrepresented")

# Scoring: kinds of schemes
SCHEME_KIND_SCHEME = _pg("SchemeKindScheme")
WEIGHTED_SCHEME = _pg("WeightedScheme")
CHECKLIST_SCHEME = _pg("ChecklistScheme")
CLASS_SCHEME = _pg("ClassScheme")
PUBLISHED_SCHEME = _pg("PublishedScheme")

# Scoring: a further level
LEVEL_UNMET = _pg("LevelUnmet")

# Documents and facts that audits ask for
INTEGRATION_GUIDE = _pg("integrationGuide")
DEPRECATION_POLICY = _pg("deprecationPolicy")
DATA_CARD = _pg("dataCard")
DATA_PROCESSING_CODE = _pg("dataProcessingCode")
EVALUATION_DATA = _pg("evaluationData")
SAFETY_EVALUATION = _pg("safetyEvaluation")
INTENDED_USE = _pg("intendedUse")
CONTAMINATION_STATEMENT = _pg("contaminationStatement")
DATA_COLLECTION_PERIOD = _pg("dataCollectionPeriod")
TOKEN_COUNTING_METHOD = _pg("tokenCountingMethod")
DATA_LICENCE = _pg("dataLicence")
CODE_LICENCE = _pg("codeLicence")

# How a page is laid out
CONFIG_KEY = _pg("configKey")
UNIT = _pg("unit")
SECTION = _pg("section")
CODE_LIST = _pg("codeList")
FACT_RANGE = _pg("factRange")
SECTION_SCHEME = _pg("SectionScheme")
OVERVIEW_SECTION = _pg("OverviewSection")
CAPABILITIES_SECTION = _pg("CapabilitiesSection")
ARCHITECTURE_SECTION = _pg("ArchitectureSection")
ATTENTION_SECTION = _pg("AttentionSection")
DIMENSIONS_SECTION = _pg("DimensionsSection")
EXPERTS_SECTION = _pg("ExpertsSection")
TOKENIZER_SECTION = _pg("TokenizerSection")
WEIGHTS_SECTION = _pg("WeightsSection")
TRAINING_SECTION = _pg("TrainingSection")
DATA_SECTION = _pg("DataSection")
COMPUTE_SECTION = _pg("ComputeSection")
LINEAGE_SECTION = _pg("LineageSection")
ACCESS_SECTION = _pg("AccessSection")
LIFECYCLE_SECTION = _pg("LifecycleSection")
DOCUMENTS_SECTION = _pg("DocumentsSection")

# What becomes of a claim, and by which policy
STANDING = _pg("standing")
DEFAULT_POLICY = _pg("DefaultPolicy")
TIE_BREAK_SCHEME = _pg("TieBreakScheme")
MORE_PRECISE_DATE = _pg("MorePreciseDate")
LATER_RETRIEVAL = _pg("LaterRetrieval")
MORE_SOURCES_AGREE = _pg("MoreSourcesAgree")
LOWEST_IN_ORDER = _pg("LowestInOrder")

# Independence of evaluators
INDEPENDENCE_SCHEME = _pg("IndependenceScheme")
SELF_REPORTED = _pg("SelfReported")
INDEPENDENT = _pg("Independent")
INDEPENDENCE_UNKNOWN = _pg("IndependenceUnknown")

# Borrowed terms
RDF_TYPE = Iri(PREFIXES["rdf"] + "type")
RDFS_LABEL = Iri(PREFIXES["rdfs"] + "label")
SUB_PROPERTY_OF = Iri(PREFIXES["rdfs"] + "subPropertyOf")
IS_DEFINED_BY = Iri(PREFIXES["rdfs"] + "isDefinedBy")
SEE_ALSO = Iri(PREFIXES["rdfs"] + "seeAlso")
NAME = Iri(PREFIXES["schema"] + "name")
ALTERNATE_NAME = Iri(PREFIXES["schema"] + "alternateName")
URL = Iri(PREFIXES["schema"] + "url")
VERSION = Iri(PREFIXES["schema"] + "version")
SAME_AS = Iri(PREFIXES["schema"] + "sameAs")
DESCRIPTION = Iri(PREFIXES["schema"] + "description")
CREATOR = Iri(PREFIXES["dcterms"] + "creator")
LICENSE = Iri(PREFIXES["dcterms"] + "license")
ISSUED = Iri(PREFIXES["dcterms"] + "issued")
CREATED = Iri(PREFIXES["dcterms"] + "created")
MODIFIED = Iri(PREFIXES["dcterms"] + "modified")
IDENTIFIER = Iri(PREFIXES["dcterms"] + "identifier")
IS_PART_OF = Iri(PREFIXES["dcterms"] + "isPartOf")
REPLACES = Iri(PREFIXES["dcterms"] + "replaces")
LANGUAGE = Iri(PREFIXES["dcterms"] + "language")
DATE = Iri(PREFIXES["dcterms"] + "date")
TITLE = Iri(PREFIXES["dcterms"] + "title")
SOURCE = Iri(PREFIXES["dcterms"] + "source")
REFERENCES = Iri(PREFIXES["dcterms"] + "references")
WAS_DERIVED_FROM = Iri(PREFIXES["prov"] + "wasDerivedFrom")
WAS_INFLUENCED_BY = Iri(PREFIXES["prov"] + "wasInfluencedBy")
SPECIALIZATION_OF = Iri(PREFIXES["prov"] + "specializationOf")
WAS_ATTRIBUTED_TO = Iri(PREFIXES["prov"] + "wasAttributedTo")
QUALIFIED_DERIVATION = Iri(PREFIXES["prov"] + "qualifiedDerivation")
ENTITY = Iri(PREFIXES["prov"] + "entity")
RETRIEVED_ON = Iri(PREFIXES["pav"] + "retrievedOn")
EXACT_MATCH = Iri(PREFIXES["skos"] + "exactMatch")
CLOSE_MATCH = Iri(PREFIXES["skos"] + "closeMatch")
NOTATION = Iri(PREFIXES["skos"] + "notation")
PREF_LABEL = Iri(PREFIXES["skos"] + "prefLabel")
SKOS_DEFINITION = Iri(PREFIXES["skos"] + "definition")
IN_SCHEME = Iri(PREFIXES["skos"] + "inScheme")
IS_MEASUREMENT_OF = Iri(PREFIXES["dqv"] + "isMeasurementOf")
XSD_STRING = Iri(PREFIXES["xsd"] + "string")
XSD_INTEGER = Iri(PREFIXES["xsd"] + "integer")
XSD_DECIMAL = Iri(PREFIXES["xsd"] + "decimal")
XSD_DOUBLE = Iri(PREFIXES["xsd"] + "double")
XSD_BOOLEAN = Iri(PREFIXES["xsd"] + "boolean")
XSD_DATE = Iri(PREFIXES["xsd"] + "date")
XSD_DATE_TIME = Iri(PREFIXES["xsd"] + "dateTime")
XSD_ANY_URI = Iri(PREFIXES["xsd"] + "anyURI")
RDF_LANG_STRING = Iri(PREFIXES["rdf"] + "langString")

# Groups the code reasons with

DERIVATIONS: tuple[Iri, ...] = (
    FINE_TUNED_FROM,
    ADAPTER_OF,
    QUANTIZED_FROM,
    MERGED_FROM,
    DISTILLED_FROM,
    CONTINUED_FROM,
    CONVERTED_FROM,
    PRUNED_FROM,
    POST_TRAINED_FROM,
)
"""Sub-properties of ``prov:wasDerivedFrom``: weights of one came from the other."""

INFLUENCES: tuple[Iri, ...] = (
    TRAINED_ON,
    USED_SYNTHETIC_DATA_FROM,
    USED_REWARD_MODEL,
    USED_JUDGE,
    USES_COMPONENT,
    GENERATED_BY,
)
"""Sub-properties of ``prov:wasInfluencedBy``: no weights passed."""

DISCLOSURES: dict[Iri, Iri] = {
    UNDISCLOSED_CODE: UNDISCLOSED,
    WITHHELD_CODE: WITHHELD,
    PARTIALLY_DISCLOSED: PARTLY_DISCLOSED,
    NOT_APPLICABLE_CODE: NOT_APPLICABLE,
    CONTRADICTED_CODE: CONTRADICTED,
}
"""Disclosure status to the property that states it in the accepted view."""
