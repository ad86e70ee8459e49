"""Synthetic libraries are like real ones where it matters: names, artists, genres, clusters."""

import subprocess
import sys

import numpy as np
import pytest
from sqlalchemy import select

from benchmarks.synthetic_library import GENRES, make_library
from db.embeddings import load_matrix
from db.library import described_tracks
from db.schema import Embedding
from ML.neighbors import find_neighbors
from ML.registry import get
from tests.conftest import REPOSITORY

SPEC = get("musicnn", "mtat")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    database = make_library(tmp_path_factory.mktemp("library") / "library.db", 600, SPEC)
    yield database
    database.close()


def test_every_track_has_a_name_of_its_own_an_artist_and_a_genre(library):
    with library.read() as session:
        tracks = described_tracks(session)
    assert len({track.filename for track in tracks}) == len(tracks) == 600
    artists = {track.artist for track in tracks}
    assert len(artists) == 25
    assert {track.genre for track in tracks} <= set(GENRES)
    assert all(track.filename.startswith(f"{track.artist}/{track.album} (") for track in tracks)
    assert len({(track.artist, track.genre) for track in tracks}) == len(artists), "one genre an artist"


def test_neighbours_are_mostly_of_the_same_artist_and_genre(library):
    with library.read() as session:
        matrix = load_matrix(session, (SPEC.name, SPEC.variant), "embeddings")
        tracks = {track.id: track for track in described_tracks(session)}
    assert matrix.values.shape == (600, SPEC.embedding_dim)
    neighbors, _ = find_neighbors(matrix.values, 5)
    genres = np.array([tracks[id_].genre for id_ in matrix.track_ids.tolist()])
    assert (genres[neighbors] == genres[:, None]).mean() > 0.8, "genres overlap, but are no noise"


def test_the_same_arguments_give_the_same_library(library, tmp_path):
    again = make_library(tmp_path / "again.db", 600, SPEC)
    query = select(Embedding.embedding_data).order_by(Embedding.track_id)
    with library.read() as first, again.read() as second:
        assert first.scalars(query).all() == second.scalars(query).all()
    again.close()


def test_the_command_says_what_it_made_and_writes_over_nothing(tmp_path):
    command = [
        sys.executable,
        "-m",
        "benchmarks.synthetic_library",
        str(tmp_path / "new.db"),
        "--tracks",
        "30",
    ]
    made = subprocess.run([*command, "--no-progress"], cwd=REPOSITORY, capture_output=True, text=True)
    assert (made.returncode, "30 tracks heard by musicnn/mtat" in made.stdout) == (0, True)
    again = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert again.returncode == 2
    assert "is there" in again.stderr
