"""Spaces of large libraries: exact until the index is there, then the index, whatever happens between."""

import subprocess
import sys

import numpy as np
import pytest

import db.spaces
from benchmarks.synthetic_library import make_library
from db.hubness import count_occurrences
from db.neighbor_graph import build_graph
from db.schema import Embedding, Track
from db.spaces import SpaceQuery, Spaces
from ML.registry import get
from ML.search import VectorSpace
from tests.conftest import REPOSITORY

SPEC = get("musicnn", "mtat")
QUERY = SpaceQuery(SPEC, "embeddings", "cosine")
N_TRACKS = 2500
KILLED = """
import sys, time
from pathlib import Path
import db.spaces
from db.database import open_database
from ML.registry import get

def build_index(rows, path):
    path.write_bytes(b"half an index")
    print("building", flush=True)
    time.sleep(60)

db.spaces.build_index = build_index
spaces = db.spaces.Spaces(open_database(Path(sys.argv[1])), 2**30, 1000)
spaces.get(db.spaces.SpaceQuery(get("musicnn", "mtat"), "embeddings", "cosine"))
spaces.background.wait()
"""


@pytest.fixture
def library(tmp_path):
    database = make_library(tmp_path / "large.db", N_TRACKS, SPEC)
    yield database
    database.close()


@pytest.fixture
def built(monkeypatch) -> list[int]:
    """Number of rows of every index that is really built."""
    sizes = []
    real = db.spaces.build_index
    monkeypatch.setattr(
        db.spaces, "build_index", lambda rows, path: (sizes.append(len(rows)), real(rows, path))
    )
    return sizes


@pytest.fixture
def exact(monkeypatch) -> list[int]:
    """The k of every search that looked at every vector."""
    asked = []
    real = VectorSpace.nearest

    def nearest(self, point, k):
        asked.append(k)
        return real(self, point, k)

    monkeypatch.setattr(VectorSpace, "nearest", nearest)
    return asked


def open_spaces(library, index_from: int = 1000) -> Spaces:
    return Spaces(library, 2**30, index_from)


def nearest_names(library, space, row: int, k: int = 3) -> list[str]:
    ids = space.track_ids[space.nearest(space.point(row), k).owners].tolist()
    with library.read() as session:
        return [session.get(Track, id_).filename for id_ in ids]


def test_exact_until_the_index_is_there_and_never_waiting(library, built, exact):
    spaces = open_spaces(library)
    space = spaces.get(QUERY)
    before = [nearest_names(library, space, row) for row in range(0, 100, 10)]
    n_exact = len(exact)
    spaces.background.wait()
    space = spaces.get(QUERY)
    after = [nearest_names(library, space, row) for row in range(0, 100, 10)]
    assert (built, n_exact, len(exact)) == ([N_TRACKS], 10, 10)
    same = sum(len(set(a) & set(b)) for a, b in zip(before, after, strict=True))
    assert same >= 0.9 * 30, "the index finds 19 of 20 true neighbors"
    assert [names[0] for names in after] == [names[0] for names in before], "each finds itself first"


def test_more_than_the_index_reaches_is_searched_exactly(library, built, exact):
    spaces = open_spaces(library)
    spaces.get(QUERY)
    spaces.background.wait()
    space = spaces.get(QUERY)
    assert len(nearest_names(library, space, 0, k=N_TRACKS)) == N_TRACKS
    assert exact == [N_TRACKS]


def test_a_restart_finds_the_index(library, built, exact):
    for _ in range(2):
        spaces = open_spaces(library)
        spaces.get(QUERY)
        spaces.background.wait()
        nearest_names(library, spaces.get(QUERY), 0)
    assert (built, exact) == ([N_TRACKS], [])


def test_a_small_library_needs_no_index(library, built):
    spaces = open_spaces(library, index_from=N_TRACKS + 1)
    spaces.get(QUERY)
    spaces.background.wait()
    assert built == []
    assert not spaces.derived.folder.exists()


def test_a_changed_library_gets_an_index_of_its_own(library, built):
    spaces = open_spaces(library)
    spaces.get(QUERY)
    spaces.background.wait()
    with library.write() as session:
        session.query(Embedding).filter_by(track_id=3).delete()
    assert spaces.get(QUERY).index is None, "the old one would answer with rows of another order"
    spaces.background.wait()
    assert spaces.get(QUERY).index.index.ntotal == N_TRACKS - 1
    assert built == [N_TRACKS, N_TRACKS - 1]
    kept = [path for path in spaces.derived.folder.rglob("*") if path.is_file()]
    assert len(kept) == 1


def test_killed_while_building_it_is_built_again(library, built, exact):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(library.path)], cwd=REPOSITORY, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"building\n"
    process.kill()
    process.wait(30)
    spaces = open_spaces(library)
    assert nearest_names(library, spaces.get(QUERY), 7)
    assert exact, "half an index is none"
    spaces.background.wait()
    assert spaces.get(QUERY).index is not None
    assert built == [N_TRACKS]
    assert not list(spaces.derived.folder.rglob("*.part"))


def test_a_build_that_fails_leaves_exact_answers(library, monkeypatch, caplog):
    def fail(rows, path) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(db.spaces, "build_index", fail)
    spaces = open_spaces(library)
    for _ in range(2):
        assert nearest_names(library, spaces.get(QUERY), 7)
        spaces.background.wait()
    assert len(caplog.records) == 1, "told once, not tried at every request"


def test_hubs_are_counted_by_the_index_nearly_as_without(library, monkeypatch):
    monkeypatch.setattr(db.spaces, "MEASURED_AT_ONCE", 10)
    spaces = open_spaces(library)
    assert spaces.hubness(QUERY) is None, "first the index"
    spaces.background.wait()
    assert spaces.hubness(QUERY) is None
    spaces.background.wait()
    counted = spaces.hubness(QUERY).occurrences
    exact = count_occurrences(build_graph(spaces.get(QUERY).vectors.rows))
    assert np.corrcoef(counted, exact)[0, 1] > 0.95, "the index finds 19 of 20 true neighbors"


def test_segments_of_large_libraries_have_an_index_too(library, built, exact):
    from db.embeddings import segment_row
    from ML.segments import TrackOutput

    rng = np.random.default_rng(0)
    with library.write() as session:
        for row in session.query(Embedding):
            values = rng.standard_normal((2, 8)).astype(np.float32)
            output = TrackOutput(values[0], values[0], values, values, np.array([0.0, 3.0]))
            session.add(segment_row(row.id, output))
    spaces, query = open_spaces(library), SpaceQuery(SPEC, "embeddings", "cosine", of_segments=True)
    spaces.get(query)
    spaces.background.wait()
    space = spaces.get(query)
    nearest = space.nearest(space.point(space.row_of(5, 3.5)), 3)
    assert space.track_ids[nearest.owners[0]] == 5
    assert nearest.distances[0] == 0, "the point is the row itself"
    assert (built, exact) == ([2 * N_TRACKS], [])
