"""A decoder may crash, hang or take all memory: it ends with a reason, and nothing else ends with it."""

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import config
from ML import isolation, wire
from ML.errors import AudioDecodeError, AudioTooShortError
from ML.isolation import isolated, isolated_items
from tests.conftest import REPOSITORY
from tests.ML import readers
from tests.ML.readers import squares
from tests.processes import PATIENCE_SECONDS

SONG = Path("song.mp3")
# For an answer that never comes. Those that come before it from the same process take microseconds.
HANG_SECONDS = 2
MISHAPS = {
    "crash": "song.mp3: the decoder crashed .SIGSEGV.",
    "hang": "took longer than 2 s .MELODEX_DECODE_SECONDS.",
    "hang_in_c": "took longer than 2 s",
    "devour": "does not decode in the memory",
    "be_killed": "perhaps for lack of memory",
    "miss": "Cannot read song.mp3: No such file",
}


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A busy machine may be slow."""
    monkeypatch.setattr(config, "DECODE_SECONDS", 100)


def test_a_worker_is_kept_for_the_next_file():
    first = isolated(readers.process_of, SONG)
    assert first != os.getpid()
    assert isolated(readers.process_of, SONG) == first
    assert list(isolated_items(squares, SONG, 3)) == [0, 1, 4]
    assert isolated(readers.process_of, SONG) == first


@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_mishap_has_a_reason_and_the_next_file_is_read(mishap, monkeypatch):
    if mishap.startswith("hang"):
        monkeypatch.setattr(config, "DECODE_SECONDS", HANG_SECONDS)
    with pytest.raises(AudioDecodeError, match=MISHAPS[mishap]):
        isolated(getattr(readers, mishap), SONG)
    items = isolated_items(squares, SONG, 2, mishap)
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(AudioDecodeError, match=MISHAPS[mishap]):
        next(items)
    assert list(isolated_items(squares, SONG, 3)) == [0, 1, 4]


def test_errors_arrive_as_they_were_raised():
    with pytest.raises(AudioTooShortError, match="nothing to be heard"):
        isolated(readers.go_wrong, SONG)


def test_time_is_given_for_every_answer_and_more_to_large_files(tmp_path):
    large = tmp_path / "large.wav"
    with large.open("wb") as file:
        file.truncate(100 * 2**20)
    assert isolation.patience(large) == 200
    assert isolation.patience(tmp_path / "gone.wav") == 100


def test_left_in_the_middle_the_worker_is_free_for_others():
    first = isolated(readers.process_of, SONG)
    items = isolated_items(squares, SONG, 1000)
    next(items)
    items.close()
    assert isolated(readers.process_of, SONG) == first


def test_a_worker_that_died_without_work_is_not_asked():
    first = isolated(readers.process_of, SONG)
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert isolated(readers.process_of, SONG) != first


def test_threads_have_a_worker_each_and_few_are_kept():
    found, barrier = set(), threading.Barrier(6)

    def read():
        items = isolated_items(squares, SONG, 2)
        next(items)
        barrier.wait(PATIENCE_SECONDS)
        found.add(id(items))

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(found) == 6
    assert len(isolation._idle) <= isolation.MOST_KEPT


LEAVE = """
import os, sys
from pathlib import Path
from ML.isolation import isolated
from tests.ML import readers
print(isolated(readers.process_of, Path("song.mp3")), flush=True)
isolated(getattr(readers, sys.argv[1]), Path("song.mp3"))
"""


@pytest.mark.parametrize("how", ["hang", "hang_in_c"])
def test_workers_end_with_whoever_asked_even_by_a_kill(how):
    command = [sys.executable, "-c", LEAVE, how]
    environment = os.environ | {"MELODEX_DECODE_SECONDS": "3"}
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True
    ) as asking:
        worker = int(asking.stdout.readline())
        asking.kill()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{worker}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Trap:
    """What a decoder that a file has taken over might answer."""

    def __reduce__(self):
        return os.system, ("true",)


def test_an_answer_cannot_run_code():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(theirs, (False, Trap(), None))
        with pytest.raises(pickle.UnpicklingError, match="no business"):
            wire.receive(ours)
