"""The outline of a waveform: lowest and highest sample of equal pieces, as players draw it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ML.audio import stream_native

FRAME_SAMPLES = 256  # the finest piece: 6 ms at 44.1 kHz
MAX_POINTS = 4000  # finer than any screen


@dataclass(frozen=True)
class Peaks:
    """lows_highs: float16 [n, 2], 1 <= n <= MAX_POINTS.  duration_seconds: of all that decodes."""

    lows_highs: np.ndarray
    duration_seconds: float


def read_peaks(path: Path) -> Peaks:
    """Of the whole file, decoded. Raises AudioDecodeError."""
    outline, seconds = Outline(), 0.0
    for block in stream_native(path):
        outline.append(block.samples)
        seconds += block.duration_seconds
    return Peaks(merge_peaks(outline.close(), MAX_POINTS).astype(np.float16), seconds)


def merge_peaks(peaks: np.ndarray, n_points: int) -> np.ndarray:
    """Peaks [n, 2] of pieces as peaks of fewer, longer ones; as they are where there are no more."""
    if len(peaks) <= n_points:
        return peaks
    starts = np.arange(n_points) * len(peaks) // n_points
    lows, highs = peaks.T
    return np.column_stack([np.minimum.reduceat(lows, starts), np.maximum.reduceat(highs, starts)])


class Outline:
    """Peaks of every FRAME_SAMPLES of samples that arrive in blocks; an hour takes 5 MB."""

    def __init__(self) -> None:
        self._frames: list[np.ndarray] = []
        self._rest = np.zeros(0, np.float32)

    def append(self, block: np.ndarray) -> None:
        samples = np.concatenate([self._rest, block])
        n_whole = len(samples) - len(samples) % FRAME_SAMPLES
        self._frames.append(peaks_of(samples[:n_whole].reshape(-1, FRAME_SAMPLES)))
        self._rest = samples[n_whole:]

    def close(self) -> np.ndarray:
        """float32 [n, 2]"""
        last = [peaks_of(self._rest[None])] if len(self._rest) else []
        return np.concatenate([*self._frames, *last])


def peaks_of(frames: np.ndarray) -> np.ndarray:
    return np.column_stack([frames.min(axis=1), frames.max(axis=1)])
