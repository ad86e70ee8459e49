"""Files → segments, some seconds at a time: an hour needs no more memory than a minute."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import config
from ML.audio import new_digest, stream_at
from ML.errors import AudioDecodeError, MelodexError
from ML.isolation import isolated_items
from ML.sample_streams import SampleBuffer
from ML.segments import SegmentCutter, Segments
from ML.spec import Framing

CHUNK_SECONDS = 30.0


@dataclass(frozen=True)
class DecodedChunk:
    """Some seconds of a file: mono, float32 [n], by sample rate (Hz).

    content_hash: of the whole file as it was decoded, with the last chunk.
    """

    samples: dict[int, np.ndarray]
    content_hash: str | None = None


@dataclass(frozen=True)
class Chunk:
    """The segments that some more seconds of a track completed, for each way of cutting it."""

    seconds: float
    by_framing: dict[Framing, Segments]
    content_hash: str | None = None


class TrackReader:
    """Reads one file once, for all framings. One thread at a time."""

    def __init__(self, path: Path, framings: Iterable[Framing]):
        self.path = path
        self.chunks = read_chunks(path, framings)

    def read(self) -> Chunk | MelodexError | None:
        """The next chunk, None at the end, or why there is no more."""
        try:
            return next(self.chunks, None)
        except MelodexError as error:
            return error

    def close(self) -> None:
        self.chunks.close()


def read_chunks(path: Path, framings: Iterable[Framing]) -> Generator[Chunk, None, None]:
    """Raises AudioDecodeError, AudioTooShortError."""
    framings = tuple(framings)
    sample_rates = {framing.sample_rate for framing in framings}
    decoded = isolated_items(chunks_at, path, sample_rates, config.MAX_TRACK_HOURS)
    with closing(decoded):
        yield from cut_chunks(decoded, framings)


def read_samples(path: Path, sample_rate: int) -> np.ndarray:
    """The whole file: mono, float32 [n] at sample_rate (Hz), decoded in a process of its own.

    Raises AudioDecodeError.
    """
    buffer = SampleBuffer()
    for chunk in isolated_items(chunks_at, path, {sample_rate}, config.MAX_TRACK_HOURS):
        buffer.append(chunk.samples[sample_rate])
    return buffer.close()


def cut_chunks(decoded: Iterable[DecodedChunk], framings: Iterable[Framing]) -> Generator[Chunk, None, None]:
    """Raises AudioTooShortError."""
    cutters = {framing: SegmentCutter(framing) for framing in framings}
    content_hash = None
    for chunk in decoded:
        samples, content_hash = chunk.samples, chunk.content_hash
        rate, first = next(iter(samples.items()))
        cut = {framing: cutter.push(samples[framing.sample_rate]) for framing, cutter in cutters.items()}
        yield Chunk(len(first) / rate, cut)
    rest = {framing: cutter.finish() for framing, cutter in cutters.items()}
    yield Chunk(0.0, rest, content_hash)


def chunks_at(path: Path, sample_rates: set[int], most_hours: int) -> Generator[DecodedChunk, None, None]:
    """The blocks of `stream_at`, joined to CHUNK_SECONDS. Raises AudioDecodeError, also beyond most_hours."""
    digest = new_digest()
    waiting: list[dict[int, np.ndarray]] = []
    seconds = total = 0.0
    for blocks in stream_at(path, sample_rates, digest):
        waiting.append(blocks)
        rate, first = next(iter(blocks.items()))
        seconds += len(first) / rate
        if seconds >= CHUNK_SECONDS:
            total += seconds
            if total > most_hours * 3600:
                raise AudioDecodeError(
                    f"{path.name} is longer than {most_hours} h (MELODEX_MAX_TRACK_HOURS)."
                )
            yield DecodedChunk(join_blocks(waiting))
            waiting, seconds = [], 0.0
    rest = join_blocks(waiting) if waiting else {rate: np.zeros(0, np.float32) for rate in sample_rates}
    yield DecodedChunk(rest, digest.hexdigest())


def join_blocks(blocks: list[dict[int, np.ndarray]]) -> dict[int, np.ndarray]:
    return {rate: np.concatenate([block[rate] for block in blocks]) for rate in blocks[0]}
