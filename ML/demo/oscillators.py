"""Raw sound: periodic waves, noise, envelopes and filters. Everything is mono float64 [n_samples]."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

TABLE_LENGTH = 2048  # samples in one stored period; ample for 200 harmonics read with interpolation
MAX_HARMONICS = 200


def saw_harmonics() -> Samples:
    return 1.0 / np.arange(1, MAX_HARMONICS + 1)


def pulse_harmonics(duty: float) -> Samples:
    """Harmonics of a rectangle that is high for `duty` of its period; 0.5 is a square."""
    orders = np.arange(1, MAX_HARMONICS + 1)
    return np.asarray(np.sin(np.pi * orders * duty) / orders)


def triangle_harmonics() -> Samples:
    orders = np.arange(1, MAX_HARMONICS + 1)
    return np.where(orders % 2 == 1, (-1.0) ** ((orders - 1) // 2) / orders**2, 0.0)


def darken(harmonics: Samples, frequency: float, cutoff: float, slope: float = 2.0) -> Samples:
    """Attenuate harmonics above `cutoff` Hz as a gentle low-pass of `slope` poles would."""
    orders = np.arange(1, len(harmonics) + 1)
    return np.asarray(harmonics / np.sqrt(1.0 + (orders * frequency / cutoff) ** (2 * slope)))


def periodic_wave(
    harmonics: Samples, frequency: float | Samples, n_samples: int, sample_rate: int
) -> Samples:
    """A band-limited wave; `frequency` (Hz) is one number or one value a sample (vibrato, slides)."""
    hertz = np.broadcast_to(np.asarray(frequency, dtype=float), (n_samples,))
    audible = max(1, min(len(harmonics), int(0.45 * sample_rate / float(hertz.max()))))
    spectrum = np.zeros(TABLE_LENGTH // 2 + 1, dtype=complex)
    spectrum[1 : audible + 1] = -0.5j * harmonics[:audible] * TABLE_LENGTH
    table = np.fft.irfft(spectrum, TABLE_LENGTH)
    position = np.cumsum(hertz) * (TABLE_LENGTH / sample_rate)
    whole = position.astype(np.int64)
    slopes = np.append(np.diff(table), table[0] - table[-1])
    index = whole & (TABLE_LENGTH - 1)  # the length is a power of two: this is the remainder, faster
    return np.asarray(table[index] + (position - whole) * slopes[index])


def vibrato(
    frequency: float, n_samples: int, sample_rate: int, depth: float, rate_hz: float = 5.3
) -> Samples:
    """Frequency curve (Hz) that starts straight and swings by `depth` (a ratio) after 0.25 s."""
    seconds = np.arange(n_samples) / sample_rate
    swell = np.clip((seconds - 0.12) / 0.25, 0.0, 1.0)
    return np.asarray(frequency * (1.0 + depth * swell * np.sin(2 * np.pi * rate_hz * seconds)))


def noise(n_samples: int, seed: int) -> Samples:
    return np.random.default_rng(seed).uniform(-1.0, 1.0, n_samples)


def decay(n_samples: int, sample_rate: int, seconds: float) -> Samples:
    """Exponential fall by 1/e every `seconds`."""
    return np.asarray(np.exp(-np.arange(n_samples) / (seconds * sample_rate)))


def hold_envelope(n_samples: int, sample_rate: int, attack: float, release: float) -> Samples:
    """Rises in `attack` seconds, falls in the last `release` seconds, along a raised cosine: no clicks."""
    envelope = np.ones(n_samples)
    n_attack = min(n_samples // 2, max(1, int(attack * sample_rate)))
    n_release = min(n_samples - n_attack, max(1, int(release * sample_rate)))
    envelope[:n_attack] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(n_attack) / n_attack)
    envelope[n_samples - n_release :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_release + 1) / n_release)
    return envelope


@lru_cache(maxsize=256)
def _butterworth(kind: str, cutoff: float | tuple[float, float], sample_rate: int, order: int) -> Samples:
    from scipy.signal import butter

    return np.asarray(butter(order, cutoff, kind, fs=sample_rate, output="sos"))


def filtered(
    sound: Samples, kind: str, cutoff: float | tuple[float, float], sample_rate: int, order: int = 2
) -> Samples:
    """Butterworth along axis 0. kind: low, high or band.  cutoff: Hz, kept below the Nyquist frequency."""
    from scipy.signal import sosfilt

    ceiling = 0.45 * sample_rate
    edges = (
        tuple(min(edge, ceiling) for edge in cutoff) if isinstance(cutoff, tuple) else min(cutoff, ceiling)
    )
    return np.asarray(sosfilt(_butterworth(kind, edges, sample_rate, order), sound, axis=0))


def resonant_sweep(
    sound: Samples, cutoffs: Samples, resonance: float, sample_rate: int, block: int = 128
) -> Samples:
    """Low-pass whose cutoff moves, the voice of an acid bass. cutoffs: Hz, one value a block of samples.

    Coefficients: R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients.
    """
    from scipy.signal import lfilter

    state, pieces = np.zeros(2), []
    for index, cutoff in enumerate(cutoffs[: -(-len(sound) // block)]):
        angle = 2 * np.pi * min(cutoff, 0.4 * sample_rate) / sample_rate
        alpha, cosine = np.sin(angle) / (2 * resonance), np.cos(angle)
        numerator = np.array([(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2])
        denominator = np.array([1 + alpha, -2 * cosine, 1 - alpha])
        output, state = lfilter(numerator, denominator, sound[index * block : (index + 1) * block], zi=state)
        pieces.append(output)
    return np.concatenate(pieces)
