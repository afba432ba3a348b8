"""Similarity measures of two tensors' values at the same positions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance_graph.formats.weights.values import Matrix

SIDE = 128
"""The most rows and columns of a tensor that are sampled."""


LEAST_CORRELATION = 0.2
"""The least correlation of related tensors. A mean of ten models still correlates with each by 0.3;
models trained independently by less than 0.1."""


LEAST_SCORE = 6.0
"""The least number of standard errors between a significant correlation and zero."""


@dataclass(frozen=True, slots=True)
class TensorPair:
    """Values of one tensor of the child and of the parent at the same positions."""

    name: str
    child: Matrix
    parent: Matrix
    embedding: bool

    @property
    def correlation(self) -> float:
        """The correlation of the values, from -1 to 1."""
        return correlation(self.child, self.parent)

    @property
    def is_alike(self) -> bool:
        """Whether the correlation is strong and significant."""
        return alike(self.correlation, self.child.size)


def correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """The correlation of two matrices after centring rows and columns and bounding outliers.

    Centring removes what independently trained models share, such as the scale of a column;
    bounding keeps a few large weights from dominating.
    """
    a, b = _centred(one), _centred(other)
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.vdot(a, b)) / norm if norm > 0 else 0.0


def _centred(values: NDArray[np.floating]) -> NDArray[np.float64]:
    wide = np.nan_to_num(np.asarray(values, dtype=np.float64), posinf=0, neginf=0)
    if min(wide.shape) > 2:
        wide = wide - wide.mean(axis=0, keepdims=True)
        wide = wide - wide.mean(axis=1, keepdims=True)
    else:
        wide = wide - wide.mean()
    bound = 4 * float(wide.std())
    return np.asarray(np.clip(wide, -bound, bound) if bound > 0 else wide, np.float64)


def alike(value: float, count: int) -> bool:
    """Whether a correlation of ``count`` values is neither weak nor due to chance."""
    if count < 8 or value < LEAST_CORRELATION:
        return False
    return math.atanh(min(value, 0.999999)) * math.sqrt(count - 3) >= LEAST_SCORE


def change_of(pair: TensorPair) -> float:
    """The norm of the difference, as a share of the norm of the parent's values."""
    size = float(np.linalg.norm(pair.parent))
    return float(np.linalg.norm(pair.child - pair.parent)) / size if size else 0.0


def zeroed(pair: TensorPair) -> float:
    """The share of values that are zero in the child and not in the parent."""
    return float(np.mean((pair.child == 0) & (pair.parent != 0)))


def levels(values: Matrix) -> float:
    """The median number of distinct values in a row, over the first 16 rows."""
    return float(np.median([len(np.unique(row)) for row in values[:16]]))


def rounding_of(pair: TensorPair) -> float:
    """The largest relative difference among the values of above-median size."""
    size = np.abs(pair.parent)
    keep = size > np.median(size)
    gap = np.abs(pair.child - pair.parent)[keep] / size[keep] if keep.any() else np.zeros(1)
    return float(gap.max())


def rank_share(pair: TensorPair) -> float:
    """The share of singular directions that hold 99 % of the difference."""
    power = np.linalg.svd((pair.child - pair.parent).astype(np.float64), compute_uv=False) ** 2
    total = power.sum()
    if total == 0:
        return 1.0
    return float(np.searchsorted(np.cumsum(power) / total, 0.99) + 1) / len(power)


def normed(values: Matrix) -> NDArray[np.float64]:
    """Rows with their mean removed, scaled to unit length."""
    wide = values.astype(np.float64)
    wide = wide - wide.mean(axis=1, keepdims=True)
    size = np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-12)
    return np.asarray(wide / size, np.float64)
