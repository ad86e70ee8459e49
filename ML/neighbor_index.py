"""Approximate neighbours for libraries too large to look at every vector (faiss, IVF with 8-bit codes).

The index proposes rows, `ML.search.VectorSpace.rank` measures them: what is missed is missed, but no distance
is approximate.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    import faiss

SEED = 42
FEWEST_ROWS_PER_LIST = 39  # faiss warns below
ROWS_PER_CENTROID = 64  # to learn from; more changes the recall by nothing that was seen
TRAINING_ROUNDS = 10
TUNED_K = 10
TUNED_RECALL = 0.98  # on rows that were asked while building; others must reach 0.95
TUNED_QUERIES = 200
PROPOSED_PER_HIT = 4  # 8-bit codes shuffle what is close
REACH_SHARE = 16  # of the rows looked at, one in so many may be asked for
ADDED_AT_ONCE = 100_000


@dataclass(frozen=True)
class NeighborIndex:
    """An index on disk, mapped into memory."""

    index: "faiss.IndexIVF"

    @property
    def reach(self) -> int:
        """How many neighbours it can be asked for; more must be searched exactly."""
        return self.index.nprobe * self.index.ntotal // self.index.nlist // REACH_SHARE

    def propose(self, point: np.ndarray, k: int) -> np.ndarray:
        """Rows among which the k nearest to a point [D] are: int64, ascending."""
        return self.search(point[None], PROPOSED_PER_HIT * k)[0]

    def search(self, points: np.ndarray, n_rows: int) -> list[np.ndarray]:
        """For each point [D] the nearest rows by their codes: int64 [<= n_rows], ascending."""
        _, found = self.index.search(np.ascontiguousarray(points, np.float32), n_rows)
        return [np.sort(rows[rows >= 0]) for rows in found]


def build_index(rows: np.ndarray, path: Path) -> None:
    """rows: float32 or float16 [n, D]. The same rows give the same index."""
    import faiss

    n_lists = max(1, min(round(np.sqrt(len(rows))), len(rows) // FEWEST_ROWS_PER_LIST))
    index = cast("faiss.IndexIVF", faiss.index_factory(rows.shape[1], f"IVF{n_lists},SQ8"))
    index.cp.niter, index.cp.seed = TRAINING_ROUNDS, SEED
    picked = np.random.default_rng(SEED).permutation(len(rows))
    index.train(rows[np.sort(picked[: ROWS_PER_CENTROID * n_lists])].astype(np.float32))
    for start in range(0, len(rows), ADDED_AT_ONCE):
        index.add(rows[start : start + ADDED_AT_ONCE].astype(np.float32))
    tune(index, rows, np.sort(picked[-TUNED_QUERIES:]))
    faiss.write_index(index, str(path))


def tune(index: "faiss.IndexIVF", rows: np.ndarray, asked: np.ndarray) -> None:
    """Look into as many lists as it takes to find TUNED_RECALL of the true neighbours of some rows."""
    points = rows[asked].astype(np.float32)
    truth = true_neighbors(rows, points)
    index.nprobe = 1
    while index.nprobe < index.nlist and measure_recall(index, points, truth) < TUNED_RECALL:
        index.nprobe = min(2 * index.nprobe, index.nlist)


def true_neighbors(rows: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Rows of the TUNED_K nearest of each point, itself among them: int64 [m, TUNED_K]."""
    import faiss

    heap = faiss.ResultHeap(len(points), TUNED_K)
    for start in range(0, len(rows), ADDED_AT_ONCE):
        block = rows[start : start + ADDED_AT_ONCE].astype(np.float32)
        squares, found = faiss.knn(points, block, min(TUNED_K, len(block)))
        heap.add_result(squares, found + start)
    heap.finalize()
    return heap.I


def measure_recall(index: "faiss.IndexIVF", points: np.ndarray, truth: np.ndarray) -> float:
    proposed = NeighborIndex(index).search(points, PROPOSED_PER_HIT * TUNED_K)
    hits = [np.isin(true, rows).mean() for true, rows in zip(truth, proposed, strict=True)]
    return float(np.mean(hits))


def open_index(path: Path) -> NeighborIndex:
    import faiss

    return NeighborIndex(cast("faiss.IndexIVF", faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)))
