"""Who is near to whom in a whole library: what hubs, agreement and the quality of maps are measured from."""

import numpy as np

from ML.neighbor_index import NeighborIndex
from ML.neighbors import find_neighbors

GRAPH_K = 10
BLOCK_ROWS = 10_000  # asked of an index at once


def build_graph(rows: np.ndarray, index: NeighborIndex | None = None) -> np.ndarray:
    """The ten nearest other rows of each: int32 [n, 10], fewer columns for fewer rows.

    rows: float32 [n, D], prepared for a metric.  index: of them, which finds most of them, in order of row,
    -1 where it finds none; without it all is exact and the nearest come first.
    """
    if index is None:
        return find_neighbors(rows, GRAPH_K)[0].astype(np.int32)
    blocks = [ask_index(rows, index, start) for start in range(0, len(rows), BLOCK_ROWS)]
    return np.concatenate(blocks)


def ask_index(rows: np.ndarray, index: NeighborIndex, start: int) -> np.ndarray:
    asked = rows[start : start + BLOCK_ROWS]
    graph = np.full((len(asked), GRAPH_K), -1, dtype=np.int32)
    for number, found in enumerate(index.search(asked, GRAPH_K + 1)):  # each finds itself
        others = found[found != start + number][:GRAPH_K]
        graph[number, : len(others)] = others
    return graph
