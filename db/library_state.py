"""Which vectors a library has, without reading them; without reading anything while they stay as they are."""

from dataclasses import dataclass
from hashlib import blake2b
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from db.embeddings import Pair, of_pair
from db.library import PLAYABLE
from db.schema import Embedding, Track, VectorStamp


@dataclass(frozen=True)
class LibraryState:
    """Which vectors there are, without the vectors. Both int64 [n]; stamps change whenever a vector does."""

    track_ids: np.ndarray
    stamps: np.ndarray


# By database and (model, variant), with the stamp that the triggers had left: 16 bytes a track.
_known: WeakKeyDictionary[Engine, dict[Pair, tuple[int, LibraryState]]] = WeakKeyDictionary()


def load_state(session: Session, pair: Pair) -> LibraryState:
    """Of all tracks that are there, in the order of their names. Read anew when one of them has changed."""
    states = _known.setdefault(engine_of(session), {})
    stamp = session.scalar(
        select(VectorStamp.stamp).where(VectorStamp.model == pair[0], VectorStamp.dataset == pair[1])
    )
    known = states.get(pair)
    if stamp is not None and known and known[0] == stamp:
        return known[1]
    state = read_state(session, pair)
    if stamp is not None:
        states[pair] = stamp, state
    return state


def engine_of(session: Session) -> Engine:
    bind = session.get_bind()
    return bind.engine if isinstance(bind, Connection) else bind


def read_state(session: Session, pair: Pair) -> LibraryState:
    query = select(Embedding.track_id, Embedding.id, Embedding.created_at)
    rows = session.execute(
        query.join(Track, Track.id == Embedding.track_id)
        .where(*PLAYABLE, *of_pair(pair))
        .order_by(Track.filename)
    ).all()
    # The id alone would not do: SQLite gives that of a deleted row to a new one.
    stamps = [stamp_of(f"{id_} {created_at}") for _, id_, created_at in rows]
    ids = np.array([track_id for track_id, _, _ in rows], dtype=np.int64)
    return LibraryState(ids, np.array(stamps, dtype=np.int64))


def stamp_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
