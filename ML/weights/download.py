"""Weights from their published places into the weights folder: whole and verified, or not at all."""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from ML.errors import DownloadError, WeightsError
from ML.partial import PartialFile
from ML.spec import ModelSpec, RemoteFile
from ML.weights.checksums import (
    PINS_NAME,
    Pin,
    compute_sha256,
    find_pin,
    key_of,
    lock,
    readable_size,
    save_pin,
    with_pin,
)  # fmt: skip
from ML.weights.store import is_present, weights_path

log = logging.getLogger(__name__)

Progress = Callable[[Path, int, int | None], None]  # (file, bytes there, bytes in all if anyone knows)
State = Literal["intact", "pinned", "wrong", "missing"]

TIMEOUT_SECONDS = 30  # of silence
FULL = (errno.ENOSPC, errno.EDQUOT)
PINNED_HINT = (
    "The expected one was pinned when it was first seen: if the publisher has replaced the file on purpose, "
    "remove its entry from {pins}."
)


@dataclass(frozen=True)
class WeightsFile:
    """One published file and its place on disk."""

    path: Path
    remote: RemoteFile


@dataclass(frozen=True)
class Verdict:
    """pinned: nobody has published a digest and none was pinned, so from now on it is this one."""

    path: Path
    state: State
    sha256: str | None = None
    expected: str | None = None


def needed_files(spec: ModelSpec, weights_dir: Path) -> list[WeightsFile]:
    """Files a model cannot do without, present or not."""
    if spec.weights is None:
        return []
    place = weights_dir / spec.weights.path
    if len(spec.weights.files) == 1:
        return [WeightsFile(place, spec.weights.files[0])]
    return [WeightsFile(place / remote.name, remote) for remote in spec.weights.files]


def optional_files(spec: ModelSpec, weights_dir: Path) -> list[WeightsFile]:
    """Small ones that a setting asks for: fetched along with the others."""
    if spec.weights is None:
        return []
    folder = (weights_dir / spec.weights.path).parent
    return [WeightsFile(folder / remote.name, remote) for remote in spec.weights.optional]


def missing_files(spec: ModelSpec, weights_dir: Path) -> list[WeightsFile]:
    """What a download would fetch; nothing where a model runs on what is there, be it in another format."""
    needed = [] if is_complete(spec, weights_dir) else needed_files(spec, weights_dir)
    return [file for file in needed + optional_files(spec, weights_dir) if not file.path.exists()]


def is_complete(spec: ModelSpec, weights_dir: Path) -> bool:
    path = weights_path(spec, weights_dir, {})
    return path is None or is_present(path)


def ignore_progress(_path: Path, _n_done: int, _n_total: int | None) -> None:
    pass


def download_weights(
    spec: ModelSpec,
    weights_dir: Path,
    on_progress: Progress = ignore_progress,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> list[Path]:
    """Fetch what is missing; returns what this process fetched. Raises DownloadError, WeightsError."""
    missing = missing_files(spec, weights_dir)
    return [file.path for file in missing if download_file(file, weights_dir, on_progress, timeout_seconds)]


def download_file(
    file: WeightsFile, weights_dir: Path, on_progress: Progress, timeout_seconds: float
) -> bool:
    """False when another process was faster. Raises DownloadError, WeightsError."""
    partial = PartialFile(file.path)
    with disk_trouble_told(partial):
        file.path.parent.mkdir(parents=True, exist_ok=True)
        with waiting_for(lock(weights_dir, key_of(weights_dir, file.path)), file.path):
            if file.path.exists():
                return False
            fetch_and_place(file, weights_dir, partial, on_progress, timeout_seconds)
    return True


def fetch_and_place(
    file: WeightsFile, weights_dir: Path, partial: PartialFile, on_progress: Progress, timeout_seconds: float
) -> None:
    from ML.transfer import Transfer, fetch  # requests takes a tenth of a second to import

    remote = with_pin(file.remote, find_pin(weights_dir, file.path))
    hint = PINNED_HINT.format(pins=weights_dir / PINS_NAME) if remote != file.remote else ""
    content = fetch(Transfer(remote, partial, on_progress, timeout_seconds), hint)
    # Before it is in place: no downloaded file is ever there unpinned, and loading checks the pin.
    save_pin(weights_dir, file.path, Pin(content.sha256, content.n_bytes, file.remote.url))
    partial.put_in_place()


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
def disk_trouble_told(partial: PartialFile) -> Iterator[None]:
    """OSErrors as DownloadErrors. A disk full to the brim stops the database too: the part makes room."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            reason = error.strerror or str(error)
            raise DownloadError(f"Cannot write {partial.target}: {reason}. Check its folder.") from error
        n_removed = partial.n_bytes
        partial.discard()
        raise DownloadError(
            f"Cannot write {partial.target}: the disk is full; the {readable_size(n_removed)} that were "
            "there are removed again. Make room and try again."
        ) from error


def verify_weights(spec: ModelSpec, weights_dir: Path) -> list[Verdict]:
    """Digest of every file against what is published or pinned; pins those that nobody has seen before.

    Raises WeightsError for one that cannot be read.
    """
    files = needed_files(spec, weights_dir) + optional_files(spec, weights_dir)
    missing = missing_files(spec, weights_dir)
    checkable = [file for file in files if file.path.exists() or file in missing]
    try:
        return [verify_file(file, weights_dir) for file in checkable]
    except OSError as error:
        raise WeightsError(f"Cannot verify the weights of {spec.key}: {error}.") from error


def expected_digest(file: WeightsFile, weights_dir: Path) -> str | None:
    """As published, else as first seen; None for what nobody has seen before."""
    pin = find_pin(weights_dir, file.path)
    return file.remote.sha256 or (pin.sha256 if pin else None)


def verify_file(file: WeightsFile, weights_dir: Path) -> Verdict:
    if not file.path.is_file():
        return Verdict(file.path, "missing")
    sha256 = compute_sha256(file.path)
    expected = expected_digest(file, weights_dir)
    if expected is None:
        save_pin(weights_dir, file.path, Pin(sha256, file.path.stat().st_size, file.remote.url))
        return Verdict(file.path, "pinned", sha256)
    return Verdict(file.path, "intact" if sha256 == expected else "wrong", sha256, expected)
