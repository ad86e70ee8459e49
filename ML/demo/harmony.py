"""Scales, diatonic chords and voice leading. Pitch classes 0 to 11 from C, pitches in MIDI numbers."""

from collections.abc import Iterator

import numpy as np

from ML.demo.music import Chord, Piece

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}


def ladder(pitch_classes: tuple[int, ...], low: int, high: int) -> list[int]:
    """All pitches low..high whose class is listed, rising."""
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in pitch_classes]


def scale_classes(piece: Piece) -> tuple[int, ...]:
    return tuple((piece.tonic + step) % 12 for step in SCALES[piece.scale])


def nearest(pitches: list[int], target: float) -> int:
    return min(pitches, key=lambda pitch: (abs(pitch - target), pitch))


def build_chords(piece: Piece, progression: str, chord_beats: float, n_tones: int = 3) -> list[Chord]:
    """Repeat a progression of scale degrees ("1 6 4 5") to the end; "6#" sharpens the third: a dominant.

    The last chord is the tonic, wherever the progression stood: pieces end at home.
    """
    classes = scale_classes(piece)
    degrees = progression.split()
    chords = []
    n_chords = int(np.ceil(piece.n_beats / chord_beats))
    for index in range(n_chords):
        symbol = degrees[index % len(degrees)] if index < n_chords - 1 else "1"
        degree = int(symbol.rstrip("#")) - 1
        tones = [classes[(degree + 2 * member) % 7] for member in range(n_tones)]
        if symbol.endswith("#") and (tones[1] - tones[0]) % 12 == 3:
            tones[1] = (tones[1] + 1) % 12
        chords.append(Chord(index * chord_beats, chord_beats, tones[0], tuple(tones)))
    return chords


def voice_chords(chords: list[Chord], centre: float) -> list[list[int]]:
    """Spell chords around `centre` so that each voice moves as little as it can."""
    voicings: list[list[int]] = []
    for chord in chords:
        candidates = list(_inversions(chord.tones, centre))
        before = voicings[-1] if voicings else None
        voicings.append(min(candidates, key=lambda pitches: _movement(before, pitches, centre)))
    return voicings


def _inversions(tones: tuple[int, ...], centre: float) -> Iterator[list[int]]:
    for rotation in range(len(tones)):
        for octave in (-12, 0, 12):
            lowest = tones[rotation] + 12 * int((centre - 6) // 12) + octave
            pitches = [lowest]
            for step in range(1, len(tones)):
                pitch_class = tones[(rotation + step) % len(tones)]
                pitches.append(pitches[-1] + ((pitch_class - pitches[-1]) % 12 or 12))
            yield pitches


def _movement(before: list[int] | None, pitches: list[int], centre: float) -> float:
    drift = abs(float(np.mean(pitches)) - centre)
    if before is None:
        return drift
    return sum(abs(a - b) for a, b in zip(before, pitches, strict=True)) + 0.6 * drift


def chord_at(chords: list[Chord], beat: float) -> Chord:
    return next((chord for chord in chords if chord.beat <= beat < chord.beat + chord.length), chords[-1])
