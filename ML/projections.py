"""Vectors become a map: one row of PROJECTIONS a method, seeded and the same on every run."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ML.errors import ModelOutputError, UnknownChoiceError
from ML.neighbors import find_neighbors

DIMENSIONS = (2, 3)
N_NEIGHBORS = 15  # UMAP counts the track itself among them
MIN_DIST = 0.1
PERPLEXITY = 30.0
EXAGGERATED_ITERATIONS = 250  # t-SNE's clusters form here
ITERATIONS = 1000  # in total
NEIGHBORS_PER_PERPLEXITY = 3  # van der Maaten 2014: farther tracks weigh nothing
MIN_TRACKS = 5  # with fewer, neighbourhoods are the whole library and the shape is chance
START_NOISE = 1e-4  # of the starting layout's size: pulls identical tracks apart enough to move
EQUAL_SPREAD = 2.5e-7  # of a column's size: float32 rounding, not information


@dataclass(frozen=True)
class Projection:
    """A map. coords: float32 [n, dimensions].  parameters: those used.  note: what differs from the usual."""

    coords: np.ndarray
    parameters: dict[str, object]
    note: str | None = None


@dataclass(frozen=True)
class ProjectionMethod:
    """compute takes rows (float64 [n, width], centred, not all equal), dimensions and seed."""

    label: str
    compute: Callable[[np.ndarray, int, int], Projection]
    parameters: Mapping[str, object]  # what a library of sufficient size gets; part of any cache key
    min_tracks: int = MIN_TRACKS


def project(matrix: np.ndarray, method: str, dimensions: int, seed: int = 42) -> Projection:
    """A map of the rows of a matrix, of any number of rows.

    matrix: [n, width].  method: a name in PROJECTIONS.  dimensions: 2 or 3.
    Raises UnknownChoiceError for another method or dimension, ModelOutputError for rows that are not finite.
    """
    chosen = get_projection(method)
    if dimensions not in DIMENSIONS:
        raise UnknownChoiceError("number of dimensions", dimensions, [str(choice) for choice in DIMENSIONS])
    rows = centre(check_finite(matrix))
    if not rows.any():
        return share_one_point(len(rows), dimensions)
    if len(rows) < chosen.min_tracks:
        return fall_back_to_pca(rows, dimensions, chosen)
    return chosen.compute(rows, dimensions, seed)


def get_projection(method: str) -> ProjectionMethod:
    """Raises UnknownChoiceError, naming the choices."""
    if method not in PROJECTIONS:
        raise UnknownChoiceError("projection", method, list(PROJECTIONS))
    return PROJECTIONS[method]


def standardise(matrix: np.ndarray) -> np.ndarray:
    """Every column to mean 0 and deviation 1 over the rows; a constant column to 0.

    matrix: [n, width].  Returns float32 [n, width].  Raises ModelOutputError for rows that are not finite.
    """
    rows = check_finite(matrix)
    if len(rows) == 0:
        return rows.astype(np.float32)
    deviation = rows.std(axis=0)
    varies = deviation > EQUAL_SPREAD * np.abs(rows).max(axis=0)
    scaled = (rows - rows.mean(axis=0)) / np.where(varies, deviation, 1.0)
    return np.where(varies, scaled, 0.0).astype(np.float32)


def check_finite(matrix: np.ndarray) -> np.ndarray:
    """float64 [n, width]. Raises ModelOutputError with the number of rows that are not finite."""
    rows = np.asarray(matrix, dtype=np.float64)
    n_broken = np.count_nonzero(~np.isfinite(rows).all(axis=1))
    if n_broken:
        raise ModelOutputError(
            f"{n_broken} of {len(rows)} rows hold values that are not finite numbers: "
            "extract these tracks again with `preprocess-all --force`."
        )
    return rows


def centre(rows: np.ndarray) -> np.ndarray:
    """Rows around their mean; equal rows become exactly 0, which subtracting a rounded mean does not give."""
    if len(rows) == 0:
        return rows
    moved = rows - rows[0]
    return moved - moved.mean(axis=0)


def share_one_point(n_tracks: int, dimensions: int) -> Projection:
    """No track, one track, or tracks that are all the same."""
    note = f"All {n_tracks} tracks have the same vector and share one point." if n_tracks > 1 else None
    return Projection(np.zeros((n_tracks, dimensions), dtype=np.float32), {}, note)


def fall_back_to_pca(rows: np.ndarray, dimensions: int, asked: ProjectionMethod) -> Projection:
    note = f"{asked.label} needs {asked.min_tracks} tracks or more: this map of {len(rows)} is PCA."
    return Projection(compute_pca(rows, dimensions).astype(np.float32), {}, note)


def project_pca(rows: np.ndarray, dimensions: int, seed: int) -> Projection:
    """seed is the table's convention: PCA draws nothing."""
    return Projection(compute_pca(rows, dimensions).astype(np.float32), {})


def compute_pca(rows: np.ndarray, dimensions: int) -> np.ndarray:
    """Exact principal components: float64 [n, dimensions], axes that the data do not have are 0.

    Each axis points where the cubes of its loadings sum above 0: unlike the sign of the single largest
    loading, that does not turn over when two loadings of opposite sign are nearly equal.
    """
    from sklearn.decomposition import PCA

    n_axes = min(dimensions, *rows.shape)
    # Both are exact; the covariance is small where rows are many, the rows themselves where they are few.
    pca = PCA(n_axes, svd_solver="covariance_eigh" if len(rows) > rows.shape[1] else "full")
    coords = pca.fit_transform(rows) * np.where((pca.components_**3).sum(axis=1) < 0, -1.0, 1.0)
    spread = np.abs(coords).max(axis=0)
    coords[:, spread <= EQUAL_SPREAD * spread.max()] = 0.0  # rounding, which would look like structure
    return np.pad(coords, ((0, 0), (0, dimensions - n_axes)))


def starting_layout(rows: np.ndarray, dimensions: int, size: float, seed: int) -> np.ndarray:
    """PCA of a given largest deviation, with a little noise: [n, dimensions].

    Kobak & Linderman 2021: both methods keep the library's broad layout only when they start from it.
    """
    coords = compute_pca(rows, dimensions)
    noise = np.random.default_rng(seed).standard_normal(coords.shape)
    return size * (coords / coords.std(axis=0).max() + START_NOISE * noise)


def project_umap(rows: np.ndarray, dimensions: int, seed: int) -> Projection:
    """McInnes et al. 2018, on exact neighbours."""
    from umap import UMAP

    n_neighbors = min(N_NEIGHBORS, len(rows) - 1)
    umap = UMAP(
        n_components=dimensions,
        n_neighbors=n_neighbors,
        min_dist=MIN_DIST,
        init=starting_layout(rows, dimensions, size=1.0, seed=seed).astype(np.float32),
        precomputed_knn=neighbors_for_umap(rows, n_neighbors),
        random_state=seed,
        n_jobs=1,  # a seeded UMAP runs on one thread, or warns that it does
    )
    with warnings.catch_warnings():
        # A search index places tracks that come later; our maps are made anew instead.
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]", category=UserWarning)
        coords = umap.fit_transform(rows.astype(np.float32))
    parameters = {**PROJECTIONS["umap"].parameters, "n_neighbors": n_neighbors, "seed": seed}
    return Projection(coords, parameters, note_lowered("n_neighbors", N_NEIGHBORS, n_neighbors, len(rows)))


def neighbors_for_umap(rows: np.ndarray, n_neighbors: int) -> tuple[np.ndarray, np.ndarray, None]:
    """UMAP wants every track first among its own neighbours, at distance 0."""
    indices, distances = find_neighbors(rows / np.abs(rows).max(), n_neighbors - 1)
    itself = np.arange(len(rows))[:, None]
    return np.hstack([itself, indices]), np.hstack([0.0 * itself, distances]).astype(np.float32), None


def project_tsne(rows: np.ndarray, dimensions: int, seed: int) -> Projection:
    """van der Maaten & Hinton 2008 as openTSNE computes it, on exact neighbours."""
    from openTSNE import TSNE

    perplexity = min(PERPLEXITY, round((len(rows) - 1) / NEIGHBORS_PER_PERPLEXITY, 1))
    tsne = TSNE(
        n_components=dimensions,
        early_exaggeration_iter=EXAGGERATED_ITERATIONS,
        n_iter=ITERATIONS - EXAGGERATED_ITERATIONS,
        # Interpolation is faster for large libraries but exists in two dimensions only.
        negative_gradient_method="auto" if dimensions == 2 else "bh",
        random_state=seed,
        n_jobs=1,  # more threads give the same bits, but take 4 times as long on a busy machine
    )
    start = starting_layout(rows, dimensions, size=1e-4, seed=seed)  # 1e-4: openTSNE's and the paper's
    coords = tsne.fit(affinities=compute_affinities(rows, perplexity), initialization=start)
    parameters = {**PROJECTIONS["tsne"].parameters, "perplexity": perplexity, "seed": seed}
    note = note_lowered("perplexity", PERPLEXITY, perplexity, len(rows))
    return Projection(np.asarray(coords, dtype=np.float32), parameters, note)


def compute_affinities(rows: np.ndarray, perplexity: float):
    """openTSNE's `PerplexityBasedNN` over exact neighbours."""
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    n_neighbors = round(perplexity * NEIGHBORS_PER_PERPLEXITY)
    neighbors = find_neighbors(rows / np.abs(rows).max(), n_neighbors)
    return PerplexityBasedNN(knn_index=PrecomputedNeighbors(*neighbors), perplexity=perplexity)


def note_lowered(name: str, usual: float, used: float, n_tracks: int) -> str | None:
    return f"{name} {usual:g} lowered to {used:g} for {n_tracks} tracks" if used < usual else None


PROJECTIONS: dict[str, ProjectionMethod] = {
    "umap": ProjectionMethod(
        "UMAP", project_umap, {"n_neighbors": N_NEIGHBORS, "min_dist": MIN_DIST, "metric": "euclidean"}
    ),
    "tsne": ProjectionMethod("t-SNE", project_tsne, {"perplexity": PERPLEXITY, "iterations": ITERATIONS}),
    "pca": ProjectionMethod("PCA", project_pca, {}, min_tracks=2),
}
