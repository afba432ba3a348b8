"""Plausibility checks of sizes: counts of parameters, and compute against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.core.claims import DEVELOPER_RANK, Basis, Literal, SourcedClaim
from provenance_graph.core.iris import Iri
from provenance_graph.core.sizes import size_in_name, sum_of_weights
from provenance_graph.core.terms import PG, TRANSFORMER_SIZES

Groups = Mapping[Iri, Sequence[SourcedClaim]]
SIZES = (PG.parameterCount, PG.nominalParameterCount, PG.trainingComputeFLOP)
"""The properties that this module checks."""


def doubted_sizes(names: Sequence[str], groups: Groups, policy: Policy) -> dict[int, str]:
    """Why a size or compute is implausible, by ``id()`` of the claim; ``names`` are the model's."""
    results: dict[int, str] = {}
    counts = list(groups.get(PG.parameterCount, ()))
    nominal = groups.get(PG.nominalParameterCount, ())
    if sizes := [*counts, *nominal]:
        results.update(_against_name(sizes, names, groups, policy))
    results.update(_against_count(nominal, counts, policy))
    if counts:
        results.update(_against_dimensions(counts, groups, policy))
    if compute := groups.get(PG.trainingComputeFLOP):
        results.update(_against_size(compute, [*counts, *nominal], names, policy))
    return results


def number_of(item: SourcedClaim) -> int | None:
    """The whole number that a claim's value is; None for any other value."""
    value = item.value
    if not isinstance(value, Literal):
        return None
    try:
        return int(value.lexical)
    except ValueError:
        return None


def _rounded(count: int) -> bool:
    """Whether a count has at most three significant digits."""
    return len(str(count).rstrip("0")) <= 3


def _against_name(
    counts: Sequence[SourcedClaim], names: Sequence[str], groups: Groups, policy: Policy
) -> dict[int, str]:
    results = {}
    stated = [given for name in names if (given := size_in_name(name)) is not None]
    if not stated:
        return {}
    size, experts = stated[0]
    tokens = [number_of(item) for item in groups.get(PG.trainingTokenCount, ())]
    if any(number and size / 2 <= number <= size * 2 for number in tokens):
        return {}  # the name gives the number of training tokens: GloVe (6B)
    bounds = policy.plausible
    low, high = bounds.least_size_in_name, bounds.greatest_size_in_name
    if experts:
        low, high = bounds.least_experts_in_name, bounds.greatest_experts_in_name
    for item in counts:
        count = number_of(item)
        own = item.basis in DEVELOPER_RANK  # a developer knows what the name of its model counts
        if count and _rounded(count) and not own and not low <= count / size <= high:
            results[id(item)] = f"the name gives about {_short(size)}"
    return results


def _against_count(
    nominal: Sequence[SourcedClaim], counts: Sequence[SourcedClaim], policy: Policy
) -> dict[int, str]:
    """Nominal sizes that round no count that the developer or a researched index gives."""
    known = [
        count
        for item in counts
        if (count := number_of(item))
        and item.basis not in policy.never
        and (item.basis in DEVELOPER_RANK or policy.source(item).researched)
    ]
    low, high = policy.plausible.least_nominal_size, policy.plausible.greatest_nominal_size
    return {
        id(item): f"the count is given as {_short(known[0])}"
        for item in nominal
        if known and not any(low <= (number_of(item) or 0) / count <= high for count in known)
    }


def _short(count: float) -> str:
    unit, letter = (10**9, "B") if count >= 10**9 else (10**6, "M")
    return f"{count / unit:.4g}{letter}"


def _against_dimensions(
    counts: Sequence[SourcedClaim], groups: Groups, policy: Policy
) -> dict[int, str]:
    """Rounded counts that differ from a plain decoder's sum of weights beyond the tolerance."""
    total = _sum_of_weights(groups)
    if total is None:
        return {}
    low, high = total
    slack = policy.plausible.from_dimensions
    results = {}
    for item in counts:
        count = number_of(item)
        if (
            count
            and _rounded(count)
            and item.basis not in DEVELOPER_RANK
            and not low * (1 - slack) <= count <= high * (1 + slack)
        ):
            results[id(item)] = f"its dimensions give about {_short(high)}"
    return results


def _sum_of_weights(groups: Groups) -> tuple[float, float] | None:
    """Weights of a plain decoder with tied embeddings and without, from its files' dimensions.

    None for experts, latent attention or state-space layers, whose sums cannot be computed from the
    dimensions on record, and where a dimension is missing.
    """
    if any(groups.get(p) for p in (PG.expertCount, PG.keyValueLoraRank, PG.queryLoraRank)):
        return None
    read = {p: _one_reading(groups.get(p, ())) for p in TRANSFORMER_SIZES}
    if any(value is None for value in read.values()):
        return None
    layers, width, inner, words, heads = (read[p] or 0 for p in TRANSFORMER_SIZES)
    return sum_of_weights(
        layers,
        width,
        inner,
        words,
        heads,
        _one_reading(groups.get(PG.keyValueHeadCount, ())) or heads,
        _one_reading(groups.get(PG.headDimension, ())),
    )


def _one_reading(items: Sequence[SourcedClaim]) -> int | None:
    read = {number_of(item) for item in items if item.stated_basis is Basis.ARTIFACT}
    return read.pop() if len(read) == 1 else None


def _against_size(
    compute: Sequence[SourcedClaim],
    sizes: Sequence[SourcedClaim],
    names: Sequence[str],
    policy: Policy,
) -> dict[int, str]:
    """Training compute that is too small for the number of parameters of a large model.

    Training takes six operations per parameter and token, over millions of tokens. Compute (FLOP)
    below the policy's bound per parameter is wrong by some powers of ten.
    """
    known = [float(count) for item in sizes if (count := number_of(item))]
    named = [size[0] for name in names if (size := size_in_name(name)) is not None]
    least = min(known or named, default=0.0)
    if least < policy.plausible.parameters_of_large:
        return {}
    return {
        id(item): f"{operations / least:.2g} operations for each parameter"
        for item, operations in _real(compute)
        if operations < policy.plausible.operations_per_parameter * least
    }


def _real(items: Sequence[SourcedClaim]) -> Iterator[tuple[SourcedClaim, float]]:
    """The claims whose value is a number, each with the number."""
    for item in items:
        if isinstance(item.value, Literal):
            try:
                yield item, float(item.value.lexical)
            except ValueError:
                continue
