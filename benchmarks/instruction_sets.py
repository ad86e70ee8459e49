"""Maps of one library as different processors compute them, without any alignment of the results.

    python -m benchmarks.instruction_sets [--weights FOLDER]

The demo library is analyzed and its maps are computed by processes whose libraries use all instructions of
this processor, or no more than those of an older one (see tests/isa.py). ONNX Runtime has no such switch.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

import config
from benchmarks.report import Figure, Row, at_least, at_most, report
from db.codec import decode_vector, encode_vector
from db.database import open_database
from db.map_cache import MapQuery
from db.projections import get_map
from ML import registry
from tests.isa import CAPS, capped
from tests.ML.map_stability import (
    LARGEST_PCA_DIFFERENCE,
    LARGEST_ROTATION,
    N_LARGE,
    SMALLEST_OVERLAP,
    compute_map,
    mean_overlap,
    relative_difference,
    rotation_degrees,
    round_differently,
    synthetic_library,
)

ROOT = Path(__file__).resolve().parents[1]
MODELS = ("musicnn/mtat", "mfcc_cnn/genres10", "acoustic/librosa")
METHODS = ("pca", "umap", "tsne")
Maps = dict[str, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--weights", type=Path, default=config.WEIGHTS_DIR, help="as WEIGHTS_DIR")
    weights = parser.parse_args().weights
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), weights)
        report("instruction sets", "python -m benchmarks.instruction_sets", rows)


def measure(folder: Path, weights: Path) -> Iterator[Row]:
    environment = {**os.environ, "MELODEX_WEIGHTS_DIR": str(weights), "OMP_NUM_THREADS": "2"}
    environment["MELODEX_AUDIO_DIR"] = str(folder / "audio")
    (folder / "audio").mkdir()
    run_flask(
        environment | {"MELODEX_DATABASE_PATH": str(folder / "demo.db")}, "make-demo-library", "--if-empty"
    )
    ours = compute_maps(folder, "all", environment)
    yield from compare("vectors ± 1e-6", ours, compute_perturbed_maps(folder, environment))
    for name in CAPS:
        yield from compare(name, ours, compute_maps(folder, name, capped(name) | environment))


def compute_maps(folder: Path, name: str, environment: dict[str, str]) -> Maps:
    path, database = folder / f"{name}.npz", folder / f"{name}.db"
    environment = environment | {"MELODEX_DATABASE_PATH": str(database)}
    run_flask(environment, "index-audio")
    run_flask(environment, "preprocess-all", "--models", ",".join(MODELS))
    return load_maps(database, path, environment)


def compute_perturbed_maps(folder: Path, environment: dict[str, str]) -> Maps:
    """Of the same vectors as a processor of another kind might round them."""
    database = folder / "perturbed.db"
    with closing(sqlite3.connect(folder / "all.db")) as source, closing(sqlite3.connect(database)) as copy:
        source.backup(copy)
    with closing(sqlite3.connect(database)) as connection, connection:
        rows = connection.execute("SELECT id, embedding_data FROM embeddings").fetchall()
        for id_, data in rows:
            changed, _ = encode_vector(round_differently(decode_vector(data), seed=id_))
            connection.execute("UPDATE embeddings SET embedding_data = ? WHERE id = ?", (changed, id_))
        connection.execute("DELETE FROM projections")
    return load_maps(database, folder / "perturbed.npz", environment, "perturbed")


def load_maps(database: Path, path: Path, environment: dict[str, str], kind: str = "") -> Maps:
    """Computed in a process of its own, which has the environment's instruction set."""
    code = "import sys; from benchmarks.instruction_sets import save_maps; save_maps(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(database), str(path), kind]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return dict(np.load(path))


def save_maps(database_path: str, target: str, kind: str) -> None:
    """Every map of the library as it is served, and those of a large synthetic one."""
    database = open_database(Path(database_path))
    queries = [
        MapQuery(registry.get_by_key(key)[0], "embeddings", method, dimensions, 42)
        for key in MODELS for method in METHODS for dimensions in (2, 3)
    ]  # fmt: skip
    maps = {query.name: get_map(database, query).coords for query in queries}
    rows = synthetic_library(N_LARGE)
    rows = round_differently(rows) if kind == "perturbed" else rows
    maps |= {f"large_{method}": compute_map(rows, method, 2) for method in METHODS}
    np.savez(target, **maps)  # type: ignore[arg-type]


def run_flask(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "backend.server", *arguments, "--no-progress"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def compare(name: str, ours: Maps, others: Maps) -> Iterator[Row]:
    demo = [key for key in ours if not key.startswith("large")]
    pca = max(relative_difference(ours[key], others[key]) for key in demo if "_pca_" in key)
    yield Row(
        f"{name}: demo library, PCA, largest difference", None, Figure(pca, "of the map's size"),
        at_most(Figure(LARGEST_PCA_DIFFERENCE, "")),
    )  # fmt: skip
    for method in ("umap", "tsne"):
        overlaps = [mean_overlap(ours[key], others[key]) for key in demo if f"_{method}_" in key]
        yield Row(
            f"{name}: demo library, {method}, five nearest in common, least of {len(overlaps)} maps", None,
            Figure(min(overlaps), ""), at_least(Figure(SMALLEST_OVERLAP, "")),
        )  # fmt: skip
        rotation = rotation_degrees(ours[f"large_{method}"], others[f"large_{method}"])
        yield Row(
            f"{name}: {N_LARGE:,} tracks, {method}, rotation", None, Figure(rotation, "°"),
            at_most(Figure(LARGEST_ROTATION, "°")),
        )  # fmt: skip


if __name__ == "__main__":
    main()
