"""The authors' wheel of MusiCNN and VGG, downloaded once in each test run as `download-weights` does.

Tests that need it are skipped where the package index cannot be reached; where it answers, they run or fail.
"""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from ML import registry
from ML.errors import DownloadError
from ML.weights.download import download_weights
from ML.weights.staging import UnreachableError

FOUR_MODELS = [spec for spec in registry.MODELS if spec.release == "pons2019"]


@pytest.fixture(scope="session")
def wheel_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder with the four checkpoints of the wheel; all workers of a run share one."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "wheel"
    reason = folder.with_suffix(".unreachable")
    with FileLock(folder.with_suffix(".lock")):
        if not reason.exists():
            download_or_note(folder, reason)
    if reason.exists():
        pytest.skip(reason.read_text())
    return folder


def download_or_note(folder: Path, reason: Path) -> None:
    """Fill the folder, or write to the file `reason` that the package index cannot be reached.

    Raises DownloadError for every other failure.
    """
    try:
        for spec in FOUR_MODELS:  # the first gets all four
            download_weights(spec, folder)
    except DownloadError as error:
        if not isinstance(error.__cause__, UnreachableError):
            raise
        reason.write_text(str(error))
