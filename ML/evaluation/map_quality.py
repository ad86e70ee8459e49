"""What a map of points keeps of the neighbourhoods it draws, point by point.

Trustworthiness and continuity: Venna & Kaski 2001, Neighborhood preservation in nonlinear projection methods.
"""

from dataclasses import dataclass

import numpy as np

from ML.evaluation.agreement import count_shared
from ML.neighbors import find_neighbors

BLOCK_VALUES = 4_000_000  # distances held at once
FLOAT64_VALUES = 4_000_000  # larger matrices are ranked in float32, at twice the speed


@dataclass(frozen=True)
class MapQuality:
    """Of every point, float64 [n], 1 for a map without fault; the means are the map's own figures.

    kept: share of the k true neighbours that are among the k shown.
    trustworthiness: the lower, the farther off in truth are those that only the map shows near.
    continuity: the lower, the farther off on the map are true neighbours that it does not show near.
    """

    kept: np.ndarray
    trustworthiness: np.ndarray
    continuity: np.ndarray


def largest_k(n_points: int, k: int) -> int:
    """k, or the largest for which the measures are defined: below half the points."""
    return max(0, min(k, (n_points - 1) // 2))


def measure_map(rows: np.ndarray, coords: np.ndarray, near: np.ndarray) -> MapQuality:
    """rows [n, D] are what coords [n, 2 or 3] is a map of.

    near: int64 [n, k], the true neighbours of each, k < n / 2.
    """
    shown, _ = find_neighbors(coords, near.shape[1])
    if near.shape[1] == 0:
        return MapQuality(*(np.ones(len(rows)) for _ in range(3)))
    return MapQuality(
        count_shared(near, shown) / near.shape[1],
        1.0 - intrusion(rows, near, shown),
        1.0 - intrusion(coords, shown, near),
    )


def intrusion(points: np.ndarray, near: np.ndarray, found: np.ndarray) -> np.ndarray:
    """How far out among a point's neighbours lie those of `found` that are not near: float64 [n], 0 none.

    Scaled so that the mean over all points is at most 1.
    """
    n, k = near.shape
    is_false = ~(found[:, :, None] == near[:, None, :]).any(axis=2)
    excess = np.where(is_false, rank_neighbors(points, found) - k, 0)
    return excess.sum(axis=1) * 2.0 / (k * (2 * n - 3 * k - 1))


def rank_neighbors(points: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Among all other points, the how manieth nearest to its row each of `found` is: int64 [n, k], from 1."""
    dtype = np.float64 if points.size <= FLOAT64_VALUES else np.float32
    points = points.astype(np.float64)
    points = (points - points.mean(axis=0)).astype(dtype)
    lengths = np.square(points).sum(axis=1)
    n_block = max(1, BLOCK_VALUES // len(points))
    starts = range(0, len(points), n_block)
    return np.concatenate(
        [rank_block(points, lengths, start, found[start : start + n_block]) for start in starts]
    )


def rank_block(points: np.ndarray, lengths: np.ndarray, start: int, found: np.ndarray) -> np.ndarray:
    """The same for the rows from start on. A point's own length changes no order: it is left out."""
    squares = lengths - 2.0 * points[start : start + len(found)] @ points.T
    squares[np.arange(len(found)), start + np.arange(len(found))] = np.inf
    limits = np.take_along_axis(squares, found, axis=1)
    owners, others = np.nonzero(squares < limits.max(axis=1, keepdims=True))
    nearer = squares[owners, others]
    columns = [np.bincount(owners[nearer < limit[owners]], minlength=len(found)) for limit in limits.T]
    return np.stack(columns, axis=1) + 1
