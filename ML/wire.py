"""Python values over a socket between two processes of ours, arrays without a copy.

One of them opens files from anywhere, and may be taken over by one: its answers are read with limits of time
and size, and name no code but a few records of ours.
multiprocessing's connections copy arrays again and again: half a minute of sound costs them 17 ms, this 1 ms.
"""

import io
import pickle
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from ML import errors

ARRAYS = {("numpy", "dtype"), ("numpy", "ndarray"), ("numpy._core.numeric", "_frombuffer")}
PATHS = {("pathlib", "Path"), ("pathlib", "PosixPath"), ("pathlib", "WindowsPath")}
RECORDS = {
    ("ML.audio", "AudioProbe"),
    ("ML.peaks", "Peaks"),
    ("ML.tags", "TrackTags"),
    ("ML.track_reading", "DecodedChunk"),
}
ERRORS = {
    ("ML.errors", name)
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, errors.MelodexError)
}
ALLOWED = ARRAYS | PATHS | RECORDS | ERRORS
HEAD = struct.Struct("!QI")  # bytes of the pickle, number of arrays next to it
MAX_ARRAYS = 1000  # an answer has one array for each sample rate


class UnusableAnswerError(Exception):
    """An answer that is too large, or that cannot be unpickled."""


@dataclass(frozen=True)
class Limits:
    """deadline: by time.monotonic, seconds.  n_bytes: of the pickle and all arrays together."""

    deadline: float
    n_bytes: int

    def apply(self, connection: socket.socket) -> None:
        """The next operation ends at the deadline. Raises TimeoutError when that is over."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)


def send(connection: socket.socket, value: Any) -> None:
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    raw = [buffer.raw() for buffer in buffers]
    sizes = struct.pack(f"!{len(raw)}Q", *(each.nbytes for each in raw))
    connection.sendall(HEAD.pack(len(pickled), len(raw)) + sizes + pickled)
    for each in raw:
        connection.sendall(each)


class AnswerReader(pickle.Unpickler):
    """Finds arrays, paths, and the records and errors that decoders answer with."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} has no business here.")
        return super().find_class(module, name)


def receive(connection: socket.socket, limits: Limits) -> Any:
    """What a decoder answers.

    Raises EOFError when it is gone, TimeoutError, and UnusableAnswerError for what is no answer of ours.
    """
    pickled, buffers = receive_parts(connection, limits)
    try:
        return AnswerReader(pickled, buffers=buffers).load()
    except Exception as error:  # bytes from anyone: unpickling them may raise anything
        raise UnusableAnswerError(str(error)) from error


def receive_task(connection: socket.socket) -> Any:
    """For a decoder only, which trusts the process that started it. Raises EOFError when that is gone."""
    pickled, buffers = receive_parts(connection)
    return pickle.Unpickler(pickled, buffers=buffers).load()  # noqa: S301


def receive_parts(
    connection: socket.socket, limits: Limits | None = None
) -> tuple[io.BytesIO, list[memoryview]]:
    """The pickle, and the arrays next to it."""
    n_bytes, n_arrays = HEAD.unpack(receive_exactly(connection, HEAD.size, limits))
    if limits and n_arrays > MAX_ARRAYS:
        raise UnusableAnswerError(f"It has {n_arrays} arrays.")
    sizes = struct.unpack(f"!{n_arrays}Q", receive_exactly(connection, 8 * n_arrays, limits))
    if limits and n_bytes + sum(sizes) > limits.n_bytes:
        raise UnusableAnswerError(f"It has {n_bytes + sum(sizes)} bytes.")
    pickled = io.BytesIO(receive_exactly(connection, n_bytes, limits))
    return pickled, [receive_exactly(connection, size, limits) for size in sizes]


def receive_exactly(connection: socket.socket, n_bytes: int, limits: Limits | None = None) -> memoryview:
    data = np.empty(n_bytes, np.uint8).data  # bytearray() would clear it first
    rest = data
    while rest.nbytes:
        if limits:
            limits.apply(connection)
        n_read = connection.recv_into(rest)
        if not n_read:
            raise EOFError
        rest = rest[n_read:]
    return data
