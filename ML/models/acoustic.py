"""Classic, training-free description of sound: timbre, harmony, loudness, rhythm. Needs no weights.

Features as in McFee et al. 2015 (librosa), the vector that genre studies used before networks
(Tzanetakis & Cook 2002): mean and standard deviation over time of frame-by-frame measurements.
Hertz stand beside shares, so vectors mean something only after `ML.pca.standardise`.
"""

from pathlib import Path

import numpy as np

from ML.acoustic_names import ACOUSTIC_TAGS, FEATURE_NAMES, N_MFCC
from ML.segments import SegmentOutput, Segments
from ML.spec import ModelSpec

N_FFT = 2048  # 93 ms at 22 050 Hz
HOP_LENGTH = 512  # 23 ms
SILENCE_DB = -80.0  # dBFS; quieter frames count as this, so that digital silence is a number
ENERGY_SPLITS_HZ = (250.0, 4000.0)  # bass | voice and most melody | cymbals and air
ONSET_RISE_DB = 1.0  # an onset rises this much over its surroundings, averaged over mel bands
ONSET_GAP_FRAMES = 2  # 46 ms: closer onsets are one
BPM_RANGE = (40.0, 240.0)
BPM_PRIOR = 120.0  # listeners tap near 120 when several tempi fit
LAG_STEPS = 8  # between frames: whole frames would allow 117.5 or 123.0 BPM, nothing between

TAG_COLUMNS = [FEATURE_NAMES.index(name) for name in ACOUSTIC_TAGS.values()]


class AcousticModel:
    """Segments in, named measurements out; every segment is measured over its real audio only."""

    def __init__(self, sample_rate: int):
        self.sample_rate = sample_rate  # Hz

    def __call__(self, segments: Segments) -> SegmentOutput:
        pairs = zip(segments.samples, segments.lengths, strict=True)
        rows = [compute_features(samples[:length], self.sample_rate) for samples, length in pairs]
        embedding = np.stack(rows).astype(np.float32)
        return SegmentOutput(embedding=embedding, taggram=embedding[:, TAG_COLUMNS])


def build(spec: ModelSpec, weights_path: Path | None, device: str) -> AcousticModel:
    """weights_path and device are the registry's convention: there is nothing to load or to move."""
    return AcousticModel(spec.sample_rate)


def compute_features(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """samples: float32 mono [n_samples].  Returns float64 [len(FEATURE_NAMES)], all NaN for samples with NaN.

    Frames are not padded, so the cut between two segments does not sound like an onset; only audio
    shorter than one frame is, with zeros.
    """
    if not np.isfinite(samples).all():
        return np.full(len(FEATURE_NAMES), np.nan)  # as a network would answer; the caller raises for both
    audio = fill_frame(samples)
    magnitude = compute_magnitude(audio)
    mel_db = compute_mel_db(magnitude, sample_rate)
    parts = (  # in the order of FRAME_ROWS
        compute_timbre(mel_db, magnitude, sample_rate),
        compute_harmony(magnitude, sample_rate),
        compute_spectral_shape(magnitude, sample_rate),
        compute_waveform_rows(audio),
    )
    frames = np.concatenate(parts)
    single = [*compute_rhythm(mel_db, sample_rate), *compute_energy_shares(magnitude, sample_rate)]
    return np.concatenate([frames.mean(axis=1), frames.std(axis=1), single])


def fill_frame(samples: np.ndarray) -> np.ndarray:
    """float32, zero-padded to one frame at least."""
    return np.pad(np.asarray(samples, dtype=np.float32), (0, max(0, N_FFT - len(samples))))


def compute_magnitude(audio: np.ndarray) -> np.ndarray:
    """The one STFT that every measurement shares: [1 + N_FFT / 2, n_frames]."""
    import librosa

    return np.abs(librosa.stft(audio, n_fft=N_FFT, hop_length=HOP_LENGTH, center=False))


def compute_mel_db(magnitude: np.ndarray, sample_rate: int) -> np.ndarray:
    """Mel spectrogram in decibels, 80 dB deep: [128, n_frames]."""
    import librosa

    return librosa.power_to_db(librosa.feature.melspectrogram(S=magnitude**2, sr=sample_rate))


def compute_timbre(mel_db: np.ndarray, magnitude: np.ndarray, sample_rate: int) -> np.ndarray:
    """MFCC, their deltas and delta-deltas, spectral contrast: [67, n_frames]."""
    import librosa

    mfcc = librosa.feature.mfcc(S=mel_db, n_mfcc=N_MFCC)
    # mode="nearest": the default needs nine frames, and 0.1 s has one.
    deltas = [librosa.feature.delta(mfcc, order=order, mode="nearest") for order in (1, 2)]
    return np.concatenate([mfcc, *deltas, librosa.feature.spectral_contrast(S=magnitude, sr=sample_rate)])


def compute_harmony(magnitude: np.ndarray, sample_rate: int) -> np.ndarray:
    """Chroma (C to B, loudest 1) and tonnetz (Harte et al. 2006): [18, n_frames]."""
    import librosa

    # tuning=0: an estimate from ten seconds jumps between segments; chroma filters forgive a few cents.
    chroma = librosa.feature.chroma_stft(S=magnitude**2, sr=sample_rate, tuning=0.0)
    return np.concatenate([chroma, librosa.feature.tonnetz(chroma=chroma)])


def compute_spectral_shape(magnitude: np.ndarray, sample_rate: int) -> np.ndarray:
    """Centroid, bandwidth and 85 % rolloff in Hz: [3, n_frames]."""
    import librosa

    centroid = librosa.feature.spectral_centroid(S=magnitude, sr=sample_rate)
    bandwidth = librosa.feature.spectral_bandwidth(S=magnitude, sr=sample_rate, centroid=centroid)
    rolloff = librosa.feature.spectral_rolloff(S=magnitude, sr=sample_rate)
    return np.concatenate([centroid, bandwidth, rolloff])


def compute_waveform_rows(audio: np.ndarray) -> np.ndarray:
    """Zero crossings per sample, and loudness in dBFS (RMS 1.0 is 0 dB): [2, n_frames]."""
    import librosa

    crossings = librosa.feature.zero_crossing_rate(
        audio, frame_length=N_FFT, hop_length=HOP_LENGTH, center=False
    )
    rms = librosa.feature.rms(y=audio, frame_length=N_FFT, hop_length=HOP_LENGTH, center=False)
    return np.concatenate([crossings, 20.0 * np.log10(np.maximum(rms, 10.0 ** (SILENCE_DB / 20.0)))])


def compute_energy_shares(magnitude: np.ndarray, sample_rate: int) -> list[float]:
    """Shares of the energy below, between and above ENERGY_SPLITS_HZ: sum 1, or 0 for silence."""
    energy = (magnitude**2).sum(axis=1, dtype=np.float64)
    frequencies = np.linspace(0.0, sample_rate / 2, len(energy))
    band_of_bin = np.searchsorted(ENERGY_SPLITS_HZ, frequencies, side="right")
    bands = np.bincount(band_of_bin, weights=energy, minlength=3)
    return list(bands / max(bands.sum(), np.finfo(np.float64).tiny))


def compute_rhythm(mel_db: np.ndarray, sample_rate: int) -> tuple[float, float]:
    """Onsets per second, and tempo in BPM (0 where fewer than two onsets give no pulse)."""
    from scipy.signal import find_peaks

    rise = np.maximum(np.diff(mel_db, axis=1), 0.0).mean(axis=0)  # dB a frame, Böck & Widmer's spectral flux
    frame_rate = sample_rate / HOP_LENGTH  # Hz
    # Padded with zeros, an onset in the very first or last frame is a peak too.
    onsets, _ = find_peaks(np.pad(rise, 1), prominence=ONSET_RISE_DB, distance=ONSET_GAP_FRAMES)
    tempo = compute_tempo(rise, frame_rate) if len(onsets) >= 2 else 0.0
    return len(onsets) * frame_rate / mel_db.shape[1], tempo


def compute_tempo(rise: np.ndarray, frame_rate: float) -> float:
    """The strongest period of the onset envelope, between frames, in BPM.

    rise: [n_frames], not constant.  frame_rate: Hz.  Autocorrelation with a log-normal preference for
    BPM_PRIOR, one octave wide, as `librosa.feature.tempo`, which knows whole-frame periods only.
    """
    n_fft = 2 * len(rise)  # zero-padded: the end must not correlate with the beginning
    power = np.abs(np.fft.rfft(rise - rise.mean(), n_fft)) ** 2
    correlation = np.fft.irfft(power, n_fft * LAG_STEPS)[: len(rise) * LAG_STEPS]
    bpm = 60.0 * frame_rate * LAG_STEPS / np.arange(1, len(correlation))
    prior = np.exp(-0.5 * np.log2(bpm / BPM_PRIOR) ** 2)
    score = np.where((bpm >= BPM_RANGE[0]) & (bpm <= BPM_RANGE[1]), correlation[1:] * prior, 0.0)
    return float(bpm[np.argmax(score)]) if score.max() > 0 else 0.0
