"""The front ends equal the published ones."""

import numpy as np
import pytest
import torch

from ML.features import MelDb, mel_edges, mel_filters
from ML.weights.store import load_state_dict
from tests.ML.golden import (
    CLIPS,
    SHARED,
    SYNTHETIC,
    TORCHAUDIO_EDGES,
    needs_shared,
    synthetic_waveform,
    torchaudio_filters,
)

pytestmark = pytest.mark.numerical
SEGMENT_SAMPLES = {96: 48_000, 128: 59_049}
# Power is compared: in decibels the rounding of weak bands has no limit. The bound is relative (float32 sums)
# plus absolute, a share of the frame's strongest band: an FFT rounds weak bins by the last digits of strong
# ones (1e-10 was measured).
RELATIVE, FFT_ROUNDING = 1e-4, 1e-8


def is_same_power(ours_db: np.ndarray, golden_db: np.ndarray) -> bool:
    """Both [n_mels, n_frames]; bands on the floor of -100 dB count as that power."""
    ours, golden = (np.power(10.0, decibels.astype(float) / 10.0) for decibels in (ours_db, golden_db))
    bound = RELATIVE * golden + FFT_ROUNDING * golden.max(axis=0, keepdims=True)
    return ours.shape == golden.shape and bool((np.abs(ours - golden) <= bound).all())


def mel_db(front_end: MelDb, waveform: np.ndarray) -> np.ndarray:
    return front_end(torch.from_numpy(waveform)[None])[0].numpy()


@pytest.mark.parametrize("n_mels", SEGMENT_SAMPLES)
def test_mel_spectrogram_of_a_synthetic_sound(n_mels):
    waveform = synthetic_waveform(16_000)[: SEGMENT_SAMPLES[n_mels]]
    golden = np.load(SYNTHETIC)[f"mel_db_{n_mels}_first_20_frames"]
    front_end = MelDb(n_mels)
    front_end.mel_scale.fb = torchaudio_filters(n_mels)
    assert is_same_power(mel_db(front_end, waveform)[:, :20], golden)


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
def test_mel_spectrogram_of_real_music_for_vgg(clip):
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    mel = mel_db(MelDb(128), golden["waveform_16k"][: SEGMENT_SAMPLES[128]])
    assert is_same_power(mel, golden["mel_db_128"])


@needs_shared
@pytest.mark.parametrize("clip", CLIPS)
def test_mel_spectrogram_of_real_music_for_musicnn(clip):
    """With the filters of the published checkpoint, which an older library rounded otherwise."""
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    front_end = MelDb(96)
    front_end.mel_scale.fb = load_state_dict(SHARED / "weights/mtat/musicnn.pth")["spec.mel_scale.fb"]
    mel = mel_db(front_end, golden["waveform_16k"][: SEGMENT_SAMPLES[96]])
    assert is_same_power(mel, golden["mel_db_96"])


@pytest.mark.parametrize("fault", ["no reflection", "another window", "amplitude"])
def test_the_comparison_sees_a_wrong_front_end(fault):
    """Of the kind that a change of library brings."""
    waveform = torch.from_numpy(synthetic_waveform(16_000)[: SEGMENT_SAMPLES[96]])
    window = torch.hamming_window(512) if fault == "another window" else torch.hann_window(512)
    padding = "constant" if fault == "no reflection" else "reflect"
    spectrum = torch.stft(waveform, 512, 256, window=window, pad_mode=padding, return_complex=True).abs()
    mel_scale = MelDb(96).mel_scale
    mel_scale.fb = torchaudio_filters(96)
    mel = mel_scale(spectrum if fault == "amplitude" else spectrum.square())
    golden = np.load(SYNTHETIC)["mel_db_96_first_20_frames"]
    assert not is_same_power((10 * mel.clamp(min=1e-10).log10()).numpy()[:, :20], golden)


@pytest.mark.parametrize("n_mels", SEGMENT_SAMPLES)
def test_filters_are_those_of_torchaudio(n_mels):
    """Its powers are off by one step of float32 at most, 0.0005 Hz, ours are rounded correctly."""
    edges = np.load(TORCHAUDIO_EDGES)[f"edges_{n_mels}"]
    assert np.abs(mel_edges(n_mels, 0.0, 8_000.0) - edges).max() < 5e-4


def test_filters_equal_librosas_htk_triangles():
    import librosa

    # Triangles rise to 1 in 31 Hz or more; float32 edges of up to 8000 Hz are rounded to 0.0005 Hz: 2e-5.
    expected = librosa.filters.mel(sr=16_000, n_fft=512, n_mels=96, fmin=0, fmax=8_000, htk=True, norm=None)
    assert np.abs(mel_filters(16_000, 512, 96, 0.0, 8_000.0).numpy().T - expected).max() < 1e-4


def test_lowest_of_128_filters_is_empty_as_it_was_in_training():
    filters = mel_filters(16_000, 512, 128, 0.0, 8_000.0)
    assert not filters[:, 0].any()
    assert filters[:, 1:].any(dim=0).all()


def test_silence_sits_on_the_floor():
    assert torch.equal(MelDb(96)(torch.zeros(1, 48_000)), torch.full((1, 96, 188), -100.0))
