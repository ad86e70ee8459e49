"""A mean that says how sure it is."""

import math
from dataclasses import dataclass

import numpy as np

N_ROUNDS = 1000  # bootstrap samples: the ends then move by a few percent of the width from seed to seed
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


def finite(value: float) -> float | None:
    """JSON knows no NaN and no infinity."""
    return value if math.isfinite(value) else None
