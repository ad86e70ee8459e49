"""The authors' wheel of MusiCNN and VGG, downloaded once in each test run and unpacked, not installed.

Tests that need it are skipped where the package registry cannot be reached; where it answers, they run or
fail.
"""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

from ML.weights.sources import MUSICNN_WHEEL

DOWNLOAD = (
    "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--retries", "1", "--timeout", "10",
    "--disable-pip-version-check", "--no-cache-dir", MUSICNN_WHEEL.requirement,
)  # fmt: skip
LONGEST_SECONDS = 180
CHECKPOINT_FILES = (".index", ".data-00000-of-00001")


class RegistryUnreachableError(Exception):
    """No connection to the package registry."""


@pytest.fixture(scope="session")
def wheel_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder with the four checkpoints of the wheel; all workers of a run share one."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "wheel"
    with FileLock(folder.with_suffix(".lock")):
        reason = folder.with_suffix(".unreachable")
        if not folder.exists() and not reason.exists():
            try:
                download(folder)
            except RegistryUnreachableError as error:
                reason.write_text(str(error))
    if reason.exists():
        pytest.skip(reason.read_text())
    return folder


def download(folder: Path) -> None:
    """Fill the folder, or raise before it exists."""
    place = folder.with_suffix(".download")
    run = subprocess.run(
        [sys.executable, *DOWNLOAD, "--dest", str(place)],
        capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False,
    )  # fmt: skip
    if run.returncode:
        said = run.stdout + run.stderr
        if is_unreachable(said):
            raise RegistryUnreachableError("the package registry cannot be reached: no published weights")
        raise AssertionError(f"pip could not download {MUSICNN_WHEEL.requirement}: {said}")
    (wheel,) = place.glob("*.whl")
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() == MUSICNN_WHEEL.sha256
    unpack(wheel, folder)


def is_unreachable(said: str) -> bool:
    """Of pip's output: no connection, rather than an answer that does not help."""
    return "connection broken by" in said and "Downloading" not in said


def unpack(wheel: Path, folder: Path) -> None:
    """The checkpoints, laid out as below `WEIGHTS_DIR`; the folder appears when it is complete."""
    unfinished = folder.with_suffix(".part")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            place, file = Path(name).parent.name, Path(name).name
            if file in CHECKPOINT_FILES:
                target = unfinished / f"{MUSICNN_WHEEL.package}-{MUSICNN_WHEEL.version}" / place / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    unfinished.rename(folder)
