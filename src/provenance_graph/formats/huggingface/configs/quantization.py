"""Reader of number formats and quantisation in configs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats import statements
from provenance_graph.formats.huggingface.names import NamedRepository
from provenance_graph.formats.huggingface.tables import DTYPES

_BITS = {"fp8": 8, "fbgemm_fp8": 8, "mxfp4": 4, "nvfp4": 4, "w4a16": 4, "w8a8": 8, "fp4": 4}
_STORED = {4: PG.Int4, 8: PG.Int8}


def stated_dtype(part: dict[str, Any]) -> Iri | None:
    """The number format that a config names, or None where its weights are quantised."""
    if packing(part) is not None:
        return None
    name = part.get("torch_dtype", part.get("dtype"))
    return DTYPES.get(name.removeprefix("torch.").casefold()) if isinstance(name, str) else None


@dataclass(frozen=True, slots=True)
class Packing:
    """The layout of quantised weights: the number of weights per element of each integer type."""

    method: str
    weights: Mapping[str, Fraction]
    scales: frozenset[str] = frozenset()
    """Element types that hold only scales."""
    scaled: int = 0
    """Weights per scale, where both have one type and the Hub counts the weights unpacked."""

    def element_count(self, kind: str, count: int) -> int:
        """The number of weights in ``count`` elements of the type ``kind``.

        The Hub has counted the U8 elements of MXFP4 in two ways: weights alone and, before, weights
        with their scales. The scales are left out where the count is a whole number of blocks with
        a scale.
        """
        if self.scaled and count % (self.scaled + 1) == 0:
            return count // (self.scaled + 1) * self.scaled
        return int(count * self.weights[kind])


def packing(raw: dict[str, Any]) -> Packing | None:
    """The packing of weights that a config's quantisation means; None where nothing is quantised.

    GPTQ, AWQ and similar methods pack 32 / bits weights into an I32 (AutoGPTQ's ``qweight``), MLX
    the same into a U32, bitsandbytes two 4-bit weights into a U8. MXFP4 keeps weights in U8s, with
    a scale to every 32, and the Hub's answers count its weights, not its bytes; NVFP4 keeps two
    weights in a U8 and its scales in F8_E4M3. The packing of an unknown method has no weights.
    """
    stated = raw.get("quantization_config", raw.get("compression_config"))
    mlx = statements.mapping(raw.get("quantization"))
    if "bits" in mlx and not isinstance(stated, dict):
        bits = _bits(mlx, "")
        return Packing("mlx", {"U32": Fraction(32) / Fraction(bits)} if bits else {})
    if not isinstance(stated, dict) or not stated:
        return None
    method = statements.scalar_text(stated.get("quant_method")).casefold()
    algorithm = statements.scalar_text(stated.get("quant_algo", stated.get("format"))).casefold()
    bits = _bits(stated, algorithm or method)
    if method == "mxfp4":
        return Packing(method, {"U8": Fraction(1)}, scaled=32)
    if "nvfp4" in (method, algorithm) or "nvfp4" in algorithm:
        return Packing("nvfp4", {"U8": Fraction(2)}, frozenset({"F8_E4M3"}))
    if method in ("bitsandbytes", "bnb"):
        return Packing(method, {"U8": Fraction(2)} if bits == 4 else {"I8": Fraction(1)})
    if bits is None or bits >= 16:
        return Packing(method or algorithm, {})
    stored = Fraction(32) / Fraction(bits)
    eight = {"I8": Fraction(1), "U8": Fraction(8) / Fraction(bits)} if bits in (4, 8) else {}
    return Packing(method or algorithm, {"I32": stored, "U32": stored, **eight})


def precision(
    repo: NamedRepository, parts: list[dict[str, Any]], location: str, basis: Basis | None
) -> Iterator[Claim | Problem]:
    """Yield the number format of the weights, and the method and bits of their quantisation.

    Where weights are quantised, ``torch_dtype`` is the format of the computation, not of the
    weights.
    """
    for part in reversed(parts):
        quantised = part.get("quantization_config", part.get("compression_config"))
        mlx = statements.mapping(part.get("quantization"))
        if "bits" in mlx and "quant_method" not in statements.mapping(quantised):
            # MLX writes its bits under a key of its own and names no method
            method = literals.text("mlx")
            yield Claim(repo.subject, PG.quantizationMethod, method, basis=Basis.INFERENCE)
            yield from _width(repo, mlx, "", basis)
            return
        if isinstance(quantised, dict) and quantised:
            yield from _quantised(repo, quantised, f"{location}/quantization_config", basis)
            return
        if quantised is not None and not isinstance(quantised, dict):
            where = f"{location}/quantization_config"
            yield Problem(where, f"{str(quantised)[:60]!r} is not a mapping")
    for part in reversed(parts):
        name = part.get("torch_dtype", part.get("dtype"))
        if isinstance(name, str) and name not in ("auto", ""):
            yield number_format(repo, name, f"{location}/torch_dtype", basis)
            return
        if name is not None and not isinstance(name, str):
            yield Problem(f"{location}/torch_dtype", f"{str(name)[:60]!r} is not a number format")


def number_format(repo: NamedRepository, name: str, where: str, basis: Basis | None) -> Claim:
    """The claim of a named number format: a concept of the code list, else as stated."""
    known = DTYPES.get(name.removeprefix("torch.").casefold())
    if known:
        return Claim(repo.subject, PG.weightPrecision, known, basis=basis)
    return Claim(
        repo.subject,
        PG.weightPrecision,
        None,
        basis=basis,
        as_stated=statements.clean(name)[:80],
        locator=where,
        unusable="no number format of the code list",
    )


def _quantised(
    repo: NamedRepository, stated: dict[str, Any], where: str, basis: Basis | None
) -> Iterator[Claim | Problem]:
    method = stated.get("quant_method")
    algorithm = stated.get("quant_algo", stated.get("quantization", {}))
    if isinstance(algorithm, dict):
        algorithm = algorithm.get("quant_algo", "")
    algorithm = algorithm.casefold() if isinstance(algorithm, str) else ""
    if isinstance(method, str) and method:
        yield Claim(repo.subject, PG.quantizationMethod, literals.text(method[:80]), basis=basis)
    elif algorithm:
        literal = literals.text(algorithm[:80])
        yield Claim(repo.subject, PG.quantizationMethod, literal, basis=basis)
    else:
        yield Problem(f"{where}/quant_method", "the quantisation method is missing", kind="missing")
    name = method.casefold() if isinstance(method, str) else ""
    known = DTYPES.get(algorithm) or DTYPES.get(name) or _group_format(stated)
    yield from _width(repo, stated, algorithm or name, basis, known)


def _width(
    repo: NamedRepository,
    stated: dict[str, Any],
    method: str,
    basis: Basis | None,
    stored: Iri | None = None,
) -> Iterator[Claim | Problem]:
    """Yield bits per weight, and the number format that they imply where no other is stated."""
    bits = _bits(stated, method)
    if stored is None and bits is not None and bits in _STORED:
        stored = _STORED[int(bits)]
    if bits is not None:
        yield Claim(repo.subject, PG.quantizationBits, literals.decimal(bits), basis=basis)
    if stored:
        yield Claim(repo.subject, PG.weightPrecision, stored, basis=basis)


def _bits(stated: dict[str, Any], method: str) -> Decimal | None:
    for key in ("bits", "w_bit", "wbits", "weight_bits", "num_bits", "nbits"):
        value = stated.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 64:
            return Decimal(str(value))
    if stated.get("load_in_4bit") is True or stated.get("_load_in_4bit") is True:
        return Decimal(4)
    if stated.get("load_in_8bit") is True or stated.get("_load_in_8bit") is True:
        return Decimal(8)
    widths = {
        bits
        for group in _groups(stated)
        if isinstance(bits := group.get("num_bits"), int) and 0 < bits <= 64
    }
    if len(widths) == 1:
        return Decimal(widths.pop())
    if widths:  # groups of several widths have no single number
        return None
    return Decimal(_BITS[method]) if method in _BITS else None


def _groups(stated: dict[str, Any]) -> list[dict[str, Any]]:
    groups = statements.mapping(stated.get("config_groups")).values()
    return [
        weights
        for group in groups
        if isinstance(weights := statements.mapping(group).get("weights"), dict)
    ]


def _group_format(stated: dict[str, Any]) -> Iri | None:
    kinds: set[tuple[str, int]] = set()
    for group in _groups(stated):
        kind, bits = group.get("type"), group.get("num_bits")
        if isinstance(kind, str) and isinstance(bits, int):
            kinds.add((kind, bits))
    if len(kinds) > 1:
        return PG.MixedPrecision
    known = {
        ("float", 8): PG.Float8,
        ("float", 4): PG.Float4,
        ("int", 8): PG.Int8,
        ("int", 4): PG.Int4,
    }
    return known.get(kinds.pop()) if kinds else None
