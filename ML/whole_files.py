"""Files and folders that have their name only when they are whole, on the disk too."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

LEFT_OVER_SECONDS = 24 * 3600  # nothing is written for a day


def sync_file(file: IO) -> None:
    """Down to the disk: a name must never come back from a power cut without its content."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):  # not on Windows
        descriptor = os.open(folder, os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)


def put_in_place(path: Path, write: Callable[[Path], None]) -> None:
    """A file that has its name only when it is whole, on the disk too."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        write(unfinished)
        with unfinished.open("rb+") as file:
            sync_file(file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


def put_folder(path: Path, write: Callable[[Path], None]) -> None:
    """A folder that has its name only when it is whole; what a killed run left is replaced.

    write: makes the folder itself.
    """
    unfinished = path.with_name(f"{path.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        write(unfinished)
        unfinished.rename(path)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def is_left_over(unfinished: Path, process: int | None) -> bool:
    """Whether the process that wrote it has ended, or it is so old that the number may be another's by now.

    process: None for one of another machine, which cannot be asked for.  Raises FileNotFoundError.
    """
    import psutil

    has_ended = process is not None and not psutil.pid_exists(process)
    return has_ended or time.time() - unfinished.stat().st_mtime > LEFT_OVER_SECONDS
