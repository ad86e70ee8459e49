"""A job from its beginning to its end, in the worker."""

import logging
from collections.abc import Callable

from flask import current_app
from huey.exceptions import RetryTask
from sqlalchemy.exc import DatabaseError

from backend.context import job_store
from backend.jobs.kinds import KINDS
from backend.jobs.report import Report, StoppedEarly, beating
from ML.errors import MelodexError

log = logging.getLogger(__name__)


def run_job(job_id: int) -> None:
    """Raises RetryTask for a job that makes room and goes on later."""
    job = job_store().begin(job_id)
    if job is None:
        return
    report = Report(job_store(), job, is_closing())
    state, error = run_to_end(report)
    if state == "queued":
        job_store().put_back(job_id)
        raise RetryTask
    job_store().end(job_id, state, error)


def run_to_end(report: Report) -> tuple[str, str | None]:
    """What the job is now, and why."""
    job = report.job
    try:
        with beating(report):
            KINDS[job.kind].run(job.parameters, report)
    except StoppedEarly:
        return report.next_state or "cancelled", None
    except MelodexError as error:
        return "failed", str(error)
    except DatabaseError as error:
        return "failed", f"The database cannot be used: {error.orig}."
    except Exception:  # the worker goes on with the next job
        log.exception("Job %d (%s) broke", job.id, job.kind)
        return "failed", "Something broke in the worker: its log says what."
    return "done", None


def is_closing() -> Callable[[], bool]:
    """Whether the worker is about to end, to ask again and again."""
    consumer = current_app.extensions.get("consumer")
    return consumer.stop_flag.is_set if consumer else lambda: False
