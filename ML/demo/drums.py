"""Unpitched percussion: each function makes one hit, mono, peak about 1."""

import numpy as np

from ML.demo.oscillators import Samples, decay, filtered, hold_envelope, noise

# Inharmonic ratios of a struck metal disc, the "clang" of cymbals and hats.
METAL_RATIOS = (1.0, 1.34, 1.66, 1.93, 2.51, 2.79, 3.38, 4.07)


def _finish(sound: Samples, sample_rate: int) -> Samples:
    faded = sound * hold_envelope(len(sound), sample_rate, 0.0005, 0.2 * len(sound) / sample_rate)
    return np.asarray(faded / np.abs(faded).max())


def kick(sample_rate: int, pitch: float, seconds: float, click: float, drive: float = 1.0) -> Samples:
    """A sine falling to `pitch` Hz in a few milliseconds, with a beater click."""
    n_samples = int(4 * seconds * sample_rate)
    curve = pitch * (1 + 5.0 * decay(n_samples, sample_rate, 0.016))
    body = np.sin(2 * np.pi * np.cumsum(curve) / sample_rate) * decay(n_samples, sample_rate, seconds)
    beater = filtered(noise(n_samples, 11), "band", (1500.0, 5500.0), sample_rate, 1) * decay(
        n_samples, sample_rate, 0.004
    )
    return _finish(np.tanh(drive * (body + click * beater)), sample_rate)


def acoustic_kick(sample_rate: int, seed: int) -> Samples:
    """A damped head with hardly any fall in pitch, its shell, and a felt beater."""
    n_samples = int(0.4 * sample_rate)
    time = np.arange(n_samples) / sample_rate
    head = np.sin(2 * np.pi * 68.0 * time) + 0.5 * np.sin(2 * np.pi * 121.0 * time) * np.exp(-time / 0.04)
    felt = filtered(noise(n_samples, seed), "band", (250.0, 2200.0), sample_rate, 1) * np.exp(-time / 0.012)
    return _finish(head * np.exp(-time / 0.07) + 0.9 * felt, sample_rate)


def snare(sample_rate: int, pitch: float, seconds: float, wires: float, seed: int) -> Samples:
    """Two drum-head modes and the rattle of the wires (noise), whose share is `wires`."""
    n_samples = int(5 * seconds * sample_rate)
    time = np.arange(n_samples) / sample_rate
    head = np.sin(2 * np.pi * pitch * time) + 0.6 * np.sin(2 * np.pi * 1.59 * pitch * time)
    rattle = filtered(noise(n_samples, seed), "band", (900.0, 9000.0), sample_rate, 1)
    return _finish(
        head * np.exp(-time / 0.05) * (1 - wires) + 1.6 * wires * rattle * np.exp(-time / seconds),
        sample_rate,
    )


def cymbal(sample_rate: int, seconds: float, pitch: float, metal: float, seed: int) -> Samples:
    """Hats (seconds 0.02 to 0.2), ride and crash: high-passed noise and, by `metal`, a clang of partials."""
    n_samples = int(5 * seconds * sample_rate)
    time = np.arange(n_samples) / sample_rate
    clang = np.sum([np.sign(np.sin(2 * np.pi * pitch * ratio * time)) for ratio in METAL_RATIOS], axis=0) / 4
    hiss = filtered(noise(n_samples, seed), "high", 6500.0, sample_rate)
    ringing = filtered(clang, "high", 5000.0, sample_rate, 3)
    return _finish((metal * ringing + (1 - metal) * hiss) * np.exp(-time / seconds), sample_rate)


def ride(sample_rate: int, seed: int) -> Samples:
    """A stick's ping with a soft wash after it."""
    n_samples = int(1.1 * sample_rate)
    time = np.arange(n_samples) / sample_rate
    ping = np.sum([np.sin(2 * np.pi * 1290.0 * ratio * time) for ratio in METAL_RATIOS], axis=0)
    stick = filtered(noise(n_samples, seed + 1), "band", (3000.0, 8000.0), sample_rate, 1) * np.exp(
        -time / 0.012
    )
    wash = filtered(noise(n_samples, seed), "band", (4000.0, 8000.0), sample_rate, 1) * np.exp(-time / 0.2)
    return _finish(0.2 * ping * np.exp(-time / 0.09) + 0.8 * stick + 0.3 * wash, sample_rate)


def clap(sample_rate: int, seed: int) -> Samples:
    """Four hands, a hundredth of a second apart."""
    n_samples = int(0.35 * sample_rate)
    envelope = np.zeros(n_samples)
    for index in range(4):
        start = int(0.011 * index * sample_rate)
        fall = 0.007 if index < 3 else 0.07
        envelope[start:] += decay(n_samples - start, sample_rate, fall)
    return _finish(
        filtered(noise(n_samples, seed), "band", (800.0, 3500.0), sample_rate, 1) * envelope, sample_rate
    )


def tom(sample_rate: int, pitch: float) -> Samples:
    n_samples = int(0.5 * sample_rate)
    curve = pitch * (1 + 0.6 * decay(n_samples, sample_rate, 0.04))
    skin = (
        0.15 * filtered(noise(n_samples, 5), "low", 2500.0, sample_rate) * decay(n_samples, sample_rate, 0.02)
    )
    return _finish(
        np.sin(2 * np.pi * np.cumsum(curve) / sample_rate) * decay(n_samples, sample_rate, 0.14) + skin,
        sample_rate,
    )


def brush(sample_rate: int, seconds: float, seed: int) -> Samples:
    """A brush swept over the snare."""
    n_samples = int(2 * seconds * sample_rate)
    sweep = filtered(noise(n_samples, seed), "band", (1800.0, 7000.0), sample_rate, 1)
    return _finish(sweep * hold_envelope(n_samples, sample_rate, 0.3 * seconds, seconds), sample_rate)


def chip_noise(sample_rate: int, seconds: float, coarse: int, seed: int) -> Samples:
    """The noise channel of an old sound chip: random bits, each held for `coarse` samples."""
    n_samples = int(4 * seconds * sample_rate)
    bits = np.sign(noise(n_samples // coarse + 1, seed))
    return _finish(np.repeat(bits, coarse)[:n_samples] * decay(n_samples, sample_rate, seconds), sample_rate)
