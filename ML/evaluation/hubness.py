"""Hubs: tracks that turn up among everyone's neighbours (Radovanović et al. 2010, Hubs in space)."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Hubness:
    """occurrences: int64 [n], how often each row is among the k nearest of another row."""

    occurrences: np.ndarray
    k: int

    @property
    def skewness(self) -> float:
        """0 where everyone turns up alike; large when a few hubs do and most do not."""
        return skewness(self.occurrences)

    @property
    def chance_skewness(self) -> float:
        """Of n - 1 independent draws of k neighbours each: a binomial's, (1 - 2p) / √((n - 1) p (1 - p))."""
        n_others = len(self.occurrences) - 1
        share = min(1.0, self.k / n_others) if n_others > 0 else 1.0
        return (1 - 2 * share) / math.sqrt(n_others * share * (1 - share)) if 0 < share < 1 else 0.0

    @property
    def largest(self) -> int:
        """Occurrences of the greatest hub."""
        return int(self.occurrences.max(initial=0))

    @property
    def robin_hood(self) -> float:
        """Share of all occurrences that would have to move for everyone to turn up alike: 0 to 1."""
        return robin_hood(self.occurrences)

    @property
    def chance_robin_hood(self) -> float:
        """Of n - 1 independent draws of k neighbours each, a binomial's."""
        return robin_hood(draw_occurrences(len(self.occurrences), self.k))

    @property
    def n_anti_hubs(self) -> int:
        """Rows that are nobody's neighbour."""
        return int((self.occurrences == 0).sum())


def hubness(neighbors: np.ndarray, n_corpus: int | None = None) -> Hubness:
    """neighbors: int64 [n, k], -1 for none.  n_corpus: rows of the corpus where it is not the queries."""
    found = neighbors[neighbors >= 0]
    n_rows = len(neighbors) if n_corpus is None else n_corpus
    return Hubness(np.bincount(found, minlength=n_rows), neighbors.shape[1])


def draw_occurrences(n_rows: int, k: int, seed: int = 0, n_rounds: int = 50) -> np.ndarray:
    """What independent draws of k neighbours each give: int64 [n_rounds · n_rows]."""
    n_others = max(n_rows - 1, 1)
    drawn = np.random.default_rng(seed).binomial(n_others, min(1.0, k / n_others), n_rounds * n_rows)
    return drawn if n_rows > 1 else np.zeros(n_rounds * n_rows, dtype=np.int64)


def robin_hood(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Hoover index: half the mean deviation from the mean, over the mean; 0 for no values.

    As a measure of hubs: Feldbauer et al. 2018, Fast approximate hubness reduction.
    weights: [n], how often each value counts.
    """
    mean = np.average(values, weights=weights) if len(values) else 0.0
    return float(np.average(np.abs(values - mean), weights=weights) / (2 * mean)) if mean else 0.0


def skewness(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Third standardised moment; 0 for values that are all alike, or none. weights: as in robin_hood."""
    if not len(values):
        return 0.0
    deviations = values - np.average(values, weights=weights)
    spread = math.sqrt(np.average(deviations**2, weights=weights))
    return float(np.average(deviations**3, weights=weights) / spread**3) if spread else 0.0
