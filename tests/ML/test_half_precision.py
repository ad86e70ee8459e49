"""On a GPU a network answers in half precision where nobody could tell; a CPU's autocast stands in for it."""

import numpy as np
import pytest
import torch
from torch import Tensor

from ML import inference, registry
from ML.half_precision import HalfAnswer, use_half
from ML.inference import build, load_model
from ML.segments import Segments
from ML.torch_model import SegmentNetwork, TorchModel
from tests.sounds import noise


class Loudness(SegmentNetwork):
    """Answers with the first samples, `gain` times as loud."""

    def __init__(self, gain: float):
        super().__init__()
        self.mix = torch.nn.Linear(8, 8, bias=False)
        torch.nn.init.eye_(self.mix.weight)
        self.gain = gain

    def listen(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        return (waveform[:, :8],)

    def answer(self, start: Tensor) -> tuple[Tensor, Tensor]:
        mixed = self.mix(self.gain * start)
        return mixed, mixed


@pytest.fixture(scope="module")
def shipped():
    """The genre network that comes with Melodex, and sounds it has not been tried on."""
    spec = registry.get("mfcc_cnn")
    model = load_model("mfcc_cnn", device="cpu")
    length = spec.segment_samples
    sounds = np.stack([noise(seed, length / spec.sample_rate, spec.sample_rate)[:length] for seed in (1, 2)])
    return spec, model, Segments(sounds.astype(np.float32), np.full(2, length), np.zeros(2))


def segments_of(value: float) -> Segments:
    return Segments(np.full((2, 80), value, np.float32), np.full(2, 80), np.zeros(2))


def test_half_precision_says_the_same_of_music(shipped, monkeypatch):
    spec, model, sounds = shipped
    monkeypatch.setattr(inference, "pick_device", lambda device: "cuda")
    monkeypatch.setattr(inference, "build", lambda spec, path, device: build(spec, path, "cpu"))
    halved = load_model("mfcc_cnn").run
    assert isinstance(halved, TorchModel) and isinstance(halved.answer, HalfAnswer)
    assert halved.answer.dtype == torch.float16
    expected, heard = model.run(sounds), halved(sounds)
    assert heard.embedding.dtype == np.float32
    assert not np.array_equal(heard.embedding, expected.embedding), "it did run in half precision"
    # float16 holds 11 bits, 5e-4 of each value; probabilities sum over 512 of them.
    for one, other in zip(heard.embedding, expected.embedding, strict=True):
        assert one @ other / np.linalg.norm(one) / np.linalg.norm(other) > 0.9999
    assert np.abs(heard.taggram - expected.taggram).max() < 1e-3


def test_whoever_wants_every_bit_gets_it(monkeypatch):
    monkeypatch.setattr(inference, "pick_device", lambda device: "cuda")
    monkeypatch.setattr(inference, "build", lambda spec, path, device: build(spec, path, "cpu"))
    monkeypatch.setattr("config.PRECISION", "float32")
    model = load_model("mfcc_cnn").run
    assert isinstance(model, TorchModel) and not isinstance(model.answer, HalfAnswer)
    assert not torch.backends.cudnn.allow_tf32


def test_a_network_that_half_precision_changes_stays_in_float32():
    """Its values overflow float16; bfloat16 has the range, but not the digits."""
    model = TorchModel(Loudness(gain=1e6), "cpu")
    assert use_half(model, 100, 80, "loud") == torch.float32
    assert not isinstance(model.answer, HalfAnswer)
    exact = model(segments_of(0.1))
    assert np.allclose(exact.embedding, 1e5)


def test_a_batch_that_overflows_is_answered_in_float32():
    model = TorchModel(Loudness(gain=1.0), "cpu")
    assert use_half(model, 100, 80, "quiet") == torch.float16
    assert np.allclose(model(segments_of(0.5)).embedding, 0.5)
    assert np.allclose(model(segments_of(1e6)).embedding, 1e6), "more than float16 holds"
