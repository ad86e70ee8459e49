"""What the library holds is read anew when a vector or a track changes, whoever changes it, and only then."""

import sqlite3
import subprocess
import sys

import numpy as np
import pytest

import db.library_state
from db.library_state import load_state
from db.schema import Track
from tests.db.test_projection_cache import PAIR, library, output  # noqa: F401

N_TRACKS = 8
REPLACE = (  # what the original program writes
    "INSERT OR REPLACE INTO embeddings (track_id, model, dataset, embedding_data, created_at) "
    "SELECT track_id, model, dataset, embedding_data, 'replaced' FROM embeddings WHERE track_id = 3"
)


@pytest.fixture
def n_read(monkeypatch) -> list[int]:
    """Rows that were read, one entry a reading."""
    counts = []
    real = db.library_state.read_state

    def read_state(session, pair):
        state = real(session, pair)
        counts.append(len(state.track_ids))
        return state

    monkeypatch.setattr(db.library_state, "read_state", read_state)
    return counts


def state_of(database, pair=PAIR):
    with database.read() as session:
        return load_state(session, pair)


def write(database, *statements: str) -> None:
    """As another program does: a plain connection, without foreign keys."""
    with sqlite3.connect(database.path) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tracks SET tempo = 120, title = 'Other', processed_at = 'now'",
        "UPDATE tracks SET filename = filename, error = NULL",
        "INSERT INTO tracks (filename) VALUES ('new.wav')",
        "INSERT INTO playlists (name, created_at, updated_at) VALUES ('a', 'b', 'c')",
        "INSERT INTO embeddings (track_id, model, dataset) VALUES (1, 'musicnn', 'mtat')",
    ],
)
def test_what_touches_no_vector_of_a_model_costs_no_reading(library, n_read, statement):  # noqa: F811
    before = state_of(library)
    write(library, statement)
    assert state_of(library) is before
    assert n_read == [N_TRACKS]


@pytest.mark.parametrize(
    ("statement", "n_left"),
    [
        ("DELETE FROM embeddings WHERE track_id = 3", 7),
        ("DELETE FROM embeddings", 0),
        ("DELETE FROM tracks WHERE id = 3", 7),  # without foreign keys the vector stays behind
        ("UPDATE tracks SET gone_at = 'now' WHERE id = 3", 7),
        ("UPDATE tracks SET error = 'broken' WHERE id = 3", 7),
        ("UPDATE tracks SET filename = 'zz.wav' WHERE id = 3", 8),
        ("UPDATE embeddings SET created_at = 'later' WHERE track_id = 3", 8),
        ("UPDATE embeddings SET dataset = 'other' WHERE track_id = 3", 7),
        ("UPDATE OR REPLACE tracks SET id = 99 WHERE id = 3", 7),
        (REPLACE, 8),
    ],
)
def test_every_change_is_seen_whoever_makes_it(library, n_read, statement, n_left):  # noqa: F811
    before = state_of(library)
    write(library, statement)
    after = state_of(library)
    assert n_read == [N_TRACKS, n_left]
    assert not (
        np.array_equal(before.track_ids, after.track_ids) and np.array_equal(before.stamps, after.stamps)
    )


def test_the_vector_of_a_lost_track_is_seen_when_its_id_comes_back(library, n_read):  # noqa: F811
    write(library, "DELETE FROM tracks WHERE id = 3")
    assert len(state_of(library).track_ids) == N_TRACKS - 1
    write(library, "INSERT INTO tracks (id, filename) VALUES (3, 'again.wav')")
    assert len(state_of(library).track_ids) == N_TRACKS


def test_what_was_rolled_back_is_never_taken_for_what_came_later(library):  # noqa: F811
    class UndoneError(Exception):
        pass

    with pytest.raises(UndoneError), library.write() as session:
        session.get(Track, 3).gone_at = "now"
        session.flush()
        assert 3 not in load_state(session, PAIR).track_ids
        raise UndoneError
    with library.write() as session:
        session.get(Track, 5).gone_at = "now"
    assert set(state_of(library).track_ids) == {1, 2, 3, 4, 6, 7, 8}


def test_a_write_that_is_killed_changes_nothing(library, n_read):  # noqa: F811
    before = state_of(library)
    program = (
        "import os, signal, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
        "c.execute('DELETE FROM embeddings'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(library.path)]).returncode == -9
    assert state_of(library) is before
    assert n_read == [N_TRACKS]
