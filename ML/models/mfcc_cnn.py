"""The project's own network: four convolutions over MFCCs; a genre classifier with a 512-d embedding.

Its 640 frames are 29.7 s at hop 1024; files of the original program were trained at hop 512 and hear 14.9 s.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from ML.errors import WeightsError
from ML.mfcc import compute_mfcc, fit_frames, n_frames_of
from ML.mfcc_params import MfccParams, find_run, load_params
from ML.spec import ModelSpec
from ML.torch_model import SegmentNetwork, TorchModel
from ML.weights.store import load_checkpoint, load_strictly

WIDTHS = (1, 32, 64, 128, 256)  # channels before, between and after the blocks
POOLS = ((2, 2), (2, 2), (2, 2), (2, 4))  # (coefficients, frames)
EMBEDDING_DIM = 512


def convolution_block(n_in: int, n_out: int, pool: tuple[int, int]) -> list[nn.Module]:
    return [
        nn.Conv2d(n_in, n_out, 3, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(n_out),
        nn.MaxPool2d(pool),
        nn.Dropout(0.25),
    ]


class MfccCnn(nn.Module):
    """MFCC [n, 1, n_mfcc, n_frames] → (embedding [n, 512], logits [n, n_classes])."""

    def __init__(self, n_classes: int, n_mfcc: int = 20, n_frames: int = 640):
        super().__init__()
        blocks = zip(WIDTHS[:-1], WIDTHS[1:], POOLS, strict=True)
        self.conv_stack = nn.Sequential(*(layer for block in blocks for layer in convolution_block(*block)))
        n_flat = WIDTHS[-1] * (n_mfcc // 16) * (n_frames // 32)  # 5120
        self.fc_stack = nn.Sequential(
            nn.Linear(n_flat, EMBEDDING_DIM), nn.ReLU(), nn.Dropout(0.5), nn.Linear(EMBEDDING_DIM, n_classes)
        )

    def forward(self, mfcc: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.fc_stack[:2](self.conv_stack(mfcc).flatten(1))
        return hidden, self.fc_stack[2:](hidden)


class GenreNetwork(nn.Module):
    """A trained network with all that belongs to it: MFCC in, probabilities out."""

    mean: Tensor
    std: Tensor

    def __init__(self, params: MfccParams):
        super().__init__()
        self.params = params
        self.network = MfccCnn(len(params.class_names), params.n_mfcc, params.fixed_mfcc_length)
        mean = params.mfcc_mean or (0.0,) * params.n_mfcc
        std = params.mfcc_std or (1.0,) * params.n_mfcc
        self.register_buffer("mean", torch.tensor(mean)[:, None])
        self.register_buffer("std", torch.tensor(std)[:, None])

    def forward(self, mfcc: Tensor) -> tuple[Tensor, Tensor]:
        """mfcc: [n, n_mfcc, fixed_mfcc_length] → (embedding [n, 512], probabilities [n, n_classes])."""
        image = ((mfcc - self.mean) / self.std).unsqueeze(1)
        embedding, logits = self.network(image.contiguous(memory_format=torch.channels_last))
        return embedding, logits.softmax(dim=1)


class WaveformNetwork(SegmentNetwork):
    """The same from the waveform [n_segments, n_samples] on, as the library runs every model."""

    def __init__(self, genres: GenreNetwork):
        super().__init__()
        self.genres = genres

    def listen(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """MFCC [n_segments, n_mfcc, n_frames]."""
        params = self.genres.params
        mfcc = compute_mfcc(waveform, params.hop_length, params.n_mfcc, lengths)
        windows = [
            fit_frames(
                one, n_frames_of(int(length), params.hop_length), params.fixed_mfcc_length, params.repeats
            )
            for one, length in zip(mfcc, lengths, strict=True)
        ]
        return (torch.stack(windows),)

    def answer(self, mfcc: Tensor) -> tuple[Tensor, Tensor]:
        return self.genres(mfcc)


def load_genre_network(path: Path) -> GenreNetwork:
    """A run directory of ours or of the original program, what is shipped, or a weights file in either.

    Raises WeightsMissingError, WeightsError.
    """
    weights, params = find_run(path)
    genres = GenreNetwork(load_params(params))
    state = load_checkpoint(weights)
    wide = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    load_strictly(genres.network, wide, weights)
    # Twice as fast on a CPU; the types do not know the argument.
    genres.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return genres.eval()


def build(spec: ModelSpec, weights_path: Path | None, device: str) -> TorchModel:
    """weights_path None gives random weights, for tests of everything but the sound.

    Raises WeightsError for a network of other classes than the registry names.
    """
    if weights_path is None:
        return TorchModel(WaveformNetwork(GenreNetwork(MfccParams(spec.tag_names, hop_length=1024))), device)
    genres = load_genre_network(weights_path)
    if genres.params.class_names != spec.tag_names:
        raise WeightsError(
            f"{weights_path} knows {', '.join(genres.params.class_names)}; {spec.key} is "
            f"{', '.join(spec.tag_names)}. Use it with inference.py."
        )
    return TorchModel(WaveformNetwork(genres), device)
