"""A map grows with the library: old points stay, until so much is new that it is drawn anew."""

import numpy as np
import pytest
from sqlalchemy import delete, func, select, update

import db.projections
from db.codec import encode_array
from db.database import Database, open_database
from db.embeddings import save_output
from db.map_cache import CODE_VERSION, N_UNUSUAL, MapQuery
from db.projections import find_map, find_reference_query, get_map, is_current, refit_map
from db.schema import CachedProjection, Track, now
from ML.alignment import find_similarity
from ML.projections import project
from ML.registry import get
from ML.segments import TrackOutput

PAIR, OTHER_PAIR = ("musicnn", "mtat"), ("musicnn", "jamendo")
N_TRACKS = 120
METHODS = ["umap", "tsne", "pca"]
RNG = np.random.default_rng(7)
DIRECTIONS = RNG.standard_normal((3, 16))
PLACES = RNG.standard_normal((N_TRACKS + 100, 3))  # what the tracks sound like


def query(method: str = "pca", dimensions: int = 2, pair=PAIR, **fields) -> MapQuery:
    return MapQuery(get(*pair), "embeddings", method, dimensions, fields.pop("seed", 42), **fields)


def add_tracks(database, start: int, stop: int, pair=PAIR) -> None:
    with database.write() as session:
        for number in range(start, stop):
            track = session.get(Track, number + 1) or Track(id=number + 1, filename=f"{number:04d}.wav")
            session.add(track)
            session.flush()
            vector = (PLACES[number] @ DIRECTIONS + (1.0 if pair == PAIR else 5.0)).astype(np.float32)
            output = TrackOutput(vector, vector[:3], vector[None], vector[None, :3], np.zeros(1))
            save_output(session, track.id, pair, output)


@pytest.fixture
def library(copy_of, tmp_path):
    copy_of(fill_library, tmp_path / "library.db")
    opened = open_database(tmp_path / "library.db")
    yield opened
    opened.close()


def fill_library(database: Database) -> None:
    add_tracks(database, 0, N_TRACKS)


@pytest.fixture
def drawn(monkeypatch) -> list[tuple[str, int]]:
    """(method, number of tracks) of every map computed, except the PCA that others are aligned to."""
    calls = []
    real = db.projections.project

    def project(matrix, method, *arguments):
        calls.append((method, len(matrix)))
        return real(matrix, method, *arguments)

    def find_references(*arguments):
        n_before = len(calls)
        references = real_references(*arguments)
        del calls[n_before:]
        return references

    real_references = db.projections.find_references
    monkeypatch.setattr(db.projections, "project", project)
    monkeypatch.setattr(db.projections, "find_references", find_references)
    return calls


@pytest.mark.parametrize("method", METHODS)
def test_old_points_do_not_move_when_tracks_come(method, library, drawn):
    before = get_map(library, query(method))
    add_tracks(library, N_TRACKS, N_TRACKS + 10)
    after = get_map(library, query(method))
    assert drawn == [(method, N_TRACKS)]
    assert len(after.track_ids) == N_TRACKS + 10
    np.testing.assert_array_equal(after.coords[:N_TRACKS], before.coords)
    assert len(np.unique(after.coords, axis=0)) == N_TRACKS + 10
    assert (after.parameters["n_placed"], "10 tracks came" in after.note) == (10, True)
    assert (before.parameters.get("n_placed"), before.note) == (None, None)


def test_placed_tracks_stay_too_and_are_placed_once(library, drawn, monkeypatch):
    placed = []
    real = db.projections.place
    monkeypatch.setattr(
        db.projections, "place", lambda *arguments: placed.append(len(arguments[2])) or real(*arguments)
    )
    get_map(library, query())
    for stop in (N_TRACKS + 5, N_TRACKS + 12):
        add_tracks(library, stop - 5, stop)
        before = get_map(library, query())
        np.testing.assert_array_equal(get_map(library, query()).coords, before.coords)
    assert placed == [5, 5]
    assert before.parameters["n_placed"] == 10


def test_a_track_heard_anew_moves_alone(library, drawn):
    before = get_map(library, query())
    PLACES_BEFORE = PLACES[20].copy()
    try:
        PLACES[20] += 1.0
        add_tracks(library, 20, 21)
    finally:
        PLACES[20] = PLACES_BEFORE
    after = get_map(library, query())
    moved = (after.coords != before.coords).any(axis=1)
    assert (len(drawn), moved.sum(), moved[20]) == (1, 1, True)


def test_a_track_that_comes_back_lies_where_it_lay(library, drawn):
    before = get_map(library, query())
    for gone_at in (now(), None):
        with library.write() as session:
            session.execute(update(Track).where(Track.id == 3).values(gone_at=gone_at))
        after = get_map(library, query())
    np.testing.assert_array_equal(before.coords, after.coords)
    assert len(drawn) == 1


def test_a_library_that_has_grown_by_more_than_a_fifth_is_drawn_anew(library, drawn):
    get_map(library, query("umap"))
    add_tracks(library, N_TRACKS, N_TRACKS + 30)
    assert get_map(library, query("umap")).parameters["n_placed"] == 30
    add_tracks(library, N_TRACKS + 30, N_TRACKS + 31)
    after = get_map(library, query("umap"))
    assert drawn == [("umap", N_TRACKS), ("umap", N_TRACKS + 31)]
    assert "n_placed" not in after.parameters


def spread_after(before, after) -> float:
    """How far points moved, as a share of the map's size."""
    n = len(before.coords)
    return float(np.linalg.norm(after.coords[:n] - before.coords, axis=1).mean() / np.ptp(before.coords))


@pytest.mark.parametrize("method", METHODS)
def test_a_refit_map_is_turned_onto_the_one_it_replaces(method, library, drawn):
    before = get_map(library, query(method))
    add_tracks(library, N_TRACKS, N_TRACKS + 30)
    after = refit_map(library, query(method))
    assert drawn == [(method, N_TRACKS), (method, N_TRACKS + 30)]
    assert "n_placed" not in after.parameters
    moved = find_similarity(after.coords[:N_TRACKS], before.coords)
    # A quarter more tracks change the map itself, but a rotation of more than 11 degrees would be seen here.
    np.testing.assert_allclose(spread_after(before, after), 0, atol=0.2)
    np.testing.assert_allclose(moved.rotation, np.eye(2), atol=0.2)


def orientation(coords: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """The rotation [2, 2] that is left between two maps, the identity when they are aligned."""
    similarity = find_similarity(coords, reference)
    assert similarity is not None
    return similarity.rotation


def test_maps_are_aligned_to_the_pca_of_the_first_analyzed_model(library):
    """Whatever is computed first: the orientation of UMAP and t-SNE is chance, that of a PCA is not."""
    add_tracks(library, 0, N_TRACKS, OTHER_PAIR)
    others = [query("umap", pair=OTHER_PAIR), query("tsne"), query("umap"), query("pca", pair=OTHER_PAIR)]
    maps = [get_map(library, other).coords for other in others]
    reference = get_map(library, query("pca"))
    for coords in maps:
        # Both are float32, and the rotation between maps that differ is a mean over all points.
        np.testing.assert_allclose(orientation(coords, reference.coords), np.eye(2), atol=1e-3)
    plain = project(load_vectors(library, query("pca")), "pca", 2).coords
    np.testing.assert_allclose(reference.coords, plain, atol=1e-6)  # kept as float32


def load_vectors(library, asked: MapQuery) -> np.ndarray:
    with library.read() as session:
        return db.projections.load_vectors(session, asked).values


def test_the_reference_is_a_model_that_has_analyzed_most_of_the_library(library):
    add_tracks(library, 0, N_TRACKS // 3, ("musicnn", "msd"))  # an earlier row of the registry
    with library.read() as session:
        reference = find_reference_query(session, query("umap"))
    assert (reference.pair, reference.method) == (PAIR, "pca")


def test_a_pca_does_not_depend_on_which_maps_are_cached(library):
    """Equal bits: the same operations on the same vectors, in one process."""
    first = get_map(library, query("pca")).coords
    with library.write() as session:
        session.execute(delete(CachedProjection))
    get_map(library, query("umap"))
    np.testing.assert_array_equal(get_map(library, query("pca")).coords, first)


def test_a_pca_is_the_same_for_every_seed(library, drawn):
    get_map(library, query("pca"))
    get_map(library, query("pca", seed=7, is_usual=False))
    assert drawn == [("pca", N_TRACKS)]


def test_maps_of_earlier_code_are_no_reference(library):
    """They were aligned to a UMAP: a mirrored one must not live on."""
    expected = get_map(library, query("pca")).coords
    with library.write() as session:
        row = session.scalar(select(CachedProjection))
        row.code_version, row.coords_data = CODE_VERSION - 1, encode_array(-expected[:, ::-1].copy())
    np.testing.assert_array_equal(get_map(library, query("pca")).coords, expected)


@pytest.mark.parametrize("method", METHODS)
def test_a_small_library_grows_without_moving_a_point(method, database, drawn):
    add_tracks(database, 0, 20)
    before = get_map(database, query(method))
    for stop in range(21, 26):
        add_tracks(database, stop - 1, stop)
        after = get_map(database, query(method))
        np.testing.assert_array_equal(after.coords[:20], before.coords)
    assert (len(drawn), after.parameters["n_placed"]) == (1, 5)
    add_tracks(database, 25, 26)
    assert "n_placed" not in get_map(database, query(method)).parameters, "more than a fifth: computed again"


def test_a_refit_without_alignment_is_as_the_method_draws_it(library):
    aligned = get_map(library, query("umap"))
    plain = refit_map(library, query("umap"), align=False)
    assert not np.allclose(plain.coords, aligned.coords, rtol=0.01)
    expected = project(load_vectors(library, query("umap")), "umap", 2).coords
    np.testing.assert_array_equal(plain.coords, expected)


def test_the_old_map_can_be_had_while_the_new_one_is_not_there(library, drawn):
    assert find_map(library, query()) is None
    before = get_map(library, query())
    assert not find_map(library, query()).is_stale
    add_tracks(library, N_TRACKS, N_TRACKS + 100)
    stale = find_map(library, query())
    assert stale.is_stale
    np.testing.assert_array_equal(stale.coords, before.coords)
    assert len(drawn) == 1


def test_vectors_that_cannot_be_used_are_looked_at_once(library, drawn):
    with library.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE embeddings SET embedding_data = X'00' WHERE track_id = 9"
        )
    assert 9 not in get_map(library, query()).track_ids
    with library.read() as session:
        assert is_current(session, query())
    get_map(library, query())
    assert len(drawn) == 1


def test_each_set_of_parameters_is_a_map_of_its_own(library, drawn):
    usual = get_map(library, query("umap"))
    other = query("umap", options=(("n_neighbors", 5),), is_usual=False)
    unusual = get_map(library, other)
    assert (usual.parameters["n_neighbors"], unusual.parameters["n_neighbors"]) == (15, 5)
    assert get_map(library, query("umap")).coords.tobytes() == usual.coords.tobytes()
    assert get_map(library, other).coords.tobytes() == unusual.coords.tobytes()
    assert len(drawn) == 2


def test_unusual_maps_do_not_pile_up(library):
    get_map(library, query())
    for n_neighbors in range(2, N_UNUSUAL + 5):
        get_map(library, query("umap", options=(("n_neighbors", n_neighbors),), is_usual=False))
    with library.read() as session:
        assert session.scalar(select(func.count()).select_from(CachedProjection)) == N_UNUSUAL + 1
        assert is_current(session, query())


def test_maps_of_the_earlier_shape_are_drawn_anew_and_vectors_stay(library):
    """A database of schema 0002, whose maps were each the fit of one state of the library."""
    path = library.path
    with library.engine.begin() as connection:
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("DROP INDEX ix_embeddings_pipeline")
        for table, column in (
            ("embeddings", "pipeline_id"),
            ("tracks", "file_ctime_ns"),
            ("tracks", "file_inode"),
        ):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.exec_driver_sql("CREATE INDEX ix_embeddings_model_dataset ON embeddings (model, dataset)")
        newer = (
            "projections", "playlist_tracks", "playlists", "vector_stamps", "track_pairs", "genre_stamp",
            "pipelines", "track_genres",
        )  # fmt: skip
        for table in newer:
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql(
            "CREATE TABLE projections (key TEXT PRIMARY KEY, name TEXT NOT NULL, track_ids_data BLOB,"
            " coords_data BLOB NOT NULL, parameters TEXT NOT NULL, note TEXT, created_at TEXT NOT NULL)"
        )
        connection.exec_driver_sql(
            "INSERT INTO projections VALUES ('key', 'a map', X'00', X'00', '{}', NULL, '')"
        )
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    library.close()
    upgraded = open_database(path)
    assert len(get_map(upgraded, query()).track_ids) == N_TRACKS
    upgraded.close()
