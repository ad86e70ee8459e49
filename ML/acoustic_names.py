"""What the acoustic model measures, by name: importable without librosa, so the registry can list it."""

PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
N_MFCC = 20
# Lower and upper edge in Hz of `librosa.feature.spectral_contrast`'s octaves; the last ends at Nyquist.
CONTRAST_BANDS = ("0_200", "200_400", "400_800", "800_1600", "1600_3200", "3200_6400", "6400_11025")
TONNETZ_AXES = ("fifth_x", "fifth_y", "minor_third_x", "minor_third_y", "major_third_x", "major_third_y")


def numbered(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}_{index:02d}" for index in range(count))


# Rows of the frame-by-frame measurements, in the order in which `ML.models.acoustic` stacks them.
FRAME_ROWS: tuple[str, ...] = (
    *numbered("mfcc", N_MFCC),
    *numbered("mfcc_delta", N_MFCC),
    *numbered("mfcc_delta2", N_MFCC),
    *(f"contrast_{band}_hz" for band in CONTRAST_BANDS),
    *(f"chroma_{pitch}" for pitch in PITCH_CLASSES),
    *(f"tonnetz_{axis}" for axis in TONNETZ_AXES),
    "centroid_hz",
    "bandwidth_hz",
    "rolloff_hz",
    "zero_crossing_rate",
    "loudness_db",
)

# One number a segment.
SEGMENT_ROWS: tuple[str, ...] = (
    "onsets_per_second",
    "tempo_bpm",
    "low_energy_share",
    "mid_energy_share",
    "high_energy_share",
)

FEATURE_NAMES: tuple[str, ...] = (
    *(f"{row}_mean" for row in FRAME_ROWS),
    *(f"{row}_std" for row in FRAME_ROWS),
    *SEGMENT_ROWS,
)

# The taggram: what a person would read → the feature it shows.
ACOUSTIC_TAGS: dict[str, str] = {
    "tempo (BPM)": "tempo_bpm",
    "onsets per second": "onsets_per_second",
    "loudness (dBFS)": "loudness_db_mean",
    "loudness variation (dB)": "loudness_db_std",
    "spectral centroid (Hz)": "centroid_hz_mean",
    "spectral bandwidth (Hz)": "bandwidth_hz_mean",
    "spectral rolloff (Hz)": "rolloff_hz_mean",
    "zero crossings per sample": "zero_crossing_rate_mean",
    "energy below 250 Hz": "low_energy_share",
    "energy 250-4000 Hz": "mid_energy_share",
    "energy above 4000 Hz": "high_energy_share",
    **{f"chroma {pitch}": f"chroma_{pitch}_mean" for pitch in PITCH_CLASSES},
    **{f"contrast {band.replace('_', '-')} Hz": f"contrast_{band}_hz_mean" for band in CONTRAST_BANDS},
}
ACOUSTIC_TAG_NAMES: tuple[str, ...] = tuple(ACOUSTIC_TAGS)
