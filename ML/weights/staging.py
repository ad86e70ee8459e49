"""What every download shares: locks between processes, folders for unfinished content, errors in one line."""

import errno
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ML.errors import DownloadError

log = logging.getLogger(__name__)

Progress = Callable[[Path, int, int | None], None]  # (place, bytes there, bytes in all if known)
FULL = (errno.ENOSPC, errno.EDQUOT)
NO_NETWORK = "cannot be reached (no network, or a proxy or firewall in between)"


class FetchError(Exception):
    """Why content could not be fetched: the reason only, without file and place."""


class UnreachableError(FetchError):
    """No connection to the server: nothing is known of what it has."""


class WrongContentError(FetchError):
    """Another file than the one that is published or pinned."""


@contextmanager
def waiting_for(file_lock: FileLock, path: Path) -> Iterator[None]:
    try:
        file_lock.acquire(timeout=0)
    except Timeout:
        log.warning("Another process is downloading %s: waiting for it.", path)
        file_lock.acquire()
    try:
        yield
    finally:
        file_lock.release()


@contextmanager
def disk_errors_explained(path: Path) -> Iterator[None]:
    """An OSError as a DownloadError."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DownloadError(f"Cannot write {path}: the disk is full. Make room and try again.") from error
        reason = error.strerror or str(error)
        raise DownloadError(f"Cannot write {path}: {reason}. Check its folder.") from error


@contextmanager
def staging_folder(target: Path) -> Iterator[Path]:
    """An empty folder next to target, removed at the end; what killed processes left is removed first.

    Only for the holder of the target's lock.
    """
    prefix, suffix = f".{target.name}-", ".part"
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in target.parent.glob(f"{prefix}*{suffix}"):
        shutil.rmtree(leftover, ignore_errors=True)
    for name in (f"{target.name}.part", f"{target.name}.part.json"):  # of versions before this one
        target.with_name(name).unlink(missing_ok=True)
    folder = Path(tempfile.mkdtemp(suffix, prefix, target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
