"""Long computations beside the requests, one at a time."""

import logging
from collections.abc import Callable
from threading import Lock, Thread

log = logging.getLogger(__name__)


class Background:
    """Work by key: done once in the life of a process, also when it failed, which the log tells."""

    def __init__(self) -> None:
        self._threads: dict[str, Thread] = {}
        self._lock = Lock()
        self._turn = Lock()

    def start(self, key: str, work: Callable[[], object]) -> None:
        """Returns at once. A server that stops waits for nothing: half-done work must leave no harm."""
        with self._lock:
            if key not in self._threads:
                self._threads[key] = Thread(target=self._run, args=(key, work), daemon=True)
                self._threads[key].start()

    def wait(self) -> None:
        """Until all that was started is done."""
        for thread in list(self._threads.values()):
            thread.join()

    def _run(self, key: str, work: Callable[[], object]) -> None:
        with self._turn:
            try:
                work()
            except Exception:  # no request waits for it: the log is where it can be told
                log.exception("Background work %s failed", key)
