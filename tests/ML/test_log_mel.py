"""The spectrogram of the authors' networks is librosa's, from segments instead of whole files."""

import librosa
import numpy as np
import torch

from ML import registry
from ML.log_mel import LogMel, slaney_filters
from ML.segments import split_segments
from tests.ML.golden import synthetic_waveform

FRAMING = registry.get("musicnn", "msd", "pons2019").framing


def test_filters_are_those_of_librosa():
    expected = librosa.filters.mel(sr=16_000, n_fft=512, n_mels=96)
    # Of values up to 0.02: the last digit of float32.
    assert np.allclose(slaney_filters().numpy(), expected, rtol=0, atol=1e-8)


def test_segments_have_the_frames_of_the_whole_file():
    waveform = synthetic_waveform(16_000)
    mel = librosa.feature.melspectrogram(
        y=waveform, sr=16_000, n_fft=512, hop_length=256, n_mels=96, pad_mode="reflect"
    )
    expected = np.log10(10_000 * mel.astype(np.float16).astype(np.float32) + 1)
    ours = LogMel()(torch.from_numpy(split_segments(waveform, FRAMING).samples)).numpy()
    assert ours.shape == (2, 96, 187)
    # One step of float16, to which powers are rounded, is 1e-3: its logarithm to base 10 moves by 4.3e-4.
    assert np.abs(np.concatenate(ours, axis=1) - expected[:, : 2 * 187]).max() < 5e-4


def test_a_file_beyond_full_scale_stays_finite():
    loud = torch.full((1, FRAMING.window_samples), 1e6)
    assert LogMel()(loud).isfinite().all()
