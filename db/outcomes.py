"""What became of tracks with models: heard, failed, not tried yet."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.embeddings import Pair, extracted_pairs
from db.library import PLAYABLE
from db.schema import Embedding, ExtractionFailure, Track

HEARD = "heard"


@dataclass(frozen=True)
class Gaps:
    """Playable tracks that a model has not heard. missing: ids.  failed: reasons by id, where it tried."""

    missing: list[int]
    failed: dict[int, str]


def extraction_gaps(session: Session) -> dict[Pair, Gaps]:
    """What is missing of the models that have heard any track at all."""
    present = set(session.scalars(select(Track.id).where(*PLAYABLE)))
    heard: dict[Pair, set[int]] = {}
    for track_id, model, variant in extracted_pairs(session):
        heard.setdefault((model, variant), set()).add(track_id)
    failed: dict[Pair, dict[int, str]] = {}
    for failure in session.scalars(select(ExtractionFailure)):
        if failure.track_id in present:
            failed.setdefault((failure.model, failure.dataset), {})[failure.track_id] = failure.reason
    return {pair: Gaps(sorted(present - ids), failed.get(pair, {})) for pair, ids in heard.items()}


def track_outcomes(session: Session, track_id: int) -> dict[Pair, str]:
    """What became of a track with each model that tried: HEARD, or the reason why it could not."""
    failures = session.scalars(select(ExtractionFailure).where(ExtractionFailure.track_id == track_id))
    outcomes = {(failure.model, failure.dataset): failure.reason for failure in failures}
    heard = session.execute(select(Embedding.model, Embedding.dataset).where(Embedding.track_id == track_id))
    for model, variant in heard:
        outcomes[model, variant] = HEARD
    return outcomes
