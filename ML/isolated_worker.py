"""The other end of ML/isolation.py: `python -m ML.isolated_worker SOCKET MEGABYTES`, until it is hung up on.

The kernel keeps the limits, so they hold in C code too, and when the process that asked has been killed: an
alarm ends a process that takes too long over one answer, and beyond its share of memory allocations fail.
The process that asks has a deadline of its own, for a decoder that has lost its alarm.
"""

import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from inspect import isgenerator
from pathlib import Path
from typing import Any

from ML import wire
from ML.errors import AudioDecodeError, AudioOutOfReachError, MelodexError

END = object()


def serve(connection: socket.socket, memory_megabytes: int) -> None:
    """Answer one task after the other: a function, its path and further arguments, and the seconds it has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks: it may want to finish
    load_libraries()
    limit_memory(memory_megabytes)
    try:
        while True:
            function, path, arguments, seconds = wire.receive_task(connection)
            result = answer(connection, path, seconds, partial(function, path, *arguments))
            if isgenerator(result):
                serve_items(connection, path, seconds, result)
    except (EOFError, ConnectionError):
        return


def serve_items(connection: socket.socket, path: Path, seconds: float, items: Any) -> None:
    """One item whenever it is asked for, until the end or until no more are wanted."""
    while wire.receive_task(connection):
        if answer(connection, path, seconds, partial(next, items, END)) in (END, None):
            return
    items.close()


def answer(connection: socket.socket, path: Path, seconds: float, work: Callable[[], Any]) -> Any:
    """Do it and send what came of it: (has more, value, error). A generator is not sent, but begun."""
    value, error = None, None
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        value = work()
    except MelodexError as raised:
        error = raised
    except MemoryError:
        error = AudioDecodeError(f"{path.name} does not decode in the memory it may take.")
    except OSError as raised:
        error = AudioOutOfReachError(f"Cannot read {path.name}: {raised.strerror}.")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    is_sent = not (isgenerator(value) or value is END)
    wire.send(connection, (value is not END, value if is_sent else None, error))
    return value


def load_libraries() -> None:
    """Before memory is counted, and before the first file waits for them."""
    import av  # noqa: F401
    import mutagen  # noqa: F401
    import soxr  # noqa: F401

    import ML.audio  # noqa: F401


def limit_memory(megabytes: int) -> None:
    """What may come on top of what the libraries take; where the system cannot tell, there is no limit."""
    status = Path("/proc/self/statm")
    if status.exists():
        import resource

        taken = int(status.read_text().split()[0]) * resource.getpagesize()
        limit = taken + megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
