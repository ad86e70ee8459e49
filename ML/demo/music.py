"""What is played and when: notes, the piece, timing. Time in beats, pitch in MIDI numbers."""

import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Note(NamedTuple):
    beat: float
    length: float  # beats
    pitch: float  # MIDI number, 60 is middle C
    velocity: float = 0.8  # 0 to 1


class Chord(NamedTuple):
    beat: float
    length: float  # beats
    root: int  # MIDI pitch class, 0 to 11
    tones: tuple[int, ...]  # pitch classes, root first


@dataclass(frozen=True)
class Piece:
    """All an arranger needs to know. brightness, wetness: 0 to 1.  variant: the artist's line-up, 0 or 1."""

    style: str
    seed: int
    sample_rate: int
    tempo_bpm: float
    tonic: int
    scale: str
    brightness: float
    wetness: float
    variant: int
    n_bars: int
    beats_per_bar: int = 4
    tail_seconds: float = 2.0

    @property
    def seconds_per_beat(self) -> float:
        return 60.0 / self.tempo_bpm

    @property
    def n_beats(self) -> int:
        return self.n_bars * self.beats_per_bar

    @property
    def n_samples(self) -> int:
        return int((self.n_beats * self.seconds_per_beat + self.tail_seconds) * self.sample_rate)

    def random(self, part: str) -> np.random.Generator:
        """A generator of its own for each part, so that changing one part leaves the others as they were."""
        return np.random.default_rng([self.seed, zlib.crc32(part.encode())])


def hertz_of(pitch: float) -> float:
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def swing(notes: list[Note], amount: float, unit: float = 0.5) -> list[Note]:
    """Delay every second note of length `unit` (beats) by `amount` of a unit: 0 straight, 0.33 triplets."""
    return [note._replace(beat=swing_beat(note.beat, amount, unit)) for note in notes]


def swing_beat(beat: float, amount: float, unit: float = 0.5) -> float:
    return beat + amount * unit if round(beat / unit) % 2 else beat


def humanise(notes: list[Note], rng: np.random.Generator, beats: float) -> list[Note]:
    """A player's small unevenness in time and touch."""
    return [
        note._replace(
            beat=max(0.0, note.beat + rng.normal(0, beats)), velocity=note.velocity * rng.uniform(0.85, 1.05)
        )
        for note in notes
    ]


def loosen(hits: list[tuple[float, float]], rng: np.random.Generator) -> list[tuple[float, float]]:
    """The same for drums: no two strokes of a drummer are alike."""
    return [
        (max(0.0, beat + rng.normal(0, 0.008)), velocity * rng.uniform(0.7, 1.05)) for beat, velocity in hits
    ]


def every(step: float, start: float, end: float, velocity: float = 1.0) -> list[tuple[float, float]]:
    """(beat, velocity) from start to end, one each `step` beats."""
    return [(start + index * step, velocity) for index in range(int(np.ceil((end - start) / step - 1e-9)))]


def pattern_hits(pattern: str, start: float) -> list[tuple[float, float]]:
    """Read a drum line of sixteenths: X loud, x normal, o ghost, anything else silent."""
    loudness = {"X": 1.0, "x": 0.75, "o": 0.35}
    return [(start + index / 4, loudness[mark]) for index, mark in enumerate(pattern) if mark in loudness]
