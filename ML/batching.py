"""Batches that mix segments of many tracks, and track vectors out of them again."""

from collections.abc import Iterator
from dataclasses import dataclass

from ML.errors import MelodexError
from ML.inference import LoadedModel
from ML.segments import SegmentOutput, Segments, TrackOutput, join_segments, pool_segments


@dataclass(frozen=True)
class TrackResult:
    """What became of one track: its vectors, or the reason there are none."""

    track_id: int
    outcome: TrackOutput | MelodexError


class SegmentBatcher:
    """Collects short tracks until a batch is full; a long track fills one alone and waits for nobody."""

    def __init__(self, model: LoadedModel, batch_segments: int):
        self.model = model
        self.batch_segments = batch_segments
        self.pending: list[tuple[int, Segments]] = []

    def add(self, track_id: int, segments: Segments) -> Iterator[TrackResult]:
        """Take a track in; yields every result that is ready by then."""
        self.pending.append((track_id, segments))
        if sum(len(waiting) for _, waiting in self.pending) >= self.batch_segments:
            yield from self.flush()

    def flush(self) -> Iterator[TrackResult]:
        """Run what is waiting. When a mixed batch fails, each track runs alone."""
        tracks, self.pending = self.pending, []
        if not tracks:
            return
        try:
            yield from self.run(tracks)
        except MelodexError as error:
            if len(tracks) == 1:
                yield TrackResult(tracks[0][0], error)
                return
            for track in tracks:
                self.pending = [track]
                yield from self.flush()

    def run(self, tracks: list[tuple[int, Segments]]) -> list[TrackResult]:
        joined = join_segments([segments for _, segments in tracks])
        output = self.model.embed_segments(joined, self.batch_segments)
        results, first = [], 0
        for track_id, segments in tracks:
            own = slice(first, first + len(segments))
            part = SegmentOutput(output.embedding[own], output.taggram[own])
            pooled = pool_segments(part, segments.starts, self.model.spec.normalise)
            results.append(TrackResult(track_id, pooled))
            first = own.stop
        return results
