"""The authors' own MusiCNN and VGG: the published weights answer as in TensorFlow."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ML import registry
from ML.audio import Waveform, decode, resample
from ML.errors import WeightsError
from ML.inference import LoadedModel, build
from ML.models import musicnn_pons2019, vgg_pons2019
from ML.torch_model import TorchModel
from tests.ML.golden import CLIPS, SHARED, fill_weights, needs_shared, synthetic_waveform
from tests.wheel import wheel_weights  # noqa: F401  # a fixture

pytestmark = [pytest.mark.numerical, pytest.mark.xdist_group("wheel")]  # each network is read once

GOLDENS = SHARED / "goldens" / "musicnn-pypi"
NAMES = {"msd": "MSD", "mtat": "MTT"}  # of the data sets, in the authors' package
SPECS = {spec.key: spec for spec in registry.MODELS if spec.release == "pons2019"}
OF_LARGEST = 1e-5  # float32 sums of thousands of products, in another order: 4e-6 was measured
# From the waveform: mel powers are rounded to float16, and what falls between two of them may fall to either.
# 7e-6 and 1 - 1e-7 were measured.
TAGGRAM_ERROR, MIN_COSINE = 1e-4, 0.99999
# clip → tags that musicnn/msd must rank among the first five
EXPECTED_TAGS = {"metal": {"heavy metal", "rock"}, "jazz": {"jazz"}}


@pytest.fixture(scope="module")
def load(wheel_weights: Path) -> Callable[[str], LoadedModel]:  # noqa: F811
    """A model with published weights in PyTorch, read once."""
    loaded: dict[str, LoadedModel] = {}

    def get(key: str) -> LoadedModel:
        spec = SPECS[key]
        assert spec.weights
        if key not in loaded:
            loaded[key] = LoadedModel(spec, build(spec, wheel_weights / spec.weights.path, "cpu"))
        return loaded[key]

    return get


def golden(model: LoadedModel, clip: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mel patches [n, 187, 96], and the authors' embeddings and taggrams of them."""
    arrays = np.load(GOLDENS / f"{clip}.npz")
    name = f"{NAMES[model.spec.variant]}_{model.spec.name}"
    return arrays["mel_patches"], arrays[f"{name}_embedding"], arrays[f"{name}_taggram"]


def listen(model: LoadedModel, clip: str):
    return model.embed(np.load(SHARED / "goldens" / f"{clip}.npz")["waveform_16k"], 16_000)


def cosines(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("key", SPECS)
def test_the_network_answers_as_the_authors_does(load, key, clip):
    model = load(key)
    assert isinstance(model.run, TorchModel)
    patches, *expected = golden(model, clip)
    with torch.inference_mode():
        answers = model.run.network.answer(torch.from_numpy(patches).mT)
    for ours, theirs in zip(answers, expected, strict=True):
        assert np.abs(ours.numpy() - theirs).max() <= OF_LARGEST * np.abs(theirs).max()


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("key", SPECS)
def test_a_song_is_described_as_by_the_authors_program(load, key, clip):
    model = load(key)
    _, embedding, taggram = golden(model, clip)
    output = listen(model, clip)
    assert np.abs(output.segment_taggrams - taggram).max() <= TAGGRAM_ERROR
    assert cosines(output.segment_embeddings, embedding).min() >= MIN_COSINE
    assert output.segment_starts == pytest.approx(2.992 * np.arange(len(embedding)))


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
def test_the_spectrogram_is_that_of_the_authors(load, clip):
    model = load("musicnn/msd")
    assert isinstance(model.run, TorchModel)
    patches, *_ = golden(model, clip)
    waveform = np.load(SHARED / "goldens" / f"{clip}.npz")["waveform_16k"]
    (mel,) = model.run.listen(model.split(Waveform(waveform, 16_000)))
    # One step of float16 is 1e-3 of a power; its logarithm to base 10 moves by 4.3e-4.
    assert np.abs(mel.mT.numpy() - patches).max() < 5e-4


@needs_shared
@pytest.mark.parametrize("clip", EXPECTED_TAGS)
def test_the_strongest_tags_fit_the_music(load, clip):
    model = load("musicnn/msd")
    strongest = listen(model, clip).taggram.argsort()[::-1][:5]
    assert {model.spec.tag_names[index] for index in strongest} >= EXPECTED_TAGS[clip]


@needs_shared
def test_the_strongest_tags_fit_a_song_of_the_library(load):
    model = load("musicnn/msd")
    clip = decode(SHARED / "audio" / "genres" / "metal" / "metal.00000.ogg")
    taggram = model.embed(resample(clip, 16_000), 16_000).taggram
    assert {"metal", "rock", "heavy metal", "hard rock"} & {
        model.spec.tag_names[index] for index in taggram.argsort()[::-1][:3]
    }


def test_weights_of_the_other_network_are_refused_by_name(wheel_weights):  # noqa: F811
    spec = SPECS["vgg/msd"]
    with pytest.raises(WeightsError, match=r"does not fit VGG: 1CNN/bias is missing"):
        build(spec, wheel_weights / "musicnn-0.1.0" / "MSD_musicnn", "cpu")
    narrow = dataclasses.replace(SPECS["musicnn/msd"], embedding_dim=100)
    with pytest.raises(WeightsError, match=r"dense/kernel is \(1506, 200\), not \(1506, 100\)"):
        build(narrow, wheel_weights / "musicnn-0.1.0" / "MSD_musicnn", "cpu")


# --- without published weights ------------------------------------------------------------------------------
def random_network(key: str):
    """With batch norms that turn every second channel around."""
    module = {"musicnn": musicnn_pons2019, "vgg": vgg_pons2019}[SPECS[key].name]
    network = module.load(SPECS[key], None)
    fill_weights(network)
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            layer.weight.data[1::2] *= -1
    return network


def segments_of(key: str) -> torch.Tensor:
    model = LoadedModel(SPECS[key], lambda segments: segments)  # type: ignore[arg-type,return-value]
    return torch.from_numpy(model.split(Waveform(synthetic_waveform(16_000), 16_000)).samples)


@pytest.mark.parametrize(
    ("key", "hasten"),
    [
        ("musicnn/msd", lambda network: musicnn_pons2019.take_extremes_first(network, by_spectra=True)),
        ("musicnn/msd", lambda network: musicnn_pons2019.take_extremes_first(network, by_spectra=False)),
        ("vgg/msd", vgg_pons2019.pool_first),
    ],
    ids=["spectra", "extremes first", "pool first"],
)
def test_the_order_of_operations_changes_rounding_only(key, hasten):
    network, segments = random_network(key), segments_of(key)
    with torch.inference_mode():
        as_published = network(segments)
        reordered = hasten(network)(segments)
    for ours, theirs in zip(reordered, as_published, strict=True):
        assert torch.allclose(ours, theirs, rtol=0, atol=OF_LARGEST * float(theirs.abs().max()))
