"""The library as a table: facts of every playable track, and the vectors of some models."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.codec import decode_array
from db.database import Database
from db.embeddings import LibraryMatrix, Space, load_matrix, of_pair
from db.library import PLAYABLE, UNKNOWN_GENRE
from db.pipelines import PipelineGroup, main_pipeline
from db.predictions import predicted_genres
from db.schema import Embedding, SegmentVectors, Track
from db.stamps import Pair
from ML.export.tables import LibraryTable, SegmentArrays, no_segments
from ML.spec import ModelSpec

FACTS = (
    Track.id, Track.filename, Track.title, Track.artist, Track.album, Track.year, Track.track_number,
    Track.duration, Track.tempo, Track.spectral_centroid,
)  # fmt: skip


def load_table(database: Database, specs: Sequence[ModelSpec], is_complete: bool) -> LibraryTable:
    """Tracks in the order of their names. is_complete: with taggrams and segments, which are read later."""
    with database.read() as session:
        facts = load_facts(session)
        track_ids = np.array(facts["id"], dtype=np.int64)
        groups = {spec.key: main_pipeline(session, pair_of(spec)) for spec in specs}

        def load(spec: ModelSpec, space: Space) -> np.ndarray:
            return spread(load_matrix(session, pair_of(spec), space), track_ids)

        vectors = {spec.key: load(spec, "embeddings") for spec in specs}
        taggrams = {spec.key: load(spec, "taggrams") for spec in specs} if is_complete else {}
        hashes = session.scalars(select(Track.content_hash).where(*PLAYABLE).order_by(Track.filename)).all()
    found = {key: group for key, group in groups.items() if group}
    pipelines = {key: group.pipeline for key, group in found.items()}
    read = partial(read_segments, database, found, facts["id"]) if is_complete else no_segments
    return LibraryTable(facts, vectors, pipelines, list(hashes), taggrams, read)


def read_segments(
    database: Database,
    groups: Mapping[str, PipelineGroup],
    track_ids: Sequence[int],
    key: str,
    rows: Sequence[int],
) -> list[SegmentArrays | None]:
    """Segments of these rows of a table, by its pipelines; None for a track that another renewed since."""
    group = groups.get(key)
    if group is None or not rows:
        return no_segments(key, rows)
    wanted = [track_ids[row] for row in rows]
    query = select(Embedding.track_id, SegmentVectors).join(
        Embedding, Embedding.id == SegmentVectors.embedding_id
    )
    with database.read() as session:
        found = {
            track_id: decode_segments(segments)
            for track_id, segments in session.execute(
                query.where(Embedding.track_id.in_(wanted), *of_pair(group.pipeline.pair), group.condition)
            )
        }
    return [found.get(track_id) for track_id in wanted]


def decode_segments(row: SegmentVectors) -> SegmentArrays | None:
    """None where they are damaged."""
    try:
        data = row.starts_data, row.embeddings_data, row.taggrams_data
        return SegmentArrays(*map(decode_array, data))
    except (ValueError, EOFError):
        return None


def pair_of(spec: ModelSpec) -> Pair:
    return spec.name, spec.variant


def load_facts(session: Session) -> dict[str, list]:
    """A list a column: those of the tracks, their genre, and the one a network heard with its probability."""
    rows = session.execute(select(*FACTS, Track.genre).where(*PLAYABLE).order_by(Track.filename)).all()
    predictions = predicted_genres(session)
    facts = {column.key: [row[at] for row in rows] for at, column in enumerate(FACTS)}
    facts["tempo"] = [tempo or None for tempo in facts["tempo"]]  # 0 BPM is no tempo
    facts["genre"] = [row.genre or UNKNOWN_GENRE for row in rows]
    predicted = [predictions.get(row.id, (None, None)) for row in rows]
    facts["predicted_genre"] = [genre for genre, _ in predicted]
    facts["confidence"] = [probability for _, probability in predicted]
    return facts


def spread(matrix: LibraryMatrix, track_ids: np.ndarray) -> np.ndarray:
    """A row for each of the ids, NaN for those the matrix does not have: float32 [n, D]."""
    values = np.full((len(track_ids), matrix.values.shape[1]), np.nan, dtype=np.float32)
    rows = {track_id: row for row, track_id in enumerate(matrix.track_ids.tolist())}
    for at, track_id in enumerate(track_ids.tolist()):
        if track_id in rows:
            values[at] = matrix.values[rows[track_id]]
    return values
