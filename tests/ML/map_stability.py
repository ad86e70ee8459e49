"""Libraries whose maps are compared between processors, and measures of how much two maps differ."""

import numpy as np

from ML.alignment import find_similarity
from ML.neighbors import find_neighbors
from ML.projections import project

N_NEAREST = 5
N_LARGE = 2000  # tracks of the library whose maps must not be turned
LARGEST_PCA_DIFFERENCE = 1e-3  # 3e-7 was measured; close eigenvalues may magnify the 1e-6 of the vectors
SMALLEST_OVERLAP = 0.75  # .87 and more was measured of twelve changed libraries
LARGEST_ROTATION = 5.0  # degrees; 2.6 and 3.4 were measured
N_STYLES = 8


def synthetic_library(n_tracks: int) -> np.ndarray:
    """Eight styles that overlap a little, none below 0 as after ReLU: float32 [n_tracks, 200]."""
    rng = np.random.default_rng(4)
    centers = 5 * rng.standard_normal((N_STYLES, 6))
    points = centers[np.arange(n_tracks) % N_STYLES] + rng.standard_normal((n_tracks, 6))
    rows = points @ rng.standard_normal((6, 200)) + 0.3 * rng.standard_normal((n_tracks, 200))
    return np.maximum(rows, 0).astype(np.float32)


def round_differently(rows: np.ndarray, seed: int = 1) -> np.ndarray:
    """The same vectors as another processor might compute them."""
    noise = np.random.default_rng(seed).standard_normal(rows.shape)
    return (rows * (1 + 1e-6 * noise)).astype(rows.dtype)


def compute_map(rows: np.ndarray, method: str, dimensions: int) -> np.ndarray:
    """A map aligned to the PCA of the same rows, as a library has it."""
    reference = project(rows, "pca", dimensions).coords
    if method == "pca":
        return reference
    coords = project(rows, method, dimensions).coords
    similarity = find_similarity(coords, reference)
    assert similarity is not None
    return similarity(coords)


def relative_difference(coords: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of two maps, as a share of their size."""
    return float(np.abs(coords - other).max() / np.ptp(coords, axis=0).max())


def mean_overlap(coords: np.ndarray, other: np.ndarray) -> float:
    """Mean share of the five nearest points that both maps have in common."""
    pairs = zip(find_neighbors(coords, N_NEAREST)[0], find_neighbors(other, N_NEAREST)[0], strict=True)
    return float(np.mean([np.isin(*pair).mean() for pair in pairs]))


def rotation_degrees(coords: np.ndarray, other: np.ndarray) -> float:
    """Angle between two maps, 0 to 180; a mirrored map counts as 180."""
    moved, wanted = coords - coords.mean(axis=0), other - other.mean(axis=0)
    left, _, right = np.linalg.svd(moved.T @ wanted)
    rotation = left @ right
    if np.linalg.det(rotation) < 0:
        return 180.0
    n = len(rotation)  # in n dimensions the trace is n - 2 + 2 cos of the angle
    return float(np.degrees(np.arccos(np.clip((np.trace(rotation) - (n - 2)) / 2, -1, 1))))
