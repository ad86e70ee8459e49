"""A decoder may crash, hang or take all memory: it ends with a reason, and nothing else ends with it."""

import errno
import io
import os
import pickle
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import config
from ML import isolation, wire
from ML.audio import AudioProbe
from ML.errors import AudioDecodeError, AudioOutOfReachError, AudioTooShortError
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
# Another try may do. A crash and too much memory are the file's own.
FROM_OUTSIDE = {"hang", "hang_in_c", "be_killed", "miss"}


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
    with pytest.raises(AudioDecodeError, match=MISHAPS[mishap]) as raised:
        isolated(getattr(readers, mishap), SONG)
    assert isinstance(raised.value, AudioOutOfReachError) == (mishap in FROM_OUTSIDE)
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


LIMITS = wire.Limits(time.monotonic() + 10 * PATIENCE_SECONDS, 2**20)


class Trap:
    """What a decoder that a file has taken over might answer."""

    def __reduce__(self):
        return os.system, ("true",)


def test_an_answer_cannot_run_code():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(theirs, (False, Trap(), None))
        with pytest.raises(wire.UnusableAnswerError, match="no business"):
            wire.receive(ours, LIMITS)


@pytest.mark.parametrize("named", ["ML.audio\nWaveform", "ML.errors\nMelodexError.__init__", "os\nsystem"])
def test_an_answer_names_only_what_is_listed(named):
    with pytest.raises(pickle.UnpicklingError, match="no business"):
        wire.AnswerReader(io.BytesIO(b"c" + named.encode() + b"\n.")).load()


SILENT = "pass"
DRIP = f"""
connection.sendall({wire.HEAD.pack(2**20, 0)!r})
while True:
    connection.sendall(b'x')
    time.sleep(0.01)
"""


def packed(value: object) -> bytes:
    """As a worker sends it."""
    pickled = pickle.dumps(value, protocol=5)
    return wire.HEAD.pack(len(pickled), 0) + pickled


NONSENSE = {
    "a size of 2^62": wire.HEAD.pack(2**62, 0),
    "an array of 2^62 bytes": wire.HEAD.pack(4, 1) + struct.pack("!Q", 2**62),
    "four thousand million arrays": wire.HEAD.pack(4, 2**32 - 1),
    "nothing": wire.HEAD.pack(0, 0),
    "no pickle": wire.HEAD.pack(4, 0) + b"abcd",
    "a number": packed(5),
    "two parts": packed((True, 5)),
    "an unknown class": wire.HEAD.pack(18, 0) + b"cML.nowhere\nThing\n",
    "no error": packed((True, None, "sorry")),
    "text for a number": packed((True, "5", None)),
    "a truth value for a number": packed((True, True, None)),
    "a number that no database holds": packed((True, 2**70, None)),
    "a record for a number": packed((True, AudioProbe(44_100, 2, 1.0, "hash"), None)),
    "an end instead of an answer": packed((False, 5, None)),
}


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_costs_one_file(nonsense, fake_worker):
    fake_worker(f"connection.sendall({NONSENSE[nonsense]!r})")
    with pytest.raises(AudioDecodeError, match=re.escape("song.mp3: the decoder's answer is not ours.")):
        isolated(readers.process_of, SONG)
    assert isinstance(isolated(readers.process_of, SONG), int)


def test_nonsense_in_a_record_costs_one_file(fake_worker):
    fake_worker(f"connection.sendall({packed((True, AudioProbe('44100', 2, float('nan'), None), None))!r})")
    with pytest.raises(AudioDecodeError, match="not ours"):
        isolated(readers.make_record, SONG)
    assert isolated(readers.make_record, SONG).sample_rate == 44_100


@pytest.mark.parametrize("action", [SILENT, DRIP], ids=["silent", "a byte now and then"])
def test_silence_ends_by_the_deadline_of_who_asks(action, fake_worker, monkeypatch):
    """A decoder without its alarm, and one that sends a byte now and then of an answer that never ends."""
    monkeypatch.setattr(isolation, "START_SECONDS", 0.0)
    monkeypatch.setattr(isolation, "GRACE_SECONDS", 0.5)
    monkeypatch.setattr(isolation, "patience", lambda path: 0.0)
    fake_worker(action)
    with pytest.raises(AudioOutOfReachError, match="longer than 0 s .MELODEX_DECODE_SECONDS."):
        isolated(readers.process_of, SONG)


def test_a_second_answer_is_not_for_the_next_file(fake_worker):
    fake_worker(f"connection.sendall({packed((True, 7, None)) * 2!r})")
    assert isolated(readers.process_of, SONG) == 7
    assert isolated(readers.process_of, SONG) != 7


def test_closing_after_a_kill_is_quiet():
    items = isolated_items(readers.processes, SONG)
    worker = next(items)
    os.kill(worker, signal.SIGKILL)
    os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)
    items.close()
    assert isolated(readers.process_of, SONG) != worker


def test_a_system_that_starts_no_process_costs_one_file(monkeypatch):
    def refuse(*_, **__):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(isolation, "_idle", [])
        patch.setattr(isolation.subprocess, "Popen", refuse)
        with pytest.raises(AudioOutOfReachError, match="song.mp3: Resource temporarily unavailable"):
            isolated(readers.process_of, SONG)
    assert isinstance(isolated(readers.process_of, SONG), int)


def test_arrays_and_records_arrive_whole():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert np.array_equal(isolated(readers.make_array, SONG), array)
    assert np.array_equal(isolated(readers.make_array, SONG, True), array.T)
