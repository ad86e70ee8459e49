"""Rock: two distorted guitars, bass, a loud kit, a solo. Jazz: ride, walking bass, comping, a soloist."""

import numpy as np

from ML.demo import drums
from ML.demo.harmony import build_chords, ladder, nearest, scale_classes, voice_chords
from ML.demo.instruments import Timbre, electric_piano, piano, plucked_string, struck_bar
from ML.demo.melody import compose_melody
from ML.demo.mix import Mix, drive
from ML.demo.music import Chord, Note, Piece, every, humanise, loosen, pattern_hits, swing, swing_beat
from ML.demo.oscillators import Samples, darken, hold_envelope, periodic_wave, saw_harmonics, vibrato

ROCK_PROGRESSIONS = ("1 6 3 7", "1 7 6 7", "1 4 7 3", "6 4 1 5", "1 3 6 7")
# Eighths of a bar for the guitars: C a ringing chord, m a palm-muted one, "-" lets the last one ring.
RIFFS = ("C-mmC-mm", "CmmCmmC-", "C---C-C-", "CmmmCmCm", "C-C--mmm")
ROCK_KICKS = ("X.....x.X.x.....", "X..x..x.X.....x.", "X.x...x.X.x...x.")
ROCK_RHYTHMS = (
    (1, 0.5, 0.5, 1, 1),
    (0.5, 0.5, 0.5, 0.5, 1, 1),
    (1.5, 0.5, 1, 1),
    (-0.5, 0.5, 0.5, 0.5, 2),
    (1, 2, -1),
)
JAZZ_PROGRESSIONS = ("2 5 1 6#", "1 6# 2 5", "2 5 1 1 3 6# 2 5", "1 4 3 6# 2 5 1 5", "4 5 3 6# 2 5 1 1")
JAZZ_RHYTHMS = (
    (0.5, 0.5, 0.5, 0.5, 1, -1),
    (-0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1),
    (1, 0.5, 0.5, 0.5, 1.5),
    (0.5, 1, 0.5, -0.5, 0.5, 1),
    (-1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
    (0.5, 1.5, -2),
)
COMPING = (((0, 0.4), (1.5, 0.9)), ((0.5, 0.4), (2.5, 0.8)), ((1.5, 0.5), (3.5, 0.6)), ((0, 1.2), (2.5, 0.4)))


def arrange_rock(piece: Piece) -> Samples:
    rng, mix = piece.random("plan"), Mix(piece)
    chords = build_chords(piece, str(rng.choice(ROCK_PROGRESSIONS)), 4)
    riff = RIFFS[rng.integers(len(RIFFS))]
    _rock_drums(piece, mix, ROCK_KICKS[rng.integers(len(ROCK_KICKS))])
    bass = [
        Note(chord.beat + step / 2, 0.48, 28 + (chord.root - 28) % 12, 0.9 if step % 2 == 0 else 0.75)
        for chord in chords
        for step in range(8)
    ]
    mix.play(bass, plucked_string(piece.sample_rate, 0.25, 0.8, 0.12), 0.62, 0.0, 0.03)
    _rock_solo(piece, mix, chords)
    sound = mix.with_room(1.0 + 0.8 * piece.wetness, 0.6, 0.6)
    for side, pan in ((0, (1.0, 0.25)), (1, (0.25, 1.0))):
        sound += 0.75 * _rhythm_guitar(piece, chords, riff, side)[:, None] * np.array(pan)
    return sound


def _rhythm_guitar(piece: Piece, chords: list[Chord], riff: str, side: int) -> Samples:
    """One take of the power chords; the other side is played again, not copied. Mono."""
    bus, rng = Mix(piece), piece.random(f"guitar {side}")
    ringing = plucked_string(piece.sample_rate, 1.0, 3.0, 0.17 + 0.03 * side)
    muted = plucked_string(piece.sample_rate, 0.5, 0.16, 0.17)
    for chord in chords:
        root = 40 + (chord.root - 40) % 12
        for step, mark in enumerate(riff):
            if mark == "-" or chord.beat + step / 2 < 2 * side:
                continue
            length = 0.5 * (len(riff[step:]) - len(riff[step + 1 :].lstrip("-")))
            notes = [
                Note(chord.beat + step / 2, length, root + interval + 0.06 * (side - 0.5), 0.9)
                for interval in (0, 7, 12)
            ]
            bus.play(humanise(notes, rng, 0.008), ringing if mark == "C" else muted, 0.5)
    gain = (16.0, 40.0)[piece.variant]
    return drive(bus.dry.sum(axis=1), gain, piece.sample_rate, (110.0, 3300 + 1700 * piece.brightness))


def _rock_solo(piece: Piece, mix: Mix, chords: list[Chord]) -> None:
    """A sustained, singing lead in the second half; it bends up into its notes."""

    def lead(frequency: float, seconds: float) -> Samples:
        n_samples = int(seconds * piece.sample_rate)
        curve = vibrato(frequency, n_samples, piece.sample_rate, 0.009, 5.6)
        curve *= 1 - 0.055 * np.exp(-np.arange(n_samples) / (0.035 * piece.sample_rate))
        wave = periodic_wave(darken(saw_harmonics(), frequency, 2500), curve, n_samples, piece.sample_rate)
        return np.asarray(wave * hold_envelope(n_samples, piece.sample_rate, 0.006, 0.03))

    bus = Mix(piece)
    notes = compose_melody(piece, chords, ROCK_RHYTHMS, 64, 83, first_bar=piece.n_bars // 3)
    bus.play(notes, lead, 0.8)
    voice = drive(bus.dry.sum(axis=1), 9.0, piece.sample_rate, (250.0, 4800.0))
    mix.add(voice, 0, 0.42, 0.1, 0.35)


def _rock_drums(piece: Piece, mix: Mix, kicks: str) -> None:
    """Two takes of each drum in turn, loose in time and touch; each fourth bar ends down the toms."""
    rate, rng = piece.sample_rate, piece.random("drums")
    kick, cymbal = drums.acoustic_kick(rate, 8), drums.cymbal(rate, 0.22, 420, 0.25, 4)
    snares = [drums.snare(rate, pitch, 0.13, 0.66, 3) for pitch in (174, 181)]
    crash = drums.cymbal(rate, 0.7, 380, 0.2, 5)
    for bar in range(piece.n_bars):
        start, last = 4 * bar, bar % 4 == 3
        steady = [hit for hit in pattern_hits(kicks, start) if not (last and hit[0] >= start + 2)]
        mix.hit(kick, loosen(steady, rng), 0.95, 0.0, 0.08)
        for side, beat in enumerate((1,) if last else (1, 3)):
            mix.hit(snares[side], loosen([(start + beat, 1.0)], rng), 0.85, 0.05, 0.35)
        mix.hit(
            cymbal,
            loosen(every(0.5 if piece.variant else 1, start, start + (2 if last else 4)), rng),
            0.16,
            -0.35,
            0.2,
        )
        mix.hit(crash, [(start, 1.0)] if bar % 4 == 0 else [], 0.3, 0.4, 0.3)
        if last:
            _rock_fill(piece, mix, start + 2, snares[0])


def _rock_fill(piece: Piece, mix: Mix, start: float, snare: Samples) -> None:
    rng = piece.random(f"fill {start}")
    mix.hit(snare, loosen(every(0.25, start, start + 1, 0.8), rng), 0.7, 0.0, 0.3)
    for index, pitch in enumerate((170, 130, 95)):
        mix.hit(
            drums.tom(piece.sample_rate, pitch),
            loosen([(start + 1 + index / 3, 1.0)], rng),
            0.9,
            0.4 - 0.4 * index,
            0.3,
        )


def arrange_jazz(piece: Piece) -> Samples:
    rng, mix = piece.random("plan"), Mix(piece)
    chords = build_chords(piece, str(rng.choice(JAZZ_PROGRESSIONS)), 4, 4)
    _jazz_drums(piece, mix)
    bass = humanise(_walking_bass(piece, chords), piece.random("bass"), 0.012)
    mix.play(bass, plucked_string(piece.sample_rate, 0.05, 0.9, 0.3), 0.75, -0.1, 0.05)
    _comping(piece, mix, chords)
    solo = swing(compose_melody(piece, chords, JAZZ_RHYTHMS, 62, 84, first_bar=1), 0.3)
    mix.play(humanise(solo, piece.random("solo"), 0.012), _jazz_soloist(piece), 0.36, 0.4, 0.3)
    return mix.with_room(0.9 + 1.2 * piece.wetness, 0.35, 0.5)


def _jazz_soloist(piece: Piece) -> Timbre:
    if piece.variant == 0:
        return struck_bar(piece.sample_rate, 0.9, 0.2 + 0.4 * piece.brightness, tremolo=0.35)
    return plucked_string(piece.sample_rate, 0.12 + 0.3 * piece.brightness, 1.1, 0.35)


def _walking_bass(piece: Piece, chords: list[Chord]) -> list[Note]:
    """Four to the bar: root, two chord or scale tones, and a half-step into the next root."""
    rng, notes = piece.random("walk"), []
    current = 28 + (chords[0].root - 28) % 12
    for index, chord in enumerate(chords):
        following = chords[(index + 1) % len(chords)]
        tones = ladder(chord.tones, 28, 50)
        root = nearest(ladder((chord.root,), 28, 50), current)
        target = nearest(ladder((following.root,), 28, 50), root + int(rng.choice([-4, 4])))
        direction = 1 if target >= root else -1
        second = nearest(tones, root + 3.5 * direction)
        third = nearest(ladder(scale_classes(piece), 28, 50), (second + target) / 2 + direction)
        approach = target + int(rng.choice([-1, 1]))
        for step, pitch in enumerate((root, second, third, approach)):
            notes.append(Note(chord.beat + step, 0.92, max(pitch, 28), 0.9 if step % 2 else 0.8))
        current = target
    return notes


def _comping(piece: Piece, mix: Mix, chords: list[Chord]) -> None:
    keys = (
        piano(piece.sample_rate, piece.brightness)
        if piece.variant == 0
        else electric_piano(piece.sample_rate, 0.2)
    )
    rng = piece.random("comping")
    for chord, pitches in zip(chords, voice_chords(chords, 60), strict=True):
        rootless = [pitch for pitch in pitches if pitch % 12 != chord.root] + [pitches[-1] + 2]
        for offset, length in COMPING[rng.integers(len(COMPING))]:
            start = swing_beat(chord.beat + offset, 0.3)
            for pitch in rootless[:3]:
                mix.play([Note(start, length, pitch, 0.8)], keys, 0.22, -0.5, 0.25)


def _jazz_drums(piece: Piece, mix: Mix) -> None:
    rate, rng = piece.sample_rate, piece.random("drums")
    ride, hat = drums.ride(rate, 2), drums.cymbal(rate, 0.025, 420, 0.4, 4)
    kick, snare, swept = (
        drums.kick(rate, 55, 0.09, 0.1),
        drums.snare(rate, 200, 0.07, 0.7, 3),
        drums.brush(rate, 0.16, 6),
    )
    for bar in range(piece.n_bars):
        start = 4 * bar
        skips = [(swing_beat(start + 1.5, 0.3), 0.6), (swing_beat(start + 3.5, 0.3), 0.6)]
        mix.hit(ride, every(1, start, start + 4, 0.85) + skips, 0.20 + 0.08 * piece.brightness, 0.4, 0.1)
        mix.hit(hat, [(start + 1, 1.0), (start + 3, 1.0)], 0.13, -0.3)
        mix.hit(kick, every(1, start, start + 4, 0.6), 0.22)
        mix.hit(swept, every(2, start + 1, start + 4, 0.8), 0.07, -0.1, 0.1)
        comps = [beat for beat in (0.5, 1.5, 2.5, 3.5) if rng.random() < 0.3]
        mix.hit(
            snare,
            [(swing_beat(start + beat, 0.3), float(rng.uniform(0.3, 0.7))) for beat in comps],
            0.2,
            0.0,
            0.2,
        )
        if bar % 4 == 3:  # a triplet fill into the next four
            mix.hit(snare, every(1 / 3, start + 3, start + 4, 0.6), 0.22, 0.05, 0.2)
