"""Hip-hop: swung boom-bap, sub bass, electric piano. Chiptune: pulse waves, arpeggios, noise drums."""

import numpy as np

from ML.demo import drums
from ML.demo.harmony import build_chords, chord_at, voice_chords
from ML.demo.instruments import electric_piano, flute, struck_bar
from ML.demo.melody import compose_melody
from ML.demo.mix import Mix, echo
from ML.demo.music import Chord, Note, Piece, humanise, pattern_hits, swing, swing_beat
from ML.demo.oscillators import Samples, filtered, noise
from ML.demo.synths import pulse_voice, sub_bass, triangle_bass

# (kick, snare, hat) in sixteenths.
BOOM_BAP = (
    ("X..x......X.....", "....X.......X..o", "x.x.x.x.x.x.xox."),
    ("X.....xX..x.....", "....X..o....X...", "x.x.x.xox.x.x.x."),
    ("X..o..X...X..x..", "....X.......X.o.", "x.xox.x.x.xox.x."),
)
HIP_HOP_PROGRESSIONS = ("1 6 4 5", "2 5 1 1", "1 4 6 5", "6 5 1 1", "1 3 4 5")
HIP_HOP_RHYTHMS = ((1.5, 0.5, 1, -1), (-0.5, 0.5, 0.5, 0.5, 1, -1), (0.75, 0.75, 0.5, -2), (1, 0.5, 1.5, -1))
CHIP_PROGRESSIONS = ("1 6 4 5", "1 5 6 4", "6 4 1 5", "1 7 6 5", "1 4 6 5")
CHIP_RHYTHMS = (
    (0.5, 0.25, 0.25, 0.5, 0.5, 1, 1),
    (0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.5, 0.5, 0.5),
    (0.75, 0.75, 0.5, 0.75, 0.75, 0.5),
    (1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
    (0.5, 0.5, 1, 1.5, -0.5),
)
CHIP_DRUMS = (
    ("X.......X.x.....", "....X.......X..."),
    ("X...X...X...X...", "..x...x...x...xx"),
    ("X..x..x.X..x..x.", "....X.......X.x."),
)


def arrange_hip_hop(piece: Piece) -> Samples:
    rng, mix = piece.random("plan"), Mix(piece)
    chords = build_chords(piece, str(rng.choice(HIP_HOP_PROGRESSIONS)), 4, 5)
    amount = 0.2 + 0.14 * float(rng.random())
    beat = Mix(piece)
    _boom_bap(piece, beat, BOOM_BAP[rng.integers(len(BOOM_BAP))], amount)
    _keys(piece, mix, chords, amount)
    _sub(piece, mix, chords, amount)
    lead = compose_melody(piece, chords, HIP_HOP_RHYTHMS, 64, 81, first_bar=2)
    timbre = (
        flute(piece.sample_rate, 0.3, 0.08) if piece.variant == 0 else struck_bar(piece.sample_rate, 0.5, 0.3)
    )
    mix.play(swing(lead, amount, 0.25), timbre, 0.19, -0.3, 0.35)
    music = filtered(
        mix.with_room(1.1, 0.4, 0.6), "low", 2500 + 7000 * piece.brightness, piece.sample_rate, 1
    )
    return np.asarray(music + beat.with_room(0.35, 0.5, 0.4) + _crackle(piece))


def _boom_bap(piece: Piece, mix: Mix, patterns: tuple[str, str, str], amount: float) -> None:
    rate = piece.sample_rate
    kit = (
        (drums.kick(rate, 58, 0.11, 0.5, 2.2), 0.85, 0.0),
        (drums.snare(rate, 185, 0.085, 0.6, 3), 0.62, 0.04),
        (drums.cymbal(rate, 0.03, 500, 0.3, 4), 0.24, 0.2),
    )
    for bar in range(piece.n_bars):
        silent = bar % 4 == 3
        for (sound, gain, pan), pattern in zip(kit, patterns, strict=True):
            hits = [
                (swing_beat(beat, amount, 0.25), velocity)
                for beat, velocity in pattern_hits(pattern, 4 * bar)
                if not (silent and beat % 4 >= 3)
            ]
            mix.hit(sound, hits, gain, pan, 0.12)
        if silent:  # the turn of every fourth bar: kick drops, snare stutters
            fill = [(4 * bar + 3 + step / 4, 0.5 + 0.12 * step) for step in (0, 1, 3)]
            mix.hit(kit[1][0], fill, 0.5, 0.1, 0.2)
    mix.hit(
        drums.cymbal(rate, 0.12, 430, 0.3, 6),
        [(4 * bar + 3.5, 0.8) for bar in range(0, piece.n_bars, 2)],
        0.2,
    )


def _keys(piece: Piece, mix: Mix, chords: list[Chord], amount: float) -> None:
    keys = electric_piano(piece.sample_rate, 0.3 + 0.5 * piece.brightness)
    rng = piece.random("keys")
    for chord, pitches in zip(chords, voice_chords(chords, 61), strict=True):
        for offset, length in ((0, 1.6), (2.5, 1.2)):
            start = swing_beat(chord.beat + offset, amount, 0.25)
            notes = [Note(start + 0.02 * index, length, pitch, 0.8) for index, pitch in enumerate(pitches)]
            for index, note in enumerate(humanise(notes, rng, 0.006)):
                mix.play([note], keys, 0.19, 0.7 * (-1) ** index, 0.25)


def _sub(piece: Piece, mix: Mix, chords: list[Chord], amount: float) -> None:
    notes = []
    for chord in chords:
        root = 31 + (chord.root - 31) % 12
        notes += [
            Note(chord.beat, 1.3, root),
            Note(chord.beat + 1.75, 0.7, root, 0.7),
            Note(chord.beat + 2.5, 0.9, root + 7 if root < 37 else root - 5, 0.7),
            Note(chord.beat + 3.5, 0.5, root, 0.6),
        ]
    mix.play(swing(notes, amount, 0.25), sub_bass(piece.sample_rate, 0.5), 0.42)


def _crackle(piece: Piece) -> Samples:
    """Dust on the record, most on the oldest: [n_samples, 2]."""
    rng = piece.random("crackle")
    dust = np.zeros((piece.n_samples, 2))
    n_clicks = int(14 * piece.n_samples / piece.sample_rate)
    dust[rng.integers(0, piece.n_samples, n_clicks), rng.integers(0, 2, n_clicks)] = rng.normal(
        0, 0.25, n_clicks
    )
    hiss = np.stack([noise(piece.n_samples, piece.seed + side) for side in (0, 1)], axis=1)
    return np.asarray(
        (1.2 - piece.brightness)
        * filtered(dust + 0.012 * hiss, "band", (700.0, 6000.0), piece.sample_rate, 1)
    )


def arrange_chiptune(piece: Piece) -> Samples:
    rng, mix = piece.random("plan"), Mix(piece)
    chords = build_chords(piece, str(rng.choice(CHIP_PROGRESSIONS)), 4, 3)
    lead = compose_melody(piece, chords, CHIP_RHYTHMS, 72, 91, first_bar=1)
    duty = (0.25, 0.5)[piece.variant]
    mix.play(
        [note._replace(length=0.92 * note.length) for note in lead],
        pulse_voice(piece.sample_rate, duty),
        0.2,
        -0.3,
    )
    if piece.variant == 1:  # the later machine has a channel to spare: a harmony line
        mix.play(_chip_harmony(chords, lead), pulse_voice(piece.sample_rate, 0.125), 0.11, 0.45)
    mix.play(
        _arpeggio(piece, chords), pulse_voice(piece.sample_rate, 0.125), 0.10 + 0.05 * piece.brightness, 0.65
    )
    mix.play(_chip_bass(chords), triangle_bass(piece.sample_rate), 0.36)
    _chip_drums(piece, mix, CHIP_DRUMS[rng.integers(len(CHIP_DRUMS))])
    sound = mix.dry + 0.6 * echo(
        mix.dry, int(0.75 * piece.seconds_per_beat * piece.sample_rate), 0.3 * piece.wetness, 2
    )
    return filtered(sound, "low", 5000 + 12000 * piece.brightness, piece.sample_rate, 1)


def _arpeggio(piece: Piece, chords: list[Chord]) -> list[Note]:
    """Chords as a chip plays them: one note at a time, too fast to tell apart."""
    step = 0.125 if piece.variant == 0 else 0.25
    notes = []
    for chord, pitches in zip(chords, voice_chords(chords, 66), strict=True):
        cycle = [*pitches, pitches[0] + 12]
        for index in range(int(chord.length / step)):
            notes.append(Note(chord.beat + index * step, 0.95 * step, cycle[index % len(cycle)], 0.9))
    return notes


def _chip_harmony(chords: list[Chord], lead: list[Note]) -> list[Note]:
    """The chord tone below each long note of the lead."""
    below = []
    for note in lead:
        tones = [
            pitch
            for pitch in range(int(note.pitch) - 9, int(note.pitch) - 2)
            if pitch % 12 in chord_at(chords, note.beat).tones
        ]
        if note.length >= 0.5 and tones:
            below.append(note._replace(pitch=tones[-1], length=0.9 * note.length))
    return below


def _chip_bass(chords: list[Chord]) -> list[Note]:
    """Octaves in eighths, stepping up to the fifth at the turn."""
    notes = []
    for chord in chords:
        root = 36 + chord.root
        for step, interval in enumerate((0, 12, 0, 12, 0, 12, 7, 12)):
            notes.append(Note(chord.beat + step / 2, 0.42, root + interval, 0.9))
    return notes


def _chip_drums(piece: Piece, mix: Mix, patterns: tuple[str, str]) -> None:
    rate = piece.sample_rate
    hat = drums.chip_noise(rate, 0.016, 1, 5)
    snare = drums.chip_noise(rate, 0.06, max(2, rate // 9000), 6)
    for bar in range(piece.n_bars):
        mix.hit(drums.kick(rate, 60, 0.05, 0.1), pattern_hits(patterns[0], 4 * bar), 0.6)
        mix.hit(snare, pattern_hits(patterns[1] if bar % 4 < 3 else "....X...X.X.XXXX", 4 * bar), 0.22)
        mix.hit(hat, pattern_hits("x.o.x.o.x.o.x.o.", 4 * bar), 0.10, -0.3)
