"""Files computed from the database and kept beside it: any of them can be deleted and is made again."""

import shutil
from collections.abc import Callable
from pathlib import Path

from db.database import Database
from ML.whole_files import put_in_place


class DerivedFiles:
    """One file a name, true for one key: `FOLDER/NAME/KEY`. A half-written one never bears its name."""

    def __init__(self, database: Database):
        self.database = database
        self.folder = database.path.with_name(f"{database.path.name}.derived")

    def find(self, name: str, key: str) -> Path | None:
        """name: may hold slashes.  key: fit for a file name; names everything the content depends on."""
        path = self.folder / name / key
        return path if path.is_file() else None

    def make(self, name: str, key: str, write: Callable[[Path], None]) -> Path:
        """The file, written by write(path) unless another process has done so meanwhile.

        What was written for other keys is deleted, and what a killed process left behind.
        """
        folder = self.folder / name
        with self.database.lock(name.split("/")[0]):
            found = self.find(name, key)
            if found:
                return found
            folder.mkdir(parents=True, exist_ok=True)
            for left_over in folder.glob("*.part"):
                left_over.unlink()
            put_in_place(folder / key, write)
            for old in folder.iterdir():
                if old.name != key:
                    old.unlink()
        return folder / key

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
