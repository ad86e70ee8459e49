"""A map keeps neighbours together, is the same on every run, and exists for any library."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances

from ML.errors import ModelOutputError, UnknownChoiceError
from ML.neighbors import find_neighbors
from ML.pca import standardise
from ML.projections import PROJECTIONS, project
from tests.ML.map_stability import (
    LARGEST_PCA_DIFFERENCE,
    SMALLEST_OVERLAP,
    mean_overlap,
    relative_difference,
)

REPOSITORY = Path(__file__).parents[2]
METHODS = list(PROJECTIONS)
N_CLUSTERS, CLUSTER_SIZE, WIDTH = 4, 25, 50


def styles() -> tuple[np.ndarray, np.ndarray]:
    """Four well separated styles of 25 tracks: vectors [100, 50] and the style of each."""
    rng = np.random.default_rng(3)
    labels = np.repeat(np.arange(N_CLUSTERS), CLUSTER_SIZE)
    return 6.0 * np.eye(N_CLUSTERS, WIDTH)[labels] + rng.standard_normal((len(labels), WIDTH)) * 0.5, labels


def ring(n: int = 120) -> np.ndarray:
    """Tracks that shade into each other around a circle lying in 20 dimensions."""
    angle = 2 * np.pi * np.arange(n) / n
    axes = np.linalg.qr(np.random.default_rng(5).standard_normal((20, 2)))[0]
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) @ axes.T


def neighbour_purity(coords: np.ndarray, labels: np.ndarray, k: int = 10) -> float:
    """Share of the k nearest points that are of a point's own style."""
    indices, _ = find_neighbors(coords, k)
    return float((labels[indices] == labels[:, None]).mean())


# Purity of styles that lie six apart with noise of 0.5 is 1, that of a random map 0.25.
PURE = 0.95


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("method", METHODS)
def test_styles_stay_together(method, dimensions):
    vectors, labels = styles()
    coords = project(vectors, method, dimensions).coords
    assert (coords.shape, coords.dtype) == ((100, dimensions), np.float32)
    # Four centres span three dimensions: flattened to two by a linear method, two of them may overlap.
    assert neighbour_purity(coords, labels) > (PURE if (method, dimensions) != ("pca", 2) else 0.6)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_points_that_are_near_on_the_map_sound_alike(method, dimensions):
    """0.96 was measured of UMAP, 0.98 of t-SNE: within a style all are about equally near."""
    vectors, _ = styles()
    assert trustworthiness(vectors, project(vectors, method, dimensions).coords, n_neighbors=10) > 0.9


@pytest.mark.parametrize("method", METHODS)
def test_gradual_change_stays_gradual(method):
    """0.999 was measured of UMAP, 1 of the others; a random map has 0.5."""
    vectors = ring()
    coords = project(vectors, method, 2).coords
    assert trustworthiness(vectors, coords, n_neighbors=6) > 0.97


def test_pca_keeps_distances_where_the_data_are_flat():
    vectors = ring()
    coords = project(vectors, "pca", 2).coords
    # float32 coordinates of size 1, rounded by 1e-7
    np.testing.assert_allclose(pairwise_distances(coords), pairwise_distances(vectors), atol=1e-5)


@pytest.mark.parametrize("shape", [(12, 40), (300, 8)], ids=["wide", "long"])
def test_pca_does_not_mirror_when_vectors_change_a_little(shape):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        vectors = rng.standard_normal(shape) * np.linspace(3.0, 1.0, shape[1])
        changed = vectors + 1e-6 * rng.standard_normal(shape)
        before, after = project(vectors, "pca", 3).coords, project(changed, "pca", 3).coords
        # Eigenvalues close to each other turn their axes by many times the change of 1e-6: 2e-5 was measured.
        np.testing.assert_allclose(after, before, atol=1e-3)


def test_pca_does_not_mirror_when_the_two_largest_loadings_change_places():
    along = np.linspace(-1.0, 2.0, 30)  # the vectors differ by 4e-6 at most
    one, other = (np.outer(along, [1.0, -1.0 + change, 0.5]) for change in (1e-6, -1e-6))
    np.testing.assert_allclose(project(one, "pca", 2).coords, project(other, "pca", 2).coords, atol=1e-4)


MAPS = {f"{method}_{dimensions}": (method, dimensions) for method in METHODS for dimensions in (2, 3)}
IN_ANOTHER_PROCESS = """
import sys, numpy
from tests.ML.test_projections import compute_maps
numpy.savez(sys.argv[1], **compute_maps())
"""


def compute_maps() -> dict[str, np.ndarray]:
    vectors, _ = styles()
    return {name: project(vectors, *choice).coords for name, choice in MAPS.items()}


def test_another_process_computes_the_same_map(tmp_path):
    """Not bit for bit: libraries choose their code by alignment of memory and number of threads too."""
    path = tmp_path / "maps.npz"
    subprocess.run([sys.executable, "-c", IN_ANOTHER_PROCESS, str(path)], cwd=REPOSITORY, check=True)
    ours, theirs = compute_maps(), np.load(path)
    for name, (method, _) in MAPS.items():
        if method == "pca":
            assert relative_difference(ours[name], theirs[name]) < LARGEST_PCA_DIFFERENCE
        else:
            assert mean_overlap(ours[name], theirs[name]) >= SMALLEST_OVERLAP, name


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_another_seed_draws_another_map(method):
    vectors, _ = styles()
    assert not np.array_equal(project(vectors, method, 2, seed=1).coords, project(vectors, method, 2).coords)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_tracks", [0, 1, 2, 3, 4, 5, 6, 16])
@pytest.mark.filterwarnings("error::UserWarning", "error::RuntimeWarning")
def test_a_library_of_any_size_has_a_map(n_tracks, method, dimensions):
    vectors = np.random.default_rng(1).standard_normal((n_tracks, 30)).astype(np.float32)
    coords = project(vectors, method, dimensions).coords
    assert coords.shape == (n_tracks, dimensions)
    assert np.isfinite(coords).all()
    assert len(np.unique(coords, axis=0)) == n_tracks  # different tracks are different points


def test_one_track_lies_at_the_origin():
    assert not project(np.full((1, 8), 3.0), "umap", 2).coords.any()


def test_three_tracks_keep_their_distances():
    vectors = np.random.default_rng(1).standard_normal((3, 30))
    coords = project(vectors, "tsne", 2).coords
    # float32 coordinates
    np.testing.assert_allclose(pairwise_distances(coords), pairwise_distances(vectors), rtol=1e-5)


@pytest.mark.parametrize(
    ("method", "n_tracks", "note"),
    [
        ("tsne", 3, "t-SNE needs 5 different tracks or more: this map of 3 is PCA."),
        ("umap", 4, "UMAP needs 5 different tracks or more: this map of 4 is PCA."),
        ("pca", 3, None),
        ("tsne", 16, "perplexity 30 lowered to 5 for 16 tracks."),
        ("tsne", 91, None),
        ("umap", 9, "n_neighbors 15 lowered to 8 for 9 tracks."),
        ("umap", 16, None),
    ],
)
def test_the_note_says_what_a_small_library_changed(method, n_tracks, note):
    vectors = np.random.default_rng(1).standard_normal((n_tracks, 30))
    assert project(vectors, method, 2).note == note


def test_parameters_are_those_used():
    vectors = np.random.default_rng(1).standard_normal((16, 30))
    assert project(vectors, "tsne", 2, seed=7).parameters == {"perplexity": 5, "iterations": 750, "seed": 7}
    assert project(vectors[:9], "umap", 2).parameters["n_neighbors"] == 8


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("noise", [0.0, 1e-6], ids=["exact", "rounded"])
def test_copies_share_one_point_and_the_note_counts_them(method, noise):
    """Fourteen copies among a hundred tracks; a network rounds a copy in another batch otherwise."""
    vectors, labels = styles()
    copies = np.tile(vectors[7], (14, 1))
    copies += noise * np.random.default_rng(0).standard_normal(copies.shape)
    projection = project(np.concatenate([copies[:4], vectors, copies[4:]]), method, 2)
    points = np.concatenate([projection.coords[:4], projection.coords[[4 + 7]], projection.coords[104:]])
    assert len(np.unique(points, axis=0)) == 1
    assert projection.note == "14 tracks have the vector of another and share its point."
    assert len(np.unique(projection.coords, axis=0)) == len(vectors)
    if method != "pca":
        assert neighbour_purity(projection.coords[4:104], labels) > PURE


def test_copies_do_not_change_where_the_others_are():
    """Equal bits: copies are left out before the map is computed, from the same rows."""
    vectors, _ = styles()
    alone, with_copies = (
        project(vectors, "umap", 2),
        project(np.concatenate([vectors, vectors[:9]]), "umap", 2),
    )
    np.testing.assert_array_equal(with_copies.coords[: len(vectors)], alone.coords)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [0.0, 0.1, 1e6])
def test_identical_tracks_share_one_point_and_the_note_says_so(method, scale):
    track = scale * np.random.default_rng(1).standard_normal(30)
    answer = project(np.tile(track, (20, 1)), method, 2)
    assert not answer.coords.any()
    assert answer.note == "All 20 tracks have the same vector and share one point."


def many_copies() -> np.ndarray:
    """Three vectors, forty times each: every neighbour of a track is its copy."""
    return np.repeat(np.random.default_rng(2).standard_normal((3, 20)), 40, axis=0)


ODD_LIBRARIES = {
    "many copies": many_copies(),
    "one column": np.random.default_rng(2).standard_normal((20, 1)),
    "constant columns": np.random.default_rng(2).standard_normal((20, 6)) * [1, 0, 1, 0, 1, 0] + 7.0,
    "one direction": np.outer(np.linspace(-1, 1, 30), np.ones(40)),
    "half precision": np.random.default_rng(2).standard_normal((20, 30)).astype(np.float16),
    "around 1e6": np.random.default_rng(2).standard_normal((20, 30)) + 1e6,
    "up to 1e6": np.random.default_rng(2).standard_normal((20, 30)) * 1e6,
    "down to 1e-20": np.random.default_rng(2).standard_normal((20, 30)) * 1e-20,
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("vectors", ODD_LIBRARIES.values(), ids=ODD_LIBRARIES)
@pytest.mark.filterwarnings("error::UserWarning", "error::RuntimeWarning")
def test_odd_vectors_have_a_map(vectors, method):
    coords = project(vectors, method, 3).coords
    assert np.isfinite(coords).all()
    assert np.ptp(coords[:, 0]) > 0


def test_axes_that_the_vectors_do_not_have_are_flat():
    coords = project(ODD_LIBRARIES["one column"], "pca", 3).coords
    assert not coords[:, 1:].any()
    assert not project(ODD_LIBRARIES["one direction"], "pca", 2).coords[:, 1].any()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [1e-3, 1e6])
def test_the_map_does_not_depend_on_the_unit(method, scale):
    vectors, labels = styles()
    coords = project(vectors * scale, method, 3).coords
    assert neighbour_purity(coords, labels) > PURE


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_refused_with_their_number(broken):
    vectors, _ = styles()
    vectors[[3, 70], 5] = broken
    with pytest.raises(ModelOutputError, match="2 of 100 rows"):
        project(vectors, "pca", 2)
    with pytest.raises(ModelOutputError, match="2 of 100 rows"):
        standardise(vectors)


def test_unknown_choices_name_the_known_ones():
    with pytest.raises(UnknownChoiceError, match="'mds': choose one of umap, tsne, pca"):
        project(np.eye(6), "mds", 2)
    with pytest.raises(UnknownChoiceError, match="4: choose one of 2, 3"):
        project(np.eye(6), "pca", 4)


def test_standardise_gives_hertz_and_shares_the_same_say():
    rng = np.random.default_rng(4)
    hertz, share, constant = rng.normal(2000, 500, 40), rng.uniform(0, 1, 40), np.full(40, 0.1)
    columns = standardise(np.stack([hertz, share, constant], axis=1).astype(np.float32))
    # float32 columns of size 1: 40 of them round their mean by 1e-7
    np.testing.assert_allclose(columns.mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(columns.std(axis=0), [1.0, 1.0, 0.0], atol=1e-6)
    assert columns.dtype == np.float32


def test_standardise_does_not_amplify_rounding():
    column = np.full((40, 1), 1234.5, dtype=np.float32)
    column[::2] = np.nextafter(column[::2], np.float32(np.inf))
    assert not standardise(column).any()


def test_standardise_of_no_tracks_is_empty():
    assert standardise(np.empty((0, 185), dtype=np.float32)).shape == (0, 185)
