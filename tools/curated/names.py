"""The meaning of the curated list's short names: models, publishers, datasets, licences.

A model's canonical name is its well-known hub repository; where it has none, its developer and
model id. These decisions were made by hand and stand only here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG

MODELS: Mapping[str, str] = {
    "llama-1": "meta/llama-1",
    "llama-2-7b": "meta-llama/Llama-2-7b",
    "llama-2-13b": "meta-llama/Llama-2-13b",
    "llama-2-70b": "meta-llama/Llama-2-70b",
    "llama-3-8b": "meta-llama/Meta-Llama-3-8B",
    "llama-3.1-8b": "meta-llama/Llama-3.1-8B",
    "llama-3.1-70b": "meta-llama/Llama-3.1-70B",
    "llama-3.1-405b": "meta-llama/Llama-3.1-405B",
    "llama-3.2-1b": "meta-llama/Llama-3.2-1B",
    "llama-3.2-1b-spinquant": "meta-llama/Llama-3.2-1B-Instruct-SpinQuant_INT4_EO8",
    "llama-3.2-1b-qlora": "meta-llama/Llama-3.2-1B-Instruct-QLORA_INT4_EO8",
    "llama-3.3-70b-instruct": "meta-llama/Llama-3.3-70B-Instruct",
    "llama-4-scout": "meta-llama/Llama-4-Scout-17B-16E",
    "llama-4-maverick": "meta-llama/Llama-4-Maverick-17B-128E",
    "alpaca-7b": "tatsu-lab/alpaca-7b",
    "vicuna-13b-v1.5": "lmsys/vicuna-13b-v1.5",
    "vicuna-13b-v0": "lmsys/vicuna-13b-delta-v0",
    "tulu-2-70b": "allenai/tulu-2-70b",
    "llama-3.1-tulu-3-8b-sft": "allenai/Llama-3.1-Tulu-3-8B-SFT",
    "llama-3.1-tulu-3-8b-dpo": "allenai/Llama-3.1-Tulu-3-8B-DPO",
    "llama-3.1-tulu-3-8b": "allenai/Llama-3.1-Tulu-3-8B",
    "hermes-3-llama-3.1-8b": "NousResearch/Hermes-3-Llama-3.1-8B",
    "deepseek-v3-base": "deepseek-ai/DeepSeek-V3-Base",
    "deepseek-v3": "deepseek-ai/DeepSeek-V3",
    "deepseek-r1-zero": "deepseek-ai/DeepSeek-R1-Zero",
    "deepseek-r1": "deepseek-ai/DeepSeek-R1",
    "deepseek-r1-distill-qwen-1.5b": "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B",
    "deepseek-r1-distill-qwen-7b": "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "deepseek-r1-distill-qwen-14b": "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B",
    "deepseek-r1-distill-qwen-32b": "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "deepseek-r1-distill-llama-8b": "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
    "deepseek-r1-distill-llama-70b": "deepseek-ai/DeepSeek-R1-Distill-Llama-70B",
    "qwen2.5-7b": "Qwen/Qwen2.5-7B",
    "qwen2.5-14b": "Qwen/Qwen2.5-14B",
    "qwen2.5-32b": "Qwen/Qwen2.5-32B",
    "qwen2.5-32b-instruct": "Qwen/Qwen2.5-32B-Instruct",
    "qwen2.5-72b": "Qwen/Qwen2.5-72B",
    "qwen2.5-math-1.5b": "Qwen/Qwen2.5-Math-1.5B",
    "qwen2.5-math-7b": "Qwen/Qwen2.5-Math-7B",
    "qwq-32b": "Qwen/QwQ-32B",
    "qwq-32b-preview": "Qwen/QwQ-32B-Preview",
    "qwq-32b-preview-q4": "ollama/qwq-32b-630f278a7c73",
    "qwen3-235b-a22b": "Qwen/Qwen3-235B-A22B",
    "mistral-7b-v0.1": "mistralai/Mistral-7B-v0.1",
    "mistral-large-2407": "mistralai/Mistral-Large-Instruct-2407",
    "zephyr-7b-sft-full": "alignment-handbook/zephyr-7b-sft-full",
    "zephyr-7b-sft-qlora": "alignment-handbook/zephyr-7b-sft-qlora",
    "zephyr-7b-beta": "HuggingFaceH4/zephyr-7b-beta",
    "zephyr-7b-beta-gguf": "TheBloke/zephyr-7B-beta-GGUF",
    "zephyr-7b-dpo-qlora": "alignment-handbook/zephyr-7b-dpo-qlora",
    "marcoro14-7b-slerp": "mlabonne/Marcoro14-7B-slerp",
    "rupesh2-marcoro14-7b-slerp3": "Rupesh2/Marcoro14-7B-slerp3",
    "pixtral-large-2411-w4a16": "RedHatAI/Pixtral-Large-Instruct-2411-hf-quantized.w4a16",
    "olmo-7b": "allenai/OLMo-7B",
    "olmo-2-7b-stage1": "allenai/OLMo-2-1124-7B/stage1-step928646",
    "olmo-2-7b-stage2-ingredient1": "allenai/OLMo-2-1124-7B/stage2-ingredient1",
    "olmo-2-7b-stage2-ingredient2": "allenai/OLMo-2-1124-7B/stage2-ingredient2",
    "olmo-2-7b-stage2-ingredient3": "allenai/OLMo-2-1124-7B/stage2-ingredient3",
    "olmo-2-7b": "allenai/OLMo-2-1124-7B",
    "olmo-2-13b": "allenai/OLMo-2-1124-13B",
    "olmo-2-7b-dpo": "allenai/OLMo-2-1124-7B-DPO",
    "olmo-2-7b-instruct": "allenai/OLMo-2-1124-7B-Instruct",
    "pythia-6.9b": "EleutherAI/pythia-6.9b",
    "bloom": "bigscience/bloom",
    "bloomz": "bigscience/bloomz",
    "falcon-40b": "tiiuae/falcon-40b",
    "falcon-40b-instruct": "tiiuae/falcon-40b-instruct",
    "falcon-180b": "tiiuae/falcon-180B",
    "starcoder": "bigcode/starcoder",
    "clip-vit-l-14": "openai/clip-vit-large-patch14",
    "stable-diffusion-v1-1": "CompVis/stable-diffusion-v1-1",
    "stable-diffusion-v1-2": "CompVis/stable-diffusion-v1-2",
    "stable-diffusion-v1-3": "CompVis/stable-diffusion-v1-3",
    "stable-diffusion-v1-4": "CompVis/stable-diffusion-v1-4",
    "whisper-large-v2": "openai/whisper-large-v2",
    "whisper-large-v3": "openai/whisper-large-v3",
    "gemma-2-9b": "google/gemma-2-9b",
    "gemma-7b": "google/gemma-7b",
    "phi-1": "microsoft/phi-1",
    "phi-1.5": "microsoft/phi-1_5",
    "phi-4": "microsoft/phi-4",
    "claude-3-haiku": "anthropic/claude-3-haiku",
    "claude-3-5-haiku": "anthropic/claude-3-5-haiku",
    "claude-haiku-4-5": "anthropic/claude-haiku-4-5",
    "claude-sonnet-4-5": "anthropic/claude-sonnet-4-5",
    "gpt-4": "openai/gpt-4",
    "gpt-4o": "openai/gpt-4o",
    "gpt-oss-120b": "openai/gpt-oss-120b",
    "gpt-oss-20b": "openai/gpt-oss-20b",
}

THINKING = iris.mint("configuration", "anthropic/claude-haiku-4-5/thinking")
"""Claude Haiku 4.5 with extended thinking: a configuration, not a model."""

FAMILIES: Mapping[str, tuple[str, str]] = {
    "llama-2": ("meta/llama-2", "Llama 2"),
    "llama-3": ("meta/llama-3", "Llama 3"),
    "stable-diffusion-v1": ("compvis/stable-diffusion-v1", "Stable Diffusion v1"),
    "claude": ("anthropic/claude-haiku", "Claude Haiku"),
}
"""The family whose series-wide figures apply, by the start of a model's short name."""

PUBLISHERS: tuple[tuple[str, str], ...] = (
    ("github.com/meta-llama/", "Meta"),
    ("github.com/stanford-crfm/", "Stanford CRFM"),
    ("github.com/tatsu-lab/", "Stanford CRFM"),
    ("github.com/lightning-ai/", "Lightning AI"),
    ("github.com/deepseek-ai/", "DeepSeek"),
    ("github.com/allenai/", "AI2"),
    ("huggingface.co/allenai/", "AI2"),
    ("github.com/qwenlm/", "Alibaba Cloud"),
    ("github.com/compvis/", "CompVis"),
    ("github.com/openai/", "OpenAI"),
    ("github.com/huggingface/alignment-handbook", "Hugging Face H4"),
    ("huggingface.co/huggingfaceh4/", "Hugging Face H4"),
    ("github.com/eleutherai/", "EleutherAI"),
    ("github.com/bigcode-project/", "BigCode"),
    ("github.com/mistralai/", "Mistral AI"),
    ("github.com/livebench/", "LiveBench"),
    ("github.com/lm-sys/", "LMSYS"),
    ("github.com/anomalyco/models.dev", "models.dev"),
    ("github.com/lfai/", "LF AI & Data"),
    ("github.com/aboutcode-org/", "AboutCode"),
    ("github.com/coder/", "Coder"),
    ("github.com/aiaccountabilitylab/", "AI Accountability Lab"),
    ("github.com/data-provenance-initiative/", "Data Provenance Initiative"),
    ("huggingface.co/tiiuae/", "TII"),
    ("huggingface.co/nousresearch/", "Nous Research"),
    ("huggingface.co/datasets/oall/", "OALL"),
    ("aifasthub.com/redhatai/", "Red Hat AI"),
    ("ollama.com/", "Ollama library"),
    ("www.anthropic.com/", "Anthropic"),
    ("www.modelcards.net/", "modelcards.net"),
    ("apxml.com/", "APX"),
)
"""The publisher of a document, by the start of its address (without scheme, in lower case)."""

DEVELOPERS: Mapping[str, str] = {
    "CompVis (Rombach, Esser)": "CompVis",
    "Hugging Face alignment-handbook": "Hugging Face H4",
}
"""Developers that the list names in two ways, with the canonical name."""

_SPDX: Mapping[str, str] = {
    "mit": "MIT",
    "apache-2.0": "Apache-2.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
    "cc-by-4.0": "CC-BY-4.0",
}


@dataclass(frozen=True, slots=True)
class Data:
    """The meaning of a training-data entry: datasets, kinds of data, and the model that made them."""

    datasets: tuple[str, ...] = ()
    kinds: tuple[Iri, ...] = ()
    generated_by: str = ""
    partly: bool = False


DATA: tuple[tuple[str, Data], ...] = (
    ("undisclosed mix of publicly|undisclosed publicly", Data(kinds=(PG.PublicDataset,))),
    ("undisclosed", Data()),
    ("over 25M synthetic", Data(kinds=(PG.SyntheticData,))),
    (
        "public and licensed data",
        Data(kinds=(PG.PublicDataset, PG.LicensedData, PG.UserData), partly=True),
    ),
    ("ShareGPT", Data(("ShareGPT",), (PG.UserData,))),
    (
        "800k samples",
        Data(("deepseek-ai/DeepSeek-R1-distillation-800k",), (PG.SyntheticData,), "deepseek-r1"),
    ),
    ("alpaca_data", Data(("tatsu-lab/alpaca",), (PG.SyntheticData,))),
    ("tulu-v2-sft-mixture", Data(("allenai/tulu-v2-sft-mixture",))),
    ("WikiText 2", Data(("WikiText-2",))),
    ("mixture of Baize", Data(("Baize",), partly=True)),
    ("ROOTS", Data(("ROOTS",))),
    ("crawled image-caption", Data(("YFCC100M",), (PG.WebCrawl,), partly=True)),
    # "(original series)": large-v3, of which it is written, was trained on other data.
    ("680,000 h", Data(kinds=(PG.WebCrawl,), partly=True)),
    ("Shutterstock", Data(("Shutterstock",), (PG.LicensedData,))),
)
"""The meaning of an entry by its start (alternatives by ``|``); any other entry names one
dataset."""


def model(short: str) -> Iri | None:
    """The model or configuration that a short name stands for, or None."""
    if short == "claude-haiku-4-5-thinking":
        return THINKING
    if short in MODELS:
        return iris.model(MODELS[short])
    return iris.model(short) if re.fullmatch(r"[\w.-]+/[\w.-]+", short) else None


def family(short: str) -> tuple[Iri, str] | None:
    """The family of a model and the family's name, or None where none is decided.

    >>> family("llama-2-70b")[1]
    'Llama 2'
    """
    for head, (name, shown) in FAMILIES.items():
        if short.startswith(head + "-") and not short.startswith(("claude-sonnet", "llama-3.")):
            return iris.mint("family", name), shown
    return None


def licence(short: str) -> Iri:
    """The IRI of a licence, by its id in the licence list or its SPDX id.

    >>> licence("mit"), licence("llama-2")
    (Iri('http://spdx.org/licenses/MIT'), Iri('https://w3id.org/provenance-graph/id/licence/llama-2'))
    """
    spdx = _SPDX.get(short)
    return Iri(f"http://spdx.org/licenses/{spdx}") if spdx else iris.mint("licence", short)


def data(entry: str) -> Data:
    """The meaning of a training-data entry."""
    for heads, result in DATA:
        if any(entry.startswith(head) for head in heads.split("|")):
            return result
    return Data((entry,))


def publisher(url: str) -> str:
    """The publisher of the document at an address: by the table, else its owner or host."""
    parts = urlsplit(url)
    where = f"{parts.netloc}{parts.path}"
    for head, name in PUBLISHERS:
        if where.lower().startswith(head):
            return name
    steps = [unquote(step) for step in parts.path.split("/") if step]
    return steps[0] if steps and parts.netloc in ("huggingface.co", "github.com") else parts.netloc


def document(source: str) -> tuple[str, str]:
    """The address of a source and the locator in it, from the list's notations.

    >>> document("https://github.com/LiveBench/LiveBench livebench/model.yml")
    ('https://github.com/LiveBench/LiveBench/blob/HEAD/livebench/model.yml', '')
    >>> document("https://example.org/a#L3-L5")
    ('https://example.org/a', 'L3-L5')
    """
    url, _, rest = source.strip().partition(" ")
    path = rest.split()[0] if rest and re.match(r"[\w.-]+/[\w./-]+(?:\s|$)", rest) else ""
    if path:
        url = f"{url}/blob/HEAD/{path}"
    address, _, place = url.partition("#")
    return address, place


def document_slug(url: str) -> str:
    """A short unique name for a document: publisher, file, digest of the address."""
    tail = [unquote(step) for step in urlsplit(url).path.split("/") if step][-1:]
    digest = hashlib.sha256(url.encode()).hexdigest()[:6]
    return "-".join((iris.slug(publisher(url)), iris.slug(" ".join(tail))[:40], digest))
