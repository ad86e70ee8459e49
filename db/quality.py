"""How far models agree about who is near to whom, and how far a map lies about it, track by track."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from db.neighbor_graph import GRAPH_K, build_graph
from db.projections import LibraryMap
from db.spaces import LibrarySpace, SpaceQuery, Spaces
from ML.evaluation.agreement import neighbour_overlap
from ML.evaluation.map_quality import MapQuality, largest_k, measure_map


@dataclass(frozen=True)
class Measured:
    """One number a track. track_ids: int64 [n], ascending.  values: float64 [n]."""

    track_ids: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class MeasuredMap:
    """track_ids: int64 [n].  k: how many neighbours count."""

    track_ids: np.ndarray
    k: int
    quality: MapQuality


def measure_overlap(spaces: Spaces, one: SpaceQuery, other: SpaceQuery) -> Measured | None:
    """How many of the ten nearest a track has in common in two spaces; None while they are being found."""
    left, right = spaces.with_graph(one), spaces.with_graph(other)
    return overlap(left, right) if left and right else None


def measure_disagreement(spaces: Spaces, queries: Sequence[SpaceQuery]) -> Measured | None:
    """1 - the mean overlap over all pairs of models that heard a track; None while they are being found."""
    known = [spaces.with_graph(query) for query in queries]
    found = [space for space in known if space]
    if len(found) < len(queries):
        return None
    overlaps = [overlap(left, right) for left, right in combinations(found, 2)]
    return Measured(*mean_by_id(overlaps))


def mean_by_id(overlaps: Sequence[Measured]) -> tuple[np.ndarray, np.ndarray]:
    """(track ids, 1 - mean of their values)"""
    every_id = np.concatenate([np.zeros(0, np.int64), *(one.track_ids for one in overlaps)])
    every_value = np.concatenate([np.zeros(0), *(one.values for one in overlaps)])
    track_ids, positions = np.unique(every_id, return_inverse=True)
    total = np.bincount(positions, every_value, minlength=len(track_ids))
    return track_ids, 1.0 - total / np.bincount(positions, minlength=len(track_ids))


def overlap(left: LibrarySpace, right: LibrarySpace) -> Measured:
    """Of the tracks in both. A neighbour that only one of the models has heard says nothing of the other."""
    common, ours, theirs = np.intersect1d(left.track_ids, right.track_ids, return_indices=True)
    values = neighbour_overlap(renumber(left.graph, ours), renumber(right.graph, theirs))
    has_any = np.isfinite(values)
    return Measured(common[has_any], values[has_any])


def renumber(graph: np.ndarray | None, rows: np.ndarray) -> np.ndarray:
    """Some rows of a graph, told in numbers of these rows: int64 [len(rows), k], -1 for any other."""
    assert graph is not None
    numbers = np.full(len(graph) + 1, -1)  # the last one is what -1 means
    numbers[rows] = np.arange(len(rows))
    return numbers[graph[rows]]


def measure_library_map(
    spaces: Spaces, query: SpaceQuery, drawn: LibraryMap, name: str
) -> MeasuredMap | None:
    """query: the space that it is a map of. None while a large one is being measured."""
    space = spaces.with_graph(query)
    if space is None:
        return None
    track_ids, rows, points = np.intersect1d(space.track_ids, drawn.track_ids, return_indices=True)
    k = largest_k(len(track_ids), GRAPH_K)
    coords = drawn.coords[points]
    key = hashlib.sha256(space.key.encode() + track_ids.tobytes() + coords.tobytes()).hexdigest()
    compute = partial(measure_rows, space, rows, coords, k)
    values = spaces.measure(f"quality/{name}", key, len(track_ids), compute)
    return None if values is None else MeasuredMap(track_ids, k, MapQuality(*values))


def measure_rows(space: LibrarySpace, rows: np.ndarray, coords: np.ndarray, k: int) -> np.ndarray:
    """float64 [3, n]: the fields of MapQuality."""
    assert space.graph is not None
    drawn = space.vectors.rows[rows]
    is_whole = len(rows) == len(space.graph)
    near = renumber(space.graph, rows) if is_whole else build_graph(drawn).astype(np.int64)
    quality = measure_map(drawn, coords, near[:, :k])
    return np.stack([quality.kept, quality.trustworthiness, quality.continuity])
