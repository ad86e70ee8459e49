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
    def n_anti_hubs(self) -> int:
        """Rows that are nobody's neighbour."""
        return int((self.occurrences == 0).sum())


def hubness(neighbors: np.ndarray, n_corpus: int | None = None) -> Hubness:
    """neighbors: int64 [n, k], -1 for none.  n_corpus: rows of the corpus where it is not the queries."""
    found = neighbors[neighbors >= 0]
    n_rows = len(neighbors) if n_corpus is None else n_corpus
    return Hubness(np.bincount(found, minlength=n_rows), neighbors.shape[1])


def skewness(values: np.ndarray) -> float:
    """Third standardised moment; 0 for values that are all alike, or none."""
    deviations = values - values.mean() if len(values) else np.zeros(1)
    spread = math.sqrt((deviations**2).mean())
    return float((deviations**3).mean() / spread**3) if spread else 0.0
