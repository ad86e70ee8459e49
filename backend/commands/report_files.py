"""Reports and pictures on disk, for the commands that make them."""

from pathlib import Path

from ML.errors import LibraryError
from ML.evaluation.report_files import Writers


def write_files(folder: Path, files: Writers) -> Path:
    """Returns the folder. Raises LibraryError for one that cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, write in files.items():
            write(folder / name)
    except OSError as error:
        raise LibraryError(f"Cannot write to {folder}: {error.strerror}.") from error
    return folder
