"""MTG-Jamendo's tables as they are published, and what is said of damaged ones."""

import pytest

from ML.errors import LibraryError
from ML.training.datasets import SPLITS
from ML.training.jamendo import find_audio, read_table, table_path
from tests.jamendo import HEADER, row, write_table
from tests.ML.golden import SHARED, needs_shared

TABLES = SHARED / "metadata" / "mtg-jamendo" / "split-0"


def test_tags_span_columns(tmp_path):
    table = write_table(tmp_path, "train", [HEADER, row(214, 7, "14/214.mp3", "punkrock", "rock"), ""])
    (found,) = read_table(table, "genre---")
    assert found.tags == ("genre---punkrock", "genre---rock")
    assert (found.track_id, found.artist_id, found.path) == ("track_0000214", "artist_000007", "14/214.mp3")
    assert found.duration_seconds == 1.0


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "no table of MTG-Jamendo"),
        (["filename,genre"], "no table of MTG-Jamendo"),
        ([HEADER, row(1, 1, "1.mp3", "rock"), row(2, 1, "2.mp3")], "line 3 lacks a path or tags"),
        ([HEADER, row(1, 1, "1.mp3", "rock").replace("genre", "instrument")], "line 2.*instrument---rock"),
        ([HEADER, row(1, 1, "1.mp3", "")], "line 2.*'genre---'"),
        ([HEADER, row(1, 1, "1.mp3", "rock").replace("1.0", "long")], "line 2.*'long'"),
    ],
)
def test_a_damaged_table_is_named_with_its_line(lines, told, tmp_path):
    table = write_table(tmp_path, "train", lines)
    with pytest.raises(LibraryError, match=told) as caught:
        read_table(table, "genre---")
    assert str(table) in str(caught.value)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(LibraryError, match=r"autotagging_genre-train\.tsv: No such file"):
        read_table(table_path(tmp_path, "training"), "genre---")


def test_audio_is_found_under_either_name(tmp_path):
    (tmp_path / "14").mkdir()
    assert find_audio(tmp_path, "14/214.mp3") is None
    (tmp_path / "14" / "214.low.mp3").touch()
    assert find_audio(tmp_path, "14/214.mp3") == tmp_path / "14" / "214.low.mp3"
    (tmp_path / "14" / "214.mp3").touch()
    assert find_audio(tmp_path, "14/214.mp3") == tmp_path / "14" / "214.mp3"


@needs_shared
def test_the_published_tables():
    rows = {split: read_table(table_path(TABLES, split), "genre---") for split in SPLITS}
    assert {split: len(found) for split, found in rows.items()} == {
        "training": 32572, "validation": 11043, "test": 11479,
    }  # fmt: skip
    hours = {
        split: round(sum(each.duration_seconds for each in found) / 3600) for split, found in rows.items()
    }
    assert hours == {"training": 2213, "validation": 714, "test": 808}
    genres = [{tag for each in found for tag in each.tags} for found in rows.values()]
    assert len(genres[0]) == 87 and genres[0] == genres[1] == genres[2]
    assert max(len(each.tags) for found in rows.values() for each in found) == 9
    artists = [{each.artist_id for each in found} for found in rows.values()]
    assert not artists[0] & artists[1] and not artists[0] & artists[2] and not artists[1] & artists[2]
