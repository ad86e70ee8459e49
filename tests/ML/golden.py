"""Reference outputs of the published code, and the sound and weights they were made with.

`goldens/synthetic.npz` holds numbers that run anywhere; those for real music and published weights lie in the
folder of shared material beside the project and are skipped, with the reason, where it is absent.
"""

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ML.features import triangles

SHARED = Path(__file__).resolve().parents[3] / "shared"
SYNTHETIC = Path(__file__).parent / "goldens" / "synthetic.npz"
TORCHAUDIO_EDGES = Path(__file__).parent / "goldens" / "torchaudio_edges.npz"
CLIPS = ("classical", "electronic", "jazz", "metal", "pop_stereo")
# Of real music, one clip is enough to see what another instruction set does to a network.
CLIPS_ONE_CAPPED = [pytest.param(CLIPS[0], marks=pytest.mark.numerical), *CLIPS[1:]]

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(),
    reason="needs the shared material beside the project: published weights and real music",
)


def synthetic_waveform(sample_rate: int, seconds: int = 8) -> np.ndarray:
    """A chirp, a pulsed tone and noise; float32 [seconds * sample_rate]."""
    t = np.arange(seconds * sample_rate) / sample_rate
    chirp = 0.3 * np.sin(2 * np.pi * (110 * t + 90 * t**2))
    pulses = 0.15 * np.sign(np.sin(2 * np.pi * 2 * t)) * np.sin(2 * np.pi * 1760 * t)
    noise = 0.05 * np.random.RandomState(7).standard_normal(len(t))
    return (chirp + pulses + noise).astype(np.float32)


def fill_weights(network: nn.Module) -> None:
    """Give every tensor values that depend on its name and shape alone, so that others can do the same.

    Mel filters are torchaudio's, as a checkpoint would bring them.
    """
    for name, tensor in network.state_dict().items():
        if name == "spec.mel_scale.fb":
            tensor.copy_(torchaudio_filters(tensor.shape[1]))
        elif not name.startswith("spec.") and not name.endswith("num_batches_tracked"):
            tensor.copy_(torch.from_numpy(filled(name, tuple(tensor.shape))))


def torchaudio_filters(n_mels: int) -> torch.Tensor:
    """As the goldens were made with: torchaudio itself rounds its edges differently on each processor."""
    edges = np.load(TORCHAUDIO_EDGES)[f"edges_{n_mels}"]
    return triangles(torch.linspace(0, 8000, 257), torch.from_numpy(edges))


def filled(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """He-scaled normal weights, small biases, scales near one, positive variances; float32 [shape]."""
    values = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)
    if name.endswith("running_var"):
        return (0.5 + np.abs(values)).astype(np.float32)
    if len(shape) <= 1:
        return (float(name.endswith("weight")) + 0.1 * values).astype(np.float32)
    return (values * np.sqrt(2.0 / np.prod(shape[1:]))).astype(np.float32)


def whole_segments(waveform: np.ndarray, segment_samples: int) -> np.ndarray:
    """The reference drops the tail; float32 [n_segments, segment_samples]."""
    n_segments = len(waveform) // segment_samples
    return waveform[: n_segments * segment_samples].reshape(n_segments, segment_samples)


def same_output(ours: np.ndarray, golden: np.ndarray) -> bool:
    """Within 1e-4; where filled weights make values of hundreds, whose last digits float32 does not hold,
    within 64 steps of the largest. Processors with AVX-512 and without were seen to be 30 apart.
    """
    step = np.spacing(np.abs(golden).max().astype(np.float32))
    return bool(np.abs(ours - golden).max() < max(1e-4, 64 * step))
