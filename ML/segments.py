"""Waveform → segments → pooled track vectors: the framing that every model shares."""

from dataclasses import dataclass

import numpy as np

from ML.errors import AudioTooShortError


@dataclass(frozen=True)
class Segments:
    """Equal windows of one or many waveforms.

    samples: float32 [n_segments, segment_samples], zero-padded at the end.
    lengths: int64 [n_segments], samples of real audio in each.  starts: float64 [n_segments], seconds.
    """

    samples: np.ndarray
    lengths: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True)
class SegmentOutput:
    """What a network says of a batch: float32 [n_segments, embedding_dim] and [n_segments, taggram_dim]."""

    embedding: np.ndarray
    taggram: np.ndarray


@dataclass(frozen=True)
class TrackOutput:
    """What a network says of a track: pooled vectors, and the segment vectors they come from.

    embedding: float32 [D].  taggram: float32 [T].  segment_embeddings: float32 [S, D].
    segment_taggrams: float32 [S, T].  segment_starts: float64 [S], seconds.
    """

    embedding: np.ndarray
    taggram: np.ndarray
    segment_embeddings: np.ndarray
    segment_taggrams: np.ndarray
    segment_starts: np.ndarray


def split_segments(waveform: np.ndarray, segment_samples: int, sample_rate: int) -> Segments:
    """Cut a waveform into equal segments without overlap.

    waveform: float32 mono [n_samples].  The last partial segment is kept, zero-padded, when it holds at
    least half a segment or is all there is; otherwise it is dropped.
    Raises AudioTooShortError when the waveform is empty.
    """
    n_samples = len(waveform)
    if n_samples == 0:
        raise AudioTooShortError("The file holds no audio samples.")
    n_whole, rest = divmod(n_samples, segment_samples)
    n_segments = n_whole + int(n_whole == 0 or 2 * rest >= segment_samples)
    samples = np.zeros((n_segments, segment_samples), dtype=np.float32)
    n_used = min(n_samples, samples.size)
    samples.reshape(-1)[:n_used] = waveform[:n_used]
    first = np.arange(n_segments) * segment_samples
    return Segments(samples, np.minimum(n_used - first, segment_samples), first / sample_rate)


def join_segments(parts: list[Segments]) -> Segments:
    """One batch out of the segments of several tracks."""
    return Segments(
        np.concatenate([part.samples for part in parts]),
        np.concatenate([part.lengths for part in parts]),
        np.concatenate([part.starts for part in parts]),
    )


def pool_segments(output: SegmentOutput, starts: np.ndarray) -> TrackOutput:
    """Mean over the segments of one track; starts: seconds [S]."""
    return TrackOutput(
        embedding=output.embedding.mean(axis=0),
        taggram=output.taggram.mean(axis=0),
        segment_embeddings=output.embedding,
        segment_taggrams=output.taggram,
        segment_starts=starts,
    )
