"""The mixing desk: place sounds in time and stereo, add a room, and master to one loudness."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ML.demo.instruments import Timbre
from ML.demo.music import Note, Piece, hertz_of
from ML.demo.oscillators import Samples, filtered

TARGET_RMS = 0.15  # of the signal above 80 Hz, where the ear judges loudness; about -16 dBFS
CEILING = 0.86  # full scale is 1; lossy codecs overshoot by a few percent
FADE_IN_SECONDS = 0.004  # short: most tracks begin with a beat
FADE_OUT_SECONDS = 1.6


class Mix:
    """A stereo sum with one effect send.

    dry: [n_samples, 2].  send: [n_samples], what the room hears.
    """

    def __init__(self, piece: Piece):
        self.sample_rate = piece.sample_rate
        self.seconds_per_beat = piece.seconds_per_beat
        self.dry = np.zeros((piece.n_samples, 2))
        self.send = np.zeros(piece.n_samples)

    def add(
        self, sound: Samples, beat: float, gain: float = 1.0, pan: float = 0.0, send: float = 0.0
    ) -> None:
        """Add a mono sound at a beat. pan: -1 left to 1 right, constant power.  Silent beyond the end."""
        start = max(0, round(beat * self.seconds_per_beat * self.sample_rate))
        part = sound[: max(0, len(self.send) - start)] * gain
        angle = (pan + 1) * np.pi / 4
        self.dry[start : start + len(part), 0] += part * np.cos(angle)
        self.dry[start : start + len(part), 1] += part * np.sin(angle)
        if send:
            self.send[start : start + len(part)] += send * part

    def play(
        self, notes: Iterable[Note], timbre: Timbre, gain: float, pan: float = 0.0, send: float = 0.0
    ) -> None:
        """Play notes on one instrument; a pitch and length heard before is not synthesised again."""
        heard: dict[tuple[float, float], Samples] = {}
        for note in notes:
            key = (note.pitch, round(note.length * self.seconds_per_beat, 3))
            if key not in heard:
                heard[key] = timbre(hertz_of(note.pitch), key[1])
            self.add(heard[key], note.beat, gain * note.velocity, pan, send)

    def hit(
        self,
        sound: Samples,
        beats: Iterable[tuple[float, float]],
        gain: float,
        pan: float = 0.0,
        send: float = 0.0,
    ) -> None:
        """Strike a drum. beats: (beat, velocity) pairs."""
        for beat, velocity in beats:
            self.add(sound, beat, gain * velocity, pan, send)

    def with_room(self, seconds: float, brightness: float, level: float = 1.0) -> Samples:
        """The dry mix and its reverberation, [n_samples, 2]."""
        return self.dry + level * reverberate(self.send, self.sample_rate, seconds, brightness)


def reverberate(send: Samples, sample_rate: int, seconds: float, brightness: float) -> Samples:
    """A room of `seconds` (time to -60 dB), [n_samples, 2]: decaying noise, different at each ear."""
    from scipy.signal import oaconvolve

    n_impulse = int(seconds * sample_rate)
    time = np.arange(n_impulse) / sample_rate
    source = np.random.default_rng(7).standard_normal((n_impulse, 2))
    low = filtered(source, "low", 1200.0, sample_rate, 1) * np.exp(-6.9 * time / seconds)[:, None]
    high = filtered(source, "high", 1200.0, sample_rate, 1) * np.exp(-13.8 * time / seconds)[:, None]
    impulse = np.minimum(time / 0.012, 1.0)[:, None] * (low + (0.2 + 0.8 * brightness) * high)
    impulse /= np.sqrt((impulse**2).sum(axis=0))
    # Single precision: half the time, and an error 120 dB below the sound.
    wet = oaconvolve(send[:, None].astype(np.float32), impulse.astype(np.float32), axes=0)
    return np.asarray(wet[: len(send)], dtype=np.float64)


def echo(sound: Samples, delay_samples: int, feedback: float, n_repeats: int = 4) -> Samples:
    """Repeats of a stereo sound that change sides. sound: [n_samples, 2]; the original is not included."""
    repeats = np.zeros_like(sound)
    for index in range(1, n_repeats + 1):
        shift = index * delay_samples
        if shift < len(sound):
            source = sound[: len(sound) - shift, ::-1] if index % 2 else sound[: len(sound) - shift]
            repeats[shift:] += feedback**index * source
    return repeats


def duck(sound: Samples, piece: Piece, depth: float) -> Samples:
    """Make room for a kick on every beat: the pumping of dance music."""
    beats = np.arange(len(sound)) / piece.sample_rate / piece.seconds_per_beat % 1.0
    onset = np.minimum(1.0, beats / 0.02)
    return np.asarray(sound * (1 - depth * onset * np.exp(-beats / 0.28) * (1 - beats))[:, None])


def drive(sound: Samples, gain: float, sample_rate: int, cabinet: tuple[float, float]) -> Samples:
    """A guitar amplifier: soft clipping with a little asymmetry, then a loudspeaker's band (Hz)."""
    clipped = np.tanh(gain * filtered(sound, "high", 80.0, sample_rate, 1) + 0.15)
    return filtered(filtered(clipped, "high", cabinet[0], sample_rate), "low", cabinet[1], sample_rate, 4)


def limit_peaks(sound: Samples, sample_rate: int) -> Samples:
    """Turn down just before a peak and back after it, so that nothing passes CEILING and nothing crackles."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    window = int(0.008 * sample_rate) | 1
    peaks = maximum_filter1d(np.abs(sound).max(axis=1), 2 * window + 1)
    gain = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
    # The mean over less than the maximum's window never rises above the gain a peak needs.
    return np.asarray(sound * uniform_filter1d(gain, window)[:, None])


def master(sound: Samples, sample_rate: int) -> NDArray[np.float32]:
    """Remove rumble and offset, set the loudness, limit, fade. Returns float32 [n_samples, 2] in [-1, 1]."""
    clean = filtered(sound, "high", 25.0, sample_rate)
    for _ in range(2):  # limiting lowers the loudness a little: set it once more
        loudness = np.sqrt((filtered(clean, "high", 80.0, sample_rate, 1) ** 2).mean())
        clean = limit_peaks(clean * (TARGET_RMS / max(float(loudness), 1e-9)), sample_rate)
    seconds = np.arange(len(clean)) / sample_rate
    left = (len(clean) - 1) / sample_rate - seconds
    fade = np.minimum(1.0, seconds / FADE_IN_SECONDS) * np.minimum(1.0, left / FADE_OUT_SECONDS) ** 1.5
    return np.asarray(clean * fade[:, None], dtype=np.float32)
