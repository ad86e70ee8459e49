"""Files → waveforms: decode once, mean of the channels, band-limited resampling.

PyAV carries its own FFmpeg, so no system package is needed. FFmpeg's own mono down-mix scales by √2 and is
not used. Damaged files give what can be salvaged; a file that gives nothing is an AudioDecodeError.
"""

import hashlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ML.errors import AudioDecodeError
from ML.sample_streams import ResamplingStream, SampleBuffer

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

AUDIO_EXTENSIONS = (".mp3", ".wav", ".ogg", ".flac", ".m4a")
# Outside these a file is damaged or not music, and resampling it would ask for absurd memory.
MIN_SAMPLE_RATE = 1_000  # Hz
MAX_SAMPLE_RATE = 768_000  # Hz
BLOCK_FRAMES = 64


@dataclass(frozen=True)
class Waveform:
    """Decoded audio. samples: float32 mono [n], nominally in [-1, 1].  sample_rate: Hz."""

    samples: np.ndarray
    sample_rate: int

    @property
    def duration_seconds(self) -> float:
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True)
class AudioProbe:
    """What a file says of itself without decoding it all. duration_seconds is None where it says nothing."""

    sample_rate: int
    n_channels: int
    duration_seconds: float | None
    content_hash: str


def is_audio_file(path: Path) -> bool:
    return path.suffix.lower() in AUDIO_EXTENSIONS and not path.name.startswith(".")


def decode(path: Path) -> Waveform:
    """The whole file as mono at its own sample rate.

    Raises AudioDecodeError when no frame decodes, or when the samples are not finite numbers.
    """
    with open_audio(path) as (container, stream):
        sample_rate = stream.codec_context.sample_rate
        buffer = SampleBuffer()
        for block in mono_blocks(path, decode_frames(container, stream)):
            buffer.append(block)
    return Waveform(buffer.close(), sample_rate)


def stream_at(path: Path, sample_rates: Iterable[int]) -> Generator[dict[int, np.ndarray], None, None]:
    """The file in blocks of mono, float32 [n], at each of the rates (Hz), as it is decoded.

    A block is a second or two; memory does not depend on the file. Raises AudioDecodeError like `decode`.
    """
    with open_audio(path) as (container, stream):
        source_rate = stream.codec_context.sample_rate
        resamplers = {rate: ResamplingStream(source_rate, rate) for rate in sample_rates}
        for block in mono_blocks(path, decode_frames(container, stream)):
            yield {rate: resampler.push(block) for rate, resampler in resamplers.items()}
        yield {rate: resampler.finish() for rate, resampler in resamplers.items()}


def mono_blocks(path: Path, frames: Iterable) -> Iterator[np.ndarray]:
    """Mean of the channels, float32 [n], in blocks of BLOCK_FRAMES frames: frames alone are tiny, and slow.

    Raises AudioDecodeError when there are none, or samples that are not finite numbers.
    """
    n_blocks = 0
    for (n_channels, _), group in groupby(
        frames, lambda frame: (frame.layout.nb_channels, frame.format.name)
    ):
        while arrays := [frame.to_ndarray() for frame in islice(group, BLOCK_FRAMES)]:
            n_blocks += 1
            block = mix_down(np.concatenate(arrays, axis=1), n_channels)
            if not np.isfinite(block).all():
                raise AudioDecodeError(
                    f"Cannot use {path.name}: it holds samples that are not finite numbers."
                )
            yield block
    if not n_blocks:
        raise AudioDecodeError(f"Cannot decode {path.name}: no audio frames in it.")


def probe(path: Path) -> AudioProbe:
    """Read the header, make sure one frame decodes, and hash the compressed audio.

    Raises AudioDecodeError like `decode`.
    """
    with open_audio(path) as (container, stream):
        if next(decode_frames(container, stream), None) is None:
            raise AudioDecodeError(f"Cannot decode {path.name}: no audio frames in it.")
        context = stream.codec_context
        duration = stream_duration_seconds(container, stream)
        sample_rate, n_channels = context.sample_rate, context.channels
    return AudioProbe(sample_rate, n_channels, duration, hash_audio(path))


def hash_audio(path: Path) -> str:
    """Hash of the compressed audio packets: new tags or a new name leave it as it is, new sound does not."""
    digest = hashlib.blake2b(digest_size=16)
    with open_audio(path) as (container, stream):
        for packet in demux_packets(container, stream):
            digest.update(bytes(packet))
    return digest.hexdigest()


@contextmanager
def open_audio(path: Path) -> "Iterator[tuple[InputContainer, AudioStream]]":
    """Container and first audio stream. Raises AudioDecodeError with the reason a person can read."""
    import av

    try:
        container = av.open(str(path), metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise AudioDecodeError(f"Cannot decode {path.name}: {describe(error, path)}.") from error
    with container:
        if not container.streams.audio:
            raise AudioDecodeError(f"Cannot decode {path.name}: no audio stream in it.")
        stream = container.streams.audio[0]
        if stream.codec_context is None:  # no decoder for it; PyAV's types do not say so
            raise AudioDecodeError(f"Cannot decode {path.name}: its audio is of an unknown kind.")
        check_sample_rate(path, stream.codec_context.sample_rate)
        yield container, stream


def describe(error: Exception, path: Path) -> str:
    if path.exists() and path.stat().st_size == 0:
        return "the file is empty (0 bytes)"
    return getattr(error, "strerror", None) or str(error)


def check_sample_rate(path: Path, sample_rate: int) -> None:
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
        raise AudioDecodeError(
            f"Cannot use {path.name}: its sample rate is {sample_rate} Hz; "
            f"{MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz can be used."
        )


def demux_packets(container: "InputContainer", stream: "AudioStream") -> Iterator:
    """Packets until the end or the first damage the demuxer cannot cross."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        yield packet


def decode_frames(container: "InputContainer", stream: "AudioStream") -> Iterator:
    """Frames of every packet that decodes; a damaged packet is passed over, as players do."""
    import av

    for packet in demux_packets(container, stream):
        try:
            yield from packet.decode()
        except MemoryError:  # FFmpeg's own is a kind of it
            raise
        except av.error.FFmpegError:
            continue


def mix_down(frame: np.ndarray, n_channels: int) -> np.ndarray:
    """Mean of the channels; frame: planar [n_channels, n] or packed [1, n * n_channels], integer or float."""
    planar = frame if len(frame) == n_channels else frame.reshape(-1, n_channels).T
    return to_float(planar).mean(axis=0, dtype=np.float32)


def to_float(samples: np.ndarray) -> np.ndarray:
    """Integer PCM to float32 in [-1, 1); float samples pass through."""
    if samples.dtype == np.uint8:  # 8-bit WAV is unsigned around 128
        return (samples.astype(np.float32) - 128) / 128
    if np.issubdtype(samples.dtype, np.integer):
        return samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min)
    return samples.astype(np.float32, copy=False)


def stream_duration_seconds(container: "InputContainer", stream: "AudioStream") -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else None  # AV_TIME_BASE is 1 µs


def resample(waveform: Waveform, sample_rate: int) -> np.ndarray:
    """Band-limited resampling (soxr HQ). Returns float32 [n_samples] at sample_rate (Hz)."""
    if waveform.sample_rate == sample_rate:
        return waveform.samples
    import soxr

    return soxr.resample(waveform.samples, waveform.sample_rate, sample_rate, quality="HQ")
