"""A job as the API tells it."""

from dataclasses import asdict
from typing import Any

from backend.jobs.report import Stage
from db.jobs import Job

NOTHING_YET = asdict(Stage(stage="Waiting"))


def describe(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "parameters": job.parameters,
        "state": job.state,
        "cancelling": job.is_cancelling,
        "error": job.error,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        **NOTHING_YET,
        **job.progress,
    }
