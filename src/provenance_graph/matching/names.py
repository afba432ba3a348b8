"""Parser of model names into words, sizes, variant, quantisation and dates.

Sources write one name in many ways: case, separators, owner in front, ``-hf`` behind, ``it`` for
``instruct``, ``v0.3``, ``7B`` or ``7.0b`` or ``7 billion``, a cloud's vendor prefix and build
suffix. The words that remain after these habits are removed are compared. Parts that distinguish
models (size, variant, version, date, quantisation) are kept separate and never dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from urllib.parse import unquote

from provenance_graph.core import iris
from provenance_graph.core.developers import developer_names
from provenance_graph.core.iris import ID, Iri, short_id
from provenance_graph.formats.model_names import is_placeholder

_VARIANTS = {
    "instruct": "instruct",
    "it": "instruct",
    "instruction": "instruct",
    "chat": "chat",
    "base": "base",
    "pt": "base",
    "pretrained": "base",
    "foundation": "base",
}
_QUANTISED = re.compile(
    r"(?:nv|mx)?fp(?:4|6|8|16|32)(?:8)?|bf16|int[248]|[248]bit|gguf|ggml|gptq|awq|bnb|mlx|exl[23]|"
    r"onnx|marlin|autoround|w[48]a(?:4|8|16)|i?q[1-8](?:_?\w{1,3})?|quantized|qat|qlora|spinquant"
)
_LEVEL = re.compile(
    r"(?<![a-z0-9])(i?q[1-8])[-_](k(?:[-_](?:xs|xl|[sml]))?|xxs|xs|nl|[sm01])(?![a-z0-9])"
)
"""A quantisation level that llama.cpp writes in several parts: ``q4_K_M``, ``Q8_0``."""
_SIZE = re.compile(r"(\d+(?:\.\d+)?)(b|m|t|bn)")
_EXPERTS = re.compile(r"\d+x\d+(?:\.\d+)?[bm]|[ae]\d+(?:\.\d+)?b|\d+e")
_REGION = re.compile(r"^(?:us-gov|us|eu|apac|au|jp|ca|sa|global)\.(?=[a-z0-9]+\.)")
_VENDOR = re.compile(r"^([a-z][a-z0-9]*)\.(?=[a-z])")
_BUILD = re.compile(r"-(?:v\d+|\d):\d+(?::\w+)?$")
_FIRST_BUILD = re.compile(r"-v1:0(?::\w+)?$")
"""The suffix by which Bedrock marks the first version of any model."""
_POINT = re.compile(r"(?<![\d.])(\d{1,2})p(\d{1,2})(?=[bv]?(?![a-z0-9]))")
"""``p`` for a decimal point, where a service allows none: ``qwen2p5``, ``1p5b``, ``glm-4p5v``."""
_BELOW_ONE = re.compile(r"(?<![\w.])0-(?=\d{1,2}[bm](?![a-z0-9]))")
_TAG = re.compile(r"(?:[@:](?:default|free)|-maas)$")
_MODE = re.compile(r":(thinking|exacto|nitro|floor|online|extended)$")
_SERVING = frozenset({"highspeed", "flashx", "fast", "turbo", "lightning", "priority", "latest"})
"""Words for a way of serving or for the newest release; ``turbo`` only after Instruct."""
_ALWAYS = frozenset({"highspeed", "flashx", "latest"})
FILLERS = frozenset({"moe", "llm", "model", "vlm"})
"""Words that some sources leave out."""
_DAY = re.compile(r"(?<!\d)(20[12]\d)[-_.]([01]\d)[-_.]([0-3]\d)(?!\d)")
_MONTH_YEAR = re.compile(r"(?<!\d)(0[1-9]|1[0-2])[-_. ](20[12]\d)(?!\d)")
_YEAR_MONTH = re.compile(r"(?<!\d)(20[12]\d)[-_. ](0[1-9]|1[0-2])(?![-_.]?\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORD_YEAR = re.compile(rf"(?<![a-z])({'|'.join(_MONTHS)})[a-z]*\.?[-_ ]+(20[12]\d)(?!\d)")
_GREEK = str.maketrans({"α": " alpha ", "β": " beta ", "γ": " gamma ", "δ": " delta "})
_US_DAY = re.compile(r"(?<!\d)([01]\d)-([0-3]\d)-(20[12]\d)(?!\d)")
_MONTH_DAY = re.compile(r"(?<=preview-)([01]\d)-([0-3]\d)(?!\d)")
_DATE = re.compile(r"\d{4,6}|\d{8}|\d{10}|20\d{10}(?:\d\d)?")
"""A month, day or second in digits; a number of another length is a serial number, and a word."""
_VERSION_0 = re.compile(r"-v0:(?=\d$)")
_DIGIT = re.compile(r"\d")
_GGUF = re.compile(r"\.(?=gg(?:uf|ml)$)")
_UNDERSCORED = re.compile(r"(?<=\d)_(?=\d+[bm]\b)")
_BETWEEN = re.compile(r"[^\w.]+|_(?!\d+[bm]\b)")
_VERSION = re.compile(r"v\d[\d.]*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SHORT_NUMBER = re.compile(r"\d|[1-9]\d")
_WHOLE = re.compile(r"^(\d+)\.0$")
_PIECE = re.compile(r"\d+(?:\.\d+)*[a-z]?(?![a-z0-9])|\d+(?:\.\d+)*|[^\d.]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A parsed name. Two names with equal parts are spellings of the same name."""

    words: tuple[str, ...]
    sizes: frozenset[str] = frozenset()
    variant: frozenset[str] = frozenset()
    quantised: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    vendor: str = ""
    serving: frozenset[str] = frozenset()

    @property
    def spellings(self) -> tuple[str, str]:
        """The words sorted, and the words joined in order, both without fillers.

        >>> set(parse("Code Llama 7B").spellings) & set(parse("CodeLlama-7b").spellings)
        {'codellama'}
        """
        retained = [word for word in self.words if word not in FILLERS] or list(self.words)
        return " ".join(sorted(retained)), "".join(retained)

    @property
    def key(self) -> tuple[str, ...]:
        """The words in sorted order, and the sizes."""
        return (*sorted(self.words), "|", *sorted(self.sizes))

    def differs(self, other: Name) -> list[str]:
        """Descriptions of the parts in which two names differ; empty if they are the same name."""
        reported = []
        for part, mine, yours in (
            ("variant", self.variant, other.variant),
            ("quantisation", self.quantised, other.quantised),
            ("date", self.dates, other.dates),
            ("size", self.sizes, other.sizes),
            ("serving", self.serving, other.serving),
        ):
            if mine != yours:
                reported.append(f"{part} {_joined_part(mine)} against {_joined_part(yours)}")
        if sorted(self.words) != sorted(other.words):
            reported.append("words differ")
        return reported


def _joined_part(part: frozenset[str]) -> str:
    return "+".join(sorted(part)) or "none"


_NO_NAME = re.compile(
    r"\W*(?:model|test|others?|various|multiple|several|human|mixed)\W*", re.IGNORECASE
)


def identifies_nothing(text: str) -> bool:
    """Whether a label names no single entity: a placeholder, or a word such as ``various``.

    >>> identifies_nothing("<UNKNOWN>"), identifies_nothing("various"), identifies_nothing("Test-7B")
    (True, True, False)
    """
    return is_placeholder(text) or bool(_NO_NAME.fullmatch(text))


@lru_cache(maxsize=200_000)
def parse(text: str) -> Name:
    """Parse a model's name into its parts.

    >>> parse("Meta-Llama-3.1-8B-Instruct").differs(parse("llama 3.1 it (8.0 billion)"))
    []
    >>> parse("Qwen3-8B").differs(parse("Qwen3-8B-Base-FP8"))
    ['variant none against base', 'quantisation none against fp8']
    >>> parse("us.anthropic.claude-3-5-haiku-20241022-v1:0").words
    ('claude', '3.5', 'haiku')
    >>> parse("qwen2p5-0p5b").differs(parse("Qwen2.5 0.5B")), parse("llama3.1:8b-q4_K_M").quantised
    ([], frozenset({'q4km'}))
    >>> parse("model-0000581-gguf").words, parse("DeepSeek-R1-0528").dates
    (('model', '0000581'), frozenset({'0528'}))
    """
    folded = unicodedata.normalize("NFKC", text).casefold().strip().translate(_GREEK)
    folded = _VERSION_0.sub("-v0.", _REGION.sub("", folded.removeprefix("models/")))
    vendor = ""
    if (match := _VENDOR.match(folded)) and match[1] in developer_names().cloud_prefixes:
        vendor, folded = match[1], folded[match.end() :]
        if _DIGIT.search(bare := _BUILD.sub("", folded)):
            folded = bare
    folded = _MODE.sub(r"-serving-\1", _TAG.sub("", _FIRST_BUILD.sub("", folded)))
    folded = folded.rpartition("/")[2] or folded
    return _sorted_out(_pieces(_figures(_dates(folded)).replace("+", " plus ")), vendor)


def readings(text: str) -> Iterator[Name]:
    """Yield the parsed name; with Bedrock's first version suffix also the name with the version.

    >>> [name.words for name in readings("amazon.nova-pro-v1:0")]
    [('nova', 'pro'), ('nova', 'pro', '1')]
    """
    yield parse(text)
    if _FIRST_BUILD.search(text) and not _DIGIT.search(_FIRST_BUILD.sub("", text)):
        yield parse(text.partition(":")[0])


def _dates(folded: str) -> str:
    """Rewrite dates as digits only: ``2024-08-06`` as ``20240806``, ``Aug 2024`` as ``202408``."""
    if "20" not in folded and "preview-" not in folded:  # without a year, which most names lack
        return folded
    folded = _DAY.sub(r"\1\2\3", folded)
    folded = _US_DAY.sub(r"\3\1\2", folded)
    folded = _MONTH_DAY.sub(r"\1\2", folded)
    folded = _WORD_YEAR.sub(lambda date: f"{date[2]}{_MONTHS.index(date[1]) + 1:02}", folded)
    return _YEAR_MONTH.sub(r"\1\2", _MONTH_YEAR.sub(r"\2\1", folded))


def _figures(folded: str) -> str:
    """Normalise numbers with decimal points and write quantisation levels as one part."""
    folded = _GGUF.sub("-", folded)
    for written, meant in developer_names().respelt.items():
        if written in folded:
            folded = re.sub(rf"(?<![a-z0-9]){re.escape(written)}(?![a-z0-9])", meant, folded)
    folded = _LEVEL.sub(lambda level: re.sub(r"[-_]", "", level[0]), folded)
    folded = _BELOW_ONE.sub("0.", _POINT.sub(r"\1.\2", folded))
    return _UNDERSCORED.sub(".", folded)


def _pieces(folded: str) -> list[str]:
    """Split a name into words and numbers; sizes, expert counts and quantisations stay whole."""
    results: list[str] = []
    for chunk in _BETWEEN.split(folded):
        whole = chunk.strip(".")
        if not whole:
            continue
        if _SIZE.fullmatch(whole) or _EXPERTS.fullmatch(whole) or _QUANTISED.fullmatch(whole):
            results.append(whole)
        elif _VERSION.fullmatch(whole):
            results.append(whole[1:])
        else:
            results += [piece.strip(".") for piece in _PIECE.findall(whole) if piece.strip(".")]
    return _sized(results)


def _sized(pieces: list[str]) -> list[str]:
    """Join ``7 billion`` to ``7b`` and ``3 5`` to ``3.5``."""
    results: list[str] = []
    for piece in pieces:
        last = results[-1] if results else ""
        if piece in ("b", "bn", "billion", "million") and _NUMBER.fullmatch(last):
            results[-1] = last + piece[0]
        elif _SHORT_NUMBER.fullmatch(piece) and _SHORT_NUMBER.fullmatch(last):
            results[-1] = f"{last}.{piece}"
        else:
            results.append(piece)
    return results


def _sorted_out(pieces: list[str], vendor: str) -> Name:
    words: list[str] = []
    sizes: set[str] = set()
    variant: set[str] = set()
    quantised: set[str] = set()
    dates: set[str] = set()
    serving: set[str] = set()
    before = ""
    for position, piece in enumerate(pieces):
        before, last = piece, before
        if last == "serving" and position > 1:
            serving.add(piece)
        elif piece == "serving" and position:
            continue
        elif piece in _SERVING and position and (piece in _ALWAYS or last in _VARIANTS):
            serving.add(piece)
        elif (size := _SIZE.fullmatch(piece)) and not (size[2] == "m" and sizes):
            sizes.add(_billions(size[1], size[2]))
        elif _EXPERTS.fullmatch(piece):
            sizes.add(piece)
        elif _QUANTISED.fullmatch(piece):
            quantised.add(piece.replace("_", ""))
        elif _DATE.fullmatch(piece):
            dates.add(piece)
        elif piece in _VARIANTS and position:
            variant.add(_VARIANTS[piece])
        elif not (piece == "hf" and position == len(pieces) - 1):
            words.append(piece.removesuffix(".0") if _WHOLE.match(piece) else piece)
    return Name(
        without_developer(words),
        frozenset(sizes),
        frozenset(variant),
        frozenset(quantised),
        frozenset(dates),
        vendor,
        frozenset(serving),
    )


def without_developer(words: Sequence[str]) -> tuple[str, ...]:
    """Drop leading developer names that are not part of a model's name, if more words follow.

    >>> without_developer(["ai", "21", "jamba", "1.5"]), without_developer(["meta", "7"])
    (('jamba', '1.5'), ('meta', '7'))
    """
    owners = developer_names().leading_names
    while leading := [
        count
        for count in range(1, min(len(words), 4))
        if "".join(words[:count]) in owners and any(word.isalpha() for word in words[count:])
    ]:
        words = words[leading[-1] :]
    return tuple(words)


def _billions(number: str, unit: str) -> str:
    scale = {"m": Decimal("0.001"), "t": Decimal(1000)}.get(unit, Decimal(1))
    return format((Decimal(number) * scale).normalize(), "f") + "b"


# ---- what the IRI of an entity says by itself ----------------------------------------------

ORDER = (
    "",
    "curated",
    "apx",
    "fmti",
    "osai",
    "mot",
    "epoch",
    "mteb",
    "osaimap",
    "modelsdev",
    "litellm",
)
"""The order of sources by which the canonical name is chosen; "" stands for our own names."""
_BY_PATH = frozenset({"huggingface", "safetensors", "gguf", "ollama", "modelpack", "mlflow"})
"""Formats whose documents may name no model; the model is then known by collection and path."""
_WITHIN = frozenset(
    {"cyclonedx", "spdx3", "croissant", "fair4ml", "rocrate", "mldcat-ap", "modelsigning", "prov"}
)
"""Formats in which a name without an owner is local to its document, below its path."""


def preference(name: Iri) -> tuple[int, int, int, str]:
    """The sort key of canonical names: hub repositories, our scheme, then sources; short first.

    >>> a, b = iris.model("openai/gpt-4"), iris.entity("epoch", "model", "gpt-4")
    >>> min(b, a, key=preference) == a
    True
    """
    location = source(name)
    hub_like = any(c.isupper() for c in name[len(iris.ID) :])
    rank = ORDER.index(location) if location in ORDER else len(ORDER)
    return rank, not hub_like, len(local(name)), name


def local(iri: Iri) -> str:
    """The name in the IRI of a model, without owner or provider.

    >>> local(iris.model("meta-llama/Llama-3.1-8B"))
    'Llama-3.1-8B'
    """
    return unquote(iri.rstrip("/").rpartition("/")[2])


def source(iri: Iri) -> str:
    """The source whose own name an IRI is; empty for IRIs of our scheme."""
    return iri[len(ID) + 3 :].partition("/")[0] if iri.startswith(ID + "in/") else ""


def first_part(iri: Iri) -> str:
    """The first step of the local name in a source's IRI, which for an offer is its host."""
    parts = iri[len(ID) :].split("/")
    return parts[3] if iri.startswith(ID + "in/") and len(parts) > 4 else ""


def owner(iri: Iri) -> str:
    """The owner that an IRI names: of a repository or a model of our scheme, never a folder.

    >>> owner(iris.model("meta-llama/Llama-3.1-8B"))
    'meta-llama'
    """
    parts = short_id(iri).split("/")
    if source(iri) in _BY_PATH or (source(iri) in _WITHIN and len(parts) > 4):
        return ""
    if iri.startswith(ID + "model/") and len(parts) == 2:
        return parts[0]
    if source(iri) and len(parts) >= 4:
        return parts[-2]
    return ""
