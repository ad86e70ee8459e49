"""New tracks on a map that stays: each where its nearest neighbours of the library already are."""

import numpy as np

from ML.equal_rows import find_first_equal
from ML.neighbors import find_neighbors
from ML.pca import centre, check_finite, find_principal_axes
from ML.projections import get_projection

N_NEIGHBORS = 15
NEIGHBOR_SHARE = 4  # at most a quarter of the known tracks: more of a small map would draw to its middle
N_NEAREST = 3


def place(known: np.ndarray, coords: np.ndarray, new: np.ndarray, method: str) -> np.ndarray:
    """Places of new tracks among known ones, which do not move: float32 [m, dimensions].

    known: [n, width], n >= 1, at coords [n, dimensions].  new: [m, width].  method: that of the map.
    Raises ModelOutputError for rows that are not finite.
    """
    rows = centre(check_finite(np.concatenate([known, new])))
    is_linear = get_projection(method).is_linear
    place_rows = place_linearly if is_linear else place_between
    places = place_rows(rows[: len(known)], coords, rows[len(known) :])
    # Equal vectors share one point, be the first of them known or new.
    return np.concatenate([coords, places])[find_first_equal(rows)[len(known) :]].astype(np.float32)


def place_linearly(known: np.ndarray, coords: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Where the principal axes of the known tracks put the new ones, however the map has been turned."""
    axes = find_principal_axes(known, coords.shape[1])
    turn, *_ = np.linalg.lstsq(with_ones(axes.coordinates(known)), coords, rcond=None)
    return with_ones(axes.coordinates(new)) @ turn


def with_ones(coords: np.ndarray) -> np.ndarray:
    return np.hstack([coords, np.ones((len(coords), 1))])


def place_between(known: np.ndarray, coords: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Half way between the median of several neighbors, which outliers do not shift, and the nearest three.

    Keeps the neighbors of new tracks nearly as well as computing the map again does.
    """
    n_neighbors = min(N_NEIGHBORS, max(N_NEAREST, len(known) // NEIGHBOR_SHARE))
    indices, distances = find_neighbors(known, n_neighbors, queries=new)
    median = np.median(coords[indices], axis=1)
    nearest, distances = indices[:, :N_NEAREST], distances[:, :N_NEAREST]
    weights = 1.0 / np.where(distances > 0, distances, 1.0)
    between = np.einsum("ij,ijk->ik", weights / weights.sum(axis=1, keepdims=True), coords[nearest])
    return (median + between) / 2
