"""Maps as they are kept: one row each, which grows with the library."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.codec import decode_array, encode_array
from db.embeddings import Pair, Space
from db.library_state import LibraryState
from db.schema import CachedProjection, now
from ML.projections import get_projection
from ML.spec import ModelSpec

CODE_VERSION = 5  # raise when ML draws other maps from the same vectors and parameters
N_UNUSUAL = 20  # maps kept of one name with parameters of a person's own


@dataclass(frozen=True)
class MapQuery:
    """Which map: a model's embeddings or taggrams, a method, 2 or 3 dimensions, and how it is drawn.

    options: parameters of the method that differ from their defaults.  is_usual: neither these nor the seed
    are a person's own.
    """

    spec: ModelSpec
    space: Space
    method: str
    dimensions: int
    seed: int
    options: tuple[tuple[str, float], ...] = ()
    is_usual: bool = True

    @property
    def name(self) -> str:
        parts = (self.space, self.spec.name, self.spec.variant, self.method, str(self.dimensions))
        return "_".join(parts)

    @property
    def pair(self) -> Pair:
        return self.spec.name, self.spec.variant

    @property
    def key(self) -> str:
        method = get_projection(self.method)
        seed = None if method.is_linear else self.seed  # a linear method has one result
        options = method.complete(dict(self.options))
        return hashlib.sha256(json.dumps([self.name, seed, options]).encode()).hexdigest()


@dataclass(frozen=True)
class StoredMap:
    """A row of the cache. track_ids ascend; coords are NaN where a vector cannot be used."""

    track_ids: np.ndarray  # int64 [n]
    stamps: np.ndarray  # int64 [n]
    coords: np.ndarray  # float32 [n, dimensions]
    fitted: np.ndarray  # bool [n]: False for tracks placed later
    parameters: dict[str, object]
    note: str | None
    code_version: int = CODE_VERSION

    def find(self, track_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(positions, is_there), both [m]; the position of what is not there means nothing."""
        if len(self.track_ids) == 0:
            return np.zeros(len(track_ids), dtype=np.int64), np.zeros(len(track_ids), dtype=bool)
        positions = np.searchsorted(self.track_ids, track_ids).clip(max=len(self.track_ids) - 1)
        return positions, self.track_ids[positions] == track_ids

    def find_current(self, state: LibraryState) -> tuple[np.ndarray, np.ndarray]:
        """The same for the tracks of a library; is_there only while the vector is the one it was."""
        positions, is_there = self.find(state.track_ids)
        if is_there.any():
            is_there &= self.stamps[positions] == state.stamps
        return positions, is_there

    def find_placed(self, track_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(those of the ids that have a place, in their order, their positions)."""
        positions, is_there = self.find(track_ids)
        positions, track_ids = positions[is_there], track_ids[is_there]
        has_place = np.isfinite(self.coords[positions]).all(axis=1)
        return track_ids[has_place], positions[has_place]

    def replace(self, other: "StoredMap") -> "StoredMap":
        """This map with other's tracks instead of, and beside, its own."""
        stays = ~np.isin(self.track_ids, other.track_ids)
        order = np.argsort(np.concatenate([self.track_ids[stays], other.track_ids]))

        def merge(own: np.ndarray, theirs: np.ndarray) -> np.ndarray:
            return np.concatenate([own[stays], theirs])[order]

        return dataclasses.replace(
            self,
            track_ids=merge(self.track_ids, other.track_ids),
            stamps=merge(self.stamps, other.stamps),
            coords=merge(self.coords, other.coords),
            fitted=merge(self.fitted, other.fitted),
        )


def find_stored(session: Session, query: MapQuery) -> StoredMap | None:
    row = session.scalar(select(CachedProjection).where(CachedProjection.key == query.key))
    return from_row(row) if row else None


def save_map(session: Session, query: MapQuery, stored: StoredMap) -> None:
    """In place of what is there under its key."""
    row = session.scalar(select(CachedProjection).where(CachedProjection.key == query.key))
    if row is None:
        session.add(row := CachedProjection(key=query.key))
    row.name, row.dimensions, row.is_usual = query.name, query.dimensions, query.is_usual
    row.code_version, row.created_at = stored.code_version, now()
    row.track_ids_data, row.stamps_data = encode_array(stored.track_ids), encode_array(stored.stamps)
    row.coords_data, row.fitted_data = encode_array(stored.coords), encode_array(stored.fitted)
    row.parameters, row.note = json.dumps(stored.parameters), stored.note
    session.flush()
    forget_unusual(session, query.name)


def forget_unusual(session: Session, name: str) -> None:
    """Keep the newest of the maps with parameters of a person's own."""
    unusual = select(CachedProjection.id).where(CachedProjection.name == name, ~CachedProjection.is_usual)
    old = session.scalars(unusual.order_by(CachedProjection.created_at.desc()).offset(N_UNUSUAL))
    session.execute(delete(CachedProjection).where(CachedProjection.id.in_(old.all())))


def from_row(row: CachedProjection) -> StoredMap:
    return StoredMap(
        decode_array(row.track_ids_data),
        decode_array(row.stamps_data),
        decode_array(row.coords_data),
        decode_array(row.fitted_data),
        json.loads(row.parameters),
        row.note,
        row.code_version,
    )
