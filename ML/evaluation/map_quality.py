"""What a map of points keeps of the neighbourhoods it draws, point by point.

Trustworthiness and continuity: Venna & Kaski 2001, Neighborhood preservation in nonlinear projection methods.
"""

from dataclasses import dataclass

import numpy as np

from ML.evaluation.agreement import count_shared
from ML.neighbors import find_neighbors

SEED = 42
BLOCK_VALUES = 4_000_000  # distances held at once
FLOAT64_VALUES = 4_000_000  # larger matrices are ranked in float32, at twice the speed
MOST_PAIRS = 1_000_000_000  # compared with each other; of larger maps a sample of points is ranked


@dataclass(frozen=True)
class MapQuality:
    """Of every point, float64 [n], 1 for a map without fault; the means are the map's own figures.

    kept: share of the k true neighbours that are among the k shown.
    trustworthiness: the lower, the farther off in truth are those that only the map shows near.
    continuity: the lower, the farther off on the map are true neighbours that it does not show near.
    The last two are NaN for the points of a large map that are not in the sample; those that are in it are
    ranked among all points, and the mean over them is an unbiased estimate of the map's own.
    """

    kept: np.ndarray
    trustworthiness: np.ndarray
    continuity: np.ndarray

    @property
    def n_sampled(self) -> int | None:
        """Points in the sample; None where all were ranked."""
        n_ranked = int(np.isfinite(self.trustworthiness).sum())
        return n_ranked if n_ranked < len(self.trustworthiness) else None


def largest_k(n_points: int, k: int) -> int:
    """k, or the largest for which the measures are defined: below half the points."""
    return max(0, min(k, (n_points - 1) // 2))


def measure_map(rows: np.ndarray, coords: np.ndarray, near: np.ndarray) -> MapQuality:
    """rows [n, D] are what coords [n, 2 or 3] is a map of.

    near: int64 [n, k], the true neighbours of each, k < n / 2; -1 for one that was not found.
    """
    shown, _ = find_neighbors(coords, near.shape[1])
    if near.shape[1] == 0:
        return MapQuality(*(np.ones(len(rows)) for _ in range(3)))
    asked = choose_points(len(rows))
    return MapQuality(
        count_shared(near, shown) / near.shape[1],
        1.0 - intrusion(rows, near, shown, asked),
        1.0 - intrusion(coords, shown, near, asked),
    )


def choose_points(n_points: int) -> np.ndarray:
    """Those that are ranked, int64, ascending: all, or of a large map the same sample every time."""
    n_asked = max(1, min(n_points, MOST_PAIRS // n_points))
    return np.sort(np.random.default_rng(SEED).choice(n_points, n_asked, replace=False))


def intrusion(points: np.ndarray, near: np.ndarray, found: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """How far out among a point's neighbours lie those of `found` that are not near: float64 [n], 0 none.

    NaN for those not asked about. Scaled so that the mean over all points is at most 1.
    """
    n, k = near.shape
    found, near = found[asked], near[asked]
    is_false = (found >= 0) & ~(found[:, :, None] == near[:, None, :]).any(axis=2)
    excess = np.full(n, np.nan)
    excess[asked] = sum_excess(points, asked, np.where(is_false, found, -1), k)
    return excess * 2.0 / (k * (2 * n - 3 * k - 1))


def sum_excess(points: np.ndarray, asked: np.ndarray, false: np.ndarray, k: int) -> np.ndarray:
    """By how much the ranks of false [m, k] among the neighbours of points[asked] exceed k: int64 [m].

    false: -1 for none.
    """
    dtype = np.float64 if points.size <= FLOAT64_VALUES else np.float32
    points = points.astype(np.float64)
    points = (points - points.mean(axis=0)).astype(dtype)
    lengths = np.square(points).sum(axis=1)
    n_block = max(1, BLOCK_VALUES // len(points))
    blocks = [slice(start, start + n_block) for start in range(0, len(asked), n_block)]
    return np.concatenate([sum_block(points, lengths, asked[at], false[at], k) for at in blocks])


def sum_block(
    points: np.ndarray, lengths: np.ndarray, asked: np.ndarray, false: np.ndarray, k: int
) -> np.ndarray:
    """The same for a few. Counting who is nearer takes no sort; a point's own length changes no order."""
    squares = lengths - (2.0 * points[asked]) @ points.T
    squares[np.arange(len(asked)), asked] = np.inf
    sums = np.zeros(len(asked), np.int64)
    for number, column in zip(*np.nonzero(false >= 0), strict=True):
        row = squares[number]
        sums[number] += np.count_nonzero(row < row[false[number, column]]) + 1 - k
    return sums
