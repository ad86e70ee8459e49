"""Pages that are told of jobs as they change: few at once, so that all other requests go on."""

import json
import socket
import time
from threading import Thread

import pytest

from backend.jobs.stream import JobStreams
from tests.backend.conftest import fetch
from tests.processes import PATIENCE_SECONDS

LAST_CHUNK = b"0\r\n\r\n"


def events(body: bytes) -> list[dict]:
    lines = [line for line in body.split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(line.removeprefix(b"data: ")) for line in lines]


@pytest.fixture
def stream(app, client):
    """What a page has been told when the server ends it, after `act` has been done meanwhile."""

    def listen(*acts) -> list[dict]:
        streams = app.extensions["job_streams"]
        answer = client.get("/jobs/events", buffered=False)
        assert answer.status_code == 200
        told = []
        parts = answer.iter_encoded()
        for act in (*acts, streams.closing.set):
            told += events(next(parts))
            act()
        told += events(b"".join(parts))
        answer.close()
        return told

    return listen


def test_a_page_is_told_all_then_what_changes(client, stream):
    client.post("/jobs", json={"kind": "index"})
    first = client.get("/jobs").get_json()["jobs"][0]
    later = {"kind": "maps", "parameters": {"models": ["acoustic"]}}
    told = stream(
        lambda: client.post("/jobs", json=later), lambda: client.post(f"/jobs/{first['id']}/cancel")
    )
    assert told[0]["jobs"] == [first]
    assert [job["kind"] for job in told[1]["jobs"]] == ["maps"]
    assert [(job["kind"], job["state"]) for job in told[2]["jobs"]] == [("index", "cancelled")]
    assert len(told) == 3, "and then the server ends"


def test_who_comes_too_late_is_sent_to_ask(app, client):
    app.extensions["job_streams"] = JobStreams(1)
    first = client.get("/jobs/events", buffered=False)
    refused = client.get("/jobs/events")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert "GET /jobs" in refused.get_json()["error"]
    assert client.head("/jobs/events").status_code == 200, "and takes no place"
    first.close()
    again = client.get("/jobs/events", buffered=False)
    assert again.status_code == 200
    again.close()


def test_a_server_with_one_thread_has_no_place_for_streams(app, client):
    app.extensions["job_streams"] = JobStreams(0)
    assert client.get("/jobs/events").status_code == 503


def test_a_silent_stream_says_that_it_is_there(app, client, monkeypatch):
    monkeypatch.setattr("backend.jobs.stream.KEEP_ALIVE_SECONDS", 0)
    answer = client.get("/jobs/events", buffered=False)
    parts = answer.iter_encoded()
    assert next(parts) == b'data: {"jobs":[]}\n\n'
    assert next(parts).startswith(b":")
    answer.close()


class Listener:
    """A page that listens and says nothing more."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.socket.sendall(b"GET /jobs/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.status = int(self.socket.recv(4096).split()[1])


def test_many_pages_that_listen_starve_nobody(serve):
    process, port, _ = serve(MELODEX_SERVER_THREADS="4", MELODEX_START_WORKER="false")
    fetch(port, "/jobs")
    listeners = [Listener(port) for _ in range(30)]
    assert sorted(listener.status for listener in listeners) == [200] * 2 + [503] * 28
    answers: list[bytes] = []
    threads = [Thread(target=lambda: answers.append(fetch(port, "/jobs"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(answers) == 20
    for listener in listeners:
        listener.socket.close()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (newcomer := Listener(port)).status == 503:
        assert time.monotonic() < deadline, "places of pages that have gone are free again"
        newcomer.socket.close()
        time.sleep(0.05)
    process.terminate()
    with newcomer.socket as stream:
        rest = b"".join(iter(lambda: stream.recv(65536), b""))
    assert rest.endswith(LAST_CHUNK), "the server ended the stream and did not have to cut it off"
    process.communicate(timeout=PATIENCE_SECONDS)


REFUSED = {  # all that is sent is read, so that no reset of the connection overtakes the answer
    413: b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n",
    400: b"nonsense\r\n\r\n",
}


def test_what_the_server_itself_refuses_has_the_one_shape(serve):
    _, port, _ = serve(MELODEX_START_WORKER="false")
    fetch(port, "/jobs")
    for status, text in REFUSED.items():
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(text)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        told = json.loads(body)
        assert int(head.split()[1]) == told["status"] == status
        assert set(told) == {"success", "status", "error", "choices", "request_id"}
        assert ("200 MB" in told["error"]) == (status == 413)
