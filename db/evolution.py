"""The dated tracks of an artist, an album or a genre, as a model hears them."""

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.embeddings import load_matrix
from db.library import PLAYABLE
from db.schema import Track
from ML.errors import LibraryError, UnknownChoiceError
from ML.evaluation.evolution import Evolution, compute_evolution, typical_distance
from ML.pca import standardise
from ML.spec import ModelSpec

GROUPS = {"artist": Track.artist, "album": Track.album, "genre": Track.genre}
N_SUGGESTED = 5


@dataclass(frozen=True)
class GroupEvolution:
    """name: as the library writes it.  tracks: in the order of the rows of the evolution.

    n_undated: tracks of the group without a year; n_unheard: dated ones that the model has not heard.
    """

    name: str
    tracks: list[Track]
    n_undated: int
    n_unheard: int
    evolution: Evolution


@dataclass(frozen=True)
class SpaceEvolution:
    """Groups in one model's space. typical_distance: of two tracks of the library, see there."""

    spec: ModelSpec
    typical_distance: float
    groups: list[GroupEvolution]


def load_evolution(session: Session, spec: ModelSpec, by: str, names: list[str], seed: int) -> SpaceEvolution:
    """Raises UnknownChoiceError with near names, LibraryError where nothing is dated or heard."""
    matrix = load_matrix(session, (spec.name, spec.variant), "embeddings")
    if not len(matrix.track_ids):
        raise LibraryError(f"{spec.key} has heard no track yet: run preprocess-all --models {spec.key}.")
    vectors = standardise(matrix.values) if spec.standardise else matrix.values
    rows = {track_id: row for row, track_id in enumerate(matrix.track_ids.tolist())}
    groups = [follow(find_group(session, by, name), by, vectors, rows, seed) for name in names]
    return SpaceEvolution(spec, typical_distance(vectors), groups)


def find_group(session: Session, by: str, name: str) -> list[Track]:
    """Its playable tracks, in the order of years and names; large and small letters are the same.

    Raises UnknownChoiceError with the names that are most like it, or the most frequent ones.
    """
    column = GROUPS[by]
    names = Counter(filter(None, session.scalars(select(column).where(*PLAYABLE))))
    wanted = [each for each in names if each.strip().casefold() == name.strip().casefold()]
    if not wanted:
        raise UnknownChoiceError(by, name, suggest(name, names))
    query = select(Track).where(column.in_(wanted), *PLAYABLE)
    return list(session.scalars(query.order_by(Track.year, Track.filename)))


def suggest(name: str, names: Counter[str]) -> list[str]:
    folded = {each.casefold(): each for each in names}
    key = name.strip().casefold()
    within = [each for fold, each in folded.items() if key and key in fold]
    near = [folded[fold] for fold in get_close_matches(key, folded, N_SUGGESTED, cutoff=0.5)]
    often = [each for each, _ in names.most_common(N_SUGGESTED)]
    return (list(dict.fromkeys([*within, *near])) or often)[:N_SUGGESTED]


def follow(
    tracks: list[Track], by: str, vectors: np.ndarray, rows: dict[int, int], seed: int
) -> GroupEvolution:
    name = getattr(tracks[0], by)
    dated = [track for track in tracks if track.year is not None]
    if not dated:
        raise LibraryError(
            f"None of the {len(tracks)} tracks of {name} has a year: date their files, then run index-audio."
        )
    heard = [track for track in dated if track.id in rows]
    if not heard:
        raise LibraryError(f"No dated track of {name} was heard by this model yet: run preprocess-all.")
    own = vectors[[rows[track.id] for track in heard]]
    evolution = compute_evolution(own, [track.year or 0 for track in heard], seed)
    return GroupEvolution(name, heard, len(tracks) - len(dated), len(dated) - len(heard), evolution)
