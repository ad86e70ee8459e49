"""Files → vectors: reading beside hearing, batches that mix tracks, one result for each track and model.

One thread, the caller's, plans and collects: it hands reads and batches to two pools of workers and is the
only one that touches the state below. Reading waits while hearing has enough to do, so that memory is bounded
by the number of workers, not by how many tracks there are or how long they are; a slow file keeps one reader
waiting, and nobody else.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from ML.batching import HeardPart, Part, SegmentBatcher, TrackCollector, hear
from ML.devices import Workers, single_threaded
from ML.errors import MelodexError
from ML.inference import LoadedModel
from ML.segments import TrackOutput
from ML.track_reading import Chunk, TrackReader


@dataclass(frozen=True)
class Job:
    """A file and the models that are to hear it."""

    track_id: int
    path: Path
    keys: tuple[str, ...]


@dataclass(frozen=True)
class TrackResult:
    """What became of a track with one model: its vectors, or the reason there are none.

    content_hash: of the file that was decoded; None before its end.
    """

    track_id: int
    key: str
    outcome: TrackOutput | MelodexError
    content_hash: str | None = None


@dataclass
class OpenTrack:
    """A track between its first read and its last result."""

    job: Job
    reader: TrackReader
    collectors: dict[str, TrackCollector] = field(default_factory=dict)
    content_hash: str | None = None


class Engine:
    """Runs jobs; models: by key, each loaded once.

    audio_seconds: of sound read so far.  stage: what was finished last.
    """

    def __init__(self, models: dict[str, LoadedModel], workers: Workers):
        self.models, self.workers = models, workers
        self.batchers = {key: SegmentBatcher(model) for key, model in models.items()}
        self.tracks: dict[int, OpenTrack] = {}
        self.idle: deque[OpenTrack] = deque()  # open, and not being read just now
        self.reads: dict[Future, OpenTrack] = {}
        self.batches: dict[Future, str] = {}  # → key of the model
        self.audio_seconds, self.stage = 0.0, ""

    def run(self, jobs: Iterable[Job], stop: Event | None = None) -> Iterator[TrackResult]:
        """Results as they are done, in no particular order.

        stop: once set, no further file is opened; what is under way is finished.
        """
        waiting = iter(jobs)
        readers = ThreadPoolExecutor(self.workers.n_readers, "read")
        hearers = ThreadPoolExecutor(self.workers.n_hearers, "hear")
        with single_threaded(self.workers):
            try:
                while self.hand_out(waiting, stop or Event(), readers, hearers):
                    done, _ = wait([*self.reads, *self.batches], return_when=FIRST_COMPLETED)
                    for future in done:
                        yield from self.take_in(future, hearers)
            finally:
                for pool in (readers, hearers):
                    pool.shutdown(wait=True, cancel_futures=True)
                for track in self.tracks.values():
                    track.reader.close()

    def hand_out(
        self, jobs: Iterator[Job], stop: Event, readers: ThreadPoolExecutor, hearers: ThreadPoolExecutor
    ) -> bool:
        """Keep everyone busy; False when there is nothing left to do."""
        while len(self.reads) < self.workers.n_readers and len(self.batches) < self.workers.n_waiting_batches:
            track = self.next_track(jobs, stop)
            if track is None:
                break
            self.reads[readers.submit(track.reader.read)] = track
        if not self.reads and not self.idle:  # the end of the library: batches get no fuller
            for key in self.models:
                self.submit(hearers, key, self.batchers[key].flush())
        return bool(self.reads or self.batches or self.idle)

    def next_track(self, jobs: Iterator[Job], stop: Event) -> OpenTrack | None:
        """An open file to read on in, or a new one while there is a reader for it."""
        has_room = len(self.idle) + len(self.reads) < self.workers.n_readers
        job = next(jobs, None) if has_room and not stop.is_set() else None
        if job is None:
            return self.idle.popleft() if self.idle else None
        framings = {self.models[key].spec.framing for key in job.keys}
        collectors = {key: TrackCollector() for key in job.keys}
        track = OpenTrack(job, TrackReader(job.path, framings), collectors)
        self.tracks[job.track_id] = track
        return track

    def take_in(self, future: Future, hearers: ThreadPoolExecutor) -> Iterator[TrackResult]:
        if future in self.batches:
            self.stage = self.batches.pop(future)
            yield from self.collect(self.stage, future.result())
            return
        track = self.reads.pop(future)
        self.stage = f"reading {track.job.path.name}"
        yield from self.receive(track, future.result(), hearers)

    def receive(
        self, track: OpenTrack, chunk: Chunk | MelodexError | None, hearers: ThreadPoolExecutor
    ) -> Iterator[TrackResult]:
        """What a read brought: segments for the batches, the end of the file, or an error for every model."""
        if isinstance(chunk, MelodexError):
            for key in list(track.collectors):
                yield self.close(track, key, chunk)
        elif chunk is None:
            for key, collector in list(track.collectors.items()):
                collector.is_read = True
                yield from self.close_complete(track, key)
        elif not track.collectors:  # every model has failed with it
            track.reader.close()
        else:
            self.audio_seconds += chunk.seconds
            track.content_hash = chunk.content_hash
            self.spread(track, chunk, hearers)
            self.idle.append(track)

    def spread(self, track: OpenTrack, chunk: Chunk, hearers: ThreadPoolExecutor) -> None:
        for key, collector in track.collectors.items():
            segments = chunk.by_framing[self.models[key].spec.framing]
            part = collector.number(track.job.track_id, segments)
            self.submit(hearers, key, self.batchers[key].add(part))

    def submit(self, hearers: ThreadPoolExecutor, key: str, batches: Iterable[list[Part]]) -> None:
        for batch in batches:
            self.batches[hearers.submit(hear, self.models[key], batch)] = key

    def collect(self, key: str, heard_parts: list[HeardPart]) -> Iterator[TrackResult]:
        """Give every track what was said of it; those that failed before are passed over."""
        for heard in heard_parts:
            track = self.tracks.get(heard.part.track_id)
            if track is None or key not in track.collectors:
                continue
            if isinstance(heard.outcome, MelodexError):
                yield self.close(track, key, heard.outcome)
            else:
                track.collectors[key].collect(heard.part, heard.outcome)
                yield from self.close_complete(track, key)

    def close_complete(self, track: OpenTrack, key: str) -> Iterator[TrackResult]:
        if track.collectors[key].is_complete:
            yield self.close(track, key, track.collectors[key].pool(self.models[key].spec.normalise))

    def close(self, track: OpenTrack, key: str, outcome: TrackOutput | MelodexError) -> TrackResult:
        """The one result of a track and model; after the last of its models the track is forgotten."""
        del track.collectors[key]
        if not track.collectors:
            del self.tracks[track.job.track_id]
        return TrackResult(track.job.track_id, key, outcome, track.content_hash)
