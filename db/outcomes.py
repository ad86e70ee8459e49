"""What became of a track with models."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.embeddings import Pair
from db.schema import Embedding, ExtractionFailure

HEARD = "heard"


def track_outcomes(session: Session, track_id: int) -> dict[Pair, str]:
    """What became of a track with each model that tried: HEARD, or the reason why it could not."""
    failures = session.scalars(select(ExtractionFailure).where(ExtractionFailure.track_id == track_id))
    outcomes = {(failure.model, failure.dataset): failure.reason for failure in failures}
    heard = session.execute(select(Embedding.model, Embedding.dataset).where(Embedding.track_id == track_id))
    for model, variant in heard:
        outcomes[model, variant] = HEARD
    return outcomes
