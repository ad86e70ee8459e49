"""Two hundred listen at once, most of them slowly: nobody waits for them."""

import hashlib
import socket
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.backend.conftest import fetch
from tests.processes import PATIENCE_SECONDS
from tests.sounds import noise, wav_bytes

pytestmark = pytest.mark.xdist_group("stopping")
N_SLOW, N_FAST = 150, 50
MEGABYTES = 40  # more than a server may keep in memory for somebody who does not listen


@pytest.fixture
def song(music: Path) -> bytes:
    samples = (noise(1, MEGABYTES * 2**20 / 2 / 44_100, 44_100) * 32_767).astype(np.int16)
    content = wav_bytes(samples.tobytes(), 44_100)
    (music / "long.wav").write_bytes(content)
    return content


def ask(port: int, first: int) -> socket.socket:
    """A client that has asked for the rest of the song and not read a byte of it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(PATIENCE_SECONDS)
    client.connect(("127.0.0.1", port))
    headers = ("Host: localhost", f"Range: bytes={first}-", "Connection: close", "", "")
    client.sendall("\r\n".join(("GET /audio/long.wav HTTP/1.1", *headers)).encode())
    return client


def read(client: socket.socket) -> tuple[bytes, bytes]:
    """(head, body)"""
    with client, client.makefile("rb") as stream:
        head, _, body = stream.read().partition(b"\r\n\r\n")
    return head, body


def test_slow_listeners_keep_nobody_waiting(serve, song, run):
    assert run("index-audio").exit_code == 0
    process, port, _ = serve(MELODEX_START_WORKER="false")
    fetch(port, "/audios")
    before = psutil.Process(process.pid).memory_info().rss
    slow = [ask(port, number) for number in range(N_SLOW)]
    found: list[bool] = []

    def listen(number: int) -> None:
        first = len(song) - 100_000 * (number + 1)
        head, body = read(ask(port, first))
        found.append(b" 206 " in head and body == song[first:])

    fast = [threading.Thread(target=listen, args=(number,)) for number in range(N_FAST)]
    began = time.monotonic()
    for thread in fast:
        thread.start()
    for thread in fast:
        thread.join(PATIENCE_SECONDS)
    assert found == [True] * N_FAST, f"{time.monotonic() - began:.0f} s"
    assert fetch(port, "/audios") == b'["long.wav"]'
    grown = psutil.Process(process.pid).memory_info().rss - before
    assert grown < N_SLOW * 2**20, "nothing is kept in memory for those who do not listen"
    head, body = read(slow[7])
    assert hashlib.sha256(body).digest() == hashlib.sha256(song[7:]).digest(), (
        "a slow one gets it all in the end"
    )
    for client in slow:
        client.close()
