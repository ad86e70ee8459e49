"""Files from anywhere are opened in processes of their own: a decoder that crashes, hangs, takes all memory
or answers nonsense ends with a reason, and takes nothing along.

    facts = isolated(probe, path)
    for block in isolated_items(chunks_at, path, rates): ...

Functions and what they return travel between processes; they take the path first. Workers are kept for the
next file, so one costs its start only once; ML/isolated_worker.py is what runs there.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import config
from ML import wire
from ML.answer_types import answer_type, is_of_type
from ML.devices import count_cores
from ML.errors import AudioDecodeError, AudioOutOfReachError, MelodexError

Value = TypeVar("Value")
MOST_KEPT = max(4, count_cores())  # workers without work; one takes 35 MB
START_SECONDS = 60.0  # for a new worker, which loads libraries before its first answer
GRACE_SECONDS = 5.0  # the worker's own alarm comes first: it knows the reason
END_SECONDS = 1.0  # for the system to end a process; one that waits for a stalled disk cannot be ended


class Worker:
    """A process that opens files, one at a time. is_asked: an answer of it is awaited."""

    def __init__(self) -> None:
        """Raises OSError when the system starts no process."""
        self.connection, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ML.isolated_worker", str(theirs.fileno()),
                 str(config.DECODE_MEMORY_MB)],
                stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                env=os.environ | {"PYTHONPATH": str(config.ROOT), "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
        self.is_asked = False
        self.ready_by = time.monotonic() + START_SECONDS

    def ask(self, path: Path, seconds: float, message: Any, wanted: Any = Any) -> tuple[bool, Any]:
        """(whether it has more, the answer).

        wanted: the type of the answer, None for none.  Raises AudioDecodeError, also when the worker crashes
        or its answer is none, and AudioOutOfReachError when it takes too long or was ended.
        """
        self.is_asked = True
        begin = max(time.monotonic(), self.ready_by)
        limits = wire.Limits(begin + seconds + GRACE_SECONDS, config.DECODE_MEMORY_MB * 2**20)
        try:
            limits.apply(self.connection)
            wire.send(self.connection, message)
            has_more, value, error = read_answer(wire.receive(self.connection, limits), wanted)
        except TimeoutError:
            self.end()
            raise AudioOutOfReachError(f"Cannot decode {path.name}: {too_slow(seconds)}.") from None
        except (EOFError, OSError):
            raise self.explain_death(path, seconds) from None
        except wire.UnusableAnswerError:
            self.end()
            raise AudioDecodeError(f"Cannot decode {path.name}: the decoder's answer is not ours.") from None
        self.is_asked = False
        self.ready_by = 0.0
        if error is not None:
            raise error
        return has_more, value

    def release(self, message: Any) -> None:
        """Send it what needs no answer. A worker that has died meanwhile is not used again."""
        try:
            self.connection.settimeout(GRACE_SECONDS)
            wire.send(self.connection, message)
        except OSError:
            self.is_asked = True

    def explain_death(self, path: Path, seconds: float) -> AudioDecodeError:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_SECONDS)
        status = -(self.process.returncode or 0)
        if status == signal.SIGALRM:
            return AudioOutOfReachError(f"Cannot decode {path.name}: {too_slow(seconds)}.")
        if status == signal.SIGKILL:
            return AudioOutOfReachError(
                f"Cannot decode {path.name}: the system ended the decoder, perhaps for lack of memory."
            )
        name = signal.Signals(status).name if status > 0 else f"status {-status}"
        return AudioDecodeError(f"Cannot decode {path.name}: the decoder crashed ({name}).")

    @property
    def is_usable(self) -> bool:
        """Alive, and silent: what a worker sends without a question is not for the next file."""
        if self.process.poll() is not None:
            return False
        self.connection.setblocking(False)
        try:
            self.connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(END_SECONDS)


def read_answer(answer: Any, wanted: Any) -> tuple[bool, Any, MelodexError | None]:
    """(whether there is more, value, error) as a worker sends them. Raises UnusableAnswerError."""
    if not (isinstance(answer, tuple) and len(answer) == 3):
        raise wire.UnusableAnswerError("It has no three parts.")
    has_more, value, error = answer
    if type(has_more) is not bool or not (error is None or isinstance(error, MelodexError)):
        raise wire.UnusableAnswerError("Its parts are of other types.")
    is_empty = error is not None or not has_more
    if not is_of_type(value, None if is_empty else wanted):
        raise wire.UnusableAnswerError(f"It is no {wanted}.")
    return has_more, value, error


def too_slow(seconds: float) -> str:
    return f"it took longer than {seconds:.0f} s (MELODEX_DECODE_SECONDS)"


_idle: list[Worker] = []
_lock = Lock()
os.register_at_fork(after_in_child=_idle.clear)  # they are the parent's


@contextmanager
def borrowed(path: Path) -> Iterator[Worker]:
    """A worker that is kept for others afterwards, unless it is dead or still at work.

    Raises AudioOutOfReachError when none can be started.
    """
    try:
        worker = take_idle() or Worker()
    except OSError as error:
        raise AudioOutOfReachError(f"Cannot decode {path.name}: {error.strerror}.") from error
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
    while True:
        with _lock:
            worker = _idle.pop() if _idle else None
        if worker is None or worker.is_usable:
            return worker
        worker.end()


def patience(path: Path) -> float:
    """Seconds that one answer may take: disks are slow, some answers are about the whole of a large file."""
    try:
        return config.DECODE_SECONDS + path.stat().st_size / 2**20
    except OSError:
        return config.DECODE_SECONDS


def isolated(function: Callable[..., Value], path: Path, *arguments: Any) -> Value:
    """function(path, *arguments), elsewhere. Raises AudioDecodeError and what it raises."""
    path, seconds = path.absolute(), patience(path)
    with borrowed(path) as worker:
        _, value = worker.ask(path, seconds, (function, path, arguments, seconds), answer_type(function))
    return value


def isolated_items(
    function: Callable[..., Generator[Value, None, None]], path: Path, *arguments: Any
) -> Generator[Value, None, None]:
    """The items of function(path, *arguments), each made when it is asked for. Raises like `isolated`."""
    path, seconds = path.absolute(), patience(path)
    with borrowed(path) as worker:
        worker.ask(path, seconds, (function, path, arguments, seconds), None)
        waits = False  # for another question about this file
        try:
            while True:
                waits, value = worker.ask(path, seconds, True, answer_type(function))
                if not waits:
                    return
                yield value
                waits = False
        finally:
            if waits:
                worker.release(False)
