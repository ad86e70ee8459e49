"""MusiCNN as its authors published it (Pons & Serra 2019, musicnn 0.1.0): trained with TensorFlow 1.

Unlike the network of Won et al., it applies ReLU before each batch norm, filters each mel band for rhythm on
its own, and normalizes the pooled features and the embedding.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ML.log_mel import N_MELS, LogMel
from ML.spec import ModelSpec
from ML.spectral_filters import SpectralFilters
from ML.tf_checkpoint import load_layers
from ML.torch_model import SegmentNetwork, TorchModel

EPSILON = 1e-3  # of every batch norm
VERTICAL = ((38, 7), (67, 7))  # (mel bands, frames): 0.4 and 0.7 of the 96 bands
HORIZONTAL = (128, 64, 32)  # frames
N_VERTICAL, N_HORIZONTAL = 204, 51  # filters a bank; 2 · 204 + 3 · 51 = 561 in all
N_FRONT = len(VERTICAL) * N_VERTICAL + len(HORIZONTAL) * N_HORIZONTAL
N_MIDDLE = 64
# Module by layer of the checkpoint, in which layers are numbered as they were made.
LAYERS = {
    "batch_normalization": "input_norm",
    "conv2d": "front.0.conv", "batch_normalization_1": "front.0.norm",
    "conv2d_1": "front.1.conv", "batch_normalization_2": "front.1.norm",
    "conv2d_2": "front.2.conv", "batch_normalization_3": "front.2.norm",
    "conv2d_3": "front.3.conv", "batch_normalization_4": "front.3.norm",
    "conv2d_4": "front.4.conv", "batch_normalization_5": "front.4.norm",
    "conv2d_5": "middle.0.conv", "batch_normalization_6": "middle.0.norm",
    "conv2d_6": "middle.1.conv", "batch_normalization_7": "middle.1.norm",
    "conv2d_7": "middle.2.conv", "batch_normalization_8": "middle.2.norm",
    "batch_normalization_9": "pool_norm", "dense": "dense", "batch_normalization_10": "embedding_norm",
    "dense_1": "tag_dense",
}  # fmt: skip


class FilterBank(nn.Module):
    """Mel [n, 1, n_bands, n_frames] → ReLU, batch norm, maximum over frequency [n, C, n_frames]."""

    def __init__(self, filter_shape: tuple[int, int], n_filters: int):
        super().__init__()
        n_taps = filter_shape[1]
        self.margins = (n_taps - 1) // 2, n_taps // 2  # TensorFlow's "same": an even one looks ahead further
        self.conv = nn.Conv2d(1, n_filters, filter_shape)
        self.norm = nn.BatchNorm2d(n_filters, eps=EPSILON)

    def forward(self, mel: Tensor) -> Tensor:
        filtered = self.conv(functional.pad(mel, self.margins))
        return self.norm(functional.relu(filtered)).amax(dim=2)


class MiddleBlock(nn.Module):
    """Convolution over time, ReLU, batch norm; keeps the number of frames."""

    def __init__(self, n_in: int):
        super().__init__()
        self.conv = nn.Conv1d(n_in, N_MIDDLE, 7, padding=3)
        self.norm = nn.BatchNorm1d(N_MIDDLE, eps=EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(functional.relu(self.conv(x)))


class Front(nn.ModuleList):
    """All filter banks over the same mel spectrogram: [n, N_FRONT, n_frames]."""

    def forward(self, mel: Tensor) -> Tensor:
        return torch.cat([bank(mel) for bank in self], dim=1)


class MusiCNN(SegmentNetwork):
    """Waveform [n_segments, 256 + 47 872] → (embedding [n_segments, D], taggram [n_segments, T])."""

    def __init__(self, embedding_dim: int, n_tags: int):
        super().__init__()
        n_pooled = 2 * (N_FRONT + 3 * N_MIDDLE)
        self.log_mel = LogMel()
        self.input_norm = nn.BatchNorm2d(1, eps=EPSILON)
        self.front: nn.Module = Front(
            [
                *(FilterBank(shape, N_VERTICAL) for shape in VERTICAL),
                *(FilterBank((1, length), N_HORIZONTAL) for length in HORIZONTAL),
            ]
        )
        self.middle = nn.ModuleList([MiddleBlock(N_FRONT), MiddleBlock(N_MIDDLE), MiddleBlock(N_MIDDLE)])
        self.pool_norm = nn.BatchNorm1d(n_pooled, eps=EPSILON)
        self.dense = nn.Linear(n_pooled, embedding_dim)
        self.embedding_norm = nn.BatchNorm1d(embedding_dim, eps=EPSILON)
        self.tag_dense = nn.Linear(embedding_dim, n_tags)

    def listen(self, waveform: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, ...]:
        """Log mel spectrogram; silence after the end is part of the segment."""
        return (self.log_mel(waveform),)

    def answer(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """mel: [n_segments, N_MELS, n_frames]."""
        front = self.front(self.input_norm(mel.unsqueeze(1)))
        first = self.middle[0](front)
        second = self.middle[1](first) + first
        third = self.middle[2](second) + second
        stack = torch.cat([front, first, second, third], dim=1)
        # Maximum and mean of the first channel, of the second, …: the order of the checkpoint's weights.
        pooled = torch.stack([stack.amax(dim=2), stack.mean(dim=2)], dim=2).flatten(1)
        embedding = self.embedding_norm(functional.relu(self.dense(self.pool_norm(pooled))))
        return embedding, torch.sigmoid(self.tag_dense(embedding))


def build(spec: ModelSpec, weights_path: Path | None, device: str) -> TorchModel:
    """weights_path None gives random weights, for tests of everything but the sound."""
    return TorchModel(take_extremes_first(load(spec, weights_path), by_spectra=device == "cpu"), device)


def load(spec: ModelSpec, weights_path: Path | None) -> MusiCNN:
    """The network in the authors' order of operations. weights_path: the folder of a checkpoint."""
    network = MusiCNN(spec.embedding_dim, spec.taggram_dim)
    if weights_path is not None:
        load_layers(network, LAYERS, weights_path)
    return network.eval()


# --- the same numbers with less work ------------------------------------------------------------------------
class ExtremeFilters(nn.Module):
    """A bank's largest filtered values over frequency, ReLU; the smallest of filters whose sign is -1."""

    signs: Tensor

    def __init__(self, bank: FilterBank):
        super().__init__()
        signs = signs_of(bank)
        self.margins = bank.margins
        assert bank.conv.bias is not None
        self.conv = nn.Conv2d(1, len(signs), bank.conv.kernel_size)  # type: ignore[arg-type]
        self.conv.weight.data = bank.conv.weight.detach() * signs[:, None, None, None]
        self.conv.bias.data = bank.conv.bias.detach() * signs  # type: ignore[union-attr]
        self.register_buffer("signs", signs[:, None])

    def forward(self, mel: Tensor) -> Tensor:
        filtered = self.conv(functional.pad(mel, self.margins))
        return functional.relu(self.signs * filtered.amax(dim=2))


def signs_of(bank: FilterBank) -> Tensor:
    """-1 where the batch norm turns values around: float32 [C]."""
    return torch.where(bank.norm.weight.detach() < 0, -1.0, 1.0)


def take_extremes_first(network: MusiCNN, by_spectra: bool) -> MusiCNN:
    """Take the extremes over frequency before ReLU and batch norms, which then have 1/96 of the values.

    ReLU and a batch norm with a positive scale do not change which value is the largest; with a negative
    scale, the largest result is that of the smallest value.
    by_spectra: apply the vertical filters to spectra, which is faster on a CPU.
    """
    assert isinstance(network.front, Front)
    banks = [bank for bank in network.front if isinstance(bank, FilterBank)]
    tall, flat = banks[: len(VERTICAL)], banks[len(VERTICAL) :]
    vertical = [apply_to_spectra(tall)] if by_spectra else [ExtremeFilters(bank) for bank in tall]
    extremes = Front([*vertical, *(ExtremeFilters(bank) for bank in flat)])
    network.front = nn.Sequential(extremes, join_norms([bank.norm for bank in banks]))
    return network.eval()


def apply_to_spectra(banks: Sequence[FilterBank]) -> SpectralFilters:
    return SpectralFilters([bank.conv for bank in banks], N_MELS, [signs_of(bank) for bank in banks])


def join_norms(norms: Sequence[nn.BatchNorm2d]) -> nn.BatchNorm1d:
    """One batch norm for the channels of several."""
    joined = nn.BatchNorm1d(sum(norm.num_features for norm in norms), eps=EPSILON)
    for name in ("weight", "bias", "running_mean", "running_var"):
        getattr(joined, name).data = torch.cat([getattr(norm, name).detach() for norm in norms])
    return joined
