"""ONNX Runtime answers as the networks do, is prepared once, and never stands in the way."""

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from onnxruntime.capi.onnxruntime_pybind11_state import Fail
from torch import Tensor, nn

import config
from ML import registry
from ML.errors import ConfigError
from ML.inference import LoadedModel, build, load_model
from ML.models import musicnn_pons2019, vgg_pons2019
from ML.models.musicnn import MusiCNN
from ML.models.vgg import VGG
from ML.models.vggish import VGGish
from ML.onnx_model import OnnxAnswer, use_onnx
from ML.segments import Segments
from ML.torch_model import SegmentNetwork, TorchModel
from tests.ML.golden import SYNTHETIC, fill_weights, synthetic_waveform
from tests.ML.test_mert import SPEC as MERT_SPEC
from tests.ML.test_mert import save_mert
from tests.ML.test_pons2019 import random_network

TOLERANCE = 1e-4  # ONNX Runtime fuses operations and sums in another order: 7e-7 was measured near 1
N_SAMPLES = 8
# The export takes a second for each layer; all layers are alike. Still 320 samples a frame.
SHALLOW_MERT = {
    "num_hidden_layers": 2, "conv_dim": [16] * 3, "conv_kernel": [10, 8, 8], "conv_stride": [5, 8, 8],
}  # fmt: skip
# golden → (network, registry key whose segments it hears)
GOLDEN = {
    "musicnn_filled": (lambda: MusiCNN(200, 50), "musicnn/mtat@won2020"),
    "vgg_res_filled": (lambda: VGG(512, 50, True), "vgg/msd@won2020"),
}

PONS2019 = {
    "musicnn/msd": partial(musicnn_pons2019.take_extremes_first, by_spectra=True),
    "vgg/msd": vgg_pons2019.pool_first,
}


class Plain(SegmentNetwork):
    """Eight samples → a matrix product, and its squares."""

    def __init__(self, seed: int = 0):
        super().__init__()
        torch.manual_seed(seed)
        self.dense = nn.Linear(N_SAMPLES, 3)

    def listen(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        return (waveform,)

    def answer(self, waveform: Tensor) -> tuple[Tensor, Tensor]:
        return self.dense(waveform), self.dense(waveform) ** 2


def prepare(network: SegmentNetwork, folder: Path, must: bool = False, n_samples: int = N_SAMPLES):
    model = TorchModel(network, "cpu")
    use_onnx(model, n_samples, "plain/test", folder, 1, must)
    return model


def segments(n: int, n_samples: int = N_SAMPLES) -> Segments:
    samples = np.random.default_rng(n).standard_normal((n, n_samples)).astype(np.float32)
    return Segments(samples, np.full(n, n_samples), np.zeros(n))


def assert_same(ours: TorchModel, theirs: TorchModel, heard: Segments) -> None:
    one, other = ours(heard), theirs(heard)
    assert np.abs(one.embedding - other.embedding).max() < TOLERANCE
    assert np.abs(one.taggram - other.taggram).max() < TOLERANCE


def warnings_in(caplog) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("name", GOLDEN)
def test_the_published_networks_answer_as_ever(name, tmp_path):
    golden = np.load(SYNTHETIC)
    make, key = GOLDEN[name]
    network, spec = make(), registry.get_by_key(key)[0]
    fill_weights(network)
    model = LoadedModel(spec, prepare(network, tmp_path, must=True, n_samples=spec.segment_samples))
    assert isinstance(model.run.answer, OnnxAnswer)
    output = model.embed(synthetic_waveform(16_000), 16_000)
    expected = golden[f"{name}_embedding"]
    error = np.abs(
        output.segment_embeddings[: len(expected)] - expected
    ).max()  # the reference drops the tail
    # Real weights (test_musicnn, test_whisper) hold the absolute tolerance; made up ones answer in hundreds.
    assert error < TOLERANCE * max(1.0, np.abs(expected).max() / 10)


def test_mert_hears_segments_of_any_length(tmp_path):
    save_mert(tmp_path / "mert", architecture=SHALLOW_MERT)
    ours, theirs = (build(MERT_SPEC, tmp_path / "mert", "cpu") for _ in range(2))
    use_onnx(ours, 12_000, "mert/95m", tmp_path, 1, True)
    heard = segments(4, 12_000)
    heard.lengths[:] = [12_000, 7_001, 12_000, 90]
    assert_same(ours, theirs, heard)


def test_vggish_answers_as_in_pytorch(tmp_path, monkeypatch):
    monkeypatch.setattr("ML.models.vggish.N_DENSE", 64)  # the published 4096 are 280 MB
    network = VGGish(128)
    assert_same(prepare(network, tmp_path, True, 15_600), TorchModel(network, "cpu"), segments(3, 15_600))


@pytest.mark.parametrize("key", ["musicnn/msd", "vgg/msd"])
def test_the_authors_networks_answer_as_in_pytorch(key, tmp_path):
    """Random weights; every second channel has a batch norm with a negative scale."""
    n_samples = registry.get(*key.split("/"), release="pons2019").window_samples
    network, sounds = PONS2019[key](random_network(key)), segments(3, n_samples)
    theirs = TorchModel(network, "cpu")(sounds)
    ours = prepare(network, tmp_path, must=True, n_samples=n_samples)(sounds)
    assert np.abs(ours.embedding - theirs.embedding).max() < TOLERANCE * np.abs(theirs.embedding).max()
    assert np.abs(ours.taggram - theirs.taggram).max() < TOLERANCE


def test_load_model_takes_the_runtime_that_the_settings_name(monkeypatch, tmp_path):
    monkeypatch.setattr(config, "ONNX_DIR", tmp_path)
    monkeypatch.setattr(config, "RUNTIME", "onnx")
    by_onnx = load_model("mfcc_cnn", device="cpu")
    monkeypatch.setattr(config, "RUNTIME", "torch")
    by_torch = load_model("mfcc_cnn", device="cpu")
    assert isinstance(by_onnx.run.answer, OnnxAnswer)
    assert by_torch.run.answer == by_torch.run.network.answer
    sound = synthetic_waveform(22_050, 40)
    one, other = (model.embed(sound, 22_050) for model in (by_onnx, by_torch))
    assert np.abs(one.taggram - other.taggram).max() < TOLERANCE
    assert np.abs(one.embedding - other.embedding).max() < TOLERANCE * np.abs(other.embedding).max()


@pytest.fixture
def n_exports(monkeypatch) -> list[str]:
    """One entry for each export."""
    done, export = [], torch.onnx.export

    def count(model, arguments, path, **options):
        done.append(str(path))
        return export(model, arguments, path, **options)

    monkeypatch.setattr("torch.onnx.export", count)
    return done


def test_a_network_is_prepared_once_and_anew_when_its_weights_change(tmp_path, n_exports):
    networks = [Plain(1) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda network: prepare(network, tmp_path, must=True), networks))
    assert len(n_exports) == 1
    for model in models:
        assert_same(model, TorchModel(Plain(1), "cpu"), segments(5))
    other = prepare(Plain(2), tmp_path, must=True)
    assert len(n_exports) == 2
    assert_same(other, TorchModel(Plain(2), "cpu"), segments(5))
    assert len(list(tmp_path.glob("*.onnx"))) == 1, "the file of the old weights is gone"


def test_a_preparation_that_was_killed_is_done_again(tmp_path, n_exports):
    prepare(Plain(), tmp_path, must=True)
    (path,) = tmp_path.glob("*.onnx")
    path.rename(path.with_name(f"{path.name}.part"))
    path.with_name(f"{path.name}.part").write_bytes(path.with_name(f"{path.name}.part").read_bytes()[:100])
    assert isinstance(prepare(Plain(), tmp_path, must=True).answer, OnnxAnswer)
    assert len(n_exports) == 2 and [each.name for each in tmp_path.glob("plain*")] == [path.name]


def test_a_damaged_file_is_made_anew_at_the_next_start(tmp_path, caplog, n_exports):
    prepare(Plain(), tmp_path, must=True)
    (path,) = tmp_path.glob("*.onnx")
    path.write_bytes(path.read_bytes()[:100])
    model = prepare(Plain(), tmp_path)
    assert model.answer == model.network.answer
    assert len(warnings_in(caplog)) == 1
    assert isinstance(prepare(Plain(), tmp_path).answer, OnnxAnswer)
    assert len(n_exports) == 2


@pytest.mark.parametrize(
    "error", [torch.onnx.OnnxExporterError("no such operator\nsee the log"), OSError(28)]
)
def test_what_cannot_be_exported_is_run_by_pytorch(error, tmp_path, monkeypatch, caplog):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("torch.onnx.export", fail)
    model = prepare(Plain(), tmp_path)
    assert_same(model, TorchModel(Plain(), "cpu"), segments(3))
    (record,) = warnings_in(caplog)
    assert "plain/test, PyTorch does" in record.message and "\n" not in record.message
    with pytest.raises(ConfigError, match="RUNTIME"):
        prepare(Plain(), tmp_path, must=True)


def test_an_export_that_answers_otherwise_is_refused(tmp_path, caplog):
    class Wavering(Plain):
        def answer(self, waveform):
            factor = 2.0 if torch.compiler.is_exporting() else 1.0
            return self.dense(waveform) * factor, self.dense(waveform)

    model = prepare(Wavering(), tmp_path)
    assert model.answer == model.network.answer
    assert "of the largest value off" in caplog.text
    assert not list(tmp_path.glob("plain*"))


def test_a_runtime_that_fails_on_the_way_hands_over_to_pytorch(tmp_path, monkeypatch, caplog):
    model = prepare(Plain(), tmp_path, must=True)

    def fail(*_):
        raise Fail("out of memory in node 7")

    monkeypatch.setattr(model.answer.session, "run", fail)
    for _ in range(2):
        assert_same(model, TorchModel(Plain(), "cpu"), segments(3))
    assert caplog.text.count("out of memory in node 7") == 1
