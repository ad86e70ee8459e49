"""Maps: answered from the cache, or computed once and cached."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from sqlalchemy import delete
from sqlalchemy.orm import Session

from db.codec import decode_array, encode_array
from db.database import Database
from db.embeddings import SPACES, Space, fingerprint, load_matrix
from db.schema import CachedProjection
from ML.pca import standardise
from ML.projections import get_projection, project
from ML.spec import ModelSpec

CODE_VERSION = 2  # raise when ML/projections.py draws other maps from the same vectors and parameters


@dataclass(frozen=True)
class MapQuery:
    """Which map: a model's embeddings or taggrams, a method, 2 or 3 dimensions."""

    spec: ModelSpec
    space: Space
    method: str
    dimensions: int
    seed: int

    @property
    def name(self) -> str:
        parts = (self.space, self.spec.name, self.spec.variant, self.method, str(self.dimensions))
        return "_".join(parts)

    @property
    def pair(self) -> tuple[str, str]:
        return self.spec.name, self.spec.variant


@dataclass(frozen=True)
class LibraryMap:
    """Where each track lies. track_ids: int64 [n].  coords: float32 [n, dimensions]."""

    track_ids: np.ndarray
    coords: np.ndarray
    parameters: dict[str, object]
    note: str | None


def get_map(database: Database, query: MapQuery) -> LibraryMap:
    """The map as the library stands. Requests for maps wait for one another, so each is computed once."""
    with database.read() as session:
        cached = find_cached(session, cache_key(session, query))
    if cached:
        return cached
    with database.lock("projection"):
        with database.read() as session:
            key = cache_key(session, query)
            cached = find_cached(session, key)
            matrix = load_matrix(session, query.pair, query.space)
        return cached or compute_map(database, query, key, matrix)


def is_cached(session: Session, query: MapQuery) -> bool:
    return session.get(CachedProjection, cache_key(session, query)) is not None


def all_queries(
    specs: list[ModelSpec], methods: list[str], dimensions: tuple[int, ...], seed: int
) -> list[MapQuery]:
    """Every map of these models, the ones people look at first in front."""
    return [
        MapQuery(spec, space, method, n, seed)
        for n in dimensions for space in SPACES for method in methods for spec in specs
    ]  # fmt: skip


def cache_key(session: Session, query: MapQuery) -> str:
    parameters = json.dumps(get_projection(query.method).complete({}))
    parts = (query.name, str(query.seed), str(CODE_VERSION), parameters, fingerprint(session, query.pair))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def find_cached(session: Session, key: str) -> LibraryMap | None:
    row = session.get(CachedProjection, key)
    if row is None:
        return None
    return LibraryMap(
        decode_array(row.track_ids_data), decode_array(row.coords_data), json.loads(row.parameters), row.note
    )


def compute_map(database: Database, query: MapQuery, key: str, matrix) -> LibraryMap:
    values = standardise(matrix.values) if query.spec.standardise else matrix.values
    projection = project(values, query.method, query.dimensions, query.seed)
    result = LibraryMap(matrix.track_ids, projection.coords, projection.parameters, projection.note)
    with database.write() as session:
        # One map a name: those of earlier states of the library would only take up room.
        session.execute(delete(CachedProjection).where(CachedProjection.name == query.name))
        session.add(to_row(query, key, result))
    return result


def to_row(query: MapQuery, key: str, result: LibraryMap) -> CachedProjection:
    return CachedProjection(
        key=key,
        name=query.name,
        track_ids_data=encode_array(result.track_ids),
        coords_data=encode_array(result.coords),
        parameters=json.dumps(result.parameters),
        note=result.note,
    )
