"""Whisper's encoder (Radford et al. 2022) through openai-whisper; the decoder is never loaded.

A window of 30 s is 1500 frames; only those that hold audio are averaged, not the padding.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from ML.errors import WeightsError
from ML.spec import ModelSpec
from ML.torch_model import SegmentNetwork, TorchModel, mean_over_frames
from ML.weights.store import load_checkpoint, load_strictly

if TYPE_CHECKING:
    from whisper.model import AudioEncoder

SAMPLES_PER_FRAME = 320  # 20 ms
N_FRAMES = 1500  # of a 30 s window
N_MELS = 80
HEAD_WIDTH = 64  # of every attention head in every size
N_LAYERS = {384: 4, 512: 6, 768: 12, 1024: 24}  # by width: tiny, base, small, medium

# Names of Hugging Face's checkpoints → OpenAI's, applied in order.
HUGGING_FACE_NAMES = (
    (r"^embed_positions\.weight$", "positional_embedding"),
    (r"^layer_norm\.", "ln_post."),
    (r"^layers\.", "blocks."),
    (r"\.self_attn_layer_norm\.", ".attn_ln."),
    (r"\.final_layer_norm\.", ".mlp_ln."),
    (r"\.self_attn\.q_proj\.", ".attn.query."),
    (r"\.self_attn\.k_proj\.", ".attn.key."),
    (r"\.self_attn\.v_proj\.", ".attn.value."),
    (r"\.self_attn\.out_proj\.", ".attn.out."),
    (r"\.fc1\.", ".mlp.0."),
    (r"\.fc2\.", ".mlp.2."),
)
# Where the encoder lies in a checkpoint: Hugging Face, OpenAI, the original WhisperContrastive.
PREFIXES = ("model.encoder.", "encoder.", "whisper_model.encoder.")


class WhisperEncoder(SegmentNetwork):
    """Waveform [n_segments, 480 000] and lengths → (final mean, block mean), each [n_segments, D]."""

    def __init__(self, encoder: "AudioEncoder"):
        super().__init__()
        self.encoder = encoder
        self.blocks: list[nn.Module] = list(encoder.blocks)
        self.middle = len(self.blocks) // 3  # 0-based

    def listen(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """Log mel spectrogram, and how many frames of the encoder hold audio."""
        return log_mel(waveform), valid_frames(lengths)

    def answer(self, mel: Tensor, n_valid: Tensor) -> tuple[Tensor, Tensor]:
        block = self.block_frames(mel)
        return mean_over_frames(self.final_frames(block), n_valid), mean_over_frames(block, n_valid)

    def block_frames(self, mel: Tensor) -> Tensor:
        """Output of block n_layers // 3: [n_segments, 1500, D]. `AudioEncoder.forward`, stopped half way."""
        x = functional.gelu(self.encoder.conv1(mel))
        x = functional.gelu(self.encoder.conv2(x)).permute(0, 2, 1)
        x = x + self.encoder.positional_embedding
        for block in self.blocks[: self.middle + 1]:
            x = block(x)
        return x

    def final_frames(self, x: Tensor) -> Tensor:
        """From there to the end of the encoder, layer norm included."""
        for block in self.blocks[self.middle + 1 :]:
            x = block(x)
        return self.encoder.ln_post(x)


def log_mel(waveform: Tensor) -> Tensor:
    """Whisper's own spectrogram [n_segments, 80, 3000]: one by one, since it scales by the loudest bin."""
    import whisper.audio

    return torch.stack([whisper.audio.log_mel_spectrogram(each, N_MELS) for each in waveform])


def valid_frames(lengths: Tensor) -> Tensor:
    """Frames that hold audio: samples / 320, rounded up."""
    return -(-lengths // SAMPLES_PER_FRAME)


def build(spec: ModelSpec, weights_path: Path | None, device: str) -> TorchModel:
    """weights_path: OpenAI's .pt, a Hugging Face folder, or a file of the encoder alone.

    None gives random weights, for tests of everything but the sound.
    """
    if weights_path is None:
        return TorchModel(WhisperEncoder(make_encoder(spec.embedding_dim)), device)
    encoder = load_encoder(load_checkpoint(weights_path), spec.embedding_dim, weights_path)
    return TorchModel(WhisperEncoder(encoder), device)


def make_encoder(width: int) -> "AudioEncoder":
    from whisper.model import AudioEncoder

    return AudioEncoder(N_MELS, N_FRAMES, width, width // HEAD_WIDTH, N_LAYERS[width])


def load_encoder(checkpoint: dict[str, Tensor], width: int, source: Path) -> "AudioEncoder":
    """Raises WeightsError when the checkpoint holds no encoder, or one of another width."""
    state = encoder_state(checkpoint)
    if "conv1.weight" not in state:
        raise WeightsError(f"{source} holds no Whisper encoder.")
    found = len(state["conv1.weight"])
    if found != width:
        raise WeightsError(f"{source} is {found} wide, not {width}: another size of Whisper.")
    encoder = make_encoder(width)
    load_strictly(encoder, state, source)
    return encoder


def encoder_state(checkpoint: dict[str, Tensor]) -> dict[str, Tensor]:
    """The encoder's tensors under the names of openai-whisper, whatever layout they came in."""
    prefix = next((prefix for prefix in PREFIXES if f"{prefix}conv1.weight" in checkpoint), "")
    return {
        openai_name(name.removeprefix(prefix)): tensor
        for name, tensor in checkpoint.items()
        if name.startswith(prefix)
    }


def openai_name(name: str) -> str:
    for pattern, replacement in HUGGING_FACE_NAMES:
        name = re.sub(pattern, replacement, name)
    return name
