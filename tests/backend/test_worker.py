"""A real worker process: killed, stopped, started anew, it ends with what an undisturbed one makes."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from db.database import open_database
from db.indexing import index_library
from db.jobs import JobStore
from tests.backend.conftest import free_ports
from tests.conftest import REPOSITORY, flask_command, process_environment
from tests.processes import find_worker
from tests.soundness import ROWS, assert_sound, query
from tests.sounds import noise, tone, write_sound

pytestmark = pytest.mark.xdist_group("stopping")
N_SONGS = 24
SECONDS = 12.0  # so that a stop comes before the last
PATIENCE_SECONDS = 90
EXTRACT = {"kind": "extract", "parameters": {"models": ["acoustic"]}}


@dataclass
class Server:
    """A running `serve`, with the worker beside it."""

    process: subprocess.Popen
    address: str
    store: JobStore

    def get(self, path: str):
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return json.load(answer)

    def post(self, path: str, body: object = None) -> dict:
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def job(self, job_id: int) -> dict:
        return self.get(f"/jobs/{job_id}")


def wait_until(is_true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    for number in range(N_SONGS):
        sound = noise(number, SECONDS) + tone(110 * (number + 1), SECONDS, level=0.3)
        write_sound(folder / f"{number:02d}.wav", sound)
    return folder


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
    """Rows of the command that does the same."""
    path = index(shelf, tmp_path_factory.mktemp("undisturbed") / "library.db")
    subprocess.run(
        flask_command("preprocess-all", "--no-progress", "--no-maps"),
        cwd=REPOSITORY, env=process_environment(shelf, path), check=True, timeout=120,
    )  # fmt: skip
    return query(path, ROWS)


@contextmanager
def serving(shelf: Path, path: Path) -> Iterator[Server]:
    api, app = free_ports(2)
    ports = {"MELODEX_API_PORT": str(api), "MELODEX_APP_PORT": str(app)}
    process = subprocess.Popen(
        flask_command("serve"), cwd=REPOSITORY, env=process_environment(shelf, path) | ports
    )
    store = JobStore(path.with_name(f"{path.name}.jobs"))
    server = Server(process, f"http://127.0.0.1:{api}", store)
    try:
        wait_until(lambda: answers(server))
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)
        store.close()


def answers(server: Server) -> bool:
    assert server.process.poll() is None
    try:
        return server.get("/jobs")["worker"]
    except urllib.error.URLError:
        return False


def worker_of(path: Path) -> int:
    found = find_worker(path)
    assert found
    return found


def n_rows(path: Path) -> int:
    return query(path, "SELECT count(*) FROM embeddings")[0][0]


def state(server: Server, job_id: int) -> str:
    job = server.store.find(job_id)
    assert job
    return job.state


def test_a_worker_killed_in_the_middle_is_started_again_and_goes_on(shelf, indexed, undisturbed):
    with serving(shelf, indexed) as server:
        job_id = server.post("/jobs", EXTRACT)["id"]
        wait_until(lambda: n_rows(indexed) >= 3)
        before = query(indexed, ROWS)
        os.kill(worker_of(indexed), signal.SIGKILL)
        assert state(server, job_id) == "running", "nobody was there to write anything else"
        wait_until(lambda: state(server, job_id) == "done")
        assert server.job(job_id)["n_failed"] == 0
        assert set(before) <= set(query(indexed, ROWS)), "what was stored was not made again"
    assert_sound(indexed)
    assert query(indexed, ROWS) == undisturbed
    assert query(server.store.database.path, "PRAGMA integrity_check") == [("ok",)]


def test_a_killed_server_takes_its_worker_along_and_the_next_one_goes_on(shelf, indexed, undisturbed):
    with serving(shelf, indexed) as server:
        job_id = server.post("/jobs", EXTRACT)["id"]
        wait_until(lambda: n_rows(indexed) >= 3)
        worker = worker_of(indexed)
        server.process.kill()
        server.process.wait(PATIENCE_SECONDS)
        wait_until(lambda: not Path(f"/proc/{worker}").exists())
        assert state(server, job_id) in ("queued", "running")
        assert n_rows(indexed) < N_SONGS, "the stop must hit the extraction for this test to say anything"
    with serving(shelf, indexed) as server:
        wait_until(lambda: state(server, job_id) == "done")
        job = server.job(job_id)
        assert (job["stage"], job["error"]) == ("Drawing maps", None)
    assert query(indexed, ROWS) == undisturbed


def test_cancelled_it_finishes_what_it_has_in_hand_and_resumed_the_rest(shelf, indexed, undisturbed):
    with serving(shelf, indexed) as server:
        job_id = server.post("/jobs", EXTRACT)["id"]
        wait_until(lambda: n_rows(indexed) >= 2)
        server.post(f"/jobs/{job_id}/cancel")
        wait_until(lambda: state(server, job_id) == "cancelled")
        n_kept = n_rows(indexed)
        assert 2 <= n_kept < N_SONGS
        assert server.job(job_id)["done"] == n_kept
        server.post(f"/jobs/{job_id}/resume")
        wait_until(lambda: state(server, job_id) == "done")
    assert query(indexed, ROWS) == undisturbed


def test_a_worker_of_its_own_runs_what_waits_and_a_second_waits_for_its_end(shelf, indexed):
    path = indexed.with_name(f"{indexed.name}.jobs")
    store = JobStore(path)
    job_id = store.add("index", {}, 0)[0].id  # as a server leaves it that dies before it is queued
    environment = process_environment(shelf, indexed)
    both = [
        subprocess.Popen(flask_command("work"), cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    wait_until(lambda: store.find(job_id).state == "done")
    first = next(each for each in both if each.pid == worker_of(indexed))
    # Left without its place in the queue: only a worker that begins looks for such jobs.
    other = store.add("maps", {"models": ["acoustic/librosa"], "refit": False}, 0)[0].id
    first.send_signal(signal.SIGINT)
    first.wait(PATIENCE_SECONDS)
    second = both[1 - both.index(first)]
    wait_until(lambda: store.find(other).state == "failed")
    assert worker_of(indexed) == second.pid
    second.send_signal(signal.SIGINT)
    for process in both:
        assert b"Traceback" not in process.communicate(timeout=PATIENCE_SECONDS)[1]
    store.close()
