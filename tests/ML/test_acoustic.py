"""The acoustic model hears what a musician hears in sounds whose properties are known."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ML.acoustic_names import ACOUSTIC_TAG_NAMES, ACOUSTIC_TAGS, FEATURE_NAMES, PITCH_CLASSES
from ML.models.acoustic import AcousticModel, compute_features
from ML.segments import Segments

REPOSITORY = Path(__file__).parents[2]
SAMPLE_RATE = 22_050
SEGMENT_SAMPLES = 220_500
TEMPO_TOLERANCE = 1.5  # BPM: one step of 1/8 frame at 174 BPM; a whole frame is 12 BPM there, 5.6 at 120
LOUDNESS_NAMES = ("loudness_db_mean", "mfcc_00_mean")  # all that may follow the volume knob


def tone(frequency: float, seconds: float = 10.0, amplitude: float = 0.5) -> np.ndarray:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def white_noise(seconds: float = 10.0, amplitude: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(7)
    return (amplitude * rng.standard_normal(round(seconds * SAMPLE_RATE))).astype(np.float32)


def click_track(bpm: float, first: float = 0.1) -> np.ndarray:
    """Decaying 1.5 kHz clicks for 10 s, the first at `first` seconds."""
    time = np.arange(400) / SAMPLE_RATE
    click = 0.8 * np.exp(-time * 275.0) * np.sin(2 * np.pi * 1500.0 * time)
    track = np.zeros(SEGMENT_SAMPLES + len(click), dtype=np.float32)
    for second in np.arange(first, 10.0, 60.0 / bpm):
        start = round(second * SAMPLE_RATE)
        track[start : start + len(click)] += click
    return track[:SEGMENT_SAMPLES]


def describe(samples: np.ndarray) -> dict[str, float]:
    return dict(zip(FEATURE_NAMES, compute_features(samples, SAMPLE_RATE), strict=True))


def as_segments(*sounds: np.ndarray, padding: float = 0.0) -> Segments:
    samples = np.full((len(sounds), SEGMENT_SAMPLES), padding, dtype=np.float32)
    for row, sound in zip(samples, sounds, strict=True):
        row[: len(sound)] = sound
    return Segments(samples, np.array([len(sound) for sound in sounds]), np.arange(len(sounds)) * 10.0)


def strongest_pitch(features: dict[str, float]) -> str:
    return max(PITCH_CLASSES, key=lambda pitch: features[f"chroma_{pitch}_mean"])


def test_a_440_hz_tone_is_an_a_at_440_hz():
    heard = describe(tone(440.0))
    assert strongest_pitch(heard) == "A"
    # Half a bin of the FFT is 5 Hz. A frame holds 40.9 periods: 81 or 82 crossings, an RMS within 0.01 dB.
    assert heard["centroid_hz_mean"] == pytest.approx(440.0, abs=5.0)
    assert heard["zero_crossing_rate_mean"] == pytest.approx(2 * 440.0 / SAMPLE_RATE, rel=0.01)
    assert heard["loudness_db_mean"] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.05)


NOTES_HZ = {"C": 261.63, "E": 329.63, "F#": 739.99, "A#": 116.54}


@pytest.mark.parametrize(("pitch", "frequency"), NOTES_HZ.items())
def test_chroma_names_the_note_in_any_octave(pitch, frequency):
    assert strongest_pitch(describe(tone(frequency))) == pitch


def test_a_steady_tone_has_no_onsets_and_no_tempo():
    heard = describe(tone(440.0))
    assert (heard["onsets_per_second"], heard["tempo_bpm"]) == (0.0, 0.0)


@pytest.mark.parametrize("bpm", [70, 90, 120, 128, 174])
def test_a_click_track_has_its_tempo_and_one_onset_a_beat(bpm):
    heard = describe(click_track(bpm))
    assert heard["tempo_bpm"] == pytest.approx(bpm, abs=TEMPO_TOLERANCE)
    assert heard["onsets_per_second"] == pytest.approx(bpm / 60.0, abs=0.12)  # one click more or less in 10 s


def test_tempo_does_not_depend_on_where_the_segment_was_cut():
    tempi = [describe(click_track(120, first))["tempo_bpm"] for first in (0.0, 0.13, 0.31)]
    assert tempi == pytest.approx([120.0] * 3, abs=3.0)  # a whole frame is 5.6 BPM here


def test_white_noise_is_brighter_wider_and_rougher_than_a_tone():
    noise, pure = describe(white_noise()), describe(tone(440.0))
    for name in ("centroid_hz_mean", "bandwidth_hz_mean", "rolloff_hz_mean", "zero_crossing_rate_mean"):
        assert noise[name] > 5 * pure[name], name


@pytest.mark.parametrize(("frequency", "share"), [(100.0, "low"), (1000.0, "mid"), (8000.0, "high")])
def test_energy_shares_tell_bass_from_cymbals(frequency, share):
    heard = describe(tone(frequency))
    assert heard[f"{share}_energy_share"] > 0.99
    assert sum(heard[f"{name}_energy_share"] for name in ("low", "mid", "high")) == pytest.approx(1.0)


def test_the_volume_knob_changes_loudness_and_nothing_else():
    """Up to float32 rounding, and to the floors of decibels and contrast, which are absolute."""
    music = click_track(120) + tone(220.0, amplitude=0.1) + white_noise(amplitude=0.01)
    loud, quiet = describe(music), describe(music * np.float32(0.1))
    assert loud["loudness_db_mean"] - quiet["loudness_db_mean"] == pytest.approx(20.0, abs=0.01)
    for name in set(FEATURE_NAMES) - set(LOUDNESS_NAMES):
        assert quiet[name] == pytest.approx(loud[name], rel=0.02, abs=0.02), name


def test_padding_after_a_short_segment_is_not_heard():
    sound = tone(440.0, seconds=3.0) + white_noise(seconds=3.0)
    model = AcousticModel(SAMPLE_RATE)
    silent, noisy = model(as_segments(sound)), model(as_segments(sound, padding=0.9))
    np.testing.assert_array_equal(silent.embedding, noisy.embedding)
    expected = compute_features(sound, SAMPLE_RATE)  # float64; the model rounds it to float32
    np.testing.assert_allclose(silent.embedding[0], expected, rtol=1e-6)


def test_each_segment_of_a_batch_is_heard_alone():
    """Equal bits: the model has no batches, each segment is computed by itself."""
    sounds = (tone(440.0), white_noise(seconds=6.0), click_track(120))
    model = AcousticModel(SAMPLE_RATE)
    together = model(as_segments(*sounds)).embedding
    alone = [model(as_segments(sound)).embedding[0] for sound in sounds]
    np.testing.assert_array_equal(together, alone)


def test_values_are_librosas():
    import librosa

    music = click_track(120) + tone(220.0, amplitude=0.2) + white_noise(amplitude=0.02)
    heard = describe(music)
    frames = {"y": music, "sr": SAMPLE_RATE, "n_fft": 2048, "hop_length": 512, "center": False}
    mfcc = librosa.feature.mfcc(**frames, n_mfcc=20)
    contrast = librosa.feature.spectral_contrast(**frames)
    chroma = librosa.feature.chroma_stft(**frames, tuning=0.0)
    expected = {
        "mfcc_03_mean": mfcc[3].mean(),
        "mfcc_19_std": mfcc[19].std(),
        "mfcc_delta2_01_std": librosa.feature.delta(mfcc, order=2, mode="nearest")[1].std(),
        "contrast_0_200_hz_mean": contrast[0].mean(),
        "contrast_6400_11025_hz_mean": contrast[6].mean(),
        "chroma_A_mean": chroma[9].mean(),
        "tonnetz_fifth_y_mean": librosa.feature.tonnetz(chroma=chroma)[1].mean(),
        "centroid_hz_mean": librosa.feature.spectral_centroid(**frames).mean(),
        "bandwidth_hz_std": librosa.feature.spectral_bandwidth(**frames).std(),
        "rolloff_hz_mean": librosa.feature.spectral_rolloff(**frames).mean(),
    }
    # librosa computes an STFT of its own for each, in float32.
    assert {name: heard[name] for name in expected} == pytest.approx(expected, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(1),
        np.ones(1),
        np.zeros(SEGMENT_SAMPLES),
        np.full(SEGMENT_SAMPLES, 0.5),
        tone(440.0, seconds=0.1),
        np.eye(1, SEGMENT_SAMPLES, 1000)[0],
        np.tile([1.0, -1.0], 5000),
    ],
    ids=["one zero", "one sample", "silence", "constant", "0.1 s", "one impulse", "Nyquist square"],
)
@pytest.mark.filterwarnings("error::UserWarning", "error::RuntimeWarning")
def test_odd_sounds_give_finite_numbers_without_a_warning(samples):
    output = AcousticModel(SAMPLE_RATE)(as_segments(samples))
    assert np.isfinite(output.embedding).all()
    assert output.embedding.dtype == np.float32


def test_samples_that_are_not_numbers_are_not_hidden():
    broken = tone(440.0)
    broken[1000] = np.nan
    assert np.isnan(compute_features(broken, SAMPLE_RATE)).all()


def test_every_value_has_a_name_of_its_own():
    output = AcousticModel(SAMPLE_RATE)(as_segments(tone(440.0), white_noise()))
    assert output.embedding.shape == (2, len(set(FEATURE_NAMES))) == (2, len(FEATURE_NAMES))
    assert output.taggram.shape == (2, len(set(ACOUSTIC_TAG_NAMES))) == (2, len(ACOUSTIC_TAG_NAMES))


def test_the_taggram_reads_the_features_it_names():
    output = AcousticModel(SAMPLE_RATE)(as_segments(click_track(120)))
    read = dict(zip(ACOUSTIC_TAG_NAMES, output.taggram[0], strict=True))
    assert read["tempo (BPM)"] == pytest.approx(120.0, abs=3.0)  # a whole frame is 5.6 BPM here
    heard = dict(zip(FEATURE_NAMES, output.embedding[0], strict=True))
    assert read == {tag: heard[feature] for tag, feature in ACOUSTIC_TAGS.items()}


def test_names_are_listed_without_loading_librosa():
    code = "import sys, ML.acoustic_names, ML.models.acoustic; sys.exit('librosa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0
