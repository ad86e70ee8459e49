"""The outline of a waveform: lowest and highest sample of equal pieces, as players draw it."""

from pathlib import Path

import numpy as np

from ML.audio import mono_blocks, open_audio

FRAME_SAMPLES = 256  # the finest piece: 6 ms at 44.1 kHz
MAX_POINTS = 4000  # finer than any screen


def read_peaks(path: Path) -> np.ndarray:
    """float16 [n, 2], lows and highs of the whole file as it is decoded; 1 <= n <= MAX_POINTS.

    Raises AudioDecodeError.
    """
    outline = Outline()
    with open_audio(path) as (container, stream):
        for block in mono_blocks(path, container, stream):
            outline.append(block)
    return merge_peaks(outline.close(), MAX_POINTS).astype(np.float16)


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
