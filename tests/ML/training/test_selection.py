"""select_songs.py: a balanced, repeatable sample of FMA, and nothing of one's own overwritten."""

import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ML.errors import LibraryError
from ML.training.selection import select_tracks, write_library
from tests.conftest import REPOSITORY
from tests.sounds import noise, write_sound

GENRES = {"Rock": 6, "Folk": 2, "Jazz": 6}  # genre → tracks
HEADER = [
    ["", "artist", "set", "set", "track"],
    ["", "name", "split", "subset", "genre_top"],
    ["track_id", "", "", "", ""],
]


def nothing(n: int) -> None:
    pass


@pytest.fixture
def fma(tmp_path) -> Path:
    """fma_small with 14 tracks in three genres; one row more has no audio."""
    rows = [
        [str(number), "Ana", "training", "small", genre]
        for number, genre in enumerate([genre for genre, n in GENRES.items() for _ in range(n)], start=1)
    ]
    for row in rows:
        path = tmp_path / "fma_small" / "000" / f"{int(row[0]):06d}.mp3"
        write_sound(path, noise(int(row[0]), 0.3))
    (tmp_path / "fma_metadata").mkdir()
    with (tmp_path / "fma_metadata" / "tracks.csv").open("w", newline="") as file:
        csv.writer(file).writerows([*HEADER, *rows, ["99", "Ben", "test", "small", "Rock"]])
    return tmp_path / "fma_small"


def names(selection) -> list[str]:
    return [track.path.name for track in selection.tracks]


def select(fma: Path, n: int, seed: int = 42):
    return select_tracks(fma, None, n, seed, nothing)


def test_genres_are_as_many_as_each_other(fma):
    assert select(fma, 6).counts == {"Rock": 2, "Folk": 2, "Jazz": 2}


def test_a_genre_that_runs_out_is_told_and_the_others_fill_up(fma):
    selection = select(fma, 10)
    assert selection.counts == {"Rock": 4, "Folk": 2, "Jazz": 4}
    assert (selection.exhausted, selection.n_short) == (["Folk"], 0)


def test_more_than_there_is_gives_all_and_says_how_many_are_short(fma):
    selection = select(fma, 20)
    assert selection.counts == GENRES and selection.n_short == 6
    assert sorted(selection.exhausted) == sorted(GENRES)
    assert selection.left_out == {"no audio file": 1}


def test_a_seed_draws_the_same_tracks_and_another_seed_others(fma):
    assert names(select(fma, 6)) == names(select(fma, 6))
    assert len({tuple(names(select(fma, 6, seed))) for seed in range(5)}) > 1
    assert set(names(select(fma, 3))) < set(names(select(fma, 6))), "more tracks are the same and more"


def test_a_file_that_does_not_decode_is_replaced_by_another(fma):
    broken = names(select(fma, 3))[0]
    (fma / "000" / broken).write_bytes(b"nothing")
    selection = select(fma, 3)
    assert broken not in names(selection) and list(selection.unreadable) == [broken]
    assert len(selection.tracks) == 3


@pytest.mark.parametrize("link", [False, True])
def test_the_folder_is_a_library_with_its_genres(fma, tmp_path, link, database):
    from db.indexing import index_library
    from db.library import genres

    out = tmp_path / "music"
    selection = select(fma, 6)
    table = write_library(selection, out, link, False, nothing)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["filename", "genre"]
    assert Counter(row["genre"] for row in rows) == selection.counts
    assert all((out / row["filename"]).stat().st_nlink == 1 + link for row in rows)
    assert index_library(database, out).counts["new"] == 6
    with database.read() as session:
        assert genres(session) == ["Folk", "Jazz", "Rock"]


def test_what_is_there_is_not_overwritten_unasked(fma, tmp_path):
    out, selection = tmp_path / "music", select(fma, 6)
    out.mkdir()
    (out / "selected_songs.csv").write_text("mine")
    own = out / names(selection)[0]
    own.write_bytes(b"my own song")
    with pytest.raises(LibraryError, match="2 files in the way.*--overwrite"):
        write_library(selection, out, False, False, nothing)
    assert (out / "selected_songs.csv").read_text() == "mine"
    assert own.read_bytes() == b"my own song" and len(list(out.iterdir())) == 2
    write_library(selection, out, False, True, nothing)
    assert own.read_bytes() != b"my own song" and len(list(out.iterdir())) == 7


def test_a_run_that_was_killed_goes_on_with_what_is_there(fma, tmp_path):
    """Killed before the table was written, one file there and another half written."""
    out, selection = tmp_path / "music", select(fma, 4)
    write_library(selection, out, False, False, nothing)
    (out / "selected_songs.csv").unlink()
    kept, lost = (out / name for name in names(selection)[:2])
    os.utime(kept, ns=(1, 1))
    lost.rename(out / f".{lost.name}.part")
    write_library(selection, out, False, False, nothing)
    assert kept.stat().st_mtime_ns == 1, "not copied again"
    assert sorted(path.name for path in out.iterdir()) == sorted([*names(selection), "selected_songs.csv"])


def test_the_program_says_what_it_took_and_what_was_short(fma, tmp_path):
    arguments = ["--fma-audio", fma, "--n", "10", "--out", tmp_path / "music", "--no-progress"]
    command = [sys.executable, str(REPOSITORY / "select_songs.py"), *map(str, arguments)]
    done, again = (
        subprocess.run(command, capture_output=True, text=True, timeout=60, check=False) for _ in range(2)
    )
    assert done.returncode == 0, done.stderr
    assert "Folk: 2\nJazz: 4\nRock: 4\n10 tracks of 3 genres" in done.stdout
    assert "short: Folk has 2 tracks and no more" in done.stderr and "1 tracks, no audio file" in done.stderr
    assert again.returncode == 1 and "--overwrite" in again.stderr and again.stdout == ""


@pytest.mark.parametrize(
    ("audio", "metadata", "told"),
    [
        ("nowhere", None, "--fma-audio"),
        ("fma_small", "nowhere.csv", "nowhere.csv.*--fma-metadata"),
        (".", None, "tracks.csv in or beside"),
        ("fma_metadata", None, "no audio"),
    ],
)
def test_wrong_places_name_the_way_out(fma, tmp_path, audio, metadata, told):
    if audio == ".":
        (tmp_path / "fma_metadata").rename(tmp_path / "elsewhere")
    with pytest.raises(LibraryError, match=told):
        select_tracks(tmp_path / audio, metadata and tmp_path / metadata, 3, 0, nothing)
