"""`serve` answers on both ports, says when it cannot, and ends when asked."""

import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from tests.conftest import REPOSITORY, flask_command
from tests.sounds import noise, write_sound


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


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_both_ports_answer_until_the_server_is_stopped(how, serve, music, flask):
    content = write_sound(music / "Ä.wav", noise(1)).read_bytes()
    assert flask("index-audio").returncode == 0
    process, api, app = serve()
    for port in (api, app):
        assert json.loads(fetch(port, "/audios")) == ["Ä.wav"]
        assert fetch(port, "/audio/%C3%84.wav") == content
    process.send_signal(how)
    output, errors = process.communicate(timeout=10)
    assert f"http://localhost:{app}" in output
    assert f"http://localhost:{api}" in output
    assert "Traceback" not in errors
    for port in (api, app):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, "the port is free again"


@pytest.mark.parametrize("taken", ["API_PORT", "APP_PORT"])
def test_a_taken_port_is_named(taken, serve):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process, api, app = serve(**{f"MELODEX_{taken}": str(port)})
        output, errors = process.communicate(timeout=30)
    free = app if taken == "API_PORT" else api
    assert process.returncode == 1
    assert str(port) in errors
    assert str(free) not in errors, "only the taken one"
    assert f"MELODEX_{taken}" in errors
    assert "ready" not in output


def test_one_port_for_both_is_fine(serve):
    (port,) = free_ports(1)
    process, *_ = serve(MELODEX_API_PORT=str(port), MELODEX_APP_PORT=str(port))
    assert json.loads(fetch(port, "/audios")) == []
    assert process.poll() is None
