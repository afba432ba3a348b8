"""Properties given as a name and a value: CycloneDX properties, SPDX hyperparameters, tags.

Names are compared by their last steps, letters and digits alone, so that
``genai:aibom:modelcard:vocabSize``, ``vocab_size`` and ``example:model:vocabulary`` are one
property. A name in no table yields no claim, and the caller keeps it as stated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from provenance_graph.core import hub, iris, papers
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import languages
from provenance_graph.formats.huggingface.tables import FORMAT_TAGS, METHOD_TAGS, RELATIONS

COUNTS: Mapping[str, Iri] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "parametercount",
                "numparameters",
                "numberofparameters",
                "totalparameters",
                "parameters",
                "totalparams",
                "numparams",
                "nparams",
                "paramcount",
                "paramscount",
                "parameterscount",
                "modelsize",
                "modelparameters",
            ),
            PG.parameterCount,
        ),
        **dict.fromkeys(
            ("activeparameters", "activeparametercount", "activeparams", "activatedparameters"),
            PG.activeParameterCount,
        ),
        **dict.fromkeys(
            (
                "layers",
                "numhiddenlayers",
                "numlayers",
                "layercount",
                "blockcount",
                "nlayer",
                "nlayers",
            ),
            PG.layerCount,
        ),
        **dict.fromkeys(
            ("hiddensize", "hiddendimension", "embeddinglength", "dmodel", "nembd"), PG.hiddenSize
        ),
        **dict.fromkeys(("vocabulary", "vocabsize", "vocabularysize"), PG.vocabularySize),
        **dict.fromkeys(
            ("trainingtokens", "trainingtokencount", "numtrainingtokens", "trainedtokens"),
            PG.trainingTokenCount,
        ),
        **dict.fromkeys(
            (
                "contextlength",
                "contextwindow",
                "maxpositionembeddings",
                "contextsize",
                "maxcontextlength",
                "maxcontext",
                "maxsequencelength",
            ),
            PG.contextLength,
        ),
        **dict.fromkeys(
            ("numattentionheads", "attentionheads", "attentionheadcount", "nhead"),
            PG.attentionHeadCount,
        ),
        **dict.fromkeys(
            ("numkeyvalueheads", "keyvalueheads", "attentionheadcountkv"), PG.keyValueHeadCount
        ),
        **dict.fromkeys(("intermediatesize", "feedforwardlength"), PG.feedForwardSize),
        **dict.fromkeys(("numexperts", "numlocalexperts", "expertcount"), PG.expertCount),
        **dict.fromkeys(("numexpertspertok", "expertusedcount"), PG.activeExpertCount),
    }
)
"""Names of counts, in the form that ``name_forms`` gives."""

DAYS: Mapping[str, Iri] = MappingProxyType(
    {
        **dict.fromkeys(("knowledgecutoff", "knowledgecutoffdate"), PG.knowledgeCutoff),
        **dict.fromkeys(
            ("trainingdatacutoff", "trainingcutoff", "datacutoff", "trainingdatacutoffdate"),
            PG.trainingDataCutoff,
        ),
        **dict.fromkeys(("releasedate", "releasedon", "datereleased"), DCTERMS.issued),
    }
)
"""Names of days, in the form that ``name_forms`` gives."""

TEXTS: Mapping[str, Iri] = MappingProxyType(
    {
        "libraryname": PG.framework,
        "traininghardware": PG.trainingHardware,
        "hardwareused": PG.trainingHardware,
        "pipelinetag": PG.task,
        "tokenizerclass": PG.tokenizer,
        "typeofmodel": PG.architectureFamily,
        "domain": PG.applicationDomain,
        "autonomytype": PG.autonomyType,
        "limitation": PG.knownLimitation,
        "limitations": PG.knownLimitation,
        "technicallimitations": PG.knownLimitation,
        "safetyriskassessment": PG.safetyRisk,
        "standardcompliance": PG.standardCompliance,
        "informationabouttraining": PG.trainingInformation,
        "informationaboutapplication": PG.intendedUse,
        "intendeduse": PG.intendedUse,
        "modelexplainability": PG.explainability,
        "modeldatapreprocessing": PG.dataPreprocessing,
        "usesensitivepersonalinformation": PG.usesSensitiveData,
        "metricdecisionthreshold": PG.decisionThreshold,
        "knownbias": PG.knownBias,
    }
)
"""Names whose text is the value of a property."""

METHODS: Mapping[str, Iri] = MappingProxyType(
    {
        "sft": PG.SupervisedFineTuning,
        "dpo": PG.DirectPreferenceOptimization,
        "rlhf": PG.ReinforcementLearningFromHumanFeedback,
        "rlaif": PG.ReinforcementLearningFromAIFeedback,
        "rlvr": PG.ReinforcementLearningFromVerifiableRewards,
        "pretraining": PG.Pretraining,
        "distillation": PG.KnowledgeDistillation,
    }
)
LIBRARIES = frozenset(
    [
        "catboost",
        "chronos-forecasting",
        "diffusers",
        "flax",
        "jax",
        "keras",
        "lightgbm",
        "mlx",
        "nemo",
        "onnxruntime",
        "open_clip",
        "paddlepaddle",
        "peft",
        "pyannote-audio",
        "pytorch",
        "scikit-learn",
        "sentence-transformers",
        "sklearn",
        "spacy",
        "speechbrain",
        "tensorflow",
        "tf",
        "timm",
        "torch",
        "transformers",
        "ultralytics",
        "vllm",
        "xgboost",
    ]
)
"""Libraries that run models, by their names in tags and components."""


def name_forms(name: str) -> tuple[str, ...]:
    """A name's last two steps joined, and its last step, by letters and digits alone.

    >>> name_forms("example:model:parameter:count")
    ('parametercount', 'count')
    """
    return _name_forms(name[-_LONGEST_NAME:])


_LONGEST_NAME = 300


@lru_cache(maxsize=4096)
def _name_forms(name: str) -> tuple[str, ...]:
    steps = [re.sub(r"[^a-z0-9]", "", step.casefold()) for step in re.split(r"[:./]", name)]
    steps = [step for step in steps if step]
    return ("".join(steps[-2:]), steps[-1]) if steps else ()


def claims(subject: Iri, name: str, value: str, where: str) -> list[Claim | Problem]:
    """The claims of a named value about a model or dataset; empty for an unknown name.

    >>> [c.value.lexical for c in claims(iris.model("a/b"), "x:vocabSize", "32000", "/p")]
    ['32000']
    """
    for form in name_forms(name):
        if form in COUNTS:
            return [_counted(subject, COUNTS[form], value, where)]
        if form in DAYS:
            return [statements.dated(subject, DAYS[form], value, where)]
        if form in TEXTS:
            return [coverage.stated(subject, TEXTS[form], value, where)]
        if reader := _READERS.get(form):
            return list(reader(subject, value, where))
    return []


_PLAIN = re.compile(r"[\d.,_'\s]+(?:[eE]\+?\d+)?")


def _counted(subject: Iri, predicate: Iri, value: str, where: str) -> Claim:
    """The claim of a count; one in thousands or billions is rounded, and is kept as stated too.

    >>> claim = _counted(iris.model("a/b"), PG.parameterCount, "1.5B", "/p")
    >>> iris.local_name(claim.predicate), claim.value.lexical, claim.as_stated
    ('nominalParameterCount', '1500000000', '1.5B')
    """
    if _PLAIN.fullmatch(value):
        return statements.quantity(subject, predicate, value, where)
    if predicate == PG.parameterCount:
        predicate = PG.nominalParameterCount
    claim = statements.quantity(subject, predicate, value, where)
    return replace(claim, as_stated=value[: statements.MAX_STATED], locator=where)


def _languages(subject: Iri, value: str, where: str) -> ReaderOutput:
    for code in re.split(r"[,;\s]+", value):
        if languages.is_language(code):
            yield languages.claim(subject, code)
        elif code in languages.HUB_WORDS:
            yield coverage.other(subject, "language", code)
        elif code:
            yield Problem(where, f"{code[:60]!r} is not a language code", "ISO 639: en, de, zh")


def _licence(subject: Iri, value: str, where: str) -> ReaderOutput:
    yield from statements.licensed(subject, value, locator=where)


def _method(subject: Iri, value: str, where: str) -> ReaderOutput:
    code = METHODS.get(re.sub(r"[^a-z]", "", value.casefold()))
    if code is None:
        why = "no training method that is known"
        yield Claim(
            subject,
            PG.trainingMethod,
            None,
            as_stated=value[: statements.MAX_STATED],
            locator=where,
            unusable=why,
        )
    else:
        yield Claim(subject, PG.trainingMethod, code)


def base_model(subject: Iri, value: str, where: str) -> ReaderOutput:
    """Yield the base model that a value names, with the relation where it is stated."""
    relation, colon, rest = value.partition(":")
    known = RELATIONS.get(relation) if colon else None
    repository = statements.hub_model(rest if known else value) or (rest if known else value)
    if not hub.is_name(repository):
        yield coverage.other(subject, "base_model", value)
        return
    parent = iris.model(repository)
    if parent == subject:
        yield Problem(where, f"{repository} names itself as its base", kind="lineage")
    elif known:
        yield Claim(subject, known, parent, basis=Basis.INFERENCE, as_stated=value, locator=where)
    else:
        yield Claim(subject, PROV.wasDerivedFrom, parent)


def _synthetic(subject: Iri, value: str, where: str) -> ReaderOutput:
    """Yield whether data are synthetic: yes, no, or any other text as stated."""
    match value.casefold():
        case "yes" | "true":
            yield Claim(subject, PG.dataAcquisition, PG.SyntheticData)
        case "no" | "false":
            yield Claim(
                subject,
                PG.dataAcquisition,
                PG.SyntheticData,
                Stance.DENIES,
                locator=where,
                as_stated=value,
            )
        case _:
            yield coverage.other(subject, "synthetic", value)


_READERS: Mapping[str, Callable[[Iri, str, str], ReaderOutput]] = MappingProxyType(
    {
        "language": _languages,
        "languages": _languages,
        "license": _licence,
        "licence": _licence,
        "tunemethod": _method,
        "basemodel": base_model,
        "datasetsynthetic": _synthetic,
    }
)


def tag(subject: Iri, text: str, where: str, *, licensed: bool = False) -> ReaderOutput:
    """Yield the claims of a Hub tag; ``licensed``: a licence is stated beside the tags."""
    kind, colon, rest = text.partition(":")
    bare = text.casefold()
    if colon and kind == "base_model":
        yield from base_model(subject, rest, where)
    elif colon and kind in ("arxiv", "doi") and (paper := papers.address_of(rest)):
        yield statements.link(subject, PG.paper, paper, where)
    elif colon and kind == "license" and not licensed:
        yield from statements.licensed(subject, rest, locator=where)
    elif colon and kind == "dataset" and re.fullmatch(r"[\w./-]+", rest):
        dataset = iris.dataset(rest)
        yield from statements.is_a(dataset, PG.Dataset, rest)
        yield Claim(subject, PG.trainedOn, dataset)
    elif colon and kind == "language" and languages.is_language(rest):
        yield languages.claim(subject, rest)
    elif colon and kind in ("task", "pipeline_tag") and rest:
        yield Claim(subject, PG.task, statements.literal(rest))
    elif colon and kind == "library" and rest:
        yield Claim(subject, PG.framework, statements.literal(rest))
    elif bare in LIBRARIES:
        yield Claim(subject, PG.framework, statements.literal(text))
    elif bare in FORMAT_TAGS:
        yield Claim(subject, PG.fileFormat, statements.literal(bare))
    elif bare in METHOD_TAGS:
        yield Claim(subject, PG.quantizationMethod, statements.literal(bare))
    elif bare in languages.TAGS:
        yield languages.claim(subject, bare)
    else:
        yield coverage.other(subject, "tag", text)
