"""Exact nearest neighbours, the same on every run."""

import numpy as np

BLOCK_VALUES = 4_000_000  # float64 differences held at once: 32 MB


def find_neighbors(matrix: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest other rows of every row, by Euclidean distance, nearest first.

    matrix: [n, width], finite.  k is lowered to n - 1.
    Returns indices int64 and distances float64, both [n, k]; a row is never its own neighbour, identical
    rows are at distance 0, equally distant ones come in order of index.
    """
    n_rows = len(matrix)
    k = max(0, min(k, n_rows - 1))
    if k == 0:
        return np.empty((n_rows, 0), dtype=np.int64), np.empty((n_rows, 0))
    from sklearn.neighbors import NearestNeighbors

    # Centred, because brute force expands |x - y|² and loses small distances between large values.
    rows = np.asarray(matrix, dtype=np.float64)
    rows = rows - rows.mean(axis=0)
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(rows)
    return sort_neighbors(rows, search.kneighbors(return_distance=False))


def sort_neighbors(rows: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours in order of (distance, index), with distances free of the search's rounding."""
    distances = measure_distances(rows, indices)
    order = np.lexsort((indices, distances), axis=1)
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)


def measure_distances(rows: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Euclidean distance from every row to each row that `indices` names for it: [n, k]."""
    n_block = max(1, BLOCK_VALUES // (indices.shape[1] * rows.shape[1]))
    starts = range(0, len(rows), n_block)
    parts = [slice(at, at + n_block) for at in starts]
    return np.concatenate([np.linalg.norm(rows[indices[part]] - rows[part, None], axis=2) for part in parts])
