"""How the original program extracts MusiCNN: for every track build the model, librosa.load, one forward.

    python -m benchmarks.original_way WEIGHTS SONG …

The network is the published one as it was run: a whole song at once, batch norms on their own, ReLU before
the maximum over frequency.
"""

import sys
from pathlib import Path

import librosa
import torch
from torch.nn import functional

from ML.models.musicnn import MusiCNN, VerticalBank, read_middle_width
from ML.weights.store import load_state_dict

SAMPLE_RATE = 16_000


def main() -> None:
    weights, *songs = map(Path, sys.argv[1:])
    VerticalBank.forward = activate_then_pool  # type: ignore
    for song in songs:
        embed(weights, song)


def activate_then_pool(bank: VerticalBank, mel: torch.Tensor) -> torch.Tensor:
    return functional.relu(bank.bn(bank.conv(mel))).amax(dim=2)


@torch.no_grad()
def embed(weights: Path, song: Path) -> torch.Tensor:
    state = load_state_dict(weights)
    network = MusiCNN(200, 50, read_middle_width(state)).eval()
    network.load_state_dict(state)
    samples, _ = librosa.load(song, sr=SAMPLE_RATE)
    return network(torch.from_numpy(samples)[None])[0]


if __name__ == "__main__":
    main()
