"""How far an extraction is: a bar on a terminal, a line a minute in a log."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backend.commands.edge import progress_bar
from db.preprocessing import Progress

log = logging.getLogger(__name__)
LINE_SECONDS = 60.0
Show = Callable[[Progress], None]


@contextmanager
def show_progress(hidden: bool, n_pairs: int) -> Iterator[Show]:
    """What to call with the progress as it changes; hidden: says nothing."""
    if hidden:
        yield lambda progress: None
    elif sys.stderr.isatty():
        with progress_bar("Extracting", "track×model", False, n_pairs) as bar:
            start = time.monotonic()
            yield lambda progress: move(bar, progress, time.monotonic() - start)
    else:
        with log_to_stderr():
            yield MinuteLine()


def move(bar, progress: Progress, seconds: float) -> None:
    bar.set_description_str(progress.stage, refresh=False)
    tracks = f"{progress.n_tracks_done}/{progress.n_tracks} tracks"
    speed = f"{progress.audio_seconds / seconds:.0f} × real time"
    bar.set_postfix_str(f"{tracks}, {speed}, {progress.n_failed} failed", refresh=False)
    bar.update(progress.n_pairs_done - bar.n)


class MinuteLine:
    """Logs a line of key=value pairs every LINE_SECONDS, and at the end."""

    def __init__(self) -> None:
        self.start = self.last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self.last >= LINE_SECONDS or progress.n_pairs_done == progress.n_pairs:
            self.last = now
            log.info(line_of(progress, now - self.start))


def line_of(progress: Progress, seconds: float) -> str:
    left = seconds * (progress.n_pairs - progress.n_pairs_done) / progress.n_pairs_done
    return (
        f"extracting tracks={progress.n_tracks_done}/{progress.n_tracks} "
        f"pairs={progress.n_pairs_done}/{progress.n_pairs} failed={progress.n_failed} "
        f"realtime={progress.audio_seconds / seconds:.0f} seconds_left={left:.0f} stage={progress.stage!r}"
    )


@contextmanager
def log_to_stderr() -> Iterator[None]:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
