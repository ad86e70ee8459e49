"""Samples that arrive in blocks: collected, and resampled on the way, without a second copy of the whole."""

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

    def close(self, n_silence: int = 0) -> np.ndarray:
        """The samples, and zeros after them."""
        self.samples.resize(self.n_samples + n_silence, refcheck=False)
        return self.samples


class ResamplingStream:
    """Band-limited resampling (soxr HQ) of blocks as they come."""

    def __init__(self, source_rate: int, sample_rate: int):
        import soxr

        self.buffer = SampleBuffer()
        self.stream = (
            soxr.ResampleStream(source_rate, sample_rate, 1, dtype="float32", quality="HQ")
            if source_rate != sample_rate
            else None
        )

    def append(self, block: np.ndarray) -> None:
        self.buffer.append(self.stream.resample_chunk(block) if self.stream else block)

    def close(self, n_silence: int = 0) -> np.ndarray:
        """All samples at the new rate, and zeros after them."""
        if self.stream:
            self.buffer.append(self.stream.resample_chunk(np.zeros(0, np.float32), last=True))
        return self.buffer.close(n_silence)
