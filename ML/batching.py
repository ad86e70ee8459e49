"""Batches that mix segments of many tracks, and track vectors out of them again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from ML.errors import MelodexError
from ML.inference import LoadedModel
from ML.segments import (
    SegmentOutput,
    Segments,
    TrackOutput,
    join_outputs,
    join_segments,
    pool_segments,
)


@dataclass(frozen=True)
class Part:
    """Neighbouring segments of one track; first: the number in the track of the first of them."""

    track_id: int
    first: int
    segments: Segments

    def take(self, rows: slice) -> "Part":
        return replace(self, first=self.first + (rows.start or 0), segments=self.segments.take(rows))


@dataclass(frozen=True)
class HeardPart:
    """What a model said of a part, or why it said nothing."""

    part: Part
    outcome: SegmentOutput | MelodexError


class SegmentBatcher:
    """Fills the batches of one model in the order in which segments come, whatever track they are of."""

    def __init__(self, model: LoadedModel):
        self.model = model
        self.waiting: list[Part] = []

    def add(self, part: Part) -> Iterator[list[Part]]:
        """Take segments in; yields the batches that are full by then."""
        while len(part.segments):
            room = self.model.batch_segments - sum(len(each.segments) for each in self.waiting)
            self.waiting.append(part.take(slice(0, max(1, room))))
            part = part.take(slice(max(1, room), None))
            if room <= len(self.waiting[-1].segments):
                yield from self.flush()

    def flush(self) -> Iterator[list[Part]]:
        """The batch that is not full, if any."""
        batch, self.waiting = self.waiting, []
        if batch:
            yield batch


def hear(model: LoadedModel, batch: list[Part]) -> list[HeardPart]:
    """Run a batch. When a mixed one fails, the segments of each track run by themselves."""
    try:
        output = model.run_batch(join_segments([part.segments for part in batch]))
    except MelodexError as error:
        tracks = [list(parts) for _, parts in groupby(batch, lambda part: part.track_id)]
        if len(tracks) == 1:
            return [HeardPart(part, error) for part in batch]
        return [heard for parts in tracks for heard in hear(model, parts)]
    ends = np.cumsum([len(part.segments) for part in batch])
    rows = [slice(end - len(part.segments), end) for part, end in zip(batch, ends, strict=True)]
    return [HeardPart(part, output.take(own)) for part, own in zip(batch, rows, strict=True)]


class TrackCollector:
    """What a model says of one track, put in order whatever order its segments were heard in."""

    def __init__(self) -> None:
        self.n_given = self.n_heard = 0
        self.is_read = False  # no more segments come
        self.outputs: dict[int, SegmentOutput] = {}
        self.starts: dict[int, np.ndarray] = {}

    def number(self, track_id: int, segments: Segments) -> Part:
        """The next segments of the track, numbered."""
        part = Part(track_id, self.n_given, segments)
        self.n_given += len(segments)
        return part

    def collect(self, part: Part, output: SegmentOutput) -> None:
        self.outputs[part.first], self.starts[part.first] = output, part.segments.starts
        self.n_heard += len(part.segments)

    @property
    def is_complete(self) -> bool:
        return self.is_read and self.n_heard == self.n_given

    def pool(self, normalise: bool) -> TrackOutput:
        order = sorted(self.outputs)
        starts = np.concatenate([self.starts[first] for first in order])
        return pool_segments(join_outputs([self.outputs[first] for first in order]), starts, normalise)
