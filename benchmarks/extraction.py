"""Extraction against the original way, against bare forwards, in memory, and how long it takes to start.

    python -m benchmarks.extraction [--songs FOLDER] [--weights FOLDER] [--n-songs 30] [--only WORDS]

Every row is a process or a run of its own on the same machine. Ours is measured before and after its
baseline, and counts with the mean: what else the machine does hits both.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import config
from benchmarks.report import Figure, Row, Target, at_most, at_most_times, report
from ML import registry
from ML.audio import is_audio_file, probe
from ML.batching import Part, SegmentBatcher, hear
from ML.demo.library import render_demo_library
from ML.devices import count_cores, share_out, single_threaded
from ML.engine import Engine, Job
from ML.errors import WeightsMissingError
from ML.inference import LoadedModel, load_model
from ML.track_reading import Chunk, TrackReader
from ML.weights.store import find_weights

ROOT = Path(__file__).resolve().parents[1]
FOUR_MODELS = ("musicnn/mtat", "musicnn/jamendo", "whisper/base", "mfcc_cnn/genres10")
N_FEW, N_MANY = 100, 10_000
N_STARTS = 5
NOTES = {
    "original": "The baseline is `benchmarks/original_way.py`; both are whole programs, start included.",
    "bare": "Models are loaded for both. The bare forwards have batches as full as can be, on all cores.",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--songs", type=Path, help="music; default: the demo library")
    parser.add_argument("--weights", type=Path, default=config.WEIGHTS_DIR, help="as WEIGHTS_DIR")
    parser.add_argument("--n-songs", type=int, default=30, help="the longest so many are heard")
    names = sorted(ROWS)
    parser.add_argument("--only", choices=names, nargs="+", default=list(ROWS), help="some rows")
    arguments = parser.parse_args()
    config.WEIGHTS_DIR = arguments.weights.resolve()
    os.environ["MELODEX_WEIGHTS_DIR"] = str(config.WEIGHTS_DIR)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.songs is None:
            render_demo_library(Path(folder))
        songs = find_longest(arguments.songs or Path(folder), arguments.n_songs)
        for name in arguments.only:
            measure(name, songs)


def measure(name: str, songs: list[Path]) -> None:
    """A section of its own for each, so that one can be measured anew."""
    command = f"python -m benchmarks.extraction --only {name}"
    try:
        report(f"extraction, {name}", command, ROWS[name](songs), NOTES.get(name, ""))
    except WeightsMissingError as error:
        print(f"left out: {error}")


def find_longest(folder: Path, n_songs: int) -> list[Path]:
    songs = [path.resolve() for path in folder.rglob("*") if is_audio_file(path)]
    return sorted(songs, key=lambda song: probe(song).duration_seconds or 0.0, reverse=True)[:n_songs]


@dataclass(frozen=True)
class Spent:
    """seconds: on the wall.  processor_seconds: of all threads and processes of the work."""

    seconds: float
    processor_seconds: float


def spend(work: Callable[[], object]) -> Spent:
    wall, processor = time.perf_counter(), processor_time()
    work()
    return Spent(time.perf_counter() - wall, processor_time() - processor)


def processor_time() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def bracket(
    work: str, target: Target | None, baseline: Callable[[], Spent], ours: Callable[[], Spent]
) -> Iterator[Row]:
    """Ours before and after the baseline, their mean; target: of the wall time, None promises nothing."""
    before, between, after = ours(), baseline(), ours()
    wall = (before.seconds + after.seconds) / 2
    processor = (before.processor_seconds + after.processor_seconds) / 2
    yield Row(work, Figure(between.seconds), Figure(wall), target)
    yield Row(f"{work}, processor time", Figure(between.processor_seconds), Figure(processor))


# --- against the original way -------------------------------------------------------------------------------
def against_the_original(songs: list[Path]) -> Iterator[Row]:
    weights = find_weights(registry.get("musicnn", "mtat", "won2020"), config.WEIGHTS_DIR, {})
    load_model("musicnn", "mtat", release="won2020", device="cpu")  # exports the network, once in its life
    with tempfile.TemporaryDirectory() as folder:
        environment = make_library(Path(folder), songs)
        yield from bracket(
            f"preprocess-all, musicnn/mtat, {len(songs)} songs",
            at_most_times(1 / 4),
            lambda: run_original(weights, songs),
            lambda: run_command(environment, len(songs)),
        )


def make_library(folder: Path, songs: list[Path]) -> dict[str, str]:
    """A music folder of copies, indexed; the environment that says where."""
    (folder / "audio").mkdir()
    for number, song in enumerate(songs):
        shutil.copyfile(song, folder / "audio" / f"{number:05}{song.suffix}")
    environment = {
        **os.environ,
        "MELODEX_AUDIO_DIR": str(folder / "audio"),
        "MELODEX_DATABASE_PATH": str(folder / "cache.db"),
    }
    for command in (["init-db"], ["index-audio", "--no-progress"]):
        flask(environment, *command)
    return environment


def flask(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "flask", "--app", "backend.server", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def run_command(environment: dict[str, str], n_songs: int) -> Spent:
    arguments = ("--force", "--models", "musicnn/mtat@won2020", "--no-maps", "--no-progress")
    said: list[str] = []
    spent = spend(lambda: said.append(flask(environment, "preprocess-all", *arguments)))
    assert f"{n_songs} extracted, 0 failed" in said[0], said
    return spent


def run_original(weights: Path | None, songs: list[Path]) -> Spent:
    command = [sys.executable, "-m", "benchmarks.original_way", str(weights), *map(str, songs)]
    return spend(partial(subprocess.run, command, cwd=ROOT, check=True))


# --- against bare forwards ----------------------------------------------------------------------------------
def against_bare_forwards(songs: list[Path]) -> Iterator[Row]:
    """One pass of the engine, and the sum of one decode pass and each model's batches alone."""
    models = {key: load_model(*key.split("/"), device="cpu", n_threads=1) for key in FOUR_MODELS}
    songs = songs[: max(1, len(songs) // 5)]
    yield from bracket(
        f"one pass of four models, {len(songs)} songs",
        at_most_times(1.15),
        lambda: spend(lambda: run_bare(models, songs)),
        lambda: spend(lambda: run_engine(models, songs)),
    )


def run_engine(models: dict[str, LoadedModel], songs: list[Path]) -> None:
    jobs = [Job(number, song, tuple(models)) for number, song in enumerate(songs)]
    results = list(Engine(models, share_out("cpu")).run(jobs))
    assert len(results) == len(songs) * len(models)


def run_bare(models: dict[str, LoadedModel], songs: list[Path]) -> None:
    """Each core a file, then each core a batch, one model after another."""
    with single_threaded(share_out("cpu")), ThreadPoolExecutor(count_cores()) as pool:
        chunks = [part for parts in pool.map(lambda song: read(models, song), songs) for part in parts]
        for key, model in models.items():
            batcher = SegmentBatcher(model)
            batches = [batch for part in chunks for batch in batcher.add(part[key])]
            list(pool.map(lambda batch, model=model: hear(model, batch), [*batches, *batcher.flush()]))


def read(models: dict[str, LoadedModel], song: Path) -> list[dict[str, Part]]:
    reader = TrackReader(song, {model.spec.framing for model in models.values()})
    chunks = []
    while isinstance(chunk := reader.read(), Chunk):
        chunks.append(
            {key: Part(0, 0, chunk.by_framing[model.spec.framing]) for key, model in models.items()}
        )
    return chunks


# --- memory and start ---------------------------------------------------------------------------------------
def memory(songs: list[Path]) -> Iterator[Row]:
    few, many = (measure_memory(n) for n in (N_FEW, N_MANY))
    work = f"memory of an extraction, {N_MANY} short tracks"
    yield Row(work, Figure(few, "MB", f"{N_FEW} tracks"), Figure(many, "MB"), at_most_times(1.1))


def measure_memory(n_tracks: int) -> float:
    command = [sys.executable, "-m", "benchmarks.extraction_memory", str(n_tracks)]
    return float(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)


def start_up(songs: list[Path]) -> Iterator[Row]:
    """In processor time, which for a start is its time on a machine that does nothing else."""
    frameworks = least_processor_time(["-c", "import flask, sqlalchemy.orm, numpy"])
    for name, arguments in STARTS.items():
        ours = Figure(least_processor_time(arguments))
        baseline = Figure(frameworks, "s", "Flask, SQLAlchemy and NumPy alone")
        yield Row(f"start of the {name}, processor time", baseline, ours, at_most(Figure(0.5)))


def least_processor_time(arguments: list[str]) -> float:
    command = [sys.executable, *arguments]
    run = partial(subprocess.run, command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return min(spend(run).processor_seconds for _ in range(N_STARTS))


SERVER = "from backend.server import create_app; from backend.web import set_up_web; set_up_web(create_app())"
STARTS = {
    "app": ["-c", "from backend.server import create_app; create_app()"],
    "server": ["-c", SERVER],
    "command line": ["-m", "flask", "--app", "backend.server", "--help"],
}
ROWS: dict[str, Callable[[list[Path]], Iterator[Row]]] = {
    "original": against_the_original,
    "bare": against_bare_forwards,
    "memory": memory,
    "start": start_up,
}

if __name__ == "__main__":
    main()
