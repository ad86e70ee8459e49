"""Tracks → vectors: plan what is missing, decode once, run every model, store each result as it comes."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from db.database import Database
from db.embeddings import Pair, extracted_pairs, save_failure, save_output
from db.library import present_tracks
from ML.audio import ResampledTrack, decode_at
from ML.batching import SegmentBatcher, TrackResult
from ML.errors import MelodexError
from ML.inference import LoadedModel
from ML.segments import Segments
from ML.spec import Framing, ModelSpec

DECODE_AHEAD = 1  # track decoded while another is heard: hides the decoder, bounds the memory


@dataclass(frozen=True)
class TrackPlan:
    """A track and the models that have not heard it."""

    track_id: int
    filename: str
    missing: tuple[ModelSpec, ...]
    unreadable: str | None = None  # why the index could not read the file


@dataclass
class ExtractionSummary:
    """How many of the missing pairs were extracted, and why the others were not, by (filename, key)."""

    n_extracted: int = 0
    failures: dict[tuple[str, str], str] = field(default_factory=dict)


def plan_extraction(
    session: Session, specs: Iterable[ModelSpec], force: bool = False, filename: str | None = None
) -> list[TrackPlan]:
    """What each present track lacks of the wanted models; force counts what is there as lacking."""
    done = set() if force else extracted_pairs(session)
    tracks = [track for track in present_tracks(session) if filename in (None, track.filename)]
    return [
        TrackPlan(
            track.id,
            track.filename,
            tuple(spec for spec in specs if (track.id, spec.name, spec.variant) not in done),
            track.error,
        )
        for track in tracks
    ]


def extract(
    database: Database,
    audio_dir: Path,
    plans: list[TrackPlan],
    models: dict[str, LoadedModel],
    batch_segments: int,
    on_progress: Callable[[int], None] = lambda n_pairs: None,
) -> ExtractionSummary:
    """Run the plans; models: by spec key, each loaded once; those of unreadable tracks need not be there.

    Each (track, model) is one transaction: stopped at any moment, only the batch in hand is lost. A file
    that cannot be heard is noted with its reason and stops nothing. on_progress(n) counts finished pairs.
    """
    summary = ExtractionSummary()
    filenames = {plan.track_id: plan.filename for plan in plans}
    specs = {spec.key: spec for plan in plans for spec in plan.missing}
    for key, result in run_models(audio_dir, plans, models, batch_segments):
        store(database, result, (specs[key].name, specs[key].variant))
        if isinstance(result.outcome, MelodexError):
            summary.failures[filenames[result.track_id], key] = str(result.outcome)
        else:
            summary.n_extracted += 1
        on_progress(1)
    return summary


def store(database: Database, result: TrackResult, pair: Pair) -> None:
    with database.write() as session:
        if isinstance(result.outcome, MelodexError):
            save_failure(session, result.track_id, pair, str(result.outcome))
        else:
            save_output(session, result.track_id, pair, result.outcome)


def run_models(
    audio_dir: Path, plans: list[TrackPlan], models: dict[str, LoadedModel], batch_segments: int
) -> Iterator[tuple[str, TrackResult]]:
    """(model key, result) for every missing pair, as batches fill."""
    batchers = {key: SegmentBatcher(model, batch_segments) for key, model in models.items()}
    for plan, track in decode_ahead(audio_dir, [plan for plan in plans if plan.missing]):
        keys = [spec.key for spec in plan.missing]
        segments = segments_or_error(track, keys, models)
        for key in keys:
            if isinstance(segments, MelodexError):
                yield key, TrackResult(plan.track_id, segments)
            else:
                yield from ((key, result) for result in batchers[key].add(plan.track_id, segments[key]))
    for key, batcher in batchers.items():
        yield from ((key, result) for result in batcher.flush())


def segments_or_error(
    track: ResampledTrack | MelodexError, keys: list[str], models: dict[str, LoadedModel]
) -> dict[str, Segments] | MelodexError:
    """Segments by model key; models that listen alike share one cut."""
    if isinstance(track, MelodexError):
        return track
    by_framing: dict[Framing, Segments] = {}
    try:
        for key in keys:
            framing = models[key].spec.framing
            if framing not in by_framing:
                by_framing[framing] = models[key].split(track)
    except MelodexError as error:
        return error
    return {key: by_framing[models[key].spec.framing] for key in keys}


def decode_ahead(
    audio_dir: Path, plans: list[TrackPlan]
) -> Iterator[tuple[TrackPlan, ResampledTrack | MelodexError]]:
    """Each file decoded once, at the rates its models hear, while the one before is heard."""
    waiting = iter(plans)
    with ThreadPoolExecutor(1) as pool:
        jobs = deque(submit(pool, audio_dir, plan) for plan in islice(waiting, DECODE_AHEAD))
        try:
            while jobs:
                plan, job = jobs.popleft()
                jobs.extend(submit(pool, audio_dir, following) for following in islice(waiting, 1))
                yield plan, job.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def submit(pool: ThreadPoolExecutor, audio_dir: Path, plan: TrackPlan) -> tuple[TrackPlan, Future]:
    return plan, pool.submit(decode_or_error, audio_dir, plan)


def decode_or_error(audio_dir: Path, plan: TrackPlan) -> ResampledTrack | MelodexError:
    if plan.unreadable:
        return MelodexError(plan.unreadable)
    try:
        return decode_at(audio_dir / plan.filename, {spec.sample_rate for spec in plan.missing})
    except MelodexError as error:
        return error
    except OSError as error:
        return MelodexError(f"Cannot read {plan.filename}: {error.strerror}.")
    except MemoryError:
        return MelodexError(f"{plan.filename} is too long to decode in the memory there is.")
