"""The front ends equal the published ones."""

import numpy as np
import pytest
import torch

from ML.features import MelDb, mel_filters
from ML.weights import load_state_dict
from tests.ML.golden import CLIPS, SHARED, SYNTHETIC, needs_shared, synthetic_waveform

SEGMENT_SAMPLES = {96: 48_000, 128: 59_049}
TOLERANCE_DB = 1e-3


def mel_db(front_end: MelDb, waveform: np.ndarray) -> np.ndarray:
    return front_end(torch.from_numpy(waveform)[None])[0].numpy()


@pytest.mark.parametrize("n_mels", SEGMENT_SAMPLES)
def test_mel_spectrogram_of_a_synthetic_sound(n_mels):
    waveform = synthetic_waveform(16_000)[: SEGMENT_SAMPLES[n_mels]]
    golden = np.load(SYNTHETIC)[f"mel_db_{n_mels}_first_20_frames"]
    assert np.abs(mel_db(MelDb(n_mels), waveform)[:, :20] - golden).max() < TOLERANCE_DB


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
def test_mel_spectrogram_of_real_music_for_vgg(clip):
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    mel = mel_db(MelDb(128), golden["waveform_16k"][: SEGMENT_SAMPLES[128]])
    assert np.abs(mel - golden["mel_db_128"]).max() < TOLERANCE_DB


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
def test_mel_spectrogram_of_real_music_for_musicnn(clip):
    """With the filters of the published checkpoint, which an older library rounded otherwise."""
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    front_end = MelDb(96)
    front_end.mel_scale.fb = load_state_dict(SHARED / "weights/mtat/musicnn.pth")["spec.mel_scale.fb"]
    mel = mel_db(front_end, golden["waveform_16k"][: SEGMENT_SAMPLES[96]])
    assert np.abs(mel - golden["mel_db_96"]).max() < TOLERANCE_DB


def test_filters_equal_librosas_htk_triangles():
    import librosa

    expected = librosa.filters.mel(sr=16_000, n_fft=512, n_mels=96, fmin=0, fmax=8_000, htk=True, norm=None)
    assert np.abs(mel_filters(16_000, 512, 96, 0.0, 8_000.0).numpy().T - expected).max() < 1e-4


def test_lowest_of_128_filters_is_empty_as_it_was_in_training():
    filters = mel_filters(16_000, 512, 128, 0.0, 8_000.0)
    assert not filters[:, 0].any()
    assert filters[:, 1:].any(dim=0).all()


def test_silence_sits_on_the_floor():
    assert torch.equal(MelDb(96)(torch.zeros(1, 48_000)), torch.full((1, 96, 188), -100.0))
