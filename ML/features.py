"""Front ends: waveform → spectrogram, each citing its source."""

import math

import numpy as np
import torch
from torch import Tensor, nn

POWER_FLOOR = 1e-10  # power below this reads as -100 dB


def hz_to_mel(frequency: float) -> float:
    """HTK's mel scale: 2595 · log10(1 + f / 700)."""
    return 2595.0 * math.log10(1.0 + frequency / 700.0)


def mel_filters(sample_rate: int, n_fft: int, n_mels: int, f_min: float, f_max: float) -> Tensor:
    """Triangular HTK mel filters without area normalization; float32 [n_fft // 2 + 1, n_mels].

    Source: torchaudio.functional.melscale_fbanks, step by step in float32: near the feet of the triangles
    rounding is all there is, and networks trained on it. librosa (`htk=True, norm=None`) equals it to 1e-4.
    """
    frequencies = torch.linspace(0, sample_rate // 2, n_fft // 2 + 1)
    return triangles(frequencies, torch.from_numpy(mel_edges(n_mels, f_min, f_max)))


def triangles(frequencies: Tensor, edges: Tensor) -> Tensor:
    """Filters [n_frequencies, n_mels] that begin, peak and end at edges [n_mels + 2]."""
    widths = edges.diff()
    distances = edges - frequencies[:, None]
    rising, falling = -distances[:, :-2] / widths[:-1], distances[:, 2:] / widths[1:]
    return torch.minimum(rising, falling).clamp(min=0)


def mel_edges(n_mels: int, f_min: float, f_max: float) -> np.ndarray:
    """Frequencies in Hz where the triangles begin, peak and end: float32 [n_mels + 2], on any processor.

    torch.linspace and torch.pow round differently on each: edges would move by 0.002 Hz, weak bands by
    0.002 dB. What they compute with fused multiply-add is rounded from float64 here.
    """
    first, last = np.float32(hz_to_mel(f_min)), np.float32(hz_to_mel(f_max))
    positions = np.arange(n_mels + 2)
    step = np.float64((last - first) / np.float32(n_mels + 1))
    # From both ends, as torch.linspace does.
    mels = np.where(positions < len(positions) // 2, first + step * positions, last - step * positions[::-1])
    exponents = mels.astype(np.float32) / np.float32(2595.0)
    powers = np.power(10.0, exponents.astype(np.float64)).astype(np.float32)
    return np.float32(700.0) * (powers - np.float32(1.0))


class Spectrogram(nn.Module):
    """Power spectrogram: 512-sample Hann windows every 256 samples, centred with reflect padding."""

    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(512))

    def forward(self, waveform: Tensor) -> Tensor:
        spectrum = torch.stft(waveform, 512, hop_length=256, window=self.window, return_complex=True)
        return spectrum.abs().square()


class MelScale(nn.Module):
    """Filters as a buffer, so that a checkpoint brings the very ones its network was trained with."""

    fb: Tensor

    def __init__(self, n_mels: int):
        super().__init__()
        self.register_buffer("fb", mel_filters(16_000, 512, n_mels, 0.0, 8_000.0))

    def forward(self, power: Tensor) -> Tensor:
        return (power.mT @ self.fb).mT


class MelDb(nn.Module):
    """Waveform [n_segments, n_samples] at 16 kHz → mel spectrogram [n_segments, n_mels, n_frames] in dB.

    The front end of MusiCNN (96 bands) and VGG (128 bands); the lowest of 128 filters is empty: so it was in
    training. Parts and buffers have the names that checkpoints use for them.
    Source: Won et al. 2020, sota-music-tagging-models.
    """

    def __init__(self, n_mels: int):
        super().__init__()
        self.spectrogram = Spectrogram()
        self.mel_scale = MelScale(n_mels)

    def forward(self, waveform: Tensor) -> Tensor:
        mel = self.mel_scale(self.spectrogram(waveform))
        return 10.0 * torch.log10(mel.clamp(min=POWER_FLOOR))
