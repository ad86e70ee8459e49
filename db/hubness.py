"""Hubs: tracks that are near to far more others than is their due (Radovanović et al. 2010)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

HUB_DEVIATIONS = 2.0  # above the mean


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


def count_occurrences(graph: np.ndarray) -> np.ndarray:
    """int64 [n]; graph: of n rows, see build_graph."""
    return np.bincount(graph[graph >= 0], minlength=len(graph))
