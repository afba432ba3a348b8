"""Claims of the curated list's notes, by model and source of the note.

Only facts are taken, in the same form as elsewhere in the graph; a note that judges or advises
makes no claim.
"""

from __future__ import annotations

from collections.abc import Callable

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from tools.curated.names import licence

_Rows = Callable[[Iri], list[Claim]]


def claims(short: str, subject: Iri, source: str) -> list[Claim]:
    """The claims of a model's notes with this source; empty where there are none."""
    for name, part, rows in _NOTES:
        if name == short and part in source:
            return rows(subject)
    return []


def _statement(prop: Iri, value: Value | None, stated: str = "") -> _Rows:
    return lambda subject: [Claim(subject, prop, value, as_stated=stated)]


def _silent(stance: Stance, *props: Iri) -> _Rows:
    return lambda subject: [Claim(subject, prop, None, stance) for prop in props]


def _dataset(name: str, *statements: tuple[Iri, Iri]) -> _Rows:
    node = iris.dataset(name)
    return lambda _: [
        Claim(node, RDF.type, PG.Dataset),
        Claim(node, SCHEMA.name, literals.text(name)),
        *(Claim(node, prop, value) for prop, value in statements),
    ]


def _second_date(subject: Iri) -> list[Claim]:
    result = literals.day("Oct 24, 2024")
    assert result is not None
    return [
        Claim(
            subject,
            DCTERMS.issued,
            result.literal,
            as_stated="Oct 24, 2024",
            precision=result.precision,
            basis=Basis.DEVELOPER,
        )
    ]


def _other_date(subject: Iri) -> list[Claim]:
    result = literals.day("2024-08-08")
    assert result is not None
    return [Claim(subject, DCTERMS.issued, result.literal, precision=result.precision)]


def _hub_size(subject: Iri) -> list[Claim]:
    """The Hub's parameter count, which includes the multi-token prediction module."""
    node = iris.entity("curated", "artifact", "deepseek-v3-base/hub-weights")
    released = iris.model("deepseek-ai/DeepSeek-V3")
    return [
        Claim(node, RDF.type, PG.Artifact),
        Claim(node, PG.artifactOf, subject),
        Claim(
            node,
            PG.parameterCount,
            literals.integer(685_000_000_000),
            as_stated="685B: 671B and 14B of the multi-token prediction module",
        ),
        Claim(released, PG.parameterCount, literals.integer(671_000_000_000), as_stated="671B"),
    ]


def _turbo(_: Iri) -> list[Claim]:
    other = iris.model("openai/whisper-large-v3-turbo")
    return [
        Claim(other, RDF.type, PG.Model),
        Claim(other, SCHEMA.name, literals.text("Whisper large-v3-turbo")),
        Claim(other, PG.parameterCount, literals.integer(798_000_000), as_stated="798M"),
    ]


def _earlier_suite(subject: Iri) -> list[Claim]:
    node = iris.entity("curated", "version", "pythia-6.9b/v0")
    return [
        Claim(node, RDF.type, PG.ModelVersion),
        Claim(node, PROV.specializationOf, subject),
        Claim(node, SCHEMA.version, literals.text("v0")),
    ]


def _averaged(_: Iri) -> list[Claim]:
    made: list[Claim] = []
    for number in (1, 2, 3):
        short = f"olmo-2-7b-stage2-ingredient{number}"
        node = iris.entity("curated", "derivation", f"olmo-2-7b/{short}")
        made.append(Claim(node, PG.mergeMethod, literals.text("average")))
    return made


def _tagged(subject: Iri) -> list[Claim]:
    parent = iris.model("openai/gpt-4")
    return [
        Claim(subject, PG.dataAcquisition, PG.SyntheticData, as_stated="hub tag"),
        Claim(
            subject,
            PG.usedSyntheticDataFrom,
            parent,
            Stance.PARTLY_STATED,
            as_stated="hub tag gpt4",
        ),
    ]


def _filtered_by_clip(_: Iri) -> list[Claim]:
    node = iris.dataset("LAION-5B")
    clip = iris.model("openai/clip-vit-large-patch14")
    return [
        Claim(node, RDF.type, PG.Dataset),
        Claim(node, SCHEMA.name, literals.text("LAION-5B")),
        Claim(node, PROV.wasInfluencedBy, clip, as_stated="filtered with CLIP"),
    ]


def _policy(url: str) -> _Rows:
    return _statement(PG.usagePolicy, Iri(url))


_CARD = "https://github.com/meta-llama/llama-models/blob/a9c89c471f793423afd4cc3ca8671d6e56fe64cb/models"
_OPENAI_TERMS = licence("openai-terms")
_NC = licence("cc-by-nc-4.0")

_NOTES: tuple[tuple[str, str, _Rows], ...] = (
    ("llama-3.2-1b", "llama3_2/MODEL_CARD", _second_date),
    ("llama-4-scout", "USE_POLICY", _policy(f"{_CARD}/llama4/USE_POLICY.md")),
    ("llama-4-maverick", "USE_POLICY", _policy(f"{_CARD}/llama4/USE_POLICY.md")),
    ("alpaca-7b", "Alpaca.json",
     _dataset("tatsu-lab/alpaca", (DCTERMS.license, _NC), (DCTERMS.license, _OPENAI_TERMS),
              (PG.generatedBy, iris.model("openai/text-davinci-003")))),
    ("vicuna-13b-v1.5", "lmsys.yaml", _statement(DCTERMS.license, licence("apache-2.0"), "Apache 2.0")),
    ("vicuna-13b-v1.5", "weights_version",
     lambda _: [Claim(iris.model("lmsys/vicuna-13b-delta-v0"), PG.fileFormat,
                      literals.text("delta weights"))]),
    ("hermes-3-llama-3.1-8b", "README.md", _tagged),
    ("deepseek-v3-base", "README.md", _hub_size),
    ("qwq-32b", "ollama.com", _silent(Stance.NOT_STATED, PG.fineTunedFrom)),
    ("mistral-7b-v0.1", "mistral.yaml", _silent(Stance.NOT_STATED, PG.trainedOn)),
    ("zephyr-7b-beta", "UltraChat_200k.json",
     _dataset("HuggingFaceH4/ultrachat_200k", (DCTERMS.license, _NC), (DCTERMS.license, _OPENAI_TERMS),
              (PG.generatedBy, iris.model("openai/chatgpt")))),
    ("zephyr-7b-beta", "zephyr-7b-beta/README.md",
     _dataset("HuggingFaceH4/ultrafeedback_binarized",
              (PG.usedJudge, iris.model("openai/gpt-4")))),
    ("olmo-2-7b", "OLMo/blob", _averaged),
    ("pythia-6.9b", "pythia/blob", _earlier_suite),
    ("starcoder", "starcoder/blob", _statement(PG.weightsAvailability, PG.GatedWeights)),
    ("stable-diffusion-v1-1", "laion.yaml", _filtered_by_clip),
    ("whisper-large-v3", "model-card.md", _turbo),
    ("claude-haiku-4-5", "fmti",
     _silent(Stance.REPORTS_UNDISCLOSED, PG.parameterCount, PG.trainingComputeFLOP,
             PG.tokenizer, PG.architectureFamily)),
    ("gpt-4", "openai.yaml",
     _silent(Stance.NOT_STATED, PG.parameterCount, PG.trainedOn, PG.trainingHardware)),
    ("gpt-4o", "openx.yaml", _other_date),
)  # fmt: skip
"""Model, part of the note's source, and the note's claims."""
