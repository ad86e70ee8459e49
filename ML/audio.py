"""Files → waveforms: decode once, mean of the channels, band-limited resampling.

PyAV carries its own FFmpeg, so no system package is needed. FFmpeg's own mono down-mix scales by √2 and is
not used. Damaged files give what can be salvaged; a file that gives nothing is an AudioDecodeError.
"""

import hashlib
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ML.containers import (
    check_readable,
    check_sample_rate,
    decode_frames,
    demux_packets,
    open_links,
    stream_duration_seconds,
)
from ML.errors import AudioDecodeError
from ML.sample_streams import ResamplingStream, SampleBuffer

if TYPE_CHECKING:
    from av import AudioFrame

AUDIO_EXTENSIONS = (".mp3", ".wav", ".ogg", ".flac", ".m4a")
BLOCK_FRAMES = 64
MAX_PADDING_SECONDS = 0.1  # encoders add up to 3,457 samples: 78 ms at 44.1 kHz


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
    """Facts about an audio file. sample_rate: Hz, of its first frame.  duration_seconds: of what decodes."""

    sample_rate: int
    n_channels: int
    duration_seconds: float
    content_hash: str


def is_audio_file(path: Path) -> bool:
    return path.suffix.lower() in AUDIO_EXTENSIONS and not path.name.startswith(".")


def decode(path: Path) -> Waveform:
    """The whole file as mono, at the sample rate of its first frame.

    Raises AudioDecodeError when no frame decodes, or when the samples are not finite numbers.
    """
    buffer, sample_rate = SampleBuffer(), 0
    for block in stream_native(path):
        buffer.append(block.samples)
        sample_rate = block.sample_rate
    return Waveform(buffer.close(), sample_rate)


def stream_native(path: Path) -> Iterator[Waveform]:
    """The file in blocks of a second or two, at the sample rate of its first frame.

    Raises AudioDecodeError like `decode`.
    """
    resampler = None
    for source_rate, block in mono_blocks(path):
        resampler = resampler or ResamplingStream(source_rate)
        yield Waveform(resampler.push(block, source_rate), resampler.sample_rate)
    if resampler:
        yield Waveform(resampler.finish(), resampler.sample_rate)


def stream_at(
    path: Path, sample_rates: Iterable[int], digest: "hashlib.blake2b | None" = None
) -> Generator[dict[int, np.ndarray], None, None]:
    """The file in blocks of mono, float32 [n], at each of the rates (Hz), as it is decoded.

    A block is a second or two; memory does not depend on the file. digest: of `new_digest`, at the end that
    of the whole file. Raises AudioDecodeError like `decode`.
    """
    resamplers = {rate: ResamplingStream(rate) for rate in sample_rates}
    for source_rate, block in mono_blocks(path, digest):
        yield {rate: resampler.push(block, source_rate) for rate, resampler in resamplers.items()}
    yield {rate: resampler.finish() for rate, resampler in resamplers.items()}


def mono_blocks(path: Path, digest: "hashlib.blake2b | None" = None) -> Iterator[tuple[int, np.ndarray]]:
    """Sample rate (Hz) and mean of the channels, float32 [n], of up to BLOCK_FRAMES frames a block.

    Single frames are tiny, and slow. A block has one sample rate and one format: joined files change both.
    Raises AudioDecodeError when there are no frames, or samples that are not finite numbers.
    """
    n_blocks = 0
    for (sample_rate, n_channels, _), group in groupby(decode_frames(path, digest), describe_frame):
        check_sample_rate(path, sample_rate)
        while arrays := [frame.to_ndarray() for frame in islice(group, BLOCK_FRAMES)]:
            n_blocks += 1
            block = mix_down(np.concatenate(arrays, axis=1), n_channels)
            if not np.isfinite(block).all():
                raise AudioDecodeError(
                    f"Cannot use {path.name}: it holds samples that are not finite numbers."
                )
            yield sample_rate, block
    if not n_blocks:
        raise AudioDecodeError(f"Cannot decode {path.name}: no audio frames in it.")


def describe_frame(frame: "AudioFrame") -> tuple[int, int, str]:
    """Sample rate (Hz), number of channels, sample format."""
    return frame.sample_rate, frame.layout.nb_channels, frame.format.name


def probe(path: Path) -> AudioProbe:
    """Decode one frame, hash the compressed audio and measure its length.

    Raises AudioDecodeError like `decode`, OSError when the disk fails.
    """
    frame = next(decode_frames(path), None)
    if frame is None:
        raise AudioDecodeError(f"Cannot decode {path.name}: no audio frames in it.")
    sample_rate, n_channels, _ = describe_frame(frame)
    check_sample_rate(path, sample_rate)
    packets = read_packets(path)
    seconds = packets.header_seconds
    if not packets.agree_with_header:
        check_readable(path)
        seconds = measure_decoded(path)
    return AudioProbe(sample_rate, n_channels, seconds, packets.content_hash)


@dataclass(frozen=True)
class PacketSummary:
    """What the compressed packets of a file show.

    header_seconds: length by the header, which knows what of the padding is cut off; 0 where it has none.
    seconds: of all packets, padding included.  has_holes: packets without content, in formats that have none.
    """

    content_hash: str
    header_seconds: float
    seconds: float
    has_holes: bool

    @property
    def agree_with_header(self) -> bool:
        """Otherwise the file is damaged or joined, or its header holds an estimate."""
        return not self.has_holes and abs(self.header_seconds - self.seconds) <= MAX_PADDING_SECONDS


def new_digest() -> "hashlib.blake2b":
    """Of the compressed audio: its hexadecimal form is a `content_hash`."""
    return hashlib.blake2b(digest_size=16)


def read_packets(path: Path) -> PacketSummary:
    """Raises AudioDecodeError when the file cannot be opened."""
    digest = new_digest()
    header_seconds = seconds = 0.0
    has_holes = False
    for container, stream in open_links(path):
        header_seconds += stream_duration_seconds(container, stream)
        is_pcm = stream.codec_context.name.startswith("pcm_")  # where zeros are silence
        n_ticks = 0
        for packet in demux_packets(container, stream):
            data = bytes(packet)
            digest.update(data)
            n_ticks += packet.duration or 0
            has_holes |= bool(data) and not is_pcm and not data.strip(b"\0")
        seconds += float(n_ticks * (stream.time_base or 0))
    return PacketSummary(digest.hexdigest(), header_seconds, seconds, has_holes)


def hash_audio(path: Path) -> str:
    """Hash of the compressed audio packets: new tags or a new name leave it as it is, new sound does not."""
    return read_packets(path).content_hash


def measure_decoded(path: Path) -> float:
    """Seconds of sound that decodes. Takes up to six times as long as `read_packets`."""
    n_samples: Counter[int] = Counter()
    for frame in decode_frames(path):
        n_samples[frame.sample_rate] += frame.samples
    return sum(n / sample_rate for sample_rate, n in n_samples.items())


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


def resample(waveform: Waveform, sample_rate: int) -> np.ndarray:
    """Band-limited resampling (soxr HQ). Returns float32 [n_samples] at sample_rate (Hz)."""
    if waveform.sample_rate == sample_rate:
        return waveform.samples
    import soxr

    return soxr.resample(waveform.samples, waveform.sample_rate, sample_rate, quality="HQ")
