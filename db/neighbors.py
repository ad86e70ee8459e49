"""Tracks near a point of a model's space."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from sqlalchemy.orm import Session

from db.duplicates import duplicate_groups
from db.library import tracks_by_id
from db.schema import Track
from db.spaces import LibrarySpace
from ML.search import Nearest, between, scale_locally

SCALING_NEIGHBOR = 10  # its distance is a point's radius
POOL_PER_HIT = 10  # local scaling looks for each hit among so many of the nearest …
POOL_EXTRA = 100  # … and these


@dataclass(frozen=True)
class Wish:
    """What to find. excluded: track ids.  excluded_artists: casefolded names.  scaling: against hubs."""

    k: int
    excluded: Collection[int] = ()
    excluded_artists: Collection[str] = ()
    is_scaled: bool = False


@dataclass(frozen=True)
class Hit:
    """A track that was found. row: in the space.  score: its locally scaled distance, where asked for.

    segment_start: seconds, of its segment that was found; None for whole tracks.
    """

    track: Track
    row: int
    distance: float
    score: float | None = None
    segment_start: float | None = None


def find_similar(session: Session, space: LibrarySpace, point: np.ndarray, wish: Wish) -> list[Hit]:
    """Tracks near a point of a space, nearest first, equally near ones in the order of their names."""
    n_wanted = POOL_PER_HIT * wish.k + POOL_EXTRA if wish.is_scaled else wish.k
    hits = find_enough(session, space, point, wish, n_wanted)
    if wish.is_scaled:
        hits = rescale(space, point, hits)
    return hits[: wish.k]


def find_enough(
    session: Session, space: LibrarySpace, point: np.ndarray, wish: Wish, n_wanted: int
) -> list[Hit]:
    """As many as wanted of those that are wished for, or all there are."""
    n_asked = n_wanted + len(wish.excluded)
    groups = duplicate_groups(session)
    while True:
        near = wished(session, space, space.nearest(point, n_asked), wish)
        hits = list(one_of_each(near, groups, wish.excluded))
        if len(hits) >= n_wanted or n_asked >= space.vectors.n_owners:
            return hits[:n_wanted]
        n_asked *= 4


def wished(session: Session, space: LibrarySpace, nearest: Nearest, wish: Wish) -> Iterator[Hit]:
    track_ids = space.track_ids[nearest.owners].tolist()
    tracks = tracks_by_id(session, track_ids)
    for track_id, row, distance in zip(track_ids, nearest.rows.tolist(), nearest.distances, strict=True):
        track = tracks.get(track_id)
        if track is None or track_id in wish.excluded or artist_key(track) in wish.excluded_artists:
            continue
        yield Hit(track, row, float(distance), segment_start=space.start_of(row))


def one_of_each(hits: Iterable[Hit], groups: Mapping[int, int], excluded: Collection[int]) -> Iterator[Hit]:
    """Of a recording that the library has several times only the nearest, none of one that is asked about.

    groups: see duplicate_groups.
    """
    taken = {groups[track_id] for track_id in excluded if track_id in groups}
    for hit in hits:
        group = groups.get(hit.track.id)
        if group is None or group not in taken:
            yield hit
        if group is not None:
            taken.add(group)


def rescale(space: LibrarySpace, point: np.ndarray, hits: list[Hit]) -> list[Hit]:
    """In the order of locally scaled distances: what is near to everybody comes later."""
    if not hits:
        return hits
    rows = [hit.row for hit in hits]
    points = np.vstack([point, space.vectors.rows[rows]])
    own_radius, *radii = space.radii(points, SCALING_NEIGHBOR + 1)  # itself is the nearest
    distances = np.array([hit.distance for hit in hits])
    scores = scale_locally(distances, own_radius, np.array(radii)).tolist()
    return [replace(hits[at], score=scores[at]) for at in np.lexsort((rows, scores))]


def walk(session: Session, space: LibrarySpace, start: Track, end: Track, n_steps: int) -> list[Hit]:
    """From one track to another by the tracks nearest to n_steps points between, none of them twice.

    Both must be in the space. The distance of each is to the one before.
    """
    first, last = space.rows_of([start, end])
    taken, found = {start.id, end.id}, [start]
    for point in between(space.vectors, first, last, n_steps):
        hits = find_similar(session, space, point, Wish(1, taken))
        found += [hit.track for hit in hits]
        taken |= {hit.track.id for hit in hits}
    rows = space.rows_of([*found, end])
    distances = [0.0, *(space.vectors.distance(a, b) for a, b in pairwise(rows))]
    return [Hit(*step) for step in zip([*found, end], rows, distances, strict=True)]


def artist_key(track: Track) -> str:
    """Artists are the same however their names are written large and small; empty where nobody is named."""
    return (track.artist or "").strip().casefold()
