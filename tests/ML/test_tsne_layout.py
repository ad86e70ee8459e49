"""The layout in the plane: pushes as they would be summed pair by pair, whatever shares the work."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ML import tsne_layout
from ML.tsne_layout import GRID_STEP, MOST_NODES, lay_grid, make_grid, push, push_pairwise

pytestmark = pytest.mark.numerical
GRID_ERROR = 0.05  # of the largest value: cubics between nodes a third of a push's reach apart


def pairwise_push(coords: np.ndarray) -> np.ndarray:
    """float64 [n, 2], by the formula (van der Maaten & Hinton 2008)."""
    apart = coords[:, None].astype(float) - coords[None]
    near = 1 / (1 + np.square(apart).sum(axis=2))
    return (np.square(near)[..., None] * apart).sum(axis=1) / (near.sum() - len(coords))


@pytest.mark.parametrize("size", [0.01, 3.0, 40.0])
def test_pushes_are_those_of_every_pair(size):
    coords = (size * np.random.default_rng(0).standard_normal((400, 2))).astype(np.float32)
    with ThreadPoolExecutor(2) as pool:
        _, found = push(coords, None, pool)
        exact = push_pairwise(coords, pool)
    true = pairwise_push(coords)
    assert np.abs(found[:, :2] - true).max() < GRID_ERROR * np.abs(true).max()
    # float32 sums of 400 pushes that largely cancel
    assert np.abs(exact[:, :2] - true).max() < 1e-4 * np.abs(true).max()


def test_few_rows_are_laid_out_pair_by_pair(monkeypatch):
    """By the exact pushes, with equal bits for any number of threads, since one thread sums the pushes on a
    row; more rows by the grid.
    """
    from scipy.sparse import csr_matrix

    grids = []
    monkeypatch.setattr(tsne_layout, "make_grid", lambda *given: grids.append(given) or make_grid(*given))
    affinities = csr_matrix((np.ones((30, 30)) - np.eye(30)) / 870)
    start = np.random.default_rng(0).standard_normal((30, 2))
    maps = []
    for threads in ("1", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        maps.append(tsne_layout.lay_out(affinities, start, ((20, 1.0),), lambda _: None))
    assert (maps[0] == maps[1]).all() and not grids
    monkeypatch.setattr(tsne_layout, "FEW_ROWS", 29)
    by_grid = tsne_layout.lay_out(affinities, start, ((20, 1.0),), lambda _: None)
    assert grids and np.abs(by_grid - maps[0]).max() < GRID_ERROR * np.abs(maps[0]).max()


def test_the_grid_stays_while_it_holds_the_map():
    coords = np.random.default_rng(0).uniform(-5, 5, (100, 2)).astype(np.float32)
    grid, _ = lay_grid(coords, None)
    assert lay_grid(coords * np.float32(0.95), grid)[0] is grid
    assert lay_grid(coords * np.float32(20), grid)[0] is not grid


def test_a_map_of_any_size_fits_into_memory():
    coords = np.array([[0, 0], [10_000, 1]], np.float32)
    grid, places = lay_grid(coords, None)
    assert grid.step > GRID_STEP
    assert max(grid.shape) <= 3 * MOST_NODES
    assert (places >= 1).all() and (places < np.array(grid.shape) - 2).all()


def test_iterations_are_told_one_by_one():
    from scipy.sparse import csr_matrix

    told: list[int] = []
    affinities = csr_matrix((np.ones((20, 20)) - np.eye(20)) / 380)
    start = np.random.default_rng(0).standard_normal((20, 2))
    coords = tsne_layout.lay_out(affinities, start, ((3, 12.0), (2, 1.0)), told.append)
    assert told == [1, 2, 3, 4, 5]
    assert np.isfinite(coords).all() and abs(coords.mean()) < 1e-5  # centered in float32
