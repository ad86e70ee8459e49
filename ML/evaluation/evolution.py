"""How a body of work moves through a model's space from year to year.

Rows are of unit length, so that a distance is 0 to 2 whatever the model. Centroids of a few tracks lie apart
by chance alone: distances are corrected for that by the bootstrap (Efron 1979), and a permutation test asks
whether years tell tracks apart at all (PERMANOVA: Anderson 2001, A new method for non-parametric multivariate
analysis of variance).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ML.evaluation.intervals import N_ROUNDS, TAILS, Interval
from ML.search import to_unit_rows

N_SHUFFLES = 999  # the smallest p is then 0.001
ROUNDING = 1e-12


@dataclass(frozen=True)
class Year:
    """What came out in a year. rows: of the matrix.  spread: mean distance of its tracks to their centroid.

    centroid: float64 [D].  spread is None for a single track.
    """

    year: int
    rows: np.ndarray
    centroid: np.ndarray
    spread: float | None


@dataclass(frozen=True)
class Step:
    """From one year with tracks to the next. distance: of the centroids.  per_year: its interval, a year."""

    start: int
    end: int
    distance: float
    per_year: Interval


@dataclass(frozen=True)
class ShuffleTest:
    """observed: share of the variance that lies between years, R².  chance: its mean with the years shuffled.

    p_value: how often shuffled years explain as much, at the least.
    """

    observed: float
    chance: float
    p_value: float


@dataclass(frozen=True)
class Move:
    """A track that left: its distance from the centroid of all earlier years."""

    row: int
    year: int
    distance: float


@dataclass(frozen=True)
class Evolution:
    """drift: distance a year along the path.  net: distance of the last centroid from the first.

    spread: mean distance of all tracks to their common centroid.  moves: those that moved most first.
    drift, net and test are None where all tracks are of one year.
    """

    years: list[Year]
    steps: list[Step]
    spread: float
    moves: list[Move]
    drift: Interval | None
    net: float | None
    test: ShuffleTest | None


def compute_evolution(vectors: np.ndarray, years: Sequence[int], seed: int) -> Evolution:
    """vectors: float [n, D], n >= 1, finite.  years: of each row.  Raises ValueError without rows."""
    if not len(vectors):
        raise ValueError("an evolution needs at least one track")
    rows = to_unit_rows(np.asarray(vectors, dtype=np.float64))
    labels = np.asarray(years, dtype=np.int64)
    passed = [describe_year(rows, labels, year) for year in np.unique(labels).tolist()]
    spread = mean_distance(rows, rows.mean(axis=0))
    moves = find_moves(rows, labels)
    if len(passed) == 1:
        return Evolution(passed, [], spread, moves, None, None, None)
    generator = np.random.default_rng(seed)
    resampled = np.array([resample(rows, passed, generator) for _ in range(N_ROUNDS)])
    span = passed[-1].year - passed[0].year
    lengths = path_steps([year.centroid for year in passed])
    return Evolution(
        years=passed,
        steps=describe_steps(passed, lengths, resampled),
        spread=spread,
        moves=moves,
        drift=corrected(lengths.sum() / span, resampled.sum(axis=1) / span, len(rows)),
        net=float(np.linalg.norm(passed[-1].centroid - passed[0].centroid)),
        test=permute(rows, passed, generator),
    )


def describe_year(rows: np.ndarray, labels: np.ndarray, year: int) -> Year:
    own = np.flatnonzero(labels == year)
    centroid = rows[own].mean(axis=0)
    return Year(year, own, centroid, mean_distance(rows[own], centroid) if len(own) > 1 else None)


def mean_distance(rows: np.ndarray, point: np.ndarray) -> float:
    return float(np.linalg.norm(rows - point, axis=1).mean())


def typical_distance(vectors: np.ndarray) -> float:
    """How far two tracks drawn from a library lie apart (root mean square): what distances compare with."""
    centre = to_unit_rows(np.asarray(vectors, dtype=np.float64)).mean(axis=0)
    return float(np.sqrt(max(0.0, 2.0 - 2.0 * centre @ centre)))


def path_steps(centroids: Sequence[np.ndarray]) -> np.ndarray:
    """Distance of each centroid from the one before: float64 [m - 1]."""
    return np.linalg.norm(np.diff(np.array(centroids), axis=0), axis=1)


def resample(rows: np.ndarray, years: Sequence[Year], generator: np.random.Generator) -> np.ndarray:
    """The steps of a library in which every year drew its tracks anew from its own."""
    drawn = (generator.choice(year.rows, len(year.rows)) for year in years)
    return path_steps([rows[own].mean(axis=0) for own in drawn])


def corrected(observed: float, resampled: np.ndarray, n: int) -> Interval:
    """The basic bootstrap: what resampling adds to a distance, chance has added to it already.

    A year with a single track cannot say how far chance moves it, and adds nothing to the interval.
    """
    low, high = np.percentile(resampled, TAILS)
    ends = (2 * observed - resampled.mean(), 2 * observed - high, 2 * observed - low)
    mean, low, high = (max(0.0, float(end)) for end in ends)
    return Interval(mean, low, high, n)


def describe_steps(years: Sequence[Year], lengths: np.ndarray, resampled: np.ndarray) -> list[Step]:
    steps = []
    for at, (start, end) in enumerate(zip(years, years[1:], strict=False)):
        gap = end.year - start.year
        n_tracks = len(start.rows) + len(end.rows)
        per_year = corrected(lengths[at] / gap, resampled[:, at] / gap, n_tracks)
        steps.append(Step(start.year, end.year, float(lengths[at]), per_year))
    return steps


def permute(rows: np.ndarray, years: Sequence[Year], generator: np.random.Generator) -> ShuffleTest:
    """Each year keeps its number of tracks; which they are is shuffled."""
    order = np.concatenate([year.rows for year in years])
    counts = np.array([len(year.rows) for year in years])
    observed = explained(rows[order], counts)
    shuffled = [explained(generator.permutation(rows), counts) for _ in range(N_SHUFFLES)]
    n_as_much = int(np.count_nonzero(np.array(shuffled) >= observed - ROUNDING))
    return ShuffleTest(observed, float(np.mean(shuffled)), (1 + n_as_much) / (1 + N_SHUFFLES))


def explained(rows: np.ndarray, counts: np.ndarray) -> float:
    """Share of the variance between groups of neighbouring rows, 0 to 1; 0 where nothing varies."""
    centred = rows - rows.mean(axis=0)
    total = float(np.square(centred).sum())
    sums = np.add.reduceat(centred, np.cumsum(counts) - counts)
    between = float((np.square(sums).sum(axis=1) / counts).sum())
    return between / total if total > ROUNDING else 0.0


def find_moves(rows: np.ndarray, labels: np.ndarray) -> list[Move]:
    """Every track after the first year by its distance from all that came before it, farthest first."""
    moves = []
    for row in np.flatnonzero(labels > labels.min()).tolist():
        before = rows[labels < labels[row]].mean(axis=0)
        moves.append(Move(row, int(labels[row]), float(np.linalg.norm(rows[row] - before))))
    return sorted(moves, key=lambda move: (-move.distance, move.row))
