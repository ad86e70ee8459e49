"""Maps drawn outside the requests for them: each once, however many ask, one after the other."""

import logging
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock, Thread

from db.database import Database
from db.map_cache import MapQuery
from db.projections import LibraryMap, answer_from, get_map, look_up

log = logging.getLogger(__name__)


@dataclass
class MapJob:
    """A map that waits or is being drawn. progress: 0 to 1.  error: why it was not."""

    query: MapQuery
    progress: float = 0.0
    error: BaseException | None = None

    def advance(self, share: float) -> None:
        self.progress = share


class MapJobs:
    """The jobs of one process; other processes wait at the database's lock and then find the map drawn."""

    def __init__(self, database: Database):
        self._database = database
        self._jobs: dict[str, MapJob] = {}
        self._waiting: SimpleQueue[MapJob] = SimpleQueue()
        self._worker: Thread | None = None
        self._lock = Lock()

    def ask(self, query: MapQuery) -> MapJob:
        """The job for a map, begun by the first who asks. Raises once the error that ended it."""
        with self._lock:
            job = self._jobs.get(query.key) or self._begin(query)
            if job.error:
                del self._jobs[query.key]
                raise job.error
            return job

    def _begin(self, query: MapQuery) -> MapJob:
        if self._worker is None:
            # A daemon: a server that stops does not wait for maps, the next request starts again.
            worker = Thread(target=self._work, name="maps", daemon=True)
            worker.start()
            self._worker = worker  # only one that runs: the next request tries again
        job = self._jobs[query.key] = MapJob(query)
        self._waiting.put(job)
        return job

    def _work(self) -> None:
        while True:
            job = self._waiting.get()
            try:
                get_map(self._database, job.query, job.advance)
            except BaseException as error:  # noqa: BLE001 - kept for the next who asks: `ask` raises it
                log.warning("Cannot draw %s: %s", job.query.name, error)
                job.error = error
            else:
                with self._lock:
                    del self._jobs[job.query.key]


def get_or_begin(database: Database, jobs: MapJobs, query: MapQuery, n_at_once: int) -> LibraryMap | MapJob:
    """The map as the library stands, or an older one marked as stale, or the job that draws the first.

    n_at_once: tracks of which a map is drawn while the request waits.
    """
    known = look_up(database, query)
    if known.is_current:
        return answer_from(known)
    if len(known.state.track_ids) <= n_at_once:
        return get_map(database, query)
    job = jobs.ask(query)
    return answer_from(known) if known.stored else job
