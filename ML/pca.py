"""Rows centred, scaled and turned onto their principal components."""

from dataclasses import dataclass

import numpy as np

from ML.errors import ModelOutputError

EQUAL_SPREAD = 2.5e-7  # of a column's size: float32 rounding, not information
START_NOISE = 1e-4  # of the starting layout's size: pulls identical tracks apart enough to move


@dataclass(frozen=True)
class PrincipalAxes:
    """What turns rows into coordinates. mean: [width].  axes: [width, n_axes]."""

    mean: np.ndarray
    axes: np.ndarray

    def coordinates(self, rows: np.ndarray) -> np.ndarray:
        """[n, n_axes] of rows [n, width]."""
        return (rows - self.mean) @ self.axes


def standardise(matrix: np.ndarray) -> np.ndarray:
    """Every column to mean 0 and deviation 1 over the rows; a constant column to 0.

    matrix: [n, width].  Returns float32 [n, width].  Raises ModelOutputError for rows that are not finite.
    """
    rows = check_finite(matrix)
    if len(rows) == 0:
        return rows.astype(np.float32)
    deviation = rows.std(axis=0)
    varies = deviation > EQUAL_SPREAD * np.abs(rows).max(axis=0)
    scaled = (rows - rows.mean(axis=0)) / np.where(varies, deviation, 1.0)
    return np.where(varies, scaled, 0.0).astype(np.float32)


def check_finite(matrix: np.ndarray) -> np.ndarray:
    """float64 [n, width]. Raises ModelOutputError with the number of rows that are not finite."""
    rows = np.asarray(matrix, dtype=np.float64)
    n_broken = np.count_nonzero(~np.isfinite(rows).all(axis=1))
    if n_broken:
        raise ModelOutputError(
            f"{n_broken} of {len(rows)} rows hold values that are not finite numbers: "
            "extract these tracks again with `preprocess-all --force`."
        )
    return rows


def centre(rows: np.ndarray) -> np.ndarray:
    """Rows around their mean; equal rows become exactly 0, which subtracting a rounded mean does not give."""
    if len(rows) == 0:
        return rows
    moved = rows - rows[0]
    return moved - moved.mean(axis=0)


def find_principal_axes(rows: np.ndarray, dimensions: int) -> PrincipalAxes:
    """Exact, at most `dimensions` of them.

    Each axis points where the cubes of its loadings sum above 0: unlike the sign of the single largest
    loading, that does not turn over when two loadings of opposite sign are nearly equal.
    """
    from sklearn.decomposition import PCA

    n_axes = min(dimensions, *rows.shape)
    # Both are exact; the covariance is small where rows are many, the rows themselves where they are few.
    pca = PCA(n_axes, svd_solver="covariance_eigh" if len(rows) > rows.shape[1] else "full").fit(rows)
    signs = np.where((pca.components_**3).sum(axis=1) < 0, -1.0, 1.0)
    return PrincipalAxes(pca.mean_, (signs[:, None] * pca.components_).T)


def compute_pca(rows: np.ndarray, dimensions: int) -> np.ndarray:
    """Exact principal components: float64 [n, dimensions], axes that the data do not have are 0."""
    coords = find_principal_axes(rows, dimensions).coordinates(rows)
    spread = np.abs(coords).max(axis=0)
    coords[:, spread <= EQUAL_SPREAD * spread.max()] = 0.0  # rounding, which would look like structure
    return np.pad(coords, ((0, 0), (0, dimensions - coords.shape[1])))


def starting_layout(rows: np.ndarray, dimensions: int, size: float, seed: int) -> np.ndarray:
    """PCA of a given largest deviation, with a little noise: [n, dimensions].

    Kobak & Linderman 2021: UMAP and t-SNE keep the library's broad layout only when they start from it.
    """
    coords = compute_pca(rows, dimensions)
    noise = np.random.default_rng(seed).standard_normal(coords.shape)
    return size * (coords / coords.std(axis=0).max() + START_NOISE * noise)
