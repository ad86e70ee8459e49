"""WhisperContrastive: a head over Whisper's block, whose tracks are directions."""

import numpy as np
import pytest
import torch

import config
from ML import registry
from ML.audio import decode
from ML.errors import WeightsError, WeightsMissingError
from ML.inference import LoadedModel, build, load_model
from ML.models.whisper import make_encoder
from ML.models.whisper_contrastive import ContrastiveHead
from ML.segments import to_unit_length
from ML.weights.store import find_weights, is_runnable
from tests.ML.golden import SHARED, needs_shared, synthetic_waveform

SPEC = registry.get("whisper_contrastive", "base")
ROUNDING = 1e-6  # float32 sums of 128 squares that add up to 1


@pytest.fixture(scope="module")
def encoder() -> torch.nn.Module:
    torch.manual_seed(1)
    return make_encoder(512).eval()


@pytest.fixture(scope="module")
def encoder_file(encoder, tmp_path_factory):
    path = tmp_path_factory.mktemp("whisper") / "base.pt"
    torch.save(encoder.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def head() -> ContrastiveHead:
    torch.manual_seed(2)
    return ContrastiveHead(512, 128)


def save_checkpoint(path, state, model_name="base"):
    """As contract section 4 says."""
    torch.save(
        {
            "epoch": 3,
            "model_state_dict": state,
            "optimizer_state_dict": {"state": {}, "param_groups": [{"lr": 1e-3, "params": [0, 1]}]},
            "scheduler_state_dict": None,
            "best_val_loss": 1.5,
            "train_losses": [2.0, 1.7],
            "val_losses": [2.1, 1.5],
            "model_config": {"model_name": model_name, "projection_dim": 128, "n_audio_state": 512},
        },
        path,
    )
    return path


def head_only(head):
    return {f"projection_head.{name}": tensor for name, tensor in head.state_dict().items()}


def original_layout(head, encoder):
    whole = {f"whisper_model.encoder.{name}": tensor for name, tensor in encoder.state_dict().items()}
    decoder = {"whisper_model.decoder.ln.weight": torch.ones(512)}
    taggram = {"taggram_projection.weight": torch.ones(50, 512), "taggram_projection.bias": torch.ones(50)}
    return whole | decoder | taggram | head_only(head)


@pytest.fixture(scope="module")
def model(head, encoder_file, tmp_path_factory) -> LoadedModel:
    path = save_checkpoint(tmp_path_factory.mktemp("head") / "best_model.pth", head_only(head))
    return LoadedModel(SPEC, build(SPEC, path, "cpu", encoder_file))


@pytest.fixture(scope="module")
def output(model):
    return model.embed(synthetic_waveform(16_000, seconds=50), 16_000)


def test_a_track_is_a_direction_and_so_are_its_windows(output):
    assert output.segment_embeddings.shape == (2, 128)
    assert np.allclose(np.linalg.norm(output.segment_embeddings, axis=1), 1, atol=ROUNDING)
    mean = output.segment_embeddings.mean(axis=0)
    assert np.linalg.norm(mean) < 1 - 1e-7, "two windows differ, so their mean is shorter"
    assert np.allclose(output.embedding, mean / np.linalg.norm(mean), atol=ROUNDING)


def test_the_taggram_is_that_of_whisper(output, encoder_file):
    """Equal bits: the same encoder on the same windows, in one process."""
    spec = registry.get("whisper", "base")
    whisper = LoadedModel(spec, build(spec, encoder_file, "cpu"))
    assert np.array_equal(output.taggram, whisper.embed(synthetic_waveform(16_000, 50), 16_000).taggram)


def test_the_head_is_two_layers_over_that_taggram(output, head):
    state = head_only(head)
    features = torch.from_numpy(output.segment_taggrams)
    hidden = torch.relu(features @ state["projection_head.0.weight"].T + state["projection_head.0.bias"])
    projected = hidden @ state["projection_head.2.weight"].T + state["projection_head.2.bias"]
    expected = projected / projected.norm(dim=1, keepdim=True)
    # float32 sums of 512 products; rows are of length 1
    assert np.allclose(output.segment_embeddings, expected.detach().numpy(), atol=1e-5)


def test_checkpoints_of_the_original_program_bring_their_encoder(head, encoder, model, tmp_path):
    path = save_checkpoint(tmp_path / "original.pth", original_layout(head, encoder))
    original = LoadedModel(SPEC, build(SPEC, path, "cpu"))
    sound = synthetic_waveform(16_000, seconds=3)
    assert np.array_equal(original.embed(sound, 16_000).embedding, model.embed(sound, 16_000).embedding)


def test_a_head_alone_needs_whisper(head, tmp_path):
    path = save_checkpoint(tmp_path / "best_model.pth", head_only(head))
    with pytest.raises(WeightsError, match="whisper/base"):
        build(SPEC, path, "cpu")


def test_a_head_over_another_size_is_refused(head, encoder_file, tmp_path):
    path = save_checkpoint(tmp_path / "best_model.pth", head_only(head), model_name="tiny")
    with pytest.raises(WeightsError, match="whisper/tiny"):
        build(SPEC, path, "cpu", encoder_file)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(WeightsMissingError, match=r"train_contrastive\.py"):
        find_weights(SPEC, tmp_path, {SPEC.name: {SPEC.variant: tmp_path / "gone.pth"}})
    assert not is_runnable(SPEC, tmp_path, {})
    with pytest.raises(WeightsMissingError, match=r"whisper/base has no weights: get https://"):
        find_weights(SPEC, tmp_path, {})
    (tmp_path / "whisper").mkdir()
    (tmp_path / "whisper" / "base.pt").touch()
    assert is_runnable(SPEC, tmp_path, {})


@needs_shared
def test_the_shipped_head_hears_genres_better_than_whisper_alone(monkeypatch):
    """A training clip and the held-out one of each genre: whose nearest training clip is of its own genre?"""
    songs = SHARED / "datasets" / "mtg-jamendo-mini" / "songs"
    monkeypatch.setattr(config, "WEIGHTS_DIR", SHARED / "weights")
    monkeypatch.setattr(config, "RUNTIME", "torch")  # an export takes longer than these twenty clips gain
    model = load_model(SPEC.name, device="cpu")
    heads, features = {}, {}
    for place in (0, 6):  # the first of a genre's clips is learnt from, the last two are held out
        outputs = []
        for genre in range(10):
            waveform = decode(songs / f"{place:02}" / f"100{genre}{place:02}.mp3")
            outputs.append(model.embed(waveform.samples, waveform.sample_rate))
        heads[place] = np.stack([output.embedding for output in outputs])
        features[place] = np.stack([to_unit_length(output.taggram) for output in outputs])
    n_right, n_right_before = (
        int(((vectors[6] @ vectors[0].T).argmax(axis=1) == np.arange(10)).sum())
        for vectors in (heads, features)
    )
    assert n_right >= 6 and n_right > n_right_before
