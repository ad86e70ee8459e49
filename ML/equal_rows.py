"""Rows that are the same vector: copies of one recording, or several silent tracks."""

import numpy as np

# Of the rows' root mean square. A network gives one sound other last digits in a batch of another size: up to
# 3e-6 was measured. Different recordings are farther apart by orders of magnitude.
EQUAL_DISTANCE = 1e-5
N_DIRECTIONS = 3  # rows that are equal have equal positions along any directions; three separate the others
N_COMPARED = 8  # nearest positions of each row: enough to connect all copies, with bounded work


def find_first_equal(rows: np.ndarray) -> np.ndarray:
    """Index of the first row that equals each row, its own where there is none before it: int64 [n].

    rows: float64 [n, width], n >= 1, centered.
    """
    tolerance = EQUAL_DISTANCE * np.sqrt(np.square(rows).sum() / max(1, len(rows)))
    directions = np.random.default_rng(0).standard_normal((N_DIRECTIONS, rows.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    # Not a matrix product: its sums may depend on where in the matrix a row is.
    positions = np.stack([np.einsum("ij,j->i", rows, direction) for direction in directions], axis=1)
    _, firsts, exact = np.unique(positions, axis=0, return_index=True, return_inverse=True)
    groups = connect_near(rows[firsts], positions[firsts], tolerance)
    first_of_group = np.full(len(firsts), len(rows))
    np.minimum.at(first_of_group, groups, firsts)
    return first_of_group[groups][exact.ravel()]


def connect_near(rows: np.ndarray, positions: np.ndarray, tolerance: float) -> np.ndarray:
    """Group number of each row [n]: rows within the tolerance of one another, directly or through others."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    n_compared = min(N_COMPARED + 1, len(rows))  # each position is its own nearest
    distances, others = KDTree(positions).query(positions, n_compared, distance_upper_bound=tolerance)
    sources, columns = np.nonzero(np.isfinite(distances.reshape(len(rows), -1)))
    targets = others.reshape(len(rows), -1)[sources, columns]
    is_equal = np.square(rows[sources] - rows[targets]).sum(axis=1) <= tolerance**2
    sources, targets = sources[is_equal], targets[is_equal]
    pairs = coo_matrix((np.ones(len(sources), bool), (sources, targets)), shape=(len(rows), len(rows)))
    return connected_components(pairs, directed=False)[1]
