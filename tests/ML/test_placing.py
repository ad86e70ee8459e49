"""New tracks come onto a map that stays; maps are turned onto one another."""

import numpy as np
import pytest

from ML.alignment import find_similarity
from ML.neighbors import find_neighbors
from ML.placing import place
from ML.projections import project

N_KNOWN = 300
ROUNDING = 1e-4  # maps are float32, whose steps are 1e-5 at the 100 that `turned` moves them by


def library() -> np.ndarray:
    """Tracks [330, 20] that shade into each other along three directions."""
    rng = np.random.default_rng(6)
    return rng.standard_normal((330, 3)) @ rng.standard_normal((3, 20)) + 0.02 * rng.standard_normal(
        (330, 20)
    )


def turned(coords: np.ndarray) -> np.ndarray:
    """Rotated, mirrored, scaled and moved: the same map."""
    dimensions = coords.shape[1]
    rotation = np.linalg.qr(np.random.default_rng(1).standard_normal((dimensions, dimensions)))[0]
    rotation[:, 0] *= -np.sign(np.linalg.det(rotation))
    return 7.0 * coords @ rotation + 100.0


def kept_neighbours(coords: np.ndarray, rows: np.ndarray) -> float:
    """Share of the 10 nearest of the new tracks that are among the 30 nearest on the map."""
    alike, near = find_neighbors(rows, 10)[0][N_KNOWN:], find_neighbors(coords, 30)[0][N_KNOWN:]
    return float(np.mean([np.isin(own, there).mean() for own, there in zip(alike, near, strict=True)]))


@pytest.mark.numerical
@pytest.mark.parametrize("method", ["umap", "tsne", "pca"])
def test_new_tracks_lie_among_those_they_sound_like(method):
    rows = library()
    coords = project(rows[:N_KNOWN], method, 2).coords
    placed = place(rows[:N_KNOWN], coords, rows[N_KNOWN:], method)
    assert (placed.shape, placed.dtype) == ((30, 2), np.float32)
    drawn_anew = kept_neighbours(project(rows, method, 2).coords, rows)
    # Placed without moving the others, they cannot be quite as near as in a map of all.
    assert kept_neighbours(np.concatenate([coords, placed]), rows) > 0.85 * drawn_anew


@pytest.mark.numerical
@pytest.mark.parametrize("dimensions", [2, 3])
def test_pca_places_exactly_also_on_a_map_that_was_turned(dimensions):
    rows = library()
    coords = turned(project(rows[:N_KNOWN], "pca", dimensions).coords)
    again = place(rows[:N_KNOWN], coords, rows[:5], "pca")
    np.testing.assert_allclose(again, coords[:5], rtol=ROUNDING)


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_a_copy_lies_on_its_original_and_others_do_not_share_a_place(method):
    rows = library()
    coords = np.random.default_rng(0).random((N_KNOWN, 2)).astype(np.float32)
    # Equal bits: a copy is given its original's coordinates.
    np.testing.assert_array_equal(place(rows[:N_KNOWN], coords, rows[40:50], method), coords[40:50])
    placed = place(rows[:N_KNOWN], coords, rows[N_KNOWN:], method)
    assert len(np.unique(placed, axis=0)) == 30


@pytest.mark.numerical
@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_map_is_turned_back_onto_its_original(dimensions):
    coords = np.random.default_rng(2).standard_normal((50, dimensions)) * [3.0, 2.0, 1.0][:dimensions]
    similarity = find_similarity(turned(coords), coords)
    assert similarity is not None
    np.testing.assert_allclose(similarity(turned(coords)), coords, atol=ROUNDING)


def test_aligning_keeps_the_shape():
    rng = np.random.default_rng(2)
    coords, reference = rng.standard_normal((50, 2)), rng.standard_normal((50, 2))
    similarity = find_similarity(coords, reference)
    assert similarity is not None
    before, after = find_neighbors(coords, 49), find_neighbors(similarity(coords), 49)
    np.testing.assert_array_equal(before[0][:, :5], after[0][:, :5])
    # float32 coordinates of size 1 round by 1e-7; the nearest points are 1e-2 apart.
    np.testing.assert_allclose(after[1] / before[1], similarity.scale, rtol=1e-4)


@pytest.mark.parametrize(
    "coords", [np.ones((2, 2)), np.zeros((9, 2)), np.empty((0, 2))], ids=["few", "one point", "none"]
)
def test_what_has_no_direction_is_not_aligned(coords):
    assert find_similarity(coords, np.random.default_rng(0).random(coords.shape)) is None
