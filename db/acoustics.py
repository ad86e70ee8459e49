"""Tracks → spectral centroid and tempo: taken from what the acoustic model left, else heard anew."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from db.database import Database
from db.embeddings import load_segments
from db.library import present_tracks
from db.preprocessing import TrackPlan, hear
from db.track_summary import save_summary
from ML.acoustic_summary import ACOUSTIC, AcousticSummary, load_summary_model, summarise, summarise_taggrams
from ML.devices import share_out
from ML.engine import Engine
from ML.errors import MelodexError


@dataclass
class MeasuringSummary:
    """What became of the tracks that lacked their features; failures: reason by file name."""

    n_reused: int = 0
    n_heard: int = 0
    failures: dict[str, str] = field(default_factory=dict)


def plan_acoustics(session: Session, force: bool = False) -> list[TrackPlan]:
    """Present tracks that lack a centroid or a tempo; with force every one."""
    return [
        TrackPlan(track.id, track.filename, (ACOUSTIC,), track.error)
        for track in present_tracks(session)
        if force or track.spectral_centroid is None or track.tempo is None
    ]


def extract_acoustics(
    database: Database,
    audio_dir: Path,
    plans: list[TrackPlan],
    reuse: bool = True,
    on_progress: Callable[[int], None] = lambda n_tracks: None,
) -> MeasuringSummary:
    """Fill the columns of the planned tracks, each in a transaction of its own.

    reuse: take what acoustic/librosa has stored of a track instead of decoding it again.
    A file that cannot be heard is noted and stops nothing. on_progress(1) for every finished track.
    """
    summary = MeasuringSummary()
    unheard = []
    for plan in plans:
        if reuse and reuse_vectors(database, plan):
            summary.n_reused += 1
            on_progress(1)
        else:
            unheard.append(plan)
    by_id = {plan.track_id: plan for plan in unheard}
    engine = Engine({ACOUSTIC.key: load_summary_model()}, share_out("cpu"))
    with closing(hear(engine, audio_dir, unheard, stop=None)) as results:
        for result in results:
            plan = by_id[result.track_id]
            if isinstance(result.outcome, MelodexError):
                summary.failures[plan.filename] = str(result.outcome)
            else:
                save(database, plan, summarise(result.outcome.segment_taggrams))
                summary.n_heard += 1
            on_progress(1)
    return summary


def reuse_vectors(database: Database, plan: TrackPlan) -> bool:
    with database.read() as session:
        stored = load_segments(session, plan.track_id, (ACOUSTIC.name, ACOUSTIC.variant))
    if stored is None:
        return False
    _, _, taggrams = stored
    save(database, plan, summarise_taggrams(taggrams))
    return True


def save(database: Database, plan: TrackPlan, found: AcousticSummary) -> None:
    with database.write() as session:
        save_summary(session, plan.track_id, found)
