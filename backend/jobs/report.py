"""What a running job says of itself, and what it is told meanwhile."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from threading import Event, Thread

from db.jobs import Job, JobStore
from db.preprocessing import Progress

log = logging.getLogger(__name__)
BEAT_SECONDS = 0.5


class StoppedEarly(Exception):
    """The job ends before its work does; what has been done is kept."""


@dataclass
class Stage:
    """A part of a job. item: what was done last.  unit: what is counted.  rate: seconds of sound heard in
    a second.  note: what came of it, for a person.
    """

    stage: str = "Starting"
    item: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    rate: float | None = None
    seconds_left: float | None = None
    n_failed: int = 0
    note: str | None = None


@dataclass
class Report:
    """Written to the job's row twice a second. stop: set once the job is to come to an end.

    next_state: what the job is then, "cancelled", or "queued" to go on later.
    """

    store: JobStore
    job: Job
    is_closing: Callable[[], bool]
    stop: Event = field(default_factory=Event)
    next_state: str | None = None
    current: Stage = field(default_factory=Stage)
    failures: list[list[str]] = field(default_factory=list)
    _began: tuple[float, int] = (0.0, 0)  # of the stage: when, and what was done then
    _written: Stage | None = None
    _has_got_on: bool = False

    def begin(self, stage: str, total: int = 0, unit: str = "", done: int = 0) -> None:
        """Raises StoppedEarly."""
        self.check()
        self._began = (time.monotonic(), done)
        self.current = Stage(
            stage, done=done, total=total, unit=unit, n_failed=len(self.failures), note=self.current.note
        )

    def count(self, n_done: int, n_total: int) -> None:
        """Raises StoppedEarly."""
        self.current.total = n_total
        self._get_on(n_done)
        self.check()

    def hear(self, progress: Progress, n_before: int) -> None:
        """How far an extraction is, n_before of whose vectors were there already."""
        self.current.item = progress.stage
        self.current.rate = round(progress.audio_seconds / self._seconds(), 1)
        self.current.n_failed = len(self.failures) + progress.n_failed
        self._get_on(n_before + progress.n_pairs_done)

    def fail(self, what: str, reason: str) -> None:
        self.failures.append([what, reason])
        self.current.n_failed = len(self.failures)

    def check(self) -> None:
        """Raises StoppedEarly once the job is to end."""
        if self.stop.is_set():
            raise StoppedEarly

    def _seconds(self) -> float:
        return max(time.monotonic() - self._began[0], 1e-3)

    def _get_on(self, n_done: int) -> None:
        self._has_got_on |= n_done > self.current.done
        self.current.done = n_done
        n_new = n_done - self._began[1]
        if n_new > 0:
            n_left = max(self.current.total - n_done, 0)
            self.current.seconds_left = round(self._seconds() / n_new * n_left, 1)

    def beat(self) -> None:
        """Write what is new, hear what is wanted."""
        self.write()
        if self.stop.is_set():
            return
        if self.store.is_cancelling(self.job.id):
            self.next_state = "cancelled"
        elif self.is_closing() or self.store.has_urgent(self.job.priority):
            self.next_state = "queued"
        if self.next_state:
            self.stop.set()

    def write(self) -> None:
        current = replace(self.current)
        if current != self._written:
            has_got_on, self._has_got_on = self._has_got_on, False
            self.store.save_progress(self.job.id, asdict(current), self.failures, has_got_on)
            self._written = current


@contextmanager
def beating(report: Report) -> Iterator[None]:
    """The report, written while the work goes on and once more at its end."""
    over = Event()

    def go_on() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                report.beat()
            except Exception:  # a full disk: the work itself says so, or it ends well all the same
                log.exception("Job %d cannot say how far it is", report.job.id)

    thread = Thread(target=go_on, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        report.write()
