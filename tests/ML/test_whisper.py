"""Whisper's encoder is openai-whisper's, hears the audio and not the padding, and comes without decoder."""

import numpy as np
import pytest
import torch

from ML import registry
from ML.errors import WeightsError
from ML.inference import LoadedModel, build, load_model
from ML.models.whisper import WhisperEncoder, encoder_state, log_mel, make_encoder, valid_frames
from ML.torch_model import mean_over_frames
from tests.ML.golden import CLIPS, CLIPS_ONE_CAPPED, SHARED, needs_shared, synthetic_waveform

WINDOW = 480_000
# The reference summed in float32 in another order: frames of up to 15 after six blocks of attention were
# measured to be 3e-4 off with one thread.
TOLERANCE, MEL_TOLERANCE = 2e-3, 1e-4
TINY = registry.get("whisper", "tiny")
BASE_FILE = SHARED / "weights" / "whisper" / "base.pt"
HUGGING_FACE = {"hidden": 384, "layers": 4, "heads": 6}  # tiny


@pytest.fixture(scope="module")
def tiny() -> torch.nn.Module:
    torch.manual_seed(1)
    return make_encoder(384).eval()


@pytest.fixture(scope="module")
def base() -> LoadedModel:
    return load_model("whisper", "base", weights=BASE_FILE, device="cpu")


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def window(waveform: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.pad(waveform, (0, WINDOW - len(waveform))))[None]


@needs_shared
@pytest.mark.parametrize("clip", CLIPS_ONE_CAPPED)
def test_published_weights_on_real_music(clip, base):
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    output = base.embed(golden["waveform_16k"], 16_000)
    for heard, part in ((output.embedding, "final"), (output.taggram, "block")):
        expected = golden[f"whisper_base_{part}_mean_valid"]
        assert cosine(heard, expected) > 0.9999
        assert np.abs(heard - expected).max() < TOLERANCE
        assert cosine(heard, golden[f"whisper_base_{part}_mean_all"]) < 0.9999, "the padding was heard"


@needs_shared
@pytest.mark.parametrize("clip", CLIPS[:2])
def test_first_frames_and_spectrogram_of_real_music(clip, base):
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    network, segment = base.run.network, window(golden["waveform_16k"])
    with torch.inference_mode():
        mel = log_mel(segment)
        block = network.block_frames(mel)
        final = network.final_frames(block)
    assert np.abs(mel[0, :, :300].numpy() - golden["whisper_log_mel_first_300"]).max() < MEL_TOLERANCE
    assert np.abs(block[0, :20].numpy() - golden["whisper_base_block_first_20_frames"]).max() < TOLERANCE
    assert np.abs(final[0, :20].numpy() - golden["whisper_base_final_first_20_frames"]).max() < TOLERANCE


@pytest.mark.numerical
def test_the_encoder_is_run_as_published(tiny):
    """Bit for bit `AudioEncoder.forward`, and on the way the output of block n_layers // 3: they are the same
    operations in one process.
    """
    blocks = []
    hook = tiny.blocks[1].register_forward_hook(lambda module, inputs, output: blocks.append(output))
    segment = window(synthetic_waveform(16_000))
    network = WhisperEncoder(tiny)
    with torch.inference_mode():
        expected = tiny(log_mel(segment))
        block = network.block_frames(log_mel(segment))
        assert torch.equal(network.final_frames(block), expected)
    assert torch.equal(block, blocks[0])
    hook.remove()


@pytest.mark.parametrize(
    ("n_samples", "n_frames"), [(1, 1), (320, 1), (321, 2), (192_000, 600), (WINDOW, 1500)]
)
def test_frames_that_hold_audio(n_samples, n_frames):
    assert valid_frames(torch.tensor([n_samples])).tolist() == [n_frames]


def test_padding_is_not_in_the_mean():
    frames = torch.tensor([[[1.0], [3.0], [100.0]], [[5.0], [100.0], [100.0]]])
    assert mean_over_frames(frames, torch.tensor([2, 1])).tolist() == [[2.0], [5.0]]


def hugging_face_checkpoint(tmp_path, encoder, extension):
    """The same weights as `transformers` saves a whole Whisper: its names, and a decoder beside."""
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    size = HUGGING_FACE
    theirs = WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=60, d_model=size["hidden"], encoder_layers=size["layers"], decoder_layers=1,
            encoder_attention_heads=size["heads"], decoder_attention_heads=size["heads"],
            encoder_ffn_dim=4 * size["hidden"], decoder_ffn_dim=4, max_target_positions=8,
            pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=3,
        )
    )  # fmt: skip
    folder = tmp_path / "tiny"
    if extension == "safetensors":
        theirs.save_pretrained(folder)
    else:
        folder.mkdir()
        theirs.config.save_pretrained(folder)
        torch.save(theirs.state_dict(), folder / "pytorch_model.bin")
    return folder, theirs.model.encoder.eval()


@pytest.mark.parametrize("extension", ["safetensors", "bin"])
def test_a_hugging_face_folder_sounds_as_transformers_says(tmp_path, tiny, extension):
    folder, theirs = hugging_face_checkpoint(tmp_path, tiny, extension)
    segment = window(synthetic_waveform(16_000))
    network = build(TINY, folder, "cpu").network
    with torch.inference_mode():
        ours = network.final_frames(network.block_frames(log_mel(segment)))
        expected = theirs(log_mel(segment)).last_hidden_state
    # Two implementations of attention sum in another order in float32; normalized frames are up to 4.
    assert torch.allclose(ours, expected, atol=1e-4)


def openai_layout(state):
    decoder = {"decoder.ln.weight": torch.ones(4), "decoder.token_embedding.weight": torch.ones(4, 4)}
    encoder = {f"encoder.{name}": tensor for name, tensor in state.items()}
    return {"dims": {"n_audio_state": 384}, "model_state_dict": encoder | decoder}


@pytest.mark.parametrize(
    "layout", [openai_layout, dict, lambda state: {k: v.half() for k, v in state.items()}]
)
def test_openai_files_and_files_of_the_encoder_alone_load(layout, tmp_path, tiny):
    torch.save(layout(tiny.state_dict()), tmp_path / "tiny.pt")
    loaded = build(TINY, tmp_path / "tiny.pt", "cpu").network.encoder.state_dict()
    assert loaded.keys() == tiny.state_dict().keys()
    for name, tensor in tiny.state_dict().items():
        assert loaded[name].dtype == torch.float32
        assert torch.allclose(loaded[name], tensor, atol=1e-3), name  # half precision holds 5e-4 of 1


def test_no_decoder_is_ever_built(tmp_path, tiny, monkeypatch):
    import whisper.model

    def refuse(*_):
        raise AssertionError("a decoder was built")

    monkeypatch.setattr(whisper.model.TextDecoder, "__init__", refuse)
    monkeypatch.setattr(whisper.model.Whisper, "__init__", refuse)
    torch.save(openai_layout(tiny.state_dict()), tmp_path / "tiny.pt")
    network = build(TINY, tmp_path / "tiny.pt", "cpu").network
    n_parameters = sum(parameter.numel() for parameter in network.parameters())
    assert n_parameters < 9e6, "Whisper tiny has 37 million, its encoder 8"


def test_another_size_and_another_model_are_refused(tmp_path, tiny):
    torch.save(tiny.state_dict(), tmp_path / "tiny.pt")
    torch.save({"conv.weight": torch.ones(3)}, tmp_path / "other.pt")
    with pytest.raises(WeightsError, match="384 wide, not 512"):
        build(registry.get("whisper", "base"), tmp_path / "tiny.pt", "cpu")
    with pytest.raises(WeightsError, match="no Whisper encoder"):
        build(TINY, tmp_path / "other.pt", "cpu")


def test_every_tensor_of_a_checkpoint_must_find_its_place(tmp_path, tiny):
    state = tiny.state_dict()
    del state["blocks.2.mlp_ln.weight"]
    torch.save(state, tmp_path / "tiny.pt")
    with pytest.raises(WeightsError, match="blocks.2.mlp_ln.weight"):
        build(TINY, tmp_path / "tiny.pt", "cpu")


def test_names_of_openai_pass_through(tiny):
    assert encoder_state(tiny.state_dict()).keys() == tiny.state_dict().keys()
