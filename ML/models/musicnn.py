"""MusiCNN (Pons & Serra 2019) as in Won et al. 2020, sota-music-tagging-models.

Musically motivated filters on a mel spectrogram: "vertical" ones hear timbre, "horizontal" ones hear rhythm.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ML.features import MelDb
from ML.spec import ModelSpec
from ML.spectral_filters import SpectralFilters
from ML.torch_model import SegmentNetwork, TorchModel
from ML.weights.store import load_state_dict, load_strictly

N_MELS = 96
VERTICAL = ((67, 7), (38, 7))  # (mel bands, frames): 0.7 and 0.4 of the 96 bands
HORIZONTAL = (129, 65, 33)  # frames
N_VERTICAL, N_HORIZONTAL = 204, 51  # channels a filter bank; 2 · 204 + 3 · 51 = 561 in all
N_MIDDLE = 64  # back end of MTAT and Jamendo; the published MSD network has 512, read off its checkpoint


class VerticalBank(nn.Module):
    """Filters tall in frequency, then the maximum over frequency: timbre wherever its pitch lies."""

    def __init__(self, filter_shape: tuple[int, int]):
        super().__init__()
        self.conv = nn.Conv2d(1, N_VERTICAL, filter_shape, padding=(0, filter_shape[1] // 2))
        self.bn = nn.BatchNorm2d(N_VERTICAL)

    def forward(self, mel: Tensor) -> Tensor:
        # The maximum comes before ReLU: the same numbers, a thirtieth of the work.
        return functional.relu(self.bn(self.conv(mel)).amax(dim=2))


class HorizontalBank(nn.Module):
    """Filters long in time over the mean of all bands: onsets and tempo."""

    def __init__(self, length: int):
        super().__init__()
        self.conv = nn.Conv1d(1, N_HORIZONTAL, length, padding=length // 2)
        self.bn = nn.BatchNorm1d(N_HORIZONTAL)

    def forward(self, mel: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(mel.mean(dim=2))))


class Conv1d(nn.Module):
    """Convolution over time, batch norm, ReLU; keeps the number of frames."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.conv = nn.Conv1d(n_in, n_out, 7, padding=3)
        self.bn = nn.BatchNorm1d(n_out)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(x)))


class MusiCNN(SegmentNetwork):
    """Waveform [n_segments, 48 000] → (embedding [n_segments, D], taggram [n_segments, T])."""

    def __init__(self, embedding_dim: int, n_tags: int, n_middle: int = N_MIDDLE):
        super().__init__()
        n_front = len(VERTICAL) * N_VERTICAL + len(HORIZONTAL) * N_HORIZONTAL
        self.spec = MelDb(N_MELS)
        self.spec_bn = nn.BatchNorm2d(1)
        self.layers = nn.ModuleList(
            [*(VerticalBank(shape) for shape in VERTICAL), *(HorizontalBank(length) for length in HORIZONTAL)]
        )
        self.layer1 = Conv1d(n_front, n_middle)
        self.layer2 = Conv1d(n_middle, n_middle)
        self.layer3 = Conv1d(n_middle, n_middle)
        self.dense1 = nn.Linear(2 * (n_front + 3 * n_middle), embedding_dim)
        self.bn = nn.BatchNorm1d(embedding_dim)
        self.dense2 = nn.Linear(embedding_dim, n_tags)

    def listen(self, waveform: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, ...]:
        """Mel spectrogram in dB; silence after the end is part of the segment."""
        return (self.spec(waveform),)

    def answer(self, mel_db: Tensor) -> tuple[Tensor, Tensor]:
        mel = self.spec_bn(mel_db.unsqueeze(1))
        front = torch.cat([layer(mel) for layer in self.layers], dim=1)
        first = self.layer1(front)
        second = self.layer2(first) + first
        third = self.layer3(second) + second
        stack = torch.cat([front, first, second, third], dim=1)
        pooled = torch.cat([stack.amax(dim=2), stack.mean(dim=2)], dim=1)
        embedding = functional.relu(self.bn(self.dense1(pooled)))
        return embedding, torch.sigmoid(self.dense2(embedding))


def build(spec: ModelSpec, weights_path: Path | None, device: str) -> TorchModel:
    """weights_path None gives random weights, for tests of everything but the sound."""
    network = load(spec, weights_path)
    return TorchModel(by_spectra(network) if device == "cpu" else network, device)


def load(spec: ModelSpec, weights_path: Path | None) -> MusiCNN:
    """The network with its filters as published, batch norms folded."""
    if weights_path is None:
        network = MusiCNN(spec.embedding_dim, spec.taggram_dim)
    else:
        state = load_state_dict(weights_path)
        network = MusiCNN(spec.embedding_dim, spec.taggram_dim, read_middle_width(state))
        load_strictly(network, state, weights_path)
    return fold_batch_norms(network.eval())


def read_middle_width(state: dict[str, Tensor]) -> int:
    weight = state.get("layer1.conv.weight")
    return N_MIDDLE if weight is None else len(weight)


def fold_batch_norms(network: MusiCNN) -> MusiCNN:
    """Move each batch norm into the convolution before it: equal to 1e-5, a third faster on a CPU."""
    for block in (*network.layers, network.layer1, network.layer2, network.layer3):
        block.conv = fuse_conv_bn_eval(block.conv, block.bn)
        block.bn = nn.Identity()
    return network


def by_spectra(network: MusiCNN) -> MusiCNN:
    """The vertical banks, nearly all of the work, by their spectra: on a CPU three times as fast."""
    convs = [bank.conv for bank in network.layers if isinstance(bank, VerticalBank)]
    horizontal = (bank for bank in network.layers if isinstance(bank, HorizontalBank))
    network.layers = nn.ModuleList([SpectralFilters(convs, N_MELS), *horizontal])
    return network
