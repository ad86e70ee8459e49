"""Which vectors a library has, without reading them; without reading anything while they stay as they are."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.library import PLAYABLE
from db.pipelines import rows_in_use
from db.schema import Embedding, Track
from db.stamps import Pair, StampedCache


@dataclass(frozen=True)
class LibraryState:
    """Which vectors there are, without the vectors. Both int64 [n]; stamps change whenever a vector does."""

    track_ids: np.ndarray
    stamps: np.ndarray


_states: StampedCache[LibraryState] = StampedCache()  # 16 bytes a track


def load_state(session: Session, pair: Pair) -> LibraryState:
    """Of all tracks that are there, in the order of their names. Read again when one of them has changed."""
    return _states.get(session, pair, read_state)


def read_state(session: Session, pair: Pair) -> LibraryState:
    query = select(Embedding.track_id, Embedding.id, Embedding.created_at)
    rows = session.execute(
        query.join(Track, Track.id == Embedding.track_id)
        .where(*PLAYABLE, *rows_in_use(session, pair))
        .order_by(Track.filename)
    ).all()
    # The id alone would not do: SQLite gives that of a deleted row to a new one.
    stamps = [stamp_of(f"{id_} {created_at}") for _, id_, created_at in rows]
    ids = np.array([track_id for track_id, _, _ in rows], dtype=np.int64)
    return LibraryState(ids, np.array(stamps, dtype=np.int64))


def stamp_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
