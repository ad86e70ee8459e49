"""A real server process on free ports."""

import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest

from tests.conftest import REPOSITORY, flask_command
from tests.processes import PATIENCE_SECONDS


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
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_SECONDS
            ) as response:
                return response.read()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class Server(subprocess.Popen):
    """Writes into files: a pipe that nobody reads is full some day, and then stops who writes."""

    def __init__(self, environment: dict[str, str]):
        self.files = [tempfile.TemporaryFile("w+", encoding="utf-8") for _ in range(2)]  # noqa: SIM115 - its fixture does
        output, errors = self.files
        super().__init__(
            flask_command("serve"), cwd=REPOSITORY, env=environment | {"PYTHONUNBUFFERED": "1"},
            stdout=output, stderr=errors,
        )  # fmt: skip

    def communicate(self, input=None, timeout=None) -> tuple[str, str]:
        """What it has written, once it has ended."""
        self.wait(timeout)
        output, errors = self.texts()
        return output, errors

    def texts(self) -> list[str]:
        for file in self.files:
            file.seek(0)
        return [file.read() for file in self.files]


@pytest.fixture
def serve(environment):
    """Start a server on two free ports; gives (process, API port, app port)."""
    started = []

    def start(**variables: str) -> tuple[subprocess.Popen, int, int]:
        api, app = free_ports(2)
        ports = {"MELODEX_API_PORT": str(api), "MELODEX_APP_PORT": str(app)} | variables
        process = Server(environment | ports)
        started.append(process)
        return process, api, app

    yield start
    for process in started:
        process.kill()
        print(
            "\n".join(process.communicate(timeout=PATIENCE_SECONDS))
        )  # pytest shows it where a test has failed
        for file in process.files:
            file.close()
