"""MERT is HuBERT: loaded under its old names without a random tensor, refused where it is something else."""

import dataclasses
import json

import numpy as np
import pytest
import torch

import config
from ML import registry
from ML.audio import decode
from ML.errors import WeightsError
from ML.inference import LoadedModel, build, configured
from ML.models.mert import normalise
from tests.sounds import tone, write_sound

SMALL = {
    "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 48,
    "conv_dim": [16] * 7, "conv_kernel": [10, 3, 3, 3, 3, 2, 2], "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4,
}  # fmt: skip
# As config.json of the releases says beside what HuBERT knows.
RELEASED = {
    "model_type": "mert_model", "architectures": ["MERTModel"], "feature_extractor_cqt": False,
    "feature_extractor_cqt_bins": 336, "deepnorm": False, "attention_relax": -1.0,
    "feat_proj_layer_norm": True,
    "auto_map": {"AutoModel": "modeling_MERT.MERTModel"}, "sample_rate": 24_000,
}  # fmt: skip
PRE_NORM = {"do_stable_layer_norm": True, "feat_extract_norm": "layer"}  # 330M
OLD_NAMES = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}
SPEC = dataclasses.replace(registry.get("mert", "95m"), embedding_dim=32, taggram_dim=32)


def old_name(name: str) -> str:
    for new, old in OLD_NAMES.items():
        name = name.replace(new, old)
    return name


def save_mert(folder, *, flags=None, naming=old_name, as_safetensors=False, architecture=None):
    """A small random HuBERT, saved as MERT is; returns it."""
    from safetensors.torch import save_file
    from transformers import HubertConfig, HubertModel

    torch.manual_seed(3)
    values = SMALL | (architecture or {})
    hubert = HubertModel(HubertConfig(**values)).eval()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(values | RELEASED | (flags or {})))
    state = {naming(name): tensor.clone() for name, tensor in hubert.state_dict().items()}
    if as_safetensors:
        save_file(state, folder / "model.safetensors")
    else:
        torch.save(state, folder / "pytorch_model.bin")
    return hubert


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.fixture
def mert(tmp_path) -> LoadedModel:
    save_mert(tmp_path / "mert")
    return LoadedModel(SPEC, build(SPEC, tmp_path / "mert", "cpu"))


@pytest.mark.parametrize("architecture", [{}, PRE_NORM], ids=["95M", "330M"])
@pytest.mark.parametrize("as_safetensors", [False, True])
@pytest.mark.parametrize("naming", [old_name, str], ids=["old names", "new names"])
def test_a_checkpoint_equals_the_library_bit_for_bit(tmp_path, naming, as_safetensors, architecture):
    hubert = save_mert(
        tmp_path / "mert", naming=naming, as_safetensors=as_safetensors, architecture=architecture
    )
    network = build(SPEC, tmp_path / "mert", "cpu").network
    assert all(
        torch.equal(tensor, network.hubert.state_dict()[name]) for name, tensor in hubert.state_dict().items()
    )
    sound = torch.randn(2, 24_000, generator=torch.Generator().manual_seed(1))
    # Equal bits: the same operations on tensors of the same shape, in one process.
    with torch.inference_mode():
        expected = hubert(normalise(sound, 24_000), output_hidden_states=True)
        embedding, taggram = network(sound, torch.tensor([24_000, 24_000]))
    assert torch.equal(embedding, expected.last_hidden_state.mean(dim=1))
    assert torch.equal(taggram, expected.hidden_states[4 // 3 + 1].mean(dim=1))


def test_every_tensor_must_be_there_and_wanted(tmp_path):
    save_mert(tmp_path / "less", naming=lambda name: name.replace("pos_conv_embed.conv", "elsewhere"))
    with pytest.raises(WeightsError) as caught:
        build(SPEC, tmp_path / "less", "cpu")
    assert "encoder.pos_conv_embed.conv.bias" in str(caught.value)  # missing
    assert "encoder.elsewhere.bias" in str(caught.value)  # surplus


@pytest.mark.parametrize(
    ("flag", "value"), [("feature_extractor_cqt", True), ("deepnorm", True), ("feat_proj_layer_norm", False)]
)
def test_what_is_not_hubert_is_refused_by_its_flag(flag, value, tmp_path):
    save_mert(tmp_path / "mert", flags={flag: value})
    with pytest.raises(WeightsError, match=flag):
        build(SPEC, tmp_path / "mert", "cpu")


@pytest.mark.parametrize("relax", [-1.0, 32.0])
def test_attention_relax_is_neutral(relax, tmp_path):
    save_mert(tmp_path / "mert", flags={"attention_relax": relax})
    assert build(SPEC, tmp_path / "mert", "cpu")


def test_another_width_and_a_damaged_configuration_are_clear_errors(tmp_path):
    save_mert(tmp_path / "mert")
    with pytest.raises(WeightsError, match="32 wide; mert/95m is 768"):
        build(registry.get("mert", "95m"), tmp_path / "mert", "cpu")
    (tmp_path / "mert" / "config.json").write_text("{")
    with pytest.raises(WeightsError, match=r"config\.json"):
        build(SPEC, tmp_path / "mert", "cpu")


def test_code_beside_the_weights_is_never_run(tmp_path):
    save_mert(tmp_path / "mert")
    (tmp_path / "mert" / "modeling_MERT.py").write_text("raise SystemExit('remote code was run')")
    assert build(SPEC, tmp_path / "mert", "cpu")


def test_a_tone_sounds_the_same_from_files_of_two_rates(mert, tmp_path):
    outputs = []
    for rate in (44_100, 24_000):
        waveform = decode(write_sound(tmp_path / f"{rate}.wav", tone(440, seconds=6.0, rate=rate), rate))
        outputs.append(mert.embed(waveform.samples, waveform.sample_rate))
    # Resampling changes the ends of a tone, and files of 16 bits round its samples.
    assert cosine(*(output.embedding for output in outputs)) > 0.999
    assert cosine(*(output.taggram for output in outputs)) > 0.999
    unresampled = mert.embed(tone(440, seconds=6.0, rate=44_100), 24_000)
    assert np.abs(unresampled.embedding - outputs[1].embedding).max() > 0.01, "any tone sounds like any other"


def test_input_is_normalised_as_the_library_does():
    from transformers import Wav2Vec2FeatureExtractor

    sound = (np.random.default_rng(1).standard_normal(24_000) * 0.2 + 0.1).astype(np.float32)
    extractor = Wav2Vec2FeatureExtractor(sampling_rate=24_000, do_normalize=True)
    expected = extractor(sound, sampling_rate=24_000, return_tensors="np").input_values[0]
    # float32 means and variances of 24,000 samples; values up to 5
    assert np.abs(normalise(torch.from_numpy(sound)[None], 24_000)[0].numpy() - expected).max() < 1e-5


def test_padding_of_a_short_track_is_never_heard(mert):
    """3.1 s alone, and as the tail of a batch, sound as the library hears 3.1 s without padding."""
    sound = torch.randn(1, 74_400, generator=torch.Generator().manual_seed(1))
    network = mert.run.network
    with torch.inference_mode():
        alone = network.hubert(normalise(sound, 74_400)).last_hidden_state.mean(dim=1)[0].numpy()
    # Only rounding may differ: the samples lie elsewhere in memory. Embeddings are of size 1.
    assert np.allclose(mert.embed(sound[0].numpy(), 24_000).embedding, alone, rtol=0, atol=1e-5)


def test_level_does_not_matter(mert):
    sound = np.random.default_rng(1).standard_normal(48_000).astype(np.float32)
    loud, quiet = (mert.embed(sound * level, 24_000).embedding for level in (0.5, 0.05))
    # The floor of 1e-7 under the variance, which is 0.0025 when quiet: 2e-5 of every sample.
    assert np.allclose(loud, quiet, atol=1e-3)


def test_the_window_is_a_setting(monkeypatch):
    monkeypatch.setattr(config, "MERT_WINDOW_SECONDS", 10)
    assert configured(registry.get("mert", "95m")).segment_seconds == 10
    assert configured(registry.get("musicnn", "mtat")) == registry.get("musicnn", "mtat")
