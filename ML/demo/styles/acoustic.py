"""Classical: a canon for strings, or a harpsichord prelude. Folk: picked guitar with whistle or fiddle."""

import numpy as np

from ML.demo import drums
from ML.demo.harmony import build_chords, chord_at, ladder, nearest, scale_classes, voice_chords
from ML.demo.instruments import acoustic_guitar, bowed_string, flute, harpsichord, plucked_string
from ML.demo.melody import compose_melody
from ML.demo.mix import Mix
from ML.demo.music import Chord, Note, Piece, every, humanise
from ML.demo.oscillators import Samples

# Grounds of eight chords: they return every four bars, so that a melody can follow itself as a canon.
GROUNDS = ("1 5 6 3 4 1 4 5", "1 4 5 1 6 2 5 1", "1 6 4 2 5 3 4 5", "1 5 1 4 6 4 5 5")
CANON_RHYTHMS = ((1, 1, 1, 1), (1, 0.5, 0.5, 1, 1), (0.5, 0.5, 0.5, 0.5, 1, 1), (1.5, 0.5, 1, 1), (1, 1, 2))
PRELUDE_RHYTHMS = ((2, 1, 1), (3, 1), (2, 2), (1, 1, 2), (3, -1))
FOLK_PROGRESSIONS = ("1 5 6 4", "1 4 1 5", "1 6 4 5", "6 4 1 5", "1 1 4 5")
FOLK_RHYTHMS = {
    4: ((1, 0.5, 0.5, 1, 1), (0.5, 0.5, 0.5, 0.5, 1, 1), (1.5, 0.5, 1, 1), (1, 1, 0.5, 0.5, 1), (1, 2, -1)),
    3: ((1, 1, 1), (1.5, 0.5, 1), (1, 0.5, 0.5, 1), (2, 1), (2, -1)),
}
# String of the chord each finger takes, per eighth: 0 the bass, 1 its fifth, then the upper voices.
PICKING = {4: (0, 3, 2, 4, 1, 3, 2, 4), 3: (0, 2, 3, 4, 3, 2)}


def arrange_classical(piece: Piece) -> Samples:
    mix = Mix(piece)
    ground = str(piece.random("plan").choice(GROUNDS))
    chords = build_chords(piece, ground, 2)
    (_string_canon if piece.variant == 0 else _prelude)(piece, mix, chords)
    return mix.with_room(1.8 + 1.6 * piece.wetness, 0.4, 0.75)


def _string_canon(piece: Piece, mix: Mix, chords: list[Chord]) -> None:
    """Cello on the ground; violins and viola enter one after the other with the same tune."""
    rate, rng = piece.sample_rate, piece.random("strings")
    cello = [Note(chord.beat, 1.95, 36 + (chord.root - 36) % 12, 0.9) for chord in chords]
    mix.play(humanise(cello, rng, 0.01), bowed_string(rate, 0.25, 2), 0.30, 0.45, 0.35)
    tune = [note for note in compose_melody(piece, chords, CANON_RHYTHMS, 67, 86) if note.beat < 16]
    for entry, (delay, transpose, pan) in enumerate(((0, 0, -0.55), (8, -12, 0.1), (16, 0, -0.2))):
        voice = _fit(
            piece,
            chords,
            [
                note._replace(beat=note.beat + shift, pitch=note.pitch + transpose)
                for shift in range(delay, piece.n_beats, 16)
                for note in tune
            ],
        )
        voice = [note._replace(velocity=0.8) for note in voice if note.beat < piece.n_beats]
        mix.play(
            humanise(voice, rng, 0.012),
            bowed_string(rate, 0.2 + 0.6 * piece.brightness, 2 + entry % 2),
            0.26 if entry == 0 else 0.20,
            pan,
            0.4,
        )


def _fit(piece: Piece, chords: list[Chord], notes: list[Note]) -> list[Note]:
    """Bend the strong notes of a shifted voice to the harmony it now meets."""
    fitted = []
    for note in notes:
        tones = ladder(chord_at(chords, note.beat).tones, 50, 90)
        fitted.append(note._replace(pitch=nearest(tones, note.pitch)) if note.beat % 2 == 0 else note)
    return fitted


def _prelude(piece: Piece, mix: Mix, chords: list[Chord]) -> None:
    """Broken chords in sixteenths under a slow violin line."""
    rate, rng = piece.sample_rate, piece.random("prelude")
    keys = harpsichord(rate, piece.brightness)
    for chord, pitches in zip(chords, voice_chords(chords, 62), strict=True):
        bass = 36 + (chord.root - 36) % 12 + (12 if chord.root < 2 else 0)
        figure = [
            bass,
            pitches[0],
            pitches[1],
            pitches[2],
            pitches[0] + 12,
            pitches[2],
            pitches[1],
            pitches[0],
        ]
        notes = [
            Note(chord.beat + step / 4, 0.8 if step else 1.9, pitch, 0.9 if step % 4 == 0 else 0.7)
            for step, pitch in enumerate(figure)
        ]
        mix.play(humanise(notes, rng, 0.006), keys, 0.34, 0.15, 0.3)
    line = compose_melody(piece, chords, PRELUDE_RHYTHMS, 67, 84, first_bar=1)
    mix.play(line, bowed_string(rate, 0.3 + 0.4 * piece.brightness, 1), 0.20, -0.3, 0.45)


def arrange_folk(piece: Piece) -> Samples:
    rng, mix = piece.random("plan"), Mix(piece)
    meter = piece.beats_per_bar
    chords = build_chords(piece, str(rng.choice(FOLK_PROGRESSIONS)), meter)
    _picked_guitar(piece, mix, chords)
    tune = compose_melody(piece, chords, FOLK_RHYTHMS[meter], 67 if piece.variant else 71, 86, first_bar=2)
    tune = humanise(_with_graces(piece, tune), piece.random("tune"), 0.01)
    if piece.variant == 0:
        mix.play(tune, flute(piece.sample_rate, 0.3 + 0.6 * piece.brightness, 0.04), 0.16, 0.35, 0.3)
    else:
        mix.play(
            tune, bowed_string(piece.sample_rate, 0.5 + 0.4 * piece.brightness, 1, 0.03), 0.17, 0.35, 0.3
        )
        _strummed_mandolin(piece, mix, chords)
    foot = drums.tom(piece.sample_rate, 75)
    mix.hit(foot, every(meter / 2 if meter == 4 else 3, 2 * meter, piece.n_beats), 0.09, 0.0, 0.1)
    return mix.with_room(0.7 + 1.2 * piece.wetness, 0.5, 0.5)


def _picked_guitar(piece: Piece, mix: Mix, chords: list[Chord]) -> None:
    """Thumb alternates root and fifth, fingers roll the voice-led chord above."""
    rng = piece.random("guitar")
    guitar = acoustic_guitar(piece.sample_rate, 0.1 + 0.45 * piece.brightness)
    for chord, pitches in zip(chords, voice_chords(chords, 61), strict=True):
        root = 40 + (chord.root - 40) % 12
        fifth = nearest(ladder((chord.tones[2],), 38, 56), root + 6)
        strings = [root, fifth, *pitches]
        figure = PICKING[piece.beats_per_bar]
        notes = [
            Note(
                chord.beat + step / 2,
                1.4 if strings_index > 1 else 1.9,
                strings[strings_index],
                0.95 if step % 4 == 0 else 0.72,
            )
            for step, strings_index in enumerate(figure)
        ]
        mix.play(humanise(notes, rng, 0.012), guitar, 0.62, -0.3, 0.2)


def _strummed_mandolin(piece: Piece, mix: Mix, chords: list[Chord]) -> None:
    mandolin = plucked_string(piece.sample_rate, 0.9, 0.35, 0.11)
    for chord, pitches in zip(chords[2:], voice_chords(chords[2:], 74), strict=True):
        for beat in np.arange(1, piece.beats_per_bar, 2 if piece.beats_per_bar == 4 else 1):
            strum = [
                Note(chord.beat + beat + 0.03 * index, 0.6, pitch, 0.7) for index, pitch in enumerate(pitches)
            ]
            mix.play(strum, mandolin, 0.2, 0.5, 0.2)


def _with_graces(piece: Piece, notes: list[Note]) -> list[Note]:
    """A quick upper neighbour before some of the long notes."""
    rng, pitches, ornamented = piece.random("graces"), ladder(scale_classes(piece), 55, 96), []
    for note in notes:
        if note.length >= 1 and rng.random() < 0.4:
            above = pitches[pitches.index(int(note.pitch)) + 1]
            ornamented.append(Note(note.beat, 0.14, above, 0.7 * note.velocity))
            note = note._replace(beat=note.beat + 0.14, length=note.length - 0.14)
        ornamented.append(note)
    return ornamented
