"""The worker's process beside the server: started when first needed, again when it dies, ended with it."""

import logging
import subprocess
import sys
from threading import Event, Lock, Thread

import config

log = logging.getLogger(__name__)
# The app by its path, and nothing from the current folder (-P): the server may have been started anywhere.
COMMAND = [
    sys.executable, "-P", "-m", "flask", "--app", str(config.ROOT / "backend/server.py"),
    "work", "--beside-server",
]  # fmt: skip
PAUSES_SECONDS = (0.5, 2, 8, 30)  # before it is started again, the last for ever after
STOP_SECONDS = 5  # for what is in hand; a killed worker loses no more than that


class WorkerProcess:
    """is_wanted: False where somebody runs `work` elsewhere."""

    def __init__(self, is_wanted: bool):
        self.is_wanted = is_wanted
        self._process: subprocess.Popen | None = None
        self._keeper: Thread | None = None
        self._stopping = Event()
        self._lock = Lock()

    def ensure(self) -> None:
        """Returns at once."""
        with self._lock:
            if self.is_wanted and self._keeper is None:
                keeper = Thread(target=self._keep, name="worker", daemon=True)
                keeper.start()
                self._keeper = keeper

    def _keep(self) -> None:
        for attempt in range(sys.maxsize):
            try:
                with self._lock:
                    if self._stopping.is_set():
                        return
                    self._process = start()
                outcome = f"has ended ({self._process.wait()})"
            except OSError as error:  # no memory, no process or no open file left: later there may be
                outcome = f"cannot start ({error})"
            if not self._stopping.is_set():
                log.warning("The worker %s: another one is started.", outcome)
            self._stopping.wait(PAUSES_SECONDS[min(attempt, len(PAUSES_SECONDS) - 1)])

    def stop(self) -> None:
        """Returns when it has ended."""
        with self._lock:
            self._stopping.set()
            process = self._process
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start() -> subprocess.Popen:
    """In a session of its own: Ctrl-C is the server's, which lets the worker finish what it has in hand."""
    return subprocess.Popen(COMMAND, stdin=subprocess.PIPE, start_new_session=True)
