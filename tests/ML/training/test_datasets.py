"""Which music is learnt from: the layouts people have, and splits that do not flatter."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from ML.errors import LibraryError
from ML.training.datasets import LabelledTrack, read_labelled_music
from ML.training.fma import read_fma_rows
from ML.training.splits import shared_artists, split_tracks
from tests.sounds import tag, write_sound

FMA_HEADER = [
    ["", "set", "set", "track", "artist"],
    ["", "split", "subset", "genre_top", "name"],
    ["track_id", "", "", "", ""],
]


def write_fma(folder: Path, rows: list[list[str]]) -> Path:
    table = folder / "fma_metadata" / "tracks.csv"
    table.parent.mkdir()
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([*FMA_HEADER, *rows])
    return folder / "fma_small"


def test_fma_is_read_by_its_table(tmp_path):
    rows = [
        ["2", "training", "small", "Hip-Hop", "Ä"], ["140", "test", "small", "Rock", "B"],
        ["141", "training", "small", "", "B"], ["142", "training", "small", "Rock", "B"],
        ["150", "training", "large", "Rock", "B"],
    ]  # fmt: skip
    folder = write_fma(tmp_path, rows)
    for name in ("000/000002.mp3", "000/000140.MP3", "000/000141.mp3", "000/000150.mp3"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    music = read_labelled_music(folder)
    assert [(track.path.name, track.genre, track.artist, track.split) for track in music.tracks] == [
        ("000002.mp3", "Hip-Hop", "Ä", "training"), ("000140.MP3", "Rock", "B", "test"),
    ]  # fmt: skip
    assert music.left_out == {"no audio file": 1, "no top genre": 1}


def test_artists_with_long_lives_are_read_and_no_other_table_is_affected(tmp_path):
    limit = csv.field_size_limit()
    folder = write_fma(tmp_path, [["2", "test", "small", "Rock", "x" * 200_000]])
    (row,) = read_fma_rows(folder.parent / "fma_metadata" / "tracks.csv", folder.name)
    assert len(row.artist) == 200_000
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize("row", [["2", "test"], ["two", "test", "small", "Rock", "B"]])
def test_a_damaged_table_is_a_clear_error(tmp_path, row):
    folder = write_fma(tmp_path, [row])
    folder.mkdir()
    with pytest.raises(LibraryError, match="damaged"):
        read_labelled_music(folder)


def test_a_table_without_the_columns_says_which(tmp_path):
    folder = write_fma(tmp_path, [])
    folder.mkdir()
    (tmp_path / "fma_metadata" / "tracks.csv").write_text("a,b\nc,d\ne,f\n")
    with pytest.raises(LibraryError, match="genre_top"):
        read_labelled_music(folder)


def test_a_folder_a_genre_with_artists_from_the_tags(tmp_path):
    tag(write_sound(tmp_path / "Rock/album/a.flac"), artist="The Ünits")
    write_sound(tmp_path / "Jazz/b.WAV")
    write_sound(tmp_path / "stray.wav")
    music = read_labelled_music(tmp_path)
    assert {(track.path.name, track.genre, track.artist) for track in music.tracks} == {
        ("a.flac", "Rock", "The Ünits"), ("b.WAV", "Jazz", None),
    }  # fmt: skip
    assert music.left_out == {"in no genre folder": 1}


def test_selected_songs_win_over_folders(tmp_path):
    write_sound(tmp_path / "x/a.wav")
    write_sound(tmp_path / "x/b.wav")
    (tmp_path / "selected_songs.csv").write_text(
        "filename,genre\nx/a.wav,rock\nx/b.wav,jazz\ngone.wav,jazz\n"
    )
    music = read_labelled_music(tmp_path)
    assert [track.genre for track in music.tracks] == ["rock", "jazz"]
    assert music.left_out == {"no audio file": 1}


@pytest.mark.parametrize("names", [[], ["Rock/a.wav"]])
def test_music_of_fewer_than_two_genres_is_refused(tmp_path, names):
    for name in names:
        write_sound(tmp_path / name)
    with pytest.raises(LibraryError, match="two"):
        read_labelled_music(tmp_path)


def tracks_of(n_artists: int, genres: str = "abcd", n_each: int = 3) -> list[LabelledTrack]:
    return [
        LabelledTrack(Path(f"{genre}{artist}-{take}"), genre, f"{genre} artist {artist}")
        for genre in genres for artist in range(n_artists) for take in range(n_each)
    ]  # fmt: skip


def test_drawn_splits_keep_genres_in_balance_and_artists_apart():
    drawn = split_tracks(tracks_of(8), seed=3)
    assert shared_artists(drawn) == 0
    counts = Counter((track.split, track.genre) for track in drawn)
    for split in ("training", "validation", "test"):
        sizes = {counts[split, genre] for genre in "abcd"}
        assert 0 not in sizes and max(sizes) - min(sizes) <= 3, "one artist of three tracks more or less"
    assert drawn == split_tracks(tracks_of(8), seed=3) != split_tracks(tracks_of(8), seed=4)


def test_given_splits_are_kept_and_missing_ones_drawn_from_training():
    given = [
        LabelledTrack(t.path, t.genre, t.artist, "test" if "0-" in str(t.path) else "training")
        for t in tracks_of(7)
    ]
    drawn = split_tracks(given, seed=1)
    assert {t.path for t in drawn if t.split == "test"} == {t.path for t in given if t.split == "test"}
    assert any(t.split == "validation" for t in drawn) and shared_artists(drawn) == 0


def test_too_little_music_for_three_splits_is_refused():
    with pytest.raises(LibraryError, match="add music"):
        split_tracks([LabelledTrack(Path("a"), "a", "one"), LabelledTrack(Path("b"), "b", "one")], seed=1)
