"""What is not read of the music folder is named or counted; what cannot be read is not taken for missing."""

import os
import shutil
from pathlib import Path

import pytest

import config
from db.folder import list_folder
from ML.errors import LibraryError
from tests.sounds import noise, write_sound

IS_ROOT = os.geteuid() == 0  # who may read everything


@pytest.fixture
def unreadable(monkeypatch):
    """Folders and files that the system refuses to list or to stat, by name; root is refused nothing else."""
    names: set[str] = set()
    scandir = os.scandir

    def refusing(path):
        if Path(path).name in names:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("db.folder.os.scandir", refusing)
    return names


@pytest.mark.parametrize(
    "name",
    [
        ".Trash-1000/files/a.flac",  # the desktop's trash
        "al/.AppleDouble/b.mp3",  # netatalk
        "._x.mp3",  # macOS on other disks
        ".stversions/a.flac",  # Syncthing
        "@eaDir/a.mp3",  # Synology's thumbnails
        ".snapshot/a.flac",
        "#recycle/a.flac",
        "#Recycle/a.flac",
        "$RECYCLE.BIN/a.flac",
        "__MACOSX/a.mp3",
    ],
)
def test_hidden_files_are_no_music_and_are_counted(name, index, tracks, music):
    write_sound(music / "song.wav", noise(1))
    (music / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(music / "song.wav", music / name)
    assert index().counts == {"new": 1, "unchanged": 0, "gone": 0, "ignored": 1}
    assert list(tracks()) == ["song.wav"]


def test_a_deleted_song_is_missing_and_has_not_moved_into_the_trash(index, tracks, music, songs):
    index()
    (music / ".Trash-1000" / "files").mkdir(parents=True)
    (music / "a.wav").rename(music / ".Trash-1000" / "files" / "a.wav")
    assert index().counts["gone"] == 1
    assert tracks()["a.wav"].gone_at


def test_the_ignored_names_are_a_setting(index, tracks, music, songs, monkeypatch):
    monkeypatch.setattr(config, "IGNORED_NAMES", ["album", "*.ogg"])
    write_sound(music / ".kept" / "h.wav", noise(9))
    assert index().counts["ignored"] == 2
    assert sorted(tracks()) == [".kept/h.wav", "a.wav"]


def test_the_summary_says_how_many_were_ignored(index, music, songs):
    (music / ".hidden.wav").touch()
    assert str(index()) == "3 new, 1 ignored"


def test_tracks_of_a_folder_that_cannot_be_read_are_not_missing(index, tracks, songs, unreadable):
    index()
    unreadable.add("album")
    summary = index()
    assert (summary.counts["gone"], summary.counts["unchanged"]) == (0, 2)
    assert summary.left_out == {"album": "cannot be read: Permission denied"}
    assert "left out: album: cannot be read: Permission denied" in summary.remarks
    assert tracks()["album/b.flac"].gone_at is None


@pytest.mark.skipif(IS_ROOT, reason="root may read every folder")
def test_a_folder_without_rights_is_named(index, music, songs):
    index()
    (music / "album").chmod(0)
    try:
        assert "album" in index().left_out
    finally:
        (music / "album").chmod(0o700)


def test_a_music_folder_that_cannot_be_read_is_a_clear_error(index, music, songs, unreadable):
    index()
    unreadable.add(music.name)
    with pytest.raises(LibraryError, match="cannot be read: Permission denied"):
        index()


def test_links_to_folders_are_named(index, tracks, music, tmp_path):
    write_sound(tmp_path / "elsewhere" / "a.wav", noise(1))
    (music / "linked").symlink_to(tmp_path / "elsewhere")
    (music / "circle").symlink_to(music)
    summary = index()
    assert tracks() == {}
    assert set(summary.left_out) == {"linked", "circle"}
    assert all("a link to a folder" in reason for reason in summary.left_out.values())


def test_a_link_that_leads_out_of_the_folder_is_named(index, music, tmp_path):
    write_sound(tmp_path / "a.wav", noise(1))
    (music / "link.wav").symlink_to(tmp_path / "a.wav")
    assert index().left_out == {"link.wav": "a link that leads out of the music folder"}


def test_a_thousand_folders_inside_one_another_are_read(music):
    """A path is at most 4,096 letters long."""
    folder = music
    for _ in range(1000):
        folder = folder / "d"
        folder.mkdir()
    (folder / "deep.wav").write_bytes(b"")
    (name,) = list_folder(music, []).files
    assert name.endswith("d/deep.wav")
    (folder / "deep.wav").unlink()
    while folder != music:  # shutil.rmtree cannot: it is recursive
        folder.rmdir()
        folder = folder.parent


# --- most of a library is missing -------------------------------------------------------------------------
@pytest.fixture
def large(music, index):
    """Twenty-four songs, which have been indexed."""
    for seed in range(24):
        write_sound(music / f"{seed:02}.wav", noise(seed, seconds=0.05))
    index()
    return music


def test_an_empty_mount_point_is_not_an_empty_library(run, large, tracks):
    for path in large.iterdir():
        path.unlink()
    before = {name: track.gone_at for name, track in tracks().items()}
    result = run("index-audio")
    assert result.exit_code == 1
    assert "24 of 24 tracks have no file, and nothing was changed" in result.stderr
    assert {name: track.gone_at for name, track in tracks().items()} == before
    accepted = run("index-audio", "--accept-missing")
    assert (accepted.exit_code, "24 gone" in accepted.stdout) == (0, True)


def test_another_disk_in_the_place_of_the_first_changes_nothing(run, large, tracks):
    for seed, path in enumerate(sorted(large.iterdir())):
        path.unlink()
        write_sound(large / f"other {seed}.wav", noise(100 + seed, seconds=0.05))
    result = run("index-audio")
    assert (result.exit_code, "24 of 24" in result.stderr) == (1, True)
    assert len(tracks()) == 24, "nothing of the other disk was stored"


def test_a_library_that_was_renamed_is_not_missing(run, large, tracks):
    (large / "new").mkdir()
    for path in [*large.glob("*.wav")]:
        path.rename(large / "new" / f"x{path.name}")
    result = run("index-audio")
    assert (result.exit_code, "24 moved" in result.stdout) == (0, True)


def test_half_of_a_library_may_be_removed(run, large):
    for path in sorted(large.iterdir())[:12]:
        path.unlink()
    result = run("index-audio")
    assert (result.exit_code, "12 gone" in result.stdout) == (0, True)


# --- failures that pass -----------------------------------------------------------------------------------
def test_what_was_out_of_reach_is_opened_again(index, tracks, songs, monkeypatch):
    from ML.errors import AudioOutOfReachError

    def broken(*_):
        raise AudioOutOfReachError("Cannot read it: Input/output error.")

    with monkeypatch.context() as patch:
        patch.setattr("db.track_files.isolated", broken)
        assert index().counts["unreadable"] == 3
    assert all("Input/output error" in track.error for track in tracks().values())
    assert index().counts["returned"] == 3
    assert all(track.error is None for track in tracks().values())


def test_a_damaged_file_stays_one_until_it_changes_or_is_tried_again(run, music, songs):
    (music / "bad.mp3").write_bytes(b"no sound")
    assert "1 unreadable" in run("index-audio").stdout
    assert "4 unchanged" in run("index-audio").stdout
    assert "1 unreadable, 3 unchanged" in run("index-audio", "--retry").stdout
