"""t-SNE (van der Maaten & Hinton 2008) as openTSNE computes it, on exact neighbours."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ML.neighbors import find_neighbors

NEIGHBORS_PER_PERPLEXITY = 3  # van der Maaten 2014: farther tracks weigh nothing
PROGRESS_EVERY = 25  # iterations
MOMENTUM = 0.8
MANY_TRACKS = 3000  # with fewer, the tree is faster than interpolation, which exists in the plane only


@dataclass(frozen=True)
class Phase:
    """Iterations of one kind. grid_step: of the interpolation, in units of the map; finer is slower."""

    iterations: int
    exaggeration: float
    grid_step: float


# Clusters form while attraction is exaggerated (Belkina et al. 2019). A coarse grid untangles the map in a
# quarter of the time; the last phase then settles on the fine one that the paper's figures are made with.
PHASES = (Phase(250, 12.0, 2.0), Phase(200, 1.0, 2.0), Phase(300, 1.0, 1.0))
ITERATIONS = sum(phase.iterations for phase in PHASES)


def lay_out(
    rows: np.ndarray, start: np.ndarray, perplexity: float, seed: int, on_progress: Callable[[float], None]
) -> np.ndarray:
    """Places float32 [n, dimensions] of rows [n, width] from a starting layout of that shape."""
    from openTSNE import TSNEEmbedding

    by_interpolation = start.shape[1] == 2 and len(rows) >= MANY_TRACKS
    embedding = TSNEEmbedding(
        start,
        compute_affinities(rows, perplexity),
        negative_gradient_method="fft" if by_interpolation else "bh",
        random_state=seed,
        n_jobs=1,  # more threads give the same bits, but take 4 times as long on a busy machine
    )
    n_done = 0
    for phase in PHASES:

        def tell(iteration: int, *_: object, n_done: int = n_done) -> None:
            on_progress((n_done + iteration) / ITERATIONS)

        embedding = embedding.optimize(
            phase.iterations,
            exaggeration=phase.exaggeration,
            momentum=MOMENTUM,
            learning_rate="auto",
            ints_in_interval=phase.grid_step,
            callbacks=[tell],
            callbacks_every_iters=PROGRESS_EVERY,
        )
        n_done += phase.iterations
    return np.asarray(embedding, dtype=np.float32)


def compute_affinities(rows: np.ndarray, perplexity: float):
    """openTSNE's `PerplexityBasedNN` over exact neighbours."""
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    neighbors = find_neighbors(rows / np.abs(rows).max(), n_neighbors(perplexity))
    return PerplexityBasedNN(knn_index=PrecomputedNeighbors(*neighbors), perplexity=perplexity)


def n_neighbors(perplexity: float) -> int:
    return round(perplexity * NEIGHBORS_PER_PERPLEXITY)
