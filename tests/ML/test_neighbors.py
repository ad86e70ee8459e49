"""Exact neighbours, also where a search in float32 over few columns only proposes them."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from ML import neighbors
from ML.neighbors import find_neighbors

MANY_COPIES = np.repeat(np.random.default_rng(2).standard_normal((3, 20)), 40, axis=0)
N_LARGE = 2500  # more than are compared each with each
ROUNDING = 1e-9  # float64 sums of 64 squares, in another order, of values up to 1e4


def library(n: int = N_LARGE, width: int = 64, n_directions: int = 8, noise: float = 0.05) -> np.ndarray:
    """Tracks that differ in a few directions, and by noise in all: what networks give."""
    rng = np.random.default_rng(8)
    directions = rng.standard_normal((n_directions, width))
    return rng.standard_normal((n, n_directions)) @ directions + noise * rng.standard_normal((n, width))


def by_all_distances(matrix: np.ndarray, asked: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    distances = np.stack([np.linalg.norm(matrix - matrix[row], axis=1) for row in asked])
    distances[np.arange(len(asked)), asked] = np.inf
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(distances, order, axis=1)


def test_neighbours_are_the_nearest_others_in_order():
    indices, distances = find_neighbors(np.array([[0.0], [1.0], [3.0], [7.0]]), 2)
    assert indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert distances.tolist() == [[1, 3], [1, 2], [2, 3], [4, 6]]


@pytest.mark.numerical
def test_neighbours_agree_with_all_distances():
    vectors = np.random.default_rng(6).standard_normal((200, 30)) + 1e7
    indices, distances = find_neighbors(vectors, 10)
    everything = pairwise_distances(vectors - 1e7)
    np.fill_diagonal(everything, np.inf)
    np.testing.assert_array_equal(indices, np.argsort(everything, axis=1)[:, :10])
    # Around 1e7 float64 rounds a column to 2e-9; scikit-learn's |x|² - 2xy + |y|² loses more than we do.
    np.testing.assert_allclose(distances, np.sort(everything, axis=1)[:, :10], rtol=1e-6)


def test_a_row_is_never_its_own_neighbour_even_among_copies():
    indices, distances = find_neighbors(MANY_COPIES, 15)
    assert not (indices == np.arange(120)[:, None]).any()
    assert not distances.any()
    assert (indices // 40 == np.arange(120)[:, None] // 40).all()


@pytest.mark.parametrize(("n_rows", "k"), [(0, 5), (1, 5), (4, 10)])
def test_there_are_at_most_all_other_rows(n_rows, k):
    indices, distances = find_neighbors(np.eye(n_rows, 3), k)
    assert indices.shape == distances.shape == (n_rows, max(0, n_rows - 1))


LARGE_LIBRARIES = {
    "few directions": library(),
    "all directions": library(n_directions=64),
    "pairs of copies": np.concatenate([library()[:1300], library()[:1300]]),
    "one song very often": np.concatenate([library(), np.repeat(library()[:1], 300, axis=0)]),
    "far from the origin": library() + 1e4,
    "one track far out": np.concatenate([library(), [np.full(64, 1e4)]]),
}


@pytest.mark.numerical
@pytest.mark.parametrize("matrix", LARGE_LIBRARIES.values(), ids=LARGE_LIBRARIES)
def test_proposing_loses_nobody(matrix):
    asked = np.unique([*range(0, len(matrix), 30), len(matrix) - 1])
    indices, distances = find_neighbors(matrix, 12)
    expected_indices, expected_distances = by_all_distances(matrix, asked, 12)
    np.testing.assert_allclose(distances[asked], expected_distances, rtol=ROUNDING, atol=ROUNDING)
    if not np.isclose(np.diff(expected_distances), 0, atol=ROUNDING).any():  # no ties
        np.testing.assert_array_equal(indices[asked], expected_indices)


@pytest.mark.numerical
def test_a_tie_is_decided_by_index_in_a_large_library_too():
    indices, distances = find_neighbors(LARGE_LIBRARIES["one song very often"], 12)
    assert indices[-1].tolist() == [0, *range(N_LARGE, N_LARGE + 11)]
    assert not distances[-1].any()


def test_only_doubtful_rows_are_compared_with_all(monkeypatch):
    """The work is in the search: hardly any row of a usual library is left to the slow way."""
    compared = []
    real = neighbors.compare_with_all

    def count(search, asked, k):
        compared.extend(asked)
        return real(search, asked, k)

    monkeypatch.setattr(neighbors, "compare_with_all", count)
    find_neighbors(library(n_directions=12), 12)
    assert len(compared) < 0.01 * N_LARGE, "one row in a hundred"


@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_points_of_a_dense_map_leave_no_doubt(monkeypatch, dimensions):
    """Heaps far apart: single precision cannot tell who in a heap is nearest."""
    rng = np.random.default_rng(5)
    heaps = rng.integers(0, 6, (N_LARGE, 1)) * 1000.0
    coords = (heaps + 0.01 * rng.standard_normal((N_LARGE, dimensions))).astype(np.float32)
    asked = np.arange(0, N_LARGE, 50)
    expected = by_all_distances(coords.astype(np.float64), asked, 10)
    monkeypatch.setattr(neighbors, "compare_with_all", None)
    np.testing.assert_allclose(find_neighbors(coords, 10)[1][asked], expected[1], rtol=ROUNDING)


@pytest.mark.parametrize("n", [200, N_LARGE])
def test_queries_find_themselves_first(n):
    rows = library(n)
    indices, distances = find_neighbors(rows, 5, queries=rows[40:60])
    assert indices[:, 0].tolist() == list(range(40, 60))
    assert not distances[:, 0].any()
    np.testing.assert_array_equal(indices[:, 1:], find_neighbors(rows, 4)[0][40:60])


def test_no_query_finds_nothing():
    assert find_neighbors(library(20), 5, queries=np.empty((0, 64)))[0].shape == (0, 5)
