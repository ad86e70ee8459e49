"""Disks that are full, read-only or gone: a clear error, nothing lost, and the next run goes on."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

import db.preprocessing
from tests.conftest import REPOSITORY
from tests.reliability.workspace import fill_shelf, hashes
from tests.soundness import assert_sound, query

pytestmark = pytest.mark.xdist_group("stopping")
N_SONGS = 8
N_ROWS = "SELECT count(*) FROM embeddings"
INDEX = ("index-audio", "--no-progress")
EXTRACT = ("preprocess-all", "--no-progress", "--no-maps", "--models", "acoustic,mfcc_cnn")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    return fill_shelf(tmp_path_factory.mktemp("surroundings") / "music", N_SONGS)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
def weights(tmp_path) -> Path:
    """A copy of the genre network's folder."""
    source = REPOSITORY / "ML" / "pesos" / "mfcc_cnn" / "genres10"
    return Path(shutil.copytree(source, tmp_path / "own weights"))


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A small disk of its own; None of it is left."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounts a small disk: needs root and mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = mount("-t", "tmpfs", "-o", "size=4m", "melodex-test", folder)
    if made.returncode:
        pytest.skip(f"cannot mount a disk here: {made.stderr}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def mount(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)


def remount(disk: Path, how: str) -> None:
    done = mount("-o", f"remount,{how}", disk)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def command(app, run, loads) -> Callable[..., Result]:
    """command(music folder, database, *arguments), in this process, with models that only count."""

    def call(music: Path, database: Path, *arguments: str) -> Result:
        if "database" in app.extensions:
            app.extensions.pop("database").close()
        app.config.update(AUDIO_DIR=music, DATABASE_PATH=database)
        return run(*arguments)

    return call


@pytest.fixture
def succeed(command) -> Callable[..., str]:
    def check(*arguments) -> str:
        done = command(*arguments)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    return check


@pytest.fixture
def fail(command) -> Callable[..., str]:
    """What a command that fails says."""

    def check(*arguments) -> str:
        done = command(*arguments)
        assert done.exit_code == 1, done.stdout
        assert isinstance(done.exception, SystemExit), "no traceback"
        return done.stderr

    return check


def n_rows(database: Path) -> int:
    return query(database, N_ROWS)[0][0]


def fill(disk: Path, n_free: int) -> Path:
    filler = disk / "filler"
    usage = shutil.disk_usage(disk)
    filler.write_bytes(bytes(usage.free - n_free))
    return filler


def test_a_full_disk_is_said_and_with_room_again_the_rest_is_done(shelf, disk, succeed, fail):
    database = disk / "library.db"
    succeed(shelf, database, *INDEX)
    filler = fill(disk, 65_536)
    assert "database or disk is full" in fail(shelf, database, *EXTRACT)
    filler.unlink()
    n_before = n_rows(database)
    assert n_before < 2 * N_SONGS
    assert_sound(database)
    rest = f"{n_before} were there, {2 * N_SONGS - n_before} extracted, 0 failed"
    assert rest in succeed(shelf, database, *EXTRACT)
    assert_sound(database)


def test_a_read_only_database_is_said_and_stays_as_it_is(shelf, disk, app, succeed, fail):
    database = disk / "library.db"
    succeed(shelf, database, *INDEX)
    before = query(database, "SELECT * FROM tracks")
    app.extensions.pop("database").close()
    remount(disk, "ro")
    for arguments in (INDEX, EXTRACT):
        assert "Read-only file system" in fail(shelf, database, *arguments)
    remount(disk, "rw")
    assert query(database, "SELECT * FROM tracks") == before
    assert_sound(database)


def test_a_read_only_music_folder_is_indexed_and_heard(shelf, disk, tmp_path, succeed):
    for song in shelf.iterdir():
        shutil.copy(song, disk)
    remount(disk, "ro")
    before = hashes(disk)
    database = tmp_path / "other.db"
    succeed(disk, database, *INDEX)
    assert f"{2 * N_SONGS} extracted, 0 failed" in succeed(disk, database, *EXTRACT)
    succeed(disk, database, "doctor")
    assert hashes(disk) == before


def test_an_upload_that_cannot_be_stored_is_507_and_leaves_nothing(client, music, tmp_path, monkeypatch):
    song = fill_shelf(tmp_path / "sent", 1) / "000.wav"

    def refuse(self, target):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with song.open("rb") as file:
        answer = client.post("/upload", data={"file": (file, "song.wav")})
    assert answer.status_code == 507
    assert answer.json["error"] == "song.wav cannot be stored: Read-only file system."
    assert list(music.iterdir()) == [] == list((tmp_path / "library.db.uploads").iterdir())
    assert client.get("/audios").json == []


def test_a_music_folder_that_is_gone_is_said_and_nobody_blames_its_files(shelf, tmp_path, succeed, fail):
    music, database = tmp_path / "own", tmp_path / "other.db"
    shutil.copytree(shelf, music)
    succeed(music, database, *INDEX)
    music.rename(tmp_path / "unplugged")
    for arguments in (INDEX, EXTRACT):
        assert "is not there: create it or set MELODEX_AUDIO_DIR" in fail(music, database, *arguments)
    assert query(database, "SELECT * FROM extraction_failures") == []
    assert query(database, "SELECT * FROM tracks WHERE gone_at IS NOT NULL") == []
    (tmp_path / "unplugged").rename(music)
    assert f"0 were there, {2 * N_SONGS} extracted, 0 failed" in succeed(music, database, *EXTRACT)


def test_weights_that_are_removed_are_said_and_what_was_heard_stays(
    app, run, shelf, path, weights, monkeypatch
):
    """Removed while the model extracts: what is in memory goes on."""
    monkeypatch.setattr(
        "config.MODEL_WEIGHTS", {"mfcc_cnn": {"genres10": str(weights / "model.safetensors")}}
    )
    monkeypatch.setattr("config.RUNTIME", "torch")
    app.config.update(AUDIO_DIR=shelf, DATABASE_PATH=path)
    command = (*EXTRACT[:3], "--models", "mfcc_cnn/genres10", "--device", "cpu")
    assert run(*INDEX).exit_code == 0
    save = db.preprocessing.save_output

    def save_and_remove(*arguments) -> None:
        save(*arguments)
        shutil.rmtree(weights, ignore_errors=True)

    with monkeypatch.context() as removing:
        removing.setattr("db.preprocessing.save_output", save_and_remove)
        done = run(*command)
    assert done.exit_code == 0, done.stderr
    assert not weights.exists() and n_rows(path) == N_SONGS
    done = run(*command, "--force")
    assert done.exit_code == 1 and isinstance(done.exception, SystemExit), "no traceback"
    assert "mfcc_cnn" in done.stderr and str(weights) in done.stderr
    assert n_rows(path) == N_SONGS
