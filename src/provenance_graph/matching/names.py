"""A model's name parsed: words, sizes, variant, quantisation, dates.

Sources write one name in many ways: case, separators, owner in front, ``-hf`` behind,
``it`` for ``instruct``, ``v0.3``, ``7B`` or ``7.0b`` or ``7 billion``, a cloud's vendor
prefix and build suffix. What is left after these habits is compared; what tells models
apart (size, variant, version, date, quantisation) is kept separate and never dropped.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from provenance_graph.core.developers import developer_names

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
    r"onnx|marlin|autoround|w[48]a(?:4|8|16)|i?q[2-8](?:_?\w{1,3})?|quantized|qat|qlora|spinquant"
)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)(b|m|t|bn)")
_EXPERTS = re.compile(r"\d+x\d+(?:\.\d+)?[bm]|[ae]\d+(?:\.\d+)?b|\d+e")
_REGION = re.compile(r"^(?:us-gov|us|eu|apac|au|jp|ca|sa|global)\.(?=[a-z0-9]+\.)")
_VENDOR = re.compile(r"^([a-z][a-z0-9]*)\.(?=[a-z])")
_BUILD = re.compile(r"-(?:v\d+|\d):\d+(?::\w+)?$")
_TAG = re.compile(r"(?:[@:](?:default|free)|-maas)$")
_MODE = re.compile(r":(thinking|exacto|nitro|floor|online|extended)$")
_SERVING = frozenset({"highspeed", "flashx", "fast", "turbo", "lightning", "priority", "latest"})
"""Words for a way of serving, or for whichever release is newest; ``turbo`` only behind Instruct."""
_ALWAYS = frozenset({"highspeed", "flashx", "latest"})
FILLERS = frozenset({"moe", "llm", "model", "vlm"})
"""Words that one source writes and another leaves out."""
_DAY = re.compile(r"(?<!\d)(20[12]\d)[-_.]([01]\d)[-_.]([0-3]\d)(?!\d)")
_US_DAY = re.compile(r"(?<!\d)([01]\d)-([0-3]\d)-(20[12]\d)(?!\d)")
_MONTH_DAY = re.compile(r"(?<=preview-)([01]\d)-([0-3]\d)(?!\d)")
_DATE = re.compile(r"\d{4,6}|\d{8}|\d{10}|20\d{10}(?:\d\d)?")
"""A month, a day or a second, in figures; a number of another length is a serial number, a word."""
_PIECE = re.compile(r"\d+(?:\.\d+)*[a-z]?(?![a-z0-9])|\d+(?:\.\d+)*|[^\d.]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in parts. Two names with equal parts are the same name, differently written."""

    words: tuple[str, ...]
    sizes: frozenset[str] = frozenset()
    variant: frozenset[str] = frozenset()
    quantised: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    vendor: str = ""
    serving: frozenset[str] = frozenset()

    @property
    def spellings(self) -> tuple[str, str]:
        """The words in any order, and written together; fillers are left out.

        >>> set(parse("Code Llama 7B").spellings) & set(parse("CodeLlama-7b").spellings)
        {'codellama'}
        """
        retained = [word for word in self.words if word not in FILLERS] or list(self.words)
        return " ".join(sorted(retained)), "".join(retained)

    @property
    def key(self) -> tuple[str, ...]:
        """What names must share to be compared at all: words in any order, and sizes."""
        return (*sorted(self.words), "|", *sorted(self.sizes))

    def differs(self, other: Name) -> list[str]:
        """Which parts tell the names apart, in words; empty where they are one name."""
        reported = []
        for part, mine, yours in (
            ("variant", self.variant, other.variant),
            ("quantisation", self.quantised, other.quantised),
            ("date", self.dates, other.dates),
            ("size", self.sizes, other.sizes),
            ("serving", self.serving, other.serving),
        ):
            if mine != yours:
                reported.append(f"{part} {_shown(mine)} against {_shown(yours)}")
        if sorted(self.words) != sorted(other.words):
            reported.append("words differ")
        return reported


def _shown(part: frozenset[str]) -> str:
    return "+".join(sorted(part)) or "none"


_PLACEHOLDER = re.compile(
    r"\W*(?:unknown|untitled|none|null|nan|n/?a|tbd|todo|placeholder|no name|unnamed|model|test|others?|various|multiple|several|human|mixed)?\W*",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Whether a label stands for a name that somebody did not have.

    >>> is_placeholder("<UNKNOWN>"), is_placeholder("n/a"), is_placeholder("Unknown-7B")
    (True, True, False)
    """
    return bool(_PLACEHOLDER.fullmatch(text))


@lru_cache(maxsize=200_000)
def parse(text: str) -> Name:
    """Parse a name.

    >>> parse("Meta-Llama-3.1-8B-Instruct").differs(parse("llama 3.1 it (8.0 billion)"))
    []
    >>> parse("Qwen3-8B").differs(parse("Qwen3-8B-Base-FP8"))
    ['variant none against base', 'quantisation none against fp8']
    >>> parse("us.anthropic.claude-3-5-haiku-20241022-v1:0").words
    ('claude', '3.5', 'haiku')
    >>> parse("model-0000581-gguf").words, parse("DeepSeek-R1-0528").dates
    (('model', '0000581'), frozenset({'0528'}))
    """
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    folded = _REGION.sub("", folded.removeprefix("models/"))
    vendor = ""
    if (match := _VENDOR.match(folded)) and match[1] in developer_names().cloud_prefixes:
        vendor, folded = match[1], folded[match.end() :]
        if re.search(r"\d", bare := _BUILD.sub("", folded)):
            folded = bare
    folded = _MODE.sub(r"-serving-\1", _TAG.sub("", folded))
    folded = folded.rpartition("/")[2] or folded
    folded = _DAY.sub(r"\1\2\3", folded)
    folded = _US_DAY.sub(r"\3\1\2", folded)
    folded = _MONTH_DAY.sub(r"\1\2", folded)
    folded = re.sub(r"(?<=\d)_(?=\d+[bm]\b)", ".", folded.replace("+", " plus "))
    return _sorted_out(_pieces(folded), vendor)


def _pieces(folded: str) -> list[str]:
    """Words and numbers; sizes, expert counts and quantisations stay whole."""
    results: list[str] = []
    for chunk in re.split(r"[^\w.]+|_(?!\d+[bm]\b)", folded):
        whole = chunk.strip(".")
        if not whole:
            continue
        if _SIZE.fullmatch(whole) or _EXPERTS.fullmatch(whole) or _QUANTISED.fullmatch(whole):
            results.append(whole)
        elif version := re.fullmatch(r"v?(\d+)p(\d+)", whole):
            results.append(f"{version[1]}.{version[2]}")
        elif re.fullmatch(r"v\d[\d.]*", whole):
            results.append(whole[1:])
        else:
            results += [piece.strip(".") for piece in _PIECE.findall(whole) if piece.strip(".")]
    return _sized(results)


def _sized(pieces: list[str]) -> list[str]:
    """``7 billion`` as ``7b``; ``3 5`` as ``3.5``."""
    results: list[str] = []
    for piece in pieces:
        last = results[-1] if results else ""
        if piece in ("b", "bn", "billion", "million") and re.fullmatch(r"\d+(?:\.\d+)?", last):
            results[-1] = last + piece[0]
        elif re.fullmatch(r"\d|[1-9]\d", piece) and re.fullmatch(r"\d|[1-9]\d", last):
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
        elif size := _SIZE.fullmatch(piece):
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
            words.append(re.sub(r"^(\d+)\.0$", r"\1", piece))
    owners = developer_names().leading_names
    while len(words) > 1 and words[0] in owners and any(w.isalpha() for w in words[1:]):
        words.pop(0)
    return Name(
        tuple(words),
        frozenset(sizes),
        frozenset(variant),
        frozenset(quantised),
        frozenset(dates),
        vendor,
        frozenset(serving),
    )


def _billions(number: str, unit: str) -> str:
    scale = {"m": Decimal("0.001"), "t": Decimal(1000)}.get(unit, Decimal(1))
    return format((Decimal(number) * scale).normalize(), "f") + "b"
