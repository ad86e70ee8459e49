"""What evaluation needs of the library: one model's vectors with names and genres; sound in two numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.duplicates import duplicate_groups
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


def first_of_each(track_ids: list[int], groups: Mapping[int, int]) -> list[int]:
    """Places in the list, without those whose recording has come before; groups: see duplicate_groups."""
    first: dict[int, int] = {}
    for place, track_id in enumerate(track_ids):
        first.setdefault(groups.get(track_id, track_id), place)
    return list(first.values())


def load_space(session: Session, spec: ModelSpec) -> LabelledSpace:
    """In the order of file names; of a recording that the library has several times only the first.

    A duplicate is no neighbour: it would make every model look right.
    """
    matrix = load_matrix(session, (spec.name, spec.variant), "embeddings")
    rows = session.execute(select(Track.id, Track.filename, Track.genre).where(*PLAYABLE))
    facts = {row.id: row for row in rows}
    vectors = standardise(matrix.values) if spec.standardise else matrix.values
    rows_kept = first_of_each(matrix.track_ids.tolist(), duplicate_groups(session))
    heard = [facts[int(track_id)] for track_id in matrix.track_ids[rows_kept]]
    vectors = vectors[rows_kept]
    return LabelledSpace([row.filename for row in heard], [row.genre or None for row in heard], vectors)
