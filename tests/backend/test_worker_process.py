"""The server starts its worker wherever it was itself started, and again whatever keeps it from starting."""

import subprocess
import sys
from threading import Event

import pytest

import backend.jobs.process
from backend.jobs.process import COMMAND, WorkerProcess
from tests.processes import PATIENCE_SECONDS

UNTIL_INPUT_ENDS = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def test_the_worker_is_found_from_any_folder_and_takes_no_code_from_it(tmp_path, environment):
    for name in ("config.py", "flask.py", "backend.py"):
        (tmp_path / name).write_text("raise SystemExit('code of the current folder')")
    done = subprocess.run(
        [*COMMAND, "--help"], cwd=tmp_path, env=environment, capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "--beside-server" in done.stdout


@pytest.fixture
def starts(monkeypatch):
    """Starts of the worker: those that fail, then one that lives until it is stopped."""
    monkeypatch.setattr(backend.jobs.process, "PAUSES_SECONDS", (0,))
    failures = [OSError(12, "Cannot allocate memory"), OSError(11, "Resource temporarily unavailable")]
    started = Event()

    def start() -> subprocess.Popen:
        if failures:
            raise failures.pop(0)
        started.set()
        return subprocess.Popen(UNTIL_INPUT_ENDS, stdin=subprocess.PIPE)

    monkeypatch.setattr(backend.jobs.process, "start", start)
    return started


def test_a_system_without_room_for_a_process_gets_its_worker_later(starts, caplog):
    worker = WorkerProcess(is_wanted=True)
    worker.ensure()
    assert starts.wait(PATIENCE_SECONDS)
    worker.stop()
    assert "Cannot allocate memory" in caplog.text and "Resource temporarily unavailable" in caplog.text
