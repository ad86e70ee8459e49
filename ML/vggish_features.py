"""The front end of VGGish, which differs from every other mel spectrogram here.

Source: Hershey et al. 2017 and the code published with AudioSet (`mel_features.py`, `vggish_params.py`).
"""

import numpy as np
import torch
from torch import Tensor, nn

SAMPLE_RATE = 16_000  # Hz
WINDOW_LENGTH, HOP_LENGTH, N_FFT = 400, 160, 512  # samples: 25 ms every 10 ms
N_MELS = 64
MEL_RANGE = (125.0, 7_500.0)  # Hz
LOG_OFFSET = 0.01
N_FRAMES = 96  # frames an example: 0.96 s
EXAMPLE_HOP = N_FRAMES * HOP_LENGTH  # 15 360 samples from one example to the next
EXAMPLE_SAMPLES = (N_FRAMES - 1) * HOP_LENGTH + WINDOW_LENGTH  # 15 600: its last windows reach into the next


def mel_of(frequency: np.ndarray) -> np.ndarray:
    """HTK's mel scale with natural logarithm."""
    return 1127.0 * np.log(1.0 + frequency / 700.0)


def vggish_mel_filters() -> Tensor:
    """Triangles that are straight in mel, not in Hz, and deaf to 0 Hz; float32 [257, 64]."""
    bins = mel_of(np.linspace(0.0, SAMPLE_RATE / 2, N_FFT // 2 + 1))[:, None]
    low, high = mel_of(np.array(MEL_RANGE))
    edges = np.linspace(low, high, N_MELS + 2)
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - lower) / (centre - lower), (upper - bins) / (upper - centre)
    filters = np.maximum(0.0, np.minimum(rising, falling))
    filters[0] = 0.0
    return torch.from_numpy(filters.astype(np.float32))


class VggishLogMel(nn.Module):
    """Waveform [n_segments, 15 600] at 16 kHz → log mel [n_segments, 96 frames, 64 bands].

    Magnitudes, not powers; windows are not centred, so nothing is padded.
    """

    window: Tensor
    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        # The state dict of published weights has no front end.
        self.register_buffer("window", torch.hann_window(WINDOW_LENGTH), persistent=False)
        self.register_buffer("filters", vggish_mel_filters(), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        windows = waveform.unfold(-1, WINDOW_LENGTH, HOP_LENGTH) * self.window
        return torch.log(torch.fft.rfft(windows, N_FFT).abs() @ self.filters + LOG_OFFSET)
