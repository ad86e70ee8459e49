"""A database is opened, upgraded and shared between processes without losing a row."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from db.codec import decode_array, decode_vector, encode_array, encode_vector
from db.database import newest_version, open_database, schema_version
from db.embeddings import load_matrix
from db.library import delete_everything
from db.schema import Base, Embedding, SegmentVectors, Track
from ML.errors import LibraryError
from tests.conftest import REPOSITORY
from tests.original import ACOUSTIC_COLUMNS, N_TRACKS, make_original_database, original_vector
from tests.processes import PATIENCE_SECONDS

FIRST_COLUMNS = ("id", "filename", "duration", "processed_at", "created_at")
EMBEDDING_COLUMNS = (
    "id", "track_id", "model", "dataset", "embedding_data", "embedding_shape", "taggram_data",
    "taggram_shape", "created_at",
)  # fmt: skip


def dump(path: Path, columns: tuple[str, ...]) -> list[tuple]:
    with sqlite3.connect(path) as connection:
        return connection.execute(f"SELECT {', '.join(columns)} FROM tracks ORDER BY id").fetchall()


def dump_embeddings(path: Path) -> list[tuple]:
    with sqlite3.connect(path) as connection:
        return connection.execute(
            f"SELECT {', '.join(EMBEDDING_COLUMNS)} FROM embeddings ORDER BY id"
        ).fetchall()


def schema(path: Path) -> list[tuple]:
    with sqlite3.connect(path) as connection:
        return connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
        ).fetchall()


@pytest.fixture(params=[False, True], ids=["without acoustic columns", "with acoustic columns"])
def original(request, tmp_path) -> Path:
    return make_original_database(tmp_path / "audio_cache.db", acoustic=request.param)


def test_an_original_database_opens_with_every_row_and_value(original):
    has_acoustic = "tempo" in (
        column[1] for column in sqlite3.connect(original).execute("PRAGMA table_info(tracks)")
    )
    columns = FIRST_COLUMNS + (ACOUSTIC_COLUMNS if has_acoustic else ())
    tracks, embeddings = dump(original, columns), dump_embeddings(original)
    assert len(tracks) == N_TRACKS
    open_database(original).close()
    assert dump(original, columns) == tracks
    assert dump_embeddings(original) == embeddings


def test_an_original_database_is_readable_through_our_tables(original):
    database = open_database(original)
    with database.read() as session:
        track = session.scalar(select(Track).where(Track.filename == "song 03.mp3"))
        assert track.duration == pytest.approx(33.0)
        assert (track.genre, track.gone_at, track.error) == (None, None, None)
        matrix = load_matrix(session, ("musicnn", "msd"), "embeddings")
    assert matrix.values.shape == (N_TRACKS, 200)
    np.testing.assert_array_equal(matrix.values[3], original_vector(3, "msd"))
    database.close()


def test_migrating_twice_changes_nothing(original):
    open_database(original).close()
    once, tracks = schema(original), dump(original, ("*",))
    open_database(original).close()
    assert schema(original) == once
    assert dump(original, ("*",)) == tracks


@pytest.mark.parametrize("columns", [(), ("title",), ("title", "artist", "gone_at", "tempo")])
def test_a_migration_cut_short_is_finished_by_the_next(columns, tmp_path):
    path = make_original_database(tmp_path / "half.db", acoustic=False)
    with sqlite3.connect(path) as connection:
        for name in columns:
            connection.execute(f"ALTER TABLE tracks ADD COLUMN {name} TEXT")
    database = open_database(path)
    assert schema_version(database.engine) == newest_version()
    with database.read() as session:
        assert len(session.scalars(select(Track)).all()) == N_TRACKS
    database.close()


def test_a_migration_that_dies_leaves_the_old_database_whole(tmp_path, monkeypatch):
    path = make_original_database(tmp_path / "dies.db", acoustic=False)
    before = schema(path)

    def die(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("alembic.op.create_index", die)
    with pytest.raises(KeyboardInterrupt):
        open_database(path)
    monkeypatch.undo()
    assert schema(path) == before
    open_database(path).close()
    assert len(dump(path, ("*",))) == N_TRACKS


def test_migrations_and_tables_agree(tmp_path):
    """A database that was upgraded has the columns that the code reads and writes, and no others."""
    database = open_database(tmp_path / "new.db")
    found = inspect(database.engine)
    for table in Base.metadata.sorted_tables:
        assert {column["name"] for column in found.get_columns(table.name)} == set(table.columns.keys())
        assert {tuple(index["column_names"]) for index in found.get_unique_constraints(table.name)} == {
            tuple(constraint.columns.keys())
            for constraint in table.constraints
            if type(constraint).__name__ == "UniqueConstraint"
        }
    database.close()


@pytest.mark.parametrize(
    "content", [b"just some text, long enough to be looked at" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database_is_said_so_and_left_alone(content, tmp_path):
    path = tmp_path / "notes.db"
    path.write_bytes(content)
    with pytest.raises(LibraryError, match="MELODEX_DATABASE_PATH") as caught:
        open_database(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize("where", ["a folder", "below a file"])
def test_a_path_where_no_database_can_be_is_said_so(where, tmp_path):
    (tmp_path / "file").write_text("x")
    path = {"a folder": tmp_path, "below a file": tmp_path / "file" / "library.db"}[where]
    with pytest.raises(LibraryError, match="MELODEX_DATABASE_PATH"):
        open_database(path)


def test_a_database_of_a_newer_melodex_is_said_so(tmp_path):
    path = tmp_path / "new.db"
    open_database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(LibraryError, match="0999"):
        open_database(path)


def test_the_folder_of_a_new_database_is_made(tmp_path):
    path = tmp_path / "not" / "yet" / "there #1 %20?.db"
    open_database(path).close()
    assert path.is_file()


def test_foreign_keys_and_wal_are_on(database):
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_vectors_go_with_their_track_and_cannot_be_without_one(database):
    with database.write() as session:
        track = Track(filename="a.wav", embeddings=[Embedding(model="m", dataset="d")])
        session.add(track)
        session.flush()
        session.add(
            SegmentVectors(
                embedding_id=track.embeddings[0].id, starts_data=b"", embeddings_data=b"", taggrams_data=b""
            )
        )
    with database.write() as session:
        session.delete(session.scalar(select(Track)))
    with database.read() as session:
        assert session.scalars(select(Embedding)).all() == []
        assert session.scalars(select(SegmentVectors)).all() == []
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Embedding(track_id=99, model="m", dataset="d"))


def test_one_vector_per_track_and_model(database):
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Track(filename="a.wav", embeddings=[Embedding(model="m", dataset="d") for _ in range(2)]))
    with database.read() as session:
        assert session.scalars(select(Track)).all() == [], "a failed transaction leaves nothing behind"


def test_deleting_everything_leaves_empty_tables(original):
    database = open_database(original)
    with database.write() as session:
        assert delete_everything(session) == N_TRACKS
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            assert session.execute(select(table)).all() == []
    database.close()


OPEN_AND_WRITE = """
import sys
from pathlib import Path
from db.database import open_database
from db.schema import Track
database = open_database(Path(sys.argv[1]))
for n in range(20):
    with database.write() as session:
        session.add(Track(filename=f"{sys.argv[2]}-{n}.wav"))
"""


def test_processes_that_open_a_new_database_at_once_all_write_to_it(tmp_path):
    path = tmp_path / "shared.db"
    commands = [[sys.executable, "-c", OPEN_AND_WRITE, str(path), str(name)] for name in range(4)]
    processes = [
        subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) for command in commands
    ]
    for process in processes:
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, errors
    assert len(dump(path, ("id",))) == 80


@pytest.mark.parametrize("attempt", range(5))
def test_threads_that_open_a_new_database_at_once_end_with_one_schema(attempt, tmp_path):
    path, errors = tmp_path / f"threads {attempt}.db", []
    start = threading.Barrier(6)

    def open_it() -> None:
        start.wait()
        try:
            open_database(path).close()
        except LibraryError as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    database = open_database(path)
    assert schema_version(database.engine) == newest_version()
    database.close()


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 4), np.float32),
        np.arange(6, dtype=np.float16).reshape(2, 3),
        np.array([1.5, np.inf, np.nan]),
    ],
)
def test_arrays_come_back_as_they_went(array):
    back = decode_array(encode_array(array))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)


def test_a_vector_is_stored_as_the_original_program_stored_it():
    data, shape = encode_vector(np.arange(3.0))
    assert shape == "(1, 3)"
    array = decode_array(data)
    assert (array.dtype, array.tolist()) == (np.float32, [[0.0, 1.0, 2.0]])
    assert decode_vector(data).tolist() == [0.0, 1.0, 2.0]


def test_a_pickle_in_the_place_of_an_array_is_refused():
    import io

    buffer = io.BytesIO()
    np.save(buffer, np.array([{"run": "me"}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        decode_array(buffer.getvalue())
