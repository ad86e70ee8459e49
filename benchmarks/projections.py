"""How long maps take against umap-learn and scikit-learn, and how well they keep neighbourhoods.

    python -m benchmarks.projections [small] [large] [--method umap] [--audio FOLDER]

Every map is drawn in a process of its own, as by a person who draws one: imports and compilation count for
both sides. Vectors are clusters on curved sheets, of uneven size, with noise; with --audio also real segments
of real music. Trustworthiness (Venna & Kaski 2001) is of 15 neighbours, among 10 000 tracks at most.
"large" takes scikit-learn half an hour.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.report import Figure, Row, Target, at_most, at_most_times, report
from db.database import Database, open_database
from db.embeddings import save_output
from db.map_cache import MapQuery
from db.projections import get_map, refit_map
from db.schema import Track
from ML import registry
from ML.neighbors import find_neighbors
from ML.segments import TrackOutput

ROOT = Path(__file__).resolve().parents[1]
N_JUDGED = 10_000
METHODS = (  # (label, ours, theirs, how much less trustworthy ours may be)
    ("UMAP", "umap", "umap.UMAP()", 0.005),
    ("t-SNE", "tsne", "sklearn TSNE", 0.0),
)
N_ADDED = 100
SEED = 42
DRAWERS = {
    "umap.UMAP()": "from umap import UMAP; coords = UMAP(random_state=42).fit_transform(vectors)",
    "sklearn TSNE": (
        "from sklearn.manifold import TSNE; coords = TSNE(random_state=42).fit_transform(vectors)"
    ),
    "umap": "from ML.projections import project; coords = project(vectors, 'umap', 2).coords",
    "tsne": "from ML.projections import project; coords = project(vectors, 'tsne', 2).coords",
}
PROGRAM = """
import sys, time, numpy as np
vectors = np.load(sys.argv[1])
start, start_cpu = time.perf_counter(), time.process_time()
{draw}
print(time.perf_counter() - start, time.process_time() - start_cpu)
np.save(sys.argv[2], coords)
"""
Result = TypeVar("Result")

NOTES = """
t-SNE in the plane spends its time in Fourier transforms of a grid that grows with the map, or in pairs where
rows are few: of 401 it takes 1.4 s, the rest is the start of the program (openTSNE, numba). Its
trustworthiness differs by 0.0001 between starts that differ in the seventh digit: 0.99578, 0.99587, 0.99588,
0.99590 and 0.99592 were seen for 10 k × 200.
"""


@dataclass(frozen=True)
class Job:
    """What is measured. methods: rows of METHODS.  audio: a folder of real music."""

    scratch: Path
    methods: list[tuple[str, str, str, float]]
    audio: Path | None


@dataclass(frozen=True)
class Drawn:
    """A map and what it cost, on the clock and in all cores together."""

    seconds: float
    cpu_seconds: float
    coords: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "sizes", nargs="*", metavar="SIZE", help=f"{', '.join(SIZES)}; default: what there is music for"
    )
    parser.add_argument("--method", choices=[ours for _, ours, _, _ in METHODS], help="only this one")
    parser.add_argument("--audio", type=Path, help="a folder of music, for MusiCNN's segments of it")
    arguments = parser.parse_args()
    if unknown := set(arguments.sizes) - set(SIZES):
        parser.error(f"unknown size {', '.join(unknown)}: choose from {', '.join(SIZES)}")
    for size in arguments.sizes or [size for size in SIZES if size != "real" or arguments.audio]:
        with tempfile.TemporaryDirectory() as scratch:
            methods = [row for row in METHODS if arguments.method in (None, row[1])]
            job = Job(Path(scratch), methods, arguments.audio)
            command = " ".join(["python -m benchmarks.projections", *sys.argv[1:]])
            report(f"{size} projections", command, SIZES[size](job), NOTES)


def measure_small(job: Job) -> Iterator[Row]:
    vectors = make_clusters(10_000, 200)
    yield from measure_neighbors(vectors, "10 k × 200")
    yield from measure_adding(vectors, job.scratch)
    yield from compare_methods("10 k × 200", vectors, job)


def measure_large(job: Job) -> Iterator[Row]:
    vectors = make_clusters(50_000, 768)
    yield from measure_neighbors(vectors, "50 k × 768")
    yield from compare_methods("50 k × 768", vectors, job)


def measure_real(job: Job) -> Iterator[Row]:
    if not job.audio:
        raise SystemExit("Which music? Give --audio a folder.")
    real = load_segments(job.audio)
    yield from compare_methods(f"{len(real)} real segments × {real.shape[1]}", real, job)


SIZES = {"small": measure_small, "large": measure_large, "real": measure_real}


def make_clusters(n_tracks: int, width: int, n_clusters: int = 40, n_directions: int = 12) -> np.ndarray:
    """float32 [n_tracks, width]."""
    rng = np.random.default_rng(0)
    labels = rng.choice(n_clusters, n_tracks, p=rng.dirichlet(np.full(n_clusters, 2.0)))
    centres = 3 * rng.standard_normal((n_clusters, n_directions))
    flat = centres[labels] + rng.standard_normal((n_tracks, n_directions))
    bent = np.maximum(flat @ rng.standard_normal((n_directions, 128)), 0) / np.sqrt(n_directions)
    vectors = bent @ rng.standard_normal((128, width)) / np.sqrt(128)
    return (vectors + 0.05 * rng.standard_normal(vectors.shape)).astype(np.float32)


def load_segments(folder: Path) -> np.ndarray:
    """What MusiCNN hears in every segment of every file: float32 [n, 200]."""
    from ML.audio import decode, is_audio_file
    from ML.inference import load_model

    model = load_model("musicnn", "mtat")
    paths = [path for path in sorted(folder.rglob("*")) if is_audio_file(path)]
    return np.concatenate([model.embed_segments(model.split(decode(path))).embedding for path in paths])


def compare_methods(name: str, vectors: np.ndarray, job: Job) -> Iterator[Row]:
    for label, ours, theirs, tolerance in job.methods:
        baseline, first, again = (draw(which, vectors, job.scratch) for which in (theirs, ours, ours))
        work = f"{label} {name}"
        cost = Figure(baseline.seconds, "s", theirs), Figure(first.seconds)
        yield Row(work, *cost, at_most_times(1 / 3))
        cpu_cost = Figure(baseline.cpu_seconds), Figure(first.cpu_seconds)
        yield Row(f"{work}, all cores together", *cpu_cost)
        usual, trust = judge(vectors, baseline.coords), judge(vectors, first.coords)
        yield Row(f"{work}, trustworthiness", exact(usual), exact(trust), at_least_but(tolerance))
        n_moved = int((first.coords != again.coords).any(axis=1).sum())
        yield Row(f"{work}, points elsewhere on repeat", None, Figure(n_moved, ""), at_most(Figure(0, "")))


def at_least_but(tolerance: float) -> Target:
    """Ours is at most so much less than the baseline."""

    def is_met(row: Row) -> bool:
        return row.baseline is not None and row.ours.value >= row.baseline.value - tolerance

    return Target(f"≥ baseline - {tolerance}", is_met)


def exact(share: float) -> Figure:
    return Figure(share, "", f"{share:.5f}")


def draw(which: str, vectors: np.ndarray, scratch: Path) -> Drawn:
    source, target = scratch / "vectors.npy", scratch / "coords.npy"
    np.save(source, vectors)
    program = PROGRAM.format(draw=DRAWERS[which])
    command = [sys.executable, "-W", "ignore", "-c", program, str(source), str(target)]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, cpu_seconds = map(float, answer.stdout.split()[-2:])
    return Drawn(seconds, cpu_seconds, np.load(target))


def judge(vectors: np.ndarray, coords: np.ndarray) -> float:
    from sklearn.manifold import trustworthiness

    chosen = np.random.default_rng(1).permutation(len(vectors))[:N_JUDGED]
    return float(trustworthiness(vectors[chosen], coords[chosen], n_neighbors=15))


def measure_adding(vectors: np.ndarray, scratch: Path) -> Iterator[Row]:
    """Tracks added to a map of the others, through the database as a request does it."""
    query = MapQuery(registry.get("musicnn", "mtat"), "embeddings", "umap", 2, SEED)
    database = open_database(scratch / "library.db")
    n_old = len(vectors) - N_ADDED
    add_tracks(database, query, vectors[:n_old], 0)
    _, before = timed(lambda: get_map(database, query))
    add_tracks(database, query, vectors[n_old:], n_old)
    seconds, after = timed(lambda: get_map(database, query))
    refit_seconds, refitted = timed(lambda: refit_map(database, query))
    database.close()
    work = f"{N_ADDED} tracks onto a UMAP map of {n_old}"
    yield Row(work, Figure(refit_seconds, "s", "refitting"), Figure(seconds), at_most(Figure(2.0)))
    moved = float(np.abs(after.coords[:n_old] - before.coords).max())
    yield Row(f"{work}: the others move by", None, Figure(moved, ""), at_most(Figure(0, "")))
    kept = [exact(kept_neighbors(vectors, each.coords, n_old)) for each in (refitted, after)]
    yield Row(f"{work}: share of their 15 neighbours on the map", kept[0], kept[1])


def add_tracks(database: Database, query: MapQuery, vectors: np.ndarray, start: int) -> None:
    with database.write() as session:
        for number, vector in enumerate(vectors, start):
            session.add(track := Track(filename=f"{number:06d}.mp3"))
            session.flush()
            output = TrackOutput(vector, vector[:1], vector[None], vector[None, :1], np.zeros(1))
            save_output(session, track.id, query.pair, output)


def kept_neighbors(vectors: np.ndarray, coords: np.ndarray, start: int) -> float:
    """Of the rows from start on."""
    alike, near = find_neighbors(vectors, 15)[0][start:], find_neighbors(coords, 15)[0][start:]
    return float(np.mean([np.isin(own, there).mean() for own, there in zip(alike, near, strict=True)]))


def measure_neighbors(vectors: np.ndarray, name: str) -> Iterator[Row]:
    import faiss

    index = faiss.IndexFlatL2(vectors.shape[1])
    index.add(vectors)
    find_neighbors(vectors[:3000], 15)  # compiled, once and for all
    baseline, _ = timed(lambda: index.search(vectors, 16))
    seconds, _ = timed(lambda: find_neighbors(vectors, 15))
    work = f"15 exact neighbours of all, {name}"
    yield Row(work, Figure(baseline, "s", "faiss, float32, all columns"), Figure(seconds), at_most_times(1))


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    main()
