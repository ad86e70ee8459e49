"""Long computations beside the requests, one at a time."""

import logging
import os
import sys
import threading
from collections.abc import Callable

from ML.errors import MelodexError

log = logging.getLogger(__name__)
NICENESS = 15


class BackgroundError(MelodexError):
    """Work that answers wait for has failed, and would fail again."""


class Background:
    """Work by key, that is not begun again while it goes on, nor once it has failed."""

    def __init__(self) -> None:
        self._threads: dict[str, threading.Thread] = {}
        self._failures: dict[str, str] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def start(self, key: str, work: Callable[[], object]) -> None:
        """Returns at once. A server that stops waits for nothing: half-done work must leave no harm.

        Raises BackgroundError when the system gives no thread; the next call tries again.
        """
        with self._lock:
            if key not in self._threads and key not in self._failures:
                thread = threading.Thread(target=self._run, args=(key, work), daemon=True)
                try:
                    thread.start()
                except RuntimeError as error:
                    raise BackgroundError(f"The computation cannot start: {error}.") from error
                self._threads[key] = thread  # only one that runs: answers wait for it

    def check(self, key: str) -> None:
        """Raises BackgroundError when the work of that key has failed."""
        if key in self._failures:
            raise BackgroundError(
                f"What this is measured from could not be computed: {self._failures[key]}. "
                "It is tried again when the vectors of the library change or the server is started anew."
            )

    def wait(self) -> None:
        """Until all that was started is done."""
        for thread in list(self._threads.values()):
            thread.join()

    def _run(self, key: str, work: Callable[[], object]) -> None:
        with self._turn:
            try:
                give_way()
                work()
            except BaseException as error:  # kept for the next request: `check` raises it
                log.exception("Background work %s failed", key)
                self._failures[key] = str(error) or type(error).__name__
            finally:
                with self._lock:
                    del self._threads[key]


def give_way() -> None:
    """Requests come first. On Linux a thread has a priority of its own, and those it starts inherit it.

    Where the system refuses, the work goes on at the usual priority.
    """
    if sys.platform != "linux":
        return
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    except OSError as error:
        log.warning("Cannot lower the priority of background work: %s", error)
