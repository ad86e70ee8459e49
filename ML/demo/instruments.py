"""Pitched instruments. Each factory returns a timbre: (frequency in Hz, seconds) -> mono samples."""

from collections.abc import Callable

import numpy as np

from ML.demo.oscillators import (
    Samples,
    darken,
    decay,
    filtered,
    hold_envelope,
    noise,
    periodic_wave,
    saw_harmonics,
    vibrato,
)

Timbre = Callable[[float, float], Samples]


def plucked_string(
    sample_rate: int, brightness: float, ring_seconds: float, pick_position: float = 0.21
) -> Timbre:
    """Karplus-Strong: one period circulates and every round trip loses more of its higher harmonics.

    The loop filter is applied in the frequency domain, all round trips at once, so a note is one inverse FFT.
    Source: K. Karplus, A. Strong, Digital Synthesis of Plucked-String and Drum Timbres, CMJ 7(2), 1983.
    """

    def render(frequency: float, seconds: float) -> Samples:
        period = round(sample_rate / frequency)
        n_samples = int(seconds * sample_rate)
        orders = np.arange(period // 2 + 1)
        hertz = orders * frequency
        phases = np.exp(2j * np.pi * np.random.default_rng(int(frequency * 8)).random(len(orders)))
        burst = phases * np.sin(np.pi * pick_position * orders) / (1 + hertz / (700 + 2800 * brightness)) ** 2
        lost = period / sample_rate / ring_seconds * (1 + (hertz / (400 + 1600 * brightness)) ** 1.4)
        n_rounds = n_samples // period + 4
        trips = np.fft.irfft(burst * np.exp(-lost * np.arange(n_rounds)[:, None]), period, axis=1)
        fade = np.arange(period) / period  # each trip melts into the next: a step between them would buzz
        rounds = ((1 - fade) * trips[:-1] + fade * trips[1:]).ravel()
        # A whole number of samples a period is out of tune: read the string at its true pitch instead.
        string = np.interp(
            np.arange(n_samples) * frequency * period / sample_rate, np.arange(len(rounds)), rounds
        )
        return np.asarray(
            string / np.abs(string[:period]).max() * hold_envelope(n_samples, sample_rate, 0.001, 0.04)
        )

    return render


def acoustic_guitar(sample_rate: int, brightness: float) -> Timbre:
    """A plucked string in a wooden body: air and top resonances, and the finger leaving the string."""
    string = plucked_string(sample_rate, brightness, 1.6, 0.23)

    def render(frequency: float, seconds: float) -> Samples:
        tone = string(frequency, seconds)
        finger = filtered(noise(len(tone), int(frequency)), "band", (900.0, 3500.0), sample_rate, 1)
        tone = tone + 0.12 * finger * decay(len(tone), sample_rate, 0.008)
        air = filtered(tone, "band", (90.0, 125.0), sample_rate, 1)
        top = filtered(tone, "band", (180.0, 260.0), sample_rate, 1)
        return np.asarray(0.6 * tone + 0.7 * air + 0.6 * top)

    return render


def harpsichord(sample_rate: int, brightness: float) -> Timbre:
    """Two choirs of strings, one an octave up, plucked close to the bridge."""
    low = plucked_string(sample_rate, 0.6 + 0.5 * brightness, 0.9, pick_position=0.09)
    high = plucked_string(sample_rate, 0.6 + 0.5 * brightness, 0.6, pick_position=0.13)
    return lambda frequency, seconds: 0.8 * low(frequency, seconds) + 0.4 * high(2 * frequency, seconds)


def bowed_string(sample_rate: int, brightness: float, n_players: int, attack: float = 0.07) -> Timbre:
    """Saw waves with vibrato through a violin-like body; several slightly detuned players make a section."""

    release = 0.12 + 0.8 * attack  # slow bows also leave the string slowly

    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int((seconds + release) * sample_rate)
        tone = np.zeros(n_samples)
        for player in range(n_players):
            detuned = frequency * (1 + 0.0022 * (player - (n_players - 1) / 2))
            curve = vibrato(detuned, n_samples, sample_rate, 0.005, 5.1 + 0.37 * player)
            tone += periodic_wave(
                darken(saw_harmonics(), frequency, 1600 + 3200 * brightness), curve, n_samples, sample_rate
            )
        body = tone + 0.9 * filtered(tone, "band", (380.0, 720.0), sample_rate, 1)
        bow = 0.02 * filtered(noise(n_samples, int(frequency)), "band", (1500.0, 5000.0), sample_rate)
        return np.asarray((body / n_players + bow) * hold_envelope(n_samples, sample_rate, attack, release))

    return render


def flute(sample_rate: int, brightness: float, breath: float = 0.05) -> Timbre:
    """A few harmonics, breath noise around the note, and a chiff at its start."""
    harmonics = np.array([1.0, 0.32, 0.16 + 0.2 * brightness, 0.05, 0.04 * brightness])

    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int((seconds + 0.05) * sample_rate)
        tone = periodic_wave(
            harmonics, vibrato(frequency, n_samples, sample_rate, 0.006, 5.0), n_samples, sample_rate
        )
        air = filtered(noise(n_samples, int(frequency)), "band", (frequency, 3.0 * frequency), sample_rate, 1)
        air = air * (breath + 4 * breath * decay(n_samples, sample_rate, 0.03))
        return np.asarray((tone + air) * hold_envelope(n_samples, sample_rate, 0.045, 0.07))

    return render


def struck_bar(sample_rate: int, ring_seconds: float, brightness: float, tremolo: float = 0.0) -> Timbre:
    """Vibraphone or bell: partials 1, 4, 10 of a tuned bar, the higher ones dying sooner."""
    partials = ((1.0, 1.0, 1.0), (4.0, 0.25 + 0.3 * brightness, 0.3), (10.1, 0.06 + 0.1 * brightness, 0.1))

    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int((seconds + 0.5 * ring_seconds) * sample_rate)
        time = np.arange(n_samples) / sample_rate
        tone = np.zeros(n_samples)
        for ratio, level, ring in partials:
            if ratio * frequency < 0.45 * sample_rate:
                tone += (
                    level
                    * np.sin(2 * np.pi * ratio * frequency * time)
                    * np.exp(-time / (ring_seconds * ring))
                )
        tone *= 1 - tremolo * (0.5 + 0.5 * np.sin(2 * np.pi * 5.5 * time))
        return np.asarray(tone * hold_envelope(n_samples, sample_rate, 0.002, 0.3 * ring_seconds))

    return render


def electric_piano(sample_rate: int, brightness: float) -> Timbre:
    """Tine piano: frequency modulation whose index falls, so that the attack barks and the tail is round.

    Source: J. Chowning, The Synthesis of Complex Audio Spectra by Means of FM, JAES 21, 1973.
    """

    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int((seconds + 0.15) * sample_rate)
        time = np.arange(n_samples) / sample_rate
        index = (0.5 + 1.3 * brightness) * np.exp(-time / 0.35)
        body = np.sin(2 * np.pi * frequency * time + index * np.sin(2 * np.pi * frequency * time))
        tine = 0.18 * np.sin(2 * np.pi * 7.0 * frequency * time) * np.exp(-time / 0.06)
        return np.asarray(
            (body + tine) * np.exp(-time / 1.4) * hold_envelope(n_samples, sample_rate, 0.003, 0.15)
        )

    return render


def piano(sample_rate: int, brightness: float) -> Timbre:
    """Struck strings: slightly stretched harmonics, two strings a note beating slowly, a felt knock."""

    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int((seconds + 0.12) * sample_rate)
        time = np.arange(n_samples) / sample_rate
        tone = np.zeros(n_samples)
        for order in range(1, min(12, int(0.45 * sample_rate / frequency))):
            stretched = order * frequency * np.sqrt(1 + 0.0004 * order**2)
            level = np.exp(-order * (0.75 - 0.35 * brightness)) * abs(np.sin(np.pi * order / 8.0))
            ring = 2.2 * (220.0 / frequency) ** 0.4 / (1 + 0.35 * order)
            tone += level * np.sin(2 * np.pi * stretched * time) * np.exp(-time / ring)
        knock = (
            0.1
            * filtered(noise(n_samples, 3), "low", 900.0, sample_rate)
            * decay(n_samples, sample_rate, 0.012)
        )
        return np.asarray((2.0 * tone + knock) * hold_envelope(n_samples, sample_rate, 0.002, 0.12))

    return render
