"""Melodies with phrases: a motif, its answer, its return and a cadence."""

import numpy as np

from ML.demo.harmony import chord_at, ladder, nearest, scale_classes
from ML.demo.music import Chord, Note, Piece

# A phrase is four bars: statement, answer, statement moved, cadence. Letters name a bar's motif.
PHRASE_FORM = "ABAC"
PHRASE_LIFT = 3  # scale steps


def compose_melody(
    piece: Piece,
    chords: list[Chord],
    rhythms: tuple[tuple[float, ...], ...],
    low: int,
    high: int,
    part: str = "melody",
    first_bar: int = 0,
) -> list[Note]:
    """A phrased melody in key: a motif, its answer, its return, and a cadence that rests on a chord tone.

    rhythms: bars as lengths in beats, negative for a rest; the last one is the cadence.
    Strong beats take chord tones, the notes between them move by scale steps.
    """
    rng = piece.random(part)
    motifs = {
        letter: _motif(rng, rhythm) for letter, rhythm in zip("ABC", _pick_rhythms(rng, rhythms), strict=True)
    }
    pitches = ladder(scale_classes(piece), low, high)
    current = pitches[len(pitches) // 2]
    notes: list[Note] = []
    for bar in range(first_bar, piece.n_bars):
        if (bar - first_bar) % 8 == 4:  # every second phrase is sung a third or so higher
            current = pitches[min(pitches.index(current) + PHRASE_LIFT, len(pitches) - 1)]
        last = bar == piece.n_bars - 1
        motif = motifs["C" if last else PHRASE_FORM[(bar - first_bar) % 4]]
        current = _sing_bar(notes, motif, bar * piece.beats_per_bar, chords, pitches, current)
    return notes


def _pick_rhythms(
    rng: np.random.Generator, rhythms: tuple[tuple[float, ...], ...]
) -> list[tuple[float, ...]]:
    first, second = rng.choice(len(rhythms) - 1, 2, replace=False)
    return [rhythms[first], rhythms[second], rhythms[-1]]


def _motif(rng: np.random.Generator, rhythm: tuple[float, ...]) -> list[tuple[float, int]]:
    """(length, scale steps from the note before): mostly steps, now and then a leap that turns back."""
    direction, steps = int(rng.choice([-1, 1])), []
    for length in rhythm:
        leap = rng.random() < 0.2
        steps.append((length, direction * (2 if leap else 1)))
        if leap or rng.random() < 0.35:
            direction = -direction
    return steps


def _sing_bar(
    notes: list[Note],
    motif: list[tuple[float, int]],
    start: float,
    chords: list[Chord],
    pitches: list[int],
    current: int,
) -> int:
    beat = start
    for length, step in motif:
        if length > 0:
            index = pitches.index(current) + step
            middle = (len(pitches) - 1) / 2
            if not 0 <= index < len(pitches):
                index = int(index - 2 * step - np.sign(index - middle))
            current = pitches[min(max(index, 0), len(pitches) - 1)]
            strong = beat % 1 == 0 and (length >= 1 or beat == start)
            if strong:
                tones = [pitch for pitch in pitches if pitch % 12 in chord_at(chords, beat).tones]
                current = nearest(tones or pitches, current)
            notes.append(Note(beat, length, current, 0.95 if beat % 1 == 0 else 0.78))
        beat += abs(length)
    return current
