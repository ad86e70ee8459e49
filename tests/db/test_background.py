"""Long work beside the requests: one at a time, each once, and never in their way."""

import os
import sys
import threading
import time

import pytest

from db.background import Background, BackgroundError


def test_starting_waits_for_nothing_and_the_same_key_is_the_same_work():
    background, release, done = Background(), threading.Event(), []
    for _ in range(3):
        background.start("key", lambda: (release.wait(30), done.append("done")))
    assert done == []
    release.set()
    background.wait()
    assert done == ["done"]


def test_one_at_a_time():
    background, running, most = Background(), [], []

    def work() -> None:
        running.append(1)
        time.sleep(0.01)
        most.append(len(running))
        running.pop()

    for number in range(5):
        background.start(str(number), work)
    background.wait()
    assert most == [1] * 5


def test_a_failure_is_told_and_stops_nothing(caplog):
    background, done = Background(), []
    background.start("a", lambda: 1 / 0)
    background.start("b", lambda: done.append("b"))
    background.wait()
    assert done == ["b"]
    assert "division by zero" in caplog.text
    background.check("b")
    with pytest.raises(BackgroundError, match=r"division by zero.*tried again"):
        background.check("a")
    background.start("a", lambda: done.append("a"))
    background.wait()
    assert done == ["b"], "what would fail again is not begun again"


def test_what_is_lost_after_it_was_done_is_done_again():
    background, done = Background(), []
    for _ in range(2):
        background.start("key", lambda: done.append("done"))
        background.wait()
    assert done == ["done", "done"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a thread a priority of its own")
def test_requests_come_first():
    background, seen = Background(), []
    background.start("a", lambda: seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))
    background.wait()
    assert seen == [15]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) < 15, "this thread is as it was"


def test_work_is_done_although_the_system_keeps_its_priority(monkeypatch, caplog):
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "setpriority", refuse, raising=False)
    background, done = Background(), []
    background.start("key", lambda: done.append("done"))
    background.wait()
    background.check("key")
    assert done == ["done"]
    assert "Operation not permitted" in caplog.text


@pytest.mark.parametrize("broken", ["give_way", "work"])
def test_whatever_ends_the_work_is_told_to_who_waits_for_it(broken, monkeypatch):
    """A thread that ends without a word leaves its requests waiting for good."""

    def end() -> None:
        raise SystemExit("no memory left")

    if broken == "give_way":
        monkeypatch.setattr("db.background.give_way", end)
    background = Background()
    background.start("key", end)
    background.wait()
    with pytest.raises(BackgroundError, match="no memory left"):
        background.check("key")


def test_without_a_thread_it_fails_now_and_is_tried_again(monkeypatch):
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    background, done = Background(), []
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(BackgroundError, match="can't start new thread"):
            background.start("key", lambda: done.append("done"))
    background.start("key", lambda: done.append("done"))
    background.wait()
    assert done == ["done"]
