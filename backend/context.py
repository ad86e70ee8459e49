"""What a request or a command works on: the database, the music folder and the jobs of the current app."""

from pathlib import Path
from threading import Lock

from flask import current_app

from backend.map_jobs import MapJobs
from db.database import Database, open_database
from db.derived import DerivedFiles
from db.jobs import JobStore
from db.spaces import Spaces

_opening = Lock()


def database() -> Database:
    """The app's database, opened (created, upgraded) when first asked for."""
    with _opening:
        if "database" not in current_app.extensions:
            current_app.extensions["database"] = open_database(Path(current_app.config["DATABASE_PATH"]))
        return current_app.extensions["database"]


def spaces() -> Spaces:
    """The vectors that the app searches in."""
    settings = current_app.config
    opened = database()
    with _opening:
        if "spaces" not in current_app.extensions:
            current_app.extensions["spaces"] = Spaces(
                opened, settings["SEARCH_MEMORY_MB"] * 2**20, settings["SEARCH_INDEX_FROM"]
            )
        return current_app.extensions["spaces"]


def derived() -> DerivedFiles:
    return DerivedFiles(database())


def map_jobs() -> MapJobs:
    """The app's jobs, on its database."""
    opened = database()
    with _opening:
        return current_app.extensions.setdefault("map_jobs", MapJobs(opened))


def job_store() -> JobStore:
    """The app's jobs, in a file beside its database."""
    path = database().path
    with _opening:
        if "job_store" not in current_app.extensions:
            current_app.extensions["job_store"] = JobStore(path.with_name(f"{path.name}.jobs"))
        return current_app.extensions["job_store"]


def audio_dir() -> Path:
    return Path(current_app.config["AUDIO_DIR"])


def weights_dir() -> Path:
    return Path(current_app.config["WEIGHTS_DIR"])
