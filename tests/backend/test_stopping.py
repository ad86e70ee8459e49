"""`preprocess-all` may be stopped at any moment, by any means, and two may run at once: nothing is lost."""

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from db.database import open_database
from db.indexing import index_library
from tests.conftest import REPOSITORY, flask_command, process_environment
from tests.soundness import ROWS, assert_sound, query
from tests.sounds import noise, tone, write_sound

pytestmark = pytest.mark.xdist_group("stopping")  # one worker: its undisturbed run serves all
N_SONGS = 18
EXTENSIONS = (".wav", ".flac", ".ogg")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A music folder with eighteen short songs."""
    folder = tmp_path_factory.mktemp("shelf")
    for number in range(N_SONGS):
        samples = noise(number, 1.5) + tone(110 * (number + 1), 1.5, level=0.3)
        write_sound(folder / f"{number:02d}{EXTENSIONS[number % 3]}", samples)
    return folder


def start(command: str, folder: Path, path: Path, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        flask_command(command, "--no-progress", *arguments),
        cwd=REPOSITORY, env=process_environment(folder, path),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process: subprocess.Popen) -> str:
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    return output


def n_rows(path: Path) -> int:
    return query(path, "SELECT count(*) FROM embeddings")[0][0]


def wait_for_rows(process: subprocess.Popen, path: Path, n: int) -> None:
    while n_rows(path) < n and process.poll() is None:
        time.sleep(0.003)


def index(shelf: Path, path: Path) -> Path:
    database = open_database(path)
    index_library(database, shelf)
    database.close()
    return path


@pytest.fixture
def indexed(shelf, tmp_path) -> Path:
    return index(shelf, tmp_path / "library.db")


@pytest.fixture(scope="module")
def undisturbed(shelf, tmp_path_factory) -> list[tuple]:
    """Rows of a run that nobody stopped."""
    path = index(shelf, tmp_path_factory.mktemp("undisturbed") / "library.db")
    finish(start("preprocess-all", shelf, path, "--no-maps"))
    rows = query(path, ROWS)
    assert len(rows) == N_SONGS
    return rows


def test_stopped_again_and_again_it_ends_with_the_rows_of_an_undisturbed_run(shelf, indexed, undisturbed):
    rng = random.Random(20)
    kill, ctrl_c = signal.SIGKILL, signal.SIGINT
    n_before, n_stopped_inside = 0, 0
    for how, n_more, most_seconds in ((kill, 0, 1.0), (kill, 3, 0.03), (ctrl_c, rng.randint(2, 4), 0.03)):
        process = start("preprocess-all", shelf, indexed, "--no-maps")
        wait_for_rows(process, indexed, n_before + n_more)
        time.sleep(rng.uniform(0, most_seconds))
        process.send_signal(how)
        _, errors = process.communicate(timeout=30)
        n_now = n_rows(indexed)
        assert process.returncode != 0 or n_now == N_SONGS
        assert "Traceback" not in errors
        assert_sound(indexed)
        assert n_now >= n_before + n_more, "what was stored stays"
        n_stopped_inside += 0 < n_now < N_SONGS
        n_before = n_now
    assert n_stopped_inside >= 1, "a stop must hit the extraction for this test to say anything"
    output = finish(start("preprocess-all", shelf, indexed, "--no-maps"))
    assert f"{n_before} were there, {N_SONGS - n_before} extracted, 0 failed" in output
    assert_sound(indexed)
    assert query(indexed, ROWS) == undisturbed


def test_two_at_once_end_well_with_one_row_each(shelf, indexed, undisturbed):
    both = [start("preprocess-all", shelf, indexed) for _ in range(2)]
    for process in both:
        assert "0 failed" in finish(process)
    assert_sound(indexed)
    assert query(indexed, ROWS) == undisturbed


def test_indexing_while_another_indexes_gives_one_row_a_song(shelf, tmp_path):
    path = tmp_path / "shared.db"
    for process in [start("index-audio", shelf, path) for _ in range(2)]:
        finish(process)
    assert len(query(path, "SELECT filename FROM tracks")) == N_SONGS
    assert_sound(path)


def test_an_index_killed_in_the_middle_is_finished_by_the_next(shelf, tmp_path):
    path = tmp_path / "killed.db"
    open_database(path).close()
    process = start("index-audio", shelf, path)
    while process.poll() is None and len(query(path, "SELECT id FROM tracks")) < 2:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    finish(start("index-audio", shelf, path))
    assert len(query(path, "SELECT filename FROM tracks WHERE error IS NULL")) == N_SONGS
    assert_sound(path)


MEASURED = "SELECT filename, spectral_centroid, tempo FROM tracks WHERE spectral_centroid IS NOT NULL"


def test_measuring_killed_in_the_middle_goes_on_where_it_was(shelf, indexed):
    process = start("extract-acoustic-features", shelf, indexed)
    while process.poll() is None and len(query(indexed, MEASURED)) < 3:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    before = set(query(indexed, MEASURED))
    assert 3 <= len(before) < N_SONGS, "the kill must hit the work for this test to say anything"
    output = finish(start("extract-acoustic-features", shelf, indexed))
    assert output.startswith(f"{N_SONGS - len(before)} tracks heard, 0 taken from")
    after = set(query(indexed, MEASURED))
    assert before < after and len(after) == N_SONGS
    assert_sound(indexed)
