"""A person at a terminal sees a bar, a log gets a line a minute, and both say the same."""

import logging
import sys
import time

import pytest

from backend.commands import extraction_progress
from backend.commands.extraction_progress import show_progress
from db.preprocessing import Progress

HALF_WAY = Progress(40, 80, 20, 40, 3, 6000.0, "musicnn/mtat")


@pytest.fixture
def now(monkeypatch) -> list[float]:
    clock = [0.0]
    monkeypatch.setattr(extraction_progress.time, "monotonic", lambda: clock[0])
    return clock


def test_a_terminal_shows_tracks_speed_stage_and_failures(monkeypatch, capsys, now):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with show_progress(False, 80) as show:
        now[0] = 20.0
        show(HALF_WAY)
        capsys.readouterr()
        now[0] = 21.0
        time.sleep(0.15)  # tqdm draws ten times a second
        show(Progress(40, 80, 40, 80, 3, 12_600.0, "reading a.mp3"))
    shown = capsys.readouterr().err
    assert "reading a.mp3: 100%" in shown and "80/80" in shown
    assert "40/40 tracks, 600 × real time, 3 failed" in shown


def test_a_log_gets_a_line_a_minute_and_one_at_the_end(caplog, capsys, now):
    caplog.set_level(logging.INFO)
    with show_progress(False, 80) as show:
        for seconds, n_done in ((30, 10), (59, 15), (61, 40), (119, 41), (122, 50), (130, 80)):
            now[0] = float(seconds)
            show(Progress(40, 80, n_done // 2, n_done, 3, 100.0 * seconds, "musicnn/mtat"))
    assert [record.message for record in caplog.records] == [
        "extracting tracks=20/40 pairs=40/80 failed=3 realtime=100 seconds_left=61 stage='musicnn/mtat'",
        "extracting tracks=25/40 pairs=50/80 failed=3 realtime=100 seconds_left=73 stage='musicnn/mtat'",
        "extracting tracks=40/40 pairs=80/80 failed=3 realtime=100 seconds_left=0 stage='musicnn/mtat'",
    ]
    assert capsys.readouterr().err.count("extracting tracks=") == 3


def test_hidden_it_says_nothing(capsys, now):
    with show_progress(True, 80) as show:
        now[0] = 100.0
        show(HALF_WAY)
    assert capsys.readouterr().err == ""
