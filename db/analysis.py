"""What evaluation needs of the library: one model's vectors with names and genres; sound in two numbers."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.embeddings import load_matrix
from db.library import PLAYABLE
from db.schema import Track
from ML.pca import standardise
from ML.spec import ModelSpec


@dataclass(frozen=True)
class LabelledSpace:
    """The tracks a model has heard. vectors: float32 [n, D], ready for distances.

    genres: None where nobody knows it.
    """

    filenames: list[str]
    genres: list[str | None]
    vectors: np.ndarray


def load_space(session: Session, spec: ModelSpec) -> LabelledSpace:
    """In the order of file names."""
    matrix = load_matrix(session, (spec.name, spec.variant), "embeddings")
    rows = session.execute(select(Track.id, Track.filename, Track.genre).where(*PLAYABLE))
    facts = {row.id: row for row in rows}
    heard = [facts[int(track_id)] for track_id in matrix.track_ids]
    vectors = standardise(matrix.values) if spec.standardise else matrix.values
    return LabelledSpace([row.filename for row in heard], [row.genre or None for row in heard], vectors)
