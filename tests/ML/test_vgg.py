"""VGG equals the published network, with either kind of block."""

import numpy as np
import pytest
import torch

from ML import registry
from ML.errors import WeightsError
from ML.inference import build
from ML.models.vgg import VGG, ResidualBlock, SimpleBlock, fold_batch_norms
from tests.ML.golden import (
    CLIPS,
    SHARED,
    SYNTHETIC,
    fill_weights,
    needs_shared,
    same_output,
    synthetic_waveform,
    whole_segments,
)

TOLERANCE = 1e-4  # the reference summed in float32 in another order; taggrams are 0 to 1
IS_RESIDUAL = {"vgg_res_filled": True, "vgg_simple_filled": False}
BLOCKS = {True: ResidualBlock, False: SimpleBlock}


def filled_vgg(is_residual: bool) -> VGG:
    network = VGG(512, 50, is_residual)
    fill_weights(network)
    return network.eval()


def hear(network: VGG, waveform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with torch.inference_mode():
        embedding, taggram = network(torch.from_numpy(whole_segments(waveform, 59_049)))
    return embedding.numpy(), taggram.numpy()


@pytest.mark.numerical
@pytest.mark.parametrize("golden_name", IS_RESIDUAL)
def test_architecture_on_a_synthetic_sound(golden_name):
    golden = np.load(SYNTHETIC)
    embedding, taggram = hear(filled_vgg(IS_RESIDUAL[golden_name]), synthetic_waveform(16_000))
    assert same_output(embedding, golden[f"{golden_name}_embedding"])
    assert np.abs(taggram - golden[f"{golden_name}_taggram"]).max() < TOLERANCE


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("golden_name", IS_RESIDUAL)
def test_architecture_on_real_music(golden_name, clip):
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    embedding, taggram = hear(filled_vgg(IS_RESIDUAL[golden_name]), golden["waveform_16k"])
    assert same_output(embedding, golden[f"{golden_name}_embedding"])
    assert np.abs(taggram - golden[f"{golden_name}_taggram"]).max() < TOLERANCE


@pytest.mark.numerical
@pytest.mark.parametrize("is_residual", [True, False])
def test_folded_batch_norms_change_rounding_only(is_residual):
    network = filled_vgg(is_residual)
    plain = hear(network, synthetic_waveform(16_000))[0]
    folded = hear(fold_batch_norms(network), synthetic_waveform(16_000))[0]
    # float32 sums of 9 x 512 products, scaled before them instead of after
    assert np.allclose(plain, folded, rtol=1e-5, atol=1e-5 * plain.max())


@pytest.mark.parametrize("is_residual", [True, False])
@pytest.mark.parametrize("variant", ["msd", "mtat"])
def test_the_kind_of_block_is_read_off_the_file(variant, is_residual, tmp_path):
    torch.save(filled_vgg(is_residual).state_dict(), tmp_path / "vgg.pth")
    network = build(registry.get("vgg", variant, "won2020"), tmp_path / "vgg.pth", "cpu").network
    assert {type(block) for block in network.blocks} == {BLOCKS[is_residual]}


def test_a_file_that_misses_a_tensor_is_refused_by_its_name(tmp_path):
    state = filled_vgg(True).state_dict()
    del state["layer3.conv_2.bias"]
    torch.save(state, tmp_path / "vgg.pth")
    with pytest.raises(WeightsError, match="layer3.conv_2.bias"):
        build(registry.get("vgg", "mtat", "won2020"), tmp_path / "vgg.pth", "cpu")
