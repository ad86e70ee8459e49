"""backup, restore, doctor: what a person has in hand on a bad day."""

import json
import sqlite3
import threading

import pytest

from db.database import open_database
from db.schema import Track
from ML.weights.checksums import Pin, save_pin
from tests.original import make_original_database
from tests.soundness import assert_intact, query

TRACKS = "SELECT id, filename FROM tracks ORDER BY id"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "library.db"


@pytest.fixture
def heard(run, songs, loads):
    assert run("index-audio", "--no-progress").exit_code == 0
    assert run("preprocess-all", "--no-progress").exit_code == 0


def lines_of(result) -> str:
    return result.stdout + result.stderr


def test_a_backup_brings_back_everything(run, path, heard, tmp_path, client):
    before = {
        table: query(path, f"SELECT * FROM {table}") for table in ("tracks", "embeddings", "projections")
    }
    assert run("backup", tmp_path / "kept.db").exit_code == 0
    assert run("clean-db").exit_code == 0
    assert client.get("/audios").json == []
    restored = run("restore", tmp_path / "kept.db")
    assert restored.exit_code == 0, restored.stderr
    assert {table: query(path, f"SELECT * FROM {table}") for table in before} == before
    assert len(client.get("/audios").json) == 3, "a server that is running goes on with it"
    kept = path.with_name("library.db.before-restore")
    assert str(kept) in restored.stdout and query(kept, TRACKS) == []


def test_a_backup_made_while_others_write_is_whole(run, path, heard, tmp_path):
    over = threading.Event()

    def write():
        database = open_database(path)
        number = 0
        while not over.is_set():
            with database.write() as session:
                session.add_all([Track(filename=f"{number}-{half}.wav") for half in "ab"])
            number += 1
        database.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            assert run("backup", tmp_path / f"{number}.db").exit_code == 0
    finally:
        over.set()
        writer.join(60)
    for number in range(5):
        assert_intact(tmp_path / f"{number}.db")
        n_written = query(
            tmp_path / f"{number}.db", "SELECT count(*) FROM tracks WHERE filename LIKE '%-_.wav'"
        )
        assert n_written[0][0] % 2 == 0, "no half of a transaction"


def test_a_backup_overwrites_nothing_unless_told_to(run, heard, tmp_path):
    (tmp_path / "diary.txt").write_text("dear diary")
    refused = run("backup", tmp_path / "diary.txt")
    assert refused.exit_code == 1 and "--overwrite" in refused.stderr
    assert (tmp_path / "diary.txt").read_text() == "dear diary"
    assert run("backup", tmp_path / "diary.txt", "--overwrite").exit_code == 0
    assert_intact(tmp_path / "diary.txt")


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + b"\xff" * 5000, b""])
def test_what_is_no_backup_changes_nothing(content, run, path, heard, tmp_path):
    before = query(path, TRACKS)
    (tmp_path / "bad.db").write_bytes(content)
    refused = run("restore", tmp_path / "bad.db")
    assert refused.exit_code == 1 and "no sound database of Melodex" in refused.stderr
    assert query(path, TRACKS) == before and len(before) == 3


def test_a_backup_of_a_newer_program_is_refused(run, path, heard, tmp_path):
    run("backup", tmp_path / "new.db")
    with sqlite3.connect(tmp_path / "new.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    refused = run("restore", tmp_path / "new.db")
    assert refused.exit_code == 1 and "0999" in refused.stderr
    assert len(query(path, TRACKS)) == 3


def test_an_old_backup_is_brought_up_to_date_even_over_a_ruined_database(run, path, tmp_path):
    make_original_database(tmp_path / "old.db", acoustic=True)
    path.write_bytes(b"\xff" * 10_000)
    restored = run("restore", tmp_path / "old.db")
    assert restored.exit_code == 0, restored.stderr
    assert len(query(path, TRACKS)) == 6
    assert query(path, "SELECT version_num FROM alembic_version")
    assert path.with_name("library.db.before-restore").read_bytes() == b"\xff" * 10_000


def test_a_healthy_library_is_called_healthy(run, heard):
    result = run("doctor")
    assert result.exit_code == 0, result.stderr
    assert "Nothing is broken." in result.stdout
    assert "3 audio files" in result.stdout and "1 of 2 models can run" in result.stdout
    assert "no weights of musicnn/mtat → download-weights musicnn/mtat" in result.stdout


@pytest.fixture
def own_weights(app):
    """Weights of the published network with other numbers, which nobody has downloaded."""
    import torch

    from ML.models.musicnn import MusiCNN

    path = app.config["WEIGHTS_DIR"] / "mtat/musicnn.pth"
    path.parent.mkdir(parents=True)
    torch.save(MusiCNN(200, 50).state_dict(), path)
    return path


def test_own_weights_that_can_be_loaded_are_not_called_broken(run, heard, own_weights):
    result = run("doctor")
    assert (result.exit_code, result.stderr) == (0, "")
    (line,) = [line for line in result.stdout.splitlines() if str(own_weights) in line]
    assert line == f"  weights: {own_weights} is not the published file; it can be loaded"
    assert "2 of 2 models can run" in result.stdout


def test_own_weights_that_cannot_be_loaded_are_broken(run, heard, own_weights):
    own_weights.write_bytes(own_weights.read_bytes()[:100_000])
    result = run("doctor")
    assert result.exit_code == 1
    assert f"! weights: Cannot load weights {own_weights}" in result.stderr
    assert "run download-weights musicnn/mtat" in result.stderr


def test_downloaded_weights_that_have_changed_are_broken(run, heard, own_weights, app):
    folder = app.config["WEIGHTS_DIR"]
    save_pin(
        folder, own_weights, Pin("aa" * 32, own_weights.stat().st_size, "https://example.org/musicnn.pth")
    )
    result = run("doctor")
    assert result.exit_code == 1
    assert f"{own_weights} is not what was downloaded → remove it and get it again" in result.stderr


def test_what_is_undone_is_told_with_the_way_out(run, music, songs, heard):
    (music / "new.wav").write_bytes((music / "a.wav").read_bytes())
    (music / "c.ogg").unlink()
    (music / "broken.mp3").write_bytes(b"")
    told = run("doctor").stdout
    assert "2 new, 1 gone" in told and "run index-audio" in told
    run("index-audio", "--no-progress")
    told = run("doctor").stdout
    assert "1 files cannot be read" in told
    assert "acoustic/librosa has not heard 1 of 3 tracks → run preprocess-all" in told


def test_what_is_broken_is_told_and_the_status_says_so(run, app, music, path, heard, tmp_path):
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO extraction_failures VALUES (99, 'a', 'b', 'c', 'd')")
    connection.close()
    music.rename(tmp_path / "unplugged")
    result = run("doctor")
    assert result.exit_code == 1
    assert "extraction_failures without its tracks → restore a backup" in result.stderr
    assert "is not there: create it or set MELODEX_AUDIO_DIR" in result.stderr
    assert "2 things are broken" in result.stderr
    found = json.loads(run("doctor", "--json").stdout)
    assert {each["part"] for each in found if each["is_bad"]} == {"database", "music"}


def test_before_there_is_a_database_none_is_made(run, path):
    result = run("doctor")
    assert result.exit_code == 0 and "run init-db" in result.stdout
    assert not path.exists()


def test_an_old_database_is_told_and_left_as_it_is(run, path):
    make_original_database(path, acoustic=True)
    before = {each.name: each.read_bytes() for each in path.parent.glob("library.db*")}
    result = run("doctor")
    assert result.exit_code == 0 and "(schema original) → run init-db" in result.stdout
    assert {each.name: each.read_bytes() for each in path.parent.glob("library.db*")} == before
    run("init-db")
    assert "older" not in run("doctor").stdout


def test_a_ruined_database_is_told(run, path):
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    result = run("doctor")
    assert result.exit_code == 1 and "MELODEX_DATABASE_PATH" in result.stderr
