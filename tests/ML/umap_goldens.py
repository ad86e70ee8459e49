"""What umap-learn computes, kept in goldens/umap_learn.npz: it compiles for a minute in every process.

`python -m tests.ML.umap_goldens` computes them again, after a change of the libraries below or of umap-learn.
"""

from pathlib import Path

import numpy as np

from ML.neighbors import find_neighbors

GOLDENS = Path(__file__).parent / "goldens" / "umap_learn.npz"
N_NEIGHBORS = 15  # with the track itself
MIN_DISTS = (0.0, 0.1, 0.5, 0.99)


def shades(n: int = 600) -> np.ndarray:
    """Eight styles, each shading into others: [n, 40]."""
    rng = np.random.default_rng(4)
    styles = 3 * rng.standard_normal((8, 6))
    points = styles[rng.integers(8, size=n)] + rng.standard_normal((n, 6))
    return np.maximum(points @ rng.standard_normal((6, 40)), 0)


def with_copies() -> np.ndarray:
    rows = shades(400)
    return np.concatenate([rows, rows[:30], rows[:30]])


LIBRARIES = {"usual": lambda: shades(400), "with copies": with_copies}


def find_others(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return find_neighbors(rows, N_NEIGHBORS - 1)


def compute_graph(rows: np.ndarray) -> np.ndarray:
    """Edges of umap-learn's graph [n_edges, 3]: row, column, strength. A row is its own neighbor there."""
    from umap.umap_ import fuzzy_simplicial_set

    indices, distances = find_others(rows)
    own = np.arange(len(rows))[:, None]
    graph, _, _ = fuzzy_simplicial_set(
        rows, N_NEIGHBORS, np.random.RandomState(0), "euclidean",
        knn_indices=np.hstack([own, indices]),
        knn_dists=np.hstack([0.0 * own, distances]).astype(np.float32),
    )  # fmt: skip
    edges = graph.tocoo()
    return np.stack([edges.row, edges.col, edges.data], axis=1).astype(np.float32)


def compute_goldens() -> dict[str, np.ndarray]:
    from sklearn.manifold import trustworthiness
    from umap import UMAP
    from umap.umap_ import find_ab_params

    rows = shades()
    coords = UMAP(random_state=42, n_jobs=1).fit_transform(rows)
    return {f"graph of {name}": compute_graph(make()) for name, make in LIBRARIES.items()} | {
        "curves": np.array([find_ab_params(1.0, min_dist) for min_dist in MIN_DISTS]),
        "trustworthiness": np.array(trustworthiness(rows, coords, n_neighbors=15)),
    }


if __name__ == "__main__":
    np.savez_compressed(GOLDENS, **compute_goldens())
