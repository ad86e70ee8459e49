"""What a person is shown can be found in the log by its id; the log holds no secret and cannot be forged."""

import json
import logging
import subprocess
import urllib.error
import urllib.request

import pytest

import config
from backend.logs import set_up_logs
from tests.backend.conftest import fetch, free_ports
from tests.backend.test_errors import assert_error
from tests.conftest import REPOSITORY, flask_command
from tests.processes import PATIENCE_SECONDS

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture
def log(monkeypatch, tmp_path):
    """set up(**settings) → a function that reads the log's text."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    path = tmp_path / "melodex.log"

    def set_up(**settings: str):
        for name, value in {"LOG_FILE": str(path), **settings}.items():
            monkeypatch.setattr(config, name, value)
        root.handlers = []
        set_up_logs(TOKEN)
        return lambda: path.read_text()

    yield set_up
    for handler in root.handlers:
        handler.close()
    root.handlers = before
    root.setLevel(level)


@pytest.fixture
def broken(monkeypatch):
    def fail(*_):
        raise RuntimeError(f"the token is {TOKEN}\nand a line of its own")

    monkeypatch.setattr("backend.routes.library.library.genres", fail)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_failure_is_found_by_the_id_that_is_shown(form, log, client, broken):
    read = log(LOG_FORMAT=form)
    response = client.get("/tags")
    shown = assert_error(response, 500)["request_id"]
    assert response.headers["X-Request-ID"] == shown
    found = [line for line in read().splitlines() if shown in line]
    assert any("Unexpected error" in line for line in found)
    assert "RuntimeError" in read() and "Traceback" in read()


def test_ids_differ_and_one_that_a_proxy_gave_is_kept(client):
    ids = {client.get("/audios").headers["X-Request-ID"] for _ in range(20)}
    assert len(ids) == 20
    given = client.get("/audios", headers={"X-Request-ID": "proxy-0123456789"})
    assert given.headers["X-Request-ID"] == "proxy-0123456789"
    forged = client.get("/audios", headers={"X-Request-ID": "x y <script>"})
    assert forged.headers["X-Request-ID"].isalnum()


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_log_holds_no_token(form, log, app, client, broken):
    read = log(LOG_FORMAT=form, LOG_LEVEL="debug")
    app.config["TOKEN"] = TOKEN
    client.get(f"/?token={TOKEN}")
    client.get("/?token=almost-the-right-one")
    client.get("/tags", headers={"Authorization": f"Bearer {TOKEN}"})
    logging.getLogger("werkzeug").info('"GET /?token=almost-the-right-one&page=map HTTP/1.1" 401 -')
    logging.getLogger("other").warning("Authorization: Bearer almost-the-right-one")
    text = read()
    assert "[hidden]" in text and "&page=map" in text
    assert TOKEN not in text and "almost" not in text


def test_a_path_cannot_forge_a_line(log, client):
    read = log()
    client.get("/x%0A2026-01-01 ERROR backend [-] all is lost")
    logging.getLogger("any").info("a\nb\r\nc")
    assert all(line.startswith("20") and " INFO " in line for line in read().splitlines())


def test_json_lines_are_objects(log, client):
    read = log(LOG_FORMAT="json")
    client.get("/nowhere")
    rows = [json.loads(line) for line in read().splitlines()]
    assert {"time", "level", "logger", "request_id", "message"} <= set(rows[-1])
    assert rows[-1]["message"] == "404 GET '/nowhere'"


def test_levels_choose_what_is_told(log, client):
    read = log(LOG_LEVEL="debug")
    client.get("/audios")
    assert "200 GET '/audios'" in read()
    read = log(LOG_LEVEL="warning")
    client.get("/nowhere")
    assert "404 GET" not in read()


def test_the_server_and_its_worker_log_to_one_file(serve, tmp_path):
    path = tmp_path / "one.log"
    _, port, _ = serve(MELODEX_LOG_FILE=str(path), MELODEX_LOG_FORMAT="json", MELODEX_TOKEN=TOKEN)
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(port, f"/audios?token={TOKEN}")
    shown = json.loads(refused.value.read())["request_id"]
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["message"] for row in rows if row["request_id"] == shown] == ["401 GET '/audios'"]
    assert TOKEN not in path.read_text()


def test_flasks_own_server_keeps_the_token_out_of_its_log_too(environment):
    (port,) = free_ports(1)
    process = subprocess.Popen(
        flask_command("run", "--port", port), cwd=REPOSITORY, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=environment | {"MELODEX_TOKEN": TOKEN, "MELODEX_START_WORKER": "false"},
    )  # fmt: skip
    try:
        assert b"refresh" in fetch(port, f"/?token={TOKEN}")
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert "GET /?token=[hidden]" in output
    assert TOKEN not in output
