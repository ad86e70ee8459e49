"""Exact nearest neighbours at the speed of matrix products, the same on every run.

A search in float32, over fewer columns where rows are wide, proposes candidates; their distances are then
measured in float64 over all columns. An orthogonal projection never lengthens a distance, so a row whose k-th
neighbour is nearer than the last candidate *seemed* is searched to the end. Rows of which that cannot be said
(many copies, for one) are compared with every other in float64.
"""

from dataclasses import dataclass

import numpy as np

FEW_ROWS = 2000  # comparing each with each in float64 takes less time than loading faiss
MANY_QUERIES = 1000  # from here on, finding the directions that tell rows apart pays
SPARE_CANDIDATES = 24  # beyond twice k: a search of 64 columns needs 22 to 33 for 15 neighbours of 768
AXES_SAMPLE = 10_000  # rows that the directions are found from
KEPT_VARIANCE = 0.99  # of the rows, by the directions that are searched
TREE_WIDTH = 3  # columns, as of a map, in which a tree finds neighbours faster than products do
WIDEST_SHARE = 0.5  # with more columns than this share of all, projecting them no longer pays
BLOCK_VALUES = 4_000_000  # float64 held at once: 32 MB
ROUNDING = 1e-5  # of the largest squared length: more than float32 sums of thousands of columns lose
ROUNDING_FLOAT64 = 1e-12


@dataclass(frozen=True)
class Search:
    """Rows and queries on one scale: float64 [n, width], [m, width]. own: each query's row number, or -1."""

    rows: np.ndarray
    queries: np.ndarray
    own: np.ndarray


def find_neighbors(
    matrix: np.ndarray, k: int, queries: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest rows of every query, by Euclidean distance, nearest first.

    matrix: [n, width], finite.  queries: [m, width]; without them, the rows look for other rows.
    k is lowered to the number of rows there are to find.
    Returns indices int64 and distances float64, both [m, k]; a row is never its own neighbour, identical
    rows are at distance 0, equally distant ones come in order of index.
    """
    n_queries = len(matrix if queries is None else queries)
    k = max(0, min(k, len(matrix) - (queries is None)))
    if k == 0 or n_queries == 0:
        return np.empty((n_queries, k), dtype=np.int64), np.empty((n_queries, k))
    search, scale = on_one_scale(matrix, queries)
    indices, squares = search_rows(search, k)
    return indices, np.sqrt(squares) * scale


def on_one_scale(matrix: np.ndarray, queries: np.ndarray | None) -> tuple[Search, float]:
    """Centred and at most 1 in size, because |x|² - 2xy + |y|² loses small distances between large values.

    The scale is a power of two: dividing by it rounds nothing.
    """
    rows = np.asarray(matrix, dtype=np.float64)
    # The first row too: a rounded mean would leave traces of their common offset in equal columns.
    origin = rows[0] + (rows - rows[0]).mean(axis=0)
    rows = rows - origin
    asked = rows if queries is None else np.asarray(queries, dtype=np.float64) - origin
    largest = max(np.abs(rows).max(initial=0.0), np.abs(asked).max(initial=0.0))
    scale = np.exp2(np.ceil(np.log2(largest))) if largest else 1.0
    own = np.arange(len(rows)) if queries is None else np.full(len(asked), -1)
    rows = rows / scale
    return Search(rows, rows if queries is None else asked / scale, own), float(scale)


def search_rows(search: Search, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices and squared distances [m, k]."""
    n_candidates = 2 * k + SPARE_CANDIDATES
    if len(search.rows) <= max(FEW_ROWS, n_candidates):
        return compare_with_all(search, np.arange(len(search.queries)), k)
    candidates, horizon = propose(search, n_candidates)
    indices, squares = nearest_of(search, candidates, k)
    in_doubt = np.flatnonzero(~(squares[:, -1] < horizon))
    if len(in_doubt):
        indices[in_doubt], squares[in_doubt] = compare_with_all(search, in_doubt, k)
    return indices, squares


def propose(search: Search, n_candidates: int) -> tuple[np.ndarray, np.ndarray]:
    """Candidates [m, n_candidates], and a squared distance [m] below which there is no other row."""
    if search.rows.shape[1] <= TREE_WIDTH:
        return ask_tree(search, n_candidates)
    import faiss

    rows, queries = shorten(search)
    index = faiss.IndexFlatL2(rows.shape[1])
    index.add(rows)
    squares, candidates = index.search(queries, n_candidates)
    longest = max(np.square(rows).sum(axis=1).max(), np.square(queries).sum(axis=1).max())
    return candidates, squares[:, -1].astype(np.float64) - ROUNDING * float(longest)


def ask_tree(search: Search, n_candidates: int) -> tuple[np.ndarray, np.ndarray]:
    """The same for narrow rows, in float64: single precision leaves most points of a dense map in doubt."""
    from scipy.spatial import KDTree

    distances, candidates = KDTree(search.rows).query(search.queries, n_candidates)
    return candidates, np.square(distances[:, -1]) * (1.0 - ROUNDING_FLOAT64)


def shorten(search: Search) -> tuple[np.ndarray, np.ndarray]:
    """Rows and queries float32, in fewer columns where that loses little; no distance grows."""
    axes = find_axes(search.rows) if len(search.queries) >= MANY_QUERIES else None
    if axes is None:
        return search.rows.astype(np.float32), search.queries.astype(np.float32)
    short = project_on(axes, search.rows)
    return short, short if search.queries is search.rows else project_on(axes, search.queries)


def find_axes(rows: np.ndarray) -> np.ndarray | None:
    """The directions [width, m] that hold nearly all variance; None when they are too many to pay.

    A sample of the rows finds them as well: exactness does not depend on which directions are taken.
    """
    single = rows[:: 1 + len(rows) // AXES_SAMPLE].astype(np.float32)
    variances, axes = np.linalg.eigh((single.T @ single).astype(np.float64))
    missing = 1.0 - np.cumsum(variances[::-1]) / variances.sum()
    n_axes = int(np.count_nonzero(missing > 1.0 - KEPT_VARIANCE)) + 1
    return axes[:, ::-1][:, :n_axes] if n_axes < WIDEST_SHARE * len(axes) else None


def project_on(axes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """float32 [n, m + 1]: coordinates on the axes, and the length of what they leave over.

    The difference of two such lengths is never more than the distance of what they are the lengths of.
    """
    short = rows @ axes
    left_over = np.sqrt(np.maximum(np.square(rows).sum(axis=1) - np.square(short).sum(axis=1), 0.0))
    return np.hstack([short, left_over[:, None]]).astype(np.float32)


def nearest_of(search: Search, candidates: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of each query's candidates, by (distance, index)."""
    from ML.kernels import square_distances

    squares = square_distances(search.rows, search.queries, candidates)
    squares[candidates == search.own[:, None]] = np.inf
    order = np.lexsort((candidates, squares), axis=1)[:, :k]
    return np.take_along_axis(candidates, order, axis=1), np.take_along_axis(squares, order, axis=1)


def compare_with_all(search: Search, asked: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices and squared distances [len(asked), k] of some queries, by float64 products with every row."""
    n_block = max(1, BLOCK_VALUES // len(search.rows))
    blocks = [asked[at : at + n_block] for at in range(0, len(asked), n_block)]
    lengths = np.square(search.rows).sum(axis=1)
    found = [nearest for block in blocks for nearest in compare_block(search, block, lengths, k)]
    return np.stack([indices for indices, _ in found]), np.stack([squares for _, squares in found])


def compare_block(search: Search, block: np.ndarray, lengths: np.ndarray, k: int):
    """(indices [k], squared distances [k]) for each query of a block."""
    queries = search.queries[block]
    seeming = np.square(queries).sum(axis=1)[:, None] + lengths - 2.0 * queries @ search.rows.T
    is_row = search.own[block] >= 0
    seeming[np.flatnonzero(is_row), search.own[block][is_row]] = np.inf
    horizon = np.partition(seeming, k - 1, axis=1)[:, k - 1] + ROUNDING_FLOAT64 * lengths.max(initial=1.0)
    for query, row, limit in zip(queries, seeming, horizon, strict=True):
        near = np.flatnonzero(row <= limit)
        squares = np.square(search.rows[near] - query).sum(axis=1)
        order = np.lexsort((near, squares))[:k]
        yield near[order], squares[order]
