"""Whether two models find the same tracks near a track."""

import numpy as np

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
