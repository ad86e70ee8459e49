"""MFCCs equal librosa's, and the window is as long as it says."""

import numpy as np
import pytest
import torch

from ML.mfcc import N_FRAMES, SAMPLE_RATE, compute_mfcc, fit_frames, n_frames_of
from tests.ML.golden import CLIPS, SHARED, SYNTHETIC, needs_shared, synthetic_waveform

TOLERANCE = 1e-3  # float32 cosine sums of 128 decibels; values up to 400, whose steps are 3e-5


def mfcc_of(samples: np.ndarray, hop_length: int) -> np.ndarray:
    return compute_mfcc(torch.from_numpy(samples)[None], hop_length)[0].numpy()


@pytest.mark.numerical
def test_a_synthetic_sound_gives_the_reference_numbers():
    golden = np.load(SYNTHETIC)["mfcc_20_hop1024"]
    assert np.abs(mfcc_of(synthetic_waveform(SAMPLE_RATE), 1024) - golden).max() < TOLERANCE


@needs_shared
@pytest.mark.parametrize("hop_length", [1024, 512])
@pytest.mark.parametrize("clip", CLIPS)
def test_real_music_gives_the_reference_numbers(clip, hop_length):
    golden = np.load(SHARED / "goldens" / f"{clip}.npz")
    mfcc = mfcc_of(golden["waveform_22k"], hop_length)
    assert mfcc.shape == golden[f"mfcc_20_hop{hop_length}"].shape
    assert np.abs(mfcc - golden[f"mfcc_20_hop{hop_length}"]).max() < TOLERANCE


@pytest.mark.numerical
def test_equals_librosa_on_quiet_and_silent_sound():
    import librosa

    quiet = 1e-4 * synthetic_waveform(SAMPLE_RATE)
    for samples in (quiet, np.zeros(SAMPLE_RATE, np.float32)):
        theirs = librosa.feature.mfcc(y=samples, sr=SAMPLE_RATE, n_mfcc=20, n_fft=2048, hop_length=1024)
        # Silence has a first coefficient of -1131, of whose size 2e-6 is.
        assert np.allclose(mfcc_of(samples, 1024), theirs, rtol=2e-6, atol=TOLERANCE)


def test_silence_appended_to_a_segment_changes_nothing_of_its_sound():
    samples = synthetic_waveform(SAMPLE_RATE)
    padded = torch.from_numpy(np.pad(samples, (0, 5 * SAMPLE_RATE)))[None]
    inside = compute_mfcc(padded, lengths=torch.tensor([len(samples)]))[0].numpy()
    alone = mfcc_of(samples, 1024)
    assert np.abs(inside[:, : alone.shape[1]] - alone).max() < TOLERANCE


def test_a_batch_is_its_members():
    loud, soft = synthetic_waveform(SAMPLE_RATE), 0.01 * synthetic_waveform(SAMPLE_RATE)[::-1]
    both = compute_mfcc(torch.from_numpy(np.stack([loud, soft])))
    assert np.abs(both[1].numpy() - mfcc_of(np.ascontiguousarray(soft), 1024)).max() < TOLERANCE


@pytest.mark.parametrize(("hop_length", "seconds"), [(1024, 29.7), (512, 14.9)])
def test_the_window_covers_what_it_says(hop_length, seconds):
    """640 frames: half a minute for models of ours, half of that for those of the original program."""
    assert N_FRAMES * hop_length / SAMPLE_RATE == pytest.approx(seconds, abs=0.05)
    assert n_frames_of(30 * SAMPLE_RATE, hop_length) >= N_FRAMES


def test_a_short_sound_goes_round_or_is_followed_by_zeros():
    mfcc = torch.arange(6.0).reshape(2, 3)
    assert fit_frames(mfcc, 3, 7, repeats=True).tolist() == [[0, 1, 2, 0, 1, 2, 0], [3, 4, 5, 3, 4, 5, 3]]
    assert fit_frames(mfcc, 2, 4, repeats=False).tolist() == [[0, 1, 0, 0], [3, 4, 0, 0]]
    assert fit_frames(mfcc, 3, 2, repeats=True).tolist() == [[0, 1], [3, 4]]
