"""The queue: who adds to it, and who takes from it. A file beside the database, so that it survives both."""

import json
from pathlib import Path
from typing import Any

from flask import current_app
from huey import SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer

from backend.context import job_store
from backend.jobs.kinds import KINDS
from backend.jobs.running import run_job
from db.jobs import Job


class JsonSerializer(Serializer):
    """Instead of pickles, which run whatever somebody has put into the file."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(data))


class JobQueue:
    """Which job is next; what a job is and how far stands in the job store, in the same file."""

    def __init__(self, path: Path):
        self.huey = SqliteHuey(
            "jobs", filename=str(path), results=False, serializer=JsonSerializer(), strict_fifo=True
        )
        self._task = self.huey.task(name="run_job")(run_job)

    def add(self, kind: str, parameters: dict[str, Any]) -> tuple[Job, bool]:
        """The new job and True, or the equal one that has not ended yet and False."""
        return self._hand_over(*job_store().add(kind, parameters, KINDS[kind].priority))

    def add_upload(self, track_id: int) -> Job:
        """What waits together is heard together: models are loaded once for all."""
        return self._hand_over(
            *job_store().join("uploads", "track_ids", track_id, KINDS["uploads"].priority)
        )[0]

    def resume(self, job_id: int) -> Job:
        return self._hand_over(*job_store().resume(job_id))[0]

    def recover(self) -> None:
        """What the last worker left behind waits again, each job once."""
        there = {task.args[0] for task in self.huey.pending()}
        for job in job_store().recover():
            if job.id not in there:
                self._enqueue(job)

    def _hand_over(self, job: Job, is_new: bool) -> tuple[Job, bool]:
        """To the worker, which is started where there is none."""
        if is_new:
            self._enqueue(job)
        current_app.extensions["worker"].ensure()
        return job, is_new

    def _enqueue(self, job: Job) -> None:
        self._task(job.id, priority=job.priority)


def job_queue() -> JobQueue:
    """The app's own, on the file of its job store."""
    path = job_store().database.path
    return current_app.extensions.setdefault("job_queue", JobQueue(path))
