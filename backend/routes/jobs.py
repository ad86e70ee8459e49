"""Jobs: asked for, followed, cancelled, continued."""

from typing import Any

from filelock import Timeout
from flask import Blueprint, Response, jsonify, request

from backend.context import audio_dir, database, job_store
from backend.errors import NotInLibraryError
from backend.jobs.description import describe
from backend.jobs.params import parse_job
from backend.jobs.queue import job_queue
from backend.jobs.stream import job_streams
from db.folder_state import compare_folder
from db.jobs import Job

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/jobs")
def jobs() -> Response:
    """Jobs that wait, run or have ended, the newest first, and whether a worker is there to run them."""
    return jsonify(jobs=[describe(job) for job in job_store().all()], worker=has_worker())


@blueprint.post("/jobs")
def create() -> tuple[Response, int]:
    """Queue a job of JSON: `kind` (`index`, `download`, `extract`, `maps`, `duplicates`, `evaluate`,
    `export`, `train`) and its `parameters`; 200 with the equal job where one has not ended yet.
    """
    job, is_new = job_queue().add(*parse_job())
    return jsonify(describe(job)), 201 if is_new else 200


@blueprint.get("/jobs/events")
def events() -> Response:
    """Jobs as they change, as server-sent events; 503 when enough pages listen already."""
    if request.method == "HEAD":
        return Response(mimetype="text/event-stream")
    return job_streams().open()


@blueprint.get("/jobs/<int:job_id>")
def read(job_id: int) -> Response:
    """A job with its `failures`: what could not be done, and why."""
    return jsonify(describe_all(found(job_store().find(job_id), job_id)))


@blueprint.post("/jobs/<int:job_id>/cancel")
def cancel(job_id: int) -> Response:
    """End a job: what is in hand is finished, what has been done is kept."""
    return jsonify(describe(found(job_store().cancel(job_id), job_id)))


@blueprint.post("/jobs/<int:job_id>/resume")
def resume(job_id: int) -> Response:
    """Queue an ended job again: it goes on where it stopped."""
    found(job_store().find(job_id), job_id)
    return jsonify(describe(job_queue().resume(job_id)))


@blueprint.get("/folder")
def folder() -> Response:
    """How the music folder differs from the index: files that are new, changed, or gone."""
    return jsonify(compare_folder(database(), audio_dir()))


def found(job: Job | None, job_id: int) -> Job:
    """Raises NotInLibraryError."""
    if job is None:
        raise NotInLibraryError(f"There is no job {job_id}: GET /jobs lists those there are.")
    return job


def describe_all(job: Job) -> dict[str, Any]:
    failures = [{"what": what, "reason": reason} for what, reason in job.failures]
    return describe(job) | {"failures": failures}


def has_worker() -> bool:
    """A worker holds its lock for as long as it lives."""
    try:
        with job_store().database.lock("worker").acquire(timeout=0):
            return False
    except Timeout:
        return True
