"""A file as 30-second windows, decoded no further than they are asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ML.audio import is_audio_file, stream_at
from ML.errors import AudioTooShortError
from ML.isolation import isolated_items

SAMPLE_RATE = 22_050  # Hz
WINDOW_SAMPLES = 30 * SAMPLE_RATE
MIN_TAIL_SAMPLES = 5 * SAMPLE_RATE  # a shorter tail is dropped, unless it is all there is


@dataclass(frozen=True)
class Window:
    """samples: float32 [n], WINDOW_SAMPLES or, at the end, fewer.  start, end: seconds."""

    samples: np.ndarray
    start: float
    end: float


def find_audio(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """(files, folders without any): folders are searched recursively, each file counts once."""
    files: dict[Path, None] = {}
    empty = []
    for path in paths:
        found = sorted(each for each in path.rglob("*") if is_audio_file(each)) if path.is_dir() else [path]
        files.update(dict.fromkeys(found))
        if not found:
            empty.append(path)
    return list(files), empty


def read_windows(path: Path, is_full: bool) -> Iterator[Window]:
    """The first window, or with is_full all of them side by side.

    Raises AudioDecodeError, AudioTooShortError.
    """
    n_windows = 0
    for samples in rechunk(resampled_blocks(path), WINDOW_SAMPLES):
        if n_windows and len(samples) < MIN_TAIL_SAMPLES:
            return
        start = n_windows * WINDOW_SAMPLES
        yield Window(samples, start / SAMPLE_RATE, (start + len(samples)) / SAMPLE_RATE)
        n_windows += 1
        if not is_full:
            return
    if not n_windows:
        raise AudioTooShortError(f"{path.name} holds no audio samples.")


def read_start(path: Path, n_samples: int) -> np.ndarray:
    """The first n_samples, or all there are. Raises AudioDecodeError, AudioTooShortError."""
    for samples in rechunk(resampled_blocks(path), n_samples):
        return samples
    raise AudioTooShortError(f"{path.name} holds no audio samples.")


def resampled_blocks(path: Path) -> Iterator[np.ndarray]:
    """Mono at SAMPLE_RATE, float32 [n], as it is decoded in a process of its own."""
    return (blocks[SAMPLE_RATE] for blocks in isolated_items(stream_at, path, [SAMPLE_RATE]))


def rechunk(blocks: Iterable[np.ndarray], n_samples: int) -> Iterator[np.ndarray]:
    """The same samples in arrays of n_samples; the last may be shorter, none is empty."""
    waiting: list[np.ndarray] = []
    n_waiting = 0
    for block in blocks:
        waiting.append(block)
        n_waiting += len(block)
        while n_waiting >= n_samples:
            joined = np.concatenate(waiting)
            yield joined[:n_samples]
            waiting, n_waiting = [joined[n_samples:]], n_waiting - n_samples
    if n_waiting:
        yield np.concatenate(waiting)
