"""A command may be stopped at any moment, by any means, and two may run at once: nothing is lost.

The commands that are stopped are real processes, with stub models (tests/flask_with_stubs.py); what they are
compared with, and the run that finishes their work, needs no process. Kills at random moments, with real
models: `make torture`.
"""

import signal
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import Result

from db.database import open_database
from db.indexing import index_library
from db.preprocessing import extract, plan_extraction
from ML import registry
from ML.inference import LoadedModel
from tests.conftest import REPOSITORY, CountingModel, process_environment
from tests.processes import PATIENCE_SECONDS, command_with_stubs, kill_at, paused_at, wait_for_line
from tests.reliability.workspace import left_overs
from tests.soundness import ROWS, assert_sound, query
from tests.sounds import noise, tone, write_sound

pytestmark = pytest.mark.xdist_group("stopping")  # one worker: its undisturbed run serves all
N_SONGS = 18
EXTENSIONS = (".wav", ".flac", ".ogg")
EXTRACT = ("preprocess-all", "--no-progress")
WITHOUT_MAPS = (*EXTRACT, "--no-maps")
INDEX = ("index-audio", "--no-progress")
MEASURE = ("extract-acoustic-features", "--no-progress")
TRACKS = "SELECT filename, duration, file_size, content_hash, error, gone_at FROM tracks ORDER BY filename"
MEASURED = """
SELECT filename, spectral_centroid, tempo FROM tracks WHERE spectral_centroid IS NOT NULL ORDER BY filename
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A music folder with eighteen short songs."""
    folder = tmp_path_factory.mktemp("shelf")
    for number in range(N_SONGS):
        samples = noise(number, 0.5) + tone(110 * (number + 1), 0.5, level=0.3)
        write_sound(folder / f"{number:02d}{EXTENSIONS[number % 3]}", samples)
    return folder


def start(shelf: Path, path: Path, arguments: Iterable[str]) -> subprocess.Popen:
    return subprocess.Popen(
        command_with_stubs(*arguments), cwd=REPOSITORY, env=process_environment(shelf, path),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process: subprocess.Popen) -> str:
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, errors) == (0, "")
    return output


def index(shelf: Path, path: Path) -> Path:
    database = open_database(path)
    index_library(database, shelf)
    database.close()
    return path


def extract_undisturbed(shelf: Path, path: Path) -> list[tuple]:
    """Rows of an extraction that nobody stops, with a stub model."""
    index(shelf, path)
    spec = registry.get("acoustic", "librosa")
    database = open_database(path)
    with database.read() as session:
        plans = plan_extraction(session, [spec])
    extract(database, shelf, plans, {spec.key: LoadedModel(spec, CountingModel())})
    database.close()
    return query(path, ROWS)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
def indexed(shelf, path) -> Path:
    return index(shelf, path)


@pytest.fixture(scope="module")
def undisturbed(shelf, tmp_path_factory) -> list[tuple]:
    rows = extract_undisturbed(shelf, tmp_path_factory.mktemp("undisturbed") / "library.db")
    assert len(rows) == N_SONGS
    return rows


@pytest.fixture
def succeed(app, run, shelf, loads, monkeypatch) -> Callable[..., str]:
    """A command over the shelf that must end well, in this process. Returns its output."""
    app.config["AUDIO_DIR"] = shelf
    spec = registry.get("acoustic", "librosa")
    monkeypatch.setattr("db.acoustics.load_summary_model", lambda: LoadedModel(spec, CountingModel()))

    def call(*arguments: str) -> str:
        done: Result = run(*arguments)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    return call


def test_stopped_again_and_again_it_ends_with_the_rows_of_an_undisturbed_run(
    shelf, indexed, undisturbed, succeed
):
    environment = process_environment(shelf, indexed)
    # SIGKILL in the middle of the fourth transaction, where the vectors are written and not committed.
    kill_at("db.preprocessing", "save_heard_summary", environment, *WITHOUT_MAPS, call=4, with_stubs=True)
    assert_sound(indexed)
    killed = query(indexed, ROWS)
    assert len(killed) == 3
    with paused_at(
        "db.preprocessing", "note", environment, *WITHOUT_MAPS, call=3, with_stubs=True
    ) as process:
        process.send_signal(signal.SIGINT)
        wait_for_line(process.stderr, "Finishing what is in hand")
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode != 0 and "Traceback" not in errors
    assert_sound(indexed)
    stopped = query(indexed, ROWS)
    assert 6 <= len(stopped) < N_SONGS, "what is in hand is stored, and nothing else"
    assert set(killed) < set(stopped), "what was stored stays"
    n_left = N_SONGS - len(stopped)
    assert f"{len(stopped)} were there, {n_left} extracted, 0 failed" in succeed(*WITHOUT_MAPS)
    assert_sound(indexed)
    assert query(indexed, ROWS) == undisturbed


def test_two_at_once_end_well_with_one_row_each(shelf, indexed, undisturbed):
    environment = process_environment(shelf, indexed)
    with paused_at("db.preprocessing", "note", environment, *EXTRACT, call=4, with_stubs=True) as first:
        second = start(shelf, indexed, EXTRACT)
        wait_for_line(second.stdout, "Another extraction is at work here")
        outputs = [finish(first), finish(second)]
    assert f"{N_SONGS} extracted, 0 failed" in outputs[0]
    assert f"{N_SONGS} were there, 0 extracted, 0 failed" in outputs[1]
    assert_sound(indexed)
    assert query(indexed, ROWS) == undisturbed


def test_indexing_while_another_indexes_gives_one_row_a_song(shelf, path, succeed):
    """One has listed the folder and knows no song yet while the other stores them all."""
    open_database(path).close()
    with paused_at("db.indexing", "open_files", process_environment(shelf, path), *INDEX) as process:
        assert f"{N_SONGS} new" in succeed(*INDEX)
        finish(process)
    assert len(query(path, TRACKS)) == N_SONGS
    assert_sound(path)


def test_an_index_killed_in_the_middle_is_finished_by_the_next(shelf, path, succeed, tmp_path):
    kill_at("db.track_files", "store", process_environment(shelf, path), *INDEX, call=4)
    assert_sound(path)
    assert len(query(path, TRACKS)) == 3
    assert f"{N_SONGS - 3} new, 3 unchanged" in succeed(*INDEX)
    assert query(path, TRACKS) == query(index(shelf, tmp_path / "undisturbed.db"), TRACKS)
    assert_sound(path)
    assert left_overs(tmp_path) == []


def test_measuring_killed_in_the_middle_goes_on_where_it_was(shelf, indexed, succeed):
    environment = process_environment(shelf, indexed)
    kill_at("db.acoustics", "save_summary", environment, *MEASURE, call=4, with_stubs=True)
    before = query(indexed, MEASURED)
    assert len(before) == 3
    assert succeed(*MEASURE).startswith(f"{N_SONGS - 3} tracks heard, 0 taken from")
    after = query(indexed, MEASURED)
    assert set(before) < set(after) and len(after) == N_SONGS
    assert_sound(indexed)
