"""WhisperContrastive: a small head over frozen Whisper features, trained on genres by this project.

Supervised contrastive learning (Khosla et al. 2020): tracks of one genre point in one direction.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.nn import functional

from ML.errors import WeightsError
from ML.models.whisper import WhisperEncoder, load_encoder, make_encoder
from ML.spec import ModelSpec
from ML.torch_model import SegmentNetwork, TorchModel, mean_over_frames
from ML.weights.store import checkpoint_file, load_checkpoint, load_file, load_strictly

if TYPE_CHECKING:
    from whisper.model import AudioEncoder

HEAD_PREFIX = "projection_head."
ENCODER_PREFIX = "whisper_model.encoder."  # of the original program's checkpoints, which hold all of Whisper


class ContrastiveHead(nn.Sequential):
    """Pooled features [n, D] → unit vectors [n, projection_dim]; also what training trains."""

    def __init__(self, width: int, projection_dim: int):
        super().__init__(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, projection_dim))

    def forward(self, features: Tensor) -> Tensor:
        return functional.normalize(super().forward(features), dim=1)


class WhisperContrastive(SegmentNetwork):
    """Waveform [n_segments, 480 000] and lengths → (embedding [n_segments, 128] of length 1, block mean)."""

    def __init__(self, encoder: WhisperEncoder, head: ContrastiveHead):
        super().__init__()
        self.encoder = encoder
        self.head = head

    def listen(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        return self.encoder.listen(waveform, lengths)

    def answer(self, mel: Tensor, n_valid: Tensor) -> tuple[Tensor, Tensor]:
        features = block_mean(self.encoder, mel, n_valid)
        return self.head(features), features


class FrozenFeatures(SegmentNetwork):
    """Waveform and lengths → what the head hears, [n_segments, D], twice: it is all that training needs."""

    def __init__(self, encoder: WhisperEncoder):
        super().__init__()
        self.encoder = encoder

    def listen(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        return self.encoder.listen(waveform, lengths)

    def answer(self, mel: Tensor, n_valid: Tensor) -> tuple[Tensor, Tensor]:
        features = block_mean(self.encoder, mel, n_valid)
        return features, features


def block_mean(encoder: WhisperEncoder, mel: Tensor, n_valid: Tensor) -> Tensor:
    return mean_over_frames(encoder.block_frames(mel), n_valid)


def build_frozen(spec: ModelSpec, weights_path: Path, device: str) -> TorchModel:
    """The frozen half alone; spec, weights_path: of Whisper. Raises WeightsError."""
    encoder = load_encoder(load_checkpoint(weights_path), spec.embedding_dim, weights_path)
    return TorchModel(FrozenFeatures(WhisperEncoder(encoder)), device)


def build(
    spec: ModelSpec, weights_path: Path | None, device: str, encoder_path: Path | None = None
) -> TorchModel:
    """weights_path: a checkpoint of `ML/train_contrastive.py`, or of the original program, whose files bring
    their encoder along.  encoder_path: weights of whisper/base for those that do not.

    weights_path None gives random weights, for tests of everything but the sound.
    """
    head = ContrastiveHead(spec.taggram_dim, spec.embedding_dim)
    if weights_path is None:
        encoder = make_encoder(spec.taggram_dim)
    else:
        state = read_state(spec, weights_path)
        load_strictly(head, head_state(state), weights_path)
        encoder = find_encoder(spec, state, weights_path, encoder_path)
    return TorchModel(WhisperContrastive(WhisperEncoder(encoder), head), device)


def read_state(spec: ModelSpec, path: Path) -> dict[str, Tensor]:
    """Raises WeightsError when the head was trained over another size of Whisper."""
    checkpoint = load_file(checkpoint_file(path))
    size = checkpoint.get("model_config", {}).get("model_name", spec.variant)
    if size != spec.variant:
        raise WeightsError(
            f"{path} was trained over whisper/{size}; {spec.key} needs whisper/{spec.variant}."
        )
    return checkpoint.get("model_state_dict", checkpoint)


def head_state(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The original's `taggram_projection.*`, random numbers posing as tags, is left behind."""
    return {
        name.removeprefix(HEAD_PREFIX): tensor
        for name, tensor in state.items()
        if name.startswith(HEAD_PREFIX)
    }


def find_encoder(
    spec: ModelSpec, state: dict[str, Tensor], path: Path, encoder_path: Path | None
) -> "AudioEncoder":
    """The encoder in the checkpoint, else the one at encoder_path. Raises WeightsError."""
    if f"{ENCODER_PREFIX}conv1.weight" in state:
        return load_encoder(state, spec.taggram_dim, path)
    if encoder_path is None:
        raise WeightsError(
            f"{path} holds the head alone; {spec.key} also needs {' and '.join(spec.requires)}."
        )
    return load_encoder(load_checkpoint(encoder_path), spec.taggram_dim, encoder_path)
