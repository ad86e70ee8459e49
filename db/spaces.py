"""The vectors of a library as a space to search in: read once, kept in memory while they stay as they are."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from db.background import Background, BackgroundError
from db.cache import VersionedCache
from db.database import Database
from db.derived import DerivedFiles
from db.embeddings import Space, load_matrix, load_segment_matrix
from db.hubness import Hubness, count_occurrences
from db.library_state import load_state
from db.neighbor_graph import build_graph
from db.schema import Track
from ML.neighbor_index import NeighborIndex, build_index, open_index
from ML.pca import standardise
from ML.search import METRICS, Nearest, VectorSpace, build_space
from ML.spec import ModelSpec

MEASURED_AT_ONCE = 2000  # tracks of which a request can wait for what is measured


@dataclass(frozen=True)
class SpaceQuery:
    """Which space: what a model says of whole tracks, or of every segment of them."""

    spec: ModelSpec
    space: Space
    metric: str
    of_segments: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        return self.spec.name, self.spec.variant

    @property
    def name(self) -> str:
        level = ["segments"] if self.of_segments else []
        return "_".join([self.space, *self.pair, self.metric, *level])


@dataclass
class LibrarySpace:
    """The vectors of a library. key: changes when they do.  track_ids: int64 [n_owners], by file name.

    starts: float32 [n_rows], seconds, None for whole tracks.
    graph: int32 [n_owners, 10], see build_graph, and index: None before they are there.
    """

    key: str
    track_ids: np.ndarray
    vectors: VectorSpace
    starts: np.ndarray | None = None
    graph: np.ndarray | None = None
    index: NeighborIndex | None = None

    @property
    def n_bytes(self) -> int:
        return (
            self.vectors.n_bytes + self.track_ids.nbytes + (0 if self.starts is None else self.starts.nbytes)
        )

    @cached_property
    def positions(self) -> dict[int, int]:
        """The owner that a track is, by track id."""
        return {track_id: owner for owner, track_id in enumerate(self.track_ids.tolist())}

    @cached_property
    def hubness(self) -> Hubness:
        """Of a space that knows its graph."""
        assert self.graph is not None
        return Hubness(self.positions, count_occurrences(self.graph))

    def row_of(self, track_id: int, seconds: float | None = None) -> int | None:
        """The row of a track, or of the segment that plays at a moment of it; None before extraction."""
        owner = self.positions.get(track_id)
        if owner is None or self.starts is None or seconds is None:
            return owner
        first, end = np.searchsorted(self.vectors.owners, [owner, owner + 1])
        n_begun = int(np.searchsorted(self.starts[first:end], seconds, side="right"))
        return int(first) + max(0, n_begun - 1)

    def rows_of(self, tracks: Sequence[Track]) -> list[int]:
        """Of tracks that are all in the space."""
        return [self.positions[track.id] for track in tracks]

    def has(self, track: Track) -> bool:
        return track.id in self.positions

    def start_of(self, row: int) -> float | None:
        """Seconds, None for a whole track."""
        return None if self.starts is None else float(self.starts[row])

    def point(self, row: int) -> np.ndarray:
        """float64 [D]"""
        return self.vectors.rows[row].astype(np.float64)

    def nearest(self, point: np.ndarray, k: int) -> Nearest:
        """The k tracks nearest to a point [D]; by the index, where there is one and it reaches so far."""
        if self.index is None or k > self.index.reach:
            return self.vectors.nearest(point, k)
        return self.vectors.rank(point, self.index.propose(point, k), k)

    def radii(self, points: np.ndarray, k: int) -> np.ndarray:
        """Distance from each point [m, D] to the k-th nearest track: float64 [m]."""
        if self.index is None:
            return self.vectors.radii(points, k)
        return np.array([self.nearest(point, k).distances[-1] for point in points])


class Spaces:
    """Spaces by query, and what takes longer to know of them."""

    def __init__(self, database: Database, max_bytes: int, index_from: int):
        """index_from: how many vectors it takes to be worth an index."""
        self.database = database
        self.index_from = index_from
        self.derived = DerivedFiles(database)
        self.background = Background()
        self._spaces: VersionedCache[LibrarySpace] = VersionedCache(max_bytes)

    def get(self, query: SpaceQuery) -> LibrarySpace:
        """The space as the library stands; its vectors are read when they are others than before."""

        def make(older: LibrarySpace | None) -> LibrarySpace:
            with self.database.read() as session:
                return load_space(session, query, older)

        space = self._spaces.get(query, self.database.version, make)
        if space.index is None and self._wants_index(space):
            write = partial(build_index, space.vectors.rows)
            path = self._find_or_make(index_name(query), space.key, write)
            space.index = open_index(path) if path else None
        return space

    def _wants_index(self, space: LibrarySpace) -> bool:
        return len(space.vectors.rows) >= self.index_from

    def hubness(self, query: SpaceQuery) -> Hubness | None:
        """Of whole tracks; None while they are being counted, which for large libraries takes minutes."""
        try:
            space = self.with_graph(replace(query, of_segments=False))
        except BackgroundError:  # the log has told it: neighbours are found without knowing hubs
            return None
        return None if space is None else space.hubness

    def with_graph(self, query: SpaceQuery) -> LibrarySpace | None:
        """A space of whole tracks that knows its neighbours; None while they are being found.

        Raises BackgroundError when they cannot be found.
        """
        space = self.get(query)
        if (
            space.graph is None and self._wants_index(space) and not space.index
        ):  # it would take hours without
            self.background.check(work_key(index_name(query), space.key))
        elif space.graph is None:
            rows, index = space.vectors.rows, space.index
            find = partial(build_graph, rows, index)
            space.graph = self.measure(f"neighbors/{query.name}_graph", space.key, len(rows), find)
        return None if space.graph is None else space

    def measure(
        self, name: str, key: str, n_tracks: int, compute: Callable[[], np.ndarray]
    ) -> np.ndarray | None:
        """An array computed from the library, of a large one in the background and kept: None until then.

        Raises BackgroundError when that has failed.
        """
        if n_tracks <= MEASURED_AT_ONCE:
            return compute()
        path = self._find_or_make(name, key, partial(save_array, compute))
        if path is None:
            self.background.check(work_key(name, key))
            return None
        return np.load(path, mmap_mode="r")

    def _find_or_make(self, name: str, key: str, write: Callable[[Path], None]) -> Path | None:
        """A derived file, or None while it is written in the background."""
        path = self.derived.find(name, key)
        if path is None:
            self.background.start(work_key(name, key), partial(self.derived.make, name, key, write))
        return path


def index_name(query: SpaceQuery) -> str:
    return f"neighbors/{query.name}_index"


def work_key(name: str, key: str) -> str:
    return f"{name} {key}"


def save_array(compute: Callable[[], np.ndarray], path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, compute())


def load_space(session: Session, query: SpaceQuery, older: LibrarySpace | None = None) -> LibrarySpace:
    """older is the answer where no vector has changed since."""
    state = load_state(session, query.pair)
    key = hashlib.sha256(query.name.encode() + state.track_ids.tobytes() + state.stamps.tobytes()).hexdigest()
    if older and older.key == key:
        return older
    metric, change = METRICS[query.metric], standardise if query.spec.standardise else np.asarray
    if query.of_segments:
        segments = load_segment_matrix(session, query.pair, query.space)
        values = change(segments.values).astype(np.float16, copy=False)
        vectors = build_space(values, metric, segments.owners)
        return LibrarySpace(key, segments.track_ids, vectors, segments.starts)
    matrix = load_matrix(session, query.pair, query.space)
    return LibrarySpace(key, matrix.track_ids, build_space(change(matrix.values), metric))
