"""Decomposition of a model into a mixture of candidate parents, with their shares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from provenance_graph.core.terms import PG
from provenance_graph.formats.weights.kinship import (
    EMBEDDING,
    MAX_SAMPLED,
    MIN_SHARE,
    Kinship,
    KinshipVerdict,
    canonical,
    compare,
    sampled_pair,
)
from provenance_graph.formats.weights.tensors import Weights, spread
from provenance_graph.formats.weights.units import matrix_shape
from provenance_graph.formats.weights.values import Matrix


def parents_among(
    child: Weights, candidates: Mapping[str, Weights]
) -> dict[str, tuple[Kinship, float]]:
    """Each candidate's kinship with the child, and its share (0 to 1) in a mixture of candidates.

    A candidate that only shares a parent with the child has no share where that parent is among the
    candidates too. With two shares or more the child is a merge.
    """
    result = {name: compare(child, weights) for name, weights in candidates.items()}
    confirmed = [name for name in result if result[name].verdict is KinshipVerdict.CONFIRMED]
    shares = _shares(child, {name: candidates[name] for name in confirmed})
    parents = [name for name in confirmed if shares.get(name, 1.0) >= MIN_SHARE]
    answer: dict[str, tuple[Kinship, float]] = {}
    for name, kin in result.items():
        share = shares.get(name, 1.0 if name in confirmed else 0.0)
        if name in confirmed and name not in parents:
            how = f"{kin.how}; but another candidate explains it: a common parent, not this one"
            kin = Kinship(
                KinshipVerdict.UNDETERMINED, how, None, kin.sampled, kin.alike, kin.correlation
            )
        elif name in parents and len(parents) > 1:
            how = f"{kin.how}; {share:.0%} of a mixture of {len(parents)}"
            kin = Kinship(kin.verdict, how, PG.mergedFrom, kin.sampled, kin.alike, kin.correlation)
        answer[name] = (kin, share)
    return answer


def _shares(child: Weights, candidates: Mapping[str, Weights]) -> dict[str, float]:
    """The shares of candidates in the mixture closest to the child; empty for one candidate."""
    from scipy.optimize import nnls  # slow to import; used here only

    if len(candidates) < 2:
        return {}
    ours = {canonical(n): t for n, t in child.tensors.items() if len(t.shape) >= 2}
    theirs = [{canonical(n): t for n, t in each.tensors.items()} for each in candidates.values()]
    common = [
        n
        for n in sorted(ours)
        if not EMBEDDING.search(n)
        and all(n in t and matrix_shape(t[n]) == matrix_shape(ours[n]) for t in theirs)
    ]
    columns: list[list[NDArray[np.float64]]] = [[] for _ in theirs]
    target: list[NDArray[np.float64]] = []
    for name in [common[i] for i in spread(len(common), MAX_SAMPLED)] if common else []:
        pairs = [sampled_pair(name, ours[name], each[name]) for each in theirs]
        if all(pair is not None for pair in pairs):
            target.append(_scaled(pairs[0].child if pairs[0] else None))
            for column, pair in zip(columns, pairs, strict=True):
                column.append(_scaled(pair.parent if pair else None))
    if not target:
        return {}
    weights, _ = nnls(
        np.stack([np.concatenate(c) for c in columns], axis=1), np.concatenate(target)
    )
    total = float(weights.sum())
    return (
        {name: float(w) / total for name, w in zip(candidates, weights, strict=True)}
        if total
        else {}
    )


def _scaled(values: Matrix | None) -> NDArray[np.float64]:
    if values is None:
        return np.zeros(0)
    flat = values.astype(np.float64).ravel()
    return flat / max(float(np.linalg.norm(flat)), 1e-12)
