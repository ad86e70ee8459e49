"""Front ends: waveform → spectrogram, each citing its source."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

DB_FLOOR = 1e-10  # power below this reads as -100 dB


@lru_cache
def mel_filters(sample_rate: int, n_fft: int, n_mels: int, f_min: float, f_max: float) -> "torch.Tensor":
    """Triangular HTK mel filters without area normalisation; float32 [n_mels, n_fft // 2 + 1].

    Source: torchaudio.transforms.MelScale (its defaults), which the tagging networks were trained with.
    librosa writes the same triangles with `htk=True, norm=None`; equal to 1e-5.
    """
    import torch

    frequencies = np.linspace(0, sample_rate / 2, n_fft // 2 + 1)
    edges = mel_to_hz(np.linspace(hz_to_mel(f_min), hz_to_mel(f_max), n_mels + 2))
    rising = (frequencies - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequencies) / np.diff(edges)[1:, None]
    return torch.from_numpy(np.maximum(0, np.minimum(rising, falling)).astype(np.float32))


def hz_to_mel(frequency: float | np.ndarray) -> np.ndarray:
    """HTK's mel scale: 2595 · log10(1 + f / 700)."""
    return 2595.0 * np.log10(1.0 + np.asarray(frequency) / 700.0)


def mel_to_hz(mel: np.ndarray) -> np.ndarray:
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)


def mel_db(waveform: "torch.Tensor", n_mels: int) -> "torch.Tensor":
    """Mel spectrogram in dB as MusiCNN (96 bands) and VGG (128 bands) expect it.

    waveform: float32 [n_segments, n_samples] at 16 kHz.  Returns [n_segments, n_mels, n_frames], dB.
    Source: Won et al. 2020, sota-music-tagging-models: n_fft 512, hop 256, Hann, centred with reflect
    padding, 0-8000 Hz, power. The lowest of 128 filters is empty at this n_fft: so it was in training.
    """
    import torch

    window = torch.hann_window(512, device=waveform.device)
    spectrum = torch.stft(waveform, 512, hop_length=256, window=window, center=True, return_complex=True)
    power = spectrum.abs().square()
    mel = mel_filters(16_000, 512, n_mels, 0.0, 8_000.0).to(waveform.device) @ power
    return 10.0 * torch.log10(mel.clamp(min=DB_FLOOR))
