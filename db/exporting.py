"""The library as a table: facts of every playable track, and the vectors of some models."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.embeddings import LibraryMatrix, load_matrix
from db.library import PLAYABLE, UNKNOWN_GENRE
from db.predictions import predicted_genres
from db.schema import Track
from ML.export.tables import LibraryTable
from ML.spec import ModelSpec

FACTS = (
    Track.id, Track.filename, Track.title, Track.artist, Track.album, Track.year, Track.track_number,
    Track.duration, Track.tempo, Track.spectral_centroid,
)  # fmt: skip


def load_table(session: Session, specs: Sequence[ModelSpec]) -> LibraryTable:
    """Tracks in the order of their names."""
    facts = load_facts(session)
    track_ids = np.array(facts["id"], dtype=np.int64)
    vectors = {}
    for spec in specs:
        vectors[spec.key] = spread(load_matrix(session, (spec.name, spec.variant), "embeddings"), track_ids)
    return LibraryTable(facts, vectors)


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
