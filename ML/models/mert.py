"""MERT v1 (Li et al. 2023) as the HuBERT it is: `transformers.HubertModel`, no code from the checkpoint.

With the released configurations the published MERT classes compute exactly what HuBERT does. Flags that would
break this are refused by name.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ML.errors import WeightsError
from ML.spec import ModelSpec
from ML.torch_model import SegmentNetwork, TorchModel
from ML.weights.store import load_checkpoint, load_strictly

if TYPE_CHECKING:
    from transformers import HubertConfig

# flag of config.json → the value with which MERT is HuBERT. attention_relax is neutral whatever it is.
REQUIRED_FLAGS = {"feature_extractor_cqt": False, "deepnorm": False, "feat_proj_layer_norm": True}
# The positional convolution in checkpoints → in current PyTorch. Left unmapped it would start at random.
RENAMED = {
    "encoder.pos_conv_embed.conv.weight_g": "encoder.pos_conv_embed.conv.parametrizations.weight.original0",
    "encoder.pos_conv_embed.conv.weight_v": "encoder.pos_conv_embed.conv.parametrizations.weight.original1",
}
MIN_SAMPLES = 400  # what one frame of the convolutions sees
VARIANCE_FLOOR = 1e-7  # as in transformers' Wav2Vec2FeatureExtractor
# What config.json of the two releases says, for random weights: width → the rest.
ARCHITECTURES: dict[int, dict[str, Any]] = {
    768: {"num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
    1024: {
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "intermediate_size": 4096,
        "do_stable_layer_norm": True,
        "feat_extract_norm": "layer",
    },
}


class MERT(SegmentNetwork):
    """Waveform [n_segments, n_samples] at 24 kHz and lengths → (final mean, middle mean), [n_segments, D].

    The middle is hidden state n_layers // 3 + 1, counted from the input of the first layer.
    """

    min_samples = MIN_SAMPLES  # segments are cut where their audio ends: padding is never heard

    def __init__(self, config: "HubertConfig"):
        from transformers import HubertModel

        super().__init__()
        self.hubert = HubertModel(config)
        self.middle = config.num_hidden_layers // 3 + 1

    def listen(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """Normalised waveforms; lengths are equal."""
        return (normalise(waveform, int(lengths[0])),)

    def answer(self, waveform: Tensor) -> tuple[Tensor, Tensor]:
        output = self.hubert(waveform, output_hidden_states=True)
        return output.last_hidden_state.mean(dim=1), output.hidden_states[self.middle].mean(dim=1)

    def extra_repr(self) -> str:
        """What no tensor and no name of a part says, heads and norms among it."""
        return self.hubert.config.to_json_string()


def normalise(waveform: Tensor, length: int) -> Tensor:
    """Zero mean and unit variance of each waveform's first `length` samples; zeros after them stay zeros."""
    audio = waveform[:, :length]
    variance, mean = torch.var_mean(audio, dim=1, correction=0, keepdim=True)
    normalised = (audio - mean) / torch.sqrt(variance + VARIANCE_FLOOR)
    return nn.functional.pad(normalised, (0, waveform.shape[1] - normalised.shape[1]))


def build(spec: ModelSpec, weights_path: Path | None, device: str) -> TorchModel:
    """weights_path: a folder of config.json and model.safetensors or pytorch_model.bin.

    None gives random weights, for tests of everything but the sound.
    """
    if weights_path is None:
        architecture = {"hidden_size": spec.embedding_dim, **ARCHITECTURES[spec.embedding_dim]}
        return TorchModel(MERT(make_config(architecture, Path("the registry"))), device)
    return TorchModel(load(spec, weights_path), device)


def load(spec: ModelSpec, folder: Path) -> MERT:
    """Raises WeightsError for a flag, a width or a tensor that does not fit."""
    config = make_config(read_config(folder / "config.json"), folder / "config.json")
    if config.hidden_size != spec.embedding_dim:
        raise WeightsError(f"{folder} is {config.hidden_size} wide; {spec.key} is {spec.embedding_dim}.")
    network = MERT(config)
    state = {RENAMED.get(name, name): tensor for name, tensor in load_checkpoint(folder).items()}
    load_strictly(network.hubert, state, folder)
    return network


def read_config(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"Cannot read {path}: {error}. Get it again.") from error


def make_config(values: dict[str, Any], source: Path) -> "HubertConfig":
    """What HuBERT knows of a MERT configuration. Raises WeightsError naming a flag it cannot follow."""
    from transformers import HubertConfig

    for flag, required in REQUIRED_FLAGS.items():
        if values.get(flag, required) != required:
            raise WeightsError(
                f"{source} says {flag}: {json.dumps(values[flag])}; MERT is HuBERT only with "
                f"{json.dumps(required)}, and Melodex runs no code from checkpoints."
            )
    known = HubertConfig().to_dict().keys() - {"model_type", "architectures", "transformers_version", "dtype"}
    return HubertConfig(**{name: value for name, value in values.items() if name in known})
