"""t-SNE (van der Maaten & Hinton 2008) on exact neighbours: our layout in the plane, openTSNE's in space."""

from collections.abc import Callable

import numpy as np

from ML.neighbors import find_neighbors

NEIGHBORS_PER_PERPLEXITY = 3  # van der Maaten 2014: farther tracks weigh nothing
# (iterations, exaggeration): clusters form while attraction is exaggerated (Belkina et al. 2019).
PHASES = ((250, 12.0), (500, 1.0))
ITERATIONS = sum(iterations for iterations, _ in PHASES)
MOMENTUM = 0.8
PROGRESS_EVERY = 25  # iterations, of openTSNE's
Progress = Callable[[float], None]


def lay_out(
    rows: np.ndarray, start: np.ndarray, perplexity: float, seed: int, on_progress: Progress
) -> np.ndarray:
    """Places float32 [n, dimensions] of rows [n, width] from a starting layout of that shape."""
    affinities = compute_affinities(rows, perplexity)
    if start.shape[1] == 3:
        return lay_out_in_space(affinities, start, seed, on_progress)
    from ML import tsne_layout

    return tsne_layout.lay_out(affinities.P, start, PHASES, lambda done: on_progress(done / ITERATIONS))


def lay_out_in_space(affinities, start: np.ndarray, seed: int, on_progress: Progress) -> np.ndarray:
    """By openTSNE's tree: a grid in space has too many nodes."""
    from openTSNE import TSNEEmbedding

    embedding = TSNEEmbedding(
        start,
        affinities,
        negative_gradient_method="bh",
        random_state=seed,
        n_jobs=1,  # more threads give the same bits, but take 4 times as long on a busy machine
    )
    n_done = 0
    for iterations, exaggeration in PHASES:

        def tell(iteration: int, *_: object, n_done: int = n_done) -> None:
            on_progress((n_done + iteration) / ITERATIONS)

        embedding = embedding.optimize(
            iterations,
            exaggeration=exaggeration,
            momentum=MOMENTUM,
            learning_rate="auto",
            callbacks=[tell],
            callbacks_every_iters=PROGRESS_EVERY,
        )
        n_done += iterations
    return np.asarray(embedding, dtype=np.float32)


def compute_affinities(rows: np.ndarray, perplexity: float):
    """openTSNE's `PerplexityBasedNN` over exact neighbours."""
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    neighbors = find_neighbors(rows / np.abs(rows).max(), n_neighbors(perplexity))
    return PerplexityBasedNN(knn_index=PrecomputedNeighbors(*neighbors), perplexity=perplexity)


def n_neighbors(perplexity: float) -> int:
    return round(perplexity * NEIGHBORS_PER_PERPLEXITY)
