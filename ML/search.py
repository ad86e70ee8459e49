"""The vectors nearest to any point of a model's space: exact, and in the same order on every run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

BLOCK_VALUES = 16_000_000  # numbers held at once beside the rows: 64 MB as float32
FLOAT32_ROUNDING = 2.0**-24
SMALLEST = np.finfo(np.float64).tiny


@dataclass(frozen=True)
class Metric:
    """A way to measure, as squared Euclidean distances between prepared rows.

    prepare: rows [n, D] → [n, D'].  to_point: a mixture of prepared rows [D'] → a point to search from.
    to_distance: squares → what a person is told.
    """

    prepare: Callable[[np.ndarray], np.ndarray]
    to_point: Callable[[np.ndarray], np.ndarray]
    to_distance: Callable[[np.ndarray], np.ndarray]


def to_unit_rows(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1. Rows of zeros have no direction: they share one of their own, a further column."""
    lengths = np.sqrt(square_lengths(rows))
    silent = lengths == 0.0
    unit = scale_rows(rows, 1.0 / np.where(silent, 1.0, lengths))
    return np.column_stack([unit, silent.astype(rows.dtype)]) if silent.any() else unit


def to_unit_point(point: np.ndarray) -> np.ndarray:
    return point / max(float(np.linalg.norm(point)), SMALLEST)


def centre_rows(rows: np.ndarray) -> np.ndarray:
    """Around zero, because |x|² - 2xy + |y|² loses small distances between large values."""
    if len(rows) == 0:
        return rows
    return (rows - rows.mean(axis=0, dtype=np.float64).astype(np.float32)).astype(rows.dtype)


METRICS = {
    "cosine": Metric(to_unit_rows, to_unit_point, lambda squares: squares / 2),
    "euclidean": Metric(centre_rows, lambda point: point, np.sqrt),
}


@dataclass(frozen=True)
class Nearest:
    """Owners of rows, nearest first, equally near ones in order: int64 [k].

    rows: int64 [k], the nearest row of each owner.  distances: float64 [k].
    """

    owners: np.ndarray
    rows: np.ndarray
    distances: np.ndarray


@dataclass(frozen=True)
class VectorSpace:
    """Vectors to search among, prepared for a metric.

    rows: float32 or float16 [n, D].  squares: float32 [n], their squared lengths.  owners: int64 [n],
    0 … m - 1 in ascending order: the track that a row belongs to.  centre: float64 [D], the mean row.
    """

    metric: Metric
    rows: np.ndarray
    squares: np.ndarray
    owners: np.ndarray
    centre: np.ndarray

    @property
    def n_owners(self) -> int:
        return int(self.owners[-1]) + 1 if len(self.owners) else 0

    @property
    def n_bytes(self) -> int:
        return self.rows.nbytes + self.squares.nbytes + self.owners.nbytes

    def nearest(self, point: np.ndarray, k: int) -> Nearest:
        """The k owners (or all there are) with a row nearest to a point: float64 [D]."""
        seeming = self.seeming_squares(point)
        best = np.minimum.reduceat(seeming, self.first_rows()) if len(seeming) else seeming
        k = min(k, len(best))
        if k <= 0:
            return self.rank(point, np.zeros(0, np.int64), 0)
        limit = np.partition(best, k - 1)[k - 1] + 2 * self.rounding(point)
        return self.rank(point, np.flatnonzero(seeming <= limit), k)

    def rank(self, point: np.ndarray, rows: np.ndarray, k: int) -> Nearest:
        """The k nearest owners among those of some rows, measured in float64; rows: int64, ascending."""
        squares = np.square(self.rows[rows].astype(np.float64) - point).sum(axis=1)
        by_distance = np.lexsort((rows, squares))
        _, first = np.unique(self.owners[rows[by_distance]], return_index=True)  # the nearest row of each
        chosen = by_distance[np.sort(first)[:k]]
        return Nearest(self.owners[rows[chosen]], rows[chosen], self.metric.to_distance(squares[chosen]))

    def distance(self, row: int, other: int) -> float:
        return float(self.rank(self.rows[row].astype(np.float64), np.array([other]), 1).distances[0])

    def radii(self, points: np.ndarray, k: int) -> np.ndarray:
        """Distance from each point [m, D] to its k-th nearest row, itself included: float64 [m]."""
        n_block = max(1, BLOCK_VALUES // max(1, len(self.rows)))
        k = min(k, len(self.rows))
        blocks = [points[at : at + n_block] for at in range(0, len(points), n_block)]
        squares = [np.partition(self.seeming_squares(block), k - 1, axis=-1)[:, k - 1] for block in blocks]
        return self.metric.to_distance(np.maximum(np.concatenate(squares), 0.0).astype(np.float64))

    def seeming_squares(self, points: np.ndarray) -> np.ndarray:
        """Squared distances of every row to points [D] or [m, D], rounded as float32 is: [n] or [m, n]."""
        single = points.astype(np.float32)
        lengths = np.square(single).sum(axis=-1, keepdims=True)
        return self.squares + lengths - 2.0 * multiply(self.rows, single)

    def rounding(self, point: np.ndarray) -> float:
        """How far a seeming square may be from the true one: the error bound of a dot product, and more."""
        longest = max(float(self.squares.max()), float(np.square(point).sum()))
        return 4 * self.rows.shape[1] * FLOAT32_ROUNDING * longest

    def first_rows(self) -> np.ndarray:
        return np.flatnonzero(np.diff(self.owners, prepend=-1))


def build_space(values: np.ndarray, metric: Metric, owners: np.ndarray | None = None) -> VectorSpace:
    """values: float32 or float16 [n, D], finite; owners: as in VectorSpace, None: each row is its own."""
    rows = metric.prepare(values)
    centre = rows.mean(axis=0, dtype=np.float64) if len(rows) else np.zeros(rows.shape[1])
    owners = np.arange(len(rows)) if owners is None else owners
    return VectorSpace(metric, rows, square_lengths(rows), owners, centre)


def scale_locally(distances: np.ndarray, own_radius: float, radii: np.ndarray) -> np.ndarray:
    """Local scaling (Zelnik-Manor & Perona 2004; against hubs: Schnitzer et al. 2012): 0 near … 1 far.

    distances [k] from a point whose k-th neighbour is own_radius away to others with radii [k].
    """
    return 1.0 - np.exp(-np.square(distances) / np.maximum(own_radius * radii, SMALLEST))


def blend(space: VectorSpace, plus: Sequence[int], minus: Sequence[int]) -> np.ndarray:
    """The point with what `plus` rows have, without what sets `minus` rows apart from the whole library."""
    point = space.rows[plus].mean(axis=0, dtype=np.float64)
    if len(minus):
        point = point - (space.rows[minus].mean(axis=0, dtype=np.float64) - space.centre)
    return space.metric.to_point(point)


def between(space: VectorSpace, start: int, end: int, n_steps: int) -> list[np.ndarray]:
    """n_steps points on the way from one row to another, both ends left out."""
    first, last = space.rows[[start, end]].astype(np.float64)
    shares = np.linspace(0.0, 1.0, n_steps + 2)[1:-1]
    return [space.metric.to_point((1 - share) * first + share * last) for share in shares]


def multiply(rows: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Dot products of float32 points [D] or [m, D] with every row: [n] or [m, n]; half floats in blocks."""
    if rows.dtype == np.float32:
        return points @ rows.T
    parts = [points @ rows[part].astype(np.float32).T for part in blocks_of(rows)]
    return np.concatenate(parts, axis=-1) if parts else np.zeros((*points.shape[:-1], 0), np.float32)


def square_lengths(rows: np.ndarray) -> np.ndarray:
    """float32 [n]"""
    parts = [np.square(rows[part], dtype=np.float32).sum(axis=1) for part in blocks_of(rows)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def scale_rows(rows: np.ndarray, factors: np.ndarray) -> np.ndarray:
    scaled = np.empty_like(rows)
    for part in blocks_of(rows):
        scaled[part] = rows[part] * factors[part, None]
    return scaled


def blocks_of(rows: np.ndarray) -> list[slice]:
    n_block = max(1, BLOCK_VALUES // max(1, rows.shape[1]))
    return [slice(at, at + n_block) for at in range(0, len(rows), n_block)]
