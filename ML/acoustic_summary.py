"""A track's brightness and tempo, of the measurements that acoustic/librosa makes in every ten seconds.

Both come from segments: those the model has left in the library, or these here, measured alone and several
times quicker than its 185 features.
"""

from dataclasses import dataclass

import numpy as np

from ML import registry
from ML.acoustic_names import ACOUSTIC_TAG_NAMES
from ML.inference import LoadedModel
from ML.segments import SegmentOutput, Segments

ACOUSTIC = registry.get("acoustic", "librosa")

CENTROID, TEMPO = "spectral centroid (Hz)", "tempo (BPM)"
COLUMNS = [ACOUSTIC_TAG_NAMES.index(name) for name in (CENTROID, TEMPO)]
NO_PULSE = 0.0  # BPM


@dataclass(frozen=True)
class AcousticSummary:
    """spectral_centroid: Hz, mean over the track.  tempo: BPM, NO_PULSE where there is none."""

    spectral_centroid: float
    tempo: float


def summarise(measured: np.ndarray) -> AcousticSummary:
    """measured: [n_segments, 2], centroid (Hz) and tempo (BPM) of each segment, n_segments >= 1.

    The tempo is the median of the segments that have one: their mean would lie between a tempo and its half.
    """
    tempi = measured[measured[:, 1] > 0, 1]
    return AcousticSummary(float(measured[:, 0].mean()), float(np.median(tempi)) if len(tempi) else NO_PULSE)


def summarise_taggrams(taggrams: np.ndarray) -> AcousticSummary:
    """taggrams: [n_segments, 30], as acoustic/librosa answers."""
    return summarise(np.asarray(taggrams, dtype=np.float64)[:, COLUMNS])


def load_summary_model() -> LoadedModel:
    """The two measurements as a model: what the engine runs where acoustic/librosa has not been."""
    return LoadedModel(ACOUSTIC, measure_segments)


def measure_segments(segments: Segments) -> SegmentOutput:
    """float32 [n_segments, 2], centroid (Hz) and tempo (BPM), as embedding and taggram alike."""
    pairs = zip(segments.samples, segments.lengths, strict=True)
    measured = [measure(samples[:length], ACOUSTIC.sample_rate) for samples, length in pairs]
    return SegmentOutput(np.array(measured, np.float32), np.array(measured, np.float32))


def measure(samples: np.ndarray, sample_rate: int) -> tuple[float, float]:
    """(centroid in Hz, tempo in BPM) of float32 mono [n_samples]."""
    from ML.models import acoustic

    magnitude = acoustic.compute_magnitude(acoustic.fill_frame(samples))
    centroid = acoustic.compute_spectral_shape(magnitude, sample_rate)[0].mean()
    _, tempo = acoustic.compute_rhythm(acoustic.compute_mel_db(magnitude, sample_rate), sample_rate)
    return float(centroid), tempo
