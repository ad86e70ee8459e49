"""VGGish equals the published front end and network."""

import dataclasses

import numpy as np
import pytest
import torch

from ML import registry
from ML.audio import Waveform
from ML.errors import WeightsMissingError
from ML.inference import LoadedModel, build
from ML.models.vggish import Postprocessor, VGGish
from ML.vggish_features import VggishLogMel
from tests.ML.golden import CLIPS, SHARED, SYNTHETIC, fill_weights, needs_shared, synthetic_waveform

TOLERANCE = 1e-4  # the reference summed in float32 in another order; values are 15 at most
SPEC = registry.get("vggish")


@pytest.fixture(scope="module")
def network() -> VGGish:
    network = VGGish(SPEC.embedding_dim)
    fill_weights(network)
    return network.eval()


def examples(waveform: np.ndarray) -> torch.Tensor:
    """Cut as the product cuts, so that the goldens judge the framing too."""
    track = Waveform(waveform, SPEC.sample_rate)
    return torch.from_numpy(np.array(LoadedModel(SPEC, None).split(track).samples))


@pytest.mark.numerical
def test_architecture_and_front_end_on_a_synthetic_sound(network):
    golden = np.load(SYNTHETIC)
    segments = examples(synthetic_waveform(16_000))
    with torch.inference_mode():
        log_mel, embedding = VggishLogMel()(segments), network(segments)[0]
    assert np.abs(log_mel[0].numpy() - golden["vggish_log_mel_first"]).max() < TOLERANCE
    assert embedding.shape == golden["vggish_filled_embedding"].shape
    assert np.abs(embedding.numpy() - golden["vggish_filled_embedding"]).max() < TOLERANCE


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
def test_architecture_and_front_end_on_real_music(clip, network):
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    segments = examples(golden["waveform_16k"])
    with torch.inference_mode():
        log_mel, embedding = VggishLogMel()(segments), network(segments)[0]
    assert log_mel.shape == golden["vggish_log_mel"].shape
    assert np.abs(log_mel.numpy() - golden["vggish_log_mel"]).max() < TOLERANCE
    assert np.abs(embedding.numpy() - golden["vggish_filled_embedding"]).max() < TOLERANCE


@pytest.mark.parametrize(("n_samples", "n_examples"), [(1, 1), (15_600, 1), (30_959, 1), (30_960, 2)])
def test_a_started_example_is_dropped_unless_it_is_all_there_is(n_samples, n_examples):
    """96 frames every 0.96 s; the last window of an example reaches 240 samples into the next."""
    assert len(examples(np.ones(n_samples, np.float32))) == n_examples


def test_the_taggram_is_the_pooled_last_convolution(network):
    segments = examples(synthetic_waveform(16_000, seconds=1))
    with torch.inference_mode():
        maps = network.features(VggishLogMel()(segments).unsqueeze(1))
        taggram = network(segments)[1]
    assert taggram.shape == (1, 512)
    assert torch.equal(taggram, maps.mean(dim=(2, 3)))


def test_published_postprocessing_gives_eight_bits():
    """PCA with whitening, ±2 → 0 to 255."""
    generator = torch.Generator().manual_seed(1)
    matrix, means = (torch.randn(shape, generator=generator) for shape in [(128, 128), (128, 1)])
    embedding = torch.randn((5, 128), generator=generator)
    expected = np.clip(matrix.numpy() @ (embedding.numpy().T - means.numpy()), -2, 2).T
    expected = np.round((expected + 2) * 255 / 4)
    heard = Postprocessor(matrix, means)(embedding).numpy()
    # What float32 rounds just below or above a half goes to the next of the 256 steps.
    assert np.abs(heard - expected).max() <= 1 and (heard == expected).mean() > 0.99
    assert heard.min() == 0 and heard.max() == 255


def test_postprocessing_is_off_unless_asked_for(network, tmp_path):
    path = tmp_path / "vggish-10086976.pth"
    torch.save(network.state_dict(), path)
    asked = dataclasses.replace(SPEC, postprocess=True)
    with pytest.raises(WeightsMissingError, match="vggish_pca_params-970ea276.pth"):
        build(asked, path, "cpu")
    pca = {"pca_eigen_vectors": torch.eye(128), "pca_means": torch.zeros(128, 1)}
    torch.save(pca, tmp_path / "vggish_pca_params-970ea276.pth")
    sound = synthetic_waveform(16_000, seconds=1)
    raw, processed = (
        LoadedModel(spec, build(spec, path, "cpu")).embed(sound, 16_000) for spec in (SPEC, asked)
    )
    assert set(processed.embedding.tolist()) <= set(range(256))
    # Equal bits: two equal networks in one process, and an identity in the place of the PCA.
    assert np.array_equal(processed.embedding, np.round((np.clip(raw.embedding, -2, 2) + 2) * 63.75))
