"""Jobs as they change, told to pages that listen (server-sent events)."""

import time
from collections.abc import Callable, Iterator
from threading import BoundedSemaphore, Event

from flask import Response, current_app, request
from werkzeug.exceptions import ServiceUnavailable

from backend.context import job_store
from backend.jobs.description import describe
from backend.responses import write_json
from db.jobs import JobStore

LOOK_SECONDS = 0.25
KEEP_ALIVE_SECONDS = 10  # a comment, which shows that the other end is still there
RETRY_SECONDS = 10


class JobStreams:
    """Every stream holds a thread of the server: there are few, and who comes later asks again and again.

    closing: set when the server ends, so that none of them keeps it waiting.
    """

    def __init__(self, n_most: int):
        self.closing = Event()
        self._places = BoundedSemaphore(n_most) if n_most else None

    def open(self) -> Response:
        """Raises ServiceUnavailable when all places are taken."""
        store = job_store()  # before the place is taken: this may fail
        if self._places is None or not self._places.acquire(blocking=False):
            raise ServiceUnavailable("Enough pages listen already: ask GET /jobs.", retry_after=RETRY_SECONDS)
        is_gone = request.environ.get("waitress.client_disconnected", lambda: False)
        answer = Response(self._follow(store, is_gone), mimetype="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        answer.call_on_close(self._places.release)
        return answer

    def _follow(self, store: JobStore, is_gone: Callable[[], bool]) -> Iterator[bytes]:
        """All jobs, then those that have changed."""
        told: dict[int, dict] = {}
        version, spoke_at = None, 0.0
        while not (self.closing.is_set() or is_gone()):
            if (newest := store.database.version()) != version:
                version = newest
                jobs = {job.id: describe(job) for job in store.all()}
                changed = [job for id_, job in jobs.items() if told.get(id_) != job]
                if changed or not spoke_at:
                    told, spoke_at = jobs, time.monotonic()
                    yield b"data: " + write_json({"jobs": changed}) + b"\n\n"
            elif time.monotonic() - spoke_at > KEEP_ALIVE_SECONDS:
                spoke_at = time.monotonic()
                yield b": still here\n\n"
            self.closing.wait(LOOK_SECONDS)


def job_streams() -> JobStreams:
    """Made when the app is."""
    return current_app.extensions["job_streams"]
