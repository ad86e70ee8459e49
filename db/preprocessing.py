"""Tracks → vectors: plan what is missing, have the engine hear it, store each result as it comes."""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.database import Database
from db.embeddings import Pair, save_failure, save_output
from db.folder import check_folder
from db.pipelines import load_pipelines, pipeline_counts, save_pipeline, stored_pipelines
from db.schema import Track
from db.track_summary import save_heard_summary
from ML.devices import Workers, share_out
from ML.engine import Engine, Job, TrackResult
from ML.errors import MelodexError
from ML.inference import LoadedModel
from ML.pipeline import Pipeline, describe_spec
from ML.spec import ModelSpec

RENEWED_SHARE = 0.2  # of a model's tracks are renewed unasked when another pipeline computed their vectors
NO_RECORD = "unknown weights"
CHANGED = "The file has changed since it was indexed: run index-audio, then preprocess-all again."


class Outdated(NamedTuple):
    """Vectors of another pipeline than the one that would run now. change: "other weights (won2020)"."""

    key: str
    change: str


@dataclass(frozen=True)
class TrackPlan:
    """A track and the models to run on it. outdated: vectors that stay although they are outdated."""

    track_id: int
    filename: str
    missing: tuple[ModelSpec, ...]
    unreadable: str | None = None  # why the index could not read the file
    outdated: tuple[Outdated, ...] = ()


@dataclass
class ExtractionSummary:
    """How many of the missing pairs were extracted, and why the others were not, by (filename, key)."""

    n_extracted: int = 0
    failures: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Progress:
    """How far an extraction is. A pair is a track with one of its missing models.

    audio_seconds: of sound read.  stage: what was finished last.
    """

    n_tracks: int
    n_pairs: int
    n_tracks_done: int = 0
    n_pairs_done: int = 0
    n_failed: int = 0
    audio_seconds: float = 0.0
    stage: str = ""


def plan_extraction(
    session: Session,
    specs: Iterable[ModelSpec],
    force: bool = False,
    filename: str | None = None,
    renew: bool = False,
    pipelines: Mapping[str, Pipeline] | None = None,
) -> list[TrackPlan]:
    """What to extract for each present track.

    force: also what is there.  renew: also what another pipeline has computed, however many tracks it is.
    pipelines: what each model would run now, by key; those not named count as of unknown weights.
    """
    query = select(Track.id, Track.filename, Track.error).where(Track.gone_at.is_(None))
    tracks = session.execute(query.order_by(Track.filename)).all()
    track_ids = frozenset(id_ for id_, _, _ in tracks)
    if force:
        planned = {spec: ModelPlan(track_ids, {}) for spec in specs}
    else:
        current = {spec: (pipelines or {}).get(spec.key) or describe_spec(spec) for spec in specs}
        planned = {spec: plan_model(session, now, track_ids, renew) for spec, now in current.items()}
    return [
        TrackPlan(
            id_,
            name,
            tuple(spec for spec, plan in planned.items() if id_ in plan.missing),
            error,
            tuple(Outdated(spec.key, plan.kept[id_]) for spec, plan in planned.items() if id_ in plan.kept),
        )
        for id_, name, error in tracks
        if filename in (None, name)
    ]


@dataclass(frozen=True)
class ModelPlan:
    """Of one model: ids of the tracks to run it on, and what has changed for those it leaves as they are."""

    missing: frozenset[int]
    kept: Mapping[int, str]


def plan_model(session: Session, current: Pipeline, track_ids: frozenset[int], renew: bool) -> ModelPlan:
    """Outdated vectors stay where they are more than a few of the model's, unless they are to be renewed."""
    changes = find_changes(session, current)
    stored = {id_: by for id_, by in stored_pipelines(session, current.pair).items() if id_ in track_ids}
    missing = track_ids - stored.keys()
    outdated = {id_: changes[by] for id_, by in stored.items() if by in changes}
    if renew or len(outdated) <= RENEWED_SHARE * len(stored):
        return ModelPlan(missing | outdated.keys(), {})
    return ModelPlan(missing, outdated)


def find_changes(session: Session, current: Pipeline) -> dict[int | None, str]:
    """What has changed, by id of each pipeline whose vectors do not match the current one's."""
    stored = load_pipelines(session, current.pair)
    changes = {
        id_: each.describe_change(current) for id_, each in stored.items() if not each.matches(current)
    }
    return {None: NO_RECORD, **changes}


def count_outdated(session: Session, current: Pipeline) -> dict[str, int]:
    """Playable tracks with vectors of other pipelines, by what has changed: "other weights (won2020)"."""
    changes, counts = find_changes(session, current), Counter[str]()
    for id_, n_tracks in pipeline_counts(session, current.pair).items():
        if id_ in changes:
            counts[changes[id_]] += n_tracks
    return {change: n_tracks for change, n_tracks in counts.items() if n_tracks}


def outdated_lines(plans: Iterable[TrackPlan]) -> list[str]:
    """A sentence for each model with vectors that stay although they are outdated."""
    counts = Counter(outdated for plan in plans for outdated in plan.outdated)
    return [
        f"{key}: {n} {'tracks were' if n > 1 else 'track was'} analyzed with {change}"
        for (key, change), n in counts.items()
    ]


def extract(
    database: Database,
    audio_dir: Path,
    plans: list[TrackPlan],
    models: dict[str, LoadedModel],
    workers: Workers | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stop: Event | None = None,
) -> ExtractionSummary:
    """Run the plans; models: by spec key, each loaded once; those of unreadable tracks need not be there.

    Each (track, model) is one transaction: stopped at any moment, only what is being heard is lost. A file
    that cannot be heard is noted with its reason and stops nothing. workers None: those of a CPU.
    stop: once set, no further file is opened, and what is under way is finished.
    Raises LibraryError when the music folder is not there.
    """
    summary = ExtractionSummary()
    wanted = {plan.track_id: plan for plan in plans if plan.missing}
    n_left = {track_id: len(plan.missing) for track_id, plan in wanted.items()}
    progress = Progress(len(wanted), sum(n_left.values()))
    engine = Engine(models, workers or share_out("cpu"))
    with database.write() as session:
        pipeline_ids = {key: save_pipeline(session, model.pipeline) for key, model in models.items()}
    with closing(hear(engine, audio_dir, wanted.values(), stop)) as results:
        for result in results:
            if isinstance(result.outcome, MelodexError):
                check_folder(audio_dir)  # unplugged in the middle: no fault of its thousands of files
            note(database, summary, wanted[result.track_id], result, pipeline_ids.get(result.key))
            n_left[result.track_id] -= 1
            progress.n_tracks_done += not n_left[result.track_id]
            progress.n_pairs_done += 1
            progress.n_failed = len(summary.failures)
            progress.audio_seconds, progress.stage = engine.audio_seconds, engine.stage
            on_progress(progress)
    return summary


def hear(
    engine: Engine, audio_dir: Path, plans: Iterable[TrackPlan], stop: Event | None
) -> Generator[TrackResult, None, None]:
    """A result for every missing pair; those of unreadable tracks first."""
    for plan in plans:
        if plan.unreadable:
            error = MelodexError(plan.unreadable)
            yield from (TrackResult(plan.track_id, spec.key, error) for spec in plan.missing)
    jobs = (
        Job(plan.track_id, audio_dir / plan.filename, tuple(spec.key for spec in plan.missing))
        for plan in plans
        if not plan.unreadable
    )
    yield from engine.run(jobs, stop)


def note(
    database: Database,
    summary: ExtractionSummary,
    plan: TrackPlan,
    result: TrackResult,
    pipeline_id: int | None,
) -> None:
    """One transaction: the vectors, or why there are none.

    Vectors are stored only if the file that was decoded is the track's at this moment: meanwhile an index may
    have found that files have changed places.
    """
    pair: Pair = next((spec.name, spec.variant) for spec in plan.missing if spec.key == result.key)
    with database.write() as session:
        stored = session.scalar(select(Track.content_hash).where(Track.id == plan.track_id))
        if result.content_hash and stored and result.content_hash != stored:
            summary.failures[plan.filename, result.key] = CHANGED
        elif isinstance(result.outcome, MelodexError):
            save_failure(session, plan.track_id, pair, str(result.outcome))
            summary.failures[plan.filename, result.key] = str(result.outcome)
        else:
            save_output(session, plan.track_id, pair, result.outcome, pipeline_id)
            save_heard_summary(session, plan.track_id, pair, result.outcome.segment_taggrams)
            summary.n_extracted += 1
