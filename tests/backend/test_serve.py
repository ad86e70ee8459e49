"""`serve` answers on both ports, says when it cannot, and ends when asked."""

import json
import signal
import socket

import pytest

from tests.backend.conftest import fetch, free_ports
from tests.processes import PATIENCE_SECONDS
from tests.sounds import noise, write_sound


def test_both_ports_answer_until_the_server_is_stopped(serve, music, run):
    content = write_sound(music / "Ä.wav", noise(1)).read_bytes()
    assert run("index-audio").exit_code == 0
    process, api, app = serve()
    for port in (api, app):
        assert json.loads(fetch(port, "/audios")) == ["Ä.wav"]
        assert fetch(port, "/audio/%C3%84.wav") == content
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
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
        process, api, app = serve(**{f"MELODEX_{taken}": str(port)}, MELODEX_START_WORKER="false")
        output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    free = app if taken == "API_PORT" else api
    assert process.returncode == 1
    assert str(port) in errors
    assert str(free) not in errors, "only the taken one"
    assert f"MELODEX_{taken}" in errors
    assert "ready" not in output


def test_one_port_for_both_is_fine_and_the_end_is_asked_for_in_either_way(serve):
    (port,) = free_ports(1)
    process, *_ = serve(MELODEX_API_PORT=str(port), MELODEX_APP_PORT=str(port), MELODEX_START_WORKER="false")
    assert json.loads(fetch(port, "/audios")) == []
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert "Traceback" not in errors
