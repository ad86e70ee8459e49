"""Files → segments, some seconds at a time: an hour needs no more memory than a minute."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ML.audio import stream_at
from ML.errors import AudioDecodeError, MelodexError
from ML.segments import SegmentCutter, Segments
from ML.spec import Framing

CHUNK_SECONDS = 30.0


@dataclass(frozen=True)
class Chunk:
    """The segments that some more seconds of a track completed, for each way of cutting it."""

    seconds: float
    by_framing: dict[Framing, Segments]


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
        except OSError as error:
            return AudioDecodeError(f"Cannot read {self.path.name}: {error.strerror}.")
        except MemoryError:
            return AudioDecodeError(f"{self.path.name} does not decode in the memory there is.")

    def close(self) -> None:
        self.chunks.close()


def read_chunks(path: Path, framings: Iterable[Framing]) -> Generator[Chunk, None, None]:
    """Raises AudioDecodeError, AudioTooShortError, OSError."""
    cutters = {framing: SegmentCutter(framing) for framing in framings}
    for samples in chunks_at(path, {framing.sample_rate for framing in cutters}):
        rate, first = next(iter(samples.items()))
        cut = {framing: cutter.push(samples[framing.sample_rate]) for framing, cutter in cutters.items()}
        yield Chunk(len(first) / rate, cut)
    yield Chunk(0.0, {framing: cutter.finish() for framing, cutter in cutters.items()})


def chunks_at(path: Path, sample_rates: set[int]) -> Iterator[dict[int, np.ndarray]]:
    """The blocks of `stream_at`, joined to CHUNK_SECONDS."""
    waiting: list[dict[int, np.ndarray]] = []
    seconds = 0.0
    for blocks in stream_at(path, sample_rates):
        waiting.append(blocks)
        rate, first = next(iter(blocks.items()))
        seconds += len(first) / rate
        if seconds >= CHUNK_SECONDS:
            yield join_blocks(waiting)
            waiting, seconds = [], 0.0
    if waiting:
        yield join_blocks(waiting)


def join_blocks(blocks: list[dict[int, np.ndarray]]) -> dict[int, np.ndarray]:
    return {rate: np.concatenate([block[rate] for block in blocks]) for rate in blocks[0]}
