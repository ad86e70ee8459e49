"""Neighbours: exact in 100 000 × 768, approximate in 1 000 000 × 200, against plain NumPy.

    python -m benchmarks.neighbors [--exact 100000] [--approximate 1000000]

The vectors are those of benchmarks.synthetic_library, without its database.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.report import Figure, Row, at_least, at_most, report
from benchmarks.synthetic_library import TRACKS_PER_ARTIST, draw_shape, draw_vectors
from ML.neighbor_index import NeighborIndex, build_index, open_index
from ML.neighbors import find_neighbors
from ML.search import METRICS, VectorSpace, build_space

K = 10
N_QUERIES = 100
N_ALL_PAIRS = 20_000
BLOCK = 50_000
NOTES = """Plain NumPy is bounded by reading every vector from memory once. 64 directions and what they leave
over bound the distances of most rows from below, so few are read whole; where rows differ in every direction
alike (isotropic noise), that fails and NumPy's time is ours. The index is built in the background while
answers are exact; its recall is that of rows it was not tuned on."""


def measure_exact(n_tracks: int, width: int) -> Iterator[Row]:
    space = build_space(draw_library(n_tracks, width), METRICS["cosine"])
    rows = space.rows
    points = rows[pick(n_tracks)].astype(np.float64)
    plain = time_each(lambda point: np.argpartition(1 - rows @ point.astype(np.float32), K)[:K], points)
    ours = time_each(lambda point: space.nearest(point, K), points)
    work = f"exact, {n_tracks:,} × {width}, one query"
    yield Row(work, Figure(plain, "ms", "NumPy argpartition"), Figure(ours, "ms"), at_most(Figure(20, "ms")))
    some = rows[:N_ALL_PAIRS]
    product = time_once(lambda: [some[at : at + 1000] @ some.T for at in range(0, len(some), 1000)])
    pairs = time_once(lambda: find_neighbors(some, K))
    work = f"all pairs, {len(some):,} × {width}"
    yield Row(work, Figure(product, "s", "the bare float32 product"), Figure(pairs, "s"))


def measure_approximate(n_tracks: int, width: int, folder: Path) -> Iterator[Row]:
    space = build_space(draw_library(n_tracks, width), METRICS["cosine"])
    path, size = folder / "index.faiss", f"{n_tracks:,} × {width}"
    seconds = time_once(lambda: build_index(space.rows, path))
    yield Row(f"index of {size}, built", None, Figure(seconds, "s"))
    yield Row(f"index of {size}, on disk", None, Figure(path.stat().st_size / 1e6, "MB"))
    index = open_index(path)
    points = space.rows[pick(n_tracks)].astype(np.float64)
    exact = time_each(lambda point: space.nearest(point, K), points[:20])
    ours = time_each(lambda point: ask(space, index, point), points)
    work = f"approximate, {size}, one query"
    yield Row(work, Figure(exact, "ms", "exact"), Figure(ours, "ms"), at_most(Figure(5, "ms")))
    recall = np.mean([
        len(set(ask(space, index, point)) & set(space.nearest(point, K).owners)) / K for point in points
    ])  # fmt: skip
    yield Row(f"approximate, {size}, recall@{K}", None, Figure(float(recall), ""), at_least(Figure(0.95, "")))


def ask(space: VectorSpace, index: NeighborIndex, point: np.ndarray) -> list[int]:
    return space.rank(point, index.propose(point, K), K).owners.tolist()


def draw_library(n_tracks: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    shape = draw_shape(rng, n_tracks // TRACKS_PER_ARTIST + 1, width)
    starts = range(0, n_tracks, BLOCK)
    numbers = [np.arange(start, min(start + BLOCK, n_tracks)) for start in starts]
    return np.concatenate([draw_vectors(rng, shape, some // TRACKS_PER_ARTIST) for some in numbers])


def pick(n_tracks: int) -> np.ndarray:
    return np.random.default_rng(1).choice(n_tracks, N_QUERIES, replace=False)


def time_each(work: Callable[[np.ndarray], object], points: np.ndarray) -> float:
    """Milliseconds, the median."""
    work(points[0])
    return 1000 * median(time_once(lambda point=point: work(point)) for point in points)  # type: ignore[misc]


def time_once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--exact", type=int, default=100_000, help="tracks of 768 values (default: 100000)")
    parser.add_argument("--approximate", type=int, default=1_000_000, help="of 200 values (default: 1000000)")
    arguments = parser.parse_args()

    def measure(folder: Path) -> Iterator[Row]:
        yield from measure_exact(arguments.exact, 768)
        yield from measure_approximate(arguments.approximate, 200, folder)

    with tempfile.TemporaryDirectory() as folder:
        report("neighbours", "python -m benchmarks.neighbors", measure(Path(folder)), NOTES)


if __name__ == "__main__":
    main()
