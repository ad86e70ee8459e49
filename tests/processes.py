"""Which process is the worker of a database: the one that holds its lock."""

import os
from pathlib import Path


def find_worker(database_path: Path) -> int | None:
    lock = f"{database_path}.jobs.worker.lock"
    processes = (folder for folder in Path("/proc").glob("[0-9]*/fd") if lock in open_files(folder))
    return next((int(folder.parent.name) for folder in processes), None)


def open_files(folder: Path) -> set[str]:
    try:
        return {os.path.realpath(file) for file in folder.iterdir()}
    except OSError:
        return set()  # it has just ended, or is somebody else's
