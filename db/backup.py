"""Copies of the database, whole and checked, made while others read and write it."""

import glob
import sqlite3
from contextlib import closing
from pathlib import Path

from ML.errors import LibraryError
from ML.whole_files import put_in_place

BUSY_SECONDS = 60  # for a writer to finish
PAGES_AT_ONCE = 10_000  # 40 MB, between which others may write


def back_up(path: Path, target: Path) -> Path:
    """Copy the database, with all that has been committed. target appears whole or not at all.

    Raises LibraryError when there is no database, or no room.
    """
    if not path.is_file():
        raise LibraryError(f"There is no database {path} to back up.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(target, lambda part: copy_anew(path, part))
    except (sqlite3.Error, OSError) as error:
        raise LibraryError(f"Cannot back up {path} to {target}: {error}.") from error
    return target


def copy_anew(source: Path, part: Path) -> None:
    """Without what a killed process left: SQLite would take its journal for that of the new copy."""
    for left_over in part.parent.glob(f"{glob.escape(part.name)}*"):
        left_over.unlink()
    copy_checked(source, part)


def restore(backup: Path, path: Path, newest: str) -> Path | None:
    """Put a backup in the database's place, in one transaction: whoever has it open goes on with the old
    rows or the new ones. Returns where the old ones are kept; None where there were none.

    newest: the latest schema that this program knows. Raises LibraryError for what is no sound database of
    ours; then nothing has changed.
    """
    check_backup(backup, newest)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = keep_present(path)
    try:
        copy_checked(backup, path)
    except (sqlite3.Error, OSError) as error:
        raise LibraryError(f"Cannot restore {backup} to {path}: {error}.") from error
    return before


def keep_present(path: Path) -> Path | None:
    """A copy of the database as it is; one that is damaged is moved away, with what lies beside it."""
    if not path.exists():
        return None
    kept = free_name(path.with_name(f"{path.name}.before-restore"))
    try:
        return back_up(path, kept)
    except LibraryError:
        path.rename(kept)
        for suffix in ("-wal", "-shm"):  # they belong to it: beside another database they would ruin that
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.rename(kept.with_name(kept.name + suffix))
        return kept


def free_name(path: Path) -> Path:
    numbered = (path.with_name(f"{path.name}-{number}") for number in range(2, 10_000))
    return next(name for name in (path, *numbered) if not name.exists())


def copy_checked(source: Path, target: Path) -> None:
    """Raises sqlite3.Error, also where the copy is not sound."""
    with open_readonly(source) as reader, closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as writer:
        reader.backup(writer, pages=PAGES_AT_ONCE)
        check_sound(writer)


def open_readonly(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True))


def check_backup(backup: Path, newest: str) -> None:
    """Raises LibraryError."""
    if not backup.is_file():
        raise LibraryError(f"There is no backup {backup}.")
    try:
        with open_readonly(backup) as connection:
            check_sound(connection)
            connection.execute("SELECT id, filename FROM tracks LIMIT 1")
            version = read_version(connection)
    except sqlite3.Error as error:
        raise LibraryError(f"{backup} is no sound database of Melodex: {error}.") from error
    if version > newest:
        raise LibraryError(
            f"{backup} was made by a newer Melodex (schema {version}, this one knows {newest})."
        )


def read_version(connection: sqlite3.Connection) -> str:
    """Empty for a database of the original program."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return ""
    return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def check_sound(connection: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError with the first fault."""
    fault = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if fault != "ok":
        raise sqlite3.DatabaseError(fault)
