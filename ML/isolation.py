"""Files from anywhere are opened in processes of their own: a decoder that crashes, hangs or takes all memory
ends with a reason, and takes nothing along.

    facts = isolated(probe, path)
    for block in isolated_items(chunks_at, path, rates): ...

Functions and what they return travel between processes; they take the path first. Workers are kept for the
next file, so one costs its start only once; ML/isolated_worker.py is what runs there.
"""

import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import config
from ML import wire
from ML.devices import count_cores
from ML.errors import AudioDecodeError

Value = TypeVar("Value")
MOST_KEPT = max(4, count_cores())  # workers without work; one takes 35 MB


class Worker:
    """A process that opens files, one at a time. is_asked: an answer of it is awaited."""

    def __init__(self) -> None:
        self.connection, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ML.isolated_worker", str(theirs.fileno()),
                 str(config.DECODE_MEMORY_MB)],
                stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                env=os.environ | {"PYTHONPATH": str(config.ROOT), "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
        self.is_asked = False

    def ask(self, path: Path, seconds: float, message: Any) -> tuple[bool, Any]:
        """(whether it has more, the answer). Raises AudioDecodeError, also when the worker dies of it."""
        self.is_asked = True
        try:
            wire.send(self.connection, message)
            has_more, value, error = wire.receive(self.connection)
        except (EOFError, ConnectionError):
            raise AudioDecodeError(f"Cannot decode {path.name}: {self.why_it_died(seconds)}.") from None
        except pickle.UnpicklingError:
            raise AudioDecodeError(f"Cannot decode {path.name}: the decoder's answer is not ours.") from None
        self.is_asked = False
        if error is not None:
            raise error
        return has_more, value

    def why_it_died(self, seconds: float) -> str:
        status = -self.process.wait()
        if status == signal.SIGALRM:
            return f"it took longer than {seconds:.0f} s (MELODEX_DECODE_SECONDS)"
        if status == signal.SIGKILL:
            return "the system ended the decoder, perhaps for lack of memory"
        return f"the decoder crashed ({signal.Signals(status).name if status > 0 else f'status {-status}'})"

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()


_idle: list[Worker] = []
_lock = Lock()
os.register_at_fork(after_in_child=_idle.clear)  # they are the parent's


@contextmanager
def borrowed() -> Iterator[Worker]:
    """A worker that is kept for others afterwards, unless it is dead or still at it."""
    worker = take_idle() or Worker()
    try:
        yield worker
    finally:
        with _lock:
            is_kept = not worker.is_asked and len(_idle) < MOST_KEPT
            if is_kept:
                _idle.append(worker)
        if not is_kept:
            worker.end()


def take_idle() -> Worker | None:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.process.poll() is None:
                return worker
    return None


def patience(path: Path) -> float:
    """Seconds that one answer may take: disks are slow, some answers are about the whole of a large file."""
    try:
        return config.DECODE_SECONDS + path.stat().st_size / 2**20
    except OSError:
        return config.DECODE_SECONDS


def isolated(function: Callable[..., Value], path: Path, *arguments: Any) -> Value:
    """function(path, *arguments), elsewhere. Raises AudioDecodeError and what it raises."""
    path, seconds = path.absolute(), patience(path)
    with borrowed() as worker:
        _, value = worker.ask(path, seconds, (function, path, arguments, seconds))
    return value


def isolated_items(
    function: Callable[..., Generator[Value, None, None]], path: Path, *arguments: Any
) -> Generator[Value, None, None]:
    """The items of function(path, *arguments), each made when it is asked for. Raises like `isolated`."""
    path, seconds = path.absolute(), patience(path)
    with borrowed() as worker:
        worker.ask(path, seconds, (function, path, arguments, seconds))
        waits = False  # for another question about this file
        try:
            while True:
                waits, value = worker.ask(path, seconds, True)
                if not waits:
                    return
                yield value
                waits = False
        finally:
            if waits:
                wire.send(worker.connection, False)
