"""What the regions of a library's map are called: by genres and by the tags that a model hears."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.embeddings import load_matrix
from db.library import UNKNOWN_GENRE, labels_by_id
from db.library_state import load_state, stamp_of
from db.projections import LibraryMap
from db.reasons import HIGH_SHARE
from db.schema import GenreStamp
from ML.regions import Region, name_regions
from ML.spec import ModelSpec
from ML.tag_names import tag_words


@dataclass(frozen=True)
class NameSource:
    """What the names of a map are made from, neither genres nor tags read.

    tagger: a model whose tags may become names; None: genres alone.  version: another when any of it is.
    """

    drawn: LibraryMap
    tagger: ModelSpec | None
    version: int


@dataclass(frozen=True)
class NamedMap:
    regions: list[Region]

    @property
    def n_bytes(self) -> int:
        return sum(sys.getsizeof(region.name) + region.place.nbytes for region in self.regions)


def find_source(session: Session, drawn: LibraryMap, tagger: ModelSpec | None) -> NameSource:
    genres = session.scalar(select(GenreStamp.stamp))
    content = blake2b(drawn.track_ids.tobytes() + drawn.coords.tobytes() + str(genres).encode())
    if tagger:
        state = load_state(session, (tagger.name, tagger.variant))
        content.update(tagger.key.encode() + state.track_ids.tobytes() + state.stamps.tobytes())
    return NameSource(drawn, tagger, stamp_of(content.hexdigest()))


def name_map(session: Session, source: NameSource) -> NamedMap:
    drawn = source.drawn
    genres = names_of(read_genres(session, drawn.track_ids))
    names, has = merge([genres, tags_of(session, drawn.track_ids, source.tagger)])
    return NamedMap(name_regions(drawn.coords, names, has))


def read_genres(session: Session, track_ids: np.ndarray) -> list[str | None]:
    """Of each track; None: unknown."""
    known = labels_by_id(session)
    return [genre_name(known.get(track_id, ("", ""))[1]) for track_id in track_ids.tolist()]


def genre_name(genre: str) -> str | None:
    """A genre in words; None for one that is not known."""
    return None if genre in ("", UNKNOWN_GENRE) else tag_words(genre)


def names_of(labels: Sequence[str | None]) -> tuple[list[str], np.ndarray]:
    """Every label once, and which rows have it: bool [n, m]."""
    names = sorted({label for label in labels if label})
    return names, np.array([[label == name for name in names] for label in labels], bool).reshape(
        len(labels), len(names)
    )


def tags_of(
    session: Session, track_ids: np.ndarray, tagger: ModelSpec | None
) -> tuple[list[str], np.ndarray]:
    """Tags, in words, that are high in each track, as for the reasons of neighbors; a track that the tagger
    has not analyzed has none.
    """
    matrix = load_matrix(session, (tagger.name, tagger.variant), "taggrams") if tagger else None
    if tagger is None or matrix is None or matrix.values.shape[1] != len(tagger.tag_names):
        return [], np.zeros((len(track_ids), 0), bool)
    is_high = matrix.values >= HIGH_SHARE * matrix.values.max(axis=1, keepdims=True)
    has = np.zeros((len(track_ids), is_high.shape[1]), bool)
    _, ours, theirs = np.intersect1d(track_ids, matrix.track_ids, return_indices=True)
    has[ours] = is_high[theirs]
    return [tag_words(tag) for tag in tagger.tag_names], has


def merge(tables: Sequence[tuple[list[str], np.ndarray]]) -> tuple[list[str], np.ndarray]:
    """One table: a genre and a tag of the same name, in any case, are one; the first spelling stays."""
    spellings: dict[str, str] = {}
    columns: dict[str, np.ndarray] = {}
    for names, has in tables:
        for name, column in zip(names, has.T, strict=True):
            key = name.lower()
            spellings.setdefault(key, name)
            columns[key] = columns.get(key, False) | column
    n_rows = len(tables[0][1])
    return list(spellings.values()), np.array(list(columns.values()), bool).reshape(len(columns), n_rows).T
