"""Waveform → segments → pooled track vectors: the framing that every model shares."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

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

    def take(self, rows: slice) -> "Segments":
        return Segments(self.samples[rows], self.lengths[rows], self.starts[rows])


@dataclass(frozen=True)
class SegmentOutput:
    """What a network says of a batch: float32 [n_segments, embedding_dim] and [n_segments, taggram_dim]."""

    embedding: np.ndarray
    taggram: np.ndarray

    def take(self, rows: slice | np.ndarray) -> "SegmentOutput":
        return SegmentOutput(self.embedding[rows], self.taggram[rows])


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


def split_segments(
    waveform: np.ndarray,
    segment_samples: int,
    sample_rate: int,
    hop_samples: int | None = None,
    keeps_tail: bool = True,
    n_silence: int = 0,
) -> Segments:
    """Cut a waveform into equal segments, one every hop_samples; None: without overlap.

    waveform: float32 mono [n_samples + n_silence].  The last partial segment is kept, zero-padded, when it
    holds at least half a segment or is all there is; otherwise, or without keeps_tail, it is dropped.
    Segments are views where n_silence has room for the padding: an hour then lies in memory once.
    Raises AudioTooShortError when the waveform is empty.
    """
    n_samples, hop = len(waveform) - n_silence, hop_samples or segment_samples
    if n_samples == 0:
        raise AudioTooShortError("The file holds no audio samples.")
    n_whole = max(0, 1 + (n_samples - segment_samples) // hop)
    has_tail = keeps_tail and 2 * (n_samples - n_whole * hop) >= segment_samples
    n_segments = n_whole + int(n_whole == 0 or has_tail)
    padding = (n_segments - 1) * hop + segment_samples - len(waveform)
    padded = np.pad(waveform, (0, padding)) if padding > 0 else waveform
    samples = sliding_window_view(padded, segment_samples)[::hop][:n_segments]
    first = np.arange(n_segments) * hop
    return Segments(samples, np.minimum(n_samples - first, segment_samples), first / sample_rate)


def join_segments(parts: list[Segments]) -> Segments:
    """One batch out of the segments of several tracks."""
    if len(parts) == 1:  # a long track alone: no second copy of its samples
        return parts[0]
    return Segments(
        np.concatenate([part.samples for part in parts]),
        np.concatenate([part.lengths for part in parts]),
        np.concatenate([part.starts for part in parts]),
    )


def join_outputs(parts: list[SegmentOutput]) -> SegmentOutput:
    """What was said of several batches, in their order."""
    return SegmentOutput(
        np.concatenate([part.embedding for part in parts]), np.concatenate([part.taggram for part in parts])
    )


def pool_segments(output: SegmentOutput, starts: np.ndarray, normalise: bool = False) -> TrackOutput:
    """Mean over the segments of one track; starts: seconds [S].

    normalise: the mean of unit vectors is shorter than they are; it gets length 1 again.
    """
    embedding = output.embedding.mean(axis=0)
    return TrackOutput(
        embedding=to_unit_length(embedding) if normalise else embedding,
        taggram=output.taggram.mean(axis=0),
        segment_embeddings=output.embedding,
        segment_taggrams=output.taggram,
        segment_starts=starts,
    )


def to_unit_length(vector: np.ndarray) -> np.ndarray:
    """Zero stays zero: it has no direction."""
    return vector / max(float(np.linalg.norm(vector)), float(np.finfo(np.float32).tiny))
