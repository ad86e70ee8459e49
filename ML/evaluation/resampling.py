"""The same bootstrap samples for every metric and model, so that differences between models are paired.

A sample is how often each track was drawn. A statistic takes many, [n_samples, n], and gives a number each.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ML.evaluation.intervals import N_ROUNDS, TAILS, Interval

Statistic = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Measured:
    """A metric with its 95 % interval and what chance reaches (NaN: chance says nothing of it).

    replicates: float64 [n_rounds], the metric of every bootstrap sample.
    """

    interval: Interval
    chance: float
    replicates: np.ndarray


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
    return Measured(
        interval_around(float(values[is_known].mean()), replicates, is_known.sum()), chance, replicates
    )


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


def paired_difference(left: Measured, right: Measured) -> Interval:
    """left - right over the same samples: an interval that leaves out 0 tells the two apart."""
    differences = left.replicates - right.replicates
    value = left.interval.mean - right.interval.mean
    n = min(left.interval.n, right.interval.n)
    return interval_around(value, differences, n) if n else nothing_measured(0).interval


def weighted_mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Of every sample: float64 [n_samples]."""
    totals = weights.sum(axis=1, dtype=np.float64)
    return np.divide(weights @ values, totals, out=np.full(len(weights), np.nan), where=totals > 0)
