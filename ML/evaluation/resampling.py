"""The same bootstrap samples for every metric and model, so that differences between models are paired.

A sample is how often each track was drawn. A statistic takes many, [n_samples, n], and gives a number each.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ML.evaluation.intervals import CONFIDENCE, N_ROUNDS, TAILS, Interval, paired_interval

Statistic = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Measured:
    """A metric with its 95 % interval and what chance reaches (NaN: chance says nothing of it).

    replicates: float64 [n_rounds], the metric of every bootstrap sample.  hits: float [n], 1 or 0
    (NaN: not counted) a track, of a metric that is their share; None for others.
    """

    interval: Interval
    chance: float
    replicates: np.ndarray
    hits: np.ndarray | None = None


def draw_samples(n_tracks: int, seed: int, n_rounds: int = N_ROUNDS) -> np.ndarray:
    """How often each track was drawn in each sample: float32 [n_rounds, n_tracks] (Efron 1979)."""
    generator = np.random.default_rng(seed)
    drawn = (generator.integers(n_tracks, size=n_tracks) for _ in range(n_rounds))
    return np.array([np.bincount(rows, minlength=n_tracks) for rows in drawn], np.float32).reshape(
        n_rounds, n_tracks
    )


def measure_mean(values: np.ndarray, samples: np.ndarray, chance: float = math.nan) -> Measured:
    """values: float [n], one a track; NaN, a track that had nothing to find, is left out."""
    is_known = ~np.isnan(values)
    if not is_known.any():
        return nothing_measured(len(samples))
    n_drawn = samples @ is_known.astype(np.float32)
    sums = samples @ np.where(is_known, values, 0.0).astype(np.float64)
    replicates = np.divide(sums, n_drawn, out=np.full(len(samples), np.nan), where=n_drawn > 0)
    interval = interval_around(float(values[is_known].mean()), replicates, is_known.sum())
    is_share = np.isin(values[is_known], (0, 1)).all()
    return Measured(interval, chance, replicates, values if is_share else None)


def measure_statistic(statistic: Statistic, samples: np.ndarray, chance: float = math.nan) -> Measured:
    n_tracks = samples.shape[1]
    value = float(statistic(np.ones((1, n_tracks)))[0])
    if math.isnan(value):
        return nothing_measured(len(samples))
    replicates = statistic(samples)
    return Measured(interval_around(value, replicates, n_tracks), chance, replicates)


def interval_around(value: float, replicates: np.ndarray, n: int) -> Interval:
    """Percentiles, moved so that the mean of the samples lies on the value.

    A track drawn twice makes clusters look tighter than they are: but for means, samples are biased.
    """
    if not np.isfinite(replicates).any():
        return Interval(value, value, value, int(n))
    low, high = np.nanpercentile(replicates, TAILS) + (value - np.nanmean(replicates))
    return Interval(value, float(low), float(high), int(n))


def nothing_measured(n_rounds: int) -> Measured:
    return Measured(Interval(math.nan, math.nan, math.nan, 0), math.nan, np.full(n_rounds, np.nan))


@dataclass(frozen=True)
class Difference:
    """Of two systems on the same tracks. interval: of this difference alone.

    is_clear: these tracks tell the two apart, also when all differences shown with it are counted.
    """

    interval: Interval
    is_clear: bool


def paired_difference(left: Measured, right: Measured, n_comparisons: int = 1) -> Difference:
    """left - right over the same tracks, or the same samples. n_comparisons: differences shown together."""
    if left.hits is not None and right.hits is not None:
        won = left.hits - right.hits
        return judge_difference(paired_interval(won), paired_interval(won, n_comparisons))
    differences = left.replicates - right.replicates
    value = left.interval.mean - right.interval.mean
    n = min(left.interval.n, right.interval.n)
    if not n:
        return Difference(nothing_measured(0).interval, is_clear=False)
    alone = interval_around(value, differences, n)
    return judge_difference(alone, widened(alone, differences, n_comparisons))


def judge_difference(alone: Interval, together: Interval) -> Difference:
    """NaN is never clear."""
    return Difference(alone, bool(together.low > 0 or together.high < 0))


def widened(alone: Interval, differences: np.ndarray, n_comparisons: int) -> Interval:
    """By Bonferroni. Of the normal distribution: the samples are too few for percentiles that far out."""
    from scipy.special import ndtri

    if not np.isfinite(differences).any():
        return Interval(alone.mean, math.nan, math.nan, alone.n)
    reach = float(ndtri(1 - (1 - CONFIDENCE) / 2 / n_comparisons) * np.nanstd(differences))
    return Interval(alone.mean, alone.mean - reach, alone.mean + reach, alone.n)


def weighted_mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Of every sample: float64 [n_samples]."""
    totals = weights.sum(axis=1, dtype=np.float64)
    return np.divide(weights @ values, totals, out=np.full(len(weights), np.nan), where=totals > 0)
