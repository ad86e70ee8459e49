"""The index finds nearly all true neighbours, looking at a small part of the library."""

import numpy as np
import pytest

from ML.neighbor_index import NeighborIndex, build_index, open_index
from ML.search import METRICS, build_space

N_ROWS, WIDTH, K = 6000, 32, 10


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Clusters within clusters, as artists within genres."""
    rng = np.random.default_rng(0)
    genres = 3 * rng.standard_normal((12, WIDTH))
    artists = genres[rng.integers(12, size=300)] + rng.standard_normal((300, WIDTH))
    values = artists[rng.integers(300, size=N_ROWS)] + 0.7 * rng.standard_normal((N_ROWS, WIDTH))
    return METRICS["cosine"].prepare(values.astype(np.float32))


@pytest.fixture(scope="module")
def index(rows, tmp_path_factory) -> NeighborIndex:
    path = tmp_path_factory.mktemp("index") / "index.faiss"
    build_index(rows, path)
    return open_index(path)


def test_it_finds_nineteen_of_twenty_true_neighbours(rows, index):
    space = build_space(rows, METRICS["cosine"])
    found = 0
    for row in np.random.default_rng(7).integers(N_ROWS, size=200):
        point = rows[row].astype(np.float64)
        truth = space.nearest(point, K).owners
        found += len(set(truth) & set(space.rank(point, index.propose(point, K), K).owners))
    assert found / (200 * K) >= 0.95


def test_it_looks_at_a_part_only(index):
    assert 1 <= index.index.nprobe <= index.index.nlist / 2
    assert 0 < index.reach < N_ROWS / 10


def test_distances_are_exact_and_in_order(rows, index):
    space = build_space(rows, METRICS["cosine"])
    point = rows[123].astype(np.float64)
    nearest = space.rank(point, index.propose(point, K), K)
    assert nearest.owners[0] == 123
    expected = 1 - rows[nearest.owners].astype(np.float64) @ point
    # Rows are of length 1 to float32's 6e-8: half a squared distance is 1 - cosine to as much.
    np.testing.assert_allclose(nearest.distances, expected, atol=1e-6)
    assert np.all(np.diff(nearest.distances) >= 0)


def test_the_same_rows_give_the_same_index(rows, index, tmp_path):
    """Equal bits: the same operations on the same rows, in one process."""
    build_index(rows, tmp_path / "again.faiss")
    again = open_index(tmp_path / "again.faiss")
    for row in range(0, N_ROWS, 500):
        np.testing.assert_array_equal(again.propose(rows[row], K), index.propose(rows[row], K))


@pytest.mark.parametrize("n_rows", [1, 2, 50])
def test_a_library_too_small_for_an_index_can_have_one(n_rows, rows, tmp_path):
    build_index(rows[:n_rows].astype(np.float16), tmp_path / "small.faiss")
    assert 0 in open_index(tmp_path / "small.faiss").propose(rows[0], K)
