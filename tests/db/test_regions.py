"""Names of regions are known to be true by a stamp that changes with the genres, whoever changes them."""

import numpy as np
import pytest

from db.projections import LibraryMap
from db.regions import find_source
from tests.db.test_library_state import write
from tests.db.test_projection_cache import library  # noqa: F401

DRAWN = LibraryMap(np.arange(1, 4), np.zeros((3, 2), np.float32), {}, None)


def version_of(database) -> int:
    with database.read() as session:
        return find_source(session, DRAWN, None).version


@pytest.mark.parametrize(
    ("statement", "is_seen"),
    [
        ("UPDATE tracks SET genre = 'polka' WHERE id = 3", True),
        ("UPDATE tracks SET gone_at = 'now' WHERE id = 3", True),
        ("INSERT INTO tracks (filename, genre) VALUES ('new.wav', 'polka')", True),
        ("INSERT OR REPLACE INTO tracks (id, filename, genre) VALUES (3, 'new.wav', 'polka')", True),
        ("DELETE FROM tracks WHERE id = 3", True),
        ("UPDATE tracks SET tempo = 120, title = 'Other', error = 'broken', genre = genre", False),
        ("INSERT INTO playlists (name, created_at, updated_at) VALUES ('a', 'b', 'c')", False),
        ("DELETE FROM embeddings", False),
    ],
)
def test_another_genre_and_nothing_else_is_seen_whoever_writes_it(library, statement, is_seen):  # noqa: F811
    before = version_of(library)
    write(library, statement)
    assert (version_of(library) != before) == is_seen


def test_another_map_is_seen(library):  # noqa: F811
    moved = LibraryMap(DRAWN.track_ids, DRAWN.coords + 1, {}, None)
    with library.read() as session:
        assert find_source(session, moved, None).version != version_of(library)
