"""A few seconds of a track as a small MP3, which every browser plays."""

import io
from fractions import Fraction
from pathlib import Path

import numpy as np

from ML.audio import stream_at
from ML.isolation import isolated

PREVIEW_SECONDS = 5.0
PREVIEW_RATE = 24_000  # Hz
PREVIEW_BITS = 48_000  # a second: 30 kB a preview
FADE_SECONDS = 0.05  # without it a cut clicks


def make_preview(path: Path, duration_seconds: float | None) -> bytes:
    """MP3 of the middle of a file, where a song has left its introduction.

    duration_seconds: as the library knows it; None takes the beginning. Raises AudioDecodeError.
    """
    start = max(0.0, ((duration_seconds or 0.0) - PREVIEW_SECONDS) / 2)
    return encode_mp3(fade(isolated(read_part, path, start)), PREVIEW_RATE)


def read_part(path: Path, start_seconds: float) -> np.ndarray:
    """float32 [n] at PREVIEW_RATE; the file's last seconds where it is shorter than was said."""
    first, n_wanted = round(start_seconds * PREVIEW_RATE), round(PREVIEW_SECONDS * PREVIEW_RATE)
    kept = np.zeros(0, np.float32)
    n_read = 0
    for block in stream_at(path, [PREVIEW_RATE]):
        samples = block[PREVIEW_RATE]
        n_read += len(samples)
        kept = np.concatenate([kept, samples])[-max(n_wanted, n_read - first) :]
        if n_read >= first + n_wanted:
            break
    return kept[:n_wanted]


def fade(samples: np.ndarray) -> np.ndarray:
    n_fade = min(round(FADE_SECONDS * PREVIEW_RATE), len(samples) // 2)
    slope = np.ones(len(samples), np.float32)
    slope[:n_fade] = np.linspace(0, 1, n_fade)
    slope[len(samples) - n_fade :] = np.linspace(1, 0, n_fade)
    return samples * slope


def encode_mp3(samples: np.ndarray, sample_rate: int) -> bytes:
    """samples: float32 mono [n]."""
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=sample_rate, layout="mono")
        stream.bit_rate = PREVIEW_BITS
        frame = av.AudioFrame.from_ndarray(np.clip(samples, -1, 1)[None], format="fltp", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = sample_rate, Fraction(1, sample_rate), 0
        resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=sample_rate)
        for part in (frame, None):
            for ready in resampler.resample(part):
                container.mux(stream.encode(ready))
        container.mux(stream.encode(None))
    return buffer.getvalue()
