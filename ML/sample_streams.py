"""Samples that arrive in blocks: collected, and resampled on the way."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import soxr


class SampleBuffer:
    """One array that grows in place: a list of blocks, joined at the end, would need twice the memory."""

    def __init__(self) -> None:
        self.samples = np.zeros(1 << 16, np.float32)
        self.n_samples = 0

    def append(self, block: np.ndarray) -> None:
        end = self.n_samples + len(block)
        if end > len(self.samples):
            self.samples.resize(max(end, len(self.samples) * 9 // 8), refcheck=False)
        self.samples[self.n_samples : end] = block
        self.n_samples = end

    def close(self) -> np.ndarray:
        self.samples.resize(self.n_samples, refcheck=False)
        return self.samples


class ResamplingStream:
    """Band-limited resampling (soxr HQ) of blocks as they come: the same samples as of the whole.

    sample_rate: Hz, of what comes out. The blocks' own rate may change on the way: each part is resampled
    from the rate it has.
    """

    def __init__(self, sample_rate: int):
        self.sample_rate = sample_rate
        self.source_rate = sample_rate
        self.stream: soxr.ResampleStream | None = None

    def push(self, block: np.ndarray, source_rate: int) -> np.ndarray:
        """block: float32 [n] at source_rate (Hz). Returns float32 [m] at sample_rate."""
        if source_rate == self.source_rate:
            return self.stream.resample_chunk(block) if self.stream else block
        rest = self.finish()
        self.source_rate, self.stream = source_rate, self.open_stream(source_rate)
        return np.concatenate([rest, self.push(block, source_rate)])

    def open_stream(self, source_rate: int) -> "soxr.ResampleStream | None":
        if source_rate == self.sample_rate:
            return None
        import soxr

        return soxr.ResampleStream(source_rate, self.sample_rate, 1, dtype="float32", quality="HQ")

    def finish(self) -> np.ndarray:
        """What the filter still held back."""
        rest = np.zeros(0, np.float32)
        return self.stream.resample_chunk(rest, last=True) if self.stream else rest
