"""A person's own genres reach their tracks, however the table was written; rows without a file are named."""

import unicodedata

import pytest

from db.label_table import LabelTable
from tests.sounds import noise, write_sound

UMLAUT = "rock/ü.flac"


@pytest.mark.parametrize(
    "name",
    [
        UMLAUT,
        r"rock\ü.flac",
        unicodedata.normalize("NFD", UMLAUT),
        f"./{UMLAUT}",
        f"/home/me/Music/{UMLAUT}",
        r"C:\Users\me\Music\rock\ü.flac",
        "Rock/Ü.FLAC",
        "ü.flac",
    ],
    ids=["plain", "Windows", "NFD", "dot", "another root", "a drive", "case", "without folder"],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_a_row_finds_its_file(name, delimiter, index, tracks, music):
    write_sound(music / UMLAUT, noise(1))
    rows = [["filename", "genre"], [name, "Rock"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    (music / "selected_songs.csv").write_text(f"\ufeff{text}\r\n", encoding="utf-8")
    summary = index()
    assert tracks()[UMLAUT].genre == "Rock"
    assert summary.unmatched == []


def test_rows_without_a_file_are_counted_and_named(run, music, songs):
    rows = "".join(f"gone {number}.mp3,Rock\n" for number in range(7))
    (music / "selected_songs.csv").write_text(f"filename,genre\na.wav,Dub\n{rows}")
    result = run("index-audio")
    assert result.exit_code == 0
    names = "gone 0.mp3, gone 1.mp3, gone 2.mp3, gone 3.mp3, gone 4.mp3, …"
    assert f"selected_songs.csv: 7 rows without a file: {names}\n" in result.stderr


def test_of_files_with_one_name_the_row_with_the_longest_common_path_counts():
    table = LabelTable({"/old/disk/jazz/01.mp3": "Jazz", "x/02.mp3": "Pop"})
    found = table.match(["a/jazz/01.mp3", "a/rock/01.mp3", "b/02.mp3", "c/02.mp3"])
    assert found.labels == {"a/jazz/01.mp3": "Jazz"}
    assert found.unmatched == ["x/02.mp3"], "two files have this name: either would be a guess"


def test_a_row_with_the_whole_name_counts_more_than_one_without_folders():
    table = LabelTable({"rock/01.mp3": "Rock", "01.mp3": "Pop"})
    assert table.match(["rock/01.mp3", "b/01.mp3"]).labels == {"rock/01.mp3": "Rock", "b/01.mp3": "Pop"}


def test_names_that_differ_in_case_alone_are_two_files():
    table = LabelTable({"A.mp3": "Rock", "a.mp3": "Pop"})
    assert table.match(["A.mp3", "a.mp3"]).labels == {"A.mp3": "Rock", "a.mp3": "Pop"}
