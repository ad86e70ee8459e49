"""The MFCC CNN is the documented network, reads old and new runs, and ships with weights."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

import config
from ML import registry
from ML.errors import WeightsError, WeightsMissingError
from ML.inference import LoadedModel, build, load_model
from ML.mfcc_params import find_run, load_params
from ML.models.mfcc_cnn import MfccCnn, WaveformNetwork, load_genre_network
from tests.ML.golden import SHARED, fill_weights, needs_shared

SHIPPED = config.ROOT / "ML" / "pesos" / "mfcc_cnn" / "genres10"
OLD_PARAMS = {  # exactly the keys of the original program
    "learning_rate": 0.001, "batch_size": 32, "num_epochs": 50, "n_mfcc": 20, "fixed_mfcc_length": 640,
    "num_classes": 3, "class_names": ["Folk", "Pop", "Rock"],
}  # fmt: skip
BLOCKS = ((0, 1, 32), (5, 32, 64), (10, 64, 128), (15, 128, 256))  # (place, channels in, channels out)


def expected_shapes(n_classes: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for place, n_in, n_out in BLOCKS:
        shapes |= {f"conv_stack.{place}.weight": (n_out, n_in, 3, 3), f"conv_stack.{place}.bias": (n_out,)}
        norm = f"conv_stack.{place + 2}"
        shapes |= {f"{norm}.{name}": (n_out,) for name in ("weight", "bias", "running_mean", "running_var")}
        shapes[f"{norm}.num_batches_tracked"] = ()
    shapes |= {"fc_stack.0.weight": (512, 5120), "fc_stack.0.bias": (512,)}
    return shapes | {"fc_stack.3.weight": (n_classes, 512), "fc_stack.3.bias": (n_classes,)}


@pytest.fixture
def old_run(tmp_path: Path) -> Path:
    """A run directory of the original program: a bare state dict and its seven keys."""
    network = MfccCnn(3)
    fill_weights(network)
    torch.save(network.state_dict(), tmp_path / "model_weights.pth")
    (tmp_path / "params.json").write_text(json.dumps(OLD_PARAMS))
    return tmp_path


def change_params(run: Path, **values: object) -> None:
    (run / "params.json").write_text(json.dumps(OLD_PARAMS | values))


def test_names_and_shapes_are_those_of_the_contract():
    shapes = {name: tuple(tensor.shape) for name, tensor in MfccCnn(8).state_dict().items()}
    assert shapes == expected_shapes(8)


def test_the_network_is_what_its_description_says():
    network = MfccCnn(10)
    fill_weights(network)
    state = network.state_dict()
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((2, 1, 20, 640)).astype(np.float32))
    with torch.inference_mode():
        embedding, logits = network.eval()(x)
        for (place, _, _), pool in zip(BLOCKS, [2, 2, 2, (2, 4)], strict=True):
            convolution, norm = f"conv_stack.{place}.", f"conv_stack.{place + 2}."
            x = functional.conv2d(
                x, state[convolution + "weight"], state[convolution + "bias"], padding=1
            ).relu()
            mean, var = state[norm + "running_mean"], state[norm + "running_var"]
            x = functional.batch_norm(x, mean, var, state[norm + "weight"], state[norm + "bias"], eps=1e-5)
            x = functional.max_pool2d(x, pool)
        hidden = functional.linear(x.flatten(1), state["fc_stack.0.weight"], state["fc_stack.0.bias"]).relu()
        answer = functional.linear(hidden, state["fc_stack.3.weight"], state["fc_stack.3.bias"])
    assert x.shape == (2, 256, 1, 20)
    # float32 sums of up to 5120 products, which the network may fuse with what follows them
    assert torch.allclose(embedding, hidden, rtol=1e-5, atol=1e-5)
    assert torch.allclose(logits, answer, rtol=1e-5, atol=1e-5)
    assert (embedding >= 0).all() and embedding.any()


def test_an_old_run_is_read_with_hop_512_raw_coefficients_and_zeros(old_run):
    params = load_params(find_run(old_run)[1])
    assert (params.hop_length, params.padding, params.mfcc_mean) == (512, "zeros", ())
    assert load_genre_network(old_run / "model_weights.pth").params == params


@pytest.mark.parametrize(("hop_length", "heard_seconds"), [(None, 14.9), (1024, 29.7)])
def test_how_far_a_model_hears(old_run, hop_length, heard_seconds):
    if hop_length:
        change_params(old_run, hop_length=hop_length)
    network = WaveformNetwork(load_genre_network(old_run))
    plain = 0.1 * torch.from_numpy(np.random.default_rng(1).standard_normal((1, 661_500)).astype(np.float32))

    def answer(changed_from: float) -> torch.Tensor:
        waveform = plain.clone()
        waveform[:, int(changed_from * 22_050) :] *= 0.3
        with torch.inference_mode():
            return network(waveform, torch.tensor([661_500]))[0]

    unchanged = answer(30.0)
    # What the model is given has not changed, so that only float32 rounding may differ.
    assert torch.allclose(answer(heard_seconds + 0.15), unchanged, atol=1e-3)
    assert not torch.allclose(answer(heard_seconds - 1.0), unchanged, atol=1e-3)


def test_what_is_no_model_is_refused_with_the_way_out(old_run, tmp_path):
    with pytest.raises(WeightsMissingError, match="train.py"):
        load_genre_network(tmp_path / "nothing")
    change_params(old_run, num_classes=4)
    with pytest.raises(WeightsError, match="3 classes"):
        load_genre_network(old_run)
    change_params(old_run, num_classes=2, class_names=["A", "B"])
    with pytest.raises(WeightsError, match="fc_stack.3"):
        load_genre_network(old_run)
    (old_run / "params.json").write_text("{")
    with pytest.raises(WeightsError, match="params.json"):
        load_genre_network(old_run)
    (old_run / "params.json").unlink()
    with pytest.raises(WeightsMissingError, match="params.json"):
        load_genre_network(old_run)


def test_other_classes_than_the_registry_names_do_not_pose_as_them(old_run):
    with pytest.raises(WeightsError, match="Folk, Pop, Rock"):
        build(registry.get("mfcc_cnn"), old_run, "cpu")


@pytest.fixture(scope="module")
def shipped() -> LoadedModel:
    return load_model("mfcc_cnn", weights=SHIPPED / "model.safetensors", device="cpu")


def test_the_shipped_model_is_small_half_precision_and_has_a_card(shipped):
    from safetensors.torch import load_file

    state = load_file(SHIPPED / "model.safetensors")
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == expected_shapes(10)
    assert {tensor.dtype for tensor in state.values() if tensor.is_floating_point()} == {torch.float16}
    assert (SHIPPED / "model.safetensors").stat().st_size < 6 * 2**20
    assert load_params(SHIPPED / "params.json").class_names == shipped.spec.tag_names
    card = (SHIPPED / "README.md").read_text()
    assert all(word in card for word in ("GTZAN", "train.py", "--seed", "interval", "Not good for"))


def test_the_shipped_model_gives_probabilities_of_every_segment(shipped):
    noise = np.random.default_rng(0).normal(0, 0.1, 70 * 22_050).astype(np.float32)
    output = shipped.embed(noise, 22_050)
    assert output.segment_taggrams.shape == (2, 10) and output.embedding.shape == (512,)
    assert np.allclose(output.segment_taggrams.sum(axis=1), 1, atol=1e-5)  # float32 sums of ten
    assert np.allclose(output.taggram, output.segment_taggrams.mean(axis=0), atol=1e-6)  # float32 means


@needs_shared
def test_the_card_tells_the_truth_about_the_held_out_clips(shipped, tmp_path):
    from ML.audio import decode
    from ML.training.datasets import read_labelled_music

    subprocess.run([SHARED / "datasets" / "lay-out-fma-mini", tmp_path], check=True)
    tracks = read_labelled_music(tmp_path / "fma_small").tracks
    held_out = [track for track in tracks if track.split == "test"]
    right = []
    for track in held_out:
        waveform = decode(track.path)
        taggram = shipped.embed(waveform.samples, waveform.sample_rate).taggram
        if shipped.spec.tag_names[int(taggram.argmax())] == track.genre:
            right.append(track.genre)
    card = (SHIPPED / "README.md").read_text()
    assert f"{len(right)} of {len(held_out)}" in card.split("these weights** |")[1].split("|")[0]
    assert f"right were {', '.join(sorted(right))};" in card
