"""Matching of dropped or reordered units to the units of a parent that they resemble most."""

from __future__ import annotations

import math

import numpy as np

from provenance_graph.formats.weights.pairs import (
    normed,
)
from provenance_graph.formats.weights.tensors import spread
from provenance_graph.formats.weights.values import Positions, Tensor


def matrix_shape(tensor: Tensor) -> tuple[int, int]:
    """Rows and columns of a tensor, further dimensions folded into the columns."""
    return tensor.shape[0], math.prod(tensor.shape[1:])


def matched_columns(child: Tensor, parent: Tensor) -> Positions | None:
    """The parent's column for each embedding column of the child; None if most have none."""
    rows = spread(child.shape[0], 512)
    width, wide = matrix_shape(child)[1], matrix_shape(parent)[1]
    if wide > 8192 or width > wide or len(rows) < 16:
        return None
    ours = child.at(rows, np.arange(width))
    theirs = parent.at(rows, np.arange(wide))
    if ours is None or theirs is None:
        return None
    likeness = normed(ours.T) @ normed(theirs.T).T
    best = likeness.argmax(axis=1)
    strong = likeness[np.arange(width), best] > _chance(wide, len(rows))
    unique = len(np.unique(best)) > 0.9 * width
    return best if strong.mean() > 0.8 and unique else None


def rows_match(child: Tensor, parent: Tensor, units: Positions) -> bool:
    """Whether most sampled rows of the child's tensor are rows of the parent's, units matched."""
    rows = spread(child.shape[0], 64)
    ours = child.at(rows, np.arange(len(units)))
    theirs = parent.at(spread(parent.shape[0], 4096), units)
    if ours is None or theirs is None or len(units) < 16:
        return False
    likeness = (normed(ours) @ normed(theirs).T).max(axis=1)
    return float((likeness > _chance(len(theirs), len(units))).mean()) > 0.6


def _chance(options: int, count: int) -> float:
    """An upper bound for the correlation of the best of ``options`` unrelated rows."""
    likely = math.sqrt(2 * math.log(max(2, options)) / count) + 1.5 / math.sqrt(count)
    return max(0.5, min(0.9, likely))
