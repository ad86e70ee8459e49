"""Our UMAP against umap-learn's: the same graph, the same curve, maps as trustworthy.

What umap-learn computes is kept in goldens; `benchmarks.projections` runs umap-learn itself.
"""

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from sklearn.manifold import trustworthiness

from ML.projections import project
from ML.umap_layout import fit_curve, graph_of, measure_strengths
from tests.ML.umap_goldens import GOLDENS, LIBRARIES, MIN_DISTS, find_others, shades

pytestmark = pytest.mark.numerical


@pytest.fixture(scope="module")
def goldens() -> dict[str, np.ndarray]:
    return dict(np.load(GOLDENS))


@pytest.mark.parametrize("name", LIBRARIES)
def test_the_graph_is_that_of_umap_learn(name, goldens):
    """Both sum in float32: strengths, 0 to 1, differ by some 1e-6."""
    rows = LIBRARIES[name]()
    row, column, strength = goldens[f"graph of {name}"].T
    expected = coo_matrix((strength, (row.astype(int), column.astype(int))), shape=(len(rows), len(rows)))
    assert abs(graph_of(*find_others(rows)) - expected).max() < 1e-4


@pytest.mark.parametrize("at", range(len(MIN_DISTS)), ids=[str(min_dist) for min_dist in MIN_DISTS])
def test_the_curve_is_that_of_umap_learn(at, goldens):
    """Two fits of one curve, which stop at a relative 1e-8 of its squares."""
    np.testing.assert_allclose(fit_curve(MIN_DISTS[at]), goldens["curves"][at], rtol=1e-4)


def test_maps_are_as_trustworthy_as_those_of_umap_learn(goldens):
    """Five seeds of ours differ by 0.002."""
    rows = shades()
    ours = trustworthiness(rows, project(rows, "umap", 2).coords, n_neighbors=15)
    assert ours > goldens["trustworthiness"] - 0.005


def test_strengths_sum_to_what_the_paper_asks():
    """64 bisections of a width, in float64."""
    distances = np.sort(np.random.default_rng(1).random((50, 14)), axis=1)
    strengths = measure_strengths(distances)
    np.testing.assert_allclose(strengths.sum(axis=1), np.log2(15), rtol=1e-6)
    np.testing.assert_array_equal(strengths[:, 0], 1.0)
