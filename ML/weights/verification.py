"""Digests of weights on disk against what is published or pinned."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ML.errors import WeightsError
from ML.spec import ModelSpec
from ML.weights.checksums import Pin, compute_sha256, find_pin, save_pin
from ML.weights.download import WeightsFile, missing_files, needed_files, optional_files

State = Literal["intact", "pinned", "wrong", "missing"]


@dataclass(frozen=True)
class Verdict:
    """pinned: nobody has published a digest and none was pinned, so from now on it is this one."""

    path: Path
    state: State
    sha256: str | None = None
    expected: str | None = None


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
