"""Our UMAP against umap-learn's: the same graph, the same curve, maps as trustworthy."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from ML.neighbors import find_neighbors
from ML.projections import project
from ML.umap_layout import fit_curve, graph_of, measure_strengths

pytestmark = pytest.mark.xdist_group("umap")  # one worker: umap-learn compiles for seconds


def shades(n: int = 600) -> np.ndarray:
    """Eight styles, each shading into others: [n, 40]."""
    rng = np.random.default_rng(4)
    styles = 3 * rng.standard_normal((8, 6))
    points = styles[rng.integers(8, size=n)] + rng.standard_normal((n, 6))
    return np.maximum(points @ rng.standard_normal((6, 40)), 0)


def with_themselves(indices: np.ndarray, distances: np.ndarray) -> dict[str, np.ndarray]:
    """umap-learn counts every track as its own first neighbour."""
    itself = np.arange(len(indices))[:, None]
    return {
        "knn_indices": np.hstack([itself, indices]),
        "knn_dists": np.hstack([0.0 * itself, distances]).astype(np.float32),
    }


@pytest.mark.parametrize("kind", ["usual", "with copies"])
def test_the_graph_is_that_of_umap_learn(kind):
    from umap.umap_ import fuzzy_simplicial_set

    rows = shades(400)
    rows = rows if kind == "usual" else np.concatenate([rows, rows[:30], rows[:30]])
    neighbors = find_neighbors(rows, 14)
    expected, _, _ = fuzzy_simplicial_set(
        rows, 15, np.random.RandomState(0), "euclidean", **with_themselves(*neighbors)
    )
    assert abs(graph_of(*neighbors) - expected).max() < 1e-4


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5, 0.99])
def test_the_curve_is_that_of_umap_learn(min_dist):
    from umap.umap_ import find_ab_params

    np.testing.assert_allclose(fit_curve(min_dist), find_ab_params(1.0, min_dist), rtol=1e-4)


def test_maps_are_as_trustworthy_as_those_of_umap_learn():
    from umap import UMAP

    rows = shades()
    theirs = trustworthiness(rows, UMAP(random_state=42, n_jobs=1).fit_transform(rows), n_neighbors=15)
    ours = trustworthiness(rows, project(rows, "umap", 2).coords, n_neighbors=15)
    assert ours > theirs - 0.005


def test_strengths_sum_to_what_the_paper_asks():
    distances = np.sort(np.random.default_rng(1).random((50, 14)), axis=1)
    strengths = measure_strengths(distances)
    np.testing.assert_allclose(strengths.sum(axis=1), np.log2(15), rtol=1e-6)
    np.testing.assert_array_equal(strengths[:, 0], 1.0)
