"""Whether two models find the same tracks near a track, and whether their spaces have one shape."""

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
