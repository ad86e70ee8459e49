"""MFCC front end: waveform → 20 cepstral coefficients a frame, as `librosa.feature.mfcc` computes them.

Davis & Mermelstein 1980 with librosa 0.11's defaults: Slaney mel filters, 80 dB deep, orthonormal DCT-II.
Equal to it but for rounding (1e-6 of the largest value), in batches, and without its seconds of importing.
"""

import math
from functools import cache

import torch
from torch import Tensor, nn

SAMPLE_RATE = 22_050  # Hz
N_FFT = 2048  # 93 ms
HOP_LENGTH = 1024  # 46 ms: 640 frames are 29.7 s
N_MELS = 128
N_MFCC = 20
N_FRAMES = 640
POWER_FLOOR = 1e-10  # -100 dB
DEPTH_DB = 80.0  # quieter than this below the loudest counts as this
LOG_START_HZ, LOG_START_MEL, LOG_STEP = 1000.0, 15.0, math.log(6.4) / 27.0  # Slaney 1998, Auditory Toolbox


def n_frames_of(n_samples: int, hop_length: int) -> int:
    """Frames are centred on every hop_length-th sample, the first included."""
    return 1 + n_samples // hop_length


def mel_to_hz(mels: Tensor) -> Tensor:
    """Slaney's scale: linear to 1 kHz, logarithmic above."""
    linear = mels * (LOG_START_HZ / LOG_START_MEL)
    return torch.where(
        mels < LOG_START_MEL, linear, LOG_START_HZ * torch.exp(LOG_STEP * (mels - LOG_START_MEL))
    )


@cache
def slaney_filters() -> Tensor:
    """Triangles of equal area from 0 Hz to half the sample rate; float32 [n_bins, N_MELS]."""
    top = LOG_START_MEL + math.log(SAMPLE_RATE / 2 / LOG_START_HZ) / LOG_STEP
    edges = mel_to_hz(torch.linspace(0.0, top, N_MELS + 2, dtype=torch.float64))
    bins = torch.linspace(0.0, SAMPLE_RATE / 2, N_FFT // 2 + 1, dtype=torch.float64)
    distances, widths = edges - bins[:, None], edges.diff()
    rising, falling = -distances[:, :-2] / widths[:-1], distances[:, 2:] / widths[1:]
    triangles = torch.minimum(rising, falling).clamp(min=0)
    return (triangles * 2.0 / (edges[2:] - edges[:-2])).float()


@cache
def dct_matrix(n_mfcc: int) -> Tensor:
    """Orthonormal DCT-II; float32 [n_mfcc, N_MELS]."""
    rows = torch.arange(n_mfcc, dtype=torch.float64)[:, None]
    columns = torch.arange(N_MELS, dtype=torch.float64)
    matrix = math.sqrt(2.0 / N_MELS) * torch.cos(math.pi / N_MELS * rows * (columns + 0.5))
    matrix[0] /= math.sqrt(2.0)
    return matrix.float()


@cache
def hann_window() -> Tensor:
    return torch.hann_window(N_FFT)


def compute_mfcc(
    waveform: Tensor, hop_length: int = HOP_LENGTH, n_mfcc: int = N_MFCC, lengths: Tensor | None = None
) -> Tensor:
    """waveform: float32 [n, n_samples] at SAMPLE_RATE.  Returns float32 [n, n_mfcc, n_frames].

    lengths: int [n], samples of audio in each; what follows is silence and must not be loud enough to matter.
    """
    device = waveform.device
    # Zeros beyond both ends, as librosa has it since 0.10.
    spectrum = torch.stft(
        waveform, N_FFT, hop_length, window=hann_window().to(device), pad_mode="constant", return_complex=True
    )
    power = slaney_filters().to(device).T @ (spectrum.real.square() + spectrum.imag.square())
    if lengths is not None:
        frames = torch.arange(power.shape[-1], device=device)
        power = power * (frames < (1 + lengths // hop_length)[:, None])[:, None]
    decibels = 10.0 * torch.log10(power.clamp(min=POWER_FLOOR))
    loudest = decibels.amax(dim=(1, 2), keepdim=True)
    return dct_matrix(n_mfcc).to(device) @ decibels.maximum(loudest - DEPTH_DB)


def fit_frames(mfcc: Tensor, n_valid: int, n_frames: int, repeats: bool) -> Tensor:
    """The first n_frames of [n_mfcc, n]; where there are fewer than n_frames, repeated or followed by zeros.

    n_valid: frames of audio.  Zeros are what the original program fed its network.
    """
    valid = mfcc[:, : max(1, min(n_valid, n_frames))]
    n_missing = n_frames - valid.shape[1]
    if not repeats:
        return nn.functional.pad(valid, (0, n_missing))
    return valid[:, torch.arange(n_frames, device=mfcc.device) % valid.shape[1]]
