"""Hubs: tracks that are near to far more others than is their due (Radovanović et al. 2010)."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ML.neighbor_index import NeighborIndex
from ML.neighbors import find_neighbors

OCCURRENCE_K = 10
HUB_DEVIATIONS = 2.0  # above the mean
BLOCK_ROWS = 10_000  # asked of an index at once


@dataclass(frozen=True)
class Hubness:
    """positions: row by track id.  occurrences: int64 [n], how many have a row among their ten nearest."""

    positions: dict[int, int]
    occurrences: np.ndarray

    @cached_property
    def limit(self) -> float:
        """Above it a track is a hub."""
        return float(self.occurrences.mean() + HUB_DEVIATIONS * self.occurrences.std())

    def occurrence(self, track_id: int) -> int | None:
        row = self.positions.get(track_id)
        return None if row is None else int(self.occurrences[row])

    def is_hub(self, track_id: int) -> bool | None:
        occurrence = self.occurrence(track_id)
        return None if occurrence is None else occurrence > self.limit


def count_occurrences(rows: np.ndarray, index: NeighborIndex | None = None) -> np.ndarray:
    """int64 [n]; rows: float32 [n, D], prepared for a metric.  index: of them; without it all is exact."""
    if index is None:
        neighbors, _ = find_neighbors(rows, OCCURRENCE_K)
        return np.bincount(neighbors.ravel(), minlength=len(rows))
    counts = np.zeros(len(rows), np.int64)
    for start in range(0, len(rows), BLOCK_ROWS):
        found = np.concatenate(index.search(rows[start : start + BLOCK_ROWS], OCCURRENCE_K + 1))
        counts += np.bincount(found, minlength=len(rows))
    return np.maximum(counts - 1, 0)  # each finds itself


def save_occurrences(rows: np.ndarray, index: NeighborIndex | None, path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, count_occurrences(rows, index))
