"""Maps: answered from the cache, extended by new tracks, or drawn and cached."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from db.database import Database
from db.embeddings import SPACES, LibraryMatrix, count_extracted, load_matrix
from db.library_state import LibraryState, load_state
from db.map_cache import CODE_VERSION, MapQuery, StoredMap, find_stored, save_map
from ML import registry
from ML.alignment import find_similarity
from ML.pca import standardise
from ML.placing import place
from ML.projections import MIN_TRACKS, project
from ML.spec import ModelSpec

PLACED_SHARE = 0.2  # of the tracks may have been placed; with more of them the map is computed again
REFERENCE_SHARE = 0.5  # of what the most complete model has analyzed
Progress = Callable[[float], None]  # takes the share that is done


@dataclass(frozen=True)
class LibraryMap:
    """Where each track lies. track_ids: int64 [n].  coords: float32 [n, dimensions].

    is_stale: drawn from an earlier state of the library.
    """

    track_ids: np.ndarray
    coords: np.ndarray
    parameters: dict[str, object]
    note: str | None
    is_stale: bool = False


@dataclass(frozen=True)
class Known:
    """What the database says of a map: the library now, and the map as it is kept."""

    state: LibraryState
    stored: StoredMap | None

    @property
    def is_of_this_code(self) -> bool:
        """There is a map, computed by the code that runs."""
        return self.stored is not None and self.stored.code_version == CODE_VERSION

    @property
    def is_current(self) -> bool:
        """Nothing would be computed: the map includes every vector."""
        if self.stored is None or not self.is_of_this_code:
            return False
        return bool(self.stored.find_current(self.state)[1].all())


def get_map(database: Database, query: MapQuery, on_progress: Progress = lambda share: None) -> LibraryMap:
    """The map as the library stands. Requests for maps wait for one another, so each is computed once."""
    known = look_up(database, query)
    if not known.is_current:
        with database.lock("projection"):
            known = bring_up_to_date(database, query, on_progress)
    return answer_from(known)


def find_map(database: Database, query: MapQuery) -> LibraryMap | None:
    """The map as far as it is there: nothing is computed."""
    known = look_up(database, query)
    return answer_from(known) if known.stored else None


def refit_map(database: Database, query: MapQuery, align: bool = True) -> LibraryMap:
    """Draw a map anew from all tracks; align: turned onto the one it replaces."""
    with database.lock("projection"):
        known = look_up(database, query)
        return answer_from(Known(known.state, draw_and_save(database, query, known, align)))


def look_up(database: Database, query: MapQuery) -> Known:
    with database.read() as session:
        return Known(load_state(session, query.pair), find_stored(session, query))


def is_current(session: Session, query: MapQuery) -> bool:
    return Known(load_state(session, query.pair), find_stored(session, query)).is_current


def all_queries(
    specs: list[ModelSpec], methods: list[str], dimensions: tuple[int, ...], seed: int
) -> list[MapQuery]:
    """Every map of these models, the ones people look at first in front."""
    return [
        MapQuery(spec, space, method, n, seed)
        for n in dimensions for space in SPACES for method in methods for spec in specs
    ]  # fmt: skip


def answer_from(known: Known) -> LibraryMap:
    """The tracks that are there, in the order of their names; others stay in the cache for their return."""
    stored = known.stored
    assert stored is not None
    track_ids, positions = stored.find_placed(known.state.track_ids)
    n_placed = int(np.count_nonzero(~stored.fitted[positions]))
    parameters = stored.parameters | ({"n_placed": n_placed} if n_placed else {})
    return LibraryMap(
        track_ids, stored.coords[positions], parameters, note_of(stored, n_placed), not known.is_current
    )


def note_of(stored: StoredMap, n_placed: int) -> str | None:
    if not n_placed:
        return stored.note
    came = f"{n_placed} tracks came" if n_placed > 1 else "1 track came"
    placed = f"{came} after the map was drawn and lie beside what they sound like: `refit` draws it anew."
    return " ".join(filter(None, (stored.note, placed)))


def bring_up_to_date(
    database: Database, query: MapQuery, on_progress: Progress = lambda share: None
) -> Known:
    """The map as the library stands, computed where it is not. The caller holds the lock of projections."""
    known = look_up(database, query)
    if known.is_current:
        return known
    if not can_grow(known):
        return Known(known.state, draw_and_save(database, query, known, align=True, on_progress=on_progress))
    with database.read() as session:
        matrix = load_vectors(session, query)
    grown = extend(known, query, matrix)
    with database.write() as session:
        save_map(session, query, grown)
    return Known(known.state, grown)


def can_grow(known: Known) -> bool:
    """Enough of the library is where a fit put it."""
    if known.stored is None or not known.is_of_this_code:
        return False
    positions, is_there = known.stored.find_current(known.state)
    n_fitted = np.count_nonzero(known.stored.fitted[positions[is_there]])
    return bool(n_fitted >= max(MIN_TRACKS, (1.0 - PLACED_SHARE) * len(known.state.track_ids)))


def extend(known: Known, query: MapQuery, matrix: LibraryMatrix) -> StoredMap:
    """The map with the tracks that are new to it; the others do not move."""
    stored, state = known.stored, known.state
    assert stored is not None
    is_new = ~stored.find_current(state)[1]
    new = LibraryState(state.track_ids[is_new], state.stamps[is_new])
    stays, positions = stored.find_placed(np.setdiff1d(matrix.track_ids, new.track_ids))
    is_known, is_asked = np.isin(matrix.track_ids, stays), np.isin(matrix.track_ids, new.track_ids)
    row_order = np.argsort(matrix.track_ids[is_known])  # as `stays`
    known_values = matrix.values[is_known][row_order]
    places = place(known_values, stored.coords[positions], matrix.values[is_asked], query.method)
    return stored.replace(
        spread(new, matrix.track_ids[is_asked], places, is_fitted=False, parameters={}, note=None)
    )


def draw_and_save(
    database: Database, query: MapQuery, known: Known, align: bool, on_progress: Progress = lambda share: None
) -> StoredMap:
    with database.read() as session:
        matrix = load_vectors(session, query)
    references = find_references(database, query, known) if align else []
    drawn = project(
        matrix.values, query.method, query.dimensions, query.seed, dict(query.options), on_progress
    )
    coords = align_to(matrix.track_ids, drawn.coords, references)
    stored = spread(known.state, matrix.track_ids, coords, True, drawn.parameters, drawn.note)
    if len(stored.track_ids):  # nothing could be turned onto an empty map
        with database.write() as session:
            save_map(session, query, stored)
    return stored


def find_references(database: Database, query: MapQuery, known: Known) -> list[StoredMap]:
    """Maps to align a new one to, in order of preference: the map it replaces, the library's reference.

    The reference is a PCA because rounding turns a UMAP or t-SNE by any angle, so that each processor would
    have its own map; a PCA turns no further than its vectors change. Maps of earlier code were aligned to a
    UMAP and are no reference.
    """
    references = [known.stored] if known.is_of_this_code else []
    with database.read() as session:
        reference = find_reference_query(session, query)
    if reference is not None and reference.key != query.key:
        references.append(bring_up_to_date(database, reference).stored)
    return [stored for stored in references if stored is not None]


def find_reference_query(session: Session, query: MapQuery) -> MapQuery | None:
    """The PCA, of as many dimensions, of the first model that has analyzed the library."""
    n_extracted = count_extracted(session)
    enough = REFERENCE_SHARE * max(n_extracted.values(), default=1)
    for spec in registry.MODELS:
        if n_extracted.get((spec.name, spec.variant), 0) >= enough:
            return MapQuery(spec, "embeddings", "pca", query.dimensions, query.seed)
    return None


def load_vectors(session: Session, query: MapQuery) -> LibraryMatrix:
    matrix = load_matrix(session, query.pair, query.space)
    return LibraryMatrix(matrix.track_ids, standardise(matrix.values)) if query.spec.standardise else matrix


def align_to(track_ids: np.ndarray, coords: np.ndarray, references: list[StoredMap]) -> np.ndarray:
    """Coordinates aligned to the first reference that has enough of the tracks; unchanged without one."""
    for reference in references:
        common, positions = reference.find_placed(track_ids)
        similarity = find_similarity(coords[np.isin(track_ids, common)], reference.coords[positions])
        if similarity:
            return similarity(coords)
    return coords


def spread(
    state: LibraryState, track_ids: np.ndarray, coords: np.ndarray, is_fitted: bool, parameters: dict,
    note: str | None,
) -> StoredMap:  # fmt: skip
    """A row for every track of the state, NaN for those without a place in coords."""
    order = np.argsort(state.track_ids)
    ids = state.track_ids[order]
    places = np.full((len(ids), coords.shape[1]), np.nan, dtype=np.float32)
    has_place = np.isin(track_ids, ids)
    places[np.searchsorted(ids, track_ids[has_place])] = coords[has_place]
    return StoredMap(ids, state.stamps[order], places, np.full(len(ids), is_fitted), parameters, note)
