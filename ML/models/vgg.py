"""VGG: short-chunk CNN of Won et al. 2020, sota-music-tagging-models, with and without residual blocks.

Seven 3×3 blocks halve bands and frames each, until one band is left; the maximum over time is the segment.
"""

from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ML.features import MelDb
from ML.spec import ModelSpec
from ML.torch_model import SegmentNetwork, TorchModel
from ML.weights.store import load_state_dict, load_strictly

N_MELS = 128  # 2 ** 7: seven halvings leave one band
WIDTHS = (1, 128, 128, 256, 256, 256, 256, 512)  # channels before, between and after the blocks
RESIDUAL_KEY = "layer1.conv_1.weight"  # only residual checkpoints have it


class ResidualBlock(nn.Module):
    """Two convolutions beside a strided one; halves bands and frames."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.conv_1 = nn.Conv2d(n_in, n_out, 3, stride=2, padding=1)
        self.bn_1 = nn.BatchNorm2d(n_out)
        self.conv_2 = nn.Conv2d(n_out, n_out, 3, padding=1)
        self.bn_2 = nn.BatchNorm2d(n_out)
        self.conv_3 = nn.Conv2d(n_in, n_out, 3, stride=2, padding=1)
        self.bn_3 = nn.BatchNorm2d(n_out)

    def forward(self, x: Tensor) -> Tensor:
        inner = functional.relu(self.bn_1(self.conv_1(x)))
        return functional.relu(self.bn_2(self.conv_2(inner)) + self.bn_3(self.conv_3(x)))


class SimpleBlock(nn.Module):
    """One strided convolution; halves bands and frames. The kind that the original program's files hold."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.conv = nn.Conv2d(n_in, n_out, 3, stride=2, padding=1)
        self.bn = nn.BatchNorm2d(n_out)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(x)))


class VGG(SegmentNetwork):
    """Waveform [n_segments, 59 049] → (embedding [n_segments, 512], taggram [n_segments, T])."""

    def __init__(self, embedding_dim: int, n_tags: int, is_residual: bool):
        super().__init__()
        block = ResidualBlock if is_residual else SimpleBlock
        self.spec = MelDb(N_MELS)
        self.spec_bn = nn.BatchNorm2d(1)
        for number, (n_in, n_out) in enumerate(pairwise(WIDTHS), start=1):
            self.add_module(f"layer{number}", block(n_in, n_out))
        self.dense1 = nn.Linear(WIDTHS[-1], embedding_dim)
        self.bn = nn.BatchNorm1d(embedding_dim)
        self.dense2 = nn.Linear(embedding_dim, n_tags)

    @property
    def blocks(self) -> list[nn.Module]:
        return [self.get_submodule(f"layer{number}") for number in range(1, len(WIDTHS))]

    def listen(self, waveform: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, ...]:
        """Mel spectrogram in dB; silence after the end is part of the segment."""
        return (self.spec(waveform),)

    def answer(self, mel_db: Tensor) -> tuple[Tensor, Tensor]:
        x = self.spec_bn(mel_db.unsqueeze(1))
        for block in self.blocks:
            x = block(x)
        pooled = x.squeeze(2).amax(dim=2)
        embedding = functional.relu(self.bn(self.dense1(pooled)))
        return embedding, torch.sigmoid(self.dense2(embedding))


def build(spec: ModelSpec, weights_path: Path | None, device: str) -> TorchModel:
    """The kind of block is read off the checkpoint: files of both kinds go by this model's name.

    weights_path None gives random weights, for tests of everything but the sound.
    """
    if weights_path is None:
        network = VGG(spec.embedding_dim, spec.taggram_dim, is_residual=True)
    else:
        state = load_state_dict(weights_path)
        network = VGG(spec.embedding_dim, spec.taggram_dim, is_residual=RESIDUAL_KEY in state)
        load_strictly(network, state, weights_path)
    return TorchModel(fold_batch_norms(network.eval()), device)


def fold_batch_norms(network: VGG) -> VGG:
    """Move each batch norm into the convolution before it: the same numbers but for rounding."""
    for block in network.blocks:
        convolutions = [name for name, _ in block.named_children() if name.startswith("conv")]
        for name in convolutions:
            norm = name.replace("conv", "bn")
            setattr(block, name, fuse_conv_bn_eval(getattr(block, name), getattr(block, norm)))
            setattr(block, norm, nn.Identity())
    return network
