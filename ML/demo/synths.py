"""Electronic timbres: pads, stabs, sub bass and the channels of a sound chip."""

import numpy as np

from ML.demo.instruments import Timbre
from ML.demo.oscillators import (
    Samples,
    darken,
    decay,
    hold_envelope,
    periodic_wave,
    pulse_harmonics,
    saw_harmonics,
    triangle_harmonics,
    vibrato,
)


def pad(sample_rate: int, brightness: float, attack: float, release: float) -> Timbre:
    """Five detuned saws behind a low-pass that opens and closes with the note."""
    detunes = (-0.0058, -0.0027, 0.0, 0.0031, 0.0061)

    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int((seconds + release) * sample_rate)
        swell = hold_envelope(n_samples, sample_rate, attack, release)
        dark = darken(saw_harmonics(), frequency, 220 + 250 * brightness)
        bright = darken(saw_harmonics(), frequency, 600 + 2200 * brightness)
        tone = np.zeros(n_samples)
        for index, detune in enumerate(detunes):
            harmonics = bright if index % 2 else dark
            opening = swell if index % 2 else 1.0
            start = int(sample_rate * index / 97)  # spread the phases: aligned saws would thump
            tone += (
                opening
                * periodic_wave(harmonics, frequency * (1 + detune), n_samples + start, sample_rate)[start:]
            )
        return np.asarray(tone / len(detunes) * swell)

    return render


def synth_stab(sample_rate: int, brightness: float, seconds_to_close: float = 0.09) -> Timbre:
    """A short saw chord note whose filter snaps shut: bright and dark waves cross-faded."""

    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int((seconds + 0.1) * sample_rate)
        bright = periodic_wave(
            darken(saw_harmonics(), frequency, 1500 + 5000 * brightness), frequency, n_samples, sample_rate
        )
        dark = periodic_wave(
            darken(saw_harmonics(), frequency, 400.0), frequency * 1.004, n_samples, sample_rate
        )
        closing = decay(n_samples, sample_rate, seconds_to_close)
        return np.asarray(
            (closing * bright + (1 - closing) * dark)
            * hold_envelope(n_samples, sample_rate, 0.003, 0.1)
            * decay(n_samples, sample_rate, 0.4)
        )

    return render


def pulse_voice(sample_rate: int, duty: float) -> Timbre:
    """One channel of an old sound chip: a pulse wave in sixteen loudness steps, vibrato on long notes."""

    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int(seconds * sample_rate)
        curve = vibrato(frequency, n_samples, sample_rate, 0.007, 6.5)
        steps = np.ceil(16 * decay(n_samples, sample_rate, 0.5 + seconds)) / 16
        wave = periodic_wave(pulse_harmonics(duty), curve, n_samples, sample_rate)
        return np.asarray(wave * steps * hold_envelope(n_samples, sample_rate, 0.002, 0.006))

    return render


def triangle_bass(sample_rate: int) -> Timbre:
    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int(seconds * sample_rate)
        wave = periodic_wave(triangle_harmonics(), frequency, n_samples, sample_rate)
        # The chip's triangle had sixteen levels; the steps are its grit.
        return np.asarray(np.round(wave * 7) / 7 * hold_envelope(n_samples, sample_rate, 0.002, 0.006))

    return render


def sub_bass(sample_rate: int, grit: float) -> Timbre:
    """A sine that starts a little sharp and is driven into soft saturation."""

    def render(frequency: float, seconds: float) -> Samples:
        n_samples = int(seconds * sample_rate)
        curve = frequency * (1 + 0.5 * decay(n_samples, sample_rate, 0.012))
        wave = np.sin(2 * np.pi * np.cumsum(curve) / sample_rate)
        return np.asarray(
            np.tanh((1 + 2 * grit) * wave)
            * hold_envelope(n_samples, sample_rate, 0.005, 0.05)
            * decay(n_samples, sample_rate, 1.2)
        )

    return render
