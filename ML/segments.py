"""Waveform → segments → pooled track vectors: the framing that every model shares."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ML.errors import AudioTooShortError
from ML.spec import Framing


@dataclass(frozen=True)
class Segments:
    """Equal windows of one or many waveforms.

    samples: float32 [n_segments, context_samples + segment_samples], zero-padded at the end.
    lengths: int64 [n_segments], samples before the padding of each.
    starts: float64 [n_segments], seconds, of the segment without its context.
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


class SegmentCutter:
    """Cuts a waveform that comes in blocks into equal segments.

    The last partial segment is kept, zero-padded, when it holds at least half a segment or is all there is;
    otherwise, or without keeps_tail, it is dropped.

    With context, each segment comes with the samples before it; before the first, the start of the signal
    is reflected, as `np.pad` does it. A last segment that lacks no more samples than the context has gets
    them by reflection at the end. This is what a spectrogram with centered windows of twice the context makes
    of the whole signal, cut afterwards.
    """

    def __init__(self, framing: Framing):
        self.sample_rate, self.segment_samples = framing.sample_rate, framing.segment_samples
        self.hop, self.keeps_tail = framing.hop_samples or framing.segment_samples, framing.keeps_tail
        self.context, self.window = framing.context_samples, framing.window_samples
        self.rest = np.zeros(0, np.float32)  # samples that no segment starts in yet, and their context
        self.is_begun = not self.context  # the rest begins with context
        self.n_cut = 0

    def push(self, block: np.ndarray) -> Segments:
        """block: float32 mono [n].  The segments that are whole by now: views, until the next call."""
        samples = np.concatenate([self.rest, block]) if len(self.rest) else block
        if not self.is_begun and len(samples) > self.context:
            samples = self.begin(samples)
        n_whole = max(0, 1 + (len(samples) - self.window) // self.hop) if self.is_begun else 0
        self.rest = samples[n_whole * self.hop :].copy()
        if not n_whole:
            return self.place(np.zeros((0, self.window), np.float32), 0)
        windows = sliding_window_view(samples, self.window)[:: self.hop][:n_whole]
        return self.place(windows, self.window)

    def begin(self, samples: np.ndarray) -> np.ndarray:
        """The first samples of the signal with their reflection before them."""
        self.is_begun = True
        return np.concatenate([samples[self.context : 0 : -1], samples])

    def finish(self) -> Segments:
        """The last partial segment, or none. Raises AudioTooShortError when there was not a sample."""
        if not len(self.rest) and not self.n_cut:
            raise AudioTooShortError("The file holds no audio samples.")
        if not self.is_begun:  # there are too few samples to reflect: silence follows them
            length = self.context + len(self.rest)
            padded = self.begin(np.pad(self.rest, (0, self.segment_samples - len(self.rest))))
            return self.place(padded[None], length)
        n_missing = self.window - len(self.rest)
        if n_missing <= self.context:
            return self.place(np.pad(self.rest, (0, n_missing), mode="reflect")[None], self.window)
        is_kept = not self.n_cut or (self.keeps_tail and 2 * n_missing <= self.segment_samples)
        return self.place(np.pad(self.rest, (0, n_missing))[None][: int(is_kept)], len(self.rest))

    def place(self, samples: np.ndarray, length: int) -> Segments:
        """length: samples in each before its padding."""
        first = (self.n_cut + np.arange(len(samples))) * self.hop
        self.n_cut += len(samples)
        return Segments(samples, np.full(len(samples), length), first / self.sample_rate)


def split_segments(waveform: np.ndarray, framing: Framing) -> Segments:
    """All segments of a waveform; float32 mono [n_samples]. Raises AudioTooShortError when it is empty."""
    cutter = SegmentCutter(framing)
    return join_segments([cutter.push(waveform), cutter.finish()])


def join_segments(parts: list[Segments]) -> Segments:
    """One batch out of several."""
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
