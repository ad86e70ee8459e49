"""A real server process on free ports."""

import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from tests.conftest import REPOSITORY, flask_command


def free_ports(n: int) -> list[int]:
    sockets = [socket.socket() for _ in range(n)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def fetch(port: int, path: str) -> bytes:
    """The body, as soon as the server answers at all."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                return response.read()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.fixture
def serve(environment):
    """Start a server on two free ports; gives (process, API port, app port)."""
    started = []

    def start(**variables: str) -> tuple[subprocess.Popen, int, int]:
        api, app = free_ports(2)
        ports = {"MELODEX_API_PORT": str(api), "MELODEX_APP_PORT": str(app)} | variables
        process = subprocess.Popen(
            flask_command("serve"), cwd=REPOSITORY, env=environment | ports | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process, api, app

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=10)
