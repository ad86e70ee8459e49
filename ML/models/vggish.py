"""VGGish (Hershey et al. 2017) in the layout of torchvggish, as published with AudioSet."""

from pathlib import Path

import torch
from torch import Tensor, nn

from ML.errors import WeightsError, WeightsMissingError
from ML.spec import ModelSpec
from ML.torch_model import SegmentNetwork, TorchModel
from ML.vggish_features import VggishLogMel
from ML.weights.store import load_state_dict, load_strictly

LAYERS = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M")  # channels of a convolution, or a 2×2 maximum
MAP_SHAPE = (512, 6, 4)  # channels × frames × bands after the last maximum
N_DENSE = 4096
QUANTIZE_RANGE = 2.0  # whitened values beyond ±2 are clipped
QUANTIZE_STEPS = 255.0


class VGGish(SegmentNetwork):
    """Waveform [n_segments, 15 600] → (embedding [n_segments, 128], taggram [n_segments, 512]).

    There is no tag head: the taggram is the mean over time and frequency of the last convolution.
    """

    def __init__(self, embedding_dim: int):
        super().__init__()
        channels, frames, bands = MAP_SHAPE
        self.log_mel = VggishLogMel()
        self.features = make_features()
        self.embeddings = nn.Sequential(
            nn.Linear(channels * frames * bands, N_DENSE),
            nn.ReLU(),
            nn.Linear(N_DENSE, N_DENSE),
            nn.ReLU(),
            nn.Linear(N_DENSE, embedding_dim),
            nn.ReLU(),
        )
        self.postprocess: nn.Module = nn.Identity()

    def listen(self, waveform: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, ...]:
        """Log mel spectrogram; only audio under 0.96 s is padded at all."""
        return (self.log_mel(waveform),)

    def answer(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.features(log_mel.unsqueeze(1))
        # The dense layers were trained on time × frequency × channel.
        embedding = self.embeddings(maps.permute(0, 2, 3, 1).flatten(1))
        return self.postprocess(embedding), maps.mean(dim=(2, 3))


def make_features() -> nn.Sequential:
    layers: list[nn.Module] = []
    n_in = 1
    for layer in LAYERS:
        if isinstance(layer, int):
            layers += [nn.Conv2d(n_in, layer, 3, padding=1), nn.ReLU()]
            n_in = layer
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


class Postprocessor(nn.Module):
    """PCA with whitening, clipped to ±2 and rounded to 8 bits (0 to 255), as AudioSet's embeddings are."""

    matrix: Tensor
    means: Tensor

    def __init__(self, matrix: Tensor, means: Tensor):
        super().__init__()
        self.register_buffer("matrix", matrix.float(), persistent=False)
        self.register_buffer("means", means.float().flatten(), persistent=False)

    def forward(self, embedding: Tensor) -> Tensor:
        whitened = (embedding - self.means) @ self.matrix.T
        clipped = whitened.clamp(-QUANTIZE_RANGE, QUANTIZE_RANGE)
        return torch.round((clipped + QUANTIZE_RANGE) * (QUANTIZE_STEPS / (2 * QUANTIZE_RANGE)))


def build(spec: ModelSpec, weights_path: Path | None, device: str) -> TorchModel:
    """weights_path None gives random weights, for tests of everything but the sound."""
    network = VGGish(spec.embedding_dim)
    if weights_path is not None:
        load_strictly(network, load_state_dict(weights_path), weights_path)
        if spec.postprocess:
            network.postprocess = load_postprocessor(spec, weights_path.parent)
    return TorchModel(network, device)


def load_postprocessor(spec: ModelSpec, folder: Path) -> Postprocessor:
    """Raises WeightsMissingError, WeightsError."""
    assert spec.weights is not None
    file = spec.weights.optional[0]
    path = folder / file.name
    if not path.is_file():
        raise WeightsMissingError(
            f"{spec.key} has no PCA for its post-processing: get {file.url} and put it at {path}."
        )
    state = load_state_dict(path)
    try:
        return Postprocessor(state["pca_eigen_vectors"], state["pca_means"])
    except KeyError as error:
        raise WeightsError(f"{path} is no PCA of VGGish: it has no {error}.") from error
