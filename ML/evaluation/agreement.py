"""Whether two models find the same tracks near a track, and whether their spaces have one shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

PERSISTENCE = 0.9  # of rank-biased overlap: the first ten places weigh 86 %
COMPARED_AT_ONCE = 20_000  # rows; of ten neighbours each: 2 MB of comparisons


def neighbour_overlap(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Jaccard index of two sets of neighbours of every row: 1 the same, 0 none in common.

    left, right: int64 [n, k], the same numbers for the same things in both, each once a row; -1 for none.
    Returns float64 [n]; NaN where neither side has a neighbour.
    """
    starts = range(0, len(left), COMPARED_AT_ONCE)
    blocks = [slice(start, start + COMPARED_AT_ONCE) for start in starts]
    shared = [count_shared(left[block], right[block]) for block in blocks]
    n_shared = np.concatenate([np.zeros(0), *shared])
    n_either = (left >= 0).sum(axis=1) + (right >= 0).sum(axis=1) - n_shared
    return np.divide(n_shared, n_either, out=np.full(len(left), np.nan), where=n_either > 0)


def count_shared(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How many numbers a row has in both: int64 [n]."""
    same = left[:, :, None] == right[:, None, :]
    return (same & (left >= 0)[:, :, None]).sum(axis=(1, 2))


def rank_biased_overlap(left: np.ndarray, right: np.ndarray, persistence: float = PERSISTENCE) -> np.ndarray:
    """Overlap of two rankings of every row, the nearest weighing most: 1 the same, 0 none in common.

    Webber et al. 2010, A similarity measure for indefinite rankings; of k places, scaled to 1.
    left, right: int64 [n, k], k >= 1, -1 for none.  Returns float64 [n].
    """
    depths = range(1, left.shape[1] + 1)
    shared = [count_shared(left[:, :depth], right[:, :depth]) / depth for depth in depths]
    weights = persistence ** np.arange(len(shared))
    return np.average(np.array(shared), axis=0, weights=weights)


def linear_cka(left: np.ndarray, right: np.ndarray) -> float:
    """Whether two spaces of the same tracks have one shape, turned and scaled at will: 0 to 1.

    Kornblith et al. 2019, Similarity of neural network representations revisited. left: [n, width].
    right: [n, other width].  NaN where the rows of one are all alike.
    """
    one, other = (rows - rows.mean(axis=0) for rows in (left.astype(np.float64), right.astype(np.float64)))
    norm = np.linalg.norm(one.T @ one) * np.linalg.norm(other.T @ other)
    return float(np.linalg.norm(one.T @ other) ** 2 / norm) if norm > 0 else float("nan")


@dataclass(frozen=True)
class Agreement:
    """Of m models over the same n tracks. Matrices: float64 [m, m], 1 on the diagonal.

    cka: of linear_cka.  jaccard, rbo: of the neighbours, mean over tracks.  linkage: float64 [m - 1, 4],
    SciPy's average linkage of 1 - cka.  disagreement: float64 [n], 1 - the mean Jaccard index over all pairs.
    """

    models: list[str]
    cka: np.ndarray
    jaccard: np.ndarray
    rbo: np.ndarray
    linkage: np.ndarray
    disagreement: np.ndarray


def compare_spaces(
    models: Sequence[str], spaces: Sequence[np.ndarray], neighbors: Sequence[np.ndarray]
) -> Agreement:
    """spaces: one a model, [n, width].  neighbors: one a model, int64 [n, k]. Two models at least."""
    m, overlaps = len(models), []
    cka, jaccard, rbo = np.eye(m), np.eye(m), np.eye(m)
    for one, other in combinations(range(m), 2):
        overlaps.append(neighbour_overlap(neighbors[one], neighbors[other]))
        values = (
            linear_cka(spaces[one], spaces[other]),
            mean_or_nan(overlaps[-1]),
            float(rank_biased_overlap(neighbors[one], neighbors[other]).mean()),
        )
        for matrix, value in zip((cka, jaccard, rbo), values, strict=True):
            matrix[one, other] = matrix[other, one] = value
    disagreement = 1.0 - np.nan_to_num(np.array(overlaps)).mean(axis=0)
    return Agreement(list(models), cka, jaccard, rbo, link(cka), disagreement)


def link(cka: np.ndarray) -> np.ndarray:
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    return linkage(squareform(np.clip(1.0 - np.nan_to_num(cka), 0, None), checks=False), "average")


def mean_or_nan(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
