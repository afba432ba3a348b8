"""What the notes of the curated list state, as claims: by model and source of the note.

Only facts are taken, in the form that the rest of the graph has; a note that judges or
advises makes no claim.
"""

from __future__ import annotations

from collections.abc import Callable

from provenance_graph import names, values, vocab
from provenance_graph.claims import Basis, Claim, Stance, Value
from provenance_graph.names import Iri
from provenance_graph.sources.curated_names import licence

_Rows = Callable[[Iri], list[Claim]]


def claims(short: str, subject: Iri, source: str) -> list[Claim]:
    """The claims that the notes of a model with this source make."""
    for name, part, rows in _NOTES:
        if name == short and part in source:
            return rows(subject)
    return []


def _said(prop: Iri, value: Value | None, stated: str = "") -> _Rows:
    return lambda subject: [Claim(subject, prop, value, as_stated=stated)]


def _silent(stance: Stance, *props: Iri) -> _Rows:
    return lambda subject: [Claim(subject, prop, None, stance) for prop in props]


def _dataset(name: str, *said: tuple[Iri, Iri]) -> _Rows:
    node = names.dataset(name)
    return lambda _: [
        Claim(node, vocab.RDF_TYPE, vocab.DATASET_CLASS),
        Claim(node, vocab.NAME, values.text(name)),
        *(Claim(node, prop, value) for prop, value in said),
    ]


def _second_date(subject: Iri) -> list[Claim]:
    found = values.day("Oct 24, 2024")
    assert found is not None
    return [
        Claim(
            subject, vocab.ISSUED, found.literal, as_stated="Oct 24, 2024",
            precision=found.precision, basis=Basis.DEVELOPER,
        )
    ]  # fmt: skip


def _other_date(subject: Iri) -> list[Claim]:
    found = values.day("2024-08-08")
    assert found is not None
    return [Claim(subject, vocab.ISSUED, found.literal, precision=found.precision)]


def _hub_size(subject: Iri) -> list[Claim]:
    """The hub counts the weights with the multi-token prediction module, the model has fewer."""
    node = names.entity("curated", "artifact", "deepseek-v3-base/hub-weights")
    released = names.model("deepseek-ai/DeepSeek-V3")
    return [
        Claim(node, vocab.RDF_TYPE, vocab.ARTIFACT_CLASS),
        Claim(node, vocab.ARTIFACT_OF, subject),
        Claim(
            node, vocab.PARAMETER_COUNT, values.integer(685_000_000_000),
            as_stated="685B: 671B and 14B of the multi-token prediction module",
        ),
        Claim(released, vocab.PARAMETER_COUNT, values.integer(671_000_000_000), as_stated="671B"),
    ]  # fmt: skip


def _turbo(_: Iri) -> list[Claim]:
    other = names.model("openai/whisper-large-v3-turbo")
    return [
        Claim(other, vocab.RDF_TYPE, vocab.MODEL_CLASS),
        Claim(other, vocab.NAME, values.text("Whisper large-v3-turbo")),
        Claim(other, vocab.PARAMETER_COUNT, values.integer(798_000_000), as_stated="798M"),
    ]


def _earlier_suite(subject: Iri) -> list[Claim]:
    node = names.entity("curated", "version", "pythia-6.9b/v0")
    return [
        Claim(node, vocab.RDF_TYPE, vocab.MODEL_VERSION_CLASS),
        Claim(node, vocab.SPECIALIZATION_OF, subject),
        Claim(node, vocab.VERSION, values.text("v0")),
    ]


def _averaged(_: Iri) -> list[Claim]:
    made: list[Claim] = []
    for number in (1, 2, 3):
        short = f"olmo-2-7b-stage2-ingredient{number}"
        node = names.entity("curated", "derivation", f"olmo-2-7b/{short}")
        made.append(Claim(node, vocab.MERGE_METHOD, values.text("average")))
    return made


def _tagged(subject: Iri) -> list[Claim]:
    parent = names.model("openai/gpt-4")
    return [
        Claim(subject, vocab.DATA_ACQUISITION, vocab.SYNTHETIC_DATA, as_stated="hub tag"),
        Claim(
            subject, vocab.USED_SYNTHETIC_DATA_FROM, parent, Stance.PARTLY_STATED,
            as_stated="hub tag gpt4",
        ),
    ]  # fmt: skip


def _filtered_by_clip(_: Iri) -> list[Claim]:
    node = names.dataset("LAION-5B")
    clip = names.model("openai/clip-vit-large-patch14")
    return [
        Claim(node, vocab.RDF_TYPE, vocab.DATASET_CLASS),
        Claim(node, vocab.NAME, values.text("LAION-5B")),
        Claim(node, vocab.WAS_INFLUENCED_BY, clip, as_stated="filtered with CLIP"),
    ]


def _policy(url: str) -> _Rows:
    return _said(vocab.USAGE_POLICY, Iri(url))


_CARD = "https://github.com/meta-llama/llama-models/blob/a9c89c471f793423afd4cc3ca8671d6e56fe64cb/models"
_OPENAI_TERMS = licence("openai-terms-2024-12-11")
_NC = licence("cc-by-nc-4.0")

_NOTES: tuple[tuple[str, str, _Rows], ...] = (
    ("llama-3.2-1b", "llama3_2/MODEL_CARD", _second_date),
    ("llama-4-scout", "USE_POLICY", _policy(f"{_CARD}/llama4/USE_POLICY.md")),
    ("llama-4-maverick", "USE_POLICY", _policy(f"{_CARD}/llama4/USE_POLICY.md")),
    ("alpaca-7b", "Alpaca.json",
     _dataset("tatsu-lab/alpaca", (vocab.LICENSE, _NC), (vocab.LICENSE, _OPENAI_TERMS),
              (vocab.GENERATED_BY, names.model("openai/text-davinci-003")))),
    ("vicuna-13b-v1.5", "lmsys.yaml", _said(vocab.LICENSE, licence("apache-2.0"), "Apache 2.0")),
    ("vicuna-13b-v1.5", "weights_version",
     lambda _: [Claim(names.model("lmsys/vicuna-13b-delta-v0"), vocab.FILE_FORMAT,
                      values.text("delta weights"))]),
    ("hermes-3-llama-3.1-8b", "README.md", _tagged),
    ("deepseek-v3-base", "README.md", _hub_size),
    ("qwq-32b", "ollama.com", _silent(Stance.NOT_STATED, vocab.FINE_TUNED_FROM)),
    ("mistral-7b-v0.1", "mistral.yaml", _silent(Stance.NOT_STATED, vocab.TRAINED_ON)),
    ("zephyr-7b-beta", "UltraChat_200k.json",
     _dataset("HuggingFaceH4/ultrachat_200k", (vocab.LICENSE, _NC), (vocab.LICENSE, _OPENAI_TERMS),
              (vocab.GENERATED_BY, names.model("openai/chatgpt")))),
    ("zephyr-7b-beta", "zephyr-7b-beta/README.md",
     _dataset("HuggingFaceH4/ultrafeedback_binarized",
              (vocab.USED_JUDGE, names.model("openai/gpt-4")))),
    ("olmo-2-7b", "OLMo/blob", _averaged),
    ("pythia-6.9b", "pythia/blob", _earlier_suite),
    ("starcoder", "starcoder/blob", _said(vocab.WEIGHTS_AVAILABILITY, vocab.GATED_WEIGHTS)),
    ("stable-diffusion-v1-1", "laion.yaml", _filtered_by_clip),
    ("whisper-large-v3", "model-card.md", _turbo),
    ("claude-haiku-4-5", "fmti",
     _silent(Stance.REPORTS_UNDISCLOSED, vocab.PARAMETER_COUNT, vocab.TRAINING_COMPUTE_FLOP,
             vocab.TOKENIZER, vocab.ARCHITECTURE_FAMILY)),
    ("gpt-4", "openai.yaml",
     _silent(Stance.NOT_STATED, vocab.PARAMETER_COUNT, vocab.TRAINED_ON, vocab.TRAINING_HARDWARE)),
    ("gpt-4o", "openx.yaml", _other_date),
)  # fmt: skip
"""Model, part of the note's source, and what the note states."""
