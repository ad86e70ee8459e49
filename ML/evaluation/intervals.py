"""A mean that says how sure it is."""

import math
from dataclasses import dataclass

import numpy as np

N_ROUNDS = 1000  # bootstrap samples: the ends then move by a few percent of the width from seed to seed
CONFIDENCE = 0.95
TAILS = (2.5, 97.5)  # percentiles: a 95 % interval


@dataclass(frozen=True)
class Interval:
    """Mean of n values with its 95 % interval; all NaN where there is nothing to average."""

    mean: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if not self.n:
            return "nothing to measure"
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def as_json(self) -> dict[str, float | int | list[float] | None]:
        if not self.n:
            return {"mean": None, "interval_95": None, "n": 0}
        return {"mean": self.mean, "interval_95": [self.low, self.high], "n": self.n}


def bootstrap_interval(values: np.ndarray, seed: int, n_rounds: int = N_ROUNDS) -> Interval:
    """Percentile bootstrap of the mean (Efron 1979).

    values: float [n], one a query; NaN, a query that had nothing to find, is left out.
    """
    values = np.asarray(values, dtype=np.float64)
    values = values[~np.isnan(values)]
    if not len(values):
        return Interval(math.nan, math.nan, math.nan, 0)
    generator = np.random.default_rng(seed)
    means = [values[generator.integers(len(values), size=len(values))].mean() for _ in range(n_rounds)]
    low, high = np.percentile(means, TAILS)
    return Interval(float(values.mean()), float(low), float(high), len(values))


def paired_interval(differences: np.ndarray, n_comparisons: int = 1) -> Interval:
    """Difference of two shares, of hits on the same tracks: Agresti & Min 2005, Simple improved confidence
    intervals for comparing matched proportions.

    It adds two tracks, half of each won and half lost. A bootstrap falls short of 95 % where few tracks
    differ, and calls one track of 42 a difference.
    differences: float [n] of 1 (won), 0 and -1 (lost); NaN is left out.  n_comparisons: of this many
    intervals all hold with 95 % (Bonferroni).
    """
    from scipy.special import ndtri

    values = np.asarray(differences, dtype=np.float64)
    values = values[~np.isnan(values)]
    if not len(values):
        return Interval(math.nan, math.nan, math.nan, 0)
    n = len(values) + 2
    middle = values.sum() / n
    variance = (np.square(values).sum() + 1) / n - middle**2
    reach = ndtri(1 - (1 - CONFIDENCE) / 2 / n_comparisons) * math.sqrt(max(0.0, variance) / n)
    return Interval(float(values.mean()), max(-1.0, middle - reach), min(1.0, middle + reach), len(values))


def finite(value: float) -> float | None:
    """JSON knows no NaN and no infinity."""
    return value if math.isfinite(value) else None
