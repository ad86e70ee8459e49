"""UMAP (McInnes et al. 2018) on exact neighbours: their graph, laid out by their pull and everyone's push.

umap-learn's numbers, and its trustworthiness, in a fraction of its time: it compiles for half a minute in
every process, and a seed confines it to one thread. Here rows move side by side, each from where all lay an
epoch ago (Jacobi's order instead of Gauss and Seidel's), so that threads change nothing, and what is compiled
is kept on disk. `graph_of` equals umap-learn's `fuzzy_simplicial_set`; a test compares them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

MANY_TRACKS = 10_000  # umap-learn's border between 500 epochs and 200
N_EPOCHS, N_EPOCHS_MANY = 500, 200
START_SIZE = 10.0  # the longest side of the starting layout, umap-learn's
BISECTIONS = 64
SMALLEST_WIDTH = 1e-3  # of the mean distance
PADDED = 3  # a map in the plane is one in space at depth 0: nothing ever moves it out
Progress = Callable[[float], None]


def graph_of(indices: np.ndarray, distances: np.ndarray):
    """How near tracks are to one another, 0 to 1, as a symmetric scipy CSR matrix [n, n].

    indices, distances: [n, k], of each track's nearest others.
    """
    from scipy.sparse import csr_matrix

    n_rows, k = indices.shape
    strengths = measure_strengths(distances)
    offsets = np.arange(0, n_rows * k + 1, k)
    directed = csr_matrix((strengths.ravel(), indices.ravel(), offsets), shape=(n_rows, n_rows))
    both = directed.multiply(directed.T)
    graph = (directed + directed.T - both).tocsr()  # a or b = a + b - ab
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph


def measure_strengths(distances: np.ndarray) -> np.ndarray:
    """float64 [n, k]: 1 for the nearest other, then falling so fast that a row sums to log2(k + 1).

    distances: [n, k], sorted.
    """
    n_rows, k = distances.shape
    nearest = np.min(distances, axis=1, where=distances > 0, initial=np.inf)
    nearest[np.isinf(nearest)] = 0.0
    beyond = np.maximum(distances - nearest[:, None], 0.0)
    low, width, high = np.zeros(n_rows), np.ones(n_rows), np.full(n_rows, np.inf)
    for _ in range(BISECTIONS):
        too_wide = np.exp(-beyond / width[:, None]).sum(axis=1) > np.log2(k + 1)
        low, high = np.where(too_wide, low, width), np.where(too_wide, width, high)
        width = np.where(np.isinf(high), 2 * low, (low + np.minimum(high, 2 * width)) / 2)
    # umap-learn counts the track itself, at distance 0, among its neighbours.
    own_mean = distances.sum(axis=1) / (k + 1)
    width = np.maximum(width, SMALLEST_WIDTH * np.where(nearest > 0, own_mean, own_mean.mean()))
    return np.exp(-beyond / np.where(width > 0, width, 1.0)[:, None])


def fit_curve(min_dist: float) -> tuple[np.float32, np.float32]:
    """(a, b) of 1 / (1 + a d^2b), the nearness on the map that stays 1 up to min_dist and then falls."""
    from scipy.optimize import curve_fit

    distances = np.linspace(0, 3, 300)
    wanted = np.where(distances < min_dist, 1.0, np.exp(-(distances - min_dist)))
    (a, b), _ = curve_fit(lambda x, a, b: 1.0 / (1.0 + a * x ** (2 * b)), distances, wanted)
    return np.float32(a), np.float32(b)


def lay_out(
    graph, start: np.ndarray, min_dist: float, seed: int, on_progress: Progress = lambda share: None
) -> np.ndarray:
    """Places [n, dimensions], float32, of the rows of a graph from a starting layout of that shape."""
    from ML.kernels import move_rows, n_threads, over_rows

    n_epochs = N_EPOCHS if len(start) <= MANY_TRACKS else N_EPOCHS_MANY
    edges, curve, before = edges_of(graph), fit_curve(min_dist), spread_out(start)
    after = before.copy()
    with ThreadPoolExecutor(n_threads()) as pool:
        for epoch in range(n_epochs):
            step = np.float32(1.0 - epoch / n_epochs)
            over_rows(pool, len(start), partial(move_rows, before, after, edges, curve, epoch, step, seed))
            before, after = after, before
            on_progress((epoch + 1) / n_epochs)
    return before[:, : start.shape[1]].copy()


def edges_of(graph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(offsets, ends, rates) as the kernel takes them; the strongest edge pulls in every epoch."""
    rates = (graph.data / graph.data.max()).astype(np.float32)
    return graph.indptr.astype(np.int64), graph.indices.astype(np.int64), rates


def spread_out(start: np.ndarray) -> np.ndarray:
    """float32 [n, 3], the longest side START_SIZE."""
    coords = np.zeros((len(start), PADDED), dtype=np.float32)
    coords[:, : start.shape[1]] = START_SIZE * (start - start.min(axis=0)) / np.ptp(start, axis=0).max()
    return coords
