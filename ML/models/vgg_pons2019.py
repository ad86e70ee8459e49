"""The VGG that the authors of MusiCNN published with it (Pons & Serra 2019, musicnn 0.1.0).

Five 3×3 convolutions with ReLU, batch norm and max pooling; what is left, two frames by one band, is the
embedding.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ML.log_mel import LogMel
from ML.spec import ModelSpec
from ML.tf_checkpoint import load_layers
from ML.torch_model import SegmentNetwork, TorchModel

EPSILON = 1e-3  # of every batch norm
N_FILTERS = 128
# (size, stride) of each block's pooling, in (bands, frames). The first takes every second band.
POOLS = (
    ((1, 4), (2, 2)), ((2, 2), (2, 2)), ((2, 2), (2, 2)), ((2, 2), (2, 2)), ((4, 4), (4, 4)),
)  # fmt: skip
# Module by layer of the checkpoint.
LAYERS = {
    "batch_normalization": "input_norm",
    **{f"{number}CNN": f"blocks.{number - 1}.conv" for number in range(1, 1 + len(POOLS))},
    **{f"batch_normalization_{number}": f"blocks.{number - 1}.norm" for number in range(1, 1 + len(POOLS))},
    "dense": "tag_dense",
}


class Block(nn.Module):
    """Convolution, ReLU, batch norm, max pooling."""

    def __init__(self, n_in: int, size: tuple[int, int], stride: tuple[int, int]):
        super().__init__()
        self.conv = nn.Conv2d(n_in, N_FILTERS, 3, padding=1)
        self.norm = nn.BatchNorm2d(N_FILTERS, eps=EPSILON)
        self.pool = nn.MaxPool2d(size, stride)

    def forward(self, x: Tensor) -> Tensor:
        return self.pool(self.norm(functional.relu(self.conv(x))))


class VGG(SegmentNetwork):
    """Waveform [n_segments, 256 + 47 872] → (embedding [n_segments, 256], taggram [n_segments, T])."""

    def __init__(self, embedding_dim: int, n_tags: int):
        super().__init__()
        self.log_mel = LogMel()
        self.input_norm = nn.BatchNorm2d(1, eps=EPSILON)
        widths = (1, *[N_FILTERS] * (len(POOLS) - 1))
        self.blocks = nn.ModuleList(Block(n_in, *pool) for n_in, pool in zip(widths, POOLS, strict=True))
        self.tag_dense = nn.Linear(embedding_dim, n_tags)

    def listen(self, waveform: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, ...]:
        """Log mel spectrogram; silence after the end is part of the segment."""
        return (self.log_mel(waveform),)

    def answer(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """mel: [n_segments, N_MELS, n_frames]."""
        x = self.input_norm(mel.unsqueeze(1))
        for block in self.blocks:
            x = block(x)
        embedding = x.permute(0, 3, 2, 1).flatten(1)  # frames, bands, channels, as TensorFlow orders them
        return embedding, torch.sigmoid(self.tag_dense(embedding))


def build(spec: ModelSpec, weights_path: Path | None, device: str) -> TorchModel:
    """weights_path None gives random weights, for tests of everything but the sound."""
    return TorchModel(pool_first(load(spec, weights_path)), device)


def load(spec: ModelSpec, weights_path: Path | None) -> VGG:
    """The network in the authors' order of operations. weights_path: the folder of a checkpoint."""
    network = VGG(spec.embedding_dim, spec.taggram_dim)
    if weights_path is not None:
        load_layers(network, LAYERS, weights_path)
    return network.eval()


# --- the same numbers with less work ------------------------------------------------------------------------
class PoolFirstBlock(nn.Module):
    """A block that pools before ReLU and batch norm, which then have a quarter of the values.

    ReLU and a batch norm with a positive scale do not change which value is the largest. With a negative
    scale the largest result is that of the smallest value: the negated maximum of the negated filter.
    Columns of bands that the pooling skips are not computed.
    """

    signs: Tensor

    def __init__(self, block: Block):
        super().__init__()
        signs = torch.where(block.norm.weight.detach() < 0, -1.0, 1.0)
        (band_size, frame_size), (band_stride, frame_stride) = block.pool.kernel_size, block.pool.stride  # type: ignore[misc]
        skips = band_size == 1
        self.conv = nn.Conv2d(
            block.conv.in_channels, N_FILTERS, 3, padding=1, stride=(band_stride if skips else 1, 1)
        )
        assert block.conv.bias is not None and self.conv.bias is not None
        self.conv.weight.data = block.conv.weight.detach() * signs[:, None, None, None]
        self.conv.bias.data = block.conv.bias.detach() * signs
        self.pool = nn.MaxPool2d((band_size, frame_size), (1 if skips else band_stride, frame_stride))
        self.register_buffer("signs", signs[:, None, None])
        self.norm = block.norm

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(functional.relu(self.signs * self.pool(self.conv(x))))


def pool_first(network: VGG) -> VGG:
    network.blocks = nn.ModuleList(
        PoolFirstBlock(block) for block in network.blocks if isinstance(block, Block)
    )
    return network.eval()
