"""MusiCNN equals the published network."""

import dataclasses

import numpy as np
import pytest
import torch

from ML import registry
from ML.audio import decode, resample
from ML.errors import WeightsError
from ML.inference import build, load_model
from ML.models.musicnn import MusiCNN, by_spectra, fold_batch_norms
from tests.ML.golden import (
    CLIPS,
    CLIPS_ONE_CAPPED,
    SHARED,
    SYNTHETIC,
    fill_weights,
    needs_shared,
    same_output,
    synthetic_waveform,
    whole_segments,
)

TOLERANCE = 1e-4  # the reference summed in float32 in another order: 3e-6 was measured of values up to 2
REORDERED = 1e-5  # of the largest value: float32 sums of hundreds of products, in another order
REAL_WEIGHTS = ("mtat", "jamendo")
# a clip of the shared genre folder → a tag its variant must rank among the first five
HEARD = {
    ("mtat", "metal/metal.00000.ogg"): {"rock", "metal", "loud"},
    ("mtat", "classical/classical.00000.ogg"): {"classical", "strings", "piano", "violin"},
    ("jamendo", "metal/metal.00000.ogg"): {"genre---metal", "genre---rock"},
    ("jamendo", "hiphop/hiphop.00001.ogg"): {"genre---hiphop"},
    ("jamendo", "classical/classical.00000.ogg"): {"genre---classical"},
}


def run_filled(embedding_dim: int, n_middle: int, waveform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    network = MusiCNN(embedding_dim, 50, n_middle)
    fill_weights(network)
    with torch.inference_mode():
        embedding, taggram = network.eval()(torch.from_numpy(whole_segments(waveform, 48_000)))
    return embedding.numpy(), taggram.numpy()


@pytest.mark.numerical
@pytest.mark.parametrize(
    ("golden_name", "embedding_dim", "n_middle"),
    [("musicnn_filled", 200, 64), ("musicnn_msd_filled", 500, 512)],
)
def test_architecture_on_a_synthetic_sound(golden_name, embedding_dim, n_middle):
    golden = np.load(SYNTHETIC)
    embedding, taggram = run_filled(embedding_dim, n_middle, synthetic_waveform(16_000))
    assert same_output(embedding, golden[f"{golden_name}_embedding"])
    assert np.abs(taggram - golden[f"{golden_name}_taggram"]).max() < TOLERANCE


@needs_shared
@pytest.mark.parametrize("clip", CLIPS_ONE_CAPPED)
@pytest.mark.parametrize("variant", REAL_WEIGHTS)
def test_published_weights_on_real_music(variant, clip):
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    output = load_shared(variant).embed(golden["waveform_16k"], 16_000)
    assert np.abs(output.segment_embeddings - golden[f"musicnn_{variant}_embedding"]).max() < TOLERANCE
    assert np.abs(output.segment_taggrams - golden[f"musicnn_{variant}_taggram"]).max() < TOLERANCE
    assert np.allclose(output.embedding, output.segment_embeddings.mean(axis=0))  # float32 means of four


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
def test_msd_architecture_on_real_music(clip):
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    embedding, taggram = run_filled(500, 512, golden["waveform_16k"])
    assert same_output(embedding, golden["musicnn_msd_filled_embedding"])
    assert np.abs(taggram - golden["musicnn_msd_filled_taggram"]).max() < TOLERANCE


@needs_shared
@pytest.mark.parametrize(("variant", "file"), HEARD)
def test_tags_name_what_is_heard(variant, file):
    model = load_shared(variant)
    waveform = decode(SHARED / "audio" / "genres" / file)
    taggram = model.embed(resample(waveform, 16_000), 16_000).taggram
    first_five = {model.spec.tag_names[index] for index in taggram.argsort()[::-1][:5]}
    assert first_five & HEARD[variant, file]


@pytest.mark.numerical
def test_folded_batch_norms_change_rounding_only():
    network = MusiCNN(500, 50, 512)
    fill_weights(network)
    segments = torch.from_numpy(whole_segments(synthetic_waveform(16_000), 48_000))
    with torch.inference_mode():
        plain = network.eval()(segments)[0]
        folded = fold_batch_norms(network)(segments)[0]
    assert torch.allclose(plain, folded, rtol=REORDERED, atol=REORDERED * float(plain.max()))


@pytest.mark.numerical
def test_spectra_of_the_filters_change_rounding_only():
    network = fold_batch_norms(MusiCNN(200, 50).eval())
    fill_weights(network)
    segments = torch.from_numpy(whole_segments(synthetic_waveform(16_000), 48_000))
    with torch.inference_mode():
        slid = network(segments)[0]
        transformed = by_spectra(network)(segments)[0]
    assert torch.allclose(slid, transformed, rtol=REORDERED, atol=REORDERED * float(slid.max()))


@needs_shared
def test_sample_rate_and_level_of_the_file_do_not_matter_much():
    """Equal bits: `embed` resamples by the same function."""
    model = load_shared("mtat")
    waveform = decode(SHARED / "audio" / "library" / "Formats" / "Underclocked.flac")
    direct = model.embed(waveform.samples, waveform.sample_rate)
    prepared = model.embed(resample(waveform, 16_000), 16_000)
    assert np.array_equal(direct.embedding, prepared.embedding)


@needs_shared
def test_weights_of_another_width_are_refused_by_name():
    spec = dataclasses.replace(registry.get("musicnn", "mtat", "won2020"), embedding_dim=500)
    with pytest.raises(WeightsError, match="dense1.weight"):
        build(spec, SHARED / "weights" / "mtat" / "musicnn.pth", "cpu")


def load_shared(variant: str):
    return load_model("musicnn", variant, weights=SHARED / "weights" / variant / "musicnn.pth")
