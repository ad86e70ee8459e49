"""How many directions vectors really vary in."""

import numpy as np

from ML.neighbors import find_neighbors


def distance_ratios(rows: np.ndarray) -> np.ndarray:
    """log(second nearest / nearest) of every row: float64 [n], NaN for copies and without two neighbours."""
    _, distances = find_neighbors(rows, 2)
    if distances.shape[1] < 2:
        return np.full(len(rows), np.nan)
    is_known = distances[:, 0] > 0
    near = np.where(is_known, distances[:, 0], 1.0)
    return np.where(is_known, np.log(np.maximum(distances[:, 1], near) / near), np.nan)


def intrinsic_dimension(ratios: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """TwoNN: the likeliest exponent of the Pareto law that the ratios follow (Facco et al. 2017).

    ratios: of distance_ratios.  weights: [n_samples, n].  Returns float64 [n_samples], NaN without ratios.
    """
    is_known = ~np.isnan(ratios)
    totals = weights[:, is_known] @ ratios[is_known]
    n_known = weights[:, is_known].sum(axis=1, dtype=np.float64)
    return np.divide(n_known, totals, out=np.full(len(weights), np.nan), where=totals > 0)
