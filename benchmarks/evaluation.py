"""Evaluation of 10 000 synthetic tracks: every metric, interval and chance level of two models.

python -m benchmarks.evaluation [--tracks 10000]
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.neighbors import draw_library
from benchmarks.report import Figure, Row, at_most, report
from benchmarks.synthetic_library import TRACKS_PER_ARTIST
from ML.evaluation.agreement import compare_spaces
from ML.evaluation.judgement import Labelling, judge_space

WIDTHS = {"MusiCNN": 200, "Whisper": 512}
N_GENRES, K, LIMIT_SECONDS = 10, 10, 120
NOTES = """Products of all rows with all rows (neighbours, silhouettes), the linear probe and k-means take
most of the time."""


def measure(n_tracks: int) -> Iterator[Row]:
    artists = np.arange(n_tracks) // TRACKS_PER_ARTIST
    labels = [f"genre {artist % N_GENRES}" for artist in artists]
    by, judged, spaces, total = Labelling(labels, artists.tolist(), K, 0), [], [], 0.0
    for name, width in WIDTHS.items():
        spaces.append(draw_library(n_tracks, width))
        start = time.perf_counter()
        judged.append(judge_space(spaces[-1], by))
        seconds = time.perf_counter() - start
        total += seconds
        yield Row(f"{name}: {n_tracks:,} × {width}, all metrics", None, Figure(seconds))
    start = time.perf_counter()
    compare_spaces(list(WIDTHS), spaces, [found.neighbors for found in judged])
    seconds = time.perf_counter() - start
    yield Row("agreement of the two", None, Figure(seconds))
    yield Row("all of it", None, Figure(total + seconds), at_most(Figure(LIMIT_SECONDS)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tracks", type=int, default=10_000)
    n_tracks = parser.parse_args().tracks
    report("evaluation", "python -m benchmarks.evaluation", measure(n_tracks), NOTES)


if __name__ == "__main__":
    main()
