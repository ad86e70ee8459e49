"""A database of every earlier schema is brought up to date without losing a row, and kept as it was."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from db.database import MIGRATIONS, backup_path, newest_version, open_database, open_engine, upgrade
from db.embeddings import load_matrix
from db.pipelines import groups_by_pair
from ML.errors import LibraryError
from tests.original import N_TRACKS, make_original_database, original_vector
from tests.soundness import assert_intact, query

REVISIONS = sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("0*.py"))
ROWS = {  # of further tables: the revision they have this shape since, a row
    "segment_vectors": ("0002", "INSERT INTO segment_vectors VALUES (1, x'01', x'02', x'03')"),
    "extraction_failures": ("0002", "INSERT INTO extraction_failures VALUES (2, 'vgg', 'msd', 'why', '')"),
    "projections": (
        "0003",
        "INSERT INTO projections VALUES (1, 'k', 'n', 2, 1, 3, x'01', x'02', x'03', x'04', '{}', '', '')",
    ),
    "playlists": ("0004", "INSERT INTO playlists VALUES (1, 'Mix', 'then', 'then')"),
    "playlist_tracks": ("0004", "INSERT INTO playlist_tracks VALUES (1, 0, 3)"),
    "pipelines": (
        "0010",
        "INSERT INTO pipelines VALUES (9, 'k', 'vgg', 'msd', 'won2020', NULL, 1, 1, 16000, 59049, 59049, 0,"
        " '{}', NULL, NULL, '')",
    ),
    "track_genres": ("0012", "INSERT INTO track_genres VALUES (3, 0, 'Dub')"),
    "track_pairs": ("0008", "INSERT INTO track_pairs VALUES (1, 1, 2, 'same', 0.1, 0.2, 0.3, 'same', '')"),
}  # fmt: skip


def make_database(path: Path, revision: str | None) -> Path:
    """With rows in every table of a revision; None: as the original program made it."""
    make_original_database(path, acoustic=True)
    if revision:
        engine = open_engine(path)
        upgrade(engine, revision)
        engine.dispose()
        with closing(sqlite3.connect(path)) as connection, connection:
            for since, row in ROWS.values():
                if revision >= since:
                    connection.execute(row)
    return path


def dump(path: Path) -> dict[str, list[dict]]:
    """Every row of every table, by the names of its columns."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in names}


@pytest.mark.parametrize("revision", [None, *REVISIONS])
def test_every_row_of_every_schema_is_there_afterwards(revision, tmp_path):
    path = make_database(tmp_path / "library.db", revision)
    before = dump(path)
    open_database(path).close()
    after = dump(path)
    assert_intact(path)
    assert after["alembic_version"] == [{"version_num": newest_version()}]
    assert len(after["tracks"]) == N_TRACKS
    for table, rows in before.items():
        if table not in ("alembic_version", "sqlite_sequence") and (table, revision) != (
            "projections",
            "0002",
        ):
            assert [shared(row, old) for row, old in zip(after[table], rows, strict=True)] == rows


def shared(row: dict, old: dict) -> dict:
    return {name: row[name] for name in old}


@pytest.mark.parametrize("revision", [None, *REVISIONS[:-1]])
def test_the_old_file_is_kept_as_it_was(revision, tmp_path):
    path = make_database(tmp_path / "library.db", revision)
    before = dump(path)
    open_database(path).close()
    kept = backup_path(path, revision)
    assert dump(kept) == before
    assert_intact(kept)


def test_a_database_of_the_last_version_keeps_its_vectors_and_says_what_computed_them(tmp_path):
    """Of six tracks one has segment vectors: the others are the original program's."""
    path = make_database(tmp_path / "library.db", "0009")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO embeddings (id, track_id, model, dataset) VALUES (90, 1, 'mert', '95m')"
        )
        connection.execute("INSERT INTO segment_vectors VALUES (90, x'01', x'02', x'03')")
    stamps = dump(path)["vector_stamps"]
    opened = open_database(path)
    with opened.read() as session:
        groups = groups_by_pair(session)
        matrix = load_matrix(session, ("musicnn", "msd"), "embeddings")
    opened.close()
    found = {pair: {each.pipeline.release: each.n_tracks for each in groups[pair]} for pair in groups}
    assert found == {
        ("musicnn", "msd"): {"original": N_TRACKS - 1, "won2020": 1},
        ("musicnn", "mtat"): {"original": N_TRACKS},
        ("mert", "95m"): {"": 1},
    }
    assert groups["musicnn", "msd"][0].pipeline.release == "original", "what most tracks have is in use"
    np.testing.assert_array_equal(matrix.values, [original_vector(n, "msd") for n in range(1, N_TRACKS)])
    won2020 = groups["musicnn", "msd"][1].pipeline
    assert (won2020.sample_rate, won2020.segment_samples, won2020.weights_digest) == (16_000, 48_000, None)
    assert groups["mert", "95m"][0].pipeline.segment_samples is None, "its window was a setting"
    assert dump(path)["vector_stamps"] == stamps, "no vector changed: maps and indexes stay valid"


def test_nothing_is_kept_of_what_needs_no_upgrade(tmp_path):
    for _ in range(2):
        open_database(tmp_path / "library.db").close()
    assert not list(tmp_path.glob("*.backup"))


@pytest.mark.parametrize("what", ["create_table", "add_column", "execute"])
def test_a_migration_that_fails_leaves_both(what, tmp_path, monkeypatch):
    path = make_database(tmp_path / "library.db", None)
    before = dump(path)

    def fail(*_, **__):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(f"alembic.op.{what}", fail)
    with pytest.raises((LibraryError, sqlite3.OperationalError)):
        open_database(path)
    assert dump(path) == before == dump(backup_path(path, None))
    monkeypatch.undo()
    open_database(path).close()
    assert len(query(path, "SELECT id FROM tracks")) == N_TRACKS


def test_without_room_for_the_backup_nothing_is_touched(tmp_path, monkeypatch):
    path = make_database(tmp_path / "library.db", "0002")
    before = dump(path)

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("db.backup.put_in_place", fail)
    with pytest.raises(LibraryError, match="Cannot back up .* No space left"):
        open_database(path)
    assert dump(path) == before
