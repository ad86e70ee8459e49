"""Every record builds, hears and answers in the widths it declares."""

import dataclasses
import re

import numpy as np
import pytest

from ML import registry
from ML.audio import Waveform
from ML.errors import UnknownChoiceError
from ML.inference import LoadedModel, build
from ML.models import mert, whisper
from ML.registry import MODELS, RELEASES

KEYS = [spec.key for spec in MODELS]
# The networks of the others, once.
DISTINCT = [spec for spec in (*MODELS, *RELEASES) if not spec.variant.endswith(".en")]
FIRST = list({spec.builder: spec for spec in reversed(DISTINCT)}.values())  # one of each code
OTHERS = [spec for spec in DISTINCT if spec not in FIRST]  # which differ from those in widths alone
N_LAYERS = 2
MODELS_OF_ONE_WORKER = pytest.mark.xdist_group("models")  # each is built once


def build_thin(spec) -> LoadedModel:
    """Inputs and outputs of full width, but few layers: whole, the largest take a minute and gigabytes."""
    thin_mert = {
        "num_hidden_layers": N_LAYERS, "conv_dim": [16] * 7, "num_conv_pos_embeddings": 16,
        "intermediate_size": 64,
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ML.models.whisper.N_LAYERS", dict.fromkeys(whisper.N_LAYERS, N_LAYERS))
        architectures = {width: facts | thin_mert for width, facts in mert.ARCHITECTURES.items()}
        patch.setattr("ML.models.mert.ARCHITECTURES", architectures)
        patch.setattr("ML.models.vggish.N_DENSE", 64)
        return LoadedModel(spec, build(spec, None, "cpu"))


@pytest.fixture(scope="module", params=FIRST, ids=[spec.release_key for spec in FIRST])
def model(request) -> LoadedModel:
    return build_thin(request.param)


@MODELS_OF_ONE_WORKER
@pytest.mark.parametrize("seconds", [0.1, 3.0, 40.0])
def test_any_length_gives_the_declared_widths(model, seconds):
    assert_declared_widths(model, seconds)


@MODELS_OF_ONE_WORKER
@pytest.mark.parametrize("spec", OTHERS, ids=[spec.release_key for spec in OTHERS])
def test_every_variant_gives_the_declared_widths(spec):
    assert_declared_widths(build_thin(spec), 3.0)


def assert_declared_widths(model: LoadedModel, seconds: float) -> None:
    spec = model.spec
    noise = np.random.default_rng(1).normal(0, 0.1, int(seconds * spec.sample_rate)).astype(np.float32)
    output = model.embed(noise, spec.sample_rate)
    n_segments = len(output.segment_starts)
    assert output.embedding.shape == (spec.embedding_dim,)
    assert output.taggram.shape == (spec.taggram_dim,)
    assert output.segment_embeddings.shape == (n_segments, spec.embedding_dim)
    assert output.segment_taggrams.shape == (n_segments, spec.taggram_dim)
    assert np.isfinite(output.embedding).all() and np.isfinite(output.taggram).all()
    assert seconds - output.segment_starts[-1] < 2 * spec.segment_seconds, "heard to the end"


@MODELS_OF_ONE_WORKER
def test_silence_is_answered_with_finite_numbers(model):
    output = model.embed(np.zeros(model.spec.sample_rate * 4, np.float32), model.spec.sample_rate)
    assert np.isfinite(output.embedding).all() and np.isfinite(output.taggram).all()


@MODELS_OF_ONE_WORKER
def test_batches_do_not_change_what_is_heard(model):
    spec = model.spec
    noise = np.random.default_rng(2).normal(0, 0.1, int(1.6 * spec.segment_samples)).astype(np.float32)
    segments = model.split(Waveform(noise, spec.sample_rate))
    one, many = (LoadedModel(spec, model.run, n).embed_segments(segments) for n in (1, 8))
    # Matrix products of another size sum in another order in float32; deep random networks magnify that.
    assert np.allclose(one.embedding, many.embedding, rtol=1e-3, atol=1e-4)
    assert np.allclose(one.taggram, many.taggram, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("spec", MODELS + RELEASES, ids=lambda spec: spec.release_key)
def test_records_are_complete(spec):
    assert len(spec.tag_names) in (0, spec.taggram_dim)
    assert len(set(spec.tag_names)) == len(spec.tag_names)
    assert spec.label and spec.variant_label and spec.paper and spec.taggram_label
    assert spec.name == spec.name.lower() and spec.variant == spec.variant.lower()
    if spec.weights:
        assert spec.weights.licence and (spec.weights.files or spec.weights.how_to_get or spec.weights.wheel)
        assert all(file.url.startswith("https://") for file in spec.weights.files + spec.weights.optional)
        assert all(registry.get_by_key(key) for key in spec.requires)


def test_published_digests_are_digests():
    files = [
        file
        for spec in MODELS + RELEASES
        if spec.weights
        for file in spec.weights.files + spec.weights.optional
    ]
    digests = [file.sha256 for file in files if file.sha256]
    assert len(set(digests)) == len(digests) >= 11
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
    assert all(file.sha256 in file.url for file in files if "whisper" in file.url)
    assert all("/main/" not in file.url for file in files if "huggingface.co" in file.url), (
        "a pinned revision"
    )


def test_models_that_share_their_segments_are_cut_alike():
    """`framing` is what tells segments apart."""
    cuts: dict[tuple[int, int], set] = {}
    for spec in MODELS:
        cuts.setdefault(spec.framing, set()).add((spec.hop_samples, spec.keeps_tail))
    assert all(len(rules) == 1 for rules in cuts.values())


def test_who_has_no_tags_poses_as_no_tagger():
    taggers = {spec.name for spec in MODELS if spec.taggram_kind == "tags"}
    assert taggers == {"musicnn", "vgg", "mfcc_cnn"}
    assert not any(spec.tag_names for spec in MODELS if spec.taggram_kind == "activations")


def test_the_non_commercial_licence_is_told():
    assert registry.get("mert", "95m").licence == "CC BY-NC 4.0"


def test_models_run_with_the_data_sets_they_were_trained_on():
    keys = [spec.key for spec in registry.trained_pairs(["musicnn", "vgg"], ["mtat", "jamendo"])]
    assert keys == ["musicnn/mtat", "musicnn/jamendo", "vgg/mtat"]
    with pytest.raises(UnknownChoiceError, match="'fma'.*msd, mtat, jamendo"):
        registry.trained_pairs(["musicnn", "vgg"], ["fma"])
    with pytest.raises(UnknownChoiceError, match="deafnet"):
        registry.trained_pairs(["deafnet"], ["mtat"])
    with pytest.raises(UnknownChoiceError, match="'jamendo'"):
        registry.trained_pairs(["vgg"], ["jamendo"])


def test_english_whisper_is_the_same_network_with_other_weights():
    english = [spec for spec in MODELS if spec.variant.endswith(".en")]
    assert english
    for spec in english:
        twin = registry.get(spec.name, spec.variant.removesuffix(".en"))
        changes = {name: getattr(twin, name) for name in ("variant", "variant_label", "weights")}
        assert dataclasses.replace(spec, **changes) == twin


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
