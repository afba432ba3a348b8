"""Parameter counts of models, from their names and from the dimensions of their layers."""

from __future__ import annotations

import re

_SIZE = re.compile(
    r"(?<![a-z0-9.])(\d{1,4}(?:\.\d{1,2})?)([bm])(?![a-z0-9])(?![-_ ]*(?:words|tokens|images|pairs))",
    re.IGNORECASE,
)
_EXPERTS = re.compile(r"(?<![a-z0-9])(\d{1,3})x(\d{1,4}(?:\.\d{1,2})?)([bm])", re.IGNORECASE)
_EXPERTS_AFTER = re.compile(r"[-_ ]?\d{1,3}e(?![a-z0-9])", re.IGNORECASE)
_OTHERS = re.compile(r"(?:laion|pile|tokens?)[-_]?$", re.IGNORECASE)
_UNIT = {"b": 10**9, "m": 10**6}


def size_in_name(name: str) -> tuple[float, bool] | None:
    """The parameter count in a model's name and whether it counts experts; None if not just one.

    >>> size_in_name("Mixtral-8x7B-Instruct-v0.1"), size_in_name("Qwen3-235B-A22B")
    ((56000000000.0, True), (235000000000.0, False))
    >>> size_in_name("CLIP-ViT-L-14-laion2B"), size_in_name("Llama-4-Scout-17B-16E")
    (None, None)
    """
    if experts := _EXPERTS.search(name):
        return int(experts[1]) * float(experts[2]) * _UNIT[experts[3].lower()], True
    results = set()
    for size in _SIZE.finditer(name):
        if _EXPERTS_AFTER.match(name, size.end()) or _OTHERS.search(name[: size.start()]):
            return None
        results.add(float(size[1]) * _UNIT[size[2].lower()])
    return (results.pop(), False) if len(results) == 1 else None


def sum_of_weights(
    layers: int,
    width: int,
    inner: int,
    words: int,
    heads: int,
    groups: int,
    head: int | None = None,
) -> tuple[float, float]:
    """Parameter counts of a decoder with gated feed-forward: with and without tied embeddings.

    ``width`` is the hidden size, ``inner`` the feed-forward size, ``words`` the vocabulary size,
    ``groups`` the number of key-value heads, ``head`` the size of one head, by default the width
    over the heads. Experts, latent attention and state-space layers are not counted.

    >>> sum_of_weights(32, 4096, 14336, 128256, 32, 8)
    (7504658432.0, 8029995008.0)
    """
    size = head or width / max(heads, 1)
    attention = 2 * width * heads * size + 2 * width * groups * size
    stack = layers * (attention + 3 * width * inner)
    return float(stack + words * width), float(stack + 2 * words * width)
