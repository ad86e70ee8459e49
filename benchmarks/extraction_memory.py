"""Peak memory of an extraction of N short tracks by a model that only counts.

    python -m benchmarks.extraction_memory N

Prints MB. The tracks are hard links to one file; plans, engine and database are the real ones.
"""

import os
import resource
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from db.database import open_database
from db.preprocessing import extract, plan_extraction
from db.schema import Track
from ML import registry
from ML.inference import LoadedModel
from ML.segments import SegmentOutput, Segments

SAMPLE_RATE = 16_000
SPEC = registry.get("musicnn", "mtat")


def main() -> None:
    n_tracks = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        audio = make_tracks(Path(folder) / "audio", n_tracks)
        database = open_database(Path(folder) / "cache.db")
        with database.write() as session:
            session.add_all(Track(filename=path.name) for path in sorted(audio.iterdir()))
        with database.read() as session:
            plans = plan_extraction(session, [SPEC])
        summary = extract(database, audio, plans, {SPEC.key: LoadedModel(SPEC, count)})
        database.close()
    assert summary.n_extracted == n_tracks, summary.failures
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak / (1024 if sys.platform == "linux" else 1024**2))


def make_tracks(folder: Path, n_tracks: int) -> Path:
    """A second of noise under many names."""
    folder.mkdir()
    first = folder / "00000.wav"
    soundfile.write(first, np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE), SAMPLE_RATE)
    for number in range(1, n_tracks):
        os.link(first, folder / f"{number:05}.wav")
    return folder


def count(segments: Segments) -> SegmentOutput:
    """In the widths of a real model, so that what is stored is as large."""
    n_segments = len(segments)
    return SegmentOutput(
        np.zeros((n_segments, SPEC.embedding_dim), np.float32),
        np.zeros((n_segments, SPEC.taggram_dim), np.float32),
    )


if __name__ == "__main__":
    main()
