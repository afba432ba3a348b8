"""What model names show: sizes, versions, placeholders, and whether a parent is the model itself."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from provenance_graph.core.sizes import size_in_name

SIZE_WORD = re.compile(r"(?<![a-z0-9.])(?:\d+x)?\d+(?:\.\d+)?[bm](?![a-z0-9])", re.IGNORECASE)


def size_tokens(name: str) -> frozenset[str]:
    """The size tokens in a model's name (such as 8x7b), in lower case.

    >>> sorted(size_tokens("Mixtral-8x7B-Instruct-v0.1")), sorted(size_tokens("GPT-3"))
    (['8x7b'], [])
    """
    return frozenset(result.casefold() for result in SIZE_WORD.findall(name.replace("_", "-")))


def is_named_smaller(name: str, parent: str) -> bool:
    """Whether the size in a model's name is more than 10 % below that in its parent's name.

    >>> is_named_smaller("NVIDIA-Nemotron-Nano-9B-v2", "NVIDIA-Nemotron-Nano-12B-v2")
    True
    >>> is_named_smaller("gemma-3n-E2B-it", "gemma-3n-E4B-it")
    True
    >>> is_named_smaller("Pythia-Chat-Base-7B", "pythia-6.9b"), is_named_smaller("my-tune", "x-8B")
    (False, False)
    """
    own, other = (
        size_in_name(_EFFECTIVE.sub("", one.rpartition("/")[2])) for one in (name, parent)
    )
    return bool(own and other and own[0] < 0.9 * other[0])


_EFFECTIVE = re.compile(r"(?<![a-z0-9])e(?=\d+b(?![a-z0-9]))", re.IGNORECASE)
"""The letter E before an effective size: the parameters that a model keeps in memory at once."""
_SCALES = frozenset({"tiny", "small", "medium", "large", "xl", "xxl"})


def may_hold(repository: str, name: str) -> bool:
    """Whether a repository may hold the weights of a model that has a different name.

    The two names must share a word, and their sizes, scales and versions must not contradict.

    >>> may_hold("CarperAI/stable-vicuna-13b-delta", "StableVicuna-13B")
    True
    >>> may_hold("ServiceNow-AI/Apriel-1.5-15b-Thinker", "Pixtral-12B")
    False
    >>> may_hold("google/codegemma-2b", "CodeGemma 7B"), may_hold("x/t5-xl", "T5 XXL")
    (False, False)
    >>> may_hold("deepseek-ai/DeepSeek-V3-Base", "DeepSeek-R1"), may_hold("o/rwkv-5-3b", "RWKV v5")
    (False, True)
    """
    tail = repository.partition("/")[2]
    if any(a and b and not a & b for a, b in zip(_marks(tail), _marks(name), strict=True)):
        return False
    words = re.findall(r"[^\W\d_]{3,}", name.casefold())
    return not words or any(word in letters(tail) for word in words)


def _marks(name: str) -> tuple[frozenset[str], ...]:
    """The sizes, scales and versions in a name, which distinguish models of one family."""
    parts = re.findall(r"[^\W_]+(?:\.\d+)*", name.casefold())
    sizes = size_tokens(name)
    versions = {p.removeprefix("v") for p in parts if re.fullmatch(r"[a-z]?\d{1,3}(?:\.\d+)?", p)}
    return sizes, _SCALES & set(parts), frozenset(versions - sizes)


_PLACEHOLDER = re.compile(
    r"\W*(?:unknown|untitled|unnamed|no[ _-]?name|none|null|nan|n/?a|tbd|todo|placeholder)?\W*",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Whether a label is a placeholder for a name that the source does not have.

    >>> is_placeholder("<UNKNOWN>"), is_placeholder("n/a"), is_placeholder("Unknown-7B")
    (True, True, False)
    """
    return bool(_PLACEHOLDER.fullmatch(text))


_LOADERS = frozenset(
    """
    arrow audiofolder closed confidential csv custom customized generator imagefolder in-house
    internal json none pandas parquet private proprietary text undisclosed unknown various
    videofolder
    """.split()
) | {"not disclosed"}


def names_no_dataset(name: str) -> bool:
    """Whether a dataset's stated name is only a loader's name, or says that the data have no name.

    Trainer writes the name of the loader where the data are local files.

    >>> names_no_dataset("imagefolder"), names_no_dataset("allenai/c4")
    (True, False)
    """
    return name.strip().casefold() in _LOADERS


_PATH = re.compile(
    r"^(?:[A-Za-z]:|[.~]{0,2}/|file:)|\\|\.(?:csv|tsv|jsonl?|parquet|arrow|feather|np[yz]|h5|hdf5|pkl"
    r"|pt|txt|xml|ya?ml|zip|tar|gz|db|sqlite|png|jpe?g|wav|mp[34])$",
    re.IGNORECASE,
)


def is_path(name: str) -> bool:
    """Whether a name is a file name or path, which identifies nothing outside its document.

    >>> [is_path(name) for name in ("./data", "train.jsonl", "C:/x", "allenai/c4")]
    [True, True, True, False]
    """
    return _PATH.search(name) is not None


_FILES = frozenset(
    """
    readme config adapter_config model_index index modelcard model_card card
    tokenizer_config generation_config model.safetensors.index mergekit_config
    mergekit_moe_config params quantize_config tokenizer preprocessor_config
    special_tokens_map config_sentence_transformers mlmodel kitfile modelfile pytorch_model
    weights adapter_model diffusion_pytorch_model consolidated ggml-model api model document
    stdin
    """.split()
)


def names_a_file(stem: str) -> bool:
    """Whether a stem is that of a file that every repository has, so that it names no model.

    >>> names_a_file("README"), names_a_file("Llama-3.1-8B")
    (True, False)
    """
    return stem.casefold() in _FILES


_QUANTISED = re.compile(
    r"(?:nv|mx)?fp[468]|nf4|int[248]|[248]bits?|[wa][48]|gguf|ggml|gptq|awq|hqq|aqlm|bnb|mlx|exl[23]|onnx|ov|"
    r"openvino|litert|tflite|coreml|torchao|marlin|autoround|modelopt|quark|w[48]a(?:4|8|16)\w*|"
    r"i?q[2-8](?:k\w*)?|quantized|quant|imatrix|qat|da8w8",
    re.IGNORECASE,
)


def is_quantised_copy(name: str, parent: str) -> bool:
    """Whether a repository's name shows that it holds its parent in a lower precision.

    The name states the quantisation, or equals the parent's name. The Hub's relation "quantized" is
    derived from files beside the weights: it is given for fine-tunes and for new models as well.

    >>> is_quantised_copy("amd/Kimi-K2.5-W4A8", "moonshotai/Kimi-K2.5")
    True
    >>> is_quantised_copy("Xenova/bge-base-en-v1.5", "BAAI/bge-base-en-v1.5")
    True
    >>> is_quantised_copy("sentence-transformers/all-MiniLM-L6-v2", "nreimers/MiniLM-L6-H384-uncased")
    False
    """
    own, other = (one.rpartition("/")[2].casefold() for one in (name, parent))
    pieces = set(re.split(r"[-_.+]+", own)) - set(re.split(r"[-_.+]+", other))
    return own == other or any(_QUANTISED.fullmatch(piece) for piece in pieces)


_RESOLUTION = re.compile(r"\d+(?:\.\d+)?k(?![a-z0-9])", re.IGNORECASE)
_VERSION = re.compile(r"[-_. ]v\d+(?:\.\d+)*(?=$|[-_. ])|(?<=[a-z])\d+$", re.IGNORECASE)


def is_later_version(name: str, parent: str) -> bool:
    """Whether two names differ only in a version number: a series of models, not a derivation.

    The parent may have no number. Numbers that count parameters or pixels are not version numbers.

    >>> is_later_version("Claude 2.1", "Claude 2"), is_later_version("GLM-4-0520", "GLM-4-0116")
    (True, True)
    >>> is_later_version("e5-base-v2", "e5-base"), is_later_version("rubert-tiny2", "rubert-tiny")
    (True, True)
    >>> is_later_version("Llama 2-7B", "Llama 2-13B"), is_later_version("Qwen2-7B", "Qwen2-7B")
    (False, False)
    >>> is_later_version("PS3-4K-SigLIP2", "PS3-1.5K-SigLIP2")
    False
    """
    if letters(name) == letters(parent) or size_tokens(name) != size_tokens(parent):
        return False
    if _RESOLUTION.findall(name) != _RESOLUTION.findall(parent):
        return False
    own, other = (re.sub(r"\d+(?:\.\d+)*", "0", one.casefold()) for one in (name, parent))
    if letters(own) == letters(other):
        return True
    return letters(_VERSION.sub("", name)) == letters(parent)


def is_itself(stated: str, *names: str) -> bool:
    """Whether a stated parent is the model itself, or the family that the model's name begins with.

    A family has no weights of its own: ``Falcon`` is no parent of Falcon-40B.

    >>> is_itself("Falcon", "Falcon-40B"), is_itself("Falcon 40B", "falcon-40b")
    (True, True)
    >>> is_itself("Falcon-40B", "Falcon-40B-Instruct"), is_itself("Phi 3", "Phi 3 Instruct")
    (False, False)
    """
    parent = letters(stated)
    for name in names:
        child = letters(name)
        if parent == child:
            return True
        if child.startswith(parent) and size_tokens(name) and not size_tokens(stated):
            return True
    return False


@lru_cache(maxsize=4096)
def same_name(repository: str, *spellings: str) -> bool:
    """Whether a repository has the name of a model, ignoring letter case and punctuation.

    The owner's name may stand before the model's, and a format suffix after it. No looser match is
    accepted: ``codegemma-7b`` is not CodeGemma 7B Instruct.

    >>> same_name("tiiuae/falcon-40b", "Falcon 40B"), same_name("google/codegemma-7b", "CodeGemma")
    (True, False)
    """
    owner, _, tail = repository.partition("/")
    wanted = {letters(spelling) for spelling in spellings} - {""}
    result = letters(tail)
    owner_letters = letters(owner)
    options = {result, result.removesuffix("hf")}
    heads = {"", owner_letters} | {letters(part) for part in re.split(r"[-_.]", owner)}
    return any(f"{head}{want}" in options for head in heads for want in wanted)


def letters(text: str) -> str:
    """The letters and digits of a name in lower case, for comparison of spellings."""
    return re.sub(r"[\W_]+", "", unquote(text).casefold())
