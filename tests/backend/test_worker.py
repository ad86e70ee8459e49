"""A worker process that is killed, stopped and started again ends with the rows of an undisturbed extraction.

Server and worker are real processes, with stub models (tests/flask_with_stubs.py). The worker pauses with
fifteen results missing, so that every stop comes before the last. Kills at random moments: `make torture`.
"""

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

from db.jobs import JobStore
from tests.backend.conftest import free_ports
from tests.backend.test_stopping import N_SONGS
from tests.backend.test_stopping import indexed as indexed
from tests.backend.test_stopping import path as path
from tests.backend.test_stopping import shelf as shelf
from tests.backend.test_stopping import undisturbed as undisturbed
from tests.conftest import REPOSITORY, process_environment
from tests.processes import PATIENCE_SECONDS, command_with_stubs, find_worker
from tests.soundness import ROWS, assert_sound, query

pytestmark = pytest.mark.xdist_group("stopping")
N_BEFORE = 3  # rows that are stored when the worker pauses
PAUSE = {"PAUSE_WITH_LEFT": str(N_SONGS - N_BEFORE)}
EXTRACT = {"kind": "extract", "parameters": {"models": ["acoustic"]}}


@dataclass
class Server:
    """A running `serve`, with the worker beside it."""

    process: subprocess.Popen
    address: str
    store: JobStore

    def get(self, path: str):
        with urllib.request.urlopen(self.address + path, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def post(self, path: str, body: object = None) -> dict:
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def job(self, job_id: int) -> dict:
        return self.get(f"/jobs/{job_id}")


def wait_until(is_true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@contextmanager
def serving(shelf: Path, path: Path) -> Iterator[Server]:
    api, app = free_ports(2)
    ports = {"MELODEX_API_PORT": str(api), "MELODEX_APP_PORT": str(app)}
    environment = process_environment(shelf, path) | ports | PAUSE
    process = subprocess.Popen(command_with_stubs("serve"), cwd=REPOSITORY, env=environment)
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


def wait_for_state(store: JobStore, job_id: int, wanted: str) -> None:
    def is_reached() -> bool:
        job = store.find(job_id)
        assert job and (job.state == wanted or job.state in ("queued", "running", "cancelling")), job
        return job.state == wanted

    wait_until(is_reached)


def wait_for_pause(server: Server, path: Path, job_id: int) -> None:
    def is_paused() -> bool:
        assert state(server, job_id) in ("queued", "running"), server.job(job_id)
        return n_rows(path) == N_BEFORE

    wait_until(is_paused)


def n_rows(path: Path) -> int:
    return query(path, "SELECT count(*) FROM embeddings")[0][0]


def state(server: Server, job_id: int) -> str:
    job = server.store.find(job_id)
    assert job
    return job.state


def test_a_worker_killed_in_the_middle_is_started_again_and_goes_on(shelf, indexed, undisturbed):
    with serving(shelf, indexed) as server:
        job_id = server.post("/jobs", EXTRACT)["id"]
        wait_for_pause(server, indexed, job_id)
        before = query(indexed, ROWS)
        os.kill(worker_of(indexed), signal.SIGKILL)
        assert state(server, job_id) == "running", "nobody was there to write anything else"
        wait_for_state(server.store, job_id, "done")
        assert server.job(job_id)["n_failed"] == 0
        assert set(before) <= set(query(indexed, ROWS)), "what was stored was not made again"
    assert_sound(indexed)
    assert query(indexed, ROWS) == undisturbed
    assert query(server.store.database.path, "PRAGMA integrity_check") == [("ok",)]


def test_a_killed_server_takes_its_worker_along_and_the_next_one_goes_on(shelf, indexed, undisturbed):
    with serving(shelf, indexed) as server:
        job_id = server.post("/jobs", EXTRACT)["id"]
        wait_for_pause(server, indexed, job_id)
        worker = worker_of(indexed)
        server.process.kill()
        server.process.wait(PATIENCE_SECONDS)
        wait_until(lambda: not Path(f"/proc/{worker}").exists())
        assert state(server, job_id) in ("queued", "running")
        assert n_rows(indexed) < N_SONGS, "the stop must hit the extraction for this test to say anything"
    with serving(shelf, indexed) as server:
        wait_for_state(server.store, job_id, "done")
        job = server.job(job_id)
        assert (job["stage"], job["error"]) == ("Drawing maps", None)
    assert query(indexed, ROWS) == undisturbed


def test_cancelled_it_finishes_what_it_has_in_hand_and_resumed_the_rest(shelf, indexed, undisturbed):
    with serving(shelf, indexed) as server:
        job_id = server.post("/jobs", EXTRACT)["id"]
        wait_for_pause(server, indexed, job_id)
        server.post(f"/jobs/{job_id}/cancel")
        wait_for_state(server.store, job_id, "cancelled")
        n_kept = n_rows(indexed)
        assert N_BEFORE <= n_kept < N_SONGS
        assert server.job(job_id)["done"] == n_kept
        server.post(f"/jobs/{job_id}/resume")
        wait_for_state(server.store, job_id, "done")
    assert query(indexed, ROWS) == undisturbed


def test_a_worker_of_its_own_runs_what_waits_and_a_second_waits_for_its_end(shelf, indexed):
    path = indexed.with_name(f"{indexed.name}.jobs")
    store = JobStore(path)
    job_id = store.add("index", {}, 0)[0].id  # as a server leaves it that dies before it is queued
    environment = process_environment(shelf, indexed)
    both = [
        subprocess.Popen(command_with_stubs("work"), cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    wait_for_state(store, job_id, "done")
    first = next(each for each in both if each.pid == worker_of(indexed))
    # Left without its place in the queue: only a worker that begins looks for such jobs.
    other = store.add("maps", {"models": ["acoustic/librosa"], "refit": False}, 0)[0].id
    first.send_signal(signal.SIGINT)
    first.wait(PATIENCE_SECONDS)
    second = both[1 - both.index(first)]
    wait_for_state(store, other, "failed")
    assert worker_of(indexed) == second.pid
    second.send_signal(signal.SIGINT)
    for process in both:
        assert b"Traceback" not in process.communicate(timeout=PATIENCE_SECONDS)[1]
    store.close()
