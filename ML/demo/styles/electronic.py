"""Techno: a kick on every beat, an acid line, pumping stabs. Ambient: slow pads, bells, wind, a huge room."""

import numpy as np

from ML.demo import drums
from ML.demo.harmony import build_chords, ladder, scale_classes, voice_chords
from ML.demo.instruments import Timbre, bowed_string, flute, struck_bar
from ML.demo.mix import Mix, duck, echo
from ML.demo.music import Note, Piece, every, hertz_of, pattern_hits
from ML.demo.oscillators import (
    Samples,
    filtered,
    hold_envelope,
    noise,
    periodic_wave,
    pulse_harmonics,
    resonant_sweep,
    saw_harmonics,
)
from ML.demo.synths import pad, sub_bass, synth_stab

# Acid steps, sixteenths of a bar: a scale degree (0 the tonic), "." a rest, "'" accents the step before.
ACID_LINES = (
    "0 . 0' 0 . 7 0 . 0' . 3 . 0 7' . 1",
    "0' 0 . 7 . 0 0' . 2 . 0 . 7' . 4 2",
    "0 0 7' . 0 . 0 4 . 0' 0 . 7 . 3' 0",
    "0' . . 0 7 . 0 . 0' . 5 . 4 . 0 7'",
)
STAB_RHYTHMS = ("...x..x.........", "..x.....x..x....", "......x..x......", "..x..x....x.....")
AMBIENT_PROGRESSIONS = ("1 4 6 5", "1 6 4 4", "6 4 1 5", "1 3 4 6", "4 1 6 5")


def arrange_techno(piece: Piece) -> Samples:
    rng = piece.random("plan")
    beat = Mix(piece)
    _techno_drums(piece, beat)
    music = Mix(piece)
    acid = _acid_line(piece, ACID_LINES[rng.integers(len(ACID_LINES))])
    _techno_stabs(piece, music, STAB_RHYTHMS[rng.integers(len(STAB_RHYTHMS))])
    wet = music.with_room(1.6, piece.brightness)
    wet += echo(wet, int(0.75 * piece.seconds_per_beat * piece.sample_rate), 0.45)
    acid_level = (0.42, 0.26)[piece.variant]
    pumped = duck(wet + acid_level * acid[:, None] + _drone(piece)[:, None], piece, 0.75)
    return np.asarray(beat.with_room(0.5, 0.6, 0.5) + pumped + _riser(piece)[:, None])


def _techno_drums(piece: Piece, mix: Mix) -> None:
    """Full beat; hats enter after a bar; bar before the end of each eight drops the kick for a roll."""
    rate, n_beats = piece.sample_rate, piece.n_beats
    break_start = 4 * (piece.n_bars // 2) - 2
    kicks = [hit for hit in every(1, 0, n_beats) if not break_start <= hit[0] < break_start + 2]
    mix.hit(drums.kick(rate, 49, 0.16, 0.25, 1.6), kicks, 0.8)
    closed = drums.cymbal(rate, 0.022, 480, 0.25, 1)
    opened = drums.cymbal(rate, 0.075, 440, 0.35, 2)
    mix.hit(opened, every(1, 4.5, n_beats), 0.34 + 0.16 * piece.brightness, 0.12)
    for bar in range(1, piece.n_bars):
        mix.hit(
            closed,
            pattern_hits("xoxoxoxoxoxoxoxo" if bar % 2 else "xooxxooxxooxxoxo", 4 * bar),
            0.2 + 0.22 * piece.brightness,
            -0.2,
        )
    clap = drums.clap(rate, 3) if piece.variant == 0 else drums.snare(rate, 210, 0.09, 0.8, 3)
    mix.hit(clap, every(2, 9, n_beats), 0.36, 0.05, 0.25)
    mix.hit(drums.cymbal(rate, 0.5, 400, 0.2, 4), [(break_start + 2, 1.0), (8, 0.6)], 0.22, 0.2, 0.3)
    roll = [(break_start + index / 4, 0.3 + 0.09 * index) for index in range(8)]
    mix.hit(drums.snare(rate, 190, 0.07, 0.75, 5), roll, 0.3, 0.0, 0.2)


def _acid_line(piece: Piece, line: str) -> Samples:
    """A saw through a resonant filter that opens over the track, one accent at a time; mono [n_samples]."""
    classes = ladder(scale_classes(piece), 24, 84)
    root = classes.index(33 + (piece.tonic - 33) % 12)
    sound, cutoffs = np.zeros(piece.n_samples), np.full(piece.n_samples // 128 + 2, 120.0)
    step_samples = piece.seconds_per_beat / 4 * piece.sample_rate
    harmonics = saw_harmonics() if piece.variant == 0 else pulse_harmonics(0.5)
    for index in range(16, 4 * piece.n_beats):
        step = line.split()[index % 16]
        if step == ".":
            continue
        start, n_note = int(index * step_samples), int(0.85 * step_samples)
        wave = periodic_wave(
            harmonics, hertz_of(classes[root + int(step.rstrip("'"))]), n_note, piece.sample_rate
        )
        sound[start : start + n_note] += wave * hold_envelope(n_note, piece.sample_rate, 0.003, 0.02)
        opening = 0.25 + 0.75 * np.sin(np.pi * index / (4 * piece.n_beats)) ** 2
        peak = (500 + 2600 * piece.brightness) * opening * (1.8 if step.endswith("'") else 1.0)
        n_blocks = int(step_samples / 128)
        cutoffs[start // 128 : start // 128 + n_blocks] = 160 + peak * np.exp(
            -np.arange(n_blocks) / (n_blocks / 2.2)
        )
    return np.asarray(np.tanh(1.4 * resonant_sweep(sound, cutoffs, 7.0, piece.sample_rate)))


def _techno_stabs(piece: Piece, mix: Mix, rhythm: str) -> None:
    progression = ("1 1 1 1", "1 1 6 6", "1 1 4 4")[piece.random("stabs").integers(3)]
    chords = build_chords(piece, progression, 4, 4)
    stab = synth_stab(piece.sample_rate, piece.brightness, 0.12)
    for chord, pitches in list(zip(chords, voice_chords(chords, 60), strict=True))[4:]:
        for beat, velocity in pattern_hits(rhythm, chord.beat):
            for voice, pitch in enumerate(pitches):
                mix.play(
                    [Note(beat, 0.3, pitch, velocity)],
                    stab,
                    0.2,
                    0.75 * (-1) ** voice,
                    0.2 + 0.3 * piece.wetness,
                )


def _drone(piece: Piece) -> Samples:
    """The off-beat rumble under the kick."""
    mix, tonic = Mix(piece), 24 + (piece.tonic - 24) % 12 + 12
    notes = [
        Note(beat + offset, 0.24, tonic, velocity)
        for beat in range(4, piece.n_beats)
        for offset, velocity in ((0.5, 1.0), (0.25, 0.5), (0.75, 0.7))
    ]
    mix.play(notes, sub_bass(piece.sample_rate, 0.6), 0.34)
    return np.asarray(mix.dry.sum(axis=1))


def _riser(piece: Piece) -> Samples:
    """Noise that swells over the two beats before the drop."""
    beats = 4 * (piece.n_bars // 2) - 4
    n_rise = int(4 * piece.seconds_per_beat * piece.sample_rate)
    start = int(beats * piece.seconds_per_beat * piece.sample_rate)
    sound = np.zeros(piece.n_samples)
    swell = np.linspace(0, 1, n_rise) ** 2 * hold_envelope(n_rise, piece.sample_rate, 0.05, 0.04)
    sound[start : start + n_rise] = (
        0.16 * swell * filtered(noise(n_rise, 9), "band", (1500.0, 9000.0), piece.sample_rate, 1)
    )
    return sound


def arrange_ambient(piece: Piece) -> Samples:
    rng, mix = piece.random("plan"), Mix(piece)
    chords = build_chords(piece, str(rng.choice(AMBIENT_PROGRESSIONS)), 6, 4)
    voice = _ambient_voice(piece)
    for chord, pitches in zip(chords, voice_chords(chords, 59), strict=True):
        for index, pitch in enumerate(pitches):
            mix.play(
                [Note(chord.beat, chord.length + 0.5, pitch)], voice, 0.3, (-0.7, 0.6, -0.3, 0.8)[index], 0.5
            )
        mix.play(
            [Note(chord.beat, chord.length, 36 + chord.root % 12)],
            pad(piece.sample_rate, 0.1, 1.5, 2.0),
            0.42,
            0.0,
            0.2,
        )
    _ambient_bells(piece, mix)
    sound = mix.with_room(5.0 + 2 * piece.wetness, 0.35 + 0.3 * piece.brightness, 0.9)
    return np.asarray(sound + _wind(piece))


def _ambient_voice(piece: Piece) -> Timbre:
    """Synthetic pads, or for the other line-up a slow string section."""
    if piece.variant == 0:
        return pad(piece.sample_rate, piece.brightness, 1.8, 2.6)
    return bowed_string(piece.sample_rate, 0.1 + 0.3 * piece.brightness, 3, attack=1.4)


def _ambient_bells(piece: Piece, mix: Mix) -> None:
    """A few far pentatonic notes, each answered a step lower a beat and a half later."""
    rng = piece.random("bells")
    classes = scale_classes(piece)
    pentatonic = tuple(
        classes[step] for step in ((0, 1, 2, 4, 5) if piece.scale[0] == "m" else (0, 2, 3, 4, 6))
    )
    pitches = ladder(pentatonic, 69, 88)
    timbre = (
        struck_bar(piece.sample_rate, 1.6, 0.3 * piece.brightness)
        if piece.variant == 0
        else flute(piece.sample_rate, 0.1, 0.09)
    )
    beat, index = 3.0, int(rng.integers(3, len(pitches) - 2))
    while beat < piece.n_beats - 3:
        index = int(np.clip(index + rng.choice([-2, -1, 1, 2]), 1, len(pitches) - 1))
        pan = float(rng.uniform(-0.7, 0.7))
        mix.play(
            [Note(beat, 1.4, pitches[index], 0.8), Note(beat + 1.5, 1.4, pitches[index - 1], 0.5)],
            timbre,
            0.12,
            pan,
            0.9,
        )
        beat += float(rng.choice([3.0, 4.0, 4.5]))


def _wind(piece: Piece) -> Samples:
    """Soft noise that breathes at another pace at each ear, [n_samples, 2]."""
    seconds = np.arange(piece.n_samples) / piece.sample_rate
    sides = []
    for side, period in enumerate((9.0, 11.5)):
        hiss = filtered(
            noise(piece.n_samples, piece.seed + side), "band", (350.0, 1500.0), piece.sample_rate, 1
        )
        sides.append(hiss * (0.5 - 0.5 * np.cos(2 * np.pi * seconds / period)))
    return 0.05 * (0.3 + 0.8 * piece.brightness) * np.stack(sides, axis=1)
