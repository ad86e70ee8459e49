"""Looking for pairs: near in a model's space, of the same name or bytes; then by fingerprint.

A model proposes, the sound decides: each track is compared with its nearest ones only.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.duplicates import FoundPair
from db.embeddings import load_matrix
from db.library import PLAYABLE
from db.neighbors import artist_key
from db.schema import Track
from ML.duplicates import ALIKE, SAME, VERSION, bare_title, find_near
from ML.errors import AudioDecodeError
from ML.fingerprint import Match, fingerprint_file, match
from ML.isolation import isolated
from ML.pca import standardise
from ML.spec import ModelSpec

log = logging.getLogger(__name__)

KEPT_PRINTS = 5000  # 40 kB each for a song of four minutes
MOST_NAMESAKES = 20  # of an artist's songs with one title; more is a template, not a song
Progress = Callable[[int, int], None]  # takes pairs done, pairs in all


@dataclass
class Suspicion:
    """Why two tracks are compared. closenesses: in each model where they are near, none for names alone."""

    closenesses: list[float] = field(default_factory=list)
    has_same_bytes: bool = False
    has_same_title: bool = False


def find_pairs(
    session: Session, specs: Sequence[ModelSpec], audio_dir: Path, on_progress: Progress
) -> Iterator[FoundPair]:
    """Every pair that is the same recording or likely a version of it, by the ids of the tracks."""
    tracks = {track.id: track for track in session.scalars(select(Track).where(*PLAYABLE))}
    suspicions = suspect(session, specs, list(tracks.values()))

    @lru_cache(KEPT_PRINTS)
    def packed_print(track_id: int) -> np.ndarray:
        try:
            return np.packbits(isolated(fingerprint_file, audio_dir / tracks[track_id].filename), axis=1)
        except AudioDecodeError as error:  # gone since it was indexed: it matches nothing
            log.warning("%s", error)
            return np.zeros((0, 4), dtype=np.uint8)

    for n_done, (ids, suspicion) in enumerate(sorted(suspicions.items()), start=1):
        found = None
        if not suspicion.has_same_bytes:
            first, second = (np.unpackbits(packed_print(track_id), axis=1).astype(bool) for track_id in ids)
            found = match(first, second)
        kind = judge(suspicion, found, len(specs))
        on_progress(n_done, len(suspicions))
        if kind:
            rate, offset = (found.bit_error_rate, found.offset_seconds) if found else (None, None)
            yield FoundPair(
                *ids, kind, min(suspicion.closenesses, default=None), rate, offset if kind == SAME else None
            )


def judge(suspicion: Suspicion, found: Match | None, n_models: int) -> str | None:
    """Only the sound makes two tracks the same; a version must be alike to half of the models at least."""
    if suspicion.has_same_bytes or (found and found.is_same):
        return SAME
    n_alike = sum(closeness <= ALIKE for closeness in suspicion.closenesses)
    return VERSION if 2 * n_alike >= n_models or suspicion.has_same_title else None


def suspect(
    session: Session, specs: Sequence[ModelSpec], tracks: Sequence[Track]
) -> dict[tuple[int, int], Suspicion]:
    suspicions: defaultdict[tuple[int, int], Suspicion] = defaultdict(Suspicion)
    for spec in specs:
        matrix = load_matrix(session, (spec.name, spec.variant), "embeddings")
        ids = matrix.track_ids.tolist()
        for near in find_near(standardise(matrix.values) if spec.standardise else matrix.values):
            suspicions[ordered(ids[near.first], ids[near.second])].closenesses.append(near.closeness)
    for pair in pairs_sharing(tracks, lambda track: track.content_hash):
        suspicions[pair].has_same_bytes = True
    for pair in pairs_sharing(tracks, song_of):
        suspicions[pair].has_same_title = True
    return dict(suspicions)


def ordered(first: int, second: int) -> tuple[int, int]:
    return min(first, second), max(first, second)


def song_of(track: Track) -> tuple[str, str] | None:
    artist, title = artist_key(track), bare_title(track.title)
    return (artist, title) if artist and title else None


def pairs_sharing(
    tracks: Sequence[Track], key_of: Callable[[Track], object | None]
) -> Iterator[tuple[int, int]]:
    groups: defaultdict[object, list[int]] = defaultdict(list)
    for track in tracks:
        if key := key_of(track):
            groups[key].append(track.id)
    for ids in groups.values():
        if len(ids) <= MOST_NAMESAKES:
            yield from combinations(sorted(ids), 2)
