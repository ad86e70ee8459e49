"""Maps of large libraries are drawn beside the requests: once, with progress, errors told to the next."""

import threading
import time

import numpy as np
import pytest

import config
import db.projections
from backend.context import database as app_database
from db.embeddings import save_output
from db.schema import Track
from environment import SWITCH
from ML.errors import ModelOutputError
from ML.segments import TrackOutput
from tests.processes import PATIENCE_SECONDS

URL = "/embeddings?dataset=mtat&metodo=pca"
PAIR = ("musicnn", "mtat")


class Painter:
    """Stands in for `project`: draws when it is let, half way first; counts; fails when told to."""

    def __init__(self, real):
        self.real, self.n_drawn, self.error = real, 0, None
        self.may_finish = threading.Event()

    def __call__(self, matrix, method, dimensions, seed, options, on_progress):
        self.n_drawn += 1
        on_progress(0.5)
        assert self.may_finish.wait(PATIENCE_SECONDS)
        if self.error:
            raise self.error
        return self.real(matrix, method, dimensions, seed, options, on_progress)


@pytest.fixture
def painter(monkeypatch) -> Painter:
    painter = Painter(db.projections.project)
    monkeypatch.setattr(db.projections, "project", painter)
    yield painter
    painter.may_finish.set()


@pytest.fixture
def hear(app, monkeypatch):
    """Adds tracks to a library that counts as large."""
    monkeypatch.setattr(config, "MAPS_AT_ONCE", 3)

    def add(start: int, stop: int) -> None:
        with app.app_context(), app_database().write() as session:
            for number in range(start, stop):
                session.add(track := Track(filename=f"{number:03d}.wav"))
                session.flush()
                vector = np.random.default_rng(number).standard_normal(8).astype(np.float32)
                output = TrackOutput(vector, vector[:4], vector[None], vector[None, :4], np.zeros(1))
                save_output(session, track.id, PAIR, output)

    return add


def ask_until(client, is_wanted, url: str = URL):
    """The first answer that is wanted."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        response = client.get(url)
        if is_wanted(response):
            return response
        time.sleep(0.02)
    raise AssertionError(f"{response.status_code}: {response.get_json()}")


def test_the_first_map_is_drawn_beside_the_requests_and_once(client, hear, painter):
    hear(0, 10)
    begun = client.get(URL)
    assert (begun.status_code, begun.headers["Retry-After"]) == (202, "1")
    halfway = ask_until(client, lambda response: response.get_json()["progress"] == 0.5)
    assert halfway.get_json() == {
        "status": "computing", "name": "embeddings_musicnn_mtat_pca_2", "progress": 0.5,
    }  # fmt: skip
    painter.may_finish.set()
    drawn = ask_until(client, lambda response: response.status_code == 200).get_json()
    assert (len(drawn["data"]), drawn["stale"], painter.n_drawn) == (10, False, 1)


def test_while_a_map_is_drawn_anew_the_old_one_is_shown_as_stale(client, hear, painter):
    hear(0, 10)
    painter.may_finish.set()
    ask_until(client, lambda response: response.status_code == 200)
    painter.may_finish.clear()
    hear(10, 20)
    for _ in range(3):
        old = client.get(URL).get_json()
        assert (len(old["data"]), old["stale"]) == (10, True)
    painter.may_finish.set()
    new = ask_until(client, lambda response: not response.get_json()["stale"]).get_json()
    assert (len(new["data"]), painter.n_drawn) == (20, 2)


def test_who_waits_gets_the_map(client, hear, painter):
    hear(0, 10)
    painter.may_finish.set()
    answer = client.get(f"{URL}&wait=true")
    assert (answer.status_code, len(answer.get_json()["data"])) == (200, 10)
    refused = client.get(f"{URL}&wait=perhaps")
    assert (refused.status_code, refused.get_json()["choices"]) == (400, list(SWITCH))


def test_a_small_library_is_answered_at_once(client, hear, painter):
    hear(0, 3)
    painter.may_finish.set()
    assert len(client.get(URL).get_json()["data"]) == 3


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [(ModelOutputError("3 rows are broken."), 400, "3 rows"), (RuntimeError("bug"), 500, "log")],
)
def test_why_it_cannot_be_drawn_is_told_to_who_asks_next_and_then_tried_again(
    error, status, told, client, hear, painter
):
    hear(0, 10)
    painter.error = error
    painter.may_finish.set()
    failed = ask_until(client, lambda response: response.status_code != 202)
    assert (failed.status_code, told in failed.get_json()["error"]) == (status, True)
    assert set(failed.get_json()) == {"success", "status", "error", "choices", "request_id"}
    painter.error = None
    assert ask_until(client, lambda response: response.status_code == 200)
    assert painter.n_drawn == 2


def test_many_at_once_draw_once(app, hear, painter):
    hear(0, 10)
    answers, start = [], threading.Barrier(6)

    def ask() -> None:
        start.wait()
        answers.append(app.test_client().get(URL).status_code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert answers == [202] * 6
    painter.may_finish.set()
    ask_until(app.test_client(), lambda response: response.status_code == 200)
    assert painter.n_drawn == 1


def test_without_a_thread_a_map_is_not_waited_for_and_the_next_request_gets_it(
    client, hear, painter, monkeypatch
):
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    painter.may_finish.set()
    hear(0, 10)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        assert client.get(URL).status_code == 500
    assert len(ask_until(client, lambda response: response.status_code == 200).get_json()["data"]) == 10
