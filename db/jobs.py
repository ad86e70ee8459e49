"""Jobs: what a person asked for and how far it is, in a file of its own beside the database.

Of its own, because a job says twice a second how far it is, and every commit to the database makes answers
that are kept from it old.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, MetaData, delete, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, defer, mapped_column

from db.database import Database
from db.schema import now

UNFINISHED = ("queued", "running")
ENDED = ("done", "failed", "cancelled", "interrupted")
MAX_ATTEMPTS = 3  # that end with the worker's death and without progress
KEPT = 100  # ended jobs
MAX_FAILURES = 1000  # reasons kept of one job; progress counts all


class JobBase(DeclarativeBase):
    metadata = MetaData()


class Job(JobBase):
    """A piece of work. attempts: begun since it last got on.  progress: as `backend.jobs.report` writes it.

    failures: [what, reason] of everything that could not be done while the rest went on.
    error: why the job as a whole did not end well.
    """

    __tablename__ = "jobs"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(default="queued")
    is_cancelling: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    failures: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    error: Mapped[str | None]
    created_at: Mapped[str] = mapped_column(default=now)
    started_at: Mapped[str | None]
    ended_at: Mapped[str | None]


class JobStore:
    """All jobs. Every method is one transaction; jobs that are returned belong to the caller."""

    def __init__(self, path: Path):
        self.database = Database(path)
        with self.database.lock("jobs"):
            JobBase.metadata.create_all(self.database.engine)

    def add(self, kind: str, parameters: dict[str, Any], priority: int) -> tuple[Job, bool]:
        """The new job and True, or the equal one that has not ended yet and False."""
        with self.database.write() as session:
            twin = find_twin(session, kind, parameters)
            if twin:
                return kept(session, twin), False
            return kept(session, new_job(session, kind, parameters, priority)), True

    def join(self, kind: str, name: str, value: int, priority: int) -> tuple[Job, bool]:
        """Add a value to the list `name` of a job that has not begun, else to that of a new one."""
        with self.database.write() as session:
            waiting = session.scalar(select(Job).where(Job.kind == kind, Job.state == "queued"))
            if waiting:
                waiting.parameters = {name: [*waiting.parameters[name], value]}
                return kept(session, waiting), False
            return kept(session, new_job(session, kind, {name: [value]}, priority)), True

    def find(self, job_id: int) -> Job | None:
        with self.database.read() as session:
            job = find_job(session, job_id)
            return kept(session, job) if job else None

    def all(self) -> list[Job]:
        """The newest first, without their failures."""
        with self.database.read() as session:
            query = select(Job).options(defer(Job.failures, raiseload=True)).order_by(Job.id.desc())
            jobs = list(session.scalars(query))
            session.expunge_all()
            return jobs

    def unfinished(self, kind: str) -> Sequence[Job]:
        return [job for job in self.all() if job.kind == kind and job.state in UNFINISHED]

    def has_urgent(self, priority: int) -> bool:
        """Whether something waits that comes before a job of this priority."""
        with self.database.read() as session:
            waiting = select(Job.id).where(Job.state == "queued", Job.priority > priority)
            return session.scalar(waiting.limit(1)) is not None

    def begin(self, job_id: int) -> Job | None:
        """None unless it is queued: it may have been cancelled while it waited."""
        with self.database.write() as session:
            job = session.get(Job, job_id)
            if job is None or job.state != "queued":
                return None
            if job.is_cancelling:  # asked for while it was put back
                end_job(job, "cancelled")
                return None
            job.state, job.attempts, job.error = "running", job.attempts + 1, None
            job.started_at = job.started_at or now()
            return kept(session, job)

    def save_progress(
        self, job_id: int, progress: dict[str, Any], failures: list[list[str]], has_got_on: bool
    ) -> None:
        """has_got_on: the next death of the worker counts as a first one again."""
        values: dict[str, Any] = {"progress": progress, "failures": failures[:MAX_FAILURES]}
        values |= {"attempts": 0} if has_got_on else {}
        with self.database.write() as session:
            session.execute(update(Job).where(Job.id == job_id).values(values))

    def is_cancelling(self, job_id: int) -> bool:
        with self.database.read() as session:
            return bool(session.scalar(select(Job.is_cancelling).where(Job.id == job_id)))

    def end(self, job_id: int, state: str, error: str | None = None) -> None:
        with self.database.write() as session:
            end_job(session.get_one(Job, job_id), state, error)

    def put_back(self, job_id: int) -> None:
        """It goes on later, where it stands."""
        with self.database.write() as session:
            session.execute(update(Job).where(Job.id == job_id).values(state="queued", attempts=0))

    def cancel(self, job_id: int) -> Job | None:
        """One that waits ends at once, one that runs when it hears of it; one that has ended stays so."""
        with self.database.write() as session:
            job = find_job(session, job_id)
            if job and job.state == "queued":
                end_job(job, "cancelled")
            elif job and job.state == "running":
                job.is_cancelling = True
            return kept(session, job) if job else None

    def resume(self, job_id: int) -> tuple[Job, bool]:
        """Queue an ended job again; False where it, or one equal to it, has not ended yet."""
        with self.database.write() as session:
            job = session.get_one(Job, job_id)
            twin = find_twin(session, job.kind, job.parameters)
            if twin:
                return kept(session, twin), False
            job.state, job.attempts, job.is_cancelling, job.error = "queued", 0, False, None
            job.started_at = job.ended_at = None
            return kept(session, job), True

    def recover(self) -> list[Job]:
        """For a worker that begins: what the one before left behind. Returns all that waits, in its order."""
        with self.database.write() as session:
            for job in session.scalars(select(Job).where(Job.state == "running")):
                recover_job(job)
            waiting = select(Job).where(Job.state == "queued").order_by(Job.priority.desc(), Job.id)
            session.flush()
            jobs = list(session.scalars(waiting))
            session.expunge_all()
            return jobs

    def close(self) -> None:
        self.database.close()


def kept(session: Session, job: Job) -> Job:
    """The job as it is now, readable after the session."""
    session.flush()
    session.refresh(job)
    session.expunge(job)
    return job


def find_job(session: Session, job_id: int) -> Job | None:
    return session.get(Job, job_id) if job_id < 2**63 else None  # what SQLite can look for


def new_job(session: Session, kind: str, parameters: dict[str, Any], priority: int) -> Job:
    forget_old(session)
    job = Job(kind=kind, parameters=parameters, priority=priority)
    session.add(job)
    return job


def find_twin(session: Session, kind: str, parameters: dict[str, Any]) -> Job | None:
    """A job for the same that has not ended and is not about to."""
    query = select(Job).where(Job.kind == kind, Job.state.in_(UNFINISHED), Job.is_cancelling.is_(False))
    return next((job for job in session.scalars(query) if job.parameters == parameters), None)


def end_job(job: Job, state: str, error: str | None = None) -> None:
    job.state, job.error, job.ended_at, job.is_cancelling = state, error, now(), False


def recover_job(job: Job) -> None:
    """Its worker is gone: it goes on, unless it was to stop, or is what workers die of."""
    if job.is_cancelling:
        end_job(job, "cancelled")
    elif job.attempts >= MAX_ATTEMPTS:
        words = f"The worker ended {job.attempts} times in a row while at it, perhaps for lack of memory."
        end_job(job, "interrupted", words)
    else:
        job.state = "queued"


def forget_old(session: Session) -> None:
    old = select(Job.id).where(Job.state.in_(ENDED)).order_by(Job.id.desc()).offset(KEPT)
    session.execute(delete(Job).where(Job.id.in_(old)))
