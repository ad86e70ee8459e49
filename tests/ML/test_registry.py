"""Every record builds, hears and answers in the widths it declares."""

import numpy as np
import pytest

from ML import registry
from ML.audio import Waveform
from ML.errors import UnknownChoiceError
from ML.inference import LoadedModel, build
from ML.registry import MODELS

KEYS = [spec.key for spec in MODELS]


@pytest.fixture(scope="module", params=MODELS, ids=KEYS)
def model(request):
    return LoadedModel(request.param, build(request.param, None, "cpu"))


@pytest.mark.parametrize("seconds", [0.1, 3.0, 31.0])
def test_any_length_gives_the_declared_widths(model, seconds):
    spec = model.spec
    noise = np.random.default_rng(1).normal(0, 0.1, int(seconds * spec.sample_rate)).astype(np.float32)
    output = model.embed(noise, spec.sample_rate)
    n_segments = len(output.segment_starts)
    assert output.embedding.shape == (spec.embedding_dim,)
    assert output.taggram.shape == (spec.taggram_dim,)
    assert output.segment_embeddings.shape == (n_segments, spec.embedding_dim)
    assert output.segment_taggrams.shape == (n_segments, spec.taggram_dim)
    assert np.isfinite(output.embedding).all() and np.isfinite(output.taggram).all()


def test_silence_is_answered_with_finite_numbers(model):
    output = model.embed(np.zeros(model.spec.sample_rate * 4, np.float32), model.spec.sample_rate)
    assert np.isfinite(output.embedding).all() and np.isfinite(output.taggram).all()


def test_batches_do_not_change_what_is_heard(model):
    spec = model.spec
    noise = np.random.default_rng(2).normal(0, 0.1, int(3.6 * spec.segment_samples)).astype(np.float32)
    one, many = (model.embed_segments(model.split(Waveform(noise, spec.sample_rate)), n) for n in (1, 8))
    assert np.allclose(one.embedding, many.embedding, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("spec", MODELS, ids=KEYS)
def test_records_are_complete(spec):
    assert len(spec.tag_names) in (0, spec.taggram_dim)
    assert len(set(spec.tag_names)) == len(spec.tag_names)
    assert spec.label and spec.variant_label and spec.paper
    assert spec.name == spec.name.lower() and spec.variant == spec.variant.lower()
    if spec.weights:
        assert spec.weights.url.startswith("https://") and spec.weights.licence


def test_keys_are_unique():
    assert len(set(KEYS)) == len(KEYS)


def test_jamendo_tags_are_alphabetical_as_the_training_code_left_them():
    tags = registry.get("musicnn", "jamendo").tag_names
    assert list(tags) == sorted(tags)


def test_unknown_names_are_answered_with_the_choices():
    with pytest.raises(UnknownChoiceError, match="musicnn"):
        registry.get("musicn")
    with pytest.raises(UnknownChoiceError, match="msd, mtat, jamendo"):
        registry.get("musicnn", "base")


def test_a_model_without_variant_is_its_first():
    assert registry.get("musicnn").variant == "msd"
    assert [spec.key for spec in registry.get_by_key("MusiCNN")] == [
        "musicnn/msd", "musicnn/mtat", "musicnn/jamendo",
    ]  # fmt: skip
