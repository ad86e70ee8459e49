"""How much more memory an hour of audio needs than a minute of it, for every model.

    python -m benchmarks.long_track [MODEL[/VARIANT] …]

Each model is built with random weights, which weigh as much as real ones, in a process of its own and hears
both files through the engine, as `preprocess-all` does. Everything but the pooled rows of its segments is
bounded by batches and queues, not by the length of a track.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

import config
from benchmarks.report import Figure, Row, Target, report
from ML import registry
from ML.devices import share_out
from ML.engine import Engine, Job
from ML.inference import LoadedModel, accelerate, build
from ML.segments import TrackOutput

SAMPLE_RATE = 44_100
MINUTE, HOUR = 60, 3600  # seconds
EXTRA = Target("≤ 1,000 MB more", lambda row: row.baseline is not None and row.ours.value <= 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("models", nargs="*", help="default: all of them")
    parser.add_argument("--hear", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    keys = arguments.models or [spec.key for spec in registry.MODELS]
    if arguments.hear:
        print(*hear(keys[0], arguments.hear))
        return
    with tempfile.TemporaryDirectory() as folder:
        for seconds in (MINUTE, HOUR):
            write_track(Path(folder) / f"{seconds}.flac", seconds)
        report("long-track", "python -m benchmarks.long_track", measure_all(keys, Path(folder)))


def write_track(path: Path, seconds: int) -> None:
    """Stereo, a second at a time: a chord under noise."""
    rng, time = np.random.default_rng(0), np.arange(SAMPLE_RATE) / SAMPLE_RATE
    chord = 0.2 * np.sin(2 * np.pi * time[:, None] * (220, 277, 330)).sum(axis=1)
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, channels=2) as file:
        for _ in range(seconds):
            file.write(chord[:, None] + rng.normal(0, 0.01, (SAMPLE_RATE, 2)))


def measure_all(keys: list[str], folder: Path) -> Iterator[Row]:
    for key in keys:
        command = [sys.executable, "-m", "benchmarks.long_track", key, "--hear", str(folder)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        minute, hour = map(float, answer.split())
        more = Figure(hour - minute, "MB", "more")
        yield Row(f"{key}, an hour", Figure(minute, "MB", "a minute"), more, EXTRA)


def hear(key: str, folder: Path) -> tuple[float, float]:
    """Peak MB of this process after a minute, and after an hour."""
    spec = registry.get_by_key(key)[0]
    run = build(spec, None, "cpu", *(None for _ in spec.requires))
    config.ONNX_DIR = folder / "onnx"
    workers = share_out("cpu")
    accelerate(run, spec, "cpu", 1)
    engine = Engine({spec.key: LoadedModel(spec, run)}, workers)
    peaks = []
    for number, seconds in enumerate((MINUTE, HOUR)):
        (result,) = engine.run([Job(number, folder / f"{seconds}.flac", (spec.key,))])
        assert isinstance(result.outcome, TrackOutput), result.outcome
        peaks.append(peak_megabytes())
    return peaks[0], peaks[1]


def peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e3 if sys.platform == "linux" else 1e6) * (1.024 if sys.platform == "linux" else 1)


if __name__ == "__main__":
    main()
