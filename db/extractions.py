"""Which models have heard which tracks, and why the others could not."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.embeddings import Pair
from db.library import PLAYABLE
from db.schema import Embedding, ExtractionFailure, Track


@dataclass
class Heard:
    """What one model has made of the library. track_ids: heard, ascending.  failures: reason by track id."""

    track_ids: list[int] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)


def list_extractions(session: Session) -> dict[Pair, Heard]:
    """Of every (model, variant) that has heard, or failed to hear, a track that is there."""
    found: dict[Pair, Heard] = defaultdict(Heard)
    heard = select(Embedding.model, Embedding.dataset, Track.id).join(Track, Track.id == Embedding.track_id)
    for model, variant, track_id in session.execute(heard.where(*PLAYABLE).order_by(Track.id)):
        found[model, variant].track_ids.append(track_id)
    failure = ExtractionFailure
    failed = select(failure.model, failure.dataset, Track.id, failure.reason)
    rows = session.execute(failed.join(Track, Track.id == failure.track_id).where(*PLAYABLE))
    for model, variant, track_id, reason in rows:
        found[model, variant].failures[track_id] = reason
    return dict(found)
