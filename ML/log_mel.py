"""The front end of the networks that the authors of MusiCNN published."""

import numpy as np
import torch
from torch import Tensor, nn

SAMPLE_RATE = 16_000  # Hz
N_FFT, HOP_LENGTH = 512, 256  # samples
CONTEXT = N_FFT // 2  # samples before the first frame's center
N_MELS = 96
LOG_GAIN = 10_000.0
LARGEST_FLOAT16 = 65_504.0
# Slaney's mel scale: linear below 1 kHz, 27 steps for each factor of 6.4 above.
HZ_PER_MEL = 200.0 / 3.0
LINEAR_HZ = 1_000.0
LINEAR_MELS = LINEAR_HZ / HZ_PER_MEL
LOG_STEP = np.log(6.4) / 27.0


def mel_to_hz(mels: np.ndarray) -> np.ndarray:
    logarithmic = LINEAR_HZ * np.exp(LOG_STEP * (np.maximum(mels, LINEAR_MELS) - LINEAR_MELS))
    return np.where(mels < LINEAR_MELS, HZ_PER_MEL * mels, logarithmic)


def slaney_filters() -> Tensor:
    """Triangles of equal area from 0 to 8 kHz; float32 [N_MELS, N_FFT // 2 + 1].

    Equal to `librosa.filters.mel`. Computed in float64, so that every processor rounds to the same float32.
    """
    highest = LINEAR_MELS + np.log(SAMPLE_RATE / 2 / LINEAR_HZ) / LOG_STEP
    edges = mel_to_hz(np.linspace(0.0, highest, N_MELS + 2))[:, None]
    frequencies = np.linspace(0.0, SAMPLE_RATE / 2, N_FFT // 2 + 1)
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (frequencies - lower) / (center - lower), (upper - frequencies) / (upper - center)
    filters = np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (upper - lower)
    return torch.from_numpy(filters.astype(np.float32))


class LogMel(nn.Module):
    """Waveform [n_segments, CONTEXT + n_samples] → log10(10 000 mel + 1) [n_segments, N_MELS, n_frames].

    A frame every 256 samples, each centered on a sample of the segment: the first sees the context before it.
    librosa 0.7's melspectrogram (power 2), rounded to float16, as the authors stored it for training.
    Source: Pons & Serra 2019, musicnn 0.1.0.
    """

    window: Tensor
    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        # Checkpoints have no front end.
        self.register_buffer("window", torch.hann_window(N_FFT), persistent=False)
        self.register_buffer("filters", slaney_filters(), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        spectrum = torch.stft(
            waveform, N_FFT, hop_length=HOP_LENGTH, window=self.window, center=False, return_complex=True
        )
        mel = self.filters @ spectrum.abs().square()
        # A float file louder than full scale must not become infinite.
        rounded = mel.clamp(max=LARGEST_FLOAT16).half().float()
        return torch.log10(LOG_GAIN * rounded + 1.0)
