"""Exports that wait to be downloaded: a folder a job beside the database. The newest few are kept."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from db.database import Database
from ML.whole_files import put_in_place

MOST_KEPT = 5  # a page with sound of ten thousand tracks has 400 MB


@dataclass(frozen=True)
class KeptExport:
    """A whole file, and the job that made it."""

    job_id: int
    path: Path


class KeptExports:
    def __init__(self, database: Database):
        self.folder = database.path.with_name(f"{database.path.name}.exports")

    def make(self, job_id: int, name: str, write: Callable[[Path], None]) -> Path:
        """The file, written by write(path); one of an earlier attempt at the job is replaced."""
        folder = self.folder / str(job_id)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        put_in_place(folder / name, write)
        for old in self.all()[MOST_KEPT:]:
            shutil.rmtree(old.path.parent, ignore_errors=True)
        return folder / name

    def all(self) -> list[KeptExport]:
        """The newest first."""
        files = (path for path in self.folder.glob("*/*") if path.is_file() and path.suffix != ".part")
        found = [KeptExport(int(path.parent.name), path) for path in files if path.parent.name.isdecimal()]
        return sorted(found, key=lambda kept: kept.job_id, reverse=True)

    def find(self, job_id: int) -> KeptExport | None:
        return next((kept for kept in self.all() if kept.job_id == job_id), None)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
