"""A track is its sound: whatever files are called, ids, vectors and playlists follow what they sound like."""

import os
import shutil
from pathlib import Path

import pytest

from db.identity import KnownTrack, SeenFile, match_files
from db.playlists import create_playlist, playlist_tracks
from tests.sounds import tone, write_sound


def song(path: Path, hertz: float) -> Path:
    return write_sound(path, tone(hertz))


@pytest.fixture
def ids(tracks):
    return lambda: {name: track.id for name, track in tracks().items()}


def swap(first: Path, second: Path) -> None:
    between = first.with_name("between")
    first.rename(between)
    second.rename(first)
    between.rename(second)


def test_two_files_that_swap_names_keep_their_tracks(index, ids, tracks, music):
    song(music / "a.flac", 300)
    song(music / "b.flac", 400)
    index()
    hashes = {track.id: track.content_hash for track in tracks().values()}
    swap(music / "a.flac", music / "b.flac")
    assert index().counts["moved"] == 2
    assert ids() == {"b.flac": 1, "a.flac": 2}
    assert {track.id: track.content_hash for track in tracks().values()} == hashes


def test_a_swap_is_noticed_although_size_and_time_are_the_same(index, ids, music):
    """As of two WAV files of the same length that were written in the same second."""
    for name, hertz in (("a.wav", 300), ("b.wav", 400)):
        os.utime(song(music / name, hertz), ns=(10**18, 10**18))
    index()
    swap(music / "a.wav", music / "b.wav")
    for name in ("a.wav", "b.wav"):
        os.utime(music / name, ns=(10**18, 10**18))
    assert index().counts["moved"] == 2
    assert ids() == {"b.wav": 1, "a.wav": 2}


def test_a_renumbered_album_keeps_its_tracks(index, ids, music):
    song(music / "01.flac", 300)
    song(music / "02.flac", 400)
    index()
    (music / "02.flac").rename(music / "03.flac")
    (music / "01.flac").rename(music / "02.flac")
    song(music / "01.flac", 500)
    counts = index().counts
    assert (counts["new"], counts["moved"], counts["changed"]) == (1, 2, 0)
    assert ids() == {"02.flac": 1, "03.flac": 2, "01.flac": 3}


def test_three_files_that_move_in_a_circle_keep_their_tracks(index, ids, music):
    for number in (1, 2, 3):
        song(music / f"{number}.flac", 200 * number)
    index()
    (music / "1.flac").rename(music / "between")
    (music / "3.flac").rename(music / "1.flac")
    (music / "2.flac").rename(music / "3.flac")
    (music / "between").rename(music / "2.flac")
    assert index().counts["moved"] == 3
    assert ids() == {"2.flac": 1, "3.flac": 2, "1.flac": 3}


def test_a_file_that_takes_the_name_of_a_missing_one_takes_no_more(index, ids, tracks, music, tmp_path):
    song(music / "a.flac", 300)
    song(music / "b.flac", 400)
    index()
    (music / "a.flac").rename(tmp_path / "kept.flac")
    index()
    (music / "b.flac").rename(music / "a.flac")
    assert index().counts["moved"] == 1
    assert ids() == {"a.flac (missing, track 1)": 1, "a.flac": 2}
    (tmp_path / "kept.flac").rename(music / "c.flac")
    index()
    assert ids() == {"c.flac": 1, "a.flac": 2}
    assert [track.gone_at for track in tracks().values()] == [None, None]


def test_of_two_copies_the_one_that_was_there_last_is_the_one_that_moved(index, ids, music):
    song(music / "a.flac", 300)
    shutil.copy(music / "a.flac", music / "b.flac")
    index()
    (music / "a.flac").unlink()
    index()
    (music / "b.flac").rename(music / "c.flac")
    index()
    assert ids() == {"a.flac": 1, "c.flac": 2}


def test_of_two_copies_renamed_at_once_each_stays_itself(index, ids, music):
    song(music / "a.flac", 300)
    shutil.copy(music / "a.flac", music / "b.flac")
    index()
    (music / "a.flac").rename(music / "z.flac")
    (music / "b.flac").rename(music / "y.flac")
    index()
    assert ids() == {"z.flac": 1, "y.flac": 2}


def test_a_playlist_plays_the_same_songs_after_a_swap(index, database, music):
    song(music / "a.flac", 300)
    song(music / "b.flac", 400)
    index()
    with database.write() as session:
        playlist_id = create_playlist(session, "Mix", [1]).id
    swap(music / "a.flac", music / "b.flac")
    index()
    with database.read() as session:
        assert [track.filename for track in playlist_tracks(session, playlist_id)] == ["b.flac"]


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_index_stopped_before_its_end_loses_no_track(index, ids, music, monkeypatch):
    song(music / "a.flac", 300)
    song(music / "b.flac", 400)
    index()
    swap(music / "a.flac", music / "b.flac")
    with monkeypatch.context() as patch:
        patch.setattr("db.track_files.write_facts", stop)
        with pytest.raises(KeyboardInterrupt):
            index()
    assert ids() == {"a.flac": 1, "b.flac": 2}, "as it was"
    index()
    assert ids() == {"b.flac": 1, "a.flac": 2}


def test_new_inodes_of_a_network_mount_cost_nothing(index, tracks, database, music, songs, monkeypatch):
    index()
    with database.write() as session:
        for track in tracks().values():
            session.merge(track).file_inode += 10**6
    monkeypatch.setattr("db.track_files.read_facts", lambda file: pytest.fail(f"{file.filename} was opened"))
    assert index().counts["unchanged"] == 3
    inodes = {name: track.file_inode for name, track in tracks().items()}
    assert inodes == {name: (music / name).stat().st_ino for name in songs}, "known from now on"


def test_a_library_without_inodes_gets_them_unopened(index, tracks, database, songs, monkeypatch):
    """An older version did not note them."""
    index()
    with database.write() as session:
        for track in tracks().values():
            row = session.merge(track)
            row.file_inode = row.file_ctime_ns = None
    monkeypatch.setattr("db.track_files.read_facts", lambda file: pytest.fail(f"{file.filename} was opened"))
    assert index().counts["unchanged"] == 3
    assert all(track.file_inode and track.file_ctime_ns for track in tracks().values())


def test_a_change_of_rights_costs_a_look_and_no_vector(index, tracks, music, songs):
    index()
    (music / "a.wav").chmod(0o600)
    assert index().counts == {"unchanged": 3, "gone": 0, "ignored": 0}


# --- the rules alone --------------------------------------------------------------------------------------
def known(id_: int, name: str, sound: str | None, gone_at: str | None = None, inode: int | None = None):
    return KnownTrack(id_, name, sound, gone_at, inode)


def test_the_track_that_was_missed_last_returns_first():
    tracks = [known(1, "a", "s", "2026-01"), known(2, "b", "s", "2026-03"), known(3, "c", "s", "2026-02")]
    assert match_files([SeenFile("new", "s")], tracks) == {"new": 2}


def test_a_file_out_of_reach_keeps_its_track_from_a_copy():
    files = [SeenFile("a", None, is_out_of_reach=True), SeenFile("copy", "s")]
    assert match_files(files, [known(1, "a", "s")]) == {"a": 1}


def test_a_damaged_file_leaves_its_track_to_the_sound():
    files = [SeenFile("a", None), SeenFile("moved", "s")]
    assert match_files(files, [known(1, "a", "s")]) == {"moved": 1}


def test_a_track_of_unknown_sound_has_that_of_its_name():
    assert match_files([SeenFile("a", "s")], [known(1, "a", None)]) == {"a": 1}


def test_ten_thousand_equal_files_are_matched_at_once():
    tracks = [known(n, f"old {n}", "silence") for n in range(10_000)]
    found = match_files([SeenFile(f"new {n}", "silence") for n in range(10_000)], tracks)
    assert sorted(found.values()) == list(range(10_000))
