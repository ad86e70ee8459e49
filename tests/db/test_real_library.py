"""A music folder as people have them: five formats, good, partial and absent tags, names in any writing."""

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from db.indexing import index_library
from tests.conftest import REPOSITORY

LIBRARY = REPOSITORY.parent / "shared" / "audio" / "library"
pytestmark = pytest.mark.skipif(not LIBRARY.is_dir(), reason="needs ../shared/audio/library")


@pytest.fixture
def real(database, tracks):
    """(summary, tracks by name) of the indexed folder."""
    return index_library(database, LIBRARY), tracks()


def test_every_file_is_indexed_and_readable(real):
    summary, tracks = real
    assert len(tracks) >= 40
    assert summary.unreadable == {}
    assert summary.counts["new"] == len(tracks)
    assert {Path(name).suffix.lower() for name in tracks} == {".mp3", ".ogg", ".flac", ".m4a", ".wav"}
    assert all(0.5 < track.duration < 3600 for track in tracks.values())


def test_artists_have_albums_over_the_years_and_some_songs_covers(real):
    _, tracks = real
    albums, years = defaultdict(set), defaultdict(set)
    for track in tracks.values():
        albums[track.artist].add(track.album)
        years[track.artist].add(track.year)
    assert len(albums["Jonathan Coulton"] - {None}) >= 2
    assert len(years["Jonathan Coulton"] - {None}) >= 2
    assert any(track.has_cover for track in tracks.values())
    assert any(track.title is None for track in tracks.values())
    assert all(1900 < track.year < 2030 for track in tracks.values() if track.year)


def test_a_library_moved_to_another_folder_keeps_its_rows(database, tracks, tmp_path):
    some = [path for path in sorted(LIBRARY.rglob("*")) if path.is_file()][:12]
    for place in ("before", "after"):
        (tmp_path / place).mkdir()
        for path in some:
            shutil.copy(path, tmp_path / place / path.name)
    index_library(database, tmp_path / "before")
    ids = {name: track.id for name, track in tracks().items()}
    summary = index_library(database, tmp_path / "after")
    assert summary.counts["new"] == summary.counts["gone"] == 0
    assert {name: track.id for name, track in tracks().items()} == ids
