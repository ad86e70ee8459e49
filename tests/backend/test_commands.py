"""The commands as a person types them: what they say, where they say it, and the status they end with."""

import re
import shutil
import sqlite3
from pathlib import Path

import pytest

import config
from db.database import open_database
from ML import registry
from tests.sounds import noise, tone, write_sound

COMMANDS = [
    "init-db", "clean-db", "index-audio", "preprocess-all", "preprocess-track", "make-demo-library", "serve",
    "models", "download-weights", "prepare", "compute-genre-similarity", "compute-multi-tag-metrics",
    "extract-acoustic-features",
]  # fmt: skip
BAR = re.compile(r"\d+%\||it/s|/s\]")


def count(path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.fixture
def database_path(app):
    return app.config["DATABASE_PATH"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_a_command_does(command, run):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout
    assert len(result.stdout.splitlines()) > 4


def test_init_db_makes_the_database_and_can_be_run_again(run, database_path):
    for _ in range(2):
        result = run("init-db")
        assert (result.exit_code, result.stderr) == (0, "")
        assert str(database_path) in result.stdout
    assert count(database_path, "tracks") == 0


def test_clean_db_deletes_records_and_no_file(run, songs, music, database_path, loads):
    run("index-audio")
    run("preprocess-all", "--models", "acoustic")
    assert count(database_path, "projections") > 0
    files = [kept_file(database_path, kind) for kind in ("evaluations", "exports", "derived")]
    result = run("clean-db")
    assert (result.exit_code, "3 tracks" in result.stdout) == (0, True)
    assert not any(file.exists() for file in files), "what was computed from tracks goes with them"
    for table in ("tracks", "embeddings", "segment_vectors", "projections", "extraction_failures"):
        assert count(database_path, table) == 0
    assert all((music / name).is_file() for name in songs)
    assert "3 new" in run("index-audio").stdout


def kept_file(database_path: Path, kind: str) -> Path:
    file = Path(f"{database_path}.{kind}") / "1" / "something"
    file.parent.mkdir(parents=True)
    file.touch()
    return file


def test_dropped_tables_are_made_again_by_init_db(run, flask, songs, database_path):
    """In a process of its own: only the opening of a database makes its tables."""
    assert run("index-audio").exit_code == 0
    dropped = run("clean-db", "--drop-tables")
    assert dropped.exit_code == 0, dropped.stderr
    with sqlite3.connect(database_path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    assert names == []
    assert flask("init-db").returncode == 0
    assert count(database_path, "tracks") == 0
    assert "3 new" in run("index-audio").stdout


def test_a_server_that_runs_while_the_tables_are_dropped_goes_on(run, client, songs, database_path):
    run("index-audio")
    assert len(client.get("/audios").get_json()) == 3
    assert run("clean-db", "--drop-tables").exit_code == 0
    missing = client.get("/audios")
    assert missing.status_code == missing.get_json()["status"] == 503
    assert "init-db" in missing.get_json()["error"]
    assert run("index-audio").stderr.splitlines()[-1].startswith("Error: The database cannot be used")
    open_database(database_path).close()  # init-db in another process
    assert client.get("/audios").get_json() == []


def test_index_audio_sums_up_and_names_what_it_cannot_read(run, songs, music):
    (music / "bad.mp3").write_bytes(b"")
    result = run("index-audio", "--no-progress")
    assert result.exit_code == 0
    assert "3 new, 1 unreadable" in result.stdout
    assert re.search(r"unreadable: bad\.mp3: .*0 bytes", result.stderr)
    again = run("index-audio", "--no-progress")
    assert "4 unchanged" in again.stdout
    assert "bad.mp3" in again.stderr


def test_index_audio_without_a_folder_fails_on_stderr(run, music):
    shutil.rmtree(music)
    result = run("index-audio")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "MELODEX_AUDIO_DIR" in result.stderr


def test_index_audio_of_an_empty_folder_says_so(run):
    result = run("index-audio", "--no-progress")
    assert (result.exit_code, "no audio files" in result.stdout) == (0, True)


def test_preprocess_all_extracts_then_draws_then_has_nothing_to_do(run, songs, loads, client, database_path):
    run("index-audio")
    first = run("preprocess-all", "--models", "acoustic")
    assert first.exit_code == 0, first.stderr
    assert "3 tracks × 1 models: 0 were there, 3 extracted, 0 failed" in first.stdout
    assert count(database_path, "projections") == 4  # embeddings and taggrams, 2-D and 3-D
    assert len(client.get("/embeddings?red=acoustic&metodo=pca").get_json()["data"]) == 3
    second = run("preprocess-all", "--models", "acoustic")
    assert "3 were there, 0 extracted" in second.stdout
    assert loads == {"acoustic/librosa": 1}, "nothing to do needs no model in memory"


def test_maps_are_ready_before_the_first_request(run, songs, loads, client, monkeypatch):
    run("index-audio")
    run("preprocess-all", "--models", "acoustic")
    monkeypatch.setattr("db.projections.project", lambda *_: pytest.fail("computed on request"))
    for space in ("embeddings", "taggrams"):
        for dimensions in (2, 3):
            response = client.get(f"/{space}?red=acoustic&metodo=pca&dimensions={dimensions}")
            assert len(response.get_json()["data"]) == 3


def test_force_extracts_again(run, songs, loads):
    run("index-audio")
    run("preprocess-all", "--models", "acoustic")
    result = run("preprocess-all", "--models", "acoustic", "--force")
    assert (result.exit_code, "3 extracted" in result.stdout) == (0, True)


def test_every_model_is_loaded_once_for_all_songs(run, songs, loads, app):
    weights = app.config["WEIGHTS_DIR"] / "mtat" / "musicnn.pth"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"stands in for weights")
    run("index-audio")
    result = run("preprocess-all", "--models", "musicnn/mtat,ACOUSTIC , acoustic/librosa")
    assert result.exit_code == 0, result.stderr
    assert loads == {"musicnn/mtat": 1, "acoustic/librosa": 1}
    assert "3 tracks × 2 models" in result.stdout


def test_a_bad_file_makes_the_status_1_and_stops_nothing(run, songs, music, loads, database_path):
    (music / "bad.mp3").write_bytes(b"")
    run("index-audio")
    for n_extracted, n_there in ((3, 0), (0, 3)):  # the truth is told at every run
        result = run("preprocess-all", "--models", "acoustic")
        assert result.exit_code == 1
        assert f"{n_there} were there, {n_extracted} extracted, 1 failed" in result.stdout
        assert re.search(r"failed: bad\.mp3 with acoustic/librosa: .*0 bytes", result.stderr)
        assert "Traceback" not in result.stderr
    assert count(database_path, "embeddings") == 3


def test_a_library_with_bad_files_only_fails_plainly(run, music, loads):
    (music / "bad.mp3").write_bytes(b"")
    run("index-audio")
    result = run("preprocess-all", "--models", "acoustic")
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "1 of 1 vectors could not be extracted" in result.stderr
    assert loads == {}


def test_an_empty_library_is_nothing_to_do(run, loads):
    result = run("preprocess-all")
    assert (result.exit_code, "0 tracks" in result.stdout) == (0, True)


def test_models_without_weights_are_named_and_skipped_by_default(run, songs, loads, app):
    run("index-audio")
    result = run("preprocess-all")
    assert result.exit_code == 0, result.stderr
    assert "3 tracks × 1 models" in result.stdout
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("skipped")]
    assert "musicnn/mtat" in line
    assert "download-weights musicnn/mtat" in line
    assert str(app.config["WEIGHTS_DIR"] / "musicnn-0.1.0" / "MTT_musicnn") in line


def test_a_deep_model_hears_music_where_no_weights_were_fetched(run, songs, client, monkeypatch):
    """What comes with the project is found though the weights folder is empty, and names a genre."""
    monkeypatch.setattr(config, "TRANF_MODELS", ["mfcc_cnn"])
    monkeypatch.setattr(config, "MODEL_SIZES", ["genres10"])
    run("index-audio")
    result = run("preprocess-all", "--device", "cpu")
    assert result.exit_code == 0, result.stderr
    assert "3 tracks × 1 models: 0 were there, 3 extracted" in result.stdout
    names = registry.get("mfcc_cnn").tag_names
    for track in client.get("/tracks").get_json()["tracks"]:
        assert track["predicted_genre"] in names
        assert 1 / len(names) < track["confidence"] <= 1
    points = client.get("/taggrams?red=mfcc_cnn&metodo=pca").get_json()["data"]
    assert {point["name"] for point in points} == set(songs)


def test_a_name_without_a_variant_is_every_variant_with_weights(run, songs, loads, app):
    weights = app.config["WEIGHTS_DIR"] / "mtat" / "musicnn.pth"
    weights.parent.mkdir(parents=True)
    weights.touch()
    run("index-audio")
    result = run("preprocess-all", "--models", "musicnn", "--no-maps", "--no-progress")
    assert (result.exit_code, "skipped" in result.stderr) == (0, False)
    assert set(loads) == {"musicnn/mtat"}


@pytest.mark.parametrize("models", ["musicnn/mtat", "musicnn", "acoustic,musicnn/msd"])
def test_models_asked_for_by_name_must_have_their_weights(models, run, songs, loads):
    run("index-audio")
    result = run("preprocess-all", "--models", models)
    assert result.exit_code == 1
    assert "download-weights musicnn/m" in result.stderr
    assert "weights are not there" in result.stderr


def test_many_models_without_weights_are_one_line(run, songs, loads, monkeypatch):
    monkeypatch.setattr(config, "CONV_MODELS", ["musicnn", "vgg"])
    monkeypatch.setattr(config, "DATASETS", ["msd", "mtat"])
    run("index-audio")
    result = run("preprocess-all", "--no-progress", "--no-maps")
    (line,) = [line for line in result.stderr.splitlines() if "weights" in line]
    assert line.startswith("4 models have no weights")
    assert "download-weights recommended" in line
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("models", "choices"),
    [
        ("deafnet", ["musicnn", "acoustic"]),
        ("musicnn/xl", ["msd", "mtat", "jamendo"]),
        ("acoustic,", ["musicnn"]),
    ],
)
def test_an_unknown_model_names_the_choices(models, choices, run, songs, loads):
    run("index-audio")
    result = run("preprocess-all", "--models", models)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert all(choice in result.stderr for choice in choices)
    assert loads == {}


def test_one_track_by_its_name(run, songs, loads, database_path):
    run("index-audio")
    result = run("preprocess-track", "album/b.flac", "--models", "acoustic")
    assert result.exit_code == 0, result.stderr
    assert "1 tracks × 1 models: 0 were there, 1 extracted" in result.stdout
    assert count(database_path, "embeddings") == 1
    again = run("preprocess-track", "album/b.flac", "--models", "acoustic", "--force")
    assert "1 extracted" in again.stdout


@pytest.mark.parametrize("name", ["none.mp3", "../a.wav", "", "b.flac", "caf\udce9.wav"])
def test_a_track_that_is_not_in_the_library_is_said_so(name, run, songs, loads):
    run("index-audio")
    result = run("preprocess-track", name, "--models", "acoustic")
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "index-audio" in result.stderr


def test_a_track_that_is_gone_is_said_so(run, songs, music, loads):
    run("index-audio")
    (music / "a.wav").unlink()
    run("index-audio")
    result = run("preprocess-track", "a.wav", "--models", "acoustic")
    assert result.exit_code == 1
    assert "a.wav" in result.stderr


def test_a_track_that_cannot_be_read_fails(run, music, loads):
    (music / "bad.mp3").write_bytes(b"")
    run("index-audio")
    result = run("preprocess-track", "bad.mp3", "--models", "acoustic")
    assert result.exit_code == 1
    assert "0 bytes" in result.stderr


def test_progress_bars_are_shown_and_can_be_turned_off(run, songs, loads):
    assert BAR.search(run("index-audio").stderr)
    shown = run("preprocess-all", "--models", "acoustic")
    assert "extracting tracks=3/3" in shown.stderr, "no terminal: lines, not a bar"
    assert "Drawing maps" in shown.stderr
    hidden = [
        run("index-audio", "--no-progress"),
        run("preprocess-all", "--models", "acoustic", "--force", "--no-progress"),
    ]
    for result in hidden:
        assert result.exit_code == 0
        assert (result.stderr, "%|" in result.stdout) == ("", False)


def test_a_database_that_is_none_fails_plainly(run, database_path):
    database_path.write_bytes(b"plain text " * 500)
    for command in ("init-db", "index-audio", "preprocess-all", "clean-db"):
        result = run(command)
        assert (result.exit_code, type(result.exception)) == (1, SystemExit)
        assert "Error: Cannot use" in result.stderr
        assert "MELODEX_DATABASE_PATH" in result.stderr


def test_real_commands_end_with_a_real_map(flask, run, music, client):
    """From files to points, with the model that everyone has, in a process of its own and without PyTorch."""
    for number in range(3):
        write_sound(music / f"tone {number}.flac", tone(200 + 30 * number, 1.0))
        write_sound(music / f"noise {number}.ogg", noise(number, 1.0))
    for command in ("init-db", "index-audio"):
        assert run(command).exit_code == 0
    done = flask("preprocess-all", "--no-progress", PYTHONPROFILEIMPORTTIME="1")
    lines = done.stderr.splitlines()
    imported = {line.rsplit("|", 1)[-1].strip() for line in lines if line.startswith("import time:")}
    assert done.returncode == 0 and not [line for line in lines if not line.startswith("import time:")]
    assert "librosa" in imported and "torch" not in imported
    assert "6 tracks × 1 models: 0 were there, 6 extracted, 0 failed." in done.stdout
    points = client.get("/embeddings?red=acoustic&metodo=pca").get_json()["data"]
    along = [point["name"].split()[0] for point in sorted(points, key=lambda point: point["coords"][0])]
    assert along in (["tone"] * 3 + ["noise"] * 3, ["noise"] * 3 + ["tone"] * 3), "like lies beside like"


def test_a_failing_command_tells_a_shell(flask, music):
    failed = flask("preprocess-all", "--models", "deafnet")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("Error: Unknown model 'deafnet'")
    unknown = flask("no-such-command")
    assert unknown.returncode != 0


def test_a_wrong_option_tells_a_shell(run):
    assert run("preprocess-all", "--no-such-option").exit_code == 2
