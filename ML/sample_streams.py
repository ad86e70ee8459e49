"""Samples that arrive in blocks: collected, and resampled on the way."""

import numpy as np


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
    """Band-limited resampling (soxr HQ) of blocks as they come: the same samples as of the whole."""

    def __init__(self, source_rate: int, sample_rate: int):
        import soxr

        self.stream = (
            soxr.ResampleStream(source_rate, sample_rate, 1, dtype="float32", quality="HQ")
            if source_rate != sample_rate
            else None
        )

    def push(self, block: np.ndarray) -> np.ndarray:
        return self.stream.resample_chunk(block) if self.stream else block

    def finish(self) -> np.ndarray:
        """What the filter still held back."""
        rest = np.zeros(0, np.float32)
        return self.stream.resample_chunk(rest, last=True) if self.stream else rest
